"""Searches as PostgreSQL understands them: what matches as a tsquery, what it is worth as an expression.

PostgreSQL's own ranking knows nothing of where a word is usual, and reads whole descriptions to rank. So a hit is
worth what its best place is worth, looked up in the short vector of the title, the company and the skills; how
often a word occurs does not matter, and a short title is worth more than a long one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import msgspec
from psycopg import sql

from jobwire.model.times import to_micros
from jobwire.store.search.analysis import Analyzers
from jobwire.store.search.base import SearchQuery
from jobwire.store.search.words import Piece, Words

TITLE, COMPANY, FACTS = "A", "B", "C"
"""Weights of tokens in the vectors: the title; the company and the role; skills, places and terms."""
STEM = "~"
"""Begins the tokens that are stems."""
_WORTH = {TITLE: 3.0, COMPANY: 1.5, FACTS: 1.0}
_STEM_WORTH = {TITLE: 2.2, COMPANY: 1.2}
_ALIKE_WORTH = 1.0
_BODY_WORTH = 0.3
_OTHER_NAME = 0.85
_NEXT_TO_EACH_OTHER = 2.0
_MOST_WORDS = 40
_ORDERS = {
    "relevance": "score DESC, posted DESC, seq DESC",
    "date": "posted DESC, seq DESC",
    "salary": "usd_high DESC NULLS LAST, posted DESC, seq DESC",
}
Alike = Callable[[str], Sequence[str]]
"""Words of the index that may have been meant."""
Score = sql.Composable


class Clause(msgspec.Struct, frozen=True):
    """What must match, as the text of a tsquery, and what a match is worth."""

    match: str
    score: Score


class Asked(msgspec.Struct, frozen=True):
    """The parts of a statement."""

    where: sql.Composable
    score: Score
    order: sql.Composable


def make_query(query: SearchQuery, analyzers: Analyzers, alike: Alike) -> Asked:
    """`alike` is asked for each word; what it names is as good as the word, and worth less."""
    seek = _Seeker(analyzers, alike)
    column = sql.Identifier("words" if query.descriptions else "head")
    sought = [clause for words in query.any_of if (clause := seek.find(words))]
    conditions = [*_filters(query)]
    if sought:
        conditions.append(sql.SQL(" OR ").join(_matches(column, clause.match) for clause in sought))
    ranked = any(words.wanted for words in query.any_of) and query.sort == "relevance"
    order = _ORDERS["date" if query.sort == "relevance" and not ranked else query.sort]
    where = sql.SQL(" AND ").join(sql.SQL("({})").format(condition) for condition in conditions)
    score = _best([clause.score for clause in sought]) if ranked else _ZERO
    return Asked(where if conditions else sql.SQL("true"), score, sql.SQL(order))


def _filters(query: SearchQuery) -> Iterable[sql.Composable]:
    for group in query.groups:
        yield sql.SQL("terms && {}::text[]").format(sql.Literal(list(group)))
    if query.without:
        yield sql.SQL("NOT terms && {}::text[]").format(sql.Literal(list(query.without)))
    posted = [to_micros(at) if at else None for at in (query.posted_from, query.posted_to)]
    created = [to_micros(at) if at else None for at in (query.created_from, query.created_to)]
    for name, sign, bound in (
        ("posted", ">=", posted[0]),
        ("posted", "<=", posted[1]),
        ("created", ">=", created[0]),
        ("created", "<=", created[1]),
        ("seq", ">=", query.first_seq or None),
        ("seq", "<=", query.last_seq),
        ("usd_high", ">=", query.min_usd),
        ("usd_low", "<=", query.max_usd),
    ):
        if bound is not None:
            yield sql.Identifier(name) + sql.SQL(f" {sign} ") + sql.Literal(bound)


class _Seeker:
    """Clauses for words."""

    def __init__(self, analyzers: Analyzers, alike: Alike) -> None:
        self._analyzers = analyzers
        self._alike = alike

    def find(self, words: Words) -> Clause | None:
        """All that is wanted, nothing of what is not; None if that says nothing."""
        wanted = [clause for piece in words.wanted[:_MOST_WORDS] if (clause := self._find_piece(piece))]
        unwanted = [clause for piece in words.unwanted[:_MOST_WORDS] if (clause := self._phrase(piece.words))]
        matches = [clause.match for clause in wanted] + [f"!{clause.match}" for clause in unwanted]
        if not matches:
            return None
        scores = [*(clause.score for clause in wanted), *self._neighbours(words)]
        return Clause(f"({' & '.join(matches)})", _sum(scores))

    def _find_piece(self, piece: Piece) -> Clause | None:
        if piece.exact:
            return self._phrase(piece.words)
        clauses = [clause for word in piece.words if (clause := self._find_word(word))]
        if not clauses:
            return None
        own = Clause(" & ".join(clause.match for clause in clauses), _sum([clause.score for clause in clauses]))
        others = [other for name in piece.also if (other := self._phrase(tuple(name.split())))]
        scores = [own.score]
        for n, other in enumerate(others, 1):
            scores.append(_if(_matches(sql.Identifier("head"), other.match), _times(other.score, _OTHER_NAME**n)))
        return Clause(f"({' | '.join([f'({own.match})', *(other.match for other in others)])})", _best(scores))

    def _find_word(self, word: str) -> Clause | None:
        """A word anywhere; one of several parts (`node.js`) with its parts next to each other."""
        tokens = self._analyzers.cut(word)
        if len(tokens) != 1:
            return self._phrase((word,))
        token, stem = _quote(tokens[0]), _quote(STEM + self._analyzers.cut_stems(word)[0])
        alike = [_quote(other) for other in self._alike(tokens[0])]
        levels = [(worth, f"{token}:{place}") for place, worth in _WORTH.items()]
        levels += [(worth, f"{stem}:{place}") for place, worth in _STEM_WORTH.items()]
        if alike:
            levels.append((_ALIKE_WORTH, " | ".join(f"{other}:A" for other in alike)))
        return Clause(f"({' | '.join([token, stem, *alike])})", _level(levels))

    def _phrase(self, words: Sequence[str]) -> Clause | None:
        """The words next to each other, in any one field."""
        tokens = self._analyzers.cut(" ".join(words))
        if not tokens:
            return None
        levels = [(worth, _adjacent(tokens, f":{place}")) for place, worth in _WORTH.items()]
        return Clause(_adjacent(tokens), _times(_level(levels), len(tokens)))

    def _neighbours(self, words: Words) -> list[Score]:
        """Words that stand together in a title, as they do in the query, are worth more."""
        plain = [word for piece in words.wanted if not piece.exact for word in piece.words]
        tokens = self._analyzers.cut(" ".join(plain))[:_MOST_WORDS]
        head = sql.Identifier("head")
        return [
            _if(_matches(head, _adjacent(pair, f":{TITLE}")), sql.Literal(_NEXT_TO_EACH_OTHER))
            for pair in pairwise(tokens)
        ]


def _quote(token: str) -> str:
    doubled = token.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


def _adjacent(tokens: Sequence[str], place: str = "") -> str:
    return f"({' <-> '.join(_quote(token) + place for token in tokens)})"


def _matches(column: sql.Composable, match: str) -> sql.Composable:
    return sql.SQL("{} @@ {}::tsquery").format(column, sql.Literal(match))


_ZERO = sql.SQL("0::float8")


def _level(levels: Sequence[tuple[float, str]]) -> Score:
    """What the best place of a match is worth."""
    cases = [
        sql.SQL("WHEN {} THEN {}").format(_matches(sql.Identifier("head"), match), sql.Literal(worth))
        for worth, match in sorted(levels, reverse=True)
    ]
    return sql.SQL("(CASE {} ELSE {} END)").format(sql.SQL(" ").join(cases), sql.Literal(_BODY_WORTH))


def _if(condition: sql.Composable, score: Score) -> Score:
    return sql.SQL("(CASE WHEN {} THEN {} ELSE 0 END)").format(condition, score)


def _times(score: Score, factor: float) -> Score:
    return sql.SQL("({} * {})").format(score, sql.Literal(factor))


def _sum(scores: Sequence[Score]) -> Score:
    return sql.SQL("({})").format(sql.SQL(" + ").join(scores)) if scores else _ZERO


def _best(scores: Sequence[Score]) -> Score:
    return scores[0] if len(scores) == 1 else sql.SQL("greatest({})").format(sql.SQL(", ").join(scores))
