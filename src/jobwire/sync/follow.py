"""The rules of following a feed, as generators without I/O: they yield steps and are sent the answers.

A step is a question (`Fetch`, `Tally`: the answer, or one of the errors in `errors.py`, is sent back) or
an order (`Write`, `Suspect`, `Settle`, `Note`: nothing is sent back; orders are carried out in their order).

Four rules keep the copy equal to the feed:

1. The watermark is the *start* of the round that fetched it, in the server's own time, and lives in the
   checkpoint beside the cursor. A round that was resumed is followed by another one.
2. Removals are only *suspected* until the scan that follows is complete: a job that the scan delivers is
   active, whatever an earlier list of expired ids said. So a job that re-opened is never deleted, and one that
   expires behind the scan's back is in the next list.
3. A full scan suspects every row. What it did not deliver is gone.
4. A server's `posted_after` is trusted with edits only after it was seen to return one.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec.structs import replace

from jobwire.errors import InvalidCursor, InvalidInput, NotEntitled, ResyncRequired, StartOverError, Unavailable
from jobwire.model.times import format_time
from jobwire.sync.answers import LookbackExceeded, NotOffered
from jobwire.sync.checkpoint import Checkpoint, Scan, Witness
from jobwire.sync.page import ExpiredPage, JobPage, Page, SitePage

OVERLAP = timedelta(minutes=15)
"""As in the seeds: covers rows that a server shows late, and what is left of a difference of clocks."""
LOOKBACK = timedelta(days=7) - timedelta(hours=1)
"""Removals older than this may be missing from `/expired`."""
LONG_ROUND = timedelta(minutes=1)
"""After a longer round a second one catches up with what changed meanwhile."""
FAR_FUTURE = datetime(2100, 1, 1, tzinfo=UTC)
MAX_RESTARTS = 3
MAX_WITNESS_PAGES = 3
AWAY = "Away for more than seven days"
MAX_REPEATS = 3
MASS = 5
"""Up to this many rows a scan may remove without a second look; above it, up to half of them."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller chose."""

    source: str
    filters: dict[str, Any] = {}
    reconcile_every: timedelta | None = timedelta(days=1)
    """How often a plain server that is not metered is scanned in full, besides where that is needed."""
    rescan: Literal["auto", "always", "never"] = "auto"
    """Full scan on every run where edits cannot be had otherwise: `auto` = unless it costs credits."""
    use_changes: bool = True
    overlap: timedelta = OVERLAP
    catch_up: bool = True
    """After a long or a resumed round do another one, for what changed meanwhile."""


class Fetch(msgspec.Struct, frozen=True, kw_only=True):
    """Ask the server for one page."""

    what: Literal["jobs", "expired", "sites", "changes"]
    cursor: str | None = None
    since: datetime | None = None
    since_field: str = "posted_after"
    batch_size: int | None = None
    total: bool = False
    """The rows count towards the progress of a full scan."""


class Write(msgspec.Struct, frozen=True):
    """Rows and checkpoint in one transaction; ids in the page are no longer suspected."""

    page: JobPage | SitePage
    checkpoint: Checkpoint


class Suspect(msgspec.Struct, frozen=True, kw_only=True):
    """Mark active rows as gone unless a page brings them: `ids`, or all of them (None)."""

    ids: list[str] | None
    afresh: bool = False
    """Forget earlier suspicions first."""


class Tally(msgspec.Struct, frozen=True):
    """How many rows are suspected, how many are active: answered as a pair."""


class Settle(msgspec.Struct, frozen=True, kw_only=True):
    """What is still suspected is gone: expire it, and save the checkpoint, in one transaction."""

    reason: str
    at: datetime
    checkpoint: Checkpoint


class Note(msgspec.Struct, frozen=True):
    """A sentence for the receipt."""

    text: str


Step: TypeAlias = Fetch | Write | Suspect | Tally | Settle | Note
Following: TypeAlias = Generator[Step, Any, Checkpoint]


def follow_jobs(saved: Checkpoint | None, rules: Rules) -> Following:
    """Bring the jobs up to date with the feed."""
    checkpoint = yield from _take_up(saved, "jobs", rules)
    if rules.use_changes and checkpoint.mode != "feed":
        done = yield from _follow_changes(checkpoint)
        if done is not None:
            return done
        yield Note("The server has no change log: following /feed and /expired.")
        checkpoint = replace(checkpoint, cursor=None, scan=None if checkpoint.mode else checkpoint.scan)
    return (yield from _follow_feed(replace(checkpoint, mode="feed"), rules))


def follow_sites(saved: Checkpoint | None, rules: Rules) -> Following:
    """Bring the career sites up to date: they do not expire, so there is nothing to suspect."""
    checkpoint = yield from _take_up(saved, "career_sites", rules)
    while True:
        resumed = checkpoint.scan is not None
        since = None if checkpoint.watermark is None else checkpoint.watermark - rules.overlap
        scan = checkpoint.scan or Scan(full=since is None, since=since)
        scan, at = yield from _scan_pages(checkpoint, scan, "sites", "updated_after")
        checkpoint = replace(checkpoint, mode="feed", watermark=scan.started_at, pages=scan.pages, scan=None)
        yield Settle(reason="", at=at, checkpoint=checkpoint)
        if not resumed:
            return checkpoint


def _take_up(saved: Checkpoint | None, stream: str, rules: Rules) -> Generator[Step, Any, Checkpoint]:
    """The saved checkpoint if it is of this feed and these filters, a fresh one otherwise."""
    fresh = Checkpoint(stream=stream, source=rules.source, filters=rules.filters)
    if saved is None:
        return fresh
    if saved.source != rules.source:
        yield Note(f"The feed moved from {saved.source} to {rules.source}: comparing everything.")
        return fresh
    if saved.filters != rules.filters:
        yield Note("The filters changed: comparing everything.")
        return fresh
    return saved


class Loop:
    """Notices a server that sends the same pages for ever. One page sent again is no loop."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._repeats = 0

    def check(self, mark: int) -> None:
        """Raises Unavailable at the third page that came before, place and content alike."""
        self._repeats += mark in self._seen
        self._seen.add(mark)
        if self._repeats >= MAX_REPEATS:
            raise Unavailable(
                "The server sends the same pages again and again.", hint="Its cursor goes in a circle."
            )


# The change log: one ordered list of upserts and removals


def _follow_changes(checkpoint: Checkpoint) -> Generator[Step, Any, Checkpoint | None]:
    """Read the log to its end. None: the server has no log."""
    restarts, started, loop = 0, None, Loop()
    scan = checkpoint.scan or (None if checkpoint.cursor else Scan(full=True))
    while True:
        try:
            page = yield Fetch(what="changes", cursor=checkpoint.cursor, total=scan is not None)
        except NotOffered:
            return None
        except (NotEntitled, InvalidInput):
            if checkpoint.mode == "changes":
                raise
            return None  # another server's idea of this path
        except StartOverError as error:
            restarts += 1
            if restarts > MAX_RESTARTS:
                raise
            yield Note(_why_anew(error))
            checkpoint, scan, loop = replace(checkpoint, cursor=None, scan=None), Scan(full=True), Loop()
            continue
        loop.check(page.mark)
        started = started or page.headers.at
        if scan is not None:
            if checkpoint.cursor is None and not scan.confirming:
                yield Suspect(ids=None, afresh=True)
            scan = _counted(scan, page)
        checkpoint = replace(checkpoint, mode="changes", cursor=page.next_cursor or checkpoint.cursor, scan=scan)
        if page.has_more:
            yield Write(page, checkpoint)
            continue
        done = replace(checkpoint, watermark=started, scan=None)
        if scan is None:
            yield Write(page, done)
            return done
        yield Write(page, checkpoint)
        if not scan.confirming and (yield from _is_mass_removal()):
            checkpoint, scan, loop = replace(checkpoint, cursor=None), replace(scan, confirming=True), Loop()
            continue
        done = replace(done, reconciled_at=scan.started_at)
        yield Settle(reason="absent", at=page.headers.at, checkpoint=done)
        return done


def _why_anew(error: StartOverError) -> str:
    if isinstance(error, ResyncRequired):
        return "Away longer than the server keeps removals: comparing everything."
    return f"The server refused the cursor: reading from the beginning. ({error.message})"


# The seeds' endpoints: /feed and /expired


def _follow_feed(checkpoint: Checkpoint, rules: Rules) -> Following:
    again = rules.catch_up
    while True:
        resumed = checkpoint.scan is not None
        full_before = checkpoint.scan.full if checkpoint.scan else checkpoint.watermark is None
        checkpoint, took = yield from _round(checkpoint, rules)
        is_long = took > LONG_ROUND and full_before and not _is_full_next(checkpoint, rules)
        if not again or not (resumed or is_long):
            return checkpoint
        again = False  # what changed before this run began, or while it scanned, is a second round's


def _round(checkpoint: Checkpoint, rules: Rules) -> Generator[Step, Any, tuple[Checkpoint, timedelta]]:
    """One sweep of removals and one scan, or what is left of them."""
    scan = checkpoint.scan
    if scan is None:
        checkpoint, scan = yield from _begin(checkpoint, rules)
    since_field = "updated_after" if checkpoint.since_field == "updated_after" else "posted_after"
    scan, at = yield from _scan_pages(checkpoint, scan, "jobs", since_field)
    if scan.full and not scan.confirming and (yield from _is_mass_removal()):
        scan = replace(scan, cursor=None, ended_at=None, confirming=True)
        scan, at = yield from _scan_pages(checkpoint, scan, "jobs", since_field)
    checkpoint = replace(checkpoint, watermark=scan.started_at, metered=scan.metered, scan=None)
    if scan.full:
        checkpoint = replace(checkpoint, reconciled_at=scan.started_at, pages=scan.pages)
    yield Settle(reason="absent" if scan.full else "expired", at=at, checkpoint=checkpoint)
    if scan.full and scan.rows and _learns(checkpoint, rules):
        field = yield from _learn_since_field(scan)
        checkpoint = replace(checkpoint, since_field=field)
        yield Settle(reason="", at=at, checkpoint=checkpoint)
    assert scan.started_at is not None
    return checkpoint, at - scan.started_at


def _begin(checkpoint: Checkpoint, rules: Rules) -> Generator[Step, Any, tuple[Checkpoint, Scan]]:
    """Decide between a full scan and an incremental one; for the latter sweep the removals first."""
    if _is_full_next(checkpoint, rules):
        return checkpoint, Scan(full=True)
    if checkpoint.metered and checkpoint.since_field == "none":
        yield Note(
            "This feed bills per job and its posted_after lacks edits: edits of old jobs wait for a full scan."
        )
    assert checkpoint.watermark is not None
    since = _whole_seconds(checkpoint.watermark - rules.overlap)
    for _ in range(MAX_RESTARTS):
        try:
            started, why = yield from _sweep(since, checkpoint, rules)
        except InvalidCursor:
            continue
        except NotOffered:
            checkpoint, why = replace(checkpoint, can_sweep=False), "The server has no list of expired jobs"
            started = None
        except LookbackExceeded:
            started, why = None, AWAY
        except InvalidInput as error:
            started, why = (
                None,
                f"The server does not list what expired since {format_time(since)} ({error.message})",
            )
        if why:
            yield Note(f"{why}: comparing everything, and what is gone is marked.")
            return checkpoint, Scan(full=True)
        return checkpoint, Scan(full=False, started_at=started, since=since)
    raise InvalidCursor("The server refuses every cursor of /expired.")


def _sweep(
    since: datetime, checkpoint: Checkpoint, rules: Rules
) -> Generator[Step, Any, tuple[datetime | None, str]]:
    """Suspect all ids that expired since. Answers when it began, and why a full scan is needed instead."""
    cursor, started, afresh, loop = None, None, True, Loop()
    while True:
        page: ExpiredPage = yield Fetch(what="expired", since=since, cursor=cursor)
        loop.check(page.mark)
        at = page.headers.at
        started = started or at
        if at - since > LOOKBACK:
            return None, AWAY
        if _is_due(checkpoint, rules, at):
            return None, "The last full scan is a while ago"
        if page.job_ids or afresh:
            yield Suspect(ids=page.job_ids, afresh=afresh)
        if not page.has_more:
            return started, ""
        cursor, afresh = page.next_cursor, False


def _scan_pages(
    checkpoint: Checkpoint, scan: Scan, what: Literal["jobs", "sites"], since_field: str
) -> Generator[Step, Any, tuple[Scan, datetime]]:
    """Fetch and write page after page until the end. Answers the scan and the time of its last page."""
    restarts, loop = 0, Loop()
    if scan.ended_at is not None:
        return scan, scan.ended_at
    while True:
        try:
            page = yield Fetch(
                what=what, cursor=scan.cursor, since=scan.since, since_field=since_field, total=scan.full
            )
        except InvalidCursor as error:
            restarts += 1
            if scan.cursor is None or restarts > MAX_RESTARTS:
                raise
            yield Note(_why_anew(error))
            scan, loop = replace(scan, cursor=None), Loop()
            continue
        loop.check(page.mark)
        if scan.full and scan.cursor is None and not scan.confirming and what == "jobs":
            yield Suspect(ids=None, afresh=True)
        scan = _counted(scan, page)
        if scan.full and isinstance(page, JobPage):
            scan = replace(scan, witness=_later(scan.witness, page.find_witness()))
        yield Write(page, replace(checkpoint, scan=scan))
        if not page.has_more:
            return scan, page.headers.at


def _counted(scan: Scan, page: Page) -> Scan:
    return replace(
        scan,
        started_at=scan.started_at or page.headers.at,
        cursor=page.next_cursor if page.has_more else None,
        ended_at=None if page.has_more else page.headers.at,
        pages=scan.pages + 1 if scan.cursor else 1,
        rows=scan.rows + len(page.rows) if scan.cursor else len(page.rows),
        metered=scan.metered or bool(page.headers.credits_deducted),
    )


def _is_mass_removal() -> Generator[Step, Any, bool]:
    """A feed that lost most of its rows may be a server that lost its mind: look twice."""
    suspected, active = yield Tally()
    if suspected <= MASS or suspected * 2 <= active:
        return False
    yield Note(f"The feed lacks {suspected:,} of {active:,} rows: scanning it a second time before removing any.")
    return True


def _is_full_next(checkpoint: Checkpoint, rules: Rules) -> bool:
    """True where only a full scan can be trusted, or where it is as cheap as an incremental one."""
    if checkpoint.watermark is None or not checkpoint.can_sweep or rules.rescan == "always":
        return True
    if rules.rescan == "never" or checkpoint.metered:
        return False
    return checkpoint.pages <= 1 or checkpoint.since_field in ("", "none")


def _is_due(checkpoint: Checkpoint, rules: Rules, at: datetime) -> bool:
    if rules.reconcile_every is None or checkpoint.metered or rules.rescan == "never":
        return False
    return checkpoint.reconciled_at is None or at - checkpoint.reconciled_at > rules.reconcile_every


# Learning what the server's watermark can do


def _learns(checkpoint: Checkpoint, rules: Rules) -> bool:
    """`updated_after` never changes back; what only lacks proof is asked again after each full scan."""
    return checkpoint.since_field != "updated_after" and (checkpoint.pages > 1 or rules.rescan == "never")


def _learn_since_field(scan: Scan) -> Generator[Step, Any, str]:
    """Which field returns edits? Nothing was updated after 2100, so a server that answers with a job to that
    does not know `updated_after`. Then a witness must come back by the time of its edit."""
    try:
        page = yield Fetch(what="jobs", since=FAR_FUTURE, since_field="updated_after", batch_size=1)
        if not page.rows and not page.has_more:
            return "updated_after"
    except InvalidInput:
        pass  # a server that refuses fields it does not know
    if scan.witness is None:
        return ""
    since, cursor = _whole_seconds(scan.witness.updated_at - timedelta(seconds=1)), None
    for _ in range(MAX_WITNESS_PAGES):
        page = yield Fetch(what="jobs", since=since, cursor=cursor)
        if page.has_id(scan.witness.id):
            return "posted_after"
        if not page.has_more:
            return "none"
        cursor = page.next_cursor
    return ""


def _later(one: Witness | None, other: Witness | None) -> Witness | None:
    if one is None or other is None:
        return one or other
    return one if one.updated_at >= other.updated_at else other


def _whole_seconds(at: datetime) -> datetime:
    return at.replace(microsecond=0)
