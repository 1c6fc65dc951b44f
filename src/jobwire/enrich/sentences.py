"""The sentences of a text that hold a keyword: what phrase rules look at, instead of the whole text."""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_CHARS = 200_000
"""How far into a text rules look."""
_REACH = 300
"""Characters of a sentence on either side of its keyword."""

_START = re.compile(r"[\n•]|[.!?;](?=[\s\"”)])")
_ABBREVIATION = re.compile(r"(?:\b(?:u\.s|u\.k|e\.g|i\.e|z\.b|inc|ltd|approx|etc|no|vs|min|max|dept)|\b[a-z])$", re.IGNORECASE)


def find_sentences(text: str, keyword: re.Pattern[str], *, limit: int = 60) -> Iterator[str]:
    """Sentences around the first `limit` places where `keyword` stands, in order, each once."""
    done = -1
    for found in keyword.finditer(text, 0, MAX_CHARS):
        if found.start() < done:
            continue
        start = _start_of(text, found.start())
        done = _end_of(text, found.end())
        yield " ".join(text[start:done].split())
        limit -= 1
        if not limit:
            return


def _start_of(text: str, at: int) -> int:
    low = max(0, at - _REACH)
    start = low
    for mark in _START.finditer(text, low, at):
        if mark[0] in "\n•" or not _ABBREVIATION.search(text, max(low, mark.start() - 8), mark.start()):
            start = mark.end()
    return start


def _end_of(text: str, at: int) -> int:
    high = min(len(text), at + _REACH)
    for mark in _START.finditer(text, at, high):
        if mark[0] in "\n•" or not _ABBREVIATION.search(text, max(at, mark.start() - 8), mark.start()):
            return mark.end() if mark[0] not in "\n•" else mark.start()
    return high
