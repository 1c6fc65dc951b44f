"""The words that state an employment type, in several languages, and the words that only look like it."""

from __future__ import annotations

import re

from jobwire.enrich.late import compile_late

TRAPS = compile_late(
    r"""\b(?:
      smart[- ]contracts? | (?:trabajo|trabalho|perfil|forma|manera)\ autonom[oa] | \d+[- ]hours?\ contract
      | vast\ contract | sub-?contract\w* | contracts | contracting
    | contract(?:or)?s?\ (?:manager|management|specialist|admin\w*|negotiat\w+|analyst|attorney|counsel|lawyer
      |officer|coordinator|law|compliance|drafting|review|terms?|workflows?|structur\w+|close|intake
      |requirements?|development|updates?|research|manufactur\w+|furniture|catering|support|engineer(?=\ (?:i
      |ii|iii)\b)|sales|logistics|executive|and|&|performance|value|renewal\w*|lifecycle|paralegal|operations
      |documents?|award|packag\w+|partner\w*|associate|services?|cleaning|vehicles?|relations|success
      |experience|onboarding)
    | (?:government|vendor|customer|client|insurance|employment|commercial|sales|service|federal|state|labor
      |union|legal|master|prime|sign(?:ed)?|negotiat\w+|win\w*|award\w*|existing|new|multi-?year|supply|energy
      |software|saas|dod|gsa|construction|provider|general|electrical|independent\ (?:sales|insurance)
      |building
      |(?:social|psychological|the))\ contract(?:or)?s?
    | (?<!summer\ )(?<!week\ )intern(?:ship)?s?\ (?:program(?:me)?s?|coordinat\w+|recruit\w+|manager|lead
      |supervis\w+|experience)
    | (?:previous|prior|past|relevant|including|manage|managing|mentor|mentoring|supervise|or|through|via|of
      |and|from|academic|related)\ (?:\w+\ )?intern(?:ship)?s?
    | temporary\ (?:housing|accommodation|workers?|staff\w*|works\b|visa|power|structures?|protected|labor
      |assign\w+\ (?:manager|consult))
    | temp\ (?:control\w*|sens\w+|agenc\w+) | seasonal\ (?:menu\w*|trends?|campaign\w*|flu|promotion\w*
      |display\w*
      |planning|products?|demand|changes?|merchandis\w+|staff\w*|associates)
    | full[- ]time\ (?:employees|team\ members|staff|benefits|associates|students?|experience|equivalent
      |colleagues|teammates|offers?|conversion|work\ experience|enrol\w+|undergraduate|study|mba|program
      |education|professional\ experience|industry\ experience|basis\ (?:employees|staff)|roles?\ (?:and|at
      |after|upon)|years?)
    | part[- ]time\ (?:employees|team\ members|staff|associates|students?|jobs?|experience|colleagues
      |teammates
      |faculty\ members|mba|study)
    | (?:not|non|than|become|becoming|convert\w*\ (?:in)?to|leading\ to|lead\ to|of
      |(?<!looking\ )(?<!applications\ )(?<!invited\ )(?<!opening\ )(?<!search\ )(?<!searching\ )for|all|our
      |if\ you're|while|years|into|potential)\ (?:an?\ |our\ |all\ )?full[- ]time
    | apprentice(?:ship)?s?\ (?:program(?:me)?s?|coordinat\w+|manager|instructor|tutor|trainer|assessor
      |recruit\w+|levy)
    | (?:nicht|keine|ohne|not|sem|sin)\ (?:befristet|befristung) | fte\ (?:count|budget|planning|employees)
    | casual\ (?:dining|wear|dress|games?|gaming|attire|restaurants?|footwear|friday\w*|setting|atmosphere
      |environment|conversations?|staff\w*)
    | (?:no|not|without)\ (?:\w+\ )?(?:c2c|corp[- ]to[- ]corp|1099) | (?:c2c|corp[- ]to[- ]corp
      |1099)\w*\ (?:is\ |are\ )?not
    | fixed[- ]term\ (?:employment\ )?(?:agreements|contracts|deposits|income|loans|annuit\w+)
    | temporary\ (?:exhibit\w*|exhibitions?|replacement\ parts)
    | permanent\ resid\w+ | freelancers | contractors(?!\ only) | interns | freelance\ (?:talent|network|market\w*
      |manage\w+|designers|writers|experience|recruit\w+)
    )(?!\w)""",
    re.VERBOSE,
)
INTERNSHIP = compile_late(
    r"\b(?:intern|internship|internships|extern(?:ship)?|co-?op|\w*praktikum|\w*praktikant\w*|praktika"
    r"|pflichtpraktik\w+"
    r"|praxissemester"
    r"|stagiaires?|stagiair\w*|stageplaats|afstudeerstage|meewerkstage|stageopdracht|becari[oa]s?|practicas"
    r"|alternance|alternante?s?|contrat d'apprentissage|en apprentissage|contrat de professionnalisation"
    r"|practicante|pasantia|pasante|estagi\w+|beca(?= de \d| remunerada)|ausbildungs(?:beginn|start|dauer)"
    r"|tirocini\w+|stagista|staz)\b"
)
STAGE = compile_late(
    r"^\W*becas?\b(?!'| para\b| de (?:com"
    r"|transport|aliment|estudi|idiom|guarderia|salud|restaurant))"
    r"|^\W*stage\b(?! (?:manager|hand|technician|designer|director|crew|left|right|lighting"
    r"|sound|rigg\w+"
    r"|production|supervisor|assistant|electric|carpenter|actor))"
    r"|\bstage (?:en|de \d|de fin|-|alternan|h/f|f/h|pfe|\()"
)
TEMPORARY = compile_late(
    r"\b(?:temporary|temp|seasonal|fixed[- _]?term|ftc|limited[- ]term"
    r"|term[- ]limited|(?:year|month)s?[- ]term|term (?=position|appointment)|per[- ]?diem|prn|casual|locums?"
    r"(?: tenens)?|zero[- ]hours?|0[- ]hours? contract"
    r"|(?:maternity|parental"
    r"|paternity)(?: leave)?(?: cover(?:age)?)?|leave (?:cover(?:age)?|replacement)"
    r"|holiday help|peak season"
    r"|summer job"
    r"|provisional"
    r"|bank (?=(?:staff |registered |theatre )?(?:nurse|midwife|hca|health ?care|support worker"
    r"|care assistant))"
    r"|befristet\w*|oproepkracht\w*|vakantiewerk|befristung(?! ?:? ?(?:nein|keine|ohne|unbefristet))"
    r"|ferienjob\w*"
    r"|elternzeitvertretung"
    r"|schwangerschaftsvertretung|aushilf\w*|saisonkraft|saison\w*|vikariat\w*|visstid\w*"
    r"|zeitarbeit|fij[oa][- ]discontinu[oa]|(?:one|two|three|four|five|\d)-(?:year|month) appointment"
    r"|contrato a termo|termo (?:in)?certo|contrato de (?:sustitucion|interinidad|relevo)"
    r"|sustitucion por baja|baja (?:de|por) maternidad"
    r"|(?:limited|restricted) to (?:\w{3,6}|\d{1,2}) (?:years?|months?)|grant[- ]funded (?=position|role|post)"
    r"|cdd|interim|tempo determinato|contrato por obra|interimaire"
    r"|saisonnier\w*|duree determinee|contrato temporal|(?<!incapacidad )(?<!serie )temporal(?=\W*$| ?[,;()/|-])"
    r"|eventual|temporada"
    r"|tijdelijk(?=\W*$| ?[,;()/|-]| met uitzicht| contract| dienstverband)"
    r"|tijdelijke (?:functie|baan|aanstelling|vacature|opdracht|(?:\w+ ){0,2}\w*(?:medewerk\w+|kracht\w*))"
    r"|seizoens(?:werk|kracht|medewerk|contract|arbeid|baan|hulp)\w*"
    r"|uitzend\w*|temporari[oa]|prazo determinado|sazonal)\b"
)
CONTRACT = compile_late(
    r"\b(?:(?<!voltijds )(?<!deeltijds )(?<!vast )(?<!tijdelijk )(?<!permanent )(?<!permanent full-time )"
    r"(?<!permanent full time )contract|contractor"
    r"|contractual|contracted|freelance|freelancer|freelancing|self[- ]employed|c2c"
    r"|c2h|contingent worker(?! program)|corp[- ]to[- ]corp|1099|contract[- ]to[- ](?:hire|perm\w*)"
    r"|b2b contract|independent contractor|contractors only|gig"
    r"|freiberuf\w*|freie\w* mitarbeit\w*|umowa zlecenie|auftragsbasis|(?:outside|inside) ir35"
    r"|auto-entrepreneur\w*|intermittents?(?= du spectacle)|tagessatz|tjm|(?:un|en|comme|commercial|commerciale"
    r"|consultant|conseiller|mandataire|travailleur) independante?|selbst?standige[rn]? handelsvertret\w+"
    r"|prestataire"
    r"|prestador(?:a)? de servicos|autonomo|freelancer\w*|zzp\w*|\bpj)\b"
)
PART = compile_late(
    r"\b(?:part[- _]?time|parttime|teilzeit\w*|halbtags|minijob\w*|mini-job\w*|(?:4[05]|5\d"
    r"|60)\d[- ]?(?:euro|€)[- ]?(?:basis|job\w*|kraft)|geringfugig\w*"
    r"|werkstudent\w*|working[- _]?student|temps[- _]partiel|mi-temps|tiempo parcial|media jornada"
    r"|jornada parcial|deeltijd|bijbaan\w*|meio[- ]periodo|tempo parcial|half[- ]time|deltid|tempo parziale"
    r"|part-?timer"
    r"|pol etatu)\b"
)
FULL = compile_late(
    r"\b(?:full[- _]?time|fulltime|vollzeit\w*|temps[- _](?:plein|complet)|tiempo completo|jornada completa"
    r"|voltijd\w*|tempo integral|periodo integral|tempo inteiro|tempo pieno|heltid|fuldtid|pelny etat)\b"
)
RULES = (("internship", INTERNSHIP), ("temporary", TEMPORARY), ("contract", CONTRACT))
MONTH_CONTRACT = compile_late(
    r"\b\d{1,2} ?\+?[- ]?(?:month|mth|mo|week)s?\b[- ](?:\w+ ){0,2}(?:contract|engagement"
    r"|assignment)\b(?!.{0,12}fixed)"
)
FIXED = compile_late(r"\bfixed[- _]?term|\btemp(?:orary)?\b|\bbefristet")
EITHER = compile_late(
    r"\bfull[- ]?time(?: or | ?/ ?)(?:contract|freelance)|\b(?:contract|freelance)(?: or | ?/ ?)full[- ]?time"
)
MINIJOB = compile_late(r"\bmini-?job|\bgeringfugig|\b[456]\d\d[- ]?(?:euro|€)[- ]?(?:basis|job|kraft)")
# A trade that is learnt at work: the weakest word of a title, an apprentice may well be `full time`.
APPRENTICE = compile_late(
    r"\b(?:apprentice(?:ship)?s?|apprentie?|auszubildende\w*|azubi\w*|lehrling\w*|lehrstelle|ausbildungsplatz"
    r"|duales studium|dualer student\w*|aprendiz|aprendizaje?|leerling\w*|leerwerkplek|apprentissage)\b"
    r"|^\W*(?:\d{4} )?(?:berufs)?ausbildung\b|\bausbildung (?:zum|zur|als)\b"
)
# Without an end: French and Romance-language boards, and several ATS, say so and mean a full-time job.
CODES = {"ft": "full_time", "full": "full_time", "pt": "part_time", "part": "part_time"}
CODES |= {"completa": "full_time", "parcial": "part_time", "b2b": "contract"}
PERMANENT = compile_late(
    r"\b(?:indefinite|cdi|contrat a duree indeterminee|(?:contrato )?indefinido|indeterminato|efetivo|clt"
    r"|vaste? (?:contract|aanstelling|dienstverband)|onbepaalde (?:tijd|duur)|permanent contract"
    r"|tempo indeterminato|umowa o prace"
    r"|tillsvidare\w*|contrato fijo|permanent|unbefristet\w*|festanstellung)\b"
)
PJ, CLT = compile_late(r"\bpj\b(?!.*\bclt\b)"), compile_late(r"\bclt\b")
"""In Brazil a post as an employee or as a contractor: where both are offered, the employee's."""
TEXT_CHARS = 20_000
CDI = compile_late(r"\bcdi\b")
SPANS = compile_late(r"(?:- )?(?:contract|duration|assignment|engagement)\b")
MONTHS = compile_late(r"\d{1,2}\+? ?[- ]?(?:months?|mths?|weeks?)\b")
LABEL = compile_late(r"^(?:- )?(?P<label>[\w'’ /().&-]{2,45}?)(?: ?[:|]| [–-]|[–-](?= )) ?(?P<value>.{2,120})")
LABEL_CUE = compile_late(
    r"\b(?:types?|contract\w*|employment|position|role|job|hours|schedule|duration|status|term|basis|commitment"
    r"|fte"
    r"|hire|worker|full[- ]time ?/|flsa|engagement|appointment|assignment|work|modality|length|shift"
    r"|anstellung\w*|\w*arbeits\w*|\w*umfang|beschaftigung\w*|pensum|vertrag\w*|dauer|form"
    r"|contrats?|statut|poste|duree|temps|emploi|contrato|contratacion|jornada|horario|regimen|modalidade?"
    r"|contratacao|vaga|regime|horaria|vinculo|dienstverband|uren|contratto|orario|tipo|umowa|rodzaj|wymiar|etatu"
    r"|anstallnings\w*|omfattning|ansattelses\w*)\b"
)
NOUN = (
    r"(?:role|position|job|opportunity|opening|post|employment|appointment|assignment|engagement|vacancy"
    r"|internship|contract|schedule|basis)"
)
TYPE = (
    r"(?:indefinite|limited[- ]term|(?:permanent )?full[- ]?time|part[- ]?time|half[- ]time|prn|zero[- ]hours?"
    r"|apprenticeship|freelancer?|contract(?:ed|or)?(?:[- ]to[- ]hire)?|1099|c2c|temporary"
    r"|temp|seasonal|fixed[- ]term|per[- ]diem|internship|intern|casual|working student|co-?op)"
)
HOURS = compile_late(
    r"(?:- )?(?:(?:permanent|indefinite)[,:]? )?(?:(?:weekly |work(?:ing)? )?hours(?: per week)?:? )?"
    r"(?:up to |about |approx\.? |ca\.? )?"
    r"(?P<low>\d{1,2})(?:[.,]\d+)?(?: ?(?:-|–|to|bis|tot|a|t/m) ?(?P<high>\d{1,2})(?:\.\d+)?)? ?\+?(?:(?:hours?"
    r"|hrs?|h)\b\.? ?)?(?:(?:per|a|/|the|each) ?)(?:week|wk)\b.{0,40}$"
)
FULL_HOURS = 35
PART_HOURS = 30
LETTERS = compile_late(r"(?<=[\s(/,])(FT|PT)(?=\s*[)/]|\s*$|\s(?i:nights?|days?|evenings?|weekends?)\b)")
CLAIM = compile_late(
    rf"\b(?:this|it|that|position|role|job|opportunity)\b(?: [\w/()-]+){{0,4}} (?:is|will be|would be"
    rf"|requires)\b.{{0,50}}?\b{TYPE}\b"
    rf"|\b(?:looking for|seeking|hiring|offering|need|as) an? (?:[\w-]+,? ){{0,2}}{TYPE}\b|\b(?:this|our"
    rf"|the) (?:[\w-]+ ){{0,2}}internship\b|\bwork (?:full|part)[- ]time\b"
    rf"|\b{TYPE}\b,? ?(?:\([^)]{{0,30}}\),? )?(?:(?!(?:from|to|of|with|by)\b)[\w/&-]+,? ){{0,4}}?{NOUN}\b"
    rf"|\b(?:as an? )?intern,? you\b|\b{TYPE} (?:[\w-]+ ){{1,4}}(?:beginning|starting)\b"
    rf"|\bon an? (?:freelance|contract|temporary|part[- ]time|full[- ]time"
    rf"|fixed[- ]term|per[- ]diem|casual) basis\b"
    r"|\b\d{1,2}\+?[- ](?:month|week)s?[- ](?:\w+[- ]){0,2}(?:contract|engagement|assignment)\b|\b(?:fulltime"
    r"|parttime)\b|\b(?:summer|fall|autumn|spring|winter|paid|unpaid|\d{1,2}[- ](?:week"
    r"|month)s?)[- ](?:[\w-]+ ){0,2}"
    r"internship\b|\bcontract (?:is|will be|runs?) (?:for )?(?:[\w-]+ ){0,2}\d{1,2}[- ]months?\b"
    r"|\bthis (?:[\w-]+ ){0,2}co-?op\b"
    r"|\b(?:hiring|seeking|looking for|recruiting) (?:[\w-]+ ){0,2}(?:seasonal|temporary)\b"
    r"|^\W*(?:long|short)[- ]term contract\b|\bfixed[- ]term (?:until|for \d|of \d)"
    r"|^\W*(?:student |graduate )?internship (?:in|at|with)\b"
)
SHORT_CHARS = 40
SHORT_CLAIM = compile_late(
    rf"(?:- )?(?:{TYPE}|maternity|parental)\b|.*\b(?:full[- ]time|part[- ]time|freelance)$"
)
COMPANY = compile_late(
    r"\b(?:eligible|benefits?|employees (?:who|are|receive|will)|vacation|pto|insurance|401|if you(?:'re"
    r"| are) (?:a )?full|compensation|salary|years of|experience (?:as|in|with)|worked|previous\w*|graduat\w+"
    r"|degree|students? (?:who|are))\b"
)
THIS_IS = compile_late(
    rf"(?:- )?(?:this|the) (?:[\w-]+ ){{0,2}}(?:role|position|job|opportunity) (?:is"
    rf"|will be) (?:an? )?(?:[\w-]+,? ){{0,2}}{TYPE}\b"
)

# `The salary range for this full-time position`: what the sentence takes for known.
FOR_THIS = compile_late(rf"\b(?:for|of|in|to) this (?:[\w-]+,? ){{0,2}}{TYPE},? (?:[\w-]+,? ){{0,2}}?{NOUN}\b")
# The facts of a header, `Dallas, TX | FT | $20 an hour`, in which the two letters stand alone.
FACTS = compile_late(r" ?[|•·] ?| [-–—] ")
LETTERS_ALONE = compile_late(r"(FT|PT)(?:[ ,/]{1,2}(?i:days?|nights?|evenings?|weekends?))?")
IS_HEADER = compile_late(
    r"\d|, [A-Z]{2}\b|^(?:FT|PT)\W*$|(?i:\b(?:days?|nights?|evenings?|weekends?|shifts?|remote|hybrid|on-?site"
    r"|permanent)\b)"
)

# Wordings that state the type of a job wherever they stand.
SAYS = compile_late(
    r"\b(?:(?:outside|inside) ir35|(?:\w+|\d)-(?:year|month) appointment"
    r"|term[- ]limited (?:position|role|appointment)"
    r"|(?:hired|engaged|work\w*|paid) as an? (?:1099 )?independent contractor"
    r"|(?:position|post|role|appointment) is (?:limited|restricted) to \w+ (?:years?|months?)"
    r"|grant[- ]funded (?:position|role|post)|c2c|corp[- ]to[- ]corp|temp[- ]to[- ](?:hire|perm)"
    r"|seasonal (?:help|work)|\d{1,2}[- ]months? ftc|summer job|zero[- ]hours?(?! of)"
    r"|(?:maternity|paternity|parental)(?: leave)? (?:cover(?:age)?|backfill|replacement)"
    r"|(?:w-?2|c2c|1099)(?: ?(?:/|,|or|and) ?(?:w-?2|c2c|1099))+"
    r"|independent contractor (?:role|position|agreement|basis)|contractors only)\b"
)
# Time once spent elsewhere, by the one who applies.
PAST = compile_late(
    r"\b(?:experiences?|experiencia|erfahrung\w*|ervaring|experiencias|absolviert\w*|abgeschlossen\w*"
    r"|abgeschlossene"
    r"|prior|previous|premiere|esperienza)\b"
)
FTE = compile_late(
    r"(?<![\d.,])(?P<before>[01]?[.,]\d{1,2}) ?(?:fte|vza|etp)\b|\b(?:fte|vza"
    r"|etp) ?[:=-]? ?(?P<after>[01](?:[.,]\d{1,2})?)(?![\d%])"
)
FULL_FTE = 0.9
# `Pflegefachfrau 60-80%`: the share of a full week, as Swiss titles end.
SHARE = compile_late(
    r"(?<!remote )(?<!homeoffice )(?<![\d.,])(?P<low>\d{2,3})(?: ?%)?(?: ?(?:-|–|bis"
    r"|to) ?(?P<high>\d{2,3}))? ?%(?=\s*(?:$|[()\],|]| - ))"
)
# `HR Adviseur (24-32 uur)`; not the hours of one shift, nor `24 hour`.
TITLE_HOURS = compile_late(
    r"(?<![\d.,/-])(?P<low>\d{1,2})(?:[.,]\d)?(?: ?(?:-|–|bis|tot|to"
    r"|a) ?(?P<high>\d{1,2})(?:[.,]\d)?)? ?(?:uur\b|std\b|stunden\b"
    r"|h(?<!24h)(?= ?(?:$|[)/(])| -)"
    r"|(?:hours?|hrs?|h|heures|horas)(?= ?(?:/ ?w|/ ?sem|per week|p\.?w|a week|weekly|hebdo|semana|par sem)))"
)
PART_TITLE_HOURS = 32
FULL_SHARE, PART_SHARE = 100, 90
WEEKLY = compile_late(
    r"\b(?:someone|looking for|averag(?:e|ing)|role|position|job|commitment|work(?:ing)?|requires?|candidate"
    r"|somebody|person|part|offer\w*|agreement|contract|worker|up to|approx|about|around|circa)\b\.?"
    r".{0,40}?\b(?P<low>\d{1,2})(?: ?(?:-|–|to|tot|bis|a|t/m) ?(?P<high>\d{1,2}))? ?(?:(?:billable )?hours|hrs?"
    r"|h) ?(?:(?:a|per|each|/) ?(?:week|wk))\b"
)
PARTS = compile_late(r" ?[|•·;] ?| [-–—/] |, ")
LIST_CHARS = 120
TYPE_ALONE = compile_late(rf"(?:an? |in |en |a )?{TYPE}(?: {NOUN})?")

# A sentence about what the person does for others' contracts says nothing about their own.
DUTY = compile_late(
    r"\W*(?:(?:you(?:'ll| will)?|vous|sie|je|du) )?(?:recruit|manage|coordinate|oversee|supervise|mentor"
    r"|organi[sz]e"
    r"|process|administer|negotiate|draft|review|gerez|gerer|beraten|betreuen|beheert|gestionar|gerenciar)\b"
)
# Of a role it says nothing about hours; of a contract it does.
ONLY_PERMANENT = compile_late(r"\bpermanent\b(?! contract)")

# In another language a kind of employment is hardly mentioned but to state it, or in one of these.
MENTION = compile_late(
    r"\b(?:betreu\w+|vermitt\w+|vermiet\w+|anleit\w+|ausbild(?:en|ung von)"
    r"|encadr\w+|accompagn\w+|begeleid\w+|supervis\w+|formation"
    r"|acompan\w+|gest(?:ion|ao|ione)|beheer\w*|verwalt\w+|coordina\w+|orient\w+|tutor\w*|experienc\w+"
    r"|experienz\w+|esperienz\w+|\w*erfahrung\w*"
    r"|ervaring|doswiadczen\w+|erfarenhet|z\.? ?b|durch|dopo|nach (?:dem|der|ihrem|deinem)|apres|tras|depois"
    r"|mitarbeitende\w*|beschaftigte\w*|kolleg\w+|team aus|collaborateurs|empleados|medewerkers|colaboradores"
    r"|bewerb\w+|krafte|azubis|unterstutzung (?:der|von|unserer)|manag\w+|leiten|fuhrung|coordonn\w+"
    r"|regardless|oder vergleichbar\w*|(?<!looking for )(?:interns|staff))\b"
)
CLAUSES = compile_late(r"[,;:|•·()!]|(?<!\d) [-–—/+] | [-–—/+] (?!\d)|\. ")
# What may stand beside a kind of employment in a clause that says hardly more than that.
ASIDE = compile_late(
    r"\b(?:an?|one|two|three|four|six|twelve|the|this|is|are|will|be|as|on|in|for|of|to|with|or|and|your|up"
    r"|until|till|from|about|approx|approximately|around|roughly|circa|ca"
    r"|initially|immediately|available|offered|contract|agreement|status|basis|exempt|non-exempt|regular|salaried"
    r"|collaboration|como|comme|hourly|paid|unpaid|renewable|minimum|days?|evenings?|nights?|weekends?|shifts?"
    r"|months?|weeks?|years?|hours?|per"
    r"|flexible|starting|looking|we|offer|duration|permanent|student|eine?[nmrs]?|die|der|das|ist|als|auf|im|zu"
    r"|besetzen|ab|bis|sofort"
    r"|von|mind|une?|de|d|du|des|en|a|la|le|pour|pourvoir|un[ao]?|con|por|el|los|las|posibilidad|desde|een|het"
    r"|van|voor"
    r"|op|met|je|um|uma|do|da|com|para|no|na|di|per|w|na|i|o|e|y|et|und)\b|[\W\d_]+|" + NOUN + r"\b"
)
HIRING = compile_late(
    r"\b(?:hiring|seeking|looking for|recruiting|join us as|need|opening for|search(?:ing)? for|applications for"
    r"|invited for) (?:[\w'-]+ ){0,5}?"
    rf"(?:seasonal|part-timers?|{TYPE})\b"
    r"|\b(?:be|as) an? (?:independent contractor|contractor|part-timer)\b"
)

WEEK = compile_late(
    r"(?<![\d.,/€$£-])(?P<low>\d{1,2})(?:[.,]\d+)?(?: ?(?:-|–|to|bis|tot|a|t/m|et|/|up to) ?(?P<high>\d{1,2})"
    r"(?:[.,]\d+)?)?"
    r" ?\+?[- ]?(?:hours?|hrs?|h) ?(?:(?:per|a|each|/|p\.?) ?)(?:week|wk)\b"
)
"""The hours of a week, in a clause that says little else."""
NUMBER_OF_HOURS = compile_late(
    r"(?P<low>\d{2})(?:[.,]\d+)?(?: ?(?:-|–|to|bis|tot|a) ?(?P<high>\d{2})(?:[.,]\d+)?)?(?= ?(?:hours|h\b|$"
    r"|[,(]))"
)
OF_HOURS = compile_late(r"\b(?:hours|uren|weekly|\w*umfang|pensum|\w*arbeitszeit)\b")
OF_SPAN = compile_late(r"\b(?:duration|length|period)\b")
WITH_BENEFITS = compile_late(r"(?:\bwith|,) (?:(?:great|full|good|excellent|generous) )?benefits(?: eligible)?\b")

OF_MONTHS = compile_late(r"\bagreement (?:\w+ )?\d{1,2} (?:months|years)\b")
"""In another language a contract of some months has an end; in English it is the contractor's."""
WEEKLY_HOURS = compile_late(
    r"\bweekly hours\W+(?:\w+ ){0,3}?(?P<low>\d{2})(?: ?(?:-|–|to|bis) ?(?P<high>\d{2}))?(?!\d)"
)
TERM_OR_NOT = compile_late(
    r"\bfixed-term ?(?:ou|oder|o|of|/|or) ?(?:en |in )?indefinite|\bindefinite ?(?:ou|oder|o|of|/"
    r"|or) ?(?:en |in )?fixed-term"
)
HALF_HOUR = compile_late(r"(?<=\dh)[0-5]\d\b")
OF_SHIFT = compile_late(r"\bshifts?\b|schicht|dienst\b")
_DENIED = rf"(?:{TYPE}|interns|mini-?jobs?|pj|partita iva)(?:\w*)"
# `Kein Praktikum`, `pas en CDD`, `Teilzeit ist nicht möglich`, once the words are English.
DENIED = compile_late(
    rf"\bnot\b(?! (?:only"
    rf"|nur|solo|soltanto|seulement|uniquement|solamente|alleen|slechts|apenas|somente|tylko"
    rf"|experien|experience|\w*erfahrung|ervaring|esperienza))(?: (?!not\b)[\w'-]+){{0,2}}? {_DENIED}"
    rf"(?:(?:,| of| ou| oder| or| and| und| o| e| y| en| noch| nor| lub)? (?:not )?{_DENIED})*"
    rf"|\bno (?!intern){_DENIED}"
    rf"|\b{_DENIED}(?: [\w']+){{0,4}} not(?: \w+){{0,2}} (?:possible|moglich|mogelijk|posible|possivel|possibile"
    rf"|mozliw\w+|angeboten|offered|available|propose|aangeboden|ofrec\w+"
    rf"|in ?frage|gewunscht|vorgesehen|mojlig\w*|mulig\w*)"
)
