"""Words of other languages as the English ones that the phrase rules know, so that a rule is written once."""

from __future__ import annotations

from functools import cache
from typing import Any

import ahocorasick

from jobwire.enrich.wordlists import read_groups, split_phrases


def to_english(sentence: str, table: str) -> str:
    """A folded sentence in which the words that stand in `data/<table>` are English; the longest phrase wins."""
    parts: list[str] = []
    done, size = 0, len(sentence)
    for last, (length, english, is_whole) in _automaton(table).iter_long(sentence):
        start, end = last - length + 1, last + 1
        if (start and sentence[start].isalpha() and sentence[start - 1].isalpha()) or start < done:
            continue
        while not is_whole and end < size and sentence[end].isalpha():
            end += 1
        if end < size and sentence[end - 1].isalpha() and sentence[end].isalnum():
            continue
        gap = " " if start and sentence[start - 1].isalnum() else ""  # `20h/semaine`
        parts += sentence[done:start], gap, english
        done = end
    return "".join(parts) + sentence[done:] if parts else sentence


@cache
def _automaton(table: str) -> Any:
    automaton = ahocorasick.Automaton()
    for group, lines in read_groups(table).items():
        for phrase in split_phrases(lines):
            word = phrase.removesuffix("*")
            if not automaton.exists(word):
                automaton.add_word(word, (len(word), group.replace("_", " "), word == phrase))
    automaton.make_automaton()
    return automaton
