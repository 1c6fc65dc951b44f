"""What every walk over a board shares: counting its rows, skipping a bad one, asking for details in batches."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from itertools import islice
from typing import Any, ParamSpec, TypeVar

import msgspec

from jobwire.collect.protocol import Known, Reading, Request, Response, Step, Unchanged
from jobwire.errors import BoardBroken
from jobwire.model.raw import RawCompany, RawPosting
from jobwire.model.visit import Completeness

P = ParamSpec("P")
T = TypeVar("T")

_UNUSABLE = (BoardBroken, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What reading a row of an unexpected shape raises. BoardGone and BoardBlocked are about more than one row."""


class Tally:
    """Counts what a walk has seen, and says at its end how complete that was."""

    def __init__(self) -> None:
        self.rows = 0
        """Rows handed to `take`, repeats and unusable ones included."""
        self.ids: set[str] = set()
        """Ids of the postings that are on the board, read or not."""
        self.bad = 0
        """Rows that could not be read."""
        self.missed = 0
        """Pages that could not be had."""
        self.notes: list[str] = []

    def take(self, parse: Callable[P, T | None], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """What `parse` makes of a row; None where it is unusable (counted), not published, or seen before."""
        self.rows += 1
        try:
            found = parse(*args, **kwargs)
        except _UNUSABLE as error:
            self.skip(str(error) or type(error).__name__)
            return None
        posting_id = getattr(found, "posting_id", None)
        if posting_id is not None:
            if posting_id in self.ids:
                return None
            self.ids.add(posting_id)
        return found

    def skip(self, why: str) -> None:
        """One row is unusable."""
        self.bad += 1
        if self.bad == 1:
            self.note(f"first unusable row: {why[:160]}")

    def miss(self, why: str) -> None:
        """One page could not be had."""
        self.missed += 1
        if self.missed == 1:
            self.note(f"first missed page: {why[:160]}")

    def note(self, text: str) -> None:
        self.notes.append(text)

    def finish(
        self,
        *,
        total: int | None = None,
        seen: int | None = None,
        truncated: bool = False,
        company: RawCompany | None = None,
    ) -> Reading:
        """The Reading. COMPLETE only if no row was bad, no page missed, and `seen` reaches `total`.

        `total` is what the ATS declared, `seen` what was counted against it (default: `rows`).
        """
        seen = self.rows if seen is None else seen
        short = total is not None and seen < total
        counts = [
            f"{self.bad} unusable rows" if self.bad else "",
            f"{self.missed} missed pages" if self.missed else "",
            f"{seen} of {total} rows" if short else "",
        ]
        completeness = Completeness.COMPLETE
        if self.bad or self.missed or short:
            completeness = Completeness.PARTIAL
        if truncated:
            completeness = Completeness.TRUNCATED
        note = "; ".join(part for part in (*counts, *self.notes) if part)
        return Reading(completeness, total=total, company=company, note=note)


class Row(msgspec.Struct, frozen=True):
    """A row of a list whose posting stands on a page of its own."""

    posting_id: str
    mark: str
    """Fingerprint of the row (`make_mark`), without fields that change by themselves."""
    data: Any


def is_missing(response: Response) -> bool:
    """The detail page says that the posting is no longer there."""
    return response.status in (404, 410)


def ask_details(
    rows: Iterable[Row],
    known: Known,
    tally: Tally,
    *,
    ask: Callable[[Row], Request],
    parse: Callable[[Row, Response], RawPosting | None],
    at_once: int,
    is_gone: Callable[[Response], bool] = is_missing,
) -> Generator[Step, Any, None]:
    """Yield each row's posting: from its detail page where it is new or changed, else Unchanged.

    A posting that is listed but whose page cannot be read is Unchanged if we know it, else missed. After two
    batches without one readable answer no further page is asked for: the host wants to be left alone.
    """
    wanted = []
    for row in rows:
        if row.mark and known.get(row.posting_id) == row.mark:
            yield Unchanged(row.posting_id)
        else:
            wanted.append(row)
    queue, unanswered = iter(wanted), 0
    while batch := list(islice(queue, at_once)):
        if unanswered >= 2:
            yield from _give_up(batch, "not asked any more", known, tally)
            continue
        responses = yield [ask(row) for row in batch]
        unanswered += 1
        for row, response in zip(batch, responses, strict=True):
            if is_gone(response):
                unanswered = 0
                continue
            if not 200 <= response.status < 300:
                yield from _give_up([row], f"{response.url} answered {response.status}", known, tally)
                continue
            unanswered = 0
            yield from _read_detail(row, response, known, tally, parse)


def _read_detail(
    row: Row,
    response: Response,
    known: Known,
    tally: Tally,
    parse: Callable[[Row, Response], RawPosting | None],
) -> Generator[Step, Any, None]:
    try:
        posting = parse(row, response)
    except _UNUSABLE as error:
        if row.posting_id in known:
            tally.note(f"{row.posting_id} kept as it was: {str(error)[:160]}")
            yield Unchanged(row.posting_id)
        else:
            tally.skip(str(error) or type(error).__name__)
        return
    if posting is not None:
        yield posting


def _give_up(rows: list[Row], why: str, known: Known, tally: Tally) -> Generator[Step, Any, None]:
    for row in rows:
        if row.posting_id in known:
            yield Unchanged(row.posting_id)
        else:
            tally.miss(why)
