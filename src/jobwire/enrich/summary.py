"""Two or three sentences of the posting that say what the role is; none where nothing fits."""

from __future__ import annotations

import re
from typing import NamedTuple

from jobwire.enrich.cues import read_cues
from jobwire.enrich.finding import Finding, Rejected, Source
from jobwire.enrich.lines import split_sentences
from jobwire.enrich.sections import Sections

MIN_CHARS = 40
MAX_CHARS = 500
MAX_SENTENCES = 3
_MAX_PARAGRAPHS = 40
_MAX_REJECTED = 5
_GOOD = 2.0
"""A sentence of this score may open the summary."""
_FAIR = 1.0
"""One of this score may follow it."""
_MAX_APART = 3
"""Sentences that stand further apart do not read as one text."""

_NAMES_ROLE = re.compile(
    r"\b(?:looking for|seeking|seeks|hiring|searching for|in search of|recruiting|need) (?:an?|our|the|two|several|experienced|talented|skilled|motivated|someone|\w+ed)\b|"
    r"\bas (?:an?|our|the) (?:\w+[ ,/&-]+){1,7}(?:you|we|this)\b|\b(?:this|the) (?:role|position|job|opportunity|person|internship|team member) (?:is|will|exists|reports|sits|leads|offers|combines|focuses|supports|owns|requires|involves|plays|serves|works|has)\b|"
    r"\b(?:is|are) (?:a|an|the) (?:\w+[ -]){0,4}(?:role|position|internship|apprenticeship)\b|\bin this (?:role|position|job)\b|\bjoin(?:ing)? (?:us|our|the|\w+) as (?:an?|our|the)\b|"
    r"\bthe (?:\w+[ -]){1,5}(?:will be|is) responsible for\b|\bour (?:next|new|first) \w+\b|\b(?:your|the) (?:mission|role|job) (?:is|will be) to\b|"
    r"\b(?:suchen wir|wir suchen|sucht|verstärkung|als \w+(?:in|/in|\*in|:in)?\b.{0,40}\b(?:du|sie|bist|sind|übernimmst|übernehmen)|recherch(?:e|ons)|en tant que|au sein de|rattachée? à|vous serez|buscamos|busca|precisa|como \w+|te encargarás|serás|zoek(?:en|t)|op zoek naar|als \w+ (?:ben|ga|werk|zorg)|in deze functie|procuramos|procura|estamos à procura|você será|será responsável|serás responsável)\b",
    re.IGNORECASE,
)
_SAYS_WORK = re.compile(
    r"\byou(?:'ll|’ll| will|'d|’d)\b|\bresponsible for\b|\breport(?:s|ing)? (?:directly )?(?:in)?to\b|\bwill (?:lead|own|build|manage|work|support|drive|help|play|provide|design|develop|oversee|partner|assist|perform)\b|"
    r"\b(?:du|sie) (?:bist|wirst|übernimmst|arbeitest|entwickelst|verantwortest)|\bvous (?:serez|participerez|assurerez|aurez)\b|\bje (?:gaat|werkt|bent|zorgt)\b|\bresponsable de\b|\bresponsável\b|\bserá\b|\bserás\b",
    re.IGNORECASE,
)
_ABOUT_COMPANY = re.compile(
    r"\b(?:founded|our mission|our vision|our values|investors?|backed by|series [a-e]\b|raised|customers include|award|headquartered|fortune \d+|world[’']?s (?:largest|leading|most)|leading (?:provider|global|company|platform)|"
    r"we believe|we are (?:a|an|the|on)\b|we’re (?:a|an|the|on)\b|we're (?:a|an|the|on)\b|we offer|millions? of|gegründet|fondée?|fundada|opgericht)",
    re.IGNORECASE,
)
_NEVER = re.compile(
    r"[$€£]\s?\d|\d\s?(?:€|EUR|USD|GBP)|\b(?:salary|pay range|compensation|401|bonus|per hour|gehalt|salaire|salario|salaris|benefits?|insurance|relocation|visa|sponsor\w*|apply|application|resume|cv|interview|deadline|"
    r"https?|www|cookie|click|follow us|e-?mail|applicants?|candidature|bewerb\w+|postul\w+|solliciteer|covid|vaccin\w*|background check|don’t worry|don't worry|sounds? like you|interested\?)\b|@|#LI|\bthis posting\b",
    re.IGNORECASE,
)
_NEEDS_CONTEXT = re.compile(
    r"^(?:and|but|or|so|also|however|therefore|additionally|furthermore|moreover|they|it|these|those|he|she|this means|that|here|there|plus|because|why|what|how|if|our (?:customers|clients|investors|values|mission|culture|offices?)|note)\b",
    re.IGNORECASE,
)


class _Sentence(NamedTuple):
    place: int
    text: str
    score: float


def find_summary(source: Source, sections: Sections) -> Finding[str | None]:
    """40 to 500 characters of whole sentences about the role; None when the posting has none of them."""
    rejected: list[Rejected] = []
    sentences = [
        _Sentence(place, text, _score(text, source.posting.title))
        for place, text in enumerate(_candidates(sections))
    ]
    first = next((each for each in sentences if each.score >= _GOOD), None)
    if first is None:
        first = max((each for each in sentences if each.score >= _FAIR), key=lambda each: each.score, default=None)
    for each in sentences[: _MAX_REJECTED * 2]:
        if each.score < 0 and len(rejected) < _MAX_REJECTED:
            rejected.append(Rejected(value=each.text[:200], why="not about the role"))
    if first is None:
        return Finding(value=None, rejected=tuple(rejected))
    text = _join(first, sentences)
    if len(text) < MIN_CHARS:
        return Finding(value=None, rejected=(*rejected, Rejected(value=text, why="too short")))
    return Finding(value=text, rule="role-sentences", origin="text", span=first.text[:200], rejected=tuple(rejected))


def _candidates(sections: Sections) -> list[str]:
    """Sentences in reading order: those about the role, then those that may be, then duties told in prose."""
    paragraphs = [*sections.about_role[:_MAX_PARAGRAPHS], *sections.about_company[:_MAX_PARAGRAPHS]]
    sentences = [sentence for paragraph in paragraphs for sentence in split_sentences(paragraph[:3_000])]
    return sentences + [line for line in sections.responsibilities[:_MAX_PARAGRAPHS] if line.endswith(".")]


def _score(text: str, title: str) -> float:
    """How much a sentence says of the role; below zero for what never belongs into a summary."""
    if not (MIN_CHARS // 2 <= len(text) <= MAX_CHARS) or text[-1] not in ".!" or not _opens_well(text):
        return -1.0
    if _NEVER.search(text) or "boilerplate" in read_cues(text):
        return -1.0
    score = 0.0
    if _NAMES_ROLE.search(text):
        score += 2.0
    if _SAYS_WORK.search(text):
        score += 1.0
    if score and _names_title(text.lower(), title):
        score += 1.0
    if _ABOUT_COMPANY.search(text):
        score -= 1.0 if score else 2.0
    if _NEEDS_CONTEXT.match(text):
        score -= 1.0
    return score


def _opens_well(text: str) -> bool:
    return (text[0].isupper() or text[0].isdigit() or not text[0].isascii()) and text.count("(") == text.count(")")


def _names_title(lowered: str, title: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]{4,}", title.lower()[:120])]
    return bool(words) and sum(word in lowered for word in words) * 2 >= len(words)


def _join(first: _Sentence, sentences: list[_Sentence]) -> str:
    """`first` and the fair sentences close behind it, as far as they fit."""
    text = first.text
    count = 1
    last = first.place
    for each in sentences[first.place + 1 :]:
        if each.place - last > _MAX_APART or count == MAX_SENTENCES:
            break
        if each.score >= _FAIR and len(text) + 1 + len(each.text) <= MAX_CHARS and each.text not in text:
            text = f"{text} {each.text}"
            last = each.place
            count += 1
    return text
