"""A search query as tantivy understands it: where words may be found, and what each place is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import pairwise

import msgspec
import tantivy
from tantivy import Occur, Query

from jobwire.model.times import to_micros
from jobwire.store.search.analysis import Analyzers
from jobwire.store.search.base import SearchQuery
from jobwire.store.search.slips import forgiven
from jobwire.store.search.words import Piece, Words

EXACT_FIELDS = {"title": 3.0, "company": 1.5, "skill": 1.2, "fact": 0.8, "body": 0.3}
"""Words as they are written, with their places; what a hit there is worth."""
STEM_FIELDS = {"title_stem": 2.0, "role_stem": 1.2, "body_stem": 0.4}
"""English words without their endings: wider, worth less."""
_DESCRIPTION_FIELDS = ("body", "body_stem")
_OTHER_NAME = 0.85
"""Of another name of the same; the next one that again, as the usual ones come first."""
_NEXT_TO_EACH_OTHER = 2.0
_TIES = 0.1
"""How much a word counts in other fields than its best one."""
_MOST_WORDS = 40


class Asked(msgspec.Struct, frozen=True):
    """`forgiving` is asked when nothing matches. `ranked`: hits differ in how well they match. `everything`: all
    jobs match."""

    query: tantivy.Query
    forgiving: tantivy.Query | None
    ranked: bool
    everything: bool = False


class QueryMaker:
    """Makes queries for one schema."""

    def __init__(self, schema: tantivy.Schema, analyzers: Analyzers) -> None:
        self._schema = schema
        self._analyzers = analyzers

    def make(self, query: SearchQuery) -> Asked:
        """The query, and the same with slips of the pen forgiven."""
        filters = [*self._filters(query)]
        exact_fields, stem_fields = _fields(query.descriptions)
        seek = _Seeker(self._schema, self._analyzers, exact_fields, stem_fields)
        sought = [clause for words in query.any_of if (clause := seek.find(words))]
        if not sought:
            return Asked(_all(filters), None, ranked=False, everything=not filters)
        seek.forgiving = True
        forgiven = [clause for words in query.any_of if (clause := seek.find(words))]
        ranked = any(words.wanted for words in query.any_of)
        return Asked(_all([_any(sought), *filters]), _all([_any(forgiven), *filters]) if ranked else None, ranked)

    def _filters(self, query: SearchQuery) -> Iterable[tantivy.Query]:
        for group in query.groups:
            yield _unscored(Query.term_set_query(self._schema, "terms", list(group)))
        if query.without:
            yield _except([Query.term_set_query(self._schema, "terms", list(query.without))])
        last_seq = query.last_seq
        spans: tuple[tuple[str, int | None, int | None], ...] = (
            ("posted", _micros(query.posted_from), _micros(query.posted_to)),
            ("created", _micros(query.created_from), _micros(query.created_to)),
            ("seq", query.first_seq or None, last_seq),
            ("usd_high", query.min_usd, None),
            ("usd_low", None, query.max_usd),
        )
        for name, low, high in spans:
            if low is not None or high is not None:
                kind = tantivy.FieldType.Integer
                yield _unscored(Query.range_query(self._schema, name, kind, low, high))


class _Seeker:
    """Clauses for words, over some fields."""

    def __init__(
        self,
        schema: tantivy.Schema,
        analyzers: Analyzers,
        exact_fields: dict[str, float],
        stem_fields: dict[str, float],
    ) -> None:
        self._schema = schema
        self._analyzers = analyzers
        self._exact_fields = exact_fields
        self._stem_fields = stem_fields
        self.forgiving = False

    def find(self, words: Words) -> tantivy.Query | None:
        """All that is wanted, nothing of what is not; None if that says nothing."""
        wanted = [clause for piece in words.wanted[:_MOST_WORDS] if (clause := self._find_piece(piece))]
        unwanted = [clause for piece in words.unwanted[:_MOST_WORDS] if (clause := self._phrase(piece.words))]
        if not wanted and not unwanted:
            return None
        parts = [(Occur.Must, clause) for clause in wanted or [Query.all_query()]]
        parts += [(Occur.MustNot, clause) for clause in unwanted]
        parts += [(Occur.Should, clause) for clause in self._neighbours(words)]
        return Query.boolean_query(parts)

    def _find_piece(self, piece: Piece) -> tantivy.Query | None:
        if piece.exact:
            return self._phrase(piece.words)
        clauses = [clause for word in piece.words if (clause := self._find_word(word))]
        if not clauses:
            return None
        others = [self._phrase(tuple(name.split())) for name in piece.also]
        named = [Query.boost_query(other, _OTHER_NAME**n) for n, other in enumerate(others, 1) if other]
        return Query.disjunction_max_query([_all(clauses), *named], _TIES) if named else _all(clauses)

    def _find_word(self, word: str) -> tantivy.Query | None:
        """A word anywhere; one of several parts (`node.js`) with its parts next to each other."""
        tokens = self._analyzers.cut(word)
        if len(tokens) != 1:
            return self._phrase((word,))
        stem = self._analyzers.cut_stems(word)[0]
        clauses = [
            self._term(name, tokens[0], worth) for name, worth in self._exact_fields.items() if name != "body"
        ]
        clauses += [self._term(name, stem, worth) for name, worth in self._stem_fields.items()]
        if self.forgiving and forgiven(tokens[0]):
            clauses += self._alike(tokens[0])
        return Query.disjunction_max_query(clauses, _TIES)

    def _alike(self, token: str) -> list[tantivy.Query]:
        return [
            Query.fuzzy_term_query(self._schema, name, token, forgiven(token))
            for name in self._exact_fields
            if name != "body"
        ]

    def _phrase(self, words: Sequence[str]) -> tantivy.Query | None:
        """The words next to each other, in any one field."""
        tokens = self._analyzers.cut(" ".join(words))
        if not tokens:
            return None
        make: Callable[[str], tantivy.Query] = (
            (lambda name: Query.term_query(self._schema, name, tokens[0]))
            if len(tokens) == 1
            else (lambda name: Query.phrase_query(self._schema, name, list(tokens)))
        )
        clauses = [Query.boost_query(make(name), worth) for name, worth in self._exact_fields.items()]
        return Query.disjunction_max_query(clauses, _TIES)

    def _neighbours(self, words: Words) -> list[tantivy.Query]:
        """Words that stand together in a title, as they do in the query, are worth more."""
        plain = [word for piece in words.wanted if not piece.exact for word in piece.words]
        tokens = self._analyzers.cut(" ".join(plain))[:_MOST_WORDS]
        phrases = [Query.phrase_query(self._schema, "title", list(pair)) for pair in pairwise(tokens)]
        return [Query.boost_query(phrase, _NEXT_TO_EACH_OTHER) for phrase in phrases]

    def _term(self, name: str, token: str, worth: float) -> tantivy.Query:
        option = "freq" if name in STEM_FIELDS else "position"
        return Query.boost_query(Query.term_query(self._schema, name, token, option), worth)


def _fields(descriptions: bool) -> tuple[dict[str, float], dict[str, float]]:
    if descriptions:
        return EXACT_FIELDS, STEM_FIELDS
    exact, stem = dict(EXACT_FIELDS), dict(STEM_FIELDS)
    for name in _DESCRIPTION_FIELDS:
        exact.pop(name, None)
        stem.pop(name, None)
    return exact, stem


def _micros(at: datetime | None) -> int | None:
    return None if at is None else to_micros(at)


def _unscored(query: tantivy.Query) -> tantivy.Query:
    return Query.const_score_query(query, 0.0)


def _except(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    everything = (Occur.Must, _unscored(Query.all_query()))
    return Query.boolean_query([everything, *((Occur.MustNot, query) for query in queries)])


def _all(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    if not queries:
        return Query.all_query()
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, query) for query in queries])


def _any(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return queries[0] if len(queries) == 1 else Query.disjunction_max_query(list(queries), _TIES)
