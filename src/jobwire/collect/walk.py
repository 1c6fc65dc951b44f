"""Walking a board: what was met, what was missed, and detail pages for new or changed rows only."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

import msgspec

from jobwire.collect.protocol import Known, Reading, Request, Response, Step, Unchanged
from jobwire.errors import BoardError, BoardGone
from jobwire.model.raw import RawCompany, RawPosting
from jobwire.model.visit import Completeness

Complete = Callable[[RawPosting, Response], RawPosting]
"""Adds what a detail page says to what the list row said. Raises BoardBroken for a page of another kind."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A list row whose posting wants a detail page."""

    posting: RawPosting
    """What the list row says; `list_mark` is its fingerprint."""
    request: Request


class Tally:
    """What a walk has met so far; at the end it says how complete the walk was."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self.skipped = 0
        self.notes: list[str] = []
        self.truncated = False

    def add(self, posting_id: str) -> bool:
        """Count a posting; False where it was met before."""
        if posting_id in self.ids:
            return False
        self.ids.add(posting_id)
        return True

    def skip(self, count: int = 1) -> None:
        """Count rows that could not be read."""
        self.skipped += count

    def miss(self, note: str) -> None:
        """Something was not seen: the walk is partial."""
        if len(self.notes) < 5 and note not in self.notes:
            self.notes.append(note)

    def cut(self, note: str) -> None:
        """The ATS shows only so many."""
        self.truncated = True
        self.miss(note)

    def conclude(self, total: int | None = None, company: RawCompany | None = None) -> Reading:
        """COMPLETE only where no row was skipped, nothing missed and the declared total was met."""
        seen = len(self.ids) + self.skipped
        if self.skipped:
            self.miss(f"{self.skipped} rows could not be read")
        if total is not None and seen != total:
            self.miss(f"{seen} of {total} declared postings were seen")
        completeness = Completeness.PARTIAL if self.notes else Completeness.COMPLETE
        if self.truncated:
            completeness = Completeness.TRUNCATED
        return Reading(completeness=completeness, total=total, company=company, note="; ".join(self.notes))


def read_details(
    rows: Sequence[Row],
    known: Known,
    tally: Tally,
    complete: Complete,
    *,
    parallel: int,
    missing_is_gone: bool = True,
) -> Generator[Step, Any, None]:
    """Yield each row's posting with its detail page, `parallel` pages at a time; unchanged rows unasked."""
    wanted = []
    for row in rows:
        if row.posting.list_mark and known.get(row.posting.posting_id) == row.posting.list_mark:
            yield Unchanged(row.posting.posting_id)
        else:
            wanted.append(row)
    for start in range(0, len(wanted), parallel):
        batch = wanted[start : start + parallel]
        responses = yield [row.request for row in batch]
        for row, response in zip(batch, responses, strict=True):
            try:
                yield complete(row.posting, response.check())
            except BoardError as error:
                if not (missing_is_gone and isinstance(error, BoardGone)):
                    yield _keep(row.posting, known, tally, error)


def _keep(posting: RawPosting, known: Known, tally: Tally, error: BoardError) -> Step:
    """The posting is listed, its page was not read: keep the version that we have, else take the row's.

    The empty mark makes the next visit ask again.
    """
    tally.miss(f"a detail page was not read: {error.message}")
    if posting.posting_id in known:
        return Unchanged(posting.posting_id)
    return msgspec.structs.replace(posting, list_mark="")
