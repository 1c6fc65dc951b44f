"""Pages that say of their posting that it is over ("This position has been filled"), in a place of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PLACE = re.compile(r">([^<>]{12,400})<")
"""One run of text between two tags: a notice is a line of its own, not words in a description."""
_UNSEEN = re.compile(r"<(script|style|template|noscript)\b", re.IGNORECASE)
_MOST = 2_000_000

_STELLE = (
    r"(?:diese|die|dieses|das|dieser|der)"
    r" (?:\S*stelle|position|stellen\S+|\S*ausschreibung|anzeige|vakanz|job|jobangebot)"
)
_NICHT_MEHR = (
    r"(?: bereits| inzwischen| mittlerweile| schon)?"
    r" (?:nicht (?:mehr|länger) (?:verfügbar|aktiv|online|offen|vakant|ausgeschrieben)"
    r"|besetzt|vergeben|geschlossen|abgelaufen|deaktiviert|beendet)"
)
_SENTENCES = (
    # English
    (
        r"(?:this|the) (?:job|position|role|vacancy|posting|opening|requisition|opportunity)"
        r"(?: posting| opening| listing| advert| ad| opportunity)?"
        r" (?:(?:is|has) (?:now |already |since )?)?"
        r"(?:no longer (?:available|active|open|online|live|posted|advertised|accepting applications|exists)"
        r"|(?:been |already been )?(?:filled|closed|removed|taken down|withdrawn|cancell?ed|expired))"
    ),
    r"(?:we are |is )?no longer accepting applications(?: for this (?:job|position|role|vacancy))?",
    r"applications (?:for this (?:job|position|role|vacancy) )?(?:are|have) (?:now |been )?closed",
    # German
    rf"{_STELLE} (?:ist|wurde)(?: leider)?{_NICHT_MEHR}",
    rf"leider (?:ist|wurde) {_STELLE}{_NICHT_MEHR}",
    # French
    (
        r"(?:cette|cet|ce|l['’]|le|la) ?(?:offre(?: d['’]emploi)?|annonce|poste|emploi)"
        r" (?:n['’]est (?:malheureusement )?plus"
        r" (?:disponible|active?|en ligne|d['’]actualité|ouverte?|à pourvoir)"
        r"|(?:a (?:déjà )?été|est (?:déjà )?|a )\s?(?:pourvue?|clôturée?|fermée?|expirée?|archivée?))"
    ),
    # Spanish
    (
        r"(?:esta|este|la|el) (?:oferta|vacante|puesto|posición|empleo|trabajo)(?: de (?:trabajo|empleo))?"
        r" (?:ya no (?:está|se encuentra) (?:disponible|activ[oa]|abiert[oa]|vigente)"
        r"|(?:ya )?(?:ha sido|fue|está|ha) (?:cubiert[oa]|cerrad[oa]|eliminad[oa]|caducado|expirado|finalizado))"
    ),
    # Dutch
    (
        r"(?:deze|de) (?:vacature|functie|positie|baan|job) (?:is|staat) (?:helaas )?(?:al |inmiddels |reeds )?"
        r"(?:niet (?:meer|langer) (?:beschikbaar|actief|online|open|vacant)|vervuld|ingevuld|gesloten|verlopen)"
    ),
    # Portuguese
    (
        r"(?:esta|este|a|o) (?:vaga|posição|oportunidade|oferta|emprego|anúncio)(?: de (?:trabalho|emprego))?"
        r" (?:(?:já )?não está mais|já não está|não se encontra mais) (?:disponível|ativ[oa]|abert[oa])"
    ),
    (
        r"(?:esta|este|a|o) (?:vaga|posição|oportunidade|oferta|anúncio) (?:já )?(?:foi|está|encontra-se)"
        r" (?:preenchid[oa]|encerrad[oa]|fechad[oa]|expirad[oa])"
    ),
    # Italian
    (
        r"(?:questa|questo|la|l['’]) ?(?:posizione|offerta(?: di lavoro)?|annuncio|opportunità)"
        r" (?:non è più (?:disponibile|attiv[oa]|apert[oa])|è (?:stat[oa] )?(?:chius|copert|scadut|ricopert)[oa])"
    ),
)
_NOTICE = re.compile(
    r"(?:(?:sorry|we(?:'|’)?re sorry|we are sorry|unfortunately|oops|leider|désolé|lo sentimos|helaas|desculpe)"
    r"[^.!?<>]{0,30}?[,.!:–-]? ?(?:but )?)?(?:" + "|".join(_SENTENCES) + r")"
    r"(?: ?[.!,;:–(]|$| (?:and|or|und|oder|et|ou|y|o|en|of|e)\b)",
    re.IGNORECASE,
)


def says_closed(html: str) -> bool:
    """Whether a line of the page, all by itself, is a notice that its posting is over.

    It is a hint: a page can show such a line of another posting, or hide it.
    """
    return any(
        _NOTICE.match(" ".join(place[1].split()))
        for part in _show(html[:_MOST])
        for place in _PLACE.finditer(part)
    )


def _show(html: str) -> Iterator[str]:
    """The parts of a page that are not code. One that does not end hides what follows it."""
    small = html.lower()
    start = 0
    while found := _UNSEEN.search(html, start):
        yield html[start : found.start() + 1]
        start = small.find(f"</{found[1].lower()}", found.end())
        if start < 0:
            return
    yield html[start:]
