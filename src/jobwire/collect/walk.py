"""Walking a board: what was met, what was missed, and detail pages for new or changed rows only."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any, ParamSpec, TypeVar

import msgspec

from jobwire.collect.jsonld import find_company
from jobwire.collect.protocol import Known, Reading, Request, Response, Step, Unchanged
from jobwire.errors import BoardBroken, BoardError
from jobwire.model.raw import RawCompany, RawPosting
from jobwire.model.visit import Completeness

Complete = Callable[[RawPosting, Response], RawPosting]
"""Adds what a detail page says to what the list row said. Raises BoardBroken for a page of another kind."""


P = ParamSpec("P")
T = TypeVar("T")

UNUSABLE = (BoardBroken, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What reading a row of an unknown shape raises. BoardGone and BoardBlocked are about more than one row."""
UNUSABLE_PAGE = (*UNUSABLE, BoardError)


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
        self.first_skipped = ""
        self.notes: list[str] = []
        self.partial = self.truncated = False

    def add(self, posting_id: str) -> bool:
        """Count a posting; False where it was met before."""
        if posting_id in self.ids:
            return False
        self.ids.add(posting_id)
        return True

    def read(self, parse: Callable[P, T | None], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """What `parse` makes of a row; None where it is unusable (skipped) or not published."""
        try:
            return parse(*args, **kwargs)
        except UNUSABLE as error:
            self.skip()
            self.first_skipped = self.first_skipped or str(error)[:160] or type(error).__name__
            return None

    def take(self, parse: Callable[P, T | None], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """As `read`, and None too where the posting was met before."""
        found = self.read(parse, *args, **kwargs)
        posting = getattr(found, "posting", found)
        if found is None or not self.add(getattr(posting, "posting_id", "")):
            return None
        return found

    def skip(self, count: int = 1) -> None:
        """Count rows that could not be read."""
        self.skipped += count

    def remark(self, note: str) -> None:
        """Something to tell that leaves no doubt about what the board lists."""
        if len(self.notes) < 5 and note not in self.notes:
            self.notes.append(note)

    def miss(self, note: str) -> None:
        """Something was not seen: the walk is partial."""
        self.partial = True
        self.remark(note)

    def forget(self) -> None:
        """What was missed does not count: another way shows the whole list."""
        self.notes.clear()
        self.partial = self.truncated = False

    def cut(self, note: str) -> None:
        """The ATS shows only so many."""
        self.truncated = True
        self.miss(note)

    def bear(self, error: BoardError) -> None:
        """A later page failed: what was seen counts, the walk is partial. Raises where nothing was seen."""
        if not self.ids and not self.skipped:
            raise error
        self.miss(f"a page was not read: {error.message}")

    def conclude(self, total: int | None = None, company: RawCompany | None = None) -> Reading:
        """COMPLETE only where no row was skipped, nothing missed and the declared total was met."""
        seen = len(self.ids) + self.skipped
        if self.skipped:
            first = f" (first: {self.first_skipped})" if self.first_skipped else ""
            self.miss(f"{self.skipped} rows could not be read{first}")
        if total is not None and seen < total:
            self.miss(f"{seen} of {total} declared postings were seen")
        completeness = Completeness.PARTIAL if self.partial else Completeness.COMPLETE
        if self.truncated:
            completeness = Completeness.TRUNCATED
        return Reading(completeness=completeness, total=total, company=company, note="; ".join(self.notes))


def keep_most(total: int | None, found: int | None) -> int | None:
    """The largest total that pages stated: one of a later page can be 0, or missing."""
    return max((count for count in (total, found) if count is not None), default=None)


def is_missing(response: Response) -> bool:
    """The detail page says that its posting is no longer there."""
    return response.status in (404, 410)


def read_details(
    rows: Sequence[Row],
    known: Known,
    tally: Tally,
    complete: Complete,
    *,
    parallel: int,
    is_gone: Callable[[Response], bool] | None = is_missing,
) -> Generator[Step, Any, None]:
    """Yield each row's posting with its detail page, `parallel` pages at a time; unchanged rows unasked.

    `is_gone` tells the answer that proves a posting closed, None where no answer does (Lever).
    After two batches without one readable page no further one is asked for: the host wants to be left alone.
    """
    wanted = []
    for row in rows:
        if row.posting.list_mark and known.get(row.posting.posting_id) == row.posting.list_mark:
            yield Unchanged(row.posting.posting_id)
        else:
            wanted.append(row)
    refused = 0
    for start in range(0, len(wanted), parallel):
        batch = wanted[start : start + parallel]
        if refused >= 2:
            yield from (_keep(row.posting, known, tally, "no more asked for") for row in batch)
            continue
        responses: list[Response] = yield [row.request for row in batch]
        refused = 0 if any(_is_answer(response) for response in responses) else refused + 1
        for row, response in zip(batch, responses, strict=True):
            if is_gone is not None and is_gone(response):
                continue
            try:
                yield complete(row.posting, response.check())
            except UNUSABLE_PAGE as error:
                yield _keep(row.posting, known, tally, str(error))


def _is_answer(response: Response) -> bool:
    """The host is willing: what it says of this page does not matter."""
    return 200 <= response.status < 500 and response.status not in (401, 403, 407, 408, 429)


def _keep(posting: RawPosting, known: Known, tally: Tally, why: str) -> Step:
    """The posting is listed, its page was not read: keep the version that we have, else take the row's.

    The list is complete all the same, or one page that fails for ever would keep the board's closings unseen.
    The empty mark makes the next visit ask again.
    """
    tally.remark(f"a detail page was not read: {why[:160]}")
    if posting.posting_id in known:
        return Unchanged(posting.posting_id)
    return msgspec.structs.replace(posting, list_mark="")


def ask_company(url: str, known: Known) -> Generator[Step, Any, RawCompany | None]:
    """What the career site at `url` says of its company. Asked on the first visit only: names seldom change.

    For an ATS whose list does not name the company. The postings are read already: no error may cost them.
    """
    if known:
        return None
    try:
        response: Response = yield Request(url=url)
    except BoardError:
        return None
    return find_company(response.text, response.url) if response.status == 200 else None


def merge(listed: RawPosting, stated: RawPosting) -> RawPosting:
    """What a page states of a posting (JSON-LD), over what its list row said; identity stays the row's."""
    kept = {"posting_id", "title", "listing_url", "apply_url", "list_mark", "department", "requisition_id"}
    new = {name: getattr(stated, name) for name in stated.__struct_fields__ if name not in kept}
    return msgspec.structs.replace(listed, **{name: value for name, value in new.items() if value})
