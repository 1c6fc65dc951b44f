"""What a company says of itself: its industries and its business model, only where its own words say so.

What counts is a sentence that says what the company is ("Acme is a B2B fintech company"), not whom it serves
("for banks and hospitals"), whom it hires, or what it invests in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jobwire.enrich.finding import Finding
from jobwire.enrich.late import compile_late

MAX_CHARS = 20_000
_MAX_TAGS = 3

# words in a self-description -> tag
_INDUSTRIES = {
    "fintech|financial technology|payments?|neobank|digital bank|lending|credit card": "fintech",
    "bank|banking": "banking",
    "insurtech|insurance technology": "insurtech",
    "insurance|insurer|reinsurance": "insurance",
    "biotech|biotechnology": "biotech",
    "pharma|pharmaceuticals?|biopharma|biopharmaceuticals?": "pharmaceuticals",
    "medical devices?|medtech": "medical devices",
    "healthtech|(?:healthcare|health) tech(?:nology)?|digital health|telehealth|telemedicine": "healthtech",
    "healthcare|health care|hospital|health system|home health|senior living|behavioral health": "healthcare",
    "edtech|education technology|e-learning|online learning": "edtech",
    "school|university|college|education|school district": "education",
    "e-?commerce|online retail|marketplace": "e-commerce",
    "retail|retailer|grocery|supermarket": "retail",
    "restaurant|hospitality|hotel|quick[- ]service|catering|food service": "hospitality",
    "cyber ?security|information security|security software": "cybersecurity",
    "artificial intelligence|ai|machine learning": "artificial intelligence",
    "software|saas|software-as-a-service|crm|erp": "software",
    "cloud|cloud computing|devops": "cloud computing",
    "robotics|robot|automation": "robotics",
    "aerospace|space|satellite|aviation|aircraft": "aerospace",
    "defense|defence|defense technology": "defense",
    "automotive|electric vehicles?|ev|mobility": "automotive",
    "logistics|freight|shipping|trucking|supply chain|transportation|delivery": "logistics",
    "real estate|proptech|property management|property technology": "real estate",
    "construction|(?:hvac|electrical|roofing|plumbing|general) contract\\w+|homebuilder|building"
    " materials": "construction",
    "manufacturing|manufacturer": "manufacturing",
    "semiconductors?|chip|chips": "semiconductors",
    "clean ?tech|climate ?tech|climate|renewable energy|solar|clean energy": "climate tech",
    "oil and gas|energy|utility|utilities": "energy",
    "ad ?tech|advertising technology|advertising|marketing agency|media agency|creative agency": "advertising",
    "gaming|games?|video games?|game studio|esports": "gaming",
    "media|publishing|publisher|news|entertainment|streaming": "media",
    "telecom|telecommunications|wireless|broadband": "telecommunications",
    "law firm|legal tech|legaltech": "legal",
    "consulting|consultancy|management consulting|advisory": "consulting",
    "staffing|recruiting|recruitment|executive search": "staffing",
    "non-?profit|charity|charitable|501\\(c\\)\\(3\\)": "nonprofit",
    "crypto|cryptocurrency|blockchain|web3|stablecoin": "blockchain",
    "agriculture|agtech|farming|food production": "agriculture",
    "food and beverage|beverage|brewery|consumer packaged goods|cpg": "food and beverage",
    "fashion|apparel|clothing|footwear": "fashion",
    "travel|airline|tourism": "travel",
    "fitness|wellness|gym|sports": "fitness",
    "government contractor|government|public sector": "government",
    "hr ?tech|human resources technology|payroll": "hr tech",
}
_WHAT = (
    r"company|companies|startup|start-up|scale-?up|firm|business|platform|provider|developer|maker|manufacturer"
    r"|retailer|agency|organi[sz]ation"
    r"|studio|lab|leader|brand|group|network|bank|insurer|consultancy|marketplace|publisher|institution"
    r"|hospital|university"
    r"|school|district|system|charity|nonprofit|non-profit|operator|contractor|specialist|pioneer|corporation"
    r"|unicorn|solution"
)
_IS = compile_late(
    r"\b(?:(?:we|who we are:?) (?:are|were founded as)|we're|we’re|is|as)\s+(?:an?|the|one of (?:the|\w+'s)"
    r"|\w+['’]s)\s+"
    rf"(?P<what>(?:[\w&/+.,'’()-]+\s+){{0,14}}?(?:{_WHAT}|crm"
    rf"|erp)s?)\b(?P<rest>\s+of\s+(?:[\w&,-]+\s+){{0,3}}[\w&-]+)?",
    re.IGNORECASE,
)
_NOT_SELF = compile_late(
    r"\b(?:you|candidate|role|position|this job|opportunity|customers?|clients?|applicant|looking for"
    r"|experience|equal)\b",
    re.IGNORECASE,
)
_NOT_SELF_ABROAD = compile_late(
    r"\b(?:du|dich|sie|stelle|position|job|kunden|suchen|sucht|vous|poste|mission|client\w*|recherch\w+|puesto"
    r"|buscamos|vaga"
    r"|procuramos|functie|klanten|jij|zoeken|candidat\w*)\b",
    re.IGNORECASE,
)
_SERVED = compile_late(
    r"(?<![\w-])(?:for|to|serving|helping|that|which|who|where|used by|trusted by|in the|with)\b(?!-).*",
    re.IGNORECASE,
)
# What a company makes, runs or sells: a plain object behind such a verb tells as much.
_DOES = compile_late(
    r"(?:^|\b(?:we|that|which|and)\s+"
    r"|(?:^|^(?:At|Founded|Based|Since|Headquartered)\b[^,]{1,60},\s)[A-Z][\w&.' -]{1,40}\s)"
    r"(?P<verb>builds?|makes?|develops?|designs?|manufactures?|creates?|publishe?s?"
    r"|produces?|operates?|runs?|owns?|sells?)\s+(?P<what>(?:[\w&/+.-]+\s+){0,5}?[\w&-]+)(?=\s+(?:for|to|that"
    r"|which|in|across"
    r"|played|used|from|with)\b|[.,;]|$)"
)
_MADE = {
    "software|apps": "software",
    "medical devices?|implants": "medical devices",
    "robots?|robotic systems": "robotics",
    "(?:mobile |video |pc |console )games?|a game": "gaming",
    "chips|semiconductors": "semiconductors",
    "(?:solar|wind) (?:farms|parks|panels|projects|turbines)|wind turbines|heat pumps": "climate tech",
    "(?:children's )?books|magazines|newspapers": "media",
    "satellites|rockets|launch vehicles|aircraft": "aerospace",
    "electric vehicles|cars|trucks": "automotive",
    "hotels|resorts|restaurants|cafes|bars": "hospitality",
    "hospitals|clinics|(?:skilled nursing|nursing|care) (?:facilities|homes)|care homes": "healthcare",
    "schools|nurseries": "education",
    "stores|shops|supermarkets|outdoor gear|furniture|clothing": "retail",
    "components|machines|machine parts|machinery": "manufacturing",
}
_MAKERS = frozenset(("build", "make", "develop", "design", "manufacture", "produce", "create", "publish"))
_MADE_BY_MAKERS = frozenset(
    (
        "software",
        "medical devices",
        "robotics",
        "gaming",
        "semiconductors",
        "aerospace",
        "automotive",
        "climate tech",
        "manufacturing",
        "media",
    )
)
# Self-descriptions in German, French, Spanish, Dutch and Portuguese, and the words that tell an industry there.
_IS_ABROAD = compile_late(
    r"(?:\b(?:sind|ist|sommes|est|somos|es|é|zijn|is)\s+(?:ein(?:e[rs]?)?|une?|una?|uma?|een"
    r"|l[íi]der(?:es)? (?:em|en))"
    r"\s+(?P<what>(?:[\w&'’-]+\s+){0,6}[\w&'’-]+))"
    r"|\b(?:als|notre|unsere?)\s+(?P<own>\w*(?:kanzlei|unternehmen|agentur|dienstleister|hersteller)"
    r"|cabinet d\w+ \w+)\b",
    re.IGNORECASE,
)
_SERVED_ABROAD = compile_late(
    r"\b(?:für|fur|mit|pour|avec|qui|para|con|que|voor|met|die|der|dat|com|au service|an)\b.*", re.IGNORECASE
)
_INDUSTRIES_ABROAD = {
    r"fintech": "fintech",
    r"maschinenbau\w*|herstell\w+|fabricante|fabrikant|fabricant|industrieunternehmen"
    r"|produktionsunternehmen": "manufacturing",
    r"software\w*|logiciels?": "software",
    r"steuerberat\w*|steuerkanzlei|wirtschaftspr\w+|expertise comptable|accountantskantoor": "accounting",
    r"rechtsanwaltskanzlei|anwaltskanzlei|cabinet d.avocats|despacho de abogados|advocatenkantoor": "legal",
    r"personaldienstleist\w+|zeitarbeits\w+|recrutement|agence d.int[ée]rim|uitzendbureau"
    r"|recrutamento": "staffing",
    r"versicher\w+|assurances?|aseguradora|verzekeraar|seguradora": "insurance",
    r"bank|banque|banco": "banking",
    r"logisti\w+|spedition\w*|transporteur|transportbedrijf": "logistics",
    r"krankenhaus|klinik\w*|h[ôo]pital|clinique|ziekenhuis|hospital|pflege(?:dienst|einrichtung)": "healthcare",
    r"pharma\w*|farmac[êe]utica": "pharmaceuticals",
    r"bauunternehmen|constructora|construtora|bouwbedrijf|entreprise de construction": "construction",
    r"handelsunternehmen|einzelh[äa]ndler|retailer|enseigne": "retail",
    r"\w*beratung(?:sunternehmen)?|cabinet de conseil|consultora|consultoria|adviesbureau": "consulting",
    r"energieversorger|energía|energia|energiebedrijf": "energy",
    r"hotel\w*|h[ôo]tel": "hospitality",
    r"universit\w+|hochschule|universidad|universidade": "education",
    r"automobil\w*|automobile|automoci[óo]n": "automotive",
}
_CATEGORIES = {
    "b2b": r"b2b2?c?|business-to-business|enterprise software|enterprise saas",
    "b2c": r"b2c|b2b2c|d2c|dtc|direct[- ]to[- ]consumer|consumer (?:app|brand|internet|electronics|goods"
    r"|products?|technology|fintech|packaged)",
    "saas": r"saas|software[- ]as[- ]a[- ]service",
    "service-provider": r"consult(?:ing|ancy)|agency|managed services?|professional services|staffing|law firm"
    r"|accounting firm|outsourcing|systems? integrator|service provider|advisory firm|recruitment firm|bpo",
}
Rules = tuple[tuple[str, re.Pattern[str]], ...]


def _compile(tags: Iterable[tuple[str, str]]) -> Rules:
    return tuple((tag, compile_late(rf"\b(?:{words})\b", re.IGNORECASE)) for tag, words in tags)


_INDUSTRY_RULES = _compile((tag, words) for words, tag in _INDUSTRIES.items())
_CATEGORY_RULES = _compile(_CATEGORIES.items())
_MADE_RULES = _compile((tag, words) for words, tag in _MADE.items())
_ABROAD_RULES = _compile((tag, words) for words, tag in _INDUSTRIES_ABROAD.items())


def find_industries(text: str) -> Finding[tuple[str, ...]]:
    """One to three tags (`fintech`, `biotech`), those named first first; empty where nothing is said."""
    for sentence, what in _self_descriptions(text):
        places = [(found.start(), tag) for tag, rule in _INDUSTRY_RULES if (found := rule.search(what))]
        tags = tuple(dict.fromkeys(tag for _, tag in sorted(places)))
        if tags:
            return Finding(value=tags[:_MAX_TAGS], rule="self-description", origin="text", span=sentence[:200])
    for sentence in _split(text):
        tags = _tags_of_deeds(sentence) or _tags_abroad(sentence)
        if tags:
            return Finding(value=tags[:_MAX_TAGS], rule="deeds", origin="text", span=sentence[:200])
    return Finding(value=(), rule="unsaid", origin="text")


def _tags_of_deeds(sentence: str) -> tuple[str, ...]:
    """`Acme develops medical devices`, `We operate 40 hotels`: what the company makes or runs."""
    found = _DOES.search(sentence[:300])
    if not found or _NOT_SELF.search(sentence[: found.end("what")]):
        return ()
    makes = found["verb"].removesuffix("es" if found["verb"] == "publishes" else "s") in _MAKERS
    tags = (tag for tag, rule in _MADE_RULES if rule.search(found["what"]))
    return tuple(tag for tag in dict.fromkeys(tags) if (tag in _MADE_BY_MAKERS) == makes or tag == "education")


def _tags_abroad(sentence: str) -> tuple[str, ...]:
    """`Wir sind ein Maschinenbauunternehmen`, `Nous sommes une fintech`."""
    found = _IS_ABROAD.search(sentence[:300])
    if not found or _NOT_SELF_ABROAD.search(sentence[: found.end()]):
        return ()
    what = _SERVED_ABROAD.sub("", found["what"] or found["own"])
    return tuple(dict.fromkeys(tag for tag, rule in _ABROAD_RULES if rule.search(what)))


def find_categories(text: str) -> Finding[tuple[str, ...]]:
    """`b2b`, `b2c`, `saas`, `service-provider`: the business models that the company names for itself."""
    tags: dict[str, str] = {}
    for sentence, what in _self_descriptions(text):
        for tag, rule in _CATEGORY_RULES:
            if rule.search(what):
                tags.setdefault(tag, sentence)
    ordered = tuple(tag for tag in _CATEGORIES if tag in tags)
    span = next(iter(tags.values()), "")[:200]
    return Finding(value=ordered, rule="self-description" if ordered else "unsaid", origin="text", span=span)


def _split(text: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+|\n+", text[:MAX_CHARS])


def _self_descriptions(text: str) -> Iterator[tuple[str, str]]:
    """(sentence, the words that say what the company is) of every sentence in which it describes itself."""
    for sentence in _split(text):
        found = _IS.search(sentence[:500])
        if not found or _NOT_SELF.search(sentence[: found.end("what")]):
            continue
        what = _SERVED.sub("", found["what"])
        yield sentence, f"{what} {found['rest'] or ''}"
