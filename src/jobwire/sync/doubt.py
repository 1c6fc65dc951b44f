"""What a reader of a feed can doubt: early ends, removals that nothing explains, places worth keeping."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from typing import Any, TypeVar

from msgspec.structs import replace

from jobwire.errors import InvalidInput, ResyncRequired, StartOverError
from jobwire.sync.answers import NotOffered
from jobwire.sync.checkpoint import Checkpoint, Scan
from jobwire.sync.page import ExpiredPage, Loop, Page
from jobwire.sync.steps import Fetch, Note, Rules, Step, Tally

P = TypeVar("P", bound=Page)

LOOKBACK = timedelta(days=7) - timedelta(hours=1)
"""Removals older than this may be missing from `/expired`."""
MAX_RESTARTS = 3
FEW = 5
"""Up to this many rows a scan may remove without a second look; above it, up to half of them."""
KEPT = timedelta(days=1)
"""How long a watermark is good enough while nothing happens."""


def ask_twice(page: P, fetch: Fetch) -> Generator[Step, Any, P]:
    """The page, or what the server says when it is asked again, if this one pretends to be the last: a page of
    another scan, which a proxy may have kept, ends a scan early. Not where a page costs credits."""
    if page.has_more or page.headers.credits_deducted:
        return page
    again: P = yield fetch
    return page if again.mark == page.mark else again


def counted(scan: Scan, page: Page) -> Scan:
    """The scan after this page. It is as old as its oldest answer: a cache may have kept one for a while."""
    at = page.headers.at
    return replace(
        scan,
        started_at=at if scan.started_at is None else min(scan.started_at, at),
        cursor=page.next_cursor if page.has_more else None,
        ended_at=None if page.has_more else at,
        pages=scan.pages + 1 if scan.cursor else 1,
        rows=scan.rows + len(page.rows) if scan.cursor else len(page.rows),
        total=scan.total if scan.cursor else page.estimated_total,
        metered=scan.metered or bool(page.headers.credits_deducted),
    )


def why_anew(error: StartOverError) -> str:
    """A sentence for the receipt."""
    if isinstance(error, ResyncRequired):
        return "Away longer than the server keeps removals: comparing everything."
    return f"The server refused the cursor: reading from the beginning. ({error.message})"


def _is_mass_removal() -> Generator[Step, Any, bool]:
    """A feed that lost most of its rows may be a server that lost its mind: look twice."""
    suspected, active = yield Tally()
    if suspected <= FEW or suspected * 2 <= active:
        return False
    yield Note(f"The feed lacks {suspected:,} of {active:,} rows: scanning it a second time before removing any.")
    return True


def is_unexplained_removal(checkpoint: Checkpoint, scan: Scan, rules: Rules) -> Generator[Step, Any, bool]:
    """What a full scan lacks should be in the list of expired jobs. Where it is not (it left the filters, the
    server forgot to say, or the scan was cut short), the feed is scanned a second time before it goes."""
    suspected, _ = yield Tally()
    if not suspected:
        return False
    listed = None if scan.metered else (yield from _count_listed(checkpoint, scan, rules))
    if listed is None:
        return (yield from _is_mass_removal())
    if listed >= suspected:
        return False
    yield Note(
        f"The feed lacks {suspected - listed:,} rows that it does not list as expired:"
        " scanning it a second time before removing any."
    )
    return True


def _count_listed(checkpoint: Checkpoint, scan: Scan, rules: Rules) -> Generator[Step, Any, int | None]:
    """How many of the suspected rows `/expired` names. None: it cannot tell, we were away too long."""
    if checkpoint.watermark is None or not checkpoint.can_sweep or scan.started_at is None:
        return None
    since = (checkpoint.watermark - rules.overlap).replace(microsecond=0)
    if scan.started_at - since > LOOKBACK:
        return None
    cursor, listed, loop = None, 0, Loop()
    while True:
        try:
            page: ExpiredPage = yield Fetch(what="expired", since=since, cursor=cursor)
        except (NotOffered, StartOverError, InvalidInput):
            return None
        loop.check(page)
        if page.job_ids:
            found, _ = yield Tally(among=page.job_ids)
            listed += found
        if not page.has_more:
            return listed
        cursor = page.next_cursor


def is_full_next(checkpoint: Checkpoint, rules: Rules) -> bool:
    """True where only a full scan can be trusted, or where it is as cheap as an incremental one."""
    if rules.full or checkpoint.watermark is None or not checkpoint.can_sweep or rules.rescan == "always":
        return True
    if rules.rescan == "never" or checkpoint.metered:
        return False
    return checkpoint.pages <= 1 or checkpoint.since_field in ("", "none")


def is_spare(before: Checkpoint, after: Checkpoint, rules: Rules, *, rows: int) -> bool:
    """Would the next run begin in the same way, had this one, which brought `rows` known ones, not been saved?
    A watermark may wait for a day; it moves earlier where a later one spares the rows of the overlap."""
    if before.watermark is None or after.watermark is None:
        return False
    moved = after.watermark - before.watermark
    if not timedelta(0) <= moved < KEPT or _place(before) != _place(after):
        return False
    if after.mode != "changes" and is_full_next(after, replace(rules, full=False)):
        return True
    return before.reconciled_at == after.reconciled_at and (not rows or moved < rules.overlap)


def _place(checkpoint: Checkpoint) -> Checkpoint:
    return replace(checkpoint, watermark=None, reconciled_at=None)
