"""The published lists of a posting: responsibilities and benefits, one clean line each."""

from __future__ import annotations

import re

from jobwire.enrich.cues import is_duty, read_cues, tells_duty
from jobwire.enrich.finding import Finding, Rejected, Source
from jobwire.enrich.late import compile_late
from jobwire.enrich.lines import lower, split_sentences
from jobwire.enrich.sections import Sections

MAX_ITEMS = 60
MAX_ITEM_CHARS = 600
_MIN_ITEM_CHARS = 3
_MAX_REJECTED = 10
_SPAN_CHARS = 200

_OFFER = compile_late(
    r"\b(?:we (?:also )?(?:offer|provide)(?: you)?|benefits (?:include|package includes|"
    r"package including)|"
    r"perks include|in return,? (?:we offer|you(?:'ll|’ll| will)? (?:get|receive))|you(?:'ll|’ll|"
    r" will) (?:also )?(?:get|receive|enjoy)|"
    r"wir bieten(?: dir| ihnen)?|nous (?:vous )?(?:offrons|proposons)|ofrecemos|wij bieden|"
    r"we bieden(?: je)?|oferecemos|benef[ií]cios como|avantages comme)\b:?\s*",
)
_INCLUDES = compile_late(r"\b(?:including|such as)\b:?\s*")
_MAX_BEFORE_OFFER = 160
_LIST_CUT = compile_late(
    r"\s*(?:;|,(?! (?:LLC|Inc))(?:\s+(?:and|as well as|plus|und|et|y|en|e)\s)?|\s(?:as well as|plus)\s)\s*"
)
_INCLUDING = compile_late(r"^.{0,100}?\b(?:including|includes?|such as|like):?\s", re.IGNORECASE)
_LAST_AND = compile_late(r"\s+(?:and|&|und|et|y|en|e)\s+")
_AND_MORE = compile_late(
    r"(?:and )?(?:much )?more|others?|among others|etc\.?|entre outros|entre otros|etcétera|entre autres"
    r"|u\.?\s?v\.?\s?m\.?|und vieles mehr|en meer|e muito mais|y mucho más|et plus encore",
    re.IGNORECASE,
)
_KIND = compile_late(r"(?:^|\s)(?:health|medical|dental|vision|life|short[- ]term|long[- ]term)$", re.IGNORECASE)
_MAX_PART_CHARS = 90
_MAX_SHORT_CHARS = 40
"""Parts of a line that is nothing but a list."""
_MIN_PARTS = 3
_PAY = compile_late(
    r"\b(?:salary|pay|compensation) (?:range|band)s?(?:\s?:| for| is| of)|^(?:base |annual |"
    r"hourly )?(?:salary|pay(?: rate)?|compensation|ote|wage|hourly rate)\s?:",
)


def find_responsibilities(source: Source, sections: Sections) -> Finding[tuple[str, ...]]:
    """What the person will do, as printed. From the list; else from sentences that say "you will ..."."""
    kept, rejected = _clean_items(sections.responsibilities)
    if kept:
        return _answer(kept, rejected, "heading", _heading(sections, "responsibilities", kept))
    told = [
        sentence
        for paragraph in sections.about_role
        for sentence in split_sentences(paragraph)
        if tells_duty(sentence)
    ]
    kept, rejected = _clean_items(tuple(told))
    return _answer(kept, rejected, "sentence-with-cue", kept[0] if kept else "")


def find_benefits(source: Source, sections: Sections) -> Finding[tuple[str, ...]]:
    """What the employer offers besides base pay, as printed; a list told in a sentence is cut."""
    parts: list[str] = []
    rejected: list[Rejected] = []
    is_listed = len(sections.benefits) >= _MIN_PARTS
    for line in sections.benefits:
        if _PAY.search(line[:400].lower()) and "insurance" not in line.lower():
            rejected.append(Rejected(value=line[:_SPAN_CHARS], why="base pay, not a benefit"))
        else:
            parts += _cut_benefits(line, is_listed=is_listed)
    kept, unfit = _clean_items(tuple(parts))
    return _answer(kept, [*rejected, *unfit], "heading", _heading(sections, "benefits", kept))


def _cut_benefits(line: str, *, is_listed: bool) -> list[str]:
    """`We offer a, b and c.` -> a, b, c; sentences of a paragraph that name a benefit; other lines whole.

    A line among several is an item, whatever it includes.
    """
    for bar in (" | ", " · "):
        if line.count(bar) >= _MIN_PARTS - 1:
            return line.split(bar)
    sentences = split_sentences(line)
    offer = _find(_OFFER, line[:400])
    if not offer and not is_listed and len(sentences) == 1 and ":" not in line:
        listed = _cut_list(line)
        if listed and max(map(len, listed)) <= _MAX_SHORT_CHARS:
            return listed
    if not offer and (is_listed or (len(sentences) == 1 and not _find(_INCLUDES, line[:400]))):
        return [line]
    parts: list[str] = []
    for sentence in sentences:
        offer = _find(_OFFER, sentence) or _find(_INCLUDES, sentence)
        listed = _cut_list(sentence[offer.end() :]) if offer else []
        if listed:
            parts += listed
        elif len(sentences) <= 2 or "benefit" in read_cues(sentence):
            parts.append(sentence)
    return parts


def _find(words: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = words.search(lower(text))
    return found if found and found.start() <= _MAX_BEFORE_OFFER else None


def _cut_list(text: str) -> list[str]:
    parts = [
        part for part in _LIST_CUT.split(text.strip().rstrip(".!")) if part and not _AND_MORE.fullmatch(part)
    ]
    parts = _join_kinds(parts)
    if parts:
        parts[0] = _INCLUDING.sub("", parts[0])
        parts[-1:] = _LAST_AND.split(parts[-1], maxsplit=1)
    if len(parts) < _MIN_PARTS or any(len(part) > _MAX_PART_CHARS for part in parts):
        return []
    return parts


def _join_kinds(parts: list[str]) -> list[str]:
    """`medical`, `dental and vision insurance` are one benefit with three kinds."""
    joined: list[str] = []
    for part in parts:
        if joined and _KIND.search(joined[-1]):
            joined[-1] += f", {part}"
        else:
            joined.append(part)
    return joined


def _clean_items(lines: tuple[str, ...]) -> tuple[list[str], list[Rejected]]:
    """Without introductions, repetitions and lines that are no items."""
    kept: dict[str, str] = {}
    rejected: list[Rejected] = []
    for line in lines:
        why = ""
        key = line.lower().rstrip(".;, ")
        if len(key) < _MIN_ITEM_CHARS:
            why = "too short"
        elif line.endswith(":") and not is_duty(line):
            why = "introduces a list"
        elif key in kept:
            why = "said before"
        elif len(line) > MAX_ITEM_CHARS or len(kept) >= MAX_ITEMS:
            why = "too long"
        if why:
            rejected.append(Rejected(value=line[:_SPAN_CHARS], why=why))
        else:
            kept[key] = line.rstrip("; ")
    return list(kept.values()), rejected


def _heading(sections: Sections, kind: str, kept: list[str]) -> str:
    return next((heading for each, heading in sections.headings if each == kind), kept[0] if kept else "")


def _answer(kept: list[str], rejected: list[Rejected], rule: str, span: str) -> Finding[tuple[str, ...]]:
    return Finding(
        value=tuple(kept),
        rule=rule if kept else "",
        origin="text" if kept else "",
        span=span[:_SPAN_CHARS] if kept else "",
        rejected=tuple(rejected[:_MAX_REJECTED]),
    )
