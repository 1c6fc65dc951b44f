"""Where the work is done: remote, hybrid or onsite.

Hybrid when some days, but not all, are in an office. The title beats the location, the location the ATS
field, the field the text; in the text a sentence about the role beats one about the company.
"""

from __future__ import annotations

import re

from jobwire.enrich.finding import Finding, Rejected, Source
from jobwire.enrich.sentences import find_sentences
from jobwire.enrich.title import fold

_REMOTE_WORD = (
    r"(?:remote(?:ly)?|telecommut\w+|telework\w*|work(?:ing)?[ -]from[ -](?:home|anywhere)|wfh|home[ -]based"
    r"|virtual(?:ly)?"
    r"|teletrabajo|teletrabalho|remotamente|remot[oa]|teletravail|thuiswerk\w*|a distance|full remote"
    r"|home[ -]?office|mobiles arbeiten)"
)
_ONSITE_WORD = (
    r"(?:on[ -]?site|in[ -](?:the |our |an )?office|in[ -]person|on[ -]premises?|office[ -]based"
    r"|physically (?:present|located|based|work\w*|report\w*)"
    r"|at our (?:\w+ ){0,3}(?:office|headquarters|hq)|work(?:ing)? (?:from|out of|in|at) (?:the|our"
    r"|a) (?:\w+ ){0,3}(?:office|headquarters|hq)"
    r"|presencial|presentiel|sur site|vor ort|op kantoor|op locatie|in presenza)"
)
_HYBRID_WORD = r"(?:hybrid\w*|hibrid[oa]|hybrides?)"

# Words that stand beside a mode and make it mean something else.
_TRAPS = re.compile(
    r"""\b(?:
      (?:gym|parking|cafeteria|canteen|day\ ?care|child\ ?care|lunch\w*|meals?|fitness|showers?|pharmacy|clinic
      |restaurant)\w*\ on[ -]?site
    | remote(?:ly)?[ -](?:participants?|attendees?|viewers?|audiences?|learners?|students?|guests?
      |stakeholders?|sens\w+|monitor\w+|access\w*|control\w*|support(?:ed)?\b(?!\ (?:specialist|role|position
      |agent|engineer))|session\w*|patient\w*|diagnos\w+|desktop|server\w*|deposition\w*|device\w*|vehicle\w*
      |operat(?:ed|or|ion)s?|teams?\b(?!\ member)|colleague\w*|employee\w*|worker\w*|workforce|sites?
      |locations?|areas?|communit\w+|villages?|regions?|clients?|customers?(?!\ (?:care|support|service|success
      |experience))|meetings?|care|pilot\w*|repositor\w+|id\b|hands|pair|collaborat\w+|environment
      |work(?:ing)?\ (?:stipend|allowance|setup|set-up|equipment|tools?|environment|experience|culture)
      |work\ ethic|(?:offices?|hub))
    | (?:via|through|using|with)\ remote\b(?=[\ .,]|$) (?!\ (?:work|team|tool))
    | hybrid[ -](?:cloud\w*|vehicles?|mobile|apps?|applications?|fields?|search|events?|it\b|infrastructure
      |environments?\ (?:of|with|across)|car|cars|electric|powertrains?|engines?|bond\w*|seeds?|integration
      |identit\w+|architectur\w+|azure|ad\b|data|deployments?|solution\w*|multi|systems?|models?\ of|meetings?
      |network\w*|retriev\w+|rag|courses?|classes|learning|teaching|intelligence|agile|warehouse\w*|athlete\w*
      |funds?|securit\w+|shift)
    | (?:multi-?cloud|cloud|on-?prem\w*)\ (?:and|or|&|/)\ hybrid
    | on[ -]?site\ (?:interview\w*|gym|parking|cafeteria|canteen|cafe|caf\w|day\ ?care|child\ ?care|meals?
      |lunch\w*|fitness|support|travel|deploy\w+|visits?|clients?|customers?|testing|training|staff|medical
      |clinic|massage|restaurant\w*|events?|assessment\w*|inspection\w*|service\w*|installation\w*|meetings?
      |health|amenit\w+|food|facilit\w+|engagement\w*|activations?|leadership|search|seo|content|repair\w*
      |maintenance|doctor|physician|team\ (?:building|events?)|supervis\w+|implement\w+|workshop\w*|audit\w*
      |contractors?|safety|power|construction|personnel|preparation|hardware|laundry|storage|shower\w*
      |pharmac\w+|consult\w+|manager|coordinat\w+)
    | (?:go|going|travel\w*|deploy\w*|visit\w*|time|work)\ on-?site\ (?:with|to|at\ (?:client|customer))\b
    | (?:client|customer|occasional|vendor|final|interview|our)\ on-?sites?\b (?!\ (?:role|position|work))
    | in[ -]person\ (?:interview\w*|meet\w+|events?|formats?|communication|and\ virtual\w*|gatherings?
      |training\w*|session\w*|visits?|conferences?|workshops?|off-?sites?|retreats?|class\w*|care
      |appointment\w*|support|presentation\w*|collaborat\w+|onboarding|or\ (?:virtual\w*
      |phone|video|online|by)|service\w*|demo\w*|networking|selling|sales|therapy|team\ events?)
    | (?:virtual|virtually|online|phone|email|video|writing|written)(?:[ ,/]|[ ]and[ ]|[ ]or[ ]
      |[ ]and/or[ ])+in[ -]person
    | virtual\ (?:assistants?|realit\w+|machines?|meet\w+|events?|care|interview\w*|classroom\w*|reality
      |visits?|health\w*|environment\w*|desktop\w*|network\w*|private|teams?|agents?|production|machine|bank\w*
      |patient\w*|power|screening|tours?|training|onboarding|design|data|and\ in-person)
    | in[ -]office\ (?:lunch\w*|snacks?|meals?|food|perks?|gym|events?|drinks?|breakfast|catering|procedures?
      |massage\w*|barista|kitchen|treats?|visits?|equipment)
    | (?:snacks?|lunch\w*|dinners?|meals?|drinks?|breakfast|food|coffee|provided|dogs?|pets?|beverages?
      |treats?)\b.{0,40}\ (?:in|at)[ -](?:the|our|each)?\ ?offices?
    | home[ -]?office[ -](?:stipend|set-?up|setup|budget|allowance|equipment|furniture|reimburs\w+|expenses?
      |support|ausstatt\w+|pauschal\w+|zuschuss|ergonom\w+)
    | (?:stipend|budget|allowance|reimbursement|equipment|money)\ (?:for|to)\ (?:\w+\ ){0,5}(?:home[ -]?office
      |remote\ work|work\ from\ home)
    | (?:work[ -]from[ -]home|wfh|remote[ -]work)\ (?:stipend|set-?up|setup|budget|allowance|equipment
      |reimburs\w+|gear)
    | (?:front|back|middle|head|post|home|box|microsoft|ms|google|open|libre|law|dental|medical|doctor's
      |principal's|field|branch|corporate|regional|political|tax)\ offices? (?!\ (?:\d|days))
    | office\ (?:365|suite|manager|administrat\w+|hours|supplies|equipment|clerk|skills|software|products?
      |space|snacks|dog|perks|environment|managers?|assistants?|work|culture|management|applications?|tools?
      |setting)
    | (?:experience|experienced|proficien\w+|comfortable|comfortabl[ey]|thrive|ability|skills?
      |familiar\w*)\ (?:\w+\ ){0,8}(?:remote|hybrid)\ (?:\w+\ ){0,2}(?:environment|team\w*|setting|work\w*
      |culture|compan\w+)
    )""",
    re.VERBOSE,
)
_NAMED_TRAPS = re.compile(
    r"\bremote[ -](?:sens\w+|pilot\w*|monitor\w+|control\w*|access|patient|vehicle\w*|operat\w+ (?:cent\w+"
    r"|vehicle)|deposition\w*|sites?|areas?|communit\w+|village\w*)"
    r"|\bhybrid[ -](?:cloud\w*|vehicle\w*|mobile|search|it\b|infrastructure|car\b|electric|powertrain\w*"
    r"|event\w*|identit\w+|seed\w*|bond\w*|warehouse)|\bvirtual (?:assistant|realit\w+|machine\w*|care"
    r"|production|desktop\w*|network\w*|design)|\bmulti-?cloud\b"
)
_NUMBER = (
    r"(?:\d(?:\.5)?|one|two|three|four|five|six|ein|eine|einen|zwei|drei|vier|funf|un|deux|trois|quatre"
    r"|cinq|dos|tres|cuatro|twee|drie|vijf|dois|duas)"
)
_DAYS_WORD = r"(?:days?|x|times|tage?n?|jours?|dias?|dagen|dag)"
_WEEK = (
    r"(?:(?:per|a|/|each|every|pro|par|por|a la|na|die|in der|je|per de)\s?)?\s?(?:week|weekly|wk|woche"
    r"|semaine|semana|week)"
)
_COUNT = re.compile(
    rf"\b({_NUMBER})(?:\s?\(\d\))?\s?(?:-|–|to|or|bis|a|/|ou)?\s?({_NUMBER})?\s?(?:\(\d\))?[ -]?\+?(?:full "
    rf"|working |business |work |remote |home |office |in-office |on-?site )?{_DAYS_WORD}\b"
)
_WEEKLY = re.compile(
    rf"\b{_NUMBER}\+?(?:\s?\(\d\))?[ -]?(?:full |working |business |work )?{_DAYS_WORD}[ -]{{0,2}}{_WEEK}\b"
    rf"|\b(?:once|twice|weekly)\b(?: (?:a|per) (?:week|month))?|\b\d{{2}}\s?%"
    r"|\b(?:mon|tues|wednes|thurs|fri)days?\b|\b(?:some|certain|few|several|most|part) (?:days|of the (?:time"
    r"|week))\b",
)
_NEAR = re.compile(
    rf"\b{_NUMBER} ?(?:-|–|to|or|bis|a|/|ou)? ?{_NUMBER}? ?(?:full )?{_DAYS_WORD} .{{0,14}}\b(?:office"
    rf"|on[ -]?site|in[ -]person|remote|home ?office|from home|teletravail|kantoor|thuis|buro|vor ort"
    rf"|presencial|no escritorio)\b"
    rf"|\b{_NUMBER} (?:in[ -]office|on-?site|remote|home(?: ?office)?|office) (?:days?|tage?)\b"
    rf"|\b{_NUMBER} ?{_DAYS_WORD} .{{0,30}}\b(?:week"
    rf"|woche|semaine|semana)\b|\b(?:teletravail|home ?office) .{{0,12}}\b{_NUMBER} ?{_DAYS_WORD}"
)
_RARELY = re.compile(
    r"\b(?:quarter\w*|year\w*|annual\w*|off-?sites?|retreats?|a month|per month|monthly|occasional\w*)\b"
)
_EVERY_DAY = re.compile(r"\bmon(?:day)?s? ?(?:to|through|thru|-|–|bis) ?fri(?:day)?s?\b")
_OFFICE = re.compile(
    r"\b(?:offices?|on[ -]?site|in[ -]person|headquarters|hq|hub|studio|vor ort|buro|bureau|sur site"
    r"|presencial\w*|presentiel|oficina|kantoor|escritorio)\b"
)
_HOME = re.compile(
    r"\b(?:from home|remote(?:ly)?|wfh|home ?office|home|telecommut\w+|telework\w*|teletravail|teletrabajo"
    r"|teletrabalho|thuis\w*"
    r"|mobile[ns]?[ -]arbeit\w*|home based)\b"
)
_FIVE = frozenset({"5", "five", "6", "six", "funf", "cinq", "vijf", "cinco"})

_ROLE = re.compile(
    r"^(?:- )?(?:position|role|job|stelle|poste|puesto|vaga)\b|\b(?:this|the|our|a|an|full[- ]time"
    r"|part[- ]time)\b (?:[\w/&()'+.,-]+ ){0,7}?(?:role|position|job|opportunity|opening|internship|contract"
    r"|vacancy|stelle|poste|puesto|vaga|functie)\b"
    r"|\b(?:remote|hybrid|on[- ]?site|in[- ]person|in[- ]office"
    r"|office)(?:[ -]based)?,? (?:\w+[- ]){0,2}(?:role|position|job|opportunity|internship|contract|schedule)\b"
    r"|\byou(?:'ll| will|’ll)? (?:\w+ ){0,3}(?:work|be|based|join|come|spend|have)\b|\b(?:candidates?"
    r"|applicants?|employees? in this|this person|the successful|ideal candidate|individual|incumbent|hires?)\b"
    r"|\b(?:must|required|requires?|require|expected|expectation|willing(?:ness)?|able|ability|need|needs"
    r"|needed)\b"
    r"|\b(?:diese stelle|die stelle|die position|ce poste|le poste|este puesto|el puesto|esta vaga|a vaga"
    r"|deze functie)\b"
)
_COMPANY = re.compile(
    r"\b(?:we|we're|we’re|our (?:company|team|culture|employees|teams|people)|is an?|are an?|as an?) .{0,40}?"
    r"\b(?:fully[ -])?(?:remote|hybrid|in[- ]office|in[- ]person|on[- ]?site|distributed)[ -]?(?:first"
    r"|friendly|only|based)?,? (?:\w+ ){0,3}(?:company|team|organi[sz]ation|culture|workplace|workforce"
    r"|startup|start-up|business|environment)\b"
    r"|\b(?:remote|hybrid|office)[- ]first\b|\bremote[- ]friendly\b"
)
_LABEL = re.compile(
    r"^(?:- )?(?:work ?place|work(?:ing)?|location|job|remote|office|employment|position|shift|modality"
    r"|arrangement|schedule|setting|mode|arbeitsort|arbeitsmodell|modalidad|modalidade|teletravail|standort"
    r"|lieu|localisation|ubicacion|locatie|onde|lugar)"
    r"(?: (?:type|model|arrangements?|mode|setting|style|location|environment|shift|schedule|policy|status"
    r"|option|place|format|structure|de trabajo|de trabalho"
    r"|detail))?\b ?(?:\([^)]{0,20}\) ?)?(?:[:|]| [–-])\s*(?P<value>.{2,160})"
)
_YES_NO = re.compile(
    r"^(?:- )?(?:fully )?(?:remote|telecommut\w+|telework|home ?office)(?: \w+){0,2} ?\??[:–-]? (yes|no|ja"
    r"|nein|oui|non|si|true|false)\W*$"
)
_ELSEWHERE = re.compile(
    r"\b(?:interview\w*|hiring process|phone screen|take-home|application process)\b"
    r"|\b(?:weeks?|months?|\d\d days) (?:a|per|every|each|of the) year\b|\bup to \d+ (?:weeks|months)\b"
    r"|\b(?:occasional|some|limited|ad[- ]hoc)(?:ly)? (?:\w+ )?(?:remote|work(?:ing)? (?:remotely|from home))"
)
_OR_OFFICE = re.compile(
    r"\b(?:or|oder|ou|of)\b (?:\w+ ){0,4}(?:offices?|headquarters|hq|buro|bureau|kantoor)\b"
    r"|\boffices?,? or (?:\w+ ){0,2}(?:remotely|from home)\b"
)
_REMOTELY = re.compile(
    r"\b(?:work\w*|perform\w*|done|based|located|live|operat\w+|be|home|role|position|job|fully|completely"
    r"|entirely|employed|available)\b(?:\W+\w+){0,4}?\W+remotely\b"
)
_HASH = re.compile(r"#(?:li|bi|zr)-(remote|hybrid|onsite|on-site)\b")
_NO_REMOTE = re.compile(
    r"\b(?:not|no|isn't|cannot|can't|never|nicht|keine?|non|geen)\b(?: \w+){0,4} (?:remote|telecommut\w+"
    r"|home ?office|work from home|wfh|teletravail)|\b(?:remote|home ?office|work(?:ing)? from home"
    r"|telework\w*|telecommut\w*)(?: \w+){0,3} (?:is|are|will)? ?(?:not|nicht|unavailable|isn't)\b"
    r"|\bnon[- ]remote\b"
)
_NO_OFFICE = re.compile(
    r"\bno (?:physical |central |company )?offices?\b|\b(?:not|never|don't"
    r"|no need to)\b (?:\w+ ){0,4}(?:in the office|office)\b|\bwithout an office\b"
)
_FULLY = re.compile(
    r"\b(?:100 ?%|fully|full|completely|entirely|permanently|exclusively|vollstandig|komplett)[ -](?:remote"
    r"|virtual|home ?office|teletravail|remot[oa])\b|\b(?:remote|teletravail|home ?office"
    r"|remot[oa])(?: \w+)? \(?100 ?%|\bwork (?:remotely )?from anywhere\b|\bcan be (?:performed|done|based"
    r"|located|worked) (?:\w+ )?(?:remotely|anywhere|from anywhere|from home)\b"
)
_ENTIRELY_ONSITE = re.compile(
    r"\b(?:100 ?%|fully|full[- ]time|entirely|completely|strictly) (?:on[- ]?site|in[- ](?:the )?(?:office"
    r"|person))\b|\b(?:on[- ]?site|in[- ]office) (?:full[- ]time|only|daily|every day)\b|\b100% presencial\b"
    r"|\bevery day in (?:the|our) office\b"
)
_PARTLY = re.compile(
    r"\bflexib\w+ .{0,60}\b(?:from home|remotely)\b|\b(?:mix|combination|blend|split|balance|mischung) (?:of"
    r"|between|aus|your).{0,60}(?:office|remote|home|buro)|\b(?:remote|home)(?: work)? and (?:office"
    r"|in[- ]office|on[- ]?site)\b"
    r"|\bpart(?:ly|ially|iel\w*)?[- ](?:remote|teletravail)\b|\bteletravail (?:partiel|possible|hybride)\b"
    r"|\bteilweise (?:remote|home ?office)|\bhome ?office[- ](?:moglich\w*|option\w*|tage?n?|anteil|regelung)"
    r"|\bmoglichkeit .{0,30}(?:home ?office|mobile[nsm]* arbeit\w*|remote)|\bmobile[ns]?[ -]arbeiten\b"
    r"|\b(?:anteilig|nach absprache) .{0,20}home ?office|\bthuiswerken mogelijk|\b(?:gedeeltelijk"
    r"|deels) (?:thuis|remote)|\bsemi[ -]?presencial\b"
    r"|\boffice .{0,30}and (?:from )?(?:home|remote)"
)

_STRUCTURED = (
    (re.compile(r"hybrid|partial|part_|flexible|semi|híbrid|mixed|some_remote|temporar"), "hybrid"),
    (
        re.compile(r"not_remote|non_remote|no_remote|on_?site|in_?office|in_?person|office|presen|on_location"),
        "onsite",
    ),
    (
        re.compile(
            r"remote|telecommut|telework|work_from_home|wfh|anywhere|virtual|home|fully|distributed|remoto"
        ),
        "remote",
    ),
)

_Found = tuple[str, str]


def find_workplace_type(source: Source) -> Finding[str | None]:
    """`remote`, `hybrid`, `onsite` or None where nothing says."""
    posting = source.posting
    places = " | ".join(p.text or "" for p in posting.locations[:50])
    stated = (
        _read_words(fold(posting.title[:300])),
        _read_words(fold(places[:2000])),
        _read_field(posting.workplace_type),
    )
    text, about, sentence = _read_text(source.text)
    seen = [
        (stated[0], "title-word", "title", posting.title),
        (stated[1], "location-word", "location", places),
        (text if about == "days" else None, "days-in-office", "text", sentence),
        (stated[2], "ats-field", "ats:workplace_type", posting.workplace_type or ""),
        (text if about == "role" else None, "role-sentence", "text", sentence),
        ("remote" if posting.is_remote else None, "ats-flag", "ats:is_remote", "true"),
        (text if about == "company" else None, "company-sentence", "text", sentence),
    ]
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


def _read_words(text: str) -> str | None:
    """The mode that a title or a location names."""
    plain = _NAMED_TRAPS.sub(" ", text)
    if re.search(rf"\b{_HYBRID_WORD}\b", plain):
        return "hybrid"
    if re.search(
        r"\b(?:remote(?:ly)?|telecommut\w+|telework|work[ -]from[ -](?:home|anywhere)|wfh|home[ -]based"
        r"|anywhere|worldwide|teletravail|teletrabajo|remot[oa]|virtual|fully distributed)\b",
        plain,
    ):
        return None if _NO_REMOTE.search(plain) else "remote"
    return "onsite" if re.search(r"\b(?:on[ -]?site|in[ -]office|in[ -]person|presencial)\b", plain) else None


def _read_field(stated: str | None) -> str | None:
    key = re.sub(r"[^a-z]+", "_", fold((stated or "")[:80]).replace("onsite", "on_site"))
    return next((value for rule, value in _STRUCTURED if rule.search(key)), None)


def _read_text(text: str) -> tuple[str | None, str, str]:
    """(mode, what it is about: `days`, `role` or `company`, the sentence). The role beats the company."""
    company: tuple[str | None, str, str] = (None, "", "")
    role: tuple[str | None, str, str] = (None, "", "")
    for sentence in find_sentences(text, "workplace"):
        found = _read_sentence(fold(sentence).replace("’", "'"))
        if found is None:
            continue
        mode, about = found
        if about == "days":
            return mode, about, sentence
        if about == "role" and role[0] is None:
            role = mode, about, sentence
        elif about == "company" and company[0] is None:
            company = mode, about, sentence
    return role if role[0] else company


def _read_sentence(sentence: str) -> _Found | None:
    if found := _HASH.search(sentence):
        return found[1].replace("-", ""), "role"
    if found := _YES_NO.match(sentence):
        return ("remote" if found[1] in ("yes", "ja", "oui", "si", "true") else "onsite"), "role"
    if _ELSEWHERE.search(sentence):
        return None
    plain = _TRAPS.sub(" ", sentence)
    label = _LABEL.match(plain)
    about = "role" if label or _ROLE.search(plain) else ""
    if _COMPANY.search(plain) and not label:
        about = "company"
    if days := _read_days(plain):
        everyone = re.match(r"(?:- )?(?:we|our|employees|staff|people|most|all|everyone)\b", plain)
        return days, "company" if about == "company" or everyone else "days" if about else "role"
    mode = _read_mode(label["value"] if label else plain, short=bool(label))
    if mode is None:
        return None
    if not about:
        about = "role" if len(plain) < 70 and _is_header(plain) else "company"
    return mode, about


def _read_days(sentence: str) -> str | None:
    """Days a week in an office or at home: hybrid; all five in an office: onsite."""
    weekly = _WEEKLY.search(sentence)
    if not weekly and not _NEAR.search(sentence):
        return None
    office, home = _OFFICE.search(sentence), _HOME.search(sentence)
    if not office and not home:
        return None
    if office and (counts := [m.groups() for m in _COUNT.finditer(sentence)]):
        low, high = counts[0]
        if low in _FIVE:
            return None if home and not re.search(r"\bnot? remote", sentence) else "onsite"
        return "hybrid" if low or high else None
    if home and _COUNT.search(sentence):
        low = _COUNT.search(sentence)
        return "remote" if low and low[1] in _FIVE else "hybrid"
    if office and _EVERY_DAY.search(sentence):
        return None if home else "onsite"
    if office and re.search(r"\btravel|visit|meet|event|gather|lunch|offsite", sentence):
        return None
    return (
        "hybrid"
        if office
        and re.search(
            r"\bonce|twice|weekly|days\b|%|some|certain|few|most|(?:mon|tues|wednes|thurs|fri)day",
            (weekly or [""])[0],
        )
        else None
    )


def _read_mode(sentence: str, *, short: bool) -> str | None:
    hybrid = re.search(rf"\b{_HYBRID_WORD}\b", sentence)
    if _NO_REMOTE.search(sentence):
        return "hybrid" if hybrid or re.search(r"\bfull(?:y|[- ]time)? ?remote", sentence) else "onsite"
    if hybrid:
        return "hybrid"
    if _FULLY.search(sentence) or _NO_OFFICE.search(sentence):
        return "remote"
    if _ENTIRELY_ONSITE.search(sentence):
        return "onsite"
    if _PARTLY.search(sentence):
        return "hybrid"
    remote = re.search(rf"\b{_REMOTE_WORD}\b", sentence)
    onsite = re.search(rf"\b{_ONSITE_WORD}\b", sentence)
    if remote and _OR_OFFICE.search(sentence):
        return None
    if remote and onsite:
        if short and not re.search(r"\bor\b|/", sentence):
            return "remote" if remote.start() < onsite.start() else "onsite"
        return None  # either, or a comparison
    if remote:
        return "remote" if short or _is_claim(sentence, remote) else None
    if onsite and not short and _RARELY.search(sentence):
        return None
    return "onsite" if onsite and (short or _is_claim(sentence, onsite)) else None


def _is_claim(sentence: str, found: re.Match[str]) -> bool:
    """Whether the sentence claims the mode rather than mentions it."""
    if found[0] == "remotely":
        return bool(_REMOTELY.search(sentence))
    around = sentence[max(0, found.start() - 70) : found.end() + 40]
    return (
        bool(
            re.search(
                r"\b(?:role|position|job|opportunity|internship|contract|work|working|based|located|company"
                r"|team|organi[sz]ation|culture|is|are|be|first|friendly|stelle|poste|puesto|vaga|functie"
                r"|arbeit\w*|moglich)\b",
                around,
            )
        )
        or len(sentence) < 60
    )


def _is_header(sentence: str) -> bool:
    """A short line such as `San Francisco, CA - onsite` or `Remote (US)`: no benefit, no clause."""
    return not re.search(
        r"\b(?:we|our|you|your|will|is|are|works?|offer\w*|stipend|perks?|flexib\w+|option\w*|friendly"
        r"|work(?:ing)?|policy|opportunit\w+|environment|culture|support)\b",
        sentence,
    )
