"""Near-duplicate postings: a small signature of a text, its bands, and the key of an opening listed per place."""

from __future__ import annotations

import hashlib
import re
import zlib
from array import array

from jobwire.enrich.late import compile_late
from jobwire.model.raw import RawPosting

SLOTS = 64
"""Positions of a signature; the error of `similarity` is about 1 / sqrt(SLOTS)."""
SAME = 0.8
"""Two postings of at least this similarity are the same opening, perhaps with another place or date in it."""
BANDS = 16
"""Parts of a signature that are looked up."""
SAME_TITLE = 2 / 3
"""Of the words of two titles."""
_SHINGLE = 3
"""Words in a row that are compared."""
_MAX_WORDS = 4_000
_SLOT_BITS = SLOTS.bit_length() - 1
_SPREAD = 0x9E3779B1

_WORD = compile_late(r"[^\W_]+")
_GENDER = compile_late(r"\([a-zäöü]{1,12}(?:\s?[/|,*]\s?[a-zäöü]{0,12}){1,4}\)", re.IGNORECASE)
_TAG = compile_late(r"<[^<>]{0,2000}>|&[a-z0-9#]{1,8};", re.IGNORECASE)


def signature(text: str) -> bytes:
    """4 bytes for each of the `SLOTS`; empty for a text without words.

    One-permutation minhash (Li, Owen, Zhang 2012): each run of words is hashed once, its low bits choose the
    slot, the smallest hash stays. Slots that stay empty borrow from the next one (Shrivastava and Li 2014).
    """
    words = _WORD.findall(text.lower()[: _MAX_WORDS * 12])[:_MAX_WORDS]
    if not words:
        return b""
    runs = (
        map(" ".join, zip(*(words[skip:] for skip in range(_SHINGLE)), strict=False))
        if len(words) >= _SHINGLE
        else words
    )
    hashes = sorted(set(map(zlib.crc32, map(str.encode, runs))), reverse=True)
    smallest = {value & (SLOTS - 1): value >> _SLOT_BITS for value in hashes}  # the last one written stays
    return array("I", _fill_empty(smallest)).tobytes()


def _fill_empty(smallest: dict[int, int]) -> list[int]:
    filled: list[int] = []
    for slot in range(SLOTS):
        away = next(step for step in range(SLOTS) if (slot + step) % SLOTS in smallest)
        filled.append((smallest[(slot + away) % SLOTS] + away * _SPREAD) & 0xFFFFFFFF)
    return filled


def similarity(a: bytes, b: bytes) -> float:
    """Share of runs of words that two signed texts have in common, estimated: 0.0 to 1.0."""
    if len(a) != len(b) or not a:
        return 0.0
    first, second = array("I", a), array("I", b)
    return sum(x == y for x, y in zip(first, second, strict=True)) / len(first)


def merge_key(posting: RawPosting) -> str:
    """Equal for postings of one board that are one opening listed once per place: the employer's own requisition
    id proves it, with the same title and the same words. Without that proof two postings stay two.

    Compare it within one board only.
    """
    body = posting.description_html or posting.description_text or ""
    if not body:
        body = " ".join(f"{section.heading} {section.html}" for section in posting.sections)
    words = " ".join(_WORD.findall(_TAG.sub(" ", body).lower()))
    title = " ".join(_WORD.findall(posting.title.lower()))
    if not words or not posting.requisition_id:
        words = f"id {posting.posting_id}"
    proof = f"{posting.requisition_id}\n{title}\n{words}"
    return hashlib.sha256(proof.encode("utf-8", "replace")).hexdigest()


def bands(signed: bytes) -> list[int]:
    """`BANDS` numbers of a signature. Texts of similarity `SAME` nearly always share one (99.9 %), so those that
    share none need not be compared; an index of these numbers finds the like of a text without a look at others.
    """
    size = len(signed) // BANDS
    return [zlib.crc32(signed[at * size : (at + 1) * size], at) for at in range(BANDS)] if size else []


def title_words(title: str) -> frozenset[str]:
    """The words of a title that tell openings apart: without `(m/f/d)`, single letters and punctuation."""
    return frozenset(word for word in _WORD.findall(_GENDER.sub(" ", title.lower())) if len(word) > 1)


def share_of_words(a: frozenset[str], b: frozenset[str]) -> float:
    """Share of the longer one's words that both have: 0.0 to 1.0."""
    return len(a & b) / max(len(a), len(b), 1)
