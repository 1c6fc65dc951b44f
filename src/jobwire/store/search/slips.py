"""Slips of the pen: words that were meant where a word is in no document."""

from __future__ import annotations

from collections.abc import Iterable

FORGIVEN_FROM = 4
FORGIVEN_TWICE_FROM = 8
"""Letters of a word from which one, or two, of them may be wrong."""


def forgiven(word: str) -> int:
    """How many letters of it may be wrong."""
    return (len(word) >= FORGIVEN_FROM) + (len(word) >= FORGIVEN_TWICE_FROM)


def find_alike(word: str, known: Iterable[str]) -> list[str]:
    """The known words that differ from `word` by no more than it is forgiven."""
    most = forgiven(word)
    return [other for other in known if abs(len(other) - len(word)) <= most and _distance(word, other) <= most]


def _distance(one: str, other: str) -> int:
    """Letters added, lost, changed, or two of them swapped."""
    above: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, above, row = above, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
    return row[-1]
