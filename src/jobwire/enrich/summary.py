"""Two or three sentences of the posting that say what the role is; none where nothing fits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jobwire.enrich.cues import is_duty, read_cues
from jobwire.enrich.finding import Finding, Rejected, Source
from jobwire.enrich.late import compile_late
from jobwire.enrich.lines import split_sentences
from jobwire.enrich.sections import Sections

MIN_CHARS = 40
MAX_CHARS = 500
MAX_SENTENCES = 3
_MAX_PARAGRAPH_CHARS = 3_000
_MAX_PARAGRAPHS = 40
_MAX_REJECTED = 5
_MAX_DUTIES = 6
_SPAN_CHARS = 200
_GREAT = 3.0
"""Names the role and says what it does: opens the summary."""
_GOOD = 2.0
"""May open the summary where nothing is great."""
_FAIR = 1.0
"""One of this score may follow it; the best such one stands alone where none is good."""
_MAX_APART = 3
"""Sentences that stand further apart do not read as one text."""

_NEVER_IN_SUMMARY = ("$", "€", "£", "@", "#LI")
_OPENS_WITH_TITLE = compile_late(r"(?:The|As|This|An?|Our|Als|En tant|Como|Le|La|Der|Die|De|O|A|El) ")
_AS_ROLE = compile_late(
    r"(?:as|als|en tant que|como) [^.;:]{3,70}?[, ]"
    r"(?:you|this|du|sie|bist|sind|vous|tu|je|ben|zorg|ser[áa]s?)\b",
    re.IGNORECASE,
)
_NEEDS_CONTEXT = compile_late(
    r"(?:and|but|or|so|also|however|therefore|additionally|furthermore|moreover|they|it|these|those|he|she|"
    r"this means|that|here|"
    r"there|plus|because|why|what|how|if|our (?:customers|clients|investors|values|mission|culture|"
    r"offices?)|note)\b",
    re.IGNORECASE,
)


def find_summary(source: Source, sections: Sections) -> Finding[str | None]:
    """40 to 500 characters of whole sentences about the role; None when the posting has none of them."""
    title = frozenset(re.findall(r"[^\W\d_]{4,}", source.posting.title.lower()[:120]))
    rejected: list[Rejected] = []
    fair: tuple[float, str] = (0.0, "")
    for place, sentences in enumerate(_candidates(sections)):
        scored = [(_score(sentence, title, tells_role=place == 0), sentence) for sentence in sentences]
        first = _find_first(scored)
        if first is not None:
            return _answer(_join(scored[first:]), scored[first][1], rejected)
        dull = [sentence for score, sentence in scored if score < 0]
        rejected += [Rejected(value=each[:_SPAN_CHARS], why="not about the role") for each in dull]
        fair = max([fair, *scored], key=lambda each: each[0])
    rejected = rejected[:_MAX_REJECTED]
    if fair[0] < _FAIR and (told := _tell_duties(sections)):
        return _answer(told, told, rejected)
    return _answer(fair[1] if fair[0] >= _FAIR else "", fair[1], rejected)


def _tell_duties(sections: Sections) -> str:
    """The first duties as sentences, where the posting only lists them."""
    told: list[str] = []
    for line in sections.responsibilities[:_MAX_DUTIES]:
        sentence = line if line.endswith((".", "!")) else line.rstrip(" ;,") + "."
        is_dull = _score(sentence, frozenset()) < 0 or not is_duty(sentence)
        if not is_dull and len(" ".join([*told, sentence])) <= MAX_CHARS:
            told.append(sentence)
    return " ".join(told[:MAX_SENTENCES]) if len(told) > 1 else ""


def _answer(text: str, span: str, rejected: list[Rejected]) -> Finding[str | None]:
    if len(text) < MIN_CHARS:
        return Finding(value=None, rejected=tuple(rejected))
    return Finding(
        value=text, rule="role-sentences", origin="text", span=span[:_SPAN_CHARS], rejected=tuple(rejected)
    )


def _candidates(sections: Sections) -> Iterator[Iterable[str]]:
    """Sentences in reading order: those about the role, then those that may be, then duties told in prose."""
    for paragraphs in (sections.about_role, sections.about_company):
        yield (
            each for text in paragraphs[:_MAX_PARAGRAPHS] for each in split_sentences(text[:_MAX_PARAGRAPH_CHARS])
        )
    yield [line for line in sections.responsibilities[:_MAX_PARAGRAPHS] if line.endswith(".")]


def _score(text: str, title: frozenset[str], *, tells_role: bool = False) -> float:
    """How much a sentence says of the role; below zero for what never belongs into a summary.

    `tells_role`: it stands where the posting tells of the role, so that a task (`Lead the ...`) opens it.
    """
    if not (MIN_CHARS // 2 <= len(text) <= MAX_CHARS) or not _is_whole(text):
        return -1.0
    if any(sign in text for sign in _NEVER_IN_SUMMARY):
        return -1.0
    cues = read_cues(text)
    if "never" in cues or "boilerplate" in cues:
        return -1.0
    names_role = "role" in cues or ("as" in cues and bool(_AS_ROLE.search(text, cues["as"])))
    score = 2.0 * names_role + ("work" in cues)
    if _names_title(text.lower(), title):
        if score:
            score += 1.0
        elif _OPENS_WITH_TITLE.match(text):
            score = 2.0
    if tells_role and not score and is_duty(text):
        score = 2.0
    if "company" in cues:
        score -= 1.0 if score else 2.0
    return score - (text.startswith("At ") or bool(_NEEDS_CONTEXT.match(text)))


def _is_whole(text: str) -> bool:
    """A complete sentence: begins like one, ends like one, no half bracket."""
    begins = text[0].isupper() or text[0].isdigit() or not text[0].isascii()
    return begins and text[-1] in ".!" and text.count("(") == text.count(")")


def _names_title(lowered: str, title: frozenset[str]) -> bool:
    return bool(title) and sum(word in lowered for word in title) * 2 >= len(title)


def _find_first(scored: list[tuple[float, str]]) -> int | None:
    """Place of the first great sentence, or else of the first good one."""
    for least in (_GREAT, _GOOD):
        for place, (score, _) in enumerate(scored):
            if score >= least:
                return place
    return None


def _join(scored: list[tuple[float, str]]) -> str:
    """The first sentence and the fair ones close behind it, as far as they fit."""
    kept = [scored[0][1]]
    size = len(kept[0])
    apart = 0
    for score, sentence in scored[1:]:
        apart += 1
        if apart > _MAX_APART or len(kept) == MAX_SENTENCES:
            break
        if size + 1 + len(sentence) <= MAX_CHARS and sentence not in kept and score >= _FAIR:
            kept.append(sentence)
            size += 1 + len(sentence)
            apart = 0
    return " ".join(kept)
