"""One opening that a board lists once per place becomes one job with all its places.

Rows of the same requisition, title and words in different places are one opening. A row that has a job of its own
keeps it: only rows that are new join another's job, so no job ends because it looked like another. The board's
memory and the stored raw posting name the rows, so a merge can be explained, and undone (`Rules.merge = False`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Set

import msgspec

from jobwire.enrich.duplicates import merge_key
from jobwire.model.raw import RawLocation, RawPosting

HELD = 2_000
"""New postings that wait for their like before they are published; beyond, the first ones go ahead."""


class Member(msgspec.Struct, omit_defaults=True):
    """One row of a merged opening."""

    key: str = ""
    mark: str = ""
    places: tuple[RawLocation, ...] = ()
    missed: int = 0
    """Whole visits in a row without it."""


Groups = dict[str, dict[str, Member]]
"""posting id that carries the job -> posting id of each row, the carrier's own included -> row"""


class Merged(msgspec.Struct, frozen=True):
    """An opening whose rows changed. `base` is a row read now, None where none was."""

    carrier: str
    base: RawPosting | None
    places: tuple[RawLocation, ...]

    def make(self, base: RawPosting, mark: str) -> RawPosting:
        return msgspec.structs.replace(base, posting_id=self.carrier, locations=self.places, list_mark=mark)


class Merging:
    """The openings of one board during one visit. `own`: ids of postings that have, or had, a job."""

    def __init__(self, groups: Groups, own: Set[str]) -> None:
        self.groups = groups
        self._own = own
        self._carrier = {row: carrier for carrier, rows in groups.items() for row in rows}
        self._rows: dict[str, RawPosting] = {}
        """Rows of known groups that were read."""
        self._new: list[RawPosting] = []
        self._keys: dict[str, str] = {}
        """merge key -> posting id that carries its job"""
        self._alone: dict[str, Member] = {}
        """Postings with a job of their own that were read: what a row may join."""
        self._grown: set[str] = set()
        self._bases: dict[str, RawPosting] = {}

    def marks(self, active: Collection[str]) -> dict[str, str]:
        """Marks of the rows of openings whose job is active; a carrier's row that went is read if it returns."""
        found = {}
        for carrier, rows in self.groups.items():
            if carrier in active:
                found[carrier] = ""
                found |= {row: member.mark for row, member in rows.items()}
        return found

    def hold(self, posting: RawPosting) -> bool:
        """Keep a row back that belongs to an opening, or may; False where it stands for itself."""
        if posting.posting_id in self._carrier or posting.posting_id in self.groups:
            self._rows[posting.posting_id] = posting
            return True
        if posting.posting_id in self._own:
            key = merge_key(posting)
            if self._keys.setdefault(key, posting.posting_id) == posting.posting_id:
                self._alone[posting.posting_id] = Member(key, posting.list_mark, posting.locations)
            return False
        self._new.append(posting)
        return True

    @property
    def is_full(self) -> bool:
        return len(self._new) >= HELD

    def settle_new(self) -> list[RawPosting]:
        """The held new postings, those that are one opening as one."""
        held, self._new = self._new, []
        alike: dict[str, list[RawPosting]] = {}
        settled = []
        for posting in held:
            key = merge_key(posting)
            if self._adds_a_place(key, posting, alike.get(key, ())):
                alike.setdefault(key, []).append(posting)
            else:  # twice in one place: two openings, or nothing that tells
                settled.append(posting)
        found = (self._settle(key, postings) for key, postings in alike.items())
        return settled + [posting for posting in found if posting is not None]

    def _adds_a_place(self, key: str, posting: RawPosting, others: Iterable[RawPosting]) -> bool:
        """Whether the row stands for another place than the rows that it is like."""
        carrier = self._keys.get(key, "")
        known = [*self.groups.get(carrier, {}).values(), *filter(None, [self._alone.get(carrier)])]
        places = {place for row in known for place in row.places} | {
            p for other in others for p in other.locations
        }
        return bool(posting.locations) and not places.issuperset(posting.locations)

    def _settle(self, key: str, postings: list[RawPosting]) -> RawPosting | None:
        """New postings of one opening as one; None where they join one that has its job already.

        The smallest id carries the job, so that it does not hang on the order of the list.
        """
        first = min(postings, key=lambda posting: (len(posting.posting_id), posting.posting_id))
        carrier = self._keys.setdefault(key, first.posting_id)
        is_known = carrier != first.posting_id
        if is_known or len(postings) > 1:
            start = {carrier: self._alone.get(carrier, Member(key))} if is_known else {}
            rows = self.groups.setdefault(carrier, start)
            for posting in postings:
                rows[posting.posting_id] = Member(key, posting.list_mark, posting.locations)
        if is_known:
            self._grown.add(carrier)
            return None
        places = join_places(self.groups[carrier].values()) if len(postings) > 1 else first.locations
        return msgspec.structs.replace(first, locations=places)

    def settle_groups(self, seen: Set[str], complete: bool, misses: int) -> list[Merged]:
        """Openings that must be looked at again. A row whose words went their own way becomes new again."""
        found = []
        for carrier, rows in list(self.groups.items()):
            if carrier in self._rows:
                rows.setdefault(carrier, Member())  # it is back
            if not rows.keys() & seen:
                continue  # none is shown: the absence rule judges the job itself
            read = {row: self._rows.pop(row) for row in rows if row in self._rows}
            base, key = _find_base(carrier, rows, read, seen)
            changed = self._update(carrier, read, key, seen)
            if base is not None:
                self._bases[carrier] = base
            if complete:
                changed = _drop_missing(rows, seen, misses) or changed
            if rows.keys() == {carrier}:
                del self.groups[carrier]
            if base is not None or changed:
                found.append(Merged(carrier, base, join_places(rows.values())))
        return found

    def grown(self) -> list[Merged]:
        """Openings with a job that new rows joined (after settle_new)."""
        found = [
            Merged(carrier, self._bases.get(carrier), join_places(self.groups[carrier].values()))
            for carrier in sorted(self._grown)
        ]
        self._grown = set()
        return found

    def _update(self, carrier: str, read: Mapping[str, RawPosting], key: str, seen: Set[str]) -> bool:
        """Keep the rows whose words have this key; True where one left."""
        rows = self.groups[carrier]
        self._keys.setdefault(key, carrier)
        before = len(rows)
        for row, member in list(rows.items()):
            posting = read.get(row)
            if posting is None and member.key != key and row in seen:
                del rows[row]  # its words, not read this time, are those of before
            elif posting is not None and row != carrier and merge_key(posting) != key:
                del rows[row]
                self._new.append(posting)
            elif posting is not None:
                rows[row] = Member(key, posting.list_mark, posting.locations)
        return len(rows) < before

    def shown(self, seen: Set[str]) -> set[str]:
        """`seen`, and the carriers of openings of which any row was seen."""
        return {*seen, *(carrier for carrier, rows in self.groups.items() if rows.keys() & seen)}

    def list_members(self, carrier: str) -> list[str]:
        return sorted(self.groups.get(carrier, ()))


def _find_base(
    carrier: str, rows: Mapping[str, Member], read: Mapping[str, RawPosting], seen: Set[str]
) -> tuple[RawPosting | None, str]:
    """(the row that speaks for the opening, merge key of the opening).

    The carrier's words count; where they were not read, those of before, as long as any row still has them.
    """
    if carrier in read:
        return read[carrier], merge_key(read[carrier])
    key = next(iter(rows.values())).key
    same = next((posting for posting in read.values() if merge_key(posting) == key), None)
    if same is None and read and not (rows.keys() & seen) - read.keys():
        same = next(iter(read.values()))
        key = merge_key(same)
    return same, key


def join_places(rows: Iterable[Member]) -> tuple[RawLocation, ...]:
    """All places of the rows, each once, in their order."""
    return tuple(dict.fromkeys(place for row in rows for place in row.places))


def _drop_missing(rows: dict[str, Member], seen: Set[str], misses: int) -> bool:
    """Forget rows that were missing too often."""
    for row, member in rows.items():
        member.missed = 0 if row in seen else member.missed + 1
    gone = [row for row, member in rows.items() if member.missed >= misses]
    for row in gone:
        del rows[row]
    return bool(gone)
