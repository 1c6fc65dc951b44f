"""The sentences of a text that hold a keyword: what phrase rules look at, instead of the whole text.

All keywords are found in one pass over the text, and the pass is kept for the steps that follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

import ahocorasick

from jobwire.enrich.lines import lower

MAX_CHARS = 200_000
"""How far into a text rules look."""
_REACH = 300
"""Characters of a sentence on either side of its keyword."""
_MAX_HITS = 200
"""Places of one topic in one text; more are a hostile text."""
_MAX_SENTENCES = 40

# Topic -> keywords; one that ends in `*` is the beginning of a word.
_KEYWORDS = {
    "workplace": (
        "ortsunabhängig* onde-quiser donde-quieras wo-du-willst remote* telecommut* telework* "
        "work-from-home wfh home-based virtual* on-site onsite on-premise* in-person office offices "
        "headquarters hq #li-* #bi-* #zr-* hybrid* híbrid* home-office homeoffice home_office "
        "mobiles-arbeit* mobilen-arbeit* mobile-arbeit* vor-ort büro bureau sur-site présent* präsenz* "
        "presencial* télé* teletrabaj* teletrabalh* remot* oficina escritório kantoor thuis* op-locatie "
        "physically home own-home from-home from-anywhere op-afstand zdaln* smart-working smartworking "
        "commute commuting helft moitié distansarbete facility campus studio hub hubs distributed wfo "
        "client-site days-a-week days-per-week lab laboratory any-location à-distance anywhere von-überall "
        "hause daheim domicile casa huis presenza ufficio biurze stacjonarn* hybryd* hemifrån distans "
        "kontoret hjemmearbejd* hjemmefra hjemmekontor ibrid* wherever büropräsenz* bürotag* präsenztag* "
        "büros bureaux locaux kontor på-plats presencialidad* pełni mobil oficinas escritórios distancia "
        "distância afstand telearbeit* heimarbeit*"
    ),
    "employment": (
        "projektbefristung* sachgrundbefristung* befristung* becas seizoens* stageplek* in-de-week parcial "
        "saison* stagevergoeding stageduur stundenwoche stunden-woche krankheitsvertretung* "
        "urlaubsvertretung* schwangerschaftsvertretung* arbeitnehmerüberlassung selbständige* "
        "selbstständige* zelfstandige autónomos remplacement congé contratto contrato contrat arbeitsvertrag "
        "campaña aprendiz vzä etp orario limited-term full-time fulltime part-time parttime contract contractor "
        "contractors-only contracted contract-* freelanc* intern internship temporary seasonal fixed-term "
        "per-diem c2c 1099 "
        "corp-to-corp vollzeit* teilzeit* befristet* unbefristet* praktikum* werkstudent* freiberuflich* "
        "minijob* cdd temps-plein temps-partiel temps-complet stage alternance cdi permanent festanstellung "
        "indefinido heltid pełny-etat duration* assignment* casual flsa ftc jornada tiempo-completo "
        "tiempo-parcial prácticas temporal voltijd deeltijd tijdelijk* estágio tempo-integral tempo-parcial "
        "tempo-inteiro maternity-cover parental-leave-cover hours-per-week hours/week hours-a-week hours: "
        "stunden-pro-woche std./woche stunden/woche uur-per-week maternity-leave-cover* co-op vast-contract "
        "vaste-aanstelling pflichtpraktik* praktikant* working-student stageplaats stagiair* meewerkstage "
        "afstudeerstage clt pj contratação contratación zzp* saisonarbeit saisonkraft durée-déterminée beca "
        "apprentissage professionnalisation intérim intérimaire mi-temps prn zero-hour* apprenticeship "
        "arbeitsumfang stellenumfang pensum befristung freie-mitarbeit* freier-mitarbeit* zeitarbeit "
        "ferienjob geringfügig* umowa etatu etat deltid fuldtid tillsvidare* visstid* vikariat "
        "media-jornada autónomo autônomo bijbaan tijdelijke meio-período temporária tempo-pieno "
        "tempo-parziale tempo-determinato tempo-indeterminato fte w2 independent-contractor hours-each-week "
        "heures/semaine h/semaine aushilfe euro-basis beschäftigungsgrad half-time temporário uitzendkracht "
        "hrs/wk hrs/week hrs-per-week hrs-per-wk hours/wk heures-par-semaine horas-semanales horas-semanais "
        "horas-por-semana temp-to-* saisonnier* /week /wk /woche /semaine /semana vakantiewerk "
        "maternity-leave-backfill maternity-leave-replacement employment-type job-type position-type ft pt "
        "aushilfs* eventual temporada voltijds deeltijds prazo-determinado summer-job becario becaria "
        "prestador* month-engagement week-engagement limited-to* grant-funded ausbildungsbeginn "
        "ausbildungsdauer ausbildungsstart indépendant tjm tagessatz contrato-a-* contrato-de-* termo-certo "
        "uitzendbureau uitzendbasis locum* ir35 auto-entrepreneur* intermittent* appointment term-limited "
        "aushilfen discontinu* elternzeit* mutterschutz* vertretung vervanging stunden std std. wochenstunden* "
        "uur uren horas heures timer timmar umfang* beschäftigungsumfang* wöchentliche jaarcontract* prestação "
        "recibos partita-iva kontrakt* współprac* tirocini* staż praktyk* deltids* honorar* alternant* "
        "estagiár* part-timer* sustitución ausbildung projektstelle* maternidad* freelance* tempo "
        "hours-of-work weekly-hours par-semaine pro-woche por-semana term-position year-term "
        "term-appointment"
    ),
    "auth": (
        "authori* eligib* entitled permitted citizen* right-to-work rights-to-work right-to-live green-card "
        "permanent-resid* work-permit* work-visa* visa visas us-person* u.s.-person* legally "
        "arbeitserlaubnis "
        "aufenthalt* permis-de-travail permiso-de-trabajo werkvergunning gc-holder* usc national nationals "
        "working-rights arbeitsbewilligung arbeitsgenehmigung autorisé* autorisation gerechtigd staatsbürger* "
        "staatsangehör* autorizad* residencia titre-de-séjour derecho-a permesso lawfully able-to-work "
        "without-sponsor* without-visa* autorização"
    ),
    "sponsor": "sponsor* h-1b* h1b* h1-b* visa visas immigration* visum* visado* patrocinio* visto no-opt no-cpt",
    "clearance": (
        "clearance* cleared ts/sci ts-sci top-secret public-trust polygraph sicherheitsüberprüfung "
        "habilitation security-cleared classified-information"
    ),
}

_END = re.compile(r"[.!?;](?=[\s\"”)])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:u\.s|u\.k|e\.g|i\.e|z\.b|std|ca|bzw|inkl|ggf|mind|inc|ltd|approx|etc|no|vs|min|max|dept)|\b[a-z])$",
    re.IGNORECASE,
)


def find_sentences(text: str, topic: str) -> Iterator[str]:
    """Sentences that hold a keyword of `topic`, in order, each once, blanks collapsed."""
    done = -1
    for count, (start, end) in enumerate(_scan(text)[topic]):
        if start < done:
            continue
        if count >= _MAX_SENTENCES:
            return
        first = _start_of(text, start)
        done = _end_of(text, end)
        yield " ".join(text[first:done].split())


@lru_cache(maxsize=4)
def _scan(text: str) -> dict[str, list[tuple[int, int]]]:
    """Topic -> where its keywords stand. The steps of one posting share it."""
    hits: dict[str, list[tuple[int, int]]] = {topic: [] for topic in _KEYWORDS}
    lowered = lower(text[:MAX_CHARS])
    size = len(lowered)
    for last, (length, topics, whole) in _automaton().iter(lowered):
        start, end = last - length + 1, last + 1
        if start and lowered[start].isalnum() and (lowered[start - 1].isalnum() or lowered[start - 1] == "_"):
            continue
        if whole and end < size and (lowered[end].isalnum() or lowered[end] == "_"):
            continue
        for topic in topics:
            if len(hits[topic]) < _MAX_HITS:
                hits[topic].append((start, end))
    return hits


@cache
def _automaton() -> Any:
    """Every keyword, with `-` also as a space and as nothing where it joins two words."""
    topics: dict[tuple[str, bool], list[str]] = {}
    for topic, keywords in _KEYWORDS.items():
        for keyword in keywords.split():
            word, whole = keyword.removesuffix("*"), not keyword.endswith("*")
            for form in {word, word.replace("-", " "), word.replace("-", "\u2011")}:
                topics.setdefault((form.replace("_", ""), whole), []).append(topic)
    automaton = ahocorasick.Automaton()
    for (word, whole), names in topics.items():
        automaton.add_word(word, (len(word), tuple(names), whole))
    automaton.make_automaton()
    return automaton


def _start_of(text: str, at: int) -> int:
    low = max(0, at - _REACH)
    start = max(low, text.rfind("\n", low, at) + 1, text.rfind("•", low, at) + 1)
    for mark in _END.finditer(text, start, at):
        if not _ABBREVIATION.search(text, max(low, mark.start() - 8), mark.start()):
            start = mark.end()
    return start


def _end_of(text: str, at: int) -> int:
    high = min(len(text), at + _REACH)
    breaks = [place for sign in "\n•" if (place := text.find(sign, at, high)) >= 0]
    stop = min(breaks, default=high)
    for mark in _END.finditer(text, at, min(stop + 1, high)):
        if not _ABBREVIATION.search(text, max(at, mark.start() - 8), mark.start()):
            return mark.end()
    return stop
