"""The role that a title names, in one spelling: `Sr. Software Engineer II (m/f/d), Berlin` is `software_engineer`.

What is no part of the role goes: seniority, level numbers, team, place, employment words, markers such as
(m/w/d). Titles in other languages keep their own word; a title in another script has no normal form here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from jobwire.enrich.finding import Finding, Rejected, Source
from jobwire.enrich.html import calm_line

MAX_CHARS = 300
"""Longer titles are not titles; the rest is ignored."""

_GENDER = re.compile(
    r"""[(\[]\s*(?:all|alle|any|every)?\s*(?:genders?(?:\s+neutral)?|geschlechter|gn|mwd|fmd|wmd|human|mensch|a)\s*[)\]]
    | [(\[]?\s*(?<![\w/])(?:m|w|f|d|x|h|v|i|nb|div|gn)(?:\.?\s?[/|,*]\s?(?:m|w|f|d|x|h|v|i|nb|div|gn|divers|all)\b\.?){1,4}\s*[)\]]?
    | \b(?:all|alle)\s+(?:genders|geschlechter)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_GENDER_ENDING = re.compile(
    r"(?<=[^\W\d_A-Z])(?:[/*:_·]-?(?:innen|in|euse|trice|rice|ne|se|re|ere|te|e|a|as|o|r)(?![\w/])"
    r"|\(-?(?:innen|in|euse|trice|ne|se|e|a|as|o|r)\)(?!\w)|/-?(?:frau|mann|frauen)\b)"
)
_NOISE = re.compile(
    r"""^\W*(?:urgent(?:ly)?|hot|new|apply\ now|immediate)?\s*(?:hiring|opening|requirement|vacancy|hire|wanted|job)\b(?!\s+manager)[\s:!-]*
    | \b(?:now\ hiring|we(?:'re|\ are)\ hiring|urgent(?:ly)?|immediate\ (?:start|hire|opening)s?|sign[-\ ]on\ bonus|apply\ now)\b[!\s]*
    | (?:\#\s?\d+|\b(?:req(?:uisition)?|jr|job|ref|id|r)[-_\ \#:]{0,2}\d{3,}\b|\b\d{4,}\b)
    | [$€£]\s?\d[\w.,/\ $€£-]{0,30}""",
    re.IGNORECASE | re.VERBOSE,
)
_EMPLOYMENT = re.compile(
    r"""\b(?:full|part)[-\ ]?time\b(?:/(?:full|part)[-\ ]?time\b)?
    | (?<!smart\ )\b(?:\d{1,2}[-\ ]?(?:months?|mth|weeks?|yrs?|years?)[-\ ])?(?:fixed[-\ ]?term|contract(?:[-\ ]to[-\ ]hire|\ to\ perm(?:anent)?)?)(?!s|ors?\b|\s*(?:&|and\b|/)|\ (?:manager|specialist|administrat|negotiat|analyst|attorney|counsel|officer|engineer\b\ i|recruiter|coordinat|management|law|compliance))\b(?:\ (?:position|role|basis))?
    | \b\d{1,2}[-\ ]?(?:months?|mth|weeks?|hours?|hrs?|h)\b(?:\s?(?:/|per)\s?(?:week|wk))?
    | \b(?:temporary|temp|seasonal|permanent|freelance(?!\ (?:recruit|manage|market))|freelancer(?=\W|$)(?<!^freelancer)|per[-\ ]diem|prn|c2c|1099|w2|casual|locum|interim|acting)\b
    | \b(?:maternity|parental|paternity)(?:\ leave)?(?:\ cover(?:age)?)?\b | \bleave\ cover\b
    | \b(?:remote(?:ly)?|hybrid(?!\ cloud)|on[-\ ]?site|in[-\ ]office|work\ from\ home|wfh|telecommute|home[-\ ]?office|home[-\ ]based)\b(?!\ (?:sensing|support|monitor|care|deposition))
    | \b(?:in\ )?(?:vollzeit|teilzeit|befristet|unbefristet|minijob|festanstellung|cdi|cdd|temps\ (?:plein|partiel)|voltijd|deeltijd|fulltime|parttime|tiempo\ (?:completo|parcial)|media\ jornada)\b
    | \b(?:(?:1st|2nd|3rd|first|second|third|night|day|evening|overnight|weekend|morning|swing|graveyard)s?[-\ ]shift|nights|weekends|overnight)\b
    | \b(?:spring|summer|fall|autumn|winter)?\ ?(?:q[1-4]\ )?\b20[2-4]\d(?:\s?[-/]\s?(?:20)?\d\d)?\b(?:\ (?:start|intake|cohort|graduates?))?
    | \b(?:immediate\ start|start\ (?:asap|immediately)|ab\ sofort|zum\ nächstmöglichen\ zeitpunkt)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_PARENTHESES = re.compile(r"\([^()]{0,200}\)|\[[^\[\]]{0,200}\]|[(\[][^()\[\]]{0,200}$")
_SEGMENT = re.compile(r"\s+[-–—−~@/]+\s*|[-–—−~/]\s+|\s*[|;•·–—»►➤_]+\s+|\s+[|•·]\s*|:\s+|,\s*|\s*//+\s*")
_LIST = re.compile(r"([\w\s]{1,40})((?:,[\w\s]{1,40}){1,4}),?\s+(?:and|&)\s+([\w\s]{1,60})")
_TAIL = re.compile(
    r"\s+(?:at|in(?!\s+(?:test|training|charge|residence|chief)\b)|for|with|to(?!\s+(?:hire|business)\b)|from|bei|für|im|mit|zur|zum|within|on\s+behalf|chez|para|based|who|reporting|focused|specializing|specialising)\s+.*$",
    re.IGNORECASE,
)
_NO_ROLE = re.compile(
    r"""^\W*(?:(?:general|open|spontaneous|speculative|future|unsolicited|initiative)\s+(?:applications?|interest|opportunit\w+|candidat\w+|consideration|submission)
    | expression\ of\ interest | talent\ (?:pool|community|network|pipeline) | join\ (?:our|us|the) | pitch\ us
    | [\w\s]{0,30}talent\ (?:pool|community|network)\s*$ | initiativ\w* | candidature\s+spontan\w+ | candidatura\s+espont\w+ | open\s+sollicitatie | don'?t\ see
    | (?:can'?t|cannot)\ find | work\ with\ us | future\ (?:roles?|openings?) | evergreen | test\ (?:job|posting)
    | other\s*$ | dream\ job | create\ your)""",
    re.IGNORECASE | re.VERBOSE,
)
_SPELLINGS = tuple(
    (re.compile(pattern), spelling)
    for pattern, spelling in (
        (r"\bc\+\+", "cpp"),
        (r"\b([cf])#", r"\1sharp"),
        (r"(?<!\w)\.net\b", "dotnet"),
        (r"\b(node|vue|react|next|nuxt)\.?js\b", r"\1js"),
        (r"\bfull[-\s]?stack\b", "full stack"),
        (r"\b(front|back)[-\s]end\b", r"\1end"),
        (r"\bdev[-\s]ops\b", "devops"),
        (r"\be[-\s]commerce\b", "ecommerce"),
        (r"\bbiz\s?dev\b", "business development"),
        (r"\b(?:executive|senior|assistant|sr\.?|first|area)?\s?vice[-\s]president\b|\b[seaf]vp\b", "vp"),
        (r"\bco[-\s]op\b", "coop"),
        (r"\bmid[-\s](?:to[-\s]senior[-\s])?(?:level|weight)\b", "midlevel"),
        (r"\bentry[-\s]level\b", "entrylevel"),
        (r"\bearly[-\s](?:career|in career)\b", "entrylevel"),
        (r"\bnew[-\s](?:college\s)?grad(?:uate)?s?\b", "entrylevel"),
        (r"\b(?:level|grade|tier|band|stufe|lvl)[-\s]?(?:[ivx]{1,4}|\d{1,2})\b(?:/\d)?", " "),
        (r"\b(\w+)'s\b", r"\1s"),
        (r"\bworking[-\s]student\b", "workingstudent"),
        (r"\bgroup product manager\b", "product manager"),
        (r"\b(?:\w+[-\s]speaking|bilingual|multilingual|native)\b", " "),
        (r"\bmember of (?:the )?technical staff\b", "member of technical workforce"),
        (r"\br&d\b", "r and d"),
        (r"\b([a-z]{1,2})&([a-z])\b", r"\1\2"),
        (r"\bnurse[-\s]+(?:rn|lpn|lvn)\b", "nurse"),
        (r"^(?:an? )?(intern(?:ship)?|working[-\s]student)\s+(?:in|for)\s+(?:the\s+)?(.+)$", r"\2 \1"),
        (r"\bdev(?=\s+engineer)", "development"),
        (r"\bco[-\s]founder\b", "cofounder"),
        (r"\s*[&+]\s*", " and "),
        (r"(?<=[a-z])\.(?=\s|$)", " "),
    )
)
_SHORT = {
    "sr": "senior", "snr": "senior", "jr": "junior", "jnr": "junior", "mgr": "manager", "eng": "engineer", "engr": "engineer",
    "dev": "developer", "swe": "software engineer", "sde": "software development engineer", "sre": "site reliability engineer",
    "tpm": "technical program manager", "sdr": "sales development representative", "csm": "customer success manager",
    "bdr": "business development representative", "mts": "member of technical workforce", "rn": "registered nurse",
    "lpn": "licensed practical nurse", "lvn": "licensed vocational nurse", "cna": "certified nursing assistant",
}
_SHORT_ALONE = {
    "ceo": "chief executive officer", "cfo": "chief financial officer", "cto": "chief technology officer",
    "coo": "chief operating officer", "cmo": "chief marketing officer", "cro": "chief revenue officer",
    "cpo": "chief product officer", "ciso": "chief information security officer", "cio": "chief information officer",
}
_SHORT |= {
    "rep": "representative", "reps": "representatives", "asst": "assistant", "coord": "coordinator", "dir": "director",
    "assoc": "associate", "programme": "program", "dr": "doctor", "engineeer": "engineer", "mgmt": "management",
    "intl": "international", "mktg": "marketing",
}  # fmt: skip
_SHORT_AT_END = {"tech": "technician", "ae": "account executive", "prof": "professor"}
_ALWAYS_LEVEL = frozenset(
    "senior junior midlevel mid entrylevel intermediate experienced confirme confirmee senior/a medior pleno "
    "semisenior ssr berufserfahren experimente experimentee debutant".split()
)
_LEVEL_IF_ROLE_REMAINS = frozenset(
    "staff principal lead associate graduate intern interns internship trainee apprentice apprenticeship coop "
    "extern externship workingstudent werkstudent werkstudentin praktikant praktikantin stagiaire stagiair stage alternant "
    "alternance founding student entry leading becario becaria head-office".split()
)
_NOT_A_LEVEL_BEFORE = {
    "senior": frozenset("living care citizen citizens center housing community communities services helper".split()),
    "mid": frozenset("market size sized atlantic day term".split()),
    "intermediate": frozenset("school".split()),
    "staff": frozenset(
        "accountant nurse attorney pharmacist assistant writer reporter physician therapist auditor officer "
        "photographer psychologist psychiatrist counsel augmentation development member sergeant".split()
    ),
    "lead": frozenset("generation gen conversion qualification nurture acquisition qualifier poet".split()),
    "associate": frozenset("professor dean attorney dentist veterinarian justice general lecturer vet".split()),
    "principal": frozenset("investigator gifts violist".split()),
    "graduate": frozenset("admissions medical school studies recruiter recruitment teaching program programs".split()),
    "student": frozenset("success services support affairs life advisor activities counselor recruitment".split()),
    "stage": frozenset("manager hand technician designer".split()),
    "entry": frozenset("clerk operator specialist".split()),
    "intern": frozenset("program coordinator".split()),
    "internship": frozenset("program coordinator manager".split()),
    "apprenticeship": frozenset("program coordinator manager".split()),
}
_LEVEL_CODE = re.compile(r"(?:i{1,3}|iv|v|vi|\d|[lepgt]\d{1,2}|ic\d)(?:/(?:i{1,3}|iv|v|\d))*")
_BARE = frozenset(
    "manager supervisor workingstudent engineer analyst specialist associate coordinator consultant designer developer scientist "
    "administrator representative technician executive officer lead leader intern architect advisor strategist "
    "recruiter counsel assistant editor producer trainer instructor internship teacher professor buyer agent".split()
) | {"team lead", "team leader", "senior manager"}  # fmt: skip
_OFFICES = frozenset({"director", "head", "vp"})
_DROPPED_BEFORE_OFFICE = frozenset("global regional deputy associate assistant group national interim executive-level".split())
_FILLER = frozenset("in for of and the to at a with de la en und im zum als team department role position opening job opportunity vacancy needed wanted m w f d x".split())
_PROFESSION = re.compile(r"...(?:ist|ician|ineer|ographer)$")
_NO_PROFESSION = frozenset("assist checklist waitlist enlist shortlist".split())
_MORE_ROLES = frozenset(
    "sourcer evangelist scrum founder volunteer moderator influencer annotator cinematographer accountant president "
    "vp director cofounder cio ninja writer partner labeler scientist lead-in hero mentor fellow developer "
    # other languages whose compounds end in the role
    "entwickler entwicklerin ingenieur ingenieurin leiter leiterin berater beraterin kaufmann kauffrau verkaufer verkauferin "
    "mitarbeiter mitarbeiterin referent referentin techniker technikerin fachkraft pfleger pflegerin arzt arztin "
    "sachbearbeiter sachbearbeiterin assistenz buchhalter buchhalterin mechatroniker elektriker koch kellner fahrer "
    "ingenieur developpeur developpeuse responsable charge comptable vendeur vendeuse infirmier infirmiere "
    "ingeniero desarrollador desarrolladora gerente contable enfermero enfermera vendedor analista consultor "
    "ontwikkelaar medewerker adviseur verkoper monteur verpleegkundige chauffeur "
    "engenheiro desenvolvedor desenvolvedora coordenador enfermeiro tecnico".split()
)  # fmt: skip
_PLACES = frozenset(
    "emea apac latam dach benelux nordics mena anz amer amers americas europe asia pacific africa global worldwide international us usa uk uae eu nyc "
    "sf la dc bay area london paris berlin munich hamburg frankfurt cologne dusseldorf stuttgart vienna zurich geneva "
    "amsterdam rotterdam brussels dublin madrid barcelona lisbon porto milan rome stockholm copenhagen oslo helsinki "
    "warsaw krakow wroclaw prague budapest bucharest sofia athens istanbul dubai riyadh cairo lagos nairobi "
    "johannesburg mumbai delhi bangalore bengaluru hyderabad pune chennai gurgaon gurugram noida dhaka karachi "
    "singapore manila jakarta bangkok tokyo osaka seoul beijing shanghai shenzhen taipei sydney melbourne brisbane "
    "perth auckland toronto vancouver montreal calgary ottawa mexico bogota lima santiago boston chicago austin "
    "dallas houston denver seattle atlanta miami phoenix philadelphia detroit portland minneapolis nashville "
    "germany france spain italy portugal netherlands belgium ireland sweden norway denmark finland poland romania "
    "ukraine greece turkey israel india china japan korea australia canada brazil argentina colombia chile peru "
    "philippines indonesia vietnam thailand malaysia pakistan bangladesh egypt kenya nigeria switzerland austria "
    "czech hungary bulgaria latvia lithuania estonia deutschland osterreich schweiz espana munchen koln wien "
    "east west north south eastern western northern southern coast central northeast southeast northwest southwest midwest "
    "california texas florida york georgia ohio".split()
)  # fmt: skip
_COMPASS = frozenset("east west north south eastern western northern southern central international global la area coast bay".split())


def normalize_title(source: Source) -> Finding[str | None]:
    """The role as a lower snake_case singular, without seniority, team, place and employment words."""
    title = calm_line(source.posting.title)[:MAX_CHARS]
    if not title or _NO_ROLE.match(title):
        return Finding(value=None, rule="no-role", origin="title", span=title)
    segments = _split(_strip(title)) or _split(_strip(title, keep_parentheses=True))
    if not segments:
        return Finding(value=None, rule="no-role", origin="title", span=title)
    places = _PLACES | _own_places(source)
    roles = [_trim(segment, places) for segment in segments]
    index, rule = _choose(roles)
    words = _with_team(roles, index, segments, places)
    name = _write(_singular(words))
    rejected = tuple(
        Rejected(value=segment[:200], why="not the role") for i, segment in enumerate(segments) if i != index
    )
    return Finding(value=name, rule=rule, origin="title", span=segments[index], rejected=rejected[:8])


def tidy(title: str) -> str:
    """A title without gender markers and endings: `Entwickler/in (m/w/d)` is `Entwickler`."""
    return " ".join(_GENDER_ENDING.sub("", _GENDER.sub(" ", calm_line(title)[:MAX_CHARS])).split())


def fold(text: str) -> str:
    """Lower case without accents; what has no plain letter stays as it is."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def is_role(word: str) -> bool:
    """Whether `word` (folded) names a person's occupation, as the last word of a title does."""
    return _is_one_role(word) or _singular_of(word) is not None


def _is_one_role(word: str) -> bool:
    return word in _roles() or (_PROFESSION.search(word) is not None and word not in _NO_PROFESSION)


def _singular_of(word: str) -> str | None:
    """`nurses` -> `nurse`, `secretaries` -> `secretary`; None where that names no role."""
    if not word.endswith("s") or word.endswith("ss"):
        return None
    forms = (word[:-3] + "y" if word.endswith("ies") else word[:-1], word[:-2])
    return next((form for form in forms if _is_one_role(form)), None)


def _ends_in_role(words: list[str]) -> bool:
    """Whether these words can stand as a role: `tech lead`, `marketing intern`, `nurse`."""
    return bool(words) and (is_role(words[-1]) or words[-1] in _LEVEL_IF_ROLE_REMAINS)


def _has_role(words: list[str]) -> bool:
    return any(map(is_role, words))


@cache
def _roles() -> frozenset[str]:
    words = files("jobwire.enrich").joinpath("data/role_words.txt").read_text("utf-8").split()
    return frozenset(words) | _MORE_ROLES


def _strip(title: str, *, keep_parentheses: bool = False) -> str:
    """The title without markers, numbers of requisitions, employment words and what stands in parentheses."""
    title = tidy(title)
    if keep_parentheses:
        title = re.sub(r"[()\[\]]", " ", title)
    title = _PARENTHESES.sub(" ", title)
    title = _EMPLOYMENT.sub(" ", _NOISE.sub(" ", title))
    return title.strip(" -–—,;:|/*!#.&+\"'“”")


def _split(title: str) -> list[str]:
    """The parts between dashes, commas, bars, as folded text in one spelling; parts without a letter are left out."""
    title = _keep_lists(title)
    segments = (_spell(fold(part)) for part in _SEGMENT.split(title)[:12])
    return [segment for segment in segments if re.search(r"[a-z]", segment)]


def _keep_lists(title: str) -> str:
    """`Governance, Risk, and Compliance Lead` is one part: its commas are no separators."""
    found = _LIST.match(title)
    first = _spell(fold(found[1])).split() if found else []
    last = _spell(fold(found[3])).split() if found else []
    if not found or not first or not last or first[0] in _OFFICES or _ends_in_role(first):
        return title
    return found[0].replace(",", "") + title[found.end() :] if _ends_in_role(last) else title


def _spell(segment: str) -> str:
    for pattern, spelling in _SPELLINGS:
        segment = pattern.sub(spelling, segment)
    cut = _TAIL.sub("", segment)
    segment = cut if cut.split() else segment
    words = [_SHORT.get(word, word) for word in re.findall(r"[\w/'\-]+", segment)]
    words = [_SHORT_ALONE.get(word, word) if len(words) == 1 else word for word in words]
    words = " ".join(words).replace("'", "").replace("-", " ").split()
    if words and words[-1] in _SHORT_AT_END and not (len(words) > 1 and is_role(words[-2])):
        words[-1] = _SHORT_AT_END[words[-1]]
    return " ".join(_first_of_slashes(words))


def _first_of_slashes(words: list[str]) -> list[str]:
    """`engineer/developer` is an engineer; `sales/marketing manager` keeps both; `senior/staff` are levels."""
    out: list[str] = []
    for i, word in enumerate(words):
        parts = [part for part in word.split("/") if part]
        if len(parts) > 1 and is_role(parts[0]) and (i or not any(is_role(w) for w in words[i + 1 :])):
            return [*out, parts[0]]
        out += parts
    return out


def _own_places(source: Source) -> frozenset[str]:
    """Words of the posting's own locations: in a title they name a place."""
    texts = (place.text or place.city or "" for place in source.posting.locations[:20])
    words = {word for text in texts for word in re.findall(r"[a-z]{3,}", fold(text[:200]))}
    return frozenset(word for word in words if not is_role(word)) - _NOT_PLACES


_NOT_PLACES = frozenset("remote hybrid office sales field home service head operations engineering and the data".split())


def _trim(segment: str, places: frozenset[str]) -> list[str]:
    """The words of a part without levels, level codes and places at its edges."""
    words = segment.split()
    words = [word for i, word in enumerate(words) if word not in _ALWAYS_LEVEL or _is_plain(words, i)]
    while words and words[0].isdigit():
        words = words[1:]
    while words and (words[-1] in _FILLER or _LEVEL_CODE.fullmatch(words[-1])):
        words.pop()
    words = [w for i, w in enumerate(words) if not (i and _LEVEL_CODE.fullmatch(w) and is_role(words[i - 1]))]
    words = _drop_places(words, places)
    for word in [w for w in words if w in _LEVEL_IF_ROLE_REMAINS]:
        words = _drop_level(words, word)
    return words


def _drop_places(words: list[str], places: frozenset[str]) -> list[str]:
    end = len(words)
    while end and words[end - 1] in places:
        end -= 1
    if any(is_role(word) or word in _LEVEL_IF_ROLE_REMAINS for word in words[:end]):
        words = words[:end]
    start = 0
    while start < len(words) - 1 and words[start] in _PLACES - _COMPASS:
        start += 1
    return words[start:] if words and is_role(words[-1]) else words


def _drop_level(words: list[str], level: str) -> list[str]:
    """`words` without `level`, where a role remains and the word means a level here."""
    if level not in words:
        return words
    at = words.index(level)
    rest = words[:at] + words[at + 1 :]
    if _is_plain(words, at) or not rest or not is_role(rest[-1]):
        return words
    if level in ("principal", "associate", "staff") and at == len(words) - 1:
        return words  # "sales associate", "school principal": here it is the role
    if level == "founding" and len(rest) == 1:
        return words
    return rest


def _is_plain(words: list[str], at: int) -> bool:
    """Whether the level word at `at` is an ordinary word here: `lead generation`, `staff nurse`."""
    return words[at + 1 : at + 2] != [] and words[at + 1] in _NOT_A_LEVEL_BEFORE.get(words[at], ())


def _choose(roles: list[list[str]]) -> tuple[int, str]:
    """Which part is the role: the first that ends in one or begins with an office, else the first with words."""
    for i, words in enumerate(roles):
        if len(words) == 1 and words[0] in _LEVEL_IF_ROLE_REMAINS and any(map(_has_role, roles[i + 1 :])):
            continue  # "Internship - Marketing Assistant"
        if _ends_in_role(words) or (words and words[0] in _OFFICES):
            return i, "role-word"
    for i, words in enumerate(roles):
        if words and (is_role(words[0]) or (i == 0 and _has_role(words))):
            return i, "role-inside"
    return next((i for i, words in enumerate(roles) if words), 0), "first-part"


def _with_team(roles: list[list[str]], index: int, segments: list[str], places: frozenset[str]) -> list[str]:
    """`Manager, Data Engineering` is a data engineering manager; `Director, Sales` a director of sales."""
    words = roles[index]
    while len(words) > 1 and words[0] in _DROPPED_BEFORE_OFFICE and words[1] in _OFFICES:
        words = words[1:]
    if words and words[0] in _OFFICES:
        return _office(words, _team(roles, index, places))
    if len(words) > 2 and words[0] in ("manager", "supervisor") and words[1] == "of":
        return [*words[2:], words[0]]
    if len(words) > 1 and words[0] in ("intern", "internship", "workingstudent") and not _has_role(words):
        return [*words[1:], words[0]]
    if " ".join(words) in _BARE:
        team = _team(roles, index, places)
        if team and len(team) <= 6 and not is_role(team[-1]):
            return [*team, *words]
    return words or segments[index].split()


def _team(roles: list[list[str]], index: int, places: frozenset[str]) -> list[str]:
    """The first part after the role that is no place."""
    for words in roles[index + 1 :]:
        if words and not all(word in places or word == "and" for word in words):
            return words
    return []


def _office(words: list[str], team: list[str]) -> list[str]:
    office, rest = words[0], [word for word in words[1:]]
    if rest and rest[0] in ("of", "for"):
        rest = rest[1:]
    elif rest and office == "head" and is_role(rest[-1]):
        return words  # head chef
    if not rest and team[:1] and team[0] in _OFFICES:
        return team  # "SVP, Head of Risk"
    rest = rest or team[:4]
    return [office, "of", *rest] if rest else [office]


def _singular(words: list[str]) -> list[str]:
    if words and not _is_one_role(words[-1]):
        words = [*words[:-1], _singular_of(words[-1]) or words[-1]]
    if words and words[-1] in ("interns", "internship", "internships"):
        return [*words[:-1], "intern"]
    return words


def _write(words: Iterable[str]) -> str | None:
    text = "_".join(word for word in words if word)
    text = re.sub(r"[^a-z0-9]+", "_", text.replace("technical_workforce", "technical_staff").replace("workingstudent", "working_student")).strip("_")
    return text[:120] if re.search(r"[a-z]{2}", text) else None
