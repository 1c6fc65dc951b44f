"""The experience level that a title states; an unmarked title has none.

Interns and juniors: entry; `II`: mid; senior: senior; staff, principal, lead, managers of people: lead;
directors, vice presidents, heads, chiefs: executive. Words that only look like a level are taken out first.
"""

from __future__ import annotations

import re
from itertools import pairwise

from jobwire.enrich.finding import Finding, Rejected, Source
from jobwire.enrich.late import compile_late
from jobwire.enrich.title import drop_noise, fold, tidy
from jobwire.enrich.title_words import words
from jobwire.model.vocabulary import find_value

_TEXT_CHARS = 20_000

_TRAPS = compile_late(
    r"""\b(?:
      lead[- ](?:gen(?:eration)?|nurtur\w+|qualif\w+|conversion|acquisition|time|abatement|paint|free)
    | (?:deputy\ )?chief[- ]of[- ]staff | thought\ leader(?:ship)? | chief\ (?:petty|steward|mate|cook|pilot)
      | head\ (?:hunter|count|start|injury)
    | (?:account|sales|advertising|marketing|recruitment|relationship|media|business\ development|service
      |support|hr|pr|seo|accounts?|customer\ \w+|client\ \w+|logistics|operations)\ executive(?!\ (?:officer
      |director|vice))
    | executive\ (?:\w+\ )?(?:assistant|assistance|support|secretary|administrator|admin|search|recruit\w+
      |education|coach|communications?|briefing|protection|producer|housekeeper|office|business\ partner
      |compensation|benefits|sous|pastry)
    | (?:assistant|secretary|advisor|aide|support|coordinator|partner)\ to\ (?:the\ )?.{0,60}
    | (?<=.\ )to\ (?:the\ |our\ )?(?:ceo|cto|cfo|coo|cmo|founders?|president|directors?|vp|vice|chief|head
      |managing|executives?|dean|board|c-suite|c-level)\b.{0,60}
    | office\ of\ (?:the\ )?(?:ceo|cto|cfo|coo|president|chief\b.{0,30}|director|principal)
    | (?:report(?:s|ing)\ (?:in)?to|working\ (?:with|for)|for\ (?:the|our))\ .{0,60}
    | product\ owner | business\ owner | owner[- ]operator | founding | founder'?s?\ (?:associate|office
      |assistant|staff)
    | vice[- ]principal | business\ partner | (?:hr|people|talent|finance|channel|alliance)s?\ partner
    | senior\ (?:living|care|citizens?|cent(?:er|re)|housing|communit\w+|services?|helpers?|home)
    | junior\ (?:high|college|school|achievement|league|tennis|olympic) | mid[- ](?:market|size|sized|atlantic
      |day|term|stage|cap)
    | (?:intermediate|middle)\ school(?!\ principal) | intermediate\ care
    | data[- ]entry | entry\ (?:clerk|operator) | order\ entry | charge\ entry
    | staff\ (?:accountant|nurse|attorney|pharmacist|assistant|writer|reporter|physician|therapist|auditor
      |officer|photographer|psych\w+|counsel|augmentation|development|services?|member|sergeant|rn|lpn
      |\w+\ nurse|\w+\ therapist|veterinarian)
    | (?:medical|support|kitchen|bar|wait|event|bank|teaching|nursing|technical|dining|house|general|banquet
      |floor|front\ of\ house|clinical|hotel|service|casual|agency|operations|store|shop|sales)\ staff
      | staff$
    | (?:school|assistant|deputy|elementary|(?:middle|high|primary|intermediate)\ school|academy|college
      |campus)\ principal | principal\ (?:investigator|gifts|dancer|violin\w*) | ^principal\ *$
    | graduate\ (?:admissions?|medical|school|studies|education|enrol\w+|recruit\w+|programs?|faculty|teaching
      |student\ (?:services|success|affairs)|college|career)
    | (?:intern(?:ship)?s?|apprentice(?:ship)?s?|early\ careers?|campus|university|graduate|student
      |new\ grad)\ (?:program(?:me)?s?|coordinat\w+|recruit\w+|manager|talent|hiring|relations|lead|advisor
      |success|support|services|affairs|life|housing|engagement|experience|outreach|conduct|account|loan)
    | stage\ (?:manager|hand|technician|designer|director|carpenter|electrician|\d) | (?:early|late|seed
      |growth
      |clinical|on|center|back)[- ]stage
    | (?:lead|head|senior)s?\ (?:teacher'?s?\ aide) | board\ of\ directors | directors'? | director'?s
    | (?:funeral|activities|activity|choir|music|camp|band|spa)\ director
    | internal(?:\ medicine)? | international | internist | international\ \w+
    | associate'?s?\ degree | (?:and|&|or|,)\ associates\b
    )(?![\w-])""",
    re.VERBOSE,
)

_INTERN = compile_late(
    r"\b(?:intern|interns|internship|internships|trainees?|traineeship|apprentices?|apprenticeship|co-?op"
    r"|extern(?:ship)?|working student|werkstudent\w*"
    r"|praktik\w+|pflichtpraktik\w+|(?:^|- )ausbildung|ausbildung (?:zum|zur)|auszubildende\w*|azubi\w*"
    r"|duales studium|dualer student"
    r"|volontar\w*|studentische \w+"
    r"|stagiaires?|stagiair\w*|stageplaats|afstudeerstage|meewerkstage|alternance|alternante?|apprentie?"
    r"|becari[oa]s?|(?:^|- )becas?(?!')|practicas|pasantia|pasante"
    r"|estagi\w+|jovem aprendiz|tirocini\w+|stagista|praktyk\w+|stazysta)\b|^stage\b(?! (?:manager|hand))"
    r"|\bstage (?:en|de|-|in)\b"
)
_JUNIOR = compile_late(
    r"\b(?:junior|jr|jnr|m[lł]odsz[ya]|juniorin|junior[-/]\w+|graduate|grad|new[- ](?:college )?grad(?:uate)?s?"
    r"|recent (?:college )?grad(?:uate)?s?|entry[- ]level|early[- ](?:in[- ])?career|early career"
    r"|berufseinsteiger\w*|absolvent\w*|hochschulabsolvent\w*|quereinsteiger ohne|debutant\w*"
    r"|jeune diplome\w*|recien (?:titulad|graduad)\w+|principiante|iniciante|beginner|starter(?=s? functie)"
    r"|student (?:worker|assistant|job|employee|researcher)|level (?:1|i)|no experience(?: (?:required|needed"
    r"|necessary))?|fresher)\b"
)
_ASSOCIATE_LEVEL = compile_late(
    r"(?:^|[-,(/|] ?)associate (?!professor|dean|attorney|dentist|veterinar|vet\b|lecturer|general counsel"
    r"|counsel|justice|partner|director|principal|vp|vice|head|chief|editor|creative|medical director|faculty"
    r"|publisher|pastor|broker|optometrist|therapist|physician|librarian)(?=[a-z])"
    r"|\bassociate[- ]level\b|\((?:associate)\)"
)
_SENIOR = compile_late(
    r"\b(?<!semi[ -])(?<!mid[ -])(?:senior|sr|snr|seniorin|senior[-/]\w+|seniors?|experienced|senyor|senior:in"
    r"|starszy)\b"
)
_MID = compile_late(
    r"\b(?:semi[- ]?(?:senior|sr)|ssr(?=\W*$)|mid[- ]?(?:level|weight|career|senior)|mid(?= ?[/-] ?(?:senior"
    r"|sr|level))|intermediate|medior"
    r"|pleno|confirmee?|professional[- ]level|mid)\b"
)
_LEAD = compile_late(
    r"\b(?:lead|leads|staff|principal|team ?lead(?:er)?s?|tech(?:nical)? lead|supervisor|supervisors|foreman"
    r"|foreperson|forewoman|distinguished|leader|group product manager|shift leader|crew leader"
    r"|(?:group|squad|section|crew|floor|line) leader|teamleit\w+|teamchef\w*|gruppenleit\w+|schichtleit\w+"
    r"|filialleit\w+|marktleit\w+|kuchenleit\w+|stationsleit\w+|stellvertretende\w* \w+leit\w+|vorarbeiter\w*"
    r"|polier|schichtfuhrer\w*|kierowni\w+|capo (?:reparto|turno|cantiere|squadra|cuoco)"
    r"|chef d'equipe|cheffe d'equipe|responsable d'equipe|jefe de equipo|jefe de turno|lider|lider tecnico"
    r"|responsable de magasin|directeur de magasin|jefe de (?:obra|cocina|sala|tienda|planta)|encargad[oa]"
    r"|supervisora|teamleider|leidinggevende|ploegleider|lider de equipe|encarregad[oa]"
    r"|gerente(?! de (?:projet|projec|proyect|produ|conta|cuent))"
    r"|head (?:chef|coach|nurse|teacher|cook|bartender|barista|waiter|gardener|cashier|housekeeper|baker"
    r"|butcher|brewer|grower|librarian|receptionist|lifeguard|swim coach|groundskeeper))\b"
)
_EXECUTIVE = compile_late(
    r"\b(?:director|directors|director of|vp|svp|evp|avp|vice[- ]president|chief|ceo|cto|cfo|coo|cmo|cio|cpo"
    r"|cro|ciso|chro|cco|president|managing partner|general partner|co-?founder|founder|head of|head(?=,| -"
    r"| –|:|$)|executive"
    r"|geschaftsfuhr\w+|geschaftsleit\w+|vorstand\w*|abteilungsleit\w+|bereichsleit\w+|leiter(?:in)?(?= )"
    r"|(?:er|e) leiter(?:in)?"
    r"|leitung(?= )|(?:haupt|vertriebs|marketing|personal|finanz|werks|entwicklungs|produktions)leit(?:er"
    r"|erin|ung)"
    r"|directeur|directrice|dirigeant\w*|directora|diretor\w*|directie|bestuurder|afdelingshoofd|hoofd(?= )"
    r"|direttore|direttrice|dyrektor)\b"
)
_NOT_EXECUTIVE = compile_late(
    r"\bdirector of photography\b|\bhead of house\b|\bleiter(?:in)? (?:filiale|schicht|team)\w*"
)

_MANAGER = compile_late(r"\b(?:manager|managers|mgr|managerin|gerente|leiterin)\b")
_ONLY_MANAGER = compile_late(
    r"^(?:senior|sr\.?|snr|associate|assistant|group|global|regional)? ?(?:manager|mgr)\b(?=,| of\b| -| –|:"
    r"| \(|$|/)"
)
_PEOPLE = "|".join(
    words(
        "engineering development sales store shop restaurant general branch plant warehouse kitchen bar team "
        "shift nurse nursing clinic practice operations district regional area department site facility "
        "accounting finance controlling software design research science recruiting maintenance dispatch "
        "infrastructure platform security legal tax audit treasury it helpdesk production factory salon "
        "club hotel center centre food beverage catering unit ward floor fleet studio retail front workshop "
        "yard depot deli bakery grocery pharmacy laboratory lab support"
    )
)
_SENIOR_MANAGER = compile_late(
    r"\b(?:senior|sr\.?|snr|engineering|development|sales|store|restaurant|general|branch|plant|warehouse"
    r"|nurse|district|area|science|design) (?:manager|mgr)\b"
)
_PEOPLE_MANAGER = compile_late(
    rf"\b(?:{_PEOPLE})(?: (?:assistant|operations|service))? (?:manager|managers|mgr)\b"
    rf"|\bassistant manager\b|\bgeneral manager\b|\bgm\b"
)
_ALONE = compile_late(
    r"\b(?:product|project|program|programme|account|community|case|content|brand|campaign|media|category"
    r"|partner|partnerships?|alliances?"
    r"|success|relationship|events?|property|office|delivery|change|release|engagement|risk|contracts?|vendor"
    r"|proposal|grants?|portfolio"
    r"|implementation|onboarding|generation|lifecycle|seo|crm|territory|channel|asset|incident|problem"
    r"|configuration|customer experience sales) (?:\w+ )?(?:manager|mgr)s?\b"
    r"|\b(?:product|project|program|programme|account) (?:\w+ ){0,2}(?:manager|mgr)s?\b"
)
_REPORTS = compile_late(
    r"\b(?:(?:manage|lead|supervise|oversee|managing|leading|supervising|overseeing) (?:and \w+ )?(?:a|our"
    r"|the) (?:\w+ ){0,2}team of|direct reports|people management|(?:hire|recruit), (?:train|develop|manage"
    r"|coach|mentor))",
    re.IGNORECASE,
)
_CODE = compile_late(
    r"(?<!tier)(?<!class)(?<!phase)(?<!type)(?<!room)(?<!area)(?<!zone)(?<!unit)(?<!part)(?<!stage)(?<!band)(?<!ward)(?<!team)(?<!shift)(?<!week)(?<=[a-z)])"
    r""
    r""
    r" (?:level |grade |- ?|– ?)?(i{1,3}|iv|v|[1-5])(?=$|[,)\-–|:;/(]| -| –| \()"
    r"|\b(?:level|lvl|stufe)[- ]?(i{1,3}|iv|v|[1-5])\b"
)
# The number beside it is the grade or group that somebody teaches.
_TEACHES = compile_late(
    r"\b(?:teach\w+|tutor\w*|educator|instructor|lehr(?:er|erin|kraft|kraefte)|leerkracht\w*|groepsleerkracht"
    r"|docent\w*"
    r"|leraar|lerares|onderwijs\w*|maestr[oa]|profesora?|professora?|professeure?|enseignante?|paraeducator"
    r"|paraprofessional|elementary|kindergarten)\b"
)
_CODES = {"i": "entry", "1": "entry", "ii": "mid", "2": "mid", "iii": "senior", "3": "senior"}
_ORDER = ("entry", "mid", "senior", "lead", "executive")
_BETWEEN = compile_late(r" ?(?:/|\bor\b|\bto\b|\boder\b|\bou\b|\bbis\b|-|–|&|\band\b) ?")

_ATS = {
    "associate": "entry",
    "trainee": "entry",
    "student": "entry",
    "student_school": "entry",
    "student_college": "entry",
    "apprentice": "entry",
    "graduate": "entry",
    "early_career": "entry",
    "no_experience": "entry",
    "entry": "entry",
    "middle": "mid",
    "intermediate": "mid",
    "manager": "lead",
    "manager_supervisor": "lead",
    "supervisor": "lead",
    "team_lead": "lead",
    "director": "executive",
    "vice_president": "executive",
    "vp": "executive",
    "c_level": "executive",
    "c_suite": "executive",
    "head": "executive",
    "senior_manager": "lead",
    "senior_executive": "executive",
}
_STATED = compile_late(
    r"^(?:- )?(?:experience|seniority|career|job|position)[ -]level ?[:–-] ?([a-z /-]{3,30})$"
    r"|\b(?:this is an?|we are (?:looking for|seeking|hiring) an?) (entry|mid|senior"
    r"|executive)[- ]level (?:role|position|job|opportunity)\b",
    re.IGNORECASE | re.MULTILINE,
)


def find_level(source: Source) -> Finding[str | None]:
    """`entry`, `mid`, `senior`, `lead`, `executive` or None: the title over the ATS field over the text."""
    title = fold(" ".join(drop_noise(tidy(source.posting.title)).split()))
    traps = [found[0].strip() for found in _TRAPS.finditer(title)]
    plain = _TRAPS.sub(" ", title) if traps else title
    rejected = tuple(Rejected(value=trap[:200], why="no level here") for trap in traps)
    found = _in_title(plain) or _manager(plain, source.text)
    if found is None:
        found = _in_ats(source.posting.experience_level) or _in_text(source.text)
    if found is None:
        return Finding(value=None, rule="unmarked", origin="title", rejected=rejected[:4])
    level, rule, origin, span = found
    return Finding(value=level, rule=rule, origin=origin, span=span[:200], rejected=rejected[:4])


_Found = tuple[str, str, str, str]


def _in_title(title: str) -> _Found | None:
    """The level that a word of the title states."""
    if found := _INTERN.search(title):
        return "entry", "title-intern", "title", found[0]
    for executive in _EXECUTIVE.finditer(_NOT_EXECUTIVE.sub(" ", title)):
        if executive[0] != "executive":  # alone it is the rank of salespeople
            return "executive", "title-executive", "title", executive[0]
    if marks := _level_words(title):
        return _weigh(title, marks)
    if _is_people_manager(title) or _ONLY_MANAGER.search(title):
        return "lead", "title-manager", "title", title[:60]
    if found := _CODE.search(title):
        code = found[1] or found[2]
        if code.isdigit() and "level" not in found[0] and _TEACHES.search(title):
            return None
        return _CODES.get(code, "senior"), "title-code", "title", found[0].strip()
    return None


def _level_words(title: str) -> list[tuple[int, int, str, str]]:
    """(start, end, level, word) of every level word, in order."""
    rules = ((_JUNIOR, "entry"), (_ASSOCIATE_LEVEL, "entry"), (_MID, "mid"), (_SENIOR, "senior"), (_LEAD, "lead"))
    found = [(m.start(), m.end(), level, m[0]) for rule, level in rules for m in rule.finditer(title)]
    return sorted(found)


def _weigh(title: str, marks: list[tuple[int, int, str, str]]) -> _Found | None:
    """One word decides; alternatives (`Mid/Senior`) mean the lower; together (`Senior Staff`) the higher."""
    levels = [level for _, _, level, _ in marks]
    span = " ".join(word.strip() for *_, word in marks)
    if len(set(levels)) == 1:
        if levels[0] == "senior" and _SENIOR_MANAGER.search(title) and not _ALONE.search(title):
            return "lead", "title-manager", "title", title[:60]
        return levels[0], "title-word", "title", span
    pairs = pairwise(marks)
    alternatives = all(_BETWEEN.fullmatch(title[one[1] : two[0]].replace(".", "")) for one, two in pairs)
    ranks = [_ORDER.index(level) for level in levels]
    if not alternatives:
        level = "entry" if "entry" in levels and "lead" not in levels else _ORDER[max(ranks)]
        return level, "title-words", "title", span
    if max(ranks) - min(ranks) > 1:
        return None  # "Junior to Senior": any
    return _ORDER[min(ranks)], "title-alternatives", "title", span


def _is_people_manager(title: str) -> bool:
    return bool(_PEOPLE_MANAGER.search(title)) and not _ALONE.search(title)


def _manager(title: str, text: str) -> _Found | None:
    """Managers of people; managers of products, projects, accounts work alone unless the text says otherwise."""
    if not _MANAGER.search(title) or _ALONE.search(title):
        return None
    reports = _REPORTS.search(text[:_TEXT_CHARS])
    return ("lead", "manager-with-team", "text", reports[0]) if reports else None


def _in_ats(stated: str | None) -> _Found | None:
    if not stated:
        return None
    key = re.sub(r"[^a-z]+", "_", fold(stated[:60])).strip("_")
    level = find_value("experience_level", key) or _ATS.get(key)
    return (level, "ats-field", "ats:experience_level", stated) if level else None


def _in_text(text: str) -> _Found | None:
    lines = (line for line in text[:_TEXT_CHARS].split("\n") if "level" in line.lower())
    found = next(filter(None, map(_STATED.search, lines)), None)
    if not found:
        return None
    key = re.sub(r"[^a-z]+", "_", (found[1] or found[2]).lower()).strip("_")
    level = find_value("experience_level", key) or _ATS.get(key)
    return (level, "text-statement", "text", found[0].strip()) if level else None
