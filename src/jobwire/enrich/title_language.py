"""German, French, Spanish, Dutch and Portuguese roles by their English name, where that is sure."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from jobwire.enrich.title_words import words
from jobwire.enrich.wordlists import read_groups

_LINKS = words("de du des d del da do das dos la le les l en em of y et und e van")
_MAX_WORDS = 4
_LEARNERS = frozenset({"intern", "apprentice", "working student"})


class _Lexicon(NamedTuple):
    roles: dict[str, str]
    """A role -> its English name."""
    bound: dict[str, str]
    """A role that says something only beside one of `beside`."""
    beside: dict[str, str]
    """A field of work -> its English name."""


def translate(given: list[str]) -> list[str]:
    """The words of a role in English: `developpeur java` is a java developer; others come back as they are.

    What stands beside a known role and is not known itself goes, as a team does.
    """
    lexicon = _read_lexicon()
    for size in range(min(len(given), _MAX_WORDS), 0, -1):
        for at in range(len(given) - size + 1):
            role = " ".join(given[at : at + size])
            bound, name = _find(role, lexicon.bound), _find(role, lexicon.roles)
            if not bound and not name:
                continue
            rest = _translate_rest(given[:at] + given[at + size :], lexicon.beside)
            if rest and bound:
                return _join(bound.split(), rest)
            if name and (at == 0 or (name not in _LEARNERS and (rest is not None or at + size == len(given)))):
                return _join(name.split(), rest or [])
    return given


@cache
def single_roles() -> frozenset[str]:
    """The roles of one word, bound ones too; a learner's word is a level beside the role to be learnt."""
    lexicon = _read_lexicon()
    names = (lexicon.roles | lexicon.bound).items()
    return frozenset(role for role, name in names if " " not in role and name not in _LEARNERS)


def _find(role: str, names: dict[str, str]) -> str | None:
    """German women's forms end in `in`."""
    return names.get(role) or (names.get(role.removesuffix("in")) if len(role) > 5 else None)


def _translate_rest(others: list[str], beside: dict[str, str]) -> list[str] | None:
    """The words beside a role in English; None where one is not known."""
    left = " ".join(word for word in others if word not in _LINKS)
    if left in beside:
        return beside[left].split()
    names = [beside.get(word) for word in left.split()]
    return [name for name in names if name] if all(names) else None


def _join(name: list[str], rest: list[str]) -> list[str]:
    return [*name, *rest] if name[-1] == "of" else [*rest, *name]


@cache
def _read_lexicon() -> _Lexicon:
    groups = read_groups("foreign_roles.txt")
    same = {word.strip(): word.strip() for line in groups["same"] for word in line.split(",")}
    return _Lexicon(_pairs(groups["roles"]), _pairs(groups["bound"]), same | _pairs(groups["beside"]))


def _pairs(lines: list[str]) -> dict[str, str]:
    """`a, b = c` -> a: c, b: c; the first meaning of a spelling counts."""
    pairs: dict[str, str] = {}
    for line in lines:
        spellings, _, name = line.partition(" = ")
        for spelling in spellings.split(","):
            pairs.setdefault(spelling.strip(), name.strip())
    return pairs
