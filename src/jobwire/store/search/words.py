"""The query language: words, "exact phrases", -excluded and -"excluded phrases", and short names of roles."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from jobwire.model.filters import fold_place

_PIECE = re.compile(r'(?P<minus>-)?(?:"(?P<quoted>[^"]*)"|(?P<word>[^\s"]+))')
_SIGNS = re.compile(r"(?<=[A-Za-z])(\+\+|#)(?!\w)")
_UNSPACED = re.compile(
    r"([\u0e00-\u0edf\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])"
)
"""Scripts that put no blanks between words: Thai, Lao, Burmese, Khmer, Kana, Han."""
_EMPTY = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "in",
        "is",
        "of",
        "on",
        "or",
        "the",
        "to",
        "with",
        "job",
        "jobs",
        "role",
        "roles",
        "position",
        "positions",
    ]
)
"""Words that say nothing of a job; they count only in quotes or alone."""
_SHORT = {
    "dev": ("developer",),
    "devs": ("developer",),
    "frontend": ("front end",),
    "backend": ("back end",),
    "fullstack": ("full stack",),
    "sre": ("site reliability engineer",),
    "qa": ("quality assurance",),
    "ml": ("machine learning",),
    "ai": ("artificial intelligence",),
    "nlp": ("natural language processing",),
    "bi": ("business intelligence",),
    "ux": ("user experience",),
    "sysadmin": ("system administrator", "systems administrator"),
    "dba": ("database administrator",),
    "pm": ("product manager", "project manager"),
    "tpm": ("technical program manager",),
    "em": ("engineering manager",),
    "hr": ("human resources",),
    "pr": ("public relations",),
    "seo": ("search engine optimization",),
    "sdr": ("sales development representative",),
    "bdr": ("business development representative",),
    "ae": ("account executive",),
    "csm": ("customer success manager",),
    "rn": ("registered nurse",),
    "lpn": ("licensed practical nurse",),
    "cna": ("certified nursing assistant",),
    "np": ("nurse practitioner",),
    "pt": ("physical therapist",),
    "slp": ("speech language pathologist",),
    "emt": ("emergency medical technician",),
    "cpa": ("certified public accountant",),
    "vp": ("vice president",),
    "ceo": ("chief executive officer",),
    "cfo": ("chief financial officer",),
    "cto": ("chief technology officer",),
    "coo": ("chief operating officer",),
    "sr": ("senior",),
    "jr": ("junior",),
    "mgr": ("manager",),
    "asst": ("assistant",),
    "coder": ("programmer", "developer"),
}
_SAME = (
    ("software engineer", "software developer", "swe", "sde"),
    ("backend engineer", "backend developer", "back end engineer", "back end developer"),
    ("frontend engineer", "frontend developer", "front end engineer", "front end developer"),
    ("fullstack engineer", "fullstack developer", "full stack engineer", "full stack developer"),
    ("web developer", "web engineer"),
)
"""Names of one and the same role."""


def _list_names() -> dict[str, tuple[str, ...]]:
    """What each name also goes by."""
    found: dict[str, list[str]] = {}
    for short, names in _SHORT.items():
        for name in names:
            found.setdefault(short, []).append(name)
            found.setdefault(name, []).append(short)
    for group in _SAME:
        for name in group:
            found.setdefault(name, []).extend(other for other in group if other != name)
    return {name: tuple(others) for name, others in found.items()}


_NAMES = _list_names()
_LONGEST = max(len(name.split()) for name in _NAMES)


class Piece(msgspec.Struct, frozen=True):
    """Words that are looked for together: next to each other if `exact`, else anywhere.

    `also` are other names for the same, each a phrase.
    """

    words: tuple[str, ...]
    exact: bool = False
    also: tuple[str, ...] = ()


class Words(msgspec.Struct, frozen=True):
    """One query, taken apart."""

    wanted: tuple[Piece, ...] = ()
    unwanted: tuple[Piece, ...] = ()


def spell(text: str) -> str:
    """Text as it is indexed and asked for, so that taking it apart at all that is no letter or digit is enough:
    `C++` and `C#` are words, letters that can be written in several ways are written in one, and scripts
    without blanks are read letter by letter."""
    if "#" in text or "++" in text:
        text = _SIGNS.sub(lambda match: "sharp" if match[1] == "#" else "plusplus", text)
    if text.isascii():
        return text
    return _UNSPACED.sub(r" \1 ", unicodedata.normalize("NFKC", text))


def parse_words(text: str) -> Words:
    """Any text is a query: an open quote is no quote, a lone dash is nothing."""
    plain: list[str] = []
    exact: list[Piece] = []
    unwanted: list[Piece] = []
    for match in _PIECE.finditer(text):
        phrase = match["quoted"]
        words = tuple((match["word"] if phrase is None else phrase).split())
        if not any(character.isalnum() for word in words for character in word):
            continue
        if match["minus"]:
            unwanted.append(Piece(words, exact=phrase is not None))
        elif phrase is not None:
            exact.append(Piece(words, exact=True))
        else:
            plain += words
    telling = [word for word in plain if word.lower() not in _EMPTY]
    return Words((*_name(telling or plain), *exact), tuple(unwanted))


def _name(words: list[str]) -> list[Piece]:
    """Pieces of the words of a query, other names of roles beside them: the longest name wins."""
    folded = [fold_place(word) for word in words]
    pieces: list[Piece] = []
    start = 0
    while start < len(words):
        count = next(n for n in range(_LONGEST, 0, -1) if n == 1 or " ".join(folded[start : start + n]) in _NAMES)
        name = " ".join(folded[start : start + count])
        pieces.append(Piece(tuple(words[start : start + count]), also=_NAMES.get(name, ())))
        start += count
    return pieces
