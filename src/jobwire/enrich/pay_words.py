"""The words that make an amount pay, and those that make it something else; all for text in lower case."""

from __future__ import annotations

from jobwire.enrich.late import compile_late

CUE = compile_late(
    r"^\W{0,3}(?:hiring |starting |target )?range\b|\b(?:salar(?:y|ies)|basic|fixum|total cash|pay|paying"
    r"|paid|compensation|wages?|base|rate|remuneration|earn(?:ings)?|ctc"
    r"|stipulated|becas?|rimborso spese|gratification|stagevergoeding"
    r"|gehalt\w{0,12}|entgelt|minijob|verdienst|tagessatz"
    r"|stundensatz"
    r"|jahresbrutto|entgeltgruppe|\w{0,14}vergütung|vb\b|jahressalär|jaarsalaris|einkommen|brutto|bezahlung"
    r"|grundgehalt"
    r"|salaires?|rémunération|brut|fixe|package|tjm|smic|verdien\w{0,4}|salario|salariale?|retribuci[óo]n"
    r"|remuneraci[óo]n"
    r"|sueldo|brutos?|bruta"
    r"|sal[áa]rio|vencimentos?(?! d[aeo]s? (?:boleto|fatura|t[íi]tulo|conta|prazo))|ordenado|faixa"
    r"|aufer\w{1,6}|pagamos|\w{0,8}schaal|remuneraç[ãa]o|salaris\w{0,10}"
    r"|maandsalaris|bruto|netto|net|gross|ral|stipendio mensile"
    r"|wynagrodzenie|widełki|lön|løn|lønn|mzda|plat|hourly|annual|annually|ote|on[- ]target|fte)\b"
    r"|(?:loon|tarief|gehalt|vergütung|lohn|lön|løn|lønn)\b|\bbolsa[- ]aux\w+"
    r"|年収|年薪|月給|月薪|時給|給与|薪资|연봉|급여|зарплата|оклад"
)
"""Speaks of pay."""

BASE = compile_late(
    r"\b(?:base|basic|fixed|fixe|fix|fixum|grundgehalt|fixgehalt|festgehalt|fijo|salary|salaire|gehalt"
    r"|salario|sal[áa]rio"
    r"|hourly rate|basissalaris)\b"
)
LESSER = compile_late(
    r"\bote\b|on[- ]?target|\btotal (?:target |cash |annual |direct )?(?:comp\w*|cash|earnings|package"
    r"|rewards?)|\btarget (?:earnings|cash|total)"
    r"|\btarget comp\w*|\btcc?\b|total rewards|zielgehalt|\btte\b|uncapped|first[- ]year earnings"
    r"|\bvariable\b|\bpro[- ]?rata\b|\bactual\b"
)
"""On-target earnings and the like: taken only where no base pay is stated."""

AVERAGE = compile_late(
    r"\baverages?\b|\bavg\b|\bmedian\b|\bdurchschnitt|\ben moyenne\b|\bpromedio\b|\bm[ée]dia de\b|\bgemiddeld"
)

TWO_WEEKS = compile_late(r"\bbi-?weekly|\bsemi-?monthly|\bfortnightly")
"""The pay of a period that is none of ours."""

SEPARATOR = compile_late(r"[,;()+•|/]|\s[-–—]\s|\b(?:plus|and|with|or|und|et|y|zzgl|inkl)\b")
"""Ends the label of an amount."""

NOT_PAY = compile_late(
    r"\b(?:(?:a|the) \S{1,20} (?:market|industry)\b|accounts?\b|adoption|allowance|application fee|arr\b"
    r"|assets\b|aum\b|award of|awards?\b|backed\b|bono\b|bonus(?:es)?\b|budgets?\b|bônus\b"
    r"|child ?care|clients?\b|commission\b|comisi[óo]n\w*|comiss[ãõ]\w+|provision(?:en)?\b|provisie|commut"
    r"|contracts? (?:worth|valued|of|from)|contribute"
    r"|contributions?\b|cost(?:s|ing)?\b|coverage|credits?\b|customers?\b|deal size|deals?\b"
    r"|deductible|differential\b|discount|donat|education\b|empfehlung|employees\b|equipment\b"
    r"|equity\b|exempt(?:ion)? threshold|fees?\b|fertility|financ|fines?\b|fsa\b|funded\b|funding\b"
    r"|gift|gmv\b|goods\b|grants?\b|gutschein|gutscheine?|gym\b|home[- ]office|household|hsa\b"
    r"|industry\b|insurance|internet\b|invest(?:or|ment|ed|ing)|invoices?\b|learning\b"
    r"|levée de fonds|lifetime\b|loans?\b|market (?:size|opportunity|cap)|market\b"
    r"|match(?:ing|ed|es)?\b|meal|mortgage|mrr\b|mutuelle|on[- ]call|opleiding|options worth"
    r"|overtime\b|p&l\b|parental\b|payments? volume|penalt|pension\b|people\b|per diem\b|perks?\b"
    r"|phone\b|pipeline\b|portfolio|poverty|premiums?\b|prime\b|prizes?\b|process(?:es|ed|ing)?\b"
    r"|professional development|projects?\b|property\b|prämie|quotas?\b|raised?\b|recover|referral"
    r"|reimburse|relocation|retirement\b|revenue|rsus?\b|sales\b|saves?\b|saving\b|savings?\b"
    r"|seed\b|series [a-h]\b|shares\b|spend(?:s|ing)?\b|stipends?\b|stock|ticket|tips\b|top (?:reps"
    r"|performers|earners)"
    r"|titres?-restaurant|transactions?\b|travel\b(?! (?:rn|nurs\w+|cna|lpn|therap\w+|tech\w*|agent"
    r"|assignment))|tuition|users\b|vale\b|valuation|venture"
    r"|weiterbildung|wellness|worth\b|years?['’]? (?:of )?experience|zuschuss|zuschüsse)"
    r"|(?:\bper|/) ?(?:shift|visit|mile|load|delivery|ride|class|session|article|word|video|sale|lead|trip)\b"
    r"|\bcpm\b"
    r"|\bsign[- ]?(?:on|ing)|(?<=\w\w\w)budget\b|401|403\(?b|sachbezug"
    r"|(?<=\w\w\w)(?:bonus|zuschuss|zuschüsse|prämien?|pauschale|guthaben)\b"
)
"""Makes the amount beside it something else than pay."""

UP_TO = compile_late(
    r"(?:^\s*to|\bup ?to|\bbis(?: zu)?|\bjusqu['’][àa]|\bhasta|\btot|\baté|\bmax(?:imum)?\.?(?: of)?"
    r"|\bmax(?:imum|ima+l\w{0,2}|imo|\.)?(?: \w{1,20})? (?:of|van|von|de)|\bmaximaa?l|\bno more than|\bfino a"
    r"|\bdo|\bas high as"
    r"|\bup-to|\ba maximum of)\s*:?\s*$"
)
AT_LEAST = compile_late(
    r"(?:\bab|\w{0,3}mindest\w{0,12}(?: beträgt| von| liegt bei)?|salario m[ií]nimo de|minimum salary(?: of"
    r"| is)?|\bfrom|\bstart(?:s|ing)? (?:at|from)|\bat least|\bmin(?:imum|d\."
    r"|destens)?\.?(?: of)?"
    r"|\bdesde|\b[àa] partir d[e']|\bvanaf|\bminimaal|\bminstens|\bm[íi]nimo"
    r"|\bod|\bminimum|\ba minimum of|\bda|\bdès|\bnot less than|\bfr[åa]n|\bfra)\s*:?\s*$"
)
OR_MORE = compile_late(
    r"\s*(?:\+(?!\s*\w)|and up\b|and above\b|or more\b|or above\b|und mehr\b|et plus\b|minimum\b|y más\b|以上)"
)

TO = compile_late(
    r"\s*(?:/\s?(?:yr|year|hr|hour|h|mo|month)\.?\s*|(?:per|an?) (?:hour|year|month|annum)\s*)?(?:-|–|—|−"
    r"|~|〜|～|‐|to|bis(?: zu)?|à|a|ao?|till?|"
    r"through|up to|tot|do|y|e|et|en|and|und|,?\s?(?:rising|increasing) to|thru|al|hasta"
    r"|in our lowest geographic market up to|[,;/]?\s*[,;/]?\s?(?:salary )?max(?:imum)?(?: salary)?\s?:?)\s*"
)
"""Stands between the two ends of a range, whole."""
BETWEEN = compile_late(
    r"(?:\bbetween|\bzwischen|\bentre|\btussen|\btra|\bfra|\bfrom|\bvon|\bde|\bda|\bvan|\bmellan|\bmellem"
    r"|\bod)\b[^.;]{0,20}$"
)
LOOSE_TO = frozenset(("and", "und", "y", "e", "et", "en", "a", "al", "do"))
"""Join a range only after "between" or "from" or where both ends have a currency."""

BLANK = compile_late(
    r"(?=[\d#hiem])(?:"  # looks first: most positions of a text begin none of these
    r"\b40[13]\s?\(?[kb]\)?|\b24\s?[/x]\s?7\b|\b(?:19|20)\d\d\s?[-–/]\s?(?:19|20)?\d\d\b"
    r"|\b\d{1,3}(?:[.,]\d{1,2})?\s?%|#\d+"
    r"|\bmid(?:-?point)?\s?:?\s?[$€£]?\s?\d[\d,.]{0,12}|\b\d{1,2}\s?x\b"
    r"|(?<![$€£₹\d.,])\b\d{1,2}(?:\s?[-–]\s?\d{1,2})?\s?\+?\s?"
    r"(?:years?|yrs|jahren?|ans|años|anos|hours|hrs|days|weeks|months|tage|wochen|monate|pagas|mensualidades"
    r"|mensualités|mois|meses|maanden|uur|uren|heures|horas|semaines|semanas|jours|d[ií]as|dagen|månader)\b"
    r"|\b(?:19|20)\d\d-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|https?://\S{1,200}|\b\d{1,2}:\d\d\b"
    r"|\b\d{1,4}(?:st|nd|rd|th)\b"
    r"|\bir35\b|\be\d{1,2}\b)"
)
"""Numbers that are never an amount: retirement plans, years, percentages, durations, dates, links."""

ASIDE = compile_late(
    r"\b(?:up ?to|between|entre|et|zwischen|und|tussen|from|circa|ca|approx(?:imately)?|about|around"
    r"|starting|starts|at|to|ab|bis|zu|jusqu"
    r"|[àa] partir d[e']|hasta|desde|tot|vanaf|doe"
    r"|depend(?:ing|ent) (?:on|upon) \w{1,20}|per|an?|year|yr|annum|hour|hr|month|day|week|gross|net|usd"
    r"|eur|gbp|level \w{1,3}|(?:pay )?(?:grade|band|step|scale|schaal)"
    r"|brutto|brut|bruto|netto|b2b|uop|clt|pj|benef[ií]cios|c2c|on|w2|all in|plus|super(?:annuation)?|tips"
    r"|benefits|equity"
    r"|p\.?a\.?)\b|[^a-zß-ÿ]"
)
"""What may stand beside an amount in a line that is otherwise only the amount."""

OFFER = compile_late(
    r"\b(?:roles?|positions?|job|jobs|range|offer\w{0,3}|receive|make|level|zone|tier|locations?|remote"
    r"|hire[ds]?|hiring|candidates?"
    r"|contract|stelle|wir (?:bieten|zahlen)|on ?target)\b|[:–—-]\s*$"
)
"""Before an amount: somebody is offered it, or a label ends."""

VOUCHER = compile_late(r"\b(?:v[art]|vale|(?<!bolsa[- ])aux[ií]lio|ticket|cart[ãa]o|benef[ií]cios?)\b")
"""Beside an amount in reais: meals, transport and the like (`va` is also a state of the US)."""

BARE_PAY = compile_late(
    r"\s*\(?(?:doe\b|depend|seg[uú]n|selon|je nach\b|pj\b|clt\b|p\.?a\b|per (?:year|annum)\b|a year\b"
    r"|bruto?\b|brutto\b"
    r"|gross\b|base\b)"
)
"""Behind a bare `80-100k`."""

BY_MERIT = compile_late(
    r"\s*(?:doe\b|depend|seg[uú]n|en funci[oó]n|selon|je nach|abhängig|afhankelijk|secondo|conforme"
    r"|a depender|negotiable)"
)
"""Behind an amount that somebody is offered for what they bring."""

CONTRACT = compile_late(r"\s*\(?(?:pj|clt)\b")
"""Behind an amount in Brazil, what one is paid as: nothing but pay is said so."""
WE_OFFER = compile_late(
    r"(?:^|\b(?:bieden|bieten|krijgt|ontvangt|offrons|ofrecemos|oferecemos|offriamo)(?: (?:we|wij|wir|je|u|dir"
    r"|ihnen))?)(?: ?(?:van|von|tussen|zwischen|entre|de))?\W*$"
)
"""Right before what somebody gets."""
NO_NOUN = compile_late(
    r"\s*(?:$|[,;.)(+•|]|(?:brutt?o|brut|nett?o|gross|bij|bei|per|pro|par|al?|en|und|et|y|plus|afhankelijk"
    r"|je nach)\b)"
)
"""Behind an amount, where no noun says what it is for."""

GRADE = compile_late(
    r"\b(?:grade|band|group|step|schaal|fwg|stufe|niveau|level|class|scale|range)\s(?:[a-z]{1,2}[- ]?)?"
    r"(?:\d{1,2}|\d{3,4}(?=\s?[-–,:]?\s?[$€£]))(?![\d%$€£]|[.,]\d|\s?k\b)"
    r"(?!\s?(?:[-–/]|to|tot|bis)\s?\d{1,3}(?:[.,]\d\d)?(?![.,]?\d))(?:,(?=\s))?"
)
"""The name of a pay grade, and a number that is no amount."""
