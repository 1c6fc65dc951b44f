"""Three yes-or-no facts in the words of the posting: work authorisation, visa sponsorship, security clearance.

A sentence counts only when it makes a demand or a statement about the applicant; equal-opportunity and
E-Verify boilerplate, questions and wishes ("a plus") say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from jobwire.enrich.finding import Finding, Rejected, Source
from jobwire.enrich.glossary import to_english
from jobwire.enrich.html import calm_line
from jobwire.enrich.late import compile_late
from jobwire.enrich.sentences import find_sentences
from jobwire.enrich.title import fold

_Judge = Callable[[str], tuple[bool | None, str]]
"""A sentence -> (what it says, why it says nothing)."""

_QUESTION = compile_late(r"\?\s*$|^(?:- )?(?:are|do|will|can) you\b")
_WISH = compile_late(
    r"\b(?:a plus|plus\b|preference|is preferred|are preferred|preferred|preferably|desired|desirable"
    r"|nice[- ]to[- ]have|bonus|advantage\w*|helpful|beneficial|ideally|an asset|would be (?:great|nice|good)"
    r"|wunschenswert|von vorteil)\b"
)

# Work authorisation
_PLACE = r"(?:(?:in|within|for) (?:the )?(?:[\w.']+ ?){1,4})"
_AUTHORISED = compile_late(
    r"\b(?:(?:legally |currently |already |fully |work[- ])*(?:authori[sz]ed|eligible|entitled|permitted"
    r"|allowed)(?: and \w+)? to (?:live and |legally |lawfully )*(?:work|be employed|accept employment)"
    r"|legal(?:ly)? (?:right|authori[sz]ation|authori[sz]ed|eligib\w+|work\w*|able) |authori[sz]ation to work"
    r"|eligibility to work|work(?:ing)? (?:authori[sz]ation|eligibility|permit|rights?)|arbeitserlaubnis"
    r"|aufenthaltstitel|permis de travail|permiso de trabajo|werkvergunning|autorizacao de trabalho"
    r"|employment authori[sz]ation"
    r"|rights? to (?:live and )?work|valid (?:work )?(?:visa|permit|authori[sz]ation)"
    r"|permanent work authori[sz]ation|lawfully (?:work|employed)|able to (?:\w+ )?work (?:in"
    r"|within) .{0,40}\bwithout\b.{0,40}(?:sponsor|visa|restriction))"
)
_STATUS = compile_late(
    r"\b(?:(?:u\.?s\.?a?|united states|american|british|uk|canadian|australian|eu|european|german|swiss"
    r"|indian|nato|sole) (?:citizens?(?:hip)?|nationals?|persons?)|citizens? of the (?:united states"
    r"|u\.?s\.?a?|eu)|(?:citizens?|citizenship)\b.{0,40}\b(?:required|only|requirement|must)|green card"
    r"|permanent residen(?:t|cy)|gc holders?|usc\b|protected individual|itar\b.{0,120}\b(?:citizen|person"
    r"|resident))\b"
)
_DEMAND = compile_late(
    r"\b(?:must|required|requires?|requirement|require|need(?:s|ed)? to|has to|have to|only|should|shall"
    r"|mandatory|necessary|essential|limited to|restricted to|able to (?:provide|show|demonstrate|obtain)"
    r"|be based|proof of|provide|possess|hold|holds|holding|be able to|open to|without (?:the need for "
    r"|requiring |need of |any )?(?:\w+ ){0,3}sponsorship|as a condition|applicants? (?:are|is)|you (?:are"
    r"|have|hold|already have)|you're|you’re|candidates? (?:are|with|who)|erforderlich|voraussetzung"
    r"|gultige\w*|notwendig|obligatoire|imprescindible|valid)\b"
)
_SPONSORED_PAPERS = compile_late(
    r"\bsponsor\w* (?:[\w,'/()-]+ ){0,8}(?:permits?|visas?|authori[sz]ation|eligibility)\b"
)
_AUTH_BOILERPLATE = compile_late(
    r"\be-?verify\b|\bi-?9\b|\b(?:verify|verification of|verifying) (?:the |your |their )?(?:identity"
    r"|eligibility|employment eligibility)|\bform upon hire|\bregardless\b|\bwithout regard|\bdiscriminat\w+"
    r"|\bequal (?:employment )?opportunity|\bprotected (?:class|characteristic|status|veteran)"
    r"|\bnational origin\b|\bcitizenship status\b|\b(?:race|religion|gender|color)\b.{0,80}\bcitizen"
    r"|\bcorporate citizen|\bgood citizen|\bsenior citizen|\bcitizen (?:service|developer|science|scientist"
    r"|engagement|experience|data)"
    r"|\bauthori[sz](?:ation|ed)? (?:server|dealer|signat\w+|request|form|process|provider|representative"
    r"|service|number|us to|the company|disclos\w+)|\b(?:prior|insurance|purchase|payment|oauth"
    r"|authentication,?|and) authori[sz]ations?|\bpre-?authori[sz]ation|\beligib\w+ (?:for|criteria"
    r"|verification|workflows?|benefits?|onboarding)|\b(?:bonus|benefit|patient|insurance|medicaid) eligib\w+"
)
# Permits that the job is about: those of clients, or the files of an office.
_AUTH_OF_OTHERS = compile_late(
    r"\b(?:beratung|beraten|beratst|bearbeit\w+|prufung|prufen|advis(?:e|es|ing)|advice|conseiller|asesor\w+|advies"
    r"|adviseren|consulenza|traitement|instruire|expedicion) .{0,60}\bwork permit"
)
_AUTH_NOT_NEEDED = compile_late(
    r"\b(?:no|not|don't|do not|isn't)\b(?: \w+){0,5} (?:citizenship|work (?:permit|authori[sz]ation|visa)"
    r"|right to work)(?: \w+){0,3} (?:required|needed|necessary)|\b(?:work (?:permit|authori[sz]ation|visa)"
    r"|right to work|citizenship)(?: (?:is|are|ist)| ?[:–-])? ?not (?:required|needed|necessary)"
)
_HELP = compile_late(
    r"\bhelp to obtain\b|\b(?:we|help|assist|support)\b.{0,40}\b(?:obtain|get|apply|secure|process|sponsor)"
    r"|\b(?:help|assist|support)(?: you)? (?:with|on|through|in) (?:the |your |a )?"
    r"(?:work permit|visa|immigration)"
)
_MUST = compile_late(r"\b(?:not|no|cannot|can't|unable|won't|don't|never|without|must)\b")

# Sponsorship
_SPONSOR_KEYWORD = compile_late(
    r"\b(?:sponsor\w*|h-?1-?b1?|h1-?b|visas?|immigration|visum\w*|opt\b|cpt\b|relocation and visa)\b",
    re.IGNORECASE,
)
_SPONSOR_TRAPS = compile_late(
    r"\b(?:event|executive|exec|project|program(?:me)?|corporate|conference|brand|sports?|content"
    r"|clinical(?: trial)?|study|trial|financial|business|title|gold|community|team|research|industry"
    r"|initiative|change|account|potential|media|podcast|league|plan|fund|pe|equity|private equity|government"
    r"|key|senior|product|internal|cross-functional)[- ]sponsor\w*"
    r"|\b(?:company|employer|firm|state|government|federally|industry|fully|investor|pe|university|school"
    r"|privately|commercially|self|bank|church|faith|organization|corporate)[- ]sponsored\b"
    r"|\bsponsored (?:content|posts?|events?|research|by|programs?|projects?|health\w*|benefits?|training"
    r"|ads?|products?|life|social\w*|lunch\w*|activit\w+|insurance|medical|wellness|plans?|401\w*|retirement"
    r"|certif\w+|team|courses?|tuition|search|brands?|links?|trips?|transport\w*|studies|trials?|retreats?|gym)"
    r"|\bsponsor(?:s|ing|ed|ship|ships)? (?:of )?(?:events?|conferences?|research|initiatives?|projects?"
    r"|programs?|packages?|deals?|sales|revenue|activations?|opportunit\w+|companies|relations\w*|alignment"
    r"|agreements?|team|studies|trials?|certifications?|manager|coordinator|partners?|organi[sz]ations?"
    r"|communit\w+|and partnerships?|fulfil\w+|decks?|inventory|employees? (?:for|in) )"
    r"|\b(?:sell|selling|secure|securing|manage|managing|manages|events?|speakers?|content|newsletter"
    r"|partnerships?|exhibit\w+|donors?|advertis\w+|booth|swag|ticket\w*|arena|venue"
    r"|naming)\b.{0,40}\bsponsor\w*|\bsponsor\w*.{0,25}\b(?:advertis\w+|exhibit\w+|booths?|donors?"
    r"|fundrais\w+|events?)\b"
    r"|\bas (?:a |the )?sponsor\b|\bsponsor (?:bank|level|engagement)\b"
)
_VISA_CONTEXT = compile_late(
    r"\b(?:visas?|immigration|h-?1-?b|h1-?b|work (?:authori[sz]ation|permits?|eligibility)|employment"
    r"|authori[sz]\w*|candidates?|applicants?|tn\b|opt\b|cpt\b|green card|right to work|eligible to work"
    r"|sponsorship|citizen\w*|position|role|individuals?|you|we)\b"
)
_NO = (
    r"(?:not|no|cannot|can't|unable|won't|don't|doesn't|isn't|aren't|never|neither|nor|without|n't"
    r"|unavailable|ineligible|keine?n?|nicht)"
)
_NO_SPONSOR = compile_late(
    rf"\b{_NO}\b(?: [\w,/'().-]+){{0,12}}? (?:sponsor\w*|visa sponsor\w*|h-?1-?b|visas?\b(?! (?:card|inc"
    rf"|direct))|immigration (?:support|sponsor\w*))"
    r"|\b(?:sponsor\w*|visas?|h-?1-?b(?: \w+)?|immigration support)(?: [\w/()-]+){0,8}? (?:is|are|will|can"
    r"|at this)\b(?: \w+){0,5} (?:not|unavailable|n't)|\bsponsorship(?: [\w/()-]+){0,6} (?:not (?:available"
    r"|offered|provided|possible|supported)|unavailable|isn't|n/a)"
    r"|\b(?:sponsorship|visa sponsorship|h-?1-?b(?: sponsorship)?)\b ?(?:available|offered"
    r"|provided)? ?[:–-] ?(?:no\b|none|not|n/a|unavailable)|\bno (?:\w+ ){0,2}sponsor\w*|\b(?:no"
    r"|not) (?:h-?1-?b|c2c|opt|cpt)\b"
    r"|\bsponsorship\b.{0,40}\b(?:cannot|can't|won't|not be)\b|\bwho (?:do not|don't"
    r"|will not) (?:now or in the future )?require\b.{0,60}sponsor|\bunable to (?:\w+ ){0,3}sponsor"
)
_YES_SPONSOR = compile_late(
    r"\b(?:we|company|employer|\w+) (?:do |can |will |are able to |are happy to |are open to |also |gladly "
    r"|actively |proudly |fully |is able to |happily |currently |offer to )*(?:sponsor|sponsors|handle|cover"
    r"|arrange|provide"
    r"|provides|offer|offers|support|supports|consider)\b.{0,50}\b(?:visas?|h-?1-?b|sponsorship|green cards?"
    r"|immigration|work permits?|relocation and visa)"
    r"|\b(?:visa |h-?1-?b |immigration |green card |work permit "
    r"|skilled worker )+(?:visa )?(?:transfer )?sponsorship(?: \w+){0,2} (?:is |are |may be "
    r"|can be )?(?:available|offered|provided|possible|supported)|\bsponsorship (?:is |are )?(?:available"
    r"|offered|provided|possible)|\b(?:visa|h-?1-?b)(?: visa)? sponsorship\b ?[:–-]? ?(?:yes|available|provided"
    r"|offered)\b"
    r"|\bable to sponsor\b|\bopen to sponsor\w*|\bhappy to sponsor|\bwilling to sponsor"
    r"|\bwill(?:ing to)? sponsor\b|\bwe(?:'re| are) (?:also )?(?:able|open|willing"
    r"|happy) to (?:\w+ ){0,3}sponsor|\bh-?1-?b (?:transfers? )?(?:candidates? |holders? )?(?:are )?(?:welcome"
    r"|accepted|considered|ok)|\b(?:visa|immigration) (?:support|assistance)\b|\bsponsor (?:your |a |the |an "
    r"|work )*(?:visa|h-?1-?b|green card|work permit)|\bvisum\w*[- ](?:unterstutzung|sponsoring)"
    r"|\bhelp (?:you )?with (?:the |your |a )?(?:visas?|immigration|work permit)|\bsponsorship ?: ?(?:available"
    r"|yes|offered)"
    r"|\bunterstutz\w+ .{0,30}\bvisum|\b(?:accompagn\w+|aide|aidons|apoyo|ayuda\w*|apoio|hulp"
    r"|helpen) .{0,30}\b(?:visa|visado|visto|visum)\b"
)
_SPONSOR_BARE = compile_late(
    r"^(?:- )?(?:visa|h-?1-?b|immigration)(?: visa)?(?: and \w+)? (?:sponsorship|support)(?: (?:and"
    r"|&) [\w-]+(?: \w+)?)?\W*$"
)
_CASE_BY_CASE = compile_late(
    r"\bcase[- ]by[- ]case|\bmay (?:be )?(?:consider|sponsor|offer|provide)|\bexceptional (?:cases|candidates"
    r"|circumstances)|\bdepend\w*|\bnot guarantee"
)
_ASKED = compile_late(r"\b(?:if|whether|should) you (?:\w+ ){0,4}(?:require|need)\b|\bdo you\b|\bwill you\b")

# Clearance
_CLEARANCE = compile_late(
    r"\b(?:security|secret|government|dod|doe|dhs|federal|ts|ts/sci|top[- ]secret|sci|q|l|us|u\.s\."
    r"|public trust|nato|sc|dv|active|personnel|nv1|nv2|baseline|tssci|yankee white"
    r"|position of trust)(?: level)?(?:[ -](?:security|level|secret|government|sci|trust|active"
    r"|dod))*\)? clearances?\b|\bts/sci\b|\bts-sci\b|\btop[- ]secret\b|\bpublic trust\b|\b(?:sc|dv)[- ]cleared\b"
    r"|\bsecurity[- ]cleared\b|\bcleared (?:position|role|candidates?|personnel|professional|engineer|job)"
    r"|\bclearances? (?:required|level|requirements?|is required|at the)|\b(?:obtain|maintain|hold|possess"
    r"|have|active|current|required|level of|require[sd]?)\b.{0,30}\bclearances?\b|\bclearance\b ?[:–-]"
    r"|\bsicherheitsuberprufung\b|\b(?:full[- ]scope|ci|lifestyle) poly(?:graph)?\b|\bhabilitation (?:secret"
    r"|de securite)|\bclassified information\b"
)
_CLEARANCE_TRAPS = compile_late(
    r"\b(?:customs?|medical|health|physical|ground|height|vertical|overhead|tax|background|criminal"
    r"|child abuse|fingerprint|dbs|crb|drug|import|export|cargo|port|site|airport|music|rights|copyright"
    r"|legal|trademark|inventory|price|sample|sales|seasonal|regulatory|doctor'?s?|police|tb|act 3\d|fbi|pa"
    r"|state police|child|volunteer|creatinine|airway|mucus|viral|drug|lactate|check|payment|trade|securities"
    r"|bank|brokerage|freight|agency|building|financial|snow|land|brush|line|fcra|pre-employment|employment"
    r"|final|necessary)[ -](?:\w+ )?clearances?"
    r"|\bclearance (?:sales?|racks?|items?|broker\w*|hole|process(?:es)? (?:for|of) (?:goods|shipments"
    r"|imports))|\bclearing\b|\bclearance of\b|\b(?:trade|open|victoria'?s|secret) secrets?\b"
    r"|\b(?:top )?secret (?:interview|project|mission|recipe|menu|sauce|santa|weapon|shopper|management|store"
    r"|ingredient|manager|to our)"
)
_CLEARANCE_DEMAND = compile_late(
    r"\b(?:must|required|requires?|requirement|need(?:s|ed)?|ability to|able to|eligible|eligibility|obtain"
    r"|maintain|possess|hold|holding|active|current|have|mandatory|minimum|subject to|clearance level"
    r"|clearance ?[:–-]|cleared|with|essential|erforderlich|voraussetzung|vorausgesetzt|bereitschaft|notwendig"
    r"|possed\w+|habilitable|exigee?|necessaire|obligatoire|requise?|willing\w*)\b"
)
_NO_CLEARANCE = compile_late(
    r"\b(?:no|not|n't|without)\b(?: \w+){0,5} clearances?\b(?: (?:is |are )?(?:required|needed|necessary))?"
    r"|\bclearances?(?: \w+){0,3} (?:is |are )?not (?:required|needed|necessary|mandatory)"
    r"|\bclearances?(?: (?:required|level|requirements?|type|status))? ?[:–-] ?(?:none|no\b|not required|n/a)"
)


def find_work_auth(source: Source) -> Finding[bool | None]:
    """True where the applicant must already be authorised to work, a citizen or a permanent resident."""
    return _find(source, "auth", _judge_auth)


def find_h1b_sponsor(source: Source) -> Finding[bool | None]:
    """True where the text offers to sponsor a visa, False where it refuses to."""
    return _find(source, "sponsor", _judge_sponsor)


def find_clearance(source: Source) -> Finding[bool | None]:
    """True where a security clearance, or the ability to obtain one, is demanded."""
    title = fold(calm_line(source.posting.title)[:300])
    value, _ = _judge_clearance(title)
    if value is not None or re.search(r"\b(?:ts/sci|top secret|secret clearance|cleared\b(?! for))", title):
        return Finding(
            value=value is not False, rule="title-word", origin="title", span=source.posting.title[:200]
        )
    return _find(source, "clearance", _judge_clearance)


def _find(source: Source, topic: str, judge: _Judge) -> Finding[bool | None]:
    """The first sentence that says something; a plain no or yes, whichever comes first."""
    rejected: list[Rejected] = []
    for sentence in find_sentences(source.text, topic):
        folded = fold(sentence).replace("’", "'")
        value, why = judge(to_english(folded, "flags_glossary.txt") if source.language != "en" else folded)
        if value is not None:
            return Finding(
                value=value,
                rule="text-statement",
                origin="text",
                span=sentence[:200],
                rejected=tuple(rejected[:5]),
            )
        if why:
            rejected.append(Rejected(value=sentence[:200], why=why))
    return Finding(value=None, rule="unsaid", origin="text", rejected=tuple(rejected[:5]))


def _judge_auth(sentence: str) -> tuple[bool | None, str]:
    sentence = _SPONSORED_PAPERS.sub("sponsorship", sentence)
    if not _AUTHORISED.search(sentence) and not _STATUS.search(sentence):
        return None, ""
    if _AUTH_NOT_NEEDED.search(sentence):
        return False, ""
    if _AUTH_BOILERPLATE.search(sentence):
        return None, "boilerplate"
    if _AUTH_OF_OTHERS.search(sentence):
        return None, "the permit of others"
    if _QUESTION.search(sentence):
        return None, "a question"
    if _offers_help(sentence):
        return None, "the employer helps to get it"
    if _WISH.search(sentence) and not re.search(r"\bmust\b", sentence):
        return None, "a wish"
    if _DEMAND.search(sentence) or len(sentence) < 70:
        return True, ""
    return None, "no demand"


def _offers_help(sentence: str) -> bool:
    return bool(_HELP.search(sentence)) and not _MUST.search(sentence)


def _judge_sponsor(sentence: str) -> tuple[bool | None, str]:
    plain = _SPONSOR_TRAPS.sub(" ", sentence)
    if not _SPONSOR_KEYWORD.search(plain):
        return None, "another kind of sponsor" if plain != sentence else ""
    if _QUESTION.search(plain) or _ASKED.search(plain):
        return None, "a question"
    if _NO_SPONSOR.search(plain) and _VISA_CONTEXT.search(plain):
        if re.search(r"\bnot (?:a problem|an issue|only)\b", plain):
            return None, "no refusal"
        return False, ""
    if _CASE_BY_CASE.search(plain):
        return None, "no promise"
    if _YES_SPONSOR.search(plain) or _SPONSOR_BARE.search(plain):
        return True, ""
    return None, ""


def _judge_clearance(sentence: str) -> tuple[bool | None, str]:
    plain = _CLEARANCE_TRAPS.sub(" ", sentence)
    if _NO_CLEARANCE.search(plain):
        return (None, "a wish") if _WISH.search(plain) else (False, "")
    if not _CLEARANCE.search(plain):
        return None, "another kind of clearance" if plain != sentence else ""
    if _QUESTION.search(plain):
        return None, "a question"
    if _WISH.search(plain) and not re.search(r"\bmust\b|(?<!not )\brequired\b", _WISH.sub(" ", plain)):
        return None, "a wish"
    if _CLEARANCE_DEMAND.search(plain) or len(plain) < 60:
        return True, ""
    return None, "no demand"
