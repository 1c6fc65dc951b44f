"""The employment type: full_time, part_time, contract, internship or temporary.

Words of the title beat the code of the ATS, which often says full time for interns; the code beats the
text. Internship beats full time, a fixed term is temporary, freelance and N-month contracts are contract.
"""

from __future__ import annotations

import re

from jobwire.enrich.finding import Finding, Rejected, Source
from jobwire.enrich.late import compile_late
from jobwire.enrich.sentences import find_sentences
from jobwire.enrich.title import fold, tidy

_TRAPS = compile_late(
    r"""\b(?:
      smart[- ]contracts? | vast\ contract | sub-?contract\w* | contracts | contracting
    | contract(?:or)?s?\ (?:manager|management|specialist|admin\w*|negotiat\w+|analyst|attorney|counsel|lawyer
      |officer|coordinator|law|compliance|drafting|review|terms?|workflows?|structur\w+|close|intake
      |requirements?|development|updates?|research|manufactur\w+|furniture|catering|support|engineer(?=\ (?:i
      |ii|iii)\b)|sales|logistics|executive|and|&|performance|value|renewal\w*|lifecycle|paralegal|operations
      |documents?|award|packag\w+|partner\w*|associate|services?|cleaning|vehicles?|relations|success
      |experience|onboarding)
    | (?:government|vendor|customer|client|insurance|employment|commercial|sales|service|federal|state|labor
      |union|legal|master|prime|sign(?:ed)?|negotiat\w+|win\w*|award\w*|existing|new|multi-?year|supply|energy
      |software|saas|dod|gsa|construction|provider|general|electrical|independent\ (?:sales|insurance)|building
      |(?:social|psychological|the))\ contract(?:or)?s?
    | (?<!summer\ )(?<!week\ )intern(?:ship)?s?\ (?:program(?:me)?s?|coordinat\w+|recruit\w+|manager|lead
      |supervis\w+|experience)
    | (?:previous|prior|past|relevant|including|manage|managing|mentor|mentoring|supervise|or|through|via|of
      |and|from|academic|related)\ (?:\w+\ )?intern(?:ship)?s?
    | temporary\ (?:housing|accommodation|workers?|staff\w*|works\b|visa|power|structures?|protected|labor
      |assign\w+\ (?:manager|consult))
    | temp\ (?:control\w*|sens\w+|agenc\w+) | seasonal\ (?:menu\w*|trends?|campaign\w*|flu|promotion\w*|display\w*
      |planning|products?|demand|changes?|merchandis\w+|staff\w*|associates)
    | full[- ]time\ (?:employees|team\ members|staff|benefits|hours|associates|students?|experience|equivalent
      |colleagues|teammates|offers?|conversion|work\ experience|enrol\w+|undergraduate|study|mba|program
      |education|professional\ experience|industry\ experience|basis\ (?:employees|staff)|roles?\ (?:and|at
      |after|upon)|years?)
    | part[- ]time\ (?:employees|team\ members|staff|associates|students?|jobs?|experience|colleagues|teammates
      |faculty\ members|mba|study)
    | (?:not|non|than|become|becoming|convert\w*\ (?:in)?to|leading\ to|lead\ to|of|(?<!looking\ )for|all|our
      |if\ you're|while|years|into|potential)\ (?:an?\ |our\ |all\ )?full[- ]time
    | permanent\ resid\w+ | freelancers | contractors | interns | freelance\ (?:talent|network|market\w*
      |manage\w+|designers|writers|experience|recruit\w+)
    )(?!\w)""",
    re.VERBOSE,
)
_INTERNSHIP = compile_late(
    r"\b(?:intern|internship|internships|extern(?:ship)?|co-?op|praktik(?:um|ant\w*|a)|pflichtpraktik\w+"
    r"|praxissemester"
    r"|stagiaires?|stagiair\w*|stageplaats|afstudeerstage|meewerkstage|stageopdracht|becari[oa]s?|practicas"
    r"|practicante|pasantia|pasante|estagi\w+|tirocini\w+|stagista|staz)\b"
)
_STAGE = compile_late(
    r"^\W*stage\b(?! (?:manager|hand|technician|designer|director|crew|left|right|electric|carpenter|actor))"
    r"|\bstage (?:en|de \d|de fin|-|alternan|h/f|f/h|pfe|\()"
)
_TEMPORARY = compile_late(
    r"\b(?:temporary|temp|temps(?! (?:plein|partiel|complet))|seasonal|fixed[- _]?term|ftc|limited[- ]term"
    r"|term[- ]limited|per[- ]?diem|prn|casual|locum(?: tenens)?|(?:maternity|parental"
    r"|paternity)(?: leave)?(?: cover(?:age)?)?|leave cover(?:age)?|holiday help|peak season|summer job"
    r"|provisional"
    r"|befristet\w*|elternzeitvertretung|schwangerschaftsvertretung|aushilfe\w*|saisonkraft|saison\w*"
    r"|zeitarbeit"
    r"|cdd|interim|interimaire"
    r"|saisonnier\w*|duree determinee|temporal|contrato temporal|eventual|temporada|tijdelijk\w*"
    r"|seizoens\w*|uitzend\w*|temporari[oa]|prazo determinado|sazonal)\b"
)
_CONTRACT = compile_late(
    r"\b(?:contract|contractor|contractual|contracted|freelance|freelancer|freelancing|self[- ]employed|c2c"
    r"|c2h|corp[- ]to[- ]corp|1099|contract[- ]to[- ](?:hire|perm\w*)|b2b contract|independent contractor|gig"
    r"|freiberuf\w*|freie\w* mitarbeiter\w*|prestataire|autonomo|freelancer\w*|zzp\w*|\bpj)\b"
)
_PART = compile_late(
    r"\b(?:part[- _]?time|parttime|teilzeit\w*|halbtags|minijob\w*|mini-job\w*|450 ?euro|520 ?euro|538 ?euro"
    r"|werkstudent\w*|working[- _]?student|temps[- _]partiel|mi-temps|tiempo parcial|media jornada"
    r"|jornada parcial|deeltijd|bijbaan\w*|meio[- ]periodo|tempo parcial|half[- ]time)\b"
)
_FULL = compile_late(
    r"\b(?:full[- _]?time|fulltime|vollzeit\w*|temps[- _](?:plein|complet)|tiempo completo|jornada completa"
    r"|voltijd\w*|tempo integral|periodo integral|tempo inteiro|tempo pieno|heltid|pelny etat)\b"
)
_RULES = (("internship", _INTERNSHIP), ("temporary", _TEMPORARY), ("contract", _CONTRACT))
_MONTH_CONTRACT = compile_late(
    r"\b\d{1,2} ?\+?[- ]?(?:month|mth|mo|week)s?\b[- ](?:\w+ ){0,2}contract\b(?!.{0,12}fixed)"
)
_FIXED = compile_late(r"\bfixed[- _]?term|\bbefristet")
_EITHER = compile_late(
    r"\bfull[- ]?time(?: or | ?/ ?)(?:contract|freelance)|\b(?:contract|freelance)(?: or | ?/ ?)full[- ]?time"
)
_MINIJOB = compile_late(r"\bmini-?job")
# Without an end: French and Romance-language boards, and several ATS, say so and mean a full-time job.
_CODES = {"ft": "full_time", "full": "full_time", "pt": "part_time", "part": "part_time"}
_PERMANENT = compile_late(
    r"\b(?:cdi|contrat a duree indeterminee|(?:contrato )?indefinido|indeterminato|efetivo|clt"
    r"|vaste? (?:contract|aanstelling|dienstverband)|onbepaalde tijd|permanent|unbefristet\w*|festanstellung)\b"
)

_CDI = compile_late(r"\bcdi\b")
_SPANS = compile_late(r"(?:- )?(?:contract|duration|assignment|engagement)\b")
_MONTHS = compile_late(r"\d{1,2}\+? ?[- ]?(?:months?|mths?|weeks?)\b")

_LABEL = compile_late(
    r"^(?:- )?(?:(?:job|employment|position|contract|work|role|engagement|appointment|assignment|hire"
    r"|schedule|worker|hours|commitment|status|duration|term)\b ?(?:type|status|basis|category"
    r"|class(?:ification)?|schedule|duration|term|length|hours|time)?"
    r"|type|basis|anstellungsform|form|anstellungsart|beschaftigungsart|vertragsart|arbeitszeit"
    r"|arbeitsverhaltnis|umfang"
    r"|type de contrat|contrat|type d'emploi|contratacao|modelo de contratacao|tipo de (?:contrato|empleo"
    r"|jornada|trabalho|contratacao)|jornada"
    r"|contrato|regime(?: de \w+)?|dienstverband|type contract|soort contract|modality|modalidad"
    r"|flsa(?: status)?|full[- ]time ?/ ?part[- ]time)"
    r" ?(?:of (?:employment|contract|work|position))?(?: ?:| [–-]|[–-](?= )) ?(?P<value>.{2,120})"
)
_NOUN = (
    r"(?:role|position|job|opportunity|opening|post|employment|appointment|assignment|engagement|vacancy"
    r"|internship|contract|schedule|basis|stelle|anstellung|poste|puesto|vaga|functie|baan)"
)
_TYPE = (
    r"(?:full[- ]?time|part[- ]?time|contract(?:ed|or)?(?:[- ]to[- ]hire)?|1099|c2c|freelancer?|temporary"
    r"|temp|seasonal|fixed[- ]term|per[- ]diem|internship|intern|casual|vollzeit\w*|teilzeit\w*"
    r"|befristete\w*|jornada (?:completa|parcial)|media jornada|tiempo (?:completo|parcial)"
    r"|(?:a )?temps (?:plein|partiel|complet)|tempo (?:integral|parcial|inteiro)|tijdelijk\w*"
    r"|contrat\w* (?:(?:de|en) practicas|temporal|temporaire|indefinido)|(?:pflicht)?praktikum|estagio|practicas"
    r"|werkstudent\w*|working student|minijob\w*|freiberuf\w*|(?:regime )?clt)"
)
_HOURS = compile_late(
    r"(?:- )?(?:vast contract, )?(?:(?:weekly |work(?:ing)? )?hours(?: per week)?:? |wochenstunden:? "
    r"|arbeitszeit:? )?(?:up to |about |approx\.? |ca\.? )?"
    r"(?P<low>\d{1,2})(?:[.,]\d+)?(?: ?(?:-|–|to|bis) ?(?P<high>\d{1,2})(?:\.\d+)?)? ?\+?(?:(?:hours?"
    r"|hrs?|h|std\.?|stunden|horas|heures|uur)\b\.? ?)?"
    r"(?:(?:per|a|/|pro|die|par|por|the|each|in der) ?)(?:week|wk|woche|semaine|semana)\b.{0,40}$"
)
_FULL_HOURS = 35
_PART_HOURS = 30
_LETTERS = compile_late(r"(?<=[\s(/,])(FT|PT)(?=\s*[)/]|\s*$)")
_CLAIM = compile_late(
    rf"\b(?:this|it|that|position|role|job|opportunity)\b(?: [\w/()-]+){{0,4}} (?:is|will be|would be"
    rf"|requires)\b.{{0,50}}?\b{_TYPE}\b"
    rf"|\b(?:looking for|seeking|hiring|offering|need|as) an? (?:[\w-]+,? ){{0,2}}{_TYPE}\b|\b(?:this|our"
    rf"|the) (?:[\w-]+ ){{0,2}}internship\b|\bwork (?:full|part)[- ]time\b"
    rf"|\b{_TYPE}\b,? ?(?:\([^)]{{0,30}}\),? )?(?:[\w/&-]+,? ){{0,4}}?{_NOUN}\b"
    rf"|\b(?:as an? )?intern,? you\b|\bon an? (?:freelance|contract|temporary|part[- ]time|full[- ]time"
    rf"|fixed[- ]term|per[- ]diem|casual) basis\b"
    r"|\b(?:in|zur|ab sofort in) (?:vollzeit|teilzeit|voll)\b|\b(?:unbefristet|befristet)\b|\b(?:cdd|stage"
    r"|cdi|alternance|contrat)\b|\bwork (?:full|part)[- ]time\b|\b(?:a|en|de) (?:jornada|tiempo|temps"
    r"|tempo) \w+"
    r"|\b\d{1,2}\+?[- ](?:month|week)s?[- ](?:\w+[- ]){0,2}contract\b|\b(?:voltijd|deeltijd|fulltime"
    r"|parttime)\b|\b(?:summer|fall|autumn|spring|winter|paid|unpaid|\d{1,2}[- ](?:week"
    r"|month)s?)[- ](?:[\w-]+ ){0,2}"
    r"internship\b|\bcontract (?:is|will be|runs?) (?:for )?(?:[\w-]+ ){0,2}\d{1,2}[- ]months?\b"
    r"|\bthis (?:[\w-]+ ){0,2}co-?op\b"
    r"|\b(?:hiring|seeking|looking for|recruiting) (?:[\w-]+ ){0,2}(?:seasonal|temporary)\b"
    r"|\bvaga de estagio\b|\bfixed[- ]term until\b|\bduree determinee\b|\bbeca de \d|^\W*saison(?:arbeit|kraft)\b"
    r"|^\W*(?:student |graduate )?internship (?:in|at|with)\b|\b(?:ein|unser|dieses"
    r"|als) (?:\w+ )?(?:pflicht)?praktikum\b|\bzzp\w*"
    r"|\bprograma de (?:estagio|practicas|becarios)\b"
    r"|^\W*(?:werkstudent\w*|(?:pflicht)?praktikum|stageplaats|stagiair\w*|meewerkstage|afstudeerstage)\b"
)
_STAGE_CLAIM = compile_late(r"^\W*stage (?:de|en|van|bij|als|\d)\b|\bstage (?:de \d|de fin d'etudes|pfe\b)")
_SHORT_CHARS = 40
_SHORT_CLAIM = compile_late(rf"(?:- )?(?:{_TYPE}|maternity|parental)\b|.*\b(?:full|part)[- ]time$")
_COMPANY = compile_late(
    r"\b(?:eligible|benefits?|employees (?:who|are|receive|will)|vacation|pto|insurance|401|if you(?:'re"
    r"| are) (?:a )?full|compensation|salary|years of|experience (?:as|in|with)|worked|previous\w*|graduat\w+"
    r"|degree|students? (?:who|are))\b"
)


_THIS_IS = compile_late(
    rf"(?:- )?(?:this|the) (?:[\w-]+ ){{0,2}}(?:role|position|job|opportunity) (?:is"
    rf"|will be) (?:an? )?(?:[\w-]+,? ){{0,2}}{_TYPE}\b"
)


def find_employment_type(source: Source) -> Finding[str | None]:
    """One of the five types, or None where nothing says or several are offered."""
    posting = source.posting
    title = _read_title(posting.title)
    field = _read_field(posting.employment_type)
    text, sentence = (None, "") if title or field else _read_text(source.text)
    seen = (
        (title, "title-word", "title", posting.title),
        (field, "ats-field", "ats:employment_type", posting.employment_type or ""),
        (text, "text-statement", "text", sentence),
    )
    taken = next((row for row in seen if row[0]), None)
    if taken is None:
        return Finding(value=None, rule="unsaid")
    value, rule, origin, span = taken
    rejected = tuple(
        Rejected(value=other, why=f"{name} is weaker than {rule}")
        for other, name, _, _ in seen
        if other and other != value
    )
    return Finding(value=value, rule=rule, origin=origin, span=span[:200], rejected=rejected)


def _read_title(published: str) -> str | None:
    title = fold(tidy(published))
    if _STAGE.search(title):
        return "internship"
    return _read_words(title) or _read_letters(published[:300]) or ("full_time" if _CDI.search(title) else None)


def _read_letters(title: str) -> str | None:
    """`Line Cook - FT`, `Cashier (PT)`: the two letters alone, at the end or in parentheses."""
    letters = set(_LETTERS.findall(title))
    return {"FT": "full_time", "PT": "part_time"}[letters.pop()] if len(letters) == 1 else None


def _read_words(words: str) -> str | None:
    """The type that a few folded words state."""
    plain = _TRAPS.sub(" ", words)
    if _EITHER.search(plain):
        return None
    if _MONTH_CONTRACT.search(plain) and not _INTERNSHIP.search(plain) and not _FIXED.search(plain):
        return "contract"
    if _MINIJOB.search(plain):
        return "part_time"
    for value, rule in _RULES:
        if rule.search(plain):
            return value
    full, part = _FULL.search(plain), _PART.search(plain)
    if re.search(r"\bvoll-? ?(?:und|oder|/|o\.) ?teilzeit|\bteil-? ?(?:und|oder|/) ?vollzeit", plain):
        return None
    if full and part:
        return None  # either
    return "full_time" if full else "part_time" if part else None


def _read_field(stated: str | None) -> str | None:
    """The type in an ATS code such as `FullTime`, `parttime_fixed_term`, `Regular Full Time (Salary)`."""
    if not stated:
        return None
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", stated[:200])
    words = re.sub(r"[_/|,;]+", " ", fold(spaced))
    if _STAGE.search(words):
        return "internship"
    found = _read_words(words.replace("fixed term", "fixed-term")) or _read_permanent(words)
    return found or _CODES.get(words.strip())


def _read_permanent(words: str) -> str | None:
    """A contract without an end, and nothing about hours: full time."""
    return "full_time" if _PERMANENT.search(words) and not _PART.search(words) else None


def _read_text(text: str) -> tuple[str | None, str]:
    """The first sentence that states the type of this job."""
    for sentence in find_sentences(text, "employment"):
        folded = fold(sentence).replace("’", "'")
        label = _LABEL.match(folded)
        if label:
            value = _read_words(label["value"]) or _read_permanent(label["value"]) or _read_hours(folded)
            if value is None and _SPANS.match(folded) and _MONTHS.match(label["value"]):
                value = "contract"
        elif _COMPANY.search(folded) and not _THIS_IS.match(folded):
            continue
        elif len(folded) < _SHORT_CHARS or _CLAIM.search(_TRAPS.sub(" ", folded)):
            value = _read_claim(folded)
        else:
            continue
        if value:
            return value, sentence
    return None, ""


def _read_claim(sentence: str) -> str | None:
    """`Internship (full-time)`: internship; a bare mention of contracts or seasons claims nothing."""
    plain = _TRAPS.sub(" ", sentence)
    if _STAGE_CLAIM.search(plain):
        return "internship"
    claims = " ; ".join(found[0] for found in _CLAIM.finditer(plain))
    if _CDI.search(claims):
        return "full_time" if not _PART.search(plain) else "part_time"
    found = _read_words(claims) or _read_hours(plain)
    if found is None and len(plain) < _SHORT_CHARS:
        found = _read_words(plain) if _SHORT_CLAIM.match(plain) else None
        found = found or _read_permanent(sentence.replace("permanent", ""))  # that word alone says no hours
    return found


def _read_hours(words: str) -> str | None:
    """`40 hours per week`, `15-20 Std./Woche`, where that is all the words say."""
    found = _HOURS.match(words)
    if not found:
        return None
    low, high = int(found["low"]), int(found["high"] or found["low"])
    return "full_time" if low >= _FULL_HOURS else "part_time" if high <= _PART_HOURS else None
