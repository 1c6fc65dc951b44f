"""Noise is not news: what a person would call the same posting has the same digest.

Ignored: white space, the order of lines and places, dates of re-publication, tracking parameters, and an edit
of boilerplate that runs through most of a board at once.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections import Counter
from collections.abc import Mapping, Set
from urllib.parse import urlsplit

import msgspec

from jobwire.model.raw import RawPosting

_TAG = re.compile(r"<[^<>]*>")
_HIDDEN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
"""What is never closed hides the rest, as in a browser; looking for its end from every start would take hours."""
_SPACE = re.compile(r"\s+")
_BLOCK = re.compile(r"</?(?:p|div|li|ul|ol|br|h[1-6]|tr|td|table|section)\b[^<>]*>", re.IGNORECASE)
COMMON_SHARE = 0.6
"""A line edited in this share of the edited postings is boilerplate ..."""
COMMON_COUNT = 5
"""... if at least so many postings, and half of the board, were edited at once."""


def view_lines(posting: RawPosting) -> list[str]:
    """The description's lines as a reader compares them: tags gone, blanks collapsed, sorted."""
    text = posting.description_text or ""
    if posting.description_html:
        markup = _HIDDEN.sub(" ", posting.description_html)
        text = html.unescape(_TAG.sub(" ", _BLOCK.sub("\n", markup)))
    lines = (_SPACE.sub(" ", line).strip(" -*\u2022\u00b7") for line in text.split("\n"))
    return sorted(line for line in lines if line)


def view_digest(posting: RawPosting) -> bytes:
    """16 bytes that change when a person would see a difference."""
    facts = (view_lines(posting), _facts(posting))
    return hashlib.sha256(msgspec.json.encode(facts)).digest()[:16]


def _facts(posting: RawPosting) -> list[object]:
    """All that is shown besides the text."""
    return [
        _SPACE.sub(" ", posting.title).strip(),
        _bare_url(posting.listing_url),
        _bare_url(posting.apply_url or ""),
        sorted(repr(place) for place in posting.locations),
        sorted(repr(pay) for pay in posting.pay),
        posting.pay_text,
        posting.employment_type,
        posting.workplace_type,
        posting.is_remote,
        posting.experience_level,
        posting.department,
    ]


def _bare_url(url: str) -> str:
    """Without query parameters that only track (utm_..., source, ref)."""
    parts = urlsplit(url)
    kept = [p for p in parts.query.split("&") if p and not re.match(r"(?:utm_\w+|source|src|ref|gh_src)=", p)]
    return f"{parts.netloc.lower()}{parts.path}?{'&'.join(kept)}"


def find_boilerplate_edits(
    edits: Mapping[str, tuple[RawPosting, RawPosting]], active: int, remembered: Set[str] = frozenset()
) -> frozenset[str]:
    """Of `edits` (posting id -> before, after) those that only follow an edit made all over the board.

    `remembered` are the marks of earlier ones (`find_common_edit`): a posting that was away then follows late.
    """
    common = find_common_edit(edits, active) | remembered
    if not common:
        return frozenset()
    deltas = {
        posting_id: _delta(before, after)
        for posting_id, (before, after) in edits.items()
        if _facts(before) == _facts(after)
    }
    return frozenset(posting_id for posting_id, delta in deltas.items() if delta and delta <= common)


def find_common_edit(edits: Mapping[str, tuple[RawPosting, RawPosting]], active: int) -> frozenset[str]:
    """Marks of the lines that came or went in most of `edits`; empty unless half of the board was edited."""
    if len(edits) < COMMON_COUNT or len(edits) * 2 < active:
        return frozenset()
    same = [_delta(before, after) for before, after in edits.values() if _facts(before) == _facts(after)]
    counted = Counter(mark for delta in same for mark in delta)
    return frozenset(mark for mark, count in counted.items() if count >= len(edits) * COMMON_SHARE)


def _delta(before: RawPosting, after: RawPosting) -> frozenset[str]:
    old, new = set(view_lines(before)), set(view_lines(after))
    return frozenset(_mark("-" + line) for line in old - new) | frozenset(_mark("+" + line) for line in new - old)


def _mark(line: str) -> str:
    return hashlib.sha256(line.encode("utf-8", "replace")).hexdigest()[:16]
