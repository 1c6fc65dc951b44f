"""Words of location fields that are no place of their own: work models, offices, macro-regions, streets."""

from __future__ import annotations

import re

from jobwire.enrich.late import compile_late

_LEADING = """
remote remotely fully partially partly 100 hybrid onsite on site in office offices hq headquarters home
homeoffice home-office work working from wfh anywhere everywhere based within the only first friendly
flexible flex optional multiple various several all any other our main virtual telecommute telework teleworker
full across throughout entire
field greater metro metropolitan downtown central north south east west northern southern city of region state
area near around at or and also candidates residents open to must live be located location locations
standort standorte regio region raum großraum hauptsitz zentrale niederlassung siege bureau bureaux oficina sede
remoto remota remotamente teletrabajo teletrabalho teletravail a distance distancia hibrido hibrida
hybride presencial vor ort mobiles arbeiten bei bis thuis thuiswerken kantoor oder und ou et y e o en i w
nationwide statewide company corporate global international eastern western midwestern southeast southwest
northeast northwest midwest
"""
_TRAILING = """
coast east west remote remotely hybrid onsite on site in office offices hq headquarters headquarter
campus hub area metro metropolitan metroplex region based home only first friendly flexible flex optional
possible preferred considered opening option options eligible ok position role job location locations
store branch building bldg center centre nationwide statewide wide virtual field wfh umgebung umland
remoto remota hibrido hibrida hybride presencial sede zentrum mitte city district cedex commutable
distance suburbs surrounding surroundings etc vicinity raum standort teletravail homeoffice telework teleworker
"""
LEADING_WORDS = frozenset(_LEADING.split())
TRAILING_WORDS = frozenset(_TRAILING.split())

_MACRO = """
emea|europe|european union|eu|eea|european economic area|apac|asia|asia pacific|asia-pacific|latam|latin america
americas|amer|amers|north america|noram|south america|central america|mena|middle east|africa|dach|dach region
nordics|nordic|the nordics|scandinavia|benelux|baltics|cee|eastern europe|western europe|central europe
northern europe|southern europe|southeast asia|south east asia|oceania|anz|worldwide|world wide|global|globally
anywhere|everywhere|anywhere in the world|international|world|caribbean|balkans|gcc|sub saharan africa|weltweit
europa|europaweit|monde entier|mundo|eurozone|schengen|emeia|apj|japac|ibero america|iberia|east asia|south asia
uki|cis|na|global remote|international remote|global virtual
"""
MACRO_REGIONS = frozenset(name for line in _MACRO.split("\n") for name in line.split("|") if name)

_EUROPE = """
AD AL AT BA BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS
SE SI SK UA XK
"""
_MIDDLE_EAST = "AE BH EG IL IQ JO KW LB OM QA SA TR YE"
_AFRICA = "AO CI CM DZ EG ET GH KE MA MU MZ NA NG RW SN TN TZ UG ZA ZM ZW"
_ASIA = "AE BD CN HK ID IL IN JP KH KR KZ LK MM MN MY NP PH PK QA SA SG TH TR TW UZ VN"
_SOUTH = "AR BO BR CL CO CR CU DO EC GT HN MX NI PA PE PR PY SV UY VE"
_MEMBERS = {
    "europe|european union|eu|eea|european economic area|europa": _EUROPE,
    "emea|emeia": f"{_EUROPE} {_MIDDLE_EAST} {_AFRICA}",
    "mena|middle east|gcc": f"{_MIDDLE_EAST} DZ MA TN",
    "africa|sub saharan africa": _AFRICA,
    "apac|apj|japac|asia pacific|asia|southeast asia|south asia|east asia": f"{_ASIA} AU NZ",
    "latam|latin america|south america|central america": _SOUTH,
    "americas|amer|amers": f"{_SOUTH} CA US",
    "north america|noram|na": "CA MX US",
    "dach|dach region": "AT CH DE",
    "nordics|nordic|the nordics|scandinavia": "DK FI IS NO SE",
    "benelux": "BE LU NL",
    "anz|oceania": "AU NZ",
    "uki": "GB IE",
    "iberia": "ES PT",
}
MACRO_MEMBERS = {
    name: frozenset(members.split()) for names, members in _MEMBERS.items() for name in names.split("|")
}
"""The larger countries (alpha-2) of macro-regions: `EMEA - Spain` is Spain."""

QUALIFIER = compile_late(
    r"(?:east|west|gulf) coast|mid ?west|new england|northeast"
    r"|(?:utc|gmt|est|edt|cst|cdt|mst|mdt|pst|pdt|cet|cest|bst|ist|eet|eest|wet|aest|aedt|jst|et|ct|mt|pt)"
    r"(?: ?\d{1,2})?(?: (?:to|bis|through) .{0,20})?(?: (?:hours|time|only|zone))*"
    r"|.{0,40}\btime ?zones?"
    r"|(?:us |european |us and canada )?(?:eastern|central|mountain|pacific|atlantic)(?: european)?"
    r"(?: standard| daylight)? time"
)
"""Folded names of time zones and coasts: they say where without naming a place."""

_NO_PLACE = """
remote|hybrid|onsite|on site|home|home office|head office|central|west|east|north|south|none|field|office|area|hq
main|city|center|centre|branch|corporate|company|headquarters|virtual|store|campus|hub|downtown|various|multiple
flexible|all|other|any|n a|tbd|tbc|unknown|unavailable|not specified|no location|default|in office|street|same|buy
friendly|travel|required|only|first|open
"""
NO_PLACE = frozenset(name for line in _NO_PLACE.split("\n") for name in line.split("|") if name)
"""Folded texts that are never the place itself, though villages are called so."""

EVERYWHERE = frozenset(("anywhere", "everywhere", "worldwide", "global", "globally", "international", "weltweit"))
"""Macro-regions that say nothing once a place is named beside them."""

REMOTE = compile_late(
    r"\b(?:remote(?:ly)?|anywhere|work(?:ing)? from home|wfh|home[ -]?(?:office|based)|virtual"
    r"|tele(?:commut|work)\w*"
    r"|remot[oa]|t[eé]l[eé]travail|teletrabajo|teletrabalho|distributed|nationwide)\b",
    re.IGNORECASE,
)
"""Signs that the location text speaks of remote work."""
PARTLY = compile_late(
    r"\bhq\b|\bconsidered\b|\boptional\b|\bhybrid|\bon[ -]?site\b|\bin[ -]office\b|\bh[íi]brid|presencial",
    re.IGNORECASE,
)

STREET = compile_late(
    r"\b(?:street|road|avenue|ave|blvd|boulevard|lane|drive|suite|ste|floor|building|bldg|tower|plaza"
    r"|parkway|pkwy"
    r"|highway|hwy|court|square|unit|room|stra(?:ss|ß)e|str|platz|weg|allee|gasse|ring|damm|rue|quai"
    r"|place|cours"
    r"|chemin|via|viale|piazza|corso|calle|carrer|avenida|paseo|plaça|rua|praça|straat|laan|plein|ul"
    r"|gatan|gade"
    r"|jalan|marg|nagar|sector|phase|block|plot|tech park|technology park|business park)\b"
    r"|\w{3,}(?:stra(?:ss|ß)e"
    r"|str\.|gatan|straat|platz|allee)"
)
"""Lower-case words of street addresses and buildings."""
