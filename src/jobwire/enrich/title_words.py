"""What the words of titles mean: levels, offices, places, short forms, employment, markers, noise."""

from __future__ import annotations

import re

from jobwire.enrich.late import compile_late


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MAX_CHARS = 300
"""Longer titles are not titles; the rest is ignored."""

GENDER = compile_late(
    r"""[(\[]\s*(?:all|alle|any|every)?\s*(?:genders?(?:\s+neutral)?|geschlechter|gn|mwd|fmd|wmd|human|mensch|a)\s*[)\]]
    | [(\[]?\s*(?<![\w/])(?:m|w|f|d|x|h|v|i|nb|div|gn)(?:\.?\s?[/|,*]\s?(?:m|w|f|d|x|h|v|i|nb|div|gn|divers
      |all)\b\.?){1,4}\s*[)\]]?
    | \b(?:all|alle)\s+(?:genders|geschlechter)\b""",
    re.IGNORECASE | re.VERBOSE,
)
GENDER_ENDING = compile_late(
    r"(?<=[^\W\d_A-Z])(?:[/*:_·]-?(?:innen|in|euse|trice|rice|ne|se|re|ere|ère|te|e|a|as|o|r)(?![\w/])"
    r"|\.-?(?:euse|fe|trice|rice|ne|se|e|ère|ere|te)(?:\.s)?(?![\w/.])"
    r"|\(-?(?:innen|in|euse|trice|ne|se|e|a|as|o|r)\)(?!\w)|/-?(?:frau|mann|frauen)\b)"
)
NOISE = compile_late(
    r"""^\W*(?:urgent(?:ly)?|hot|new|apply\ now|immediate)?\s*
      (?:hiring|opening|requirement|vacancy|hire|wanted|job)\b(?!\s+manager)[\s:!-]*
    | ^\W*(?:join\ (?:us|our\ team|the\ team)\ as|become|(?:we(?:'re|\ are)\ )?(?:hiring|looking\ for|seeking)
      |werde|wir\ suchen|gesucht|nous\ recherchons|recherche|buscamos|se\ busca|wij\ zoeken|gezocht|contrata-se
      |procuramos|vaga(?:\ de|\ para)?)\b[\s:!-]*(?:(?:an?|our\ next|our|the|une?|eine?n?|dich\ als|als)\b\s*)?
    | \b(?:now\ hiring|we(?:'re|\ are)\ hiring|urgent(?:ly)?|immediate\ (?:start|hire|opening)s?
      |sign[-\ ]on\ bonus|apply\ now)\b[!\s]*
    | \b(?:gs|gg|wg|ws|wl|nf|nh|nd)-\d{1,4}(?:-\d{1,4})?(?:/\d{1,2})*\b
    | (?:\#\s?\d+|\b(?:req(?:uisition)?|jr|job|ref|id|r)[-_\ \#:]{0,2}\d{3,}\b|\b\d{4,}\b)
    | \b(?:summer|fall|autumn|spring|winter)\ (?=20\d\d\b)
    | [$€£]\s?\d[\w.,/\ $€£-]{0,30}""",
    re.VERBOSE,
)
EMPLOYMENT = compile_late(
    r"""\b(?:full|part)[-\ ]?time\b(?:/(?:full|part)[-\ ]?time\b)?
    | (?<!smart\ )\b(?:\d{1,2}[-\ ]?(?:months?|mth|weeks?|yrs?|years?)[-\ ])?(?:fixed[-\ ]?term
      |contract(?:[-\ ]to[-\ ]hire|\ to\ perm(?:anent)?)?)(?!s|ors?\b|\s*(?:&|and\b|/)|\ (?:manager|specialist
      |administrat|negotiat|analyst|attorney|counsel|officer|engineer\b\ i|coordinat|management|law
      |compliance))\b(?:\ (?:position|role|basis))?
    | \b(?:\d{1,2}\s?[-–]\s?)?\d{1,2}[-\ ]?(?:months?|mth|weeks?|hours?|hrs?|h|uur|stunden|std|heures|horas|mois
      |monate)\b(?:\s?(?:/|per)\s?(?:week|wk))?
    | \b(?:temporary|temp|seasonal|permanent|freelance(?!\ (?:recruit|manage|market))|freelancer(?=\W
      |$)(?<!^freelancer)|per[-\ ]diem|prn|c2c|1099|w2|casual|locum|interim|acting)\b
    | \b(?:maternity|parental|paternity)(?:\ leave)?(?:\ cover(?:age)?)?\b | \bleave\ cover\b
    | \b(?:remote(?:ly)?|hybrid(?!\ cloud)|on[-\ ]?site|in[-\ ]office|work\ from\ home|wfh|telecommute
      |home[-\ ]?office|home[-\ ]based)\b(?!\ (?:sensing|pilot|support|monitor|care|deposition))
    | \b(?:in\ )?(?:vollzeit|teilzeit|befristet|unbefristet|minijob|festanstellung|cdi|cdd|temps\ (?:plein
      |partiel)|voltijd|deeltijd|fulltime|parttime|tiempo\ (?:completo|parcial)|media\ jornada)\b
    | \b(?:(?:1st|2nd|3rd|first|second|third|night|day|evening|overnight|weekend|morning|swing
      |graveyard)s?[-\ ]shift|nights|weekends|overnight)\b
    | \b(?:spring|summer|fall|autumn
      |winter)?\ ?(?:q[1-4]\ )?\b20[2-4]\d(?:\s?[-/]\s?(?:20)?\d\d)?\b(?:\ (?:start|intake|cohort|graduates?))?
    | \b(?:immediate\ start|start\ (?:asap|immediately)|ab\ sofort|zum\ nächstmöglichen\ zeitpunkt)\b""",
    re.VERBOSE,
)
PARENTHESES = compile_late(r"\([^()]{0,200}\)|\[[^\[\]]{0,200}\]|[(\[][^()\[\]]{0,200}$")
SEGMENT = compile_late(r"\s+[-–—−~@/]+\s*|[-–—−~/]\s+|\s*[|;•·–—»►➤_]+\s+|\s+[|•·]\s*|:\s+|,\s*|\s*//+\s*")
LIST = compile_late(r"([\w\s]{1,40})((?:,[\w\s]{1,40}){1,4}),?\s+(?:and|&)\s+([\w\s]{1,60})")
TAIL = compile_late(
    r"\s+(?:at|in(?!\s+(?:test|training|charge|residence|chief|command)\b)|for|with|to(?!\s+(?:hire|business)\b)|from"
    r"|bei|für|im|mit|zur|zum|within|on\s+behalf|chez|para|based|who|reporting|focused|specializing"
    r"|specialising)\s+.*$",
)
NO_ROLE = compile_late(
    r"""^\W*(?:(?:general|open|spontaneous|speculative|future|unsolicited|initiative)\s+(?:applications?
      |interest|opportunit\w+|candidat\w+|consideration|submission)
    | expression\ of\ interest | talent\ (?:pool|community|network|pipeline)
    | join\ (?:our|us|the)\b(?!\ (?:team\ )?as\b) | pitch\ us
    | [\w\s]{0,30}talent\ (?:pool|community|network)\s*$ | initiativ\w* | candidature\s+spontan\w+
      | candidatura\s+espont\w+ | open\s+sollicitatie | don'?t\ see
    | (?:can'?t|cannot)\ find | work\ with\ us | future\ (?:roles?|openings?) | evergreen | test\ (?:job
      |posting)
    | other\s*$ | dream\ job | create\ your)""",
    re.IGNORECASE | re.VERBOSE,
)
# What must stand in a text for the pattern to be tried, the pattern, what it becomes.
SPELLINGS = tuple(
    (sign, compile_late(pattern), spelling)
    for sign, pattern, spelling in (
        ("c++", r"\bc\+\+", "cpp"),
        ("#", r"\b([cf])#", r"\1sharp"),
        (".net", r"(?<!\w)\.net\b", "dotnet"),
        ("js", r"\b(node|vue|react|next|nuxt)\.?js\b", r"\1js"),
        ("full", r"\bfull[-\s]?stack\b", "full stack"),
        ("end", r"\b(front|back)[-\s]end\b", r"\1end"),
        ("ops", r"\bdev[-\s]ops\b", "devops"),
        ("commerce", r"\be[-\s]commerce\b", "ecommerce"),
        ("biz", r"\bbiz\s?dev\b", "business development"),
        ("vice", r"\b(?:(?:executive|senior|assistant|sr\.?|first|area)\s)?vice[-\s]president\b", "vp"),
        ("vp", r"\b[seaf]vp\b", "vp"),
        ("co", r"\bco[-\s]op\b", "coop"),
        ("mid", r"\bmid[-\s](?:to[-\s]senior[-\s])?(?:level|weight)\b", "midlevel"),
        ("entry", r"\bentry[-\s]level\b", "entrylevel"),
        ("early", r"\bearly[-\s](?:career|in career)\b", "entrylevel"),
        ("new", r"\bnew[-\s](?:college\s)?grad(?:uate)?s?\b", "entrylevel"),
        ("", r"\b(?:level|grade|tier|band|stufe|lvl)[-\s]?(?:[ivx]{1,4}|\d{1,2})\b(?:/\d)?", " "),
        ("'s", r"\b(\w+)'s\b", r"\1s"),
        ("'", r"\b([dl])'(?=\w)", r"\1 "),
        ("’", r"\b([dl])’(?=\w)", r"\1 "),
        (
            "im ",
            r"\bim (?=(?:einzelhandel|einkauf|vertrieb|verkauf|marketing|controlling|kundenservice|lager)\b)",
            "",
        ),
        ("student", r"\bworking[-\s]student\b", "workingstudent"),
        ("group", r"\bgroup product manager\b", "product manager"),
        (
            "",
            r"\b(?:\w+[-\s]speaking|bilingual|multilingual|(?<!react.)(?<!cloud.)(?<!ai.)(?<!digital.)native)\b",
            " ",
        ),
        ("member", r"\bmember of (?:the )?technical staff\b", "member of technical workforce"),
        ("&", r"\br&d\b", "r and d"),
        ("&", r"\b([a-z]{1,2})&([a-z])\b", r"\1\2"),
        ("nurse", r"\bnurse[-\s]+(?:rn|lpn|lvn)\b", "nurse"),
        ("in", r"^(?:an? )?(intern(?:ship)?|working[-\s]?student)\s+(?:in|for)\s+(?:the\s+)?(.+)$", r"\2 \1"),
        ("i", r"^(werkstudent|praktikum|praktikant|workingstudent|stagiaire?)\s+(?:im bereich|im|in)\s", r"\1 "),
        ("%", r"\d{2,3}\s?(?:[-–]\s?\d{2,3}\s?)?%", " "),
        ("innen", r"\b(\w{4,40})innen (?:und|&) \1\w{0,2}\b", r"\1"),
        (
            "",
            r"^(?:ausbildung|azubi|auszubildender?|praktikum|praktikant) (?:zu[mr]|als)(?: ?/ ?zu[mr])? ",
            " ",
        ),
        ("cdl", r"\b(?:class\s[ab]\s)?cdl(?:[-\s](?:class\s)?[ab])?\b(?:\s(?=truck))?", "cdl"),
        ("cdl", r"\bcdl(?=truck)|\bcdl(?=\sotr)", " "),
        ("dev", r"\bdev(?=\s+engineer)", "development"),
        ("founder", r"\bco[-\s]founder\b", "cofounder"),
        ("", r"\s*[&+]\s*", " and "),
        (".", r"(?<=[a-z])\.(?=\s|$)", " "),
    )
)
SHORT = {
    "sr": "senior",
    "snr": "senior",
    "jr": "junior",
    "jnr": "junior",
    "mgr": "manager",
    "eng": "engineer",
    "engr": "engineer",
    "dev": "developer",
    "swe": "software engineer",
    "sde": "software development engineer",
    "sre": "site reliability engineer",
    "tpm": "technical program manager",
    "sdr": "sales development representative",
    "csm": "customer success manager",
    "bdr": "business development representative",
    "mts": "member of technical workforce",
    "rn": "registered nurse",
    "lpn": "licensed practical nurse",
    "lvn": "licensed vocational nurse",
    "cna": "certified nursing assistant",
}
SHORT_ALONE = {
    "ceo": "chief executive officer",
    "cfo": "chief financial officer",
    "cto": "chief technology officer",
    "coo": "chief operating officer",
    "cmo": "chief marketing officer",
    "cro": "chief revenue officer",
    "cpo": "chief product officer",
    "ciso": "chief information security officer",
    "cio": "chief information officer",
}
SHORT |= {
    "rep": "representative",
    "reps": "representatives",
    "exec": "executive",
    "asst": "assistant",
    "coord": "coordinator",
    "dir": "director",
    "assoc": "associate",
    "programme": "program",
    "dr": "doctor",
    "engineeer": "engineer",
    "mgmt": "management",
    "intl": "international",
    "mktg": "marketing",
}
SHORT_AT_END = {"tech": "technician", "ae": "account executive", "prof": "professor"}
ALWAYS_LEVEL = words(
    "senior junior midlevel mid entrylevel intermediate experienced confirme confirmee senior/a medior "
    "pleno semisenior ssr berufseinsteiger berufserfahren experimente experimentee debutant"
)
LEVEL_IF_ROLE_REMAINS = words(
    "staff principal lead associate graduate intern interns internship trainee apprentice apprenticeship "
    "coop extern externship workingstudent werkstudent werkstudentin praktikant praktikantin stagiaire "
    "stagiair stage alternant alternance apprentissage ausbildung auszubildende auszubildender azubi praktikum "
    "practicas estagio founding student entry leading becario becaria head-office"
)
NOT_A_LEVEL_BEFORE = {
    "senior": words("living citizen citizens center housing community communities services helper"),
    "mid": words("market size sized atlantic day term"),
    "intermediate": words("school"),
    "staff": words(
        "accountant nurse attorney pharmacist assistant writer reporter physician therapist auditor officer "
        "photographer psychologist psychiatrist counsel augmentation development member sergeant"
    ),
    "lead": words("generation gen conversion qualification nurture acquisition qualifier poet"),
    "associate": words("professor dean attorney dentist veterinarian justice general lecturer vet"),
    "principal": words("investigator gifts violist"),
    "graduate": words("admissions medical school studies recruiter recruitment teaching program programs"),
    "student": words("success services support affairs life advisor activities counselor recruitment"),
    "stage": words("manager hand technician designer"),
    "entry": words("clerk operator specialist assistant associate representative"),
    "intern": words("program coordinator"),
    "internship": words("program coordinator manager"),
    "apprenticeship": words("program coordinator manager"),
}
LEVEL_CODE = compile_late(r"(?:i{1,3}|iv|v|vi|\d|[lepgt]\d{1,2}|n[1-3]|ic\d)(?:/(?:i{1,3}|iv|v|\d))*")
BARE = words(
    "manager supervisor workingstudent engineer analyst specialist associate coordinator designer "
    "developer scientist administrator representative technician executive officer lead leader intern "
    "architect advisor strategist counsel assistant editor producer trainer instructor internship agent"
) | {"team lead", "team leader", "senior manager"}
OFFICES = frozenset({"director", "head", "vp"})
DROPPED_BEFORE_OFFICE = words("global regional deputy associate assistant group national interim executive-level")
FILLER = words(
    "in for of and the to at a with de la en und im zum als team department role position opening job "
    "opportunity vacancy needed wanted gesucht gezocht m w f d x"
)
PROFESSION = compile_late(r"...(?:ist|ician|ineer|ographer)$")
NO_PROFESSION = words("assist checklist waitlist enlist shortlist")
MORE_ROLES = words(
    "sourcer evangelist scrum founder volunteer moderator influencer annotator cinematographer accountant "
    "president vp director cofounder cio ninja writer partner labeler scientist lead-in hero mentor "
    "fellow developer entwickler entwicklerin ingenieur ingenieurin leiter leiterin berater beraterin "
    "kaufmann kauffrau verkaufer verkauferin mitarbeiter mitarbeiterin referent referentin techniker "
    "technikerin fachkraft pfleger pflegerin arzt arztin sachbearbeiter sachbearbeiterin assistenz "
    "buchhalter buchhalterin mechatroniker elektriker koch kellner fahrer ingenieur developpeur "
    "developpeuse responsable charge comptable vendeur vendeuse infirmier infirmiere ingeniero "
    "desarrollador desarrolladora gerente contable enfermero enfermera vendedor analista consultor "
    "ontwikkelaar medewerker adviseur verkoper monteur verpleegkundige chauffeur engenheiro desenvolvedor "
    "desenvolvedora coordenador enfermeiro tecnico"
)
PLACES = words(
    "emea apac latam dach benelux nordics mena anz amer amers americas europe asia pacific africa global "
    "worldwide international us usa uk uae eu nyc sf la dc bay area london paris berlin munich hamburg "
    "frankfurt cologne dusseldorf stuttgart vienna zurich geneva amsterdam rotterdam brussels dublin "
    "madrid barcelona lisbon porto milan rome stockholm copenhagen oslo helsinki warsaw krakow wroclaw "
    "prague budapest bucharest sofia athens istanbul dubai riyadh cairo lagos nairobi johannesburg mumbai "
    "delhi bangalore bengaluru hyderabad pune chennai gurgaon gurugram noida dhaka karachi singapore "
    "manila jakarta bangkok tokyo osaka seoul beijing shanghai shenzhen taipei sydney melbourne brisbane "
    "perth auckland toronto vancouver montreal calgary ottawa mexico bogota lima santiago boston chicago "
    "austin dallas houston denver seattle atlanta miami phoenix philadelphia detroit portland minneapolis "
    "nashville germany france spain italy portugal netherlands belgium ireland sweden norway denmark "
    "finland poland romania ukraine greece turkey israel india china japan korea australia canada brazil "
    "argentina colombia chile peru philippines indonesia vietnam thailand malaysia pakistan bangladesh "
    "egypt kenya nigeria switzerland austria czech hungary bulgaria latvia lithuania estonia deutschland "
    "osterreich schweiz espana munchen koln wien east west north south eastern western northern southern "
    "coast central northeast southeast northwest southwest midwest california texas florida york georgia "
    "ohio"
)
COMPASS = words(
    "east west north south eastern western northern southern central international global la area coast bay"
)


NOT_PLACES = words("remote hybrid office sales field home service head operations engineering and the data")
