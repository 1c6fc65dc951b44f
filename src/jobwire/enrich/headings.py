"""Recognise the headings of a posting and what they announce, in six languages."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from jobwire.enrich.late import compile_late
from jobwire.enrich.wordlists import read_groups, split_phrases

KINDS = ("responsibilities", "must_have", "preferred", "benefits", "about_role", "about_company", "boilerplate")
"""What a heading can announce; besides these `vote` and `mixed`: the lines themselves decide."""

_MAX_CHARS = 110
_MAX_WORDS = 14
_MAX_LOOSE_WORDS = 3
"""Words that may follow a known beginning without other signs of a heading (a colon, a list below)."""
_MAX_TOLD_WORDS = 9
"""A longer line with a telling word in it is a sentence."""
_MAX_TELLING = 3
"""Words of a telling phrase."""

_IF = frozenset(("if", "wenn", "si", "als", "se"))
"""`You'll be great if you`: the heading breaks off at its condition, the list says what the person is or has."""

_EDGE = compile_late(r"^[\W\d_]+|[^\w)]+$")
_GENDER = compile_late(r"\(?\b[mwfdx]\s?[/|]\s?[mwfdx](?:\s?[/|]\s?[mwfdx])?\b\)?", re.IGNORECASE)
_ASIDE = compile_late(r"\s*[(\[][^()\[\]]{0,60}[)\]]$")
_SHORT = compile_late(r"\b(you|we|it|that|what|who|here|they)(?:'(ll|re|ve|d|s))\b")
_MAX_LABEL_CHARS = 70
"""Where the colon of `_INLINE` is at the latest."""
_LONG = {"ll": "will", "re": "are", "ve": "have", "d": "would", "s": "is"}
_MAX_LABEL_WORDS = 5
_PART = compile_late(r"[,;|] ")
_MIN_PARTS = 2
"""More of them behind a label are a list, and what stands before it announces that."""
_INLINE = compile_late(r"^[\W_]{0,4}([^\n:]{2,60}?)\*{0,2}\s?:\*{0,2}\s+(\S.*)$")


class Heading(NamedTuple):
    """A recognised heading: what it announces, and what stands behind it on the same line."""

    kind: str
    rest: str = ""


class _Phrases(NamedTuple):
    exact: dict[str, str]
    begins: dict[str, str]
    ends: dict[str, str]
    tells: dict[str, str]
    endings: dict[str, str]


def fold_heading(text: str) -> str:
    """Lower case, no accents, no emphasis, bullets, numbers or emojis around; short forms written out."""
    text = (
        text.replace("’", "'")
        .replace("‘", "'")
        .replace("&", " and ")
        .replace(",", " ")
        .replace("/", " and ")
        .lower()
    )
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = _trim(_GENDER.sub("", text) if "|" in text else text)
    text = _trim(_ASIDE.sub("", text)) if text.endswith(")") else text
    text = _SHORT.sub(lambda found: f"{found[1]} {_LONG[found[2]]}", text)
    return " ".join(text.split())


def _trim(text: str) -> str:
    is_clean = text[:1].isalpha() and (text[-1].isalnum() or text[-1] == ")")
    return text if is_clean else _EDGE.sub("", text)


def match_heading(line: str, *, before_list: bool) -> Heading | None:
    """The heading that `line` is, or begins with (`Requirements: 3+ years`); None for ordinary text.

    `before_list` says that a list follows, which lets a longer line pass as its heading.
    """
    inline = _match_inline(line)
    if inline and not before_list:
        return inline
    if len(line) <= _MAX_CHARS:
        kind = find_kind(line, sure=before_list or line.rstrip("* ").endswith((":", "…", "...")))
        if kind:
            return Heading(kind)
    return inline


def _match_inline(line: str) -> Heading | None:
    label, bar, rest = line[:4_000].partition(" | ")
    if bar and ":" not in label and rest.count(" | ") and find_kind(label, sure=False) == "benefits":
        return Heading("benefits", rest.strip())
    found = _INLINE.match(line[:4_000]) if ":" in line[:_MAX_LABEL_CHARS] else None
    kind = find_kind(found[1], sure=False) if found else None
    if found and kind is None and len(_PART.split(found[2][:400])) > _MIN_PARTS:
        words = fold_heading(found[1]).split(" ")
        told = _find_telling(words, _phrases()) if len(words) <= _MAX_LABEL_WORDS else None
        kind = told if told in ("must_have", "preferred", "benefits") else None
    if not found or kind in (None, "vote", "mixed"):
        return None
    return Heading(str(kind), line[found.start(2) :].strip())


def find_kind(line: str, *, sure: bool) -> str | None:
    """What a heading announces; `sure` when something besides its words says that it is one."""
    if line.rstrip().endswith((".", "!", ";", ",")) and not line.rstrip().endswith("..."):
        return None
    folded = fold_heading(line)
    words = folded.split(" ")
    if not folded or len(words) > _MAX_WORDS:
        return None
    phrases = _phrases()
    if folded in phrases.exact:
        return phrases.exact[folded]
    for size in range(len(words), 0, -1):
        if not sure and len(words) - size > _MAX_LOOSE_WORDS:
            break
        kind = phrases.begins.get(" ".join(words[:size]).rstrip(":"))
        if kind:
            is_open = kind == "responsibilities" and len(words) > _MAX_LOOSE_WORDS
            return "must_have" if is_open and not _IF.isdisjoint(words[-2:]) else kind
    ending = _find_ending(words, phrases) if sure or len(words) <= _MAX_LOOSE_WORDS + 1 else None
    return ending or (_find_telling(words, phrases) if sure else None)


def _find_telling(words: list[str], phrases: _Phrases) -> str | None:
    """What the longest telling word of an unknown heading says: `Damit verbringst du deinen Arbeitsalltag`."""
    if len(words) > _MAX_TOLD_WORDS:
        return None
    told = [
        (len(part), kind)
        for start in range(len(words))
        for part in (" ".join(words[start : start + size]) for size in range(1, _MAX_TELLING + 1))
        if (kind := phrases.tells.get(part))
    ]
    told += [(len(ending), kind) for ending, kind in phrases.endings.items() for w in words if w.endswith(ending)]
    return max(told)[1] if told else None


def find_lead_in(line: str) -> str | None:
    """What the end of a sentence before a list announces: `..., here is what you will work on:`."""
    words = fold_heading(line[-200:]).split(" ")[-_MAX_WORDS:]
    return _find_ending(words, _phrases()) if words else None


def _find_ending(words: list[str], phrases: _Phrases) -> str | None:
    for start in range(len(words)):
        kind = phrases.ends.get(" ".join(words[start:]))
        if kind:
            return kind
    return None


@cache
def _phrases() -> _Phrases:
    """Read the dictionary once. The first group that names a phrase keeps it."""
    found = _Phrases({}, {}, {}, {}, {})
    for kind, lines in read_groups("headings.txt").items():
        for phrase in split_phrases(lines):
            _add_phrase(found, phrase, kind)
    return found


def _add_phrase(found: _Phrases, phrase: str, kind: str) -> None:
    if phrase.startswith("~"):
        told = found.endings if phrase.startswith("~*") else found.tells
        told.setdefault(phrase.lstrip("~*"), kind)
        return
    folded = fold_heading(phrase.strip("*"))
    if phrase.endswith("*"):
        found.begins.setdefault(folded, kind)
    elif phrase.startswith("*"):
        found.ends.setdefault(folded, kind)
    found.exact.setdefault(folded, kind)
