"""A document as PostgreSQL keeps it: one row, with its words as two vectors."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from jobwire.model.times import to_micros
from jobwire.store.search.analysis import Analyzers
from jobwire.store.search.document import SearchDocument
from jobwire.store.search.postgres_query import COMPANY, FACTS, STEM, TITLE
from jobwire.store.search.slips import FORGIVEN_FROM

COLUMNS = "seq, id, company_id, terms, head, words, counted, title_words, posted, created, usd_low, usd_high"
_GAP = 10
"""Positions between two texts, so that no phrase spans both."""
Places = dict[str, list[tuple[int, str]]]
"""Tokens, each with its positions and what these are worth."""


class RowMaker:
    """Makes rows. Long enough words of their heads are added to `known`."""

    def __init__(self, analyzers: Analyzers, known: set[str]) -> None:
        self._analyzers = analyzers
        self._known = known

    def make(self, document: SearchDocument) -> tuple[Any, ...]:
        """The values of `COLUMNS`."""
        head, title_words = self._head(document)
        self._known.update(word for word in head if len(word) >= FORGIVEN_FROM and word[0] != STEM)
        words = {token: list(places) for token, places in head.items()}
        self._add_exact(words, document.body, "D", _after(head))
        for stem in self._analyzers.stem.analyze(document.body):
            words.setdefault(STEM + stem, [])
        low, high = document.usd or (None, None)
        return (
            document.seq,
            document.id,
            document.company_id,
            [_clean(term) for term in document.terms],
            _vector(head),
            _vector(words),
            [
                _clean(f"{name}:{value}")
                for name, found in document.facets.items()
                for value in dict.fromkeys(found)
            ],
            title_words,
            to_micros(document.posted_at),
            to_micros(document.created_at),
            low,
            high,
        )

    def _head(self, document: SearchDocument) -> tuple[Places, int]:
        """Tokens with their places, and how many words the title has."""
        found: Places = defaultdict(list)
        end = title_words = self._add_exact(found, document.title, TITLE, 0)
        for stem in self._analyzers.stem.analyze(document.title):
            found[STEM + stem].append((1, TITLE))
        for stem in self._analyzers.stem.analyze(document.role):
            found[STEM + stem].append((1, COMPANY))
        for text, weight in (
            (document.company, COMPANY),
            *((text, FACTS) for text in (*document.skills, *document.facts)),
        ):
            end = self._add_exact(found, text, weight, end + _GAP)
        return found, title_words

    def _add_exact(self, found: Places, text: str, weight: str, start: int) -> int:
        """Where it ends."""
        tokens = self._analyzers.exact.analyze(text)
        for at, token in enumerate(tokens, start + 1):
            found.setdefault(token, []).append((at, weight))
        return start + len(tokens)


def _after(places: Places) -> int:
    return max((at for found in places.values() for at, _ in found), default=0) + _GAP


def _clean(text: str) -> str:
    """PostgreSQL keeps no NUL."""
    return text.replace("\0", "")


def _vector(tokens: Places) -> str:
    """The text of a tsvector. Tokens are letters and digits, so that nothing needs escaping."""
    return " ".join(
        f"'{token}'" + (":" + ",".join(f"{at}{weight}" for at, weight in places) if places else "")
        for token, places in tokens.items()
    )
