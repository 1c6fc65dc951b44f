"""How postings speak of remote, hybrid and onsite work, and of what only sounds like it."""

from __future__ import annotations

import re

from jobwire.enrich.late import compile_late

REMOTE_WORD = (
    r"(?:remote(?:ly)?|telecommut\w+|telework\w*|work(?:s|ing)?[ -](?:from|at)[ -](?:home|anywhere)|wfh"
    r"|home[ -]based"
    r"|virtual(?= (?:role|position|job|opportunity|internship|work))|virtually|fully virtual"
    r"|from the comfort of your (?:own )?home|from your own home"
    r"|full remote"
    r"|home[ -]?office|mobiles arbeiten|(?:located|based|live|reside|sit) anywhere)"
)
ONSITE_WORD = (
    r"(?:on[ -]?site|wfo|in[ -](?:the |our |an )?office|in[ -]person|office[ -]based"
    r"|physically (?:present|located|based|work\w*|report\w*)"
    r"|at our (?:\w+ ){0,3}(?:office|headquarters|hq)"
    r"|based (?:full[- ]time )?(?:out of|in|at|from) our (?:[\w,]+ ){0,5}(?:office|headquarters|hq|facility"
    r"|plant|campus|warehouse"
    r"|lab|laboratory)"
    r"|work(?:ing)? (?:from|out of|in|at) (?:the|our"
    r"|a) (?:\w+ ){0,3}(?:office|headquarters|hq)"
    r")"
)
HYBRID_WORD = r"(?:hybrid\w*)"

# Words that stand beside a mode and make it mean something else.
TRAPS = compile_late(
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
    | remote(?:\ and\ |\ or\ |\ ?[/&]\ ?)on-?site\ (?:\w+\ )?(?:support|training\w*|services?
      |workshops?|sessions?|customers?|clients?|users?|teams?
      |staff|locations?)
    | (?:on-?site|in[- ]office)(?:\ and\ |\ or\ |\ ?[/&]\ ?)remote\ (?:\w+\ )?(?:support|customers?|clients?
      |users?
      |teams?|staff|locations?|employees|workers|colleagues)
    | in[- ]person\ (?:\w+\ )?(?:meet-?ups?|events?|gatherings?|retreats?|off-?sites?)
    | (?:meet-?ups?|events?|gatherings?|retreats?)\ in[- ]person
    | remote\ users? | remote[- ](?:first|friendly|only)\ (?:companies|startups|businesses|organi[sz]ations)
    | (?:via|through|using|with)\ remote\b(?=[\ .,]|$) (?!\ (?:work|team|tool))
    | hybrid(?:[ -]|\ (?:and|or|&|/)\ )(?:cloud\w*|vehicles?|mobile|apps?|applications?|fields?|search
      |events?|it\b|infrastructure
      |environments?\ (?:of|with|across)|car|cars|electric|environments\b|powertrains?|engines?|bond\w*|seeds?
      |integration
      |identit\w+|architectur\w+|azure|ad\b|data|deployments?|solution\w*|multi|systems?
      |models?\ of(?!\ (?:at|\d|work))|meetings?
      |network\w*|retriev\w+|rag|courses?|classes|learning|teaching|intelligence|agile|warehouse\w*|athlete\w*
      |funds?|securit\w+|shift|(?:role|position|job)\ (?:with|combin\w+|that\ combin\w+|of|between|across)\b
      (?!\ (?:[\w-]+\ ){0,4}(?:days?|offices?|in-office|remote|home|wfh|on-?site|flexib\w+|travel|expect\w*
      |week)\b))
    | (?:multi-?cloud|cloud|on-?prem\w*)\ (?:and|or|&|/)\ hybrid
    | on[ -]?site\ (?:interview\w*|nurser\w+|kindergarten|creche|crèche|pool|shop|bank|barber|bike|ev\b|charging
      |chef|coffee|dining|wellness|librar\w+|garden
      |gym|parking|cafeteria|canteen|cafe|caf\w|day\ ?care|child\ ?care|meals?
      |lunch\w*|fitness|support|travel|deploy\w+|visits?|clients?|customers?|testing|training|staff|medical
      |clinic|massage|restaurant\w*|events?|assessment\w*|inspection\w*|service\w*|installation\w*|meetings?
      |health|amenit\w+|food|facilit\w+|engagement\w*|activations?|leadership|search|seo|content|repair\w*
      |maintenance|doctor|physician|team\ (?:building|events?)|supervis\w+|implement\w+|workshop\w*|audit\w*
      |contractors?|safety|power|construction|personnel|preparation|hardware|laundry|storage|shower\w*
      |pharmac\w+|consult\w+|manager|coordinat\w+)
    | (?:go|going|travel\w*|deploy\w*|visit\w*|time|work)\ on-?site\ (?:with|to|at\ (?:client|customer))\b
    | (?:ansprechpartner\w*|formation|formacion|formacao|schulung\w*|cursos?|visitas?
      |opleiding)\ (?:\w+\ )?on-site
    | (?:in\ the\ office|on-site)\ (?:and\ )?(?:kostenlos\w*|gratis|free)\b
    | on-site\ (?:\w+\ ){0,2}clients\b | \bclients\ (?:\w+\ )?on-site
    | (?:obst|getranke|kaffee|fruits?|frutas?|\w*borrel|lunch|kicker|hunde?|chiens?|honden|cafe|bier|essen|snacks
      |verpflegung|kantine|cantine|parkplatz\w*|parking|fitness\w*|restaurant\w*|comedor|cantina|mensa|catering)\b
      [^,;.]{0,25}\ (?:in\ the\ office|on-site)
    | (?:client|customer|occasional|vendor|final|interview|our)\ on-?sites?\b (?!\ (?:role|position|work))
    | in[ -]person\ (?:interview\w*|meet\w+|events?|formats?|communication|and\ virtual\w*|gatherings?
      |training\w*|session\w*|visits?|conferences?|workshops?|off-?sites?|retreats?|class\w*|care
      |appointment\w*|support|presentation\w*|collaborat\w+|onboarding|or\ (?:virtual\w*
      |phone|video|online|by)|and\ telehealth|service\w*|demo\w*|networking|selling|sales|therapy|team\ events?)
    | (?:virtual|virtually|online|phone|email|video|writing|written)(?:[ ,/]|[ ]and[ ]|[ ]or[ ]
      |[ ]and/or[ ])+in[ -]person
    | virtual\ (?:conferences?|webinars?|assistants?|realit\w+|machines?|meet\w+|events?|care|interview\w*
      |classroom\w*|reality
      |visits?|health\w*|environment\w*|desktop\w*|network\w*|private|teams?|agents?|production|machine|bank\w*
      |patient\w*|power|screening|tours?|training|onboarding|design|data|and\ in-person)
    | (?:politique|policy|politica)\ remote | remote\ (?:policy|politique)
    | in[ -]office\ (?:training\w*|onboarding|orientation|lunch\w*
      |snacks?|meals?|food|perks?|gym|events?|drinks?|breakfast|catering|procedures?
      |massage\w*|barista|kitchen|treats?|visits?|equipment)
    | (?:snacks?|lunch\w*|dinners?|meals?|drinks?|breakfast|food|coffee|provided|dogs?|pets?|beverages?
      |treats?)\b.{0,40}\ (?:in|at)[ -](?:the|our|each)?\ ?offices?
    | home[ -]?office[ -](?:stipend|set-?up|setup|budget|allowance|equipment|furniture|reimburs\w+|expenses?
      |support|ausstatt\w+|pauschal\w+|zuschuss|ergonom\w+|arbeitsplatz\w*)
    | (?:ihr|dein)\ homeoffice\ ist
    | (?:stipend|budget|allowance|reimbursement|equipment|money)\ (?:for|to)\ (?:\w+\ ){0,5}(?:home[ -]?office
      |remote\ work|work\ from\ home)
    | (?:work[ -]from[ -]home|wfh|remote[ -]work)\ (?:stipend|set-?up|setup|budget|allowance|equipment
      |reimburs\w+|gear)
    | (?<!full\ )(?<!your\ )(?<!%\ )(?<!fully\ )
      (?:front|back|middle|post|home|box|microsoft|ms|google|open|libre
      |law|dental|medical|doctor's
      |principal's|field|branch|political|tax)\ offices? (?!\ (?:\d|days|possib|nach|option|per\ week))
    | office\ (?:365|suite|manager|administrat\w+|hours|supplies|equipment|clerk|skills|software|products?
      |space|snacks|dog|perks|environment|managers?|assistants?|work|culture|management|applications?|tools?
      |setting)
    | (?:experience|experienced|proficien\w+|comfortable|comfortabl[ey]|thrive|ability|skills?
      |familiar\w*)\ (?:\w+\ ){0,8}(?:remote|hybrid)\ (?:\w+\ ){0,2}(?:environment|team\w*|setting|work\w*
      |culture|compan\w+)
    )""",
    re.VERBOSE,
)
NAMED_TRAPS = compile_late(
    r"\bremote[ -](?:sens\w+|pilot\w*|monitor\w+|control\w*|access|patient|vehicle\w*|operat\w+ (?:cent\w+"
    r"|vehicle)|deposition\w*|sites?|areas?|communit\w+|village\w*)"
    r"|\bhybrid[ -](?:cloud\w*|vehicle\w*|mobile|search|it\b|infrastructure|car\b|electric|powertrain\w*"
    r"|event\w*|identit\w+|seed\w*|bond\w*|warehouse)|\bvirtual (?:assistant|realit\w+|machine\w*|care"
    r"|production|desktop\w*|network\w*|design)|\bmulti-?cloud\b"
)
NUMBER = (
    r"(?:\d(?:\.5)?|one|two|three|four|five|six"
    r")"
)
DAYS_WORD = r"(?:days?|x|times)"
WEEK = (
    r"(?:(?:per|a|/|each|every"
    r")\s?)?\s?(?:week|weekly|wk"
    r"|week)"
)
COUNT = compile_late(
    rf"\b({NUMBER})(?:\s?\(\d\))?\s?(?:-|–|to|or|bis|a|/|ou)?\s?({NUMBER})?\s?(?:\(\d\))?[ -]?\+?(?:full "
    rf"|working |anchor |business |work |remote |home |office |in-office |on-?site )?{DAYS_WORD}\b"
)
WEEKLY = compile_late(
    rf"\b{NUMBER}\+?(?:\s?\(\d\))?[ -]?(?:full |working |business |work )?{DAYS_WORD}[ -]{{0,2}}{WEEK}\b"
    rf"|\b(?:once|twice|weekly)\b(?: (?:a|per) (?:week|month))?"
    r"|\b\d{2}\s?%\)? (?:\(?of (?:the |your |their |our |working |each )?(?:time|week|work)"
    r"|(?:in[- ])?(?:the |our )?office"
    r"|in[- ]person|on[- ]?site|remote\w*|home ?office|from home|home|presence|hybrid"
    r")"
    r"|\b(?:remote|home ?office|office|on[- ]?site|hybrid)\b.{0,18}\b\d{2}\s?%"
    r"|\b(?:mon|tues|wednes|thurs|fri)days?\b|\b(?:montag|dienstag|mittwoch|donnerstag|lunes|martes|jueves"
    r"|lundi|mardi|jeudi)s?\b (?:bis|und|a|y|au|et|oder|ou|o)\b|\bhalf (?:of )?(?:your|their|the|its) (?:time"
    r"|week)\b"
    r"|\b(?:mon|tues?|weds?|thu(?:rs)?)\.?(?: ?[-–,/&] ?| (?:to|through|and) )(?:weds?|thu(?:rs)?|fri)\b"
    r"|\b(?:some|certain|few|several|most|part) (?:days|of the (?:time"
    r"|week))\b",
)
NEAR = compile_late(
    rf"\b{NUMBER} ?(?:-|–|to|or|bis|a|/|ou)? ?{NUMBER}? ?(?:full )?{DAYS_WORD} (?:(?:in|at|from) (?:our"
    rf"|the) )?.{{0,14}}\b(?:office"
    rf"|on[ -]?site|in[ -]person|remote|wfh|home ?office|from home"
    rf")\b"
    rf"|\b(?:in[ -]office|in the office|on[ -]?site) {NUMBER} days?(?=\W*$| ?[·|,;)•])"
    rf"|\b{NUMBER} (?:in[ -]office|on-?site|remote|home(?: ?office)?|office) (?:days?|tage?)\b"
    rf"|\b{NUMBER} ?{DAYS_WORD} .{{0,30}}\b(?:week"
    rf")\b|\b(?:remote|home ?office) .{{0,12}}\b{NUMBER} ?{DAYS_WORD}"
)
RARELY = compile_late(
    r"\b(?:quarter\w*|year\w*|annual\w*|off-?sites?|retreats?|a month|per month|monthly|occasional\w*)\b"
)
WEEKDAY = compile_late(
    r"\b(?:from home|remote(?:ly)?|wfh) (?:on |every |each )?(?:mon|tues|wednes|thurs|fri)days?\b"
    r"|\b(?:mon|tues|wednes|thurs|fri)days?:? (?:we )?(?:work(?:ing)? )?(?:from home|remote(?:ly)?|wfh)\b"
)
EVERY_DAY = compile_late(
    r"\bmon(?:day)?s? ?(?:to|through|thru|-|–|bis) ?fri(?:day)?s?\b"
    r"|\b(?:lundi au vendredi|lunes a viernes|maandag (?:tot|t/m) vrijdag|montag bis freitag|segunda a sexta)\b"
)
OFFICE = compile_late(
    r"\b(?:commut(?:e|ing) (?:in)?to|(?:our|the) (?:\w+ ){0,3}(?:lab|laboratory|plant|facility|warehouse|campus"
    r"|workshop|factory)\b"
    r"|offices?|on[ -]?site|in[ -]person|headquarters|hq|hubs?|studios?"
    r")\b"
)
HOME = compile_late(
    r"\b(?:from home|remote(?:ly)?|wfh|home ?office|home|telecommut\w+|telework\w*"
    r"|mobile[ns]?[ -]arbeit\w*|home based)\b"
)
FIVE = frozenset({"5", "five", "6", "six"})

ROLE = compile_late(
    r"^(?:- )?(?:position|role|job)\b|\b(?:this|the|our|a|an|full[- ]time"
    r"|part[- ]time)\b (?:[\w/&()'+.,-]+ ){0,7}?(?:role|position|job|opportunity|opening|internship|contract"
    r"|vacancy)\b"
    r"|\b(?:remote|hybrid|on[- ]?site|in[- ]person|in[- ]office"
    r"|office)(?:[ -]based)?,? (?:\w+[- ]){0,2}(?:role|position|job|opportunity|internship|contract|schedule)\b"
    r"|\byou(?:'ll| will|’ll)? (?:\w+ ){0,3}(?:work|be|based|join|come|spend|have)\b|\b(?:candidates?"
    r"|applicants?|employees? in this|this person|the successful|ideal candidate|individual|incumbent|hires?)\b"
    r"|\b(?:must|required|requires?|require|erforderlich|requise?|expected|expectation|willing(?:ness)?"
    r"|able|ability|need|needs"
    r"|needed)\b"
)
COMPANY = compile_late(
    r"\b(?:we|we're|we’re|our (?:company|team|culture|employees|teams|people)|is an?|are an?|as an?) .{0,40}?"
    r"\b(?:fully[ -])?(?:remote|hybrid|in[- ]office|in[- ]person|on[- ]?site|distributed)[ -]?(?:first"
    r"|friendly|only|based)?,? (?:\w+ ){0,3}(?:company|team|organi[sz]ation|culture|workplace|workforce"
    r"|startup|start-up|business|environment)\b"
    r"|\b(?:remote|hybrid|office)[- ]first\b|\bremote[- ]friendly\b"
)
LABEL = compile_late(
    r"^(?:- )?(?:work ?place|work(?:ing)?|location|job|remote|office|employment|position|shift|modality"
    r"|einsatzort|dienstort|werkplek|werklocatie|sede|modalita|formato|regime|modelo"
    r"|arrangement|schedule|setting|mode|arbeitsort|arbeitsmodell|modalidad|modalidade|teletravail|standort"
    r"|lieu|localisation|ubicacion|locatie|onde|lugar|local"
    r"|(?:remote|hybrid|on-?site)(?: ?[/,] ?(?:or )?(?:remote|hybrid|on-?site|in-office)){1,2})"
    r"(?: (?:type|model|arrangements?|mode|setting|style|location|environment|shift|schedule|policy|status"
    r"|option|place|format|structure|de work"
    r"|detail))?\b ?(?:\([^)]{0,20}\) ?)?(?:[:|]| [–-])\s*(?P<value>.{2,160})"
)
YES_NO = compile_late(
    r"^(?:- )?(?:fully )?(?:remote|telecommut\w+|telework|home ?office)(?: \w+){0,2} ?\??[:|–-]? ?\b(yes|no"
    r"|not|none|ja|nein|oui|si|sim|true|false)\b(?:\W*$| ?[,;(—–-].{0,80}$)"
)
ELSEWHERE = compile_late(
    r"\b(?:interview\w*|hiring process|phone screen|take-home|application process)\b"
    r"|\b(?:remote|homeoffice)(?: (?!with\b)\w+)? occasional"
    r"|\b(?:remote|hybrid|from home)\b.{0,30} (?:may|might|could) be (?:considered|possible|available|an option)"
    r"|\b(?:weeks?|months?|\d\d days) (?:a|per|every|each|of the) year\b"
    r"|\bup to \d+ (?:weeks|months)\b|\bnot guaranteed\b"
    r"|\bweekly in[- ]person (?:\w+ ){0,2}(?:events?|gatherings?|meet-?ups?|lunch\w*|socials?|meetings?)\b"
    r"|\b(?:occasional|some|limited|ad[- ]hoc)(?:ly)? (?:\w+ )?(?:remote|work(?:ing)? (?:remotely|from home))"
)
OR_OFFICE = compile_late(
    r"\b(?:or|of)\b (?:\w+ ){0,4}(?:offices?|headquarters|hq|hubs?|studios?)\b"
    r"|\boffices?,? or (?:\w+ ){0,2}(?:remotely|from home)\b"
)
# A form asks on one line and is answered on the next.
QUESTION = compile_late(
    r"^((?:- )?(?:remote|telework|telecommut\w+)[ \w]{0,20}\??:?)[^\S\n]{0,9}\n\s{0,9}"
    r"(?=(?:yes|no)(?:[.!]?[^\S\n]{0,9}$| ?[,;(—–-]))",
    re.I | re.M,
)
REMOTELY = compile_late(
    r"\b(?:work\w*|perform\w*|done|based|located|live|operat\w+|be|home|role|position|job|fully|completely"
    r"|entirely|employed|available)\b(?:\W+\w+){0,4}?\W+remotely\b"
)
# Where a sentence turns from the company to the role.
CLAUSE = compile_late(
    r",? (?:but|however|though|although|except)\b,? |[,;] (?=this (?:\w+ )?(?:role|position|job|opportunity)\b)"
)
# What is made, sold or managed is no statement about where this work is done.
PRODUCT = compile_late(
    r"^(?:- )?(?:manage|coordinate|sell|design|build|develop|support|deliver|implement) "
    r"(?:to |the |our |an? )?(?:future of )?(?:hybrid|remote|on-?site)\b"
    r"|\b(?:helps?|enables?|powers?|empowers?|sells? to|future of|(?:software|platform|tools?|solutions?"
    r"|products?)"
    r" (?:for|that|helps?))\b.{0,60}\b(?:remote|hybrid|on-?site)\b(?!-first)"
)
THIS_ROLE = compile_late(r"\bthis (?:\w+ ){0,2}?(?:role|position|job|opportunity)\b")
HASH = compile_late(r"#(?:li|bi|zr)-(remote|hybrid|onsite|on-site)\b")
NO_REMOTE = compile_late(
    r"\b(?:not|no|isn't|cannot|can't|never"
    r")\b(?: \w+){0,4} (?:remote|telecommut\w+|telework\w*|mobiles arbeiten"
    r"|home ?office|work from home|wfh)|\b(?:remote|home ?office|from home"
    r"|mobiles arbeiten)\b(?: \w+){0,8} not"
    r" (?:possible|available|offered|permitted|allowed|an option|provided|supported|eligible|vorgesehen)\b"
    r"|\b(?:remote|home ?office|work(?:ing)? from home"
    r"|telework\w*|telecommut\w*)(?: \w+){0,3} (?:is|are|will)? ?(?:not|unavailable"
    r"|isn't)\b"
    r"|\bnon[- ]remote\b"
)
ALL_THREE = compile_late(
    rf"\b{REMOTE_WORD}\b.{{0,30}}\b{HYBRID_WORD}\b.{{0,30}}\b(?:or|and) {ONSITE_WORD}\b"
    rf"|\b{ONSITE_WORD}\b.{{0,30}}"
    rf"\b{HYBRID_WORD}\b.{{0,30}}\bor (?:fully )?{REMOTE_WORD}\b"
)
NO_HYBRID = compile_late(
    r"\b(?:not|no|never)\b(?: \w+){0,4} (?:remote|hybrid)(?: \w+)? (?:or|and|nor) (?:hybrid|remote)\b"
)
NO_OFFICE = compile_late(
    r"\bno (?:physical |central |company )?offices?\b|\b(?:not|never|don't"
    r"|no need to)\b (?:\w+ ){0,4}(?:in the office|office)\b|\bwithout an office\b"
)
FULLY = compile_late(
    r"\b(?:100 ?%|fully|full|completely|entirely|permanently|exclusively)[ -](?:im |in )?(?:remote(?:ly)?"
    r"|distributed|virtual|home ?office|from home)\b|\b(?:remote|home ?office)(?: \w+)? \(?(?:100 ?%|fully\b)"
    r"|\bwork (?:remotely )?from (?:anywhere|wherever)\b|\b(?:choose"
    r"|decide) where (?:you|to) work\b|\bcan be (?:performed|done|based"
    r"|located|worked) (?:\w+ )?(?:remotely|anywhere|from anywhere|from home|from any (?:location|place))\b"
)
ENTIRELY_ONSITE = compile_late(
    r"\bdaily (?:presence|attendance) (?:in|at) (?:the|our)\b"
    r"|\b(?:100 ?%|fully|full[- ]time|entirely|completely|strictly) (?:on[- ]?site|in[- ](?:the )?(?:office"
    r"|person))\b|\b(?:on[- ]?site|in[- ]office) (?:full[- ]time|only|daily|every day)\b|\b100% presencial\b"
    r"|\bevery day in (?:the|our) office\b"
    r"|\b(?:report|come|commute|work)\w* (?:(?:in )?to|in|at|from) (?:the|our) (?:\w+ ){0,3}"
    r"(?:office|site|facility|campus|headquarters|hq)"
    r" (?:daily|every (?:work ?)?day|each day)\b"
)
PARTLY = compile_late(
    r"\bfrom (?:our|the|an) (?:\w+ ){0,4}office,? (?:or )?from home\b|\bflexib\w+ .{0,60}\b(?:from home"
    r"|remotely)\b|\b(?:mix|combination|blend|split|balance|mischung) (?:of"
    r"|between|aus|your).{0,60}(?:office|remote|home|buro)|\b(?:remote|home)(?: work)? and (?:office"
    r"|in[- ]office|on[- ]?site)\b"
    r"|\bpart(?:ly|ially)?[- ](?:\w+ ){0,2}(?:remote|office|on-?site|home)\b|\bsemi[ -]?on-site\b"
    r"|\b(?:remote|homeoffice|work from home)(?: \w+)? (?:partly|flexib\w+|nach absprache)\b"
    r"|\bhome ?office .{0,20}\bnach absprache|\b(?:homeoffice|work from home)(?:[- ]\w+)? possib\w+"
    r"|(?<!\d)[1-9]\d ?%\)? (?:\w+ ){0,4}(?:remote|home ?office|from home|mobiles arbeiten)\b"
    r"|\b(?:remote|homeoffice|mobiles arbeiten)(?:[- ]\w+){0,2}\W{1,3}(?:up to |ca\.? )?[1-9]\d ?%"
    r"(?! ?\w* ?(?:travel|reis|bonus))"
    r"|\b(?:remote|homeoffice|from home)\W+(?:\w+\W+){0,2}(?:and|e|o|en|i|&)\W+(?:\w+ ){0,2}(?:office|on-site)\b"
    r"|\bhomeoffice[- ](?:possib\w+|option\w*|days|tage?n?|anteil|regelung)"
    r"|\bpossib\w+ .{0,30}(?:homeoffice|mobiles arbeiten|remote|from home)\b|\bmobiles arbeiten\b"
    r"|\bnach absprache .{0,20}homeoffice"
    r"|\boffice .{0,30}and (?:from )?(?:home|remote)"
    r"|\bhome ?[/&] ?(?:the )?office\b|\boffice ?[/&] ?home\b|\boffice,? (?:or )?(?:from )?home,? (?:or|of)\b"
    r"|\boffice of from home\b"
    r"|\bhome and (?:\w+ ){0,3}(?:office|studio|hub|hq)\b"
    r"|\b(?:come|coming|commute|travel) (?:in)?to (?:the|our) (?:\w+ ){0,3}(?:office|studio|hub) (?:\w+ )?"
    r"(?:regularly|frequently|often)"
    r"|\btelework\w*(?: eligible)?\W{1,3}(?:situational|ad[- ]hoc|partial)\b|\b(?:smart ?working"
    r"|distansarbete)\b|\b(?:from home|remote\w*|home ?office|teletravail|thuis\w*)\b.{0,20}"
    r"\b(?:few|some|several|couple of|certain) days\b|\bhalf\b.{0,25}\b(?:homeoffice|remote|from home)\b"
    r"|\b(?:office|buro|bureau|kantoor|oficina"
    r"|escritorio)\b"
    r".{0,30}\b(?:im monat|par mois|(?:a|per) month|per maand|al mes|por mes)\b.{0,40}\b(?:home ?office|remote"
    r"|a distance"
    r"|from home|thuis|remot[oa])\b|\b(?:home ?office|remote|a distance|from home|thuis"
    r"|remot[oa])\b.{0,50}\b(?:im monat"
    r"|par mois|(?:a|per) month|per maand|al mes|por mes)\b.{0,20}\b(?:office|buro|bureau|kantoor|oficina"
    r"|escritorio)\b"
)

STRUCTURED = (
    (
        compile_late(r"hybrid|partial|partly|optional|part_|flexible|semi|híbrid|mixed|some_remote|temporar"),
        "hybrid",
    ),
    (
        compile_late(
            r"not_remote|non_remote|no_remote|on_?site|in_?office|in_?person|(?<!home)(?<!home_)office"
            r"|presen|on_location"
        ),
        "onsite",
    ),
    (
        compile_late(
            r"remote|telecommut|telework|work_from_home|wfh|anywhere|virtual|home|fully|distributed|remoto"
        ),
        "remote",
    ),
)

# Abroad the word for working at home is a benefit of some days, unless the job or the place itself is called so.
AT_HOME = compile_late(
    r"\b(?:position|work|regime|modelo|modalidade|modalidad|formato|lieu|lugar|local)(?: \w+){0,2}:?"
    r" (?:en |em |im |in |aus dem )?homeoffice\b(?! (?:partly|possib|option|regulier|flex))"
)
# What is done for others at a distance or at their place, in words that English does not have.
SERVICE = compile_late(
    r"\b(?:suporte|soporte|assistenza|assistance|wartung|fernwartung|schulung\w*|formation|formazione|formacion"
    r"|formacao|atencion|atendimento|asistencia|visitas?|beratung|betreuung|opleiding\w*)\b"
    r"|\bclients(?: \w+){0,4} (?:remote|on-site)\b|\b(?:remote|on-site)(?: \w+){0,3} clients\b"
)
# What is no way of working in other languages: `véhicules hybrides`, `vente à distance`,
# `travail à domicile auprès de personnes âgées`.
FOREIGN_TRAPS = compile_late(
    r"\b(?:vehic\w+|veicol\w+|voitures?|coches?|carros?|autos?|automoveis|motor\w*|moteurs?|motori|propuls\w+"
    r"|traction|autobus\w*|bus|camion\w*|nube|nuvem|nuage|batter\w+|pompes?|bombas?)(?: a chaleur)?"
    r" (?:hibrid|hybrid|ibrid|hybryd)\w*(?: y electricos| et electriques)?"
    r"|\bhybride[nrs]? (?:auto\w*|\w*antrieb\w*|\w*fahrzeug\w*|\w*motor\w*|voertuig\w*|warmtepomp\w*|warmepump\w*"
    r"|heizung\w*|\w*system\w*|cloud\w*|batter\w*|netz\w*|saat\w*|bus\w*|trucks?)"
    r"|\b(?:conseil\w*|vend\w*|vent[ea]s?|verko\w+|commercia\w*|format\w*|forma[cdz]\w+"
    r"|enseign\w*|ensin\w*|educ\w+|assist\w*|asist\w*|support|soporte|suporte|surveill\w*|lectura"
    r"|apprent\w*|apprendimento|aprend\w+|onderwijs|bewaking|learning|achat|compra|diagnos\w+|maintenance"
    r"|controle"
    r"|vendita|vendite)(?: (?:et|e|y|de|des|clientele|client|clients|adultos|technique|tecnica))*"
    r" (?:a distanc[ei]a?|a distanza|op afstand)\b"
    r"|\b(?:sensor\w*|sensoriamento|sensoreamento|teledet\w+|telerilevamento|percepcion|deteccion|acesso"
    r"|acceso|acces|accesso"
    r"|control|controle|controllo|mando|monitor\w+|operacion|operacao|comando) remot\w*"
    r"|\b(?:a domicil(?:e|io)|em casa|en casa|a casa|zu ?hause|daheim|thuis|w domu)(?: (?!aten|service|soporte"
    r"|support|suporte|telefon|beratung)[\w']+){0,3}? (?:chez|aupres|clientes?|clients?"
    r"|klient\w*|kund\w*|patient\w*|pacientes?|pazient\w*|beneficiair\w*|beneficiari\w*|personnes|personas"
    r"|pessoas|persone"
    r"|senior\w*|anzian\w*|idos\w+|mayores|ancianos|menschen|clienten|ouderen|usuarios|utentes|particulier\w*"
    r"|familles)\b"
    r"|\b(?:client\w*|klanten|kunden|patient\w*|senior\w*|ouderen|menschen|mensen|pacientes|pessoas|personas"
    r"|personnes"
    r"|pazienti|anziani)(?: [\w']+){0,2}? (?:bei ihnen )?(?:a domicil\w+|a casa|em casa|en casa|zu ?hause"
    r"|daheim|thuis)\b"
)
# `Bürotage: 2 pro Woche`, once its words are English.
DAYS_AFTER = compile_late(rf"\bdays in the office ?: ?({NUMBER})\b(?! ?(?:days?|%))")
