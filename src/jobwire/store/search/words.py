"""The query language: words, "exact phrases", -excluded and -"excluded phrases", and short names of roles."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from jobwire.model.filters import fold_place

_PIECE = re.compile(r'(?P<minus>-)?(?:"(?P<quoted>[^"]*)"|(?P<word>[^\s"]+))')
_SIGNS = re.compile(r"(?<=[A-Za-z])(\+\+|#)(?![^\W\d])")
_DOTNET = re.compile(r"(?:(?<=\basp)|(?<=\bvb)|(?<=\bado)|(?<!\w))\.net\b", re.I)
_PAIRS = re.compile(r"\b([A-Za-z])&([A-Za-z])\b")
"""R&D is no use of the language R."""
_JOINED = re.compile(r"[^\W_]+(?:[-.'\u2019\u2010\u2011][^\W_]+)+")
"""`node.js`, `front-end`: also written as one word."""
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
        "i",
        "my",
        "that",
        "we",
        "who",
        "you",
        "your",
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
    "eng": ("engineer", "engineering"),
    "tech": ("technician",),
    "techs": ("technician",),
    "rep": ("representative",),
    "reps": ("representative",),
    "admin": ("administrator", "administrative"),
    "devops": ("dev ops",),
    "nodejs": ("node.js",),
    "node": ("nodejs",),
    "reactjs": ("react",),
    "vuejs": ("vue",),
    "js": ("javascript",),
    "ts": ("typescript",),
    "k8s": ("kubernetes",),
    "golang": ("go",),
    "postgres": ("postgresql",),
    "ecommerce": ("e-commerce",),
    "startup": ("start-up",),
    "fulltime": ("full time",),
    "parttime": ("part time",),
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
    "accounting": ("accountant",),
    "nursing": ("nurse",),
    "teaching": ("teacher",),
    "coder": ("programmer", "developer"),
}
_BESIDE = frozenset(
    [
        *("senior", "sr", "junior", "jr", "mid", "entry", "level", "lead", "principal", "staff", "experienced"),
        *("head", "chief", "ii", "iii", "iv", "intern", "internship", "trainee", "graduate", "working"),
        *("remote", "hybrid", "onsite", "full", "part", "time", "fulltime", "parttime", "temporary", "contract"),
    ]
)
"""Words that say how a job is, not which: the first that a search does without, and never enough alone."""
_MOST_RELAXED = 12
"""Words of a query that are looked at when it is asked with fewer words."""
_SAME = (
    ("software engineer", "software developer", "software dev", "swe", "sde", "softwareentwickler"),
    *(
        tuple(f"{part} {role}" for role in ("engineer", "developer", "dev") for part in parts)
        for parts in (("backend", "back end"), ("frontend", "front end"), ("fullstack", "full stack"))
    ),
    ("web developer", "web engineer", "web dev"),
    ("krankenpfleger", "krankenschwester", "pflegefachkraft"),
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
    `C++`, `C#`, `.NET` and `R&D` are words, letters that can be written in several ways are written in one, and
    scripts without blanks are read letter by letter."""
    if "#" in text or "++" in text:
        text = _SIGNS.sub(lambda match: "sharp " if match[1] == "#" else "plusplus ", text)
    if "&" in text:
        text = _PAIRS.sub(r"\1and\2", text)
    if ".n" in text or ".N" in text:
        text = _DOTNET.sub(" dotnet", text)
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
    return Words((*_name(list(dict.fromkeys(telling or plain))), *exact), tuple(unwanted))


def relax(words: Words) -> list[tuple[Words, ...]]:
    """Ways to ask with fewer words, each a step wider than the one before: without one of the words that only say
    how a job is, without all of those, without any one word, with half of the words, with any. Phrases and
    exclusions stay."""
    plain = [word for piece in words.wanted if not piece.exact for word in piece.words][:_MOST_RELAXED]
    telling = [word for word in plain if _tells(word)]
    half = (len(telling) + 1) // 2
    shorter = [plain[:n] + plain[n + 1 :] for n in range(len(plain))]
    steps = (
        [some for some, word in zip(shorter, plain, strict=True) if not _tells(word)],
        [telling] if telling != plain else [],
        shorter,
        [telling[n : n + half] for n in range(len(telling) - half + 1)],
        [[word] for word in telling],
    )
    exact = tuple(piece for piece in words.wanted if piece.exact)
    tried = [[some for some in step if any(map(_tells, some))] for step in steps]
    return [
        tuple(Words((*_name(some), *exact), words.unwanted) for some in step)
        for n, step in enumerate(tried)
        if step and plain not in step and not any(all(some in before for some in step) for before in tried[:n])
    ]


def _tells(word: str) -> bool:
    """Whether it says which job, not only how it is."""
    return _fold(word) not in _BESIDE


def _name(words: list[str]) -> list[Piece]:
    """Pieces of the words of a query, other names of roles beside them: the longest name wins."""
    folded = [_fold(word) for word in words]
    pieces: list[Piece] = []
    start = 0
    while start < len(words):
        count = next(n for n in range(_LONGEST, 0, -1) if n == 1 or " ".join(folded[start : start + n]) in _NAMES)
        others = _NAMES.get(" ".join(folded[start : start + count]), ())
        if count == 1:
            others = tuple(dict.fromkeys((*others, *_join(words[start]), *_choose(words[start]))))
        pieces.append(Piece(tuple(words[start : start + count]), also=others))
        start += count
    return pieces


def _fold(word: str) -> str:
    """As names are listed: `Sr.`, `Front-End`."""
    return fold_place(word.strip(".,;:!?()")).replace("-", " ")


def _join(word: str) -> tuple[str, ...]:
    """`frontend` for `front-end`; nothing for a word without such a sign."""
    return ("".join(c for c in word if c.isalnum()),) if _JOINED.fullmatch(word) else ()


def _choose(word: str) -> tuple[str, ...]:
    """Either word of `devops/sre`, and what it also goes by; nothing for `m/w/d`."""
    parts = [part for part in word.split("/") if len(part) > 1]
    if "/" not in word or len(parts) < 2:
        return ()
    return (*parts, *(name for part in parts for name in _NAMES.get(_fold(part), ())))
