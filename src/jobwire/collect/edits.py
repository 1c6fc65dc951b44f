"""Which edited postings of a visit are news: an edit of the board's boilerplate is not, however few show it.

Where each posting has a page of its own, an edit of the text that all pages share is met on those that happen to
be read. Such an edit takes away lines that other postings have too. It is doubted for one visit, at which some
other pages are read again: if they were edited alike, it was the boilerplate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import msgspec

from jobwire.collect.memory import Memory
from jobwire.collect.noise import COMMON_SHARE, find_boilerplate_edits, find_common_edit, view_digest, view_lines
from jobwire.model.raw import RawPosting
from jobwire.store.base import Store
from jobwire.store.records import Posting

MARKS_KEPT = 100
"""Lines of boilerplate edits that are remembered of one board."""
SAMPLE = 7
"""Pages that are read again for a doubted edit."""
LONE = 5
"""So many edits at most are looked at one by one; more of them, if not half of the board, are believed."""

Pair = tuple[RawPosting, RawPosting]


class Sorted(msgspec.Struct, frozen=True):
    """posting ids; what is in neither is news."""

    noise: frozenset[str] = frozenset()
    doubted: frozenset[str] = frozenset()


def sort_edits(
    edits: Mapping[str, RawPosting], known: Mapping[str, Posting], memory: Memory, store: Store
) -> Sorted:
    """Sort the edits of a visit; what is to be known at the next one goes into `memory`."""
    asked, memory.doubted = frozenset(memory.doubted), []
    active = {key: posting for key, posting in known.items() if posting.active}
    wide = len(edits) * 2 >= len(active)
    if not (wide or memory.boilerplate or asked or len(edits) <= LONE):
        return Sorted()
    pairs = _load(edits, known, store)
    marks = _find_marks(pairs, len(active), asked)
    noise = find_boilerplate_edits(pairs, len(active), marks | frozenset(memory.boilerplate))
    memory.boilerplate = list(dict.fromkeys([*memory.boilerplate, *sorted(marks)]))[-MARKS_KEPT:]
    if wide or asked or len(edits) > LONE:
        return Sorted(noise)
    sample = _load_sample(edits, active, store)
    doubted = [key for key, pair in pairs.items() if key not in noise and _is_doubtful(*pair, sample)]
    memory.doubted = [*doubted, *sample] if doubted else []
    return Sorted(noise, frozenset(doubted))


def _find_marks(pairs: Mapping[str, Pair], active: int, asked: frozenset[str]) -> frozenset[str]:
    """Of lines that were edited all over the board, as most of it shows, or most of the pages read for that."""
    marks = find_common_edit(pairs, active)
    probed = {key: pair for key, pair in pairs.items() if key in asked}
    if len(probed) >= len(asked) * COMMON_SHARE:
        marks |= find_common_edit(probed, len(probed))
    return marks


def _is_doubtful(before: RawPosting, after: RawPosting, sample: Mapping[str, RawPosting]) -> bool:
    """Whether only text was edited, on a page of its own, and all that went is what other postings say too."""
    old_text = msgspec.structs.replace(
        after, description_html=before.description_html, description_text=before.description_text
    )
    if len(sample) < SAMPLE or not after.list_mark or view_digest(old_text) != view_digest(before):
        return False
    gone = set(view_lines(before)) - set(view_lines(after))
    seen = Counter(line for posting in sample.values() for line in set(view_lines(posting)))
    return bool(gone) and all(seen[line] >= len(sample) * COMMON_SHARE for line in gone)


def _load_sample(
    edits: Mapping[str, RawPosting], active: Mapping[str, Posting], store: Store
) -> dict[str, RawPosting]:
    """Some other postings of the board, from all over it."""
    others = sorted(key for key, posting in active.items() if key not in edits and posting.list_mark)
    chosen = others[:: max(len(others) // SAMPLE, 1)][:SAMPLE]
    return {key: raw for key in chosen if (raw := _load_one(active[key], store))}


def _load(edits: Mapping[str, RawPosting], known: Mapping[str, Posting], store: Store) -> dict[str, Pair]:
    """before and after of each; a posting whose text is no longer kept is left out."""
    return {key: (before, after) for key, after in edits.items() if (before := _load_one(known[key], store))}


def _load_one(posting: Posting, store: Store) -> RawPosting | None:
    raw = store.get_raw(posting.job_id)
    return msgspec.json.decode(raw, type=RawPosting) if raw else None
