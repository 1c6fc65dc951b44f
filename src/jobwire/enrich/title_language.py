"""German, French, Spanish, Dutch and Portuguese roles by their English name, where that is sure."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from jobwire.enrich.title_words import words
from jobwire.enrich.wordlists import read_groups

_LINKS = words("de du des d del da do das dos la le les l en em of y et und e van im in fur bereich")
_BELONGS = words("der des du de da do a of von van")
"""What follows is no role of its own: `Assistenz der Geschäftsführung`."""
_MAX_WORDS = 5
_LEARNERS = frozenset({"intern", "apprentice", "working student"})


_DEPUTIES = words(
    "stellvertretende stellvertretender stellvertretend stv stellv adjoint adjointe adjunto adjunta subjefe"
    " plaatsvervangend adjunct"
)
_MANAGES = words("manager lead head director supervisor principal")


class _Lexicon(NamedTuple):
    roles: dict[str, str]
    """A role -> its English name."""
    bound: dict[str, str]
    """A role that says something only beside one of `beside`."""
    beside: dict[str, str]
    """A field of work -> its English name."""
    heads: frozenset[str]
    """Roles that end compounds."""
    first_words: frozenset[str]
    """Those that roles begin with: most English titles hold none."""


def translate(given: list[str], after: list[str]) -> list[str]:
    """The words of a role in English: `developpeur java` is a java developer; others come back as they are.

    What stands beside a known role and is not known itself goes, as a team does. The part of the title `after`
    the role tells its field where the role's own part does not: `Sachbearbeiter (m/w/d) Buchhaltung`.
    """
    lexicon = _read_lexicon()
    written = given
    if given[:2] == ["director", "of"] and " ".join(["director", *given[2:]]) in lexicon.roles:
        given = ["director", *given[2:]]
    if given[:1] in (["pessoa"], ["persona"]) and len(given) > 1 and given[1] != "que":
        given = given[1:]  # the gender-neutral form: `pessoa desenvolvedora`
    for place, word in enumerate(given):
        if word in _DEPUTIES and len(given) > 1:
            head = translate(given[:place] + given[place + 1 :], after)
            return ["deputy", *head] if not _MANAGES.isdisjoint(head) else written
    given = [part for word in given for part in split_compound(word)]
    if not any(word in lexicon.first_words or word.removesuffix("in") in lexicon.first_words for word in given):
        return written
    for size in range(min(len(given), _MAX_WORDS), 0, -1):
        for at in range(len(given) - size + 1):
            role = " ".join(given[at : at + size])
            bound, name = _find(role, lexicon.bound), _find(role, lexicon.roles)
            if (not bound and not name) or (at and given[at - 1] in _BELONGS):
                continue
            others = given[:at] + given[at + size :]
            rest = _translate_rest(others or after, lexicon.beside)
            if (bound or name) in _LEARNERS and others and rest is None:
                inner = translate(others, after)  # whoever learns a role: `apprenti assistant marketing`
                if inner != others:
                    return inner
            if rest and bound:
                return _join(bound.split(), rest)
            if name and (at == 0 or (name not in _LEARNERS and (rest is not None or at + size == len(given)))):
                return _join(name.split(), rest or [])
    return written


@cache
def single_roles() -> frozenset[str]:
    """The roles of one word, bound ones too, and what others begin with before a link: `chef (de projet)`.

    A learner's word is none: it is a level beside the role to be learnt.
    """
    lexicon = _read_lexicon()
    names = [(role.split(), name) for role, name in (lexicon.roles | lexicon.bound).items()]
    return frozenset(
        role[0]
        for role, name in names
        if name not in _LEARNERS and (len(role) == 1 or role[1] in ("de", "d", "du"))
    )


def _find(role: str, names: dict[str, str]) -> str | None:
    """German women's forms end in `in`."""
    return names.get(role) or (names.get(role.removesuffix("in")) if len(role) > 5 else None)


@lru_cache(maxsize=4_096)
def split_compound(word: str) -> tuple[str, ...]:
    """`vertriebsleiter` -> `vertrieb`, `leiter`: a field and a role that German and Dutch write as one word."""
    lexicon = _read_lexicon()
    word = word.removesuffix("in") if word.endswith("erin") else word
    if word in lexicon.roles or word in lexicon.bound:
        return (word,)
    for at in range(2, len(word) - 3):
        role = word[at:]
        if role not in lexicon.heads:
            continue
        field = word[:at]
        for stem in (field, field.removesuffix("s"), field.removesuffix("en"), field.removesuffix("n")):
            if stem in lexicon.beside:
                return (stem, role)
    return (word,)


def _translate_rest(others: list[str], beside: dict[str, str]) -> list[str] | None:
    """The words beside a role in English; None where one is not known."""
    left = " ".join(word for word in others if word not in _LINKS).removeprefix("and ")
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
    heads = frozenset(word.strip() for line in groups["head"] for word in line.split(","))
    roles, bound = _pairs(groups["roles"]), _pairs(groups["bound"])
    first_words = frozenset(role.partition(" ")[0] for role in roles | bound)
    return _Lexicon(roles, bound, same | _pairs(groups["beside"]), heads, first_words)


def _pairs(lines: list[str]) -> dict[str, str]:
    """`a, b = c` -> a: c, b: c; the first meaning of a spelling counts."""
    pairs: dict[str, str] = {}
    for line in lines:
        spellings, _, name = line.partition(" = ")
        for spelling in spellings.split(","):
            pairs.setdefault(spelling.strip(), name.strip())
    return pairs
