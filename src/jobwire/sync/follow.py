"""The rules of following a feed, as generators without I/O: they yield steps (`steps.py`) and are sent answers.

Five rules keep the copy equal to the feed:

1. The watermark is the *start* of the round that fetched it, in the server's own time, and lives in the
   checkpoint beside the cursor. A round that was resumed is followed by another one.
2. Removals are only *suspected* until the scan that follows is complete: a job that the scan delivers is
   active, whatever an earlier list of expired ids said. So a job that re-opened is never deleted, and one that
   expires behind the scan's back is in the next list.
3. A full scan suspects every row. What it did not deliver is gone.
4. A server's `posted_after` is trusted with edits only after it was seen to return one.
5. What would remove rows is doubted first (`doubt.py`).
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from msgspec.structs import replace

from jobwire.errors import InvalidCursor, InvalidInput
from jobwire.model.times import format_time
from jobwire.sync.answers import LookbackExceeded, NotOffered
from jobwire.sync.changelog import follow_changes
from jobwire.sync.checkpoint import Checkpoint, Scan, Witness
from jobwire.sync.doubt import (
    FEW,
    LOOKBACK,
    MAX_RESTARTS,
    ask_twice,
    counted,
    is_full_next,
    is_spare,
    is_unexplained_removal,
    why_anew,
)
from jobwire.sync.page import ExpiredPage, JobPage, Loop, SitePage
from jobwire.sync.steps import Fetch, Following, Note, Rules, Settle, Step, Suspect, Write

LONG_ROUND = timedelta(minutes=1)
"""After a longer round a second one catches up with what changed meanwhile."""
FAR_FUTURE = datetime(2100, 1, 1, tzinfo=UTC)
MAX_WITNESS_PAGES = 3
AWAY = "Away for more than seven days"
CLOCK_WENT_BACK = "The server's clock went back"


def follow_jobs(saved: Checkpoint | None, rules: Rules) -> Following:
    """Bring the jobs up to date with the feed."""
    checkpoint = yield from _take_up(saved, "jobs", rules)
    is_new = not checkpoint.mode and checkpoint.scan is None
    if rules.use_changes and (checkpoint.mode == "changes" or is_new or rules.full):
        checkpoint = yield from follow_changes(checkpoint, rules)
        if checkpoint.mode == "changes":
            return checkpoint
        yield Note("The server has no change log: following /feed and /expired.")
    return (yield from _follow_feed(checkpoint, rules))


def follow_sites(saved: Checkpoint | None, rules: Rules) -> Following:
    """Bring the career sites up to date: they do not expire, so there is nothing to suspect."""
    checkpoint = yield from _take_up(saved, "career_sites", rules)
    if rules.full:
        checkpoint = replace(checkpoint, watermark=None)
    while True:
        resumed, before = checkpoint.scan is not None, checkpoint
        since = None if checkpoint.watermark is None else checkpoint.watermark - rules.overlap
        scan = checkpoint.scan or Scan(full=since is None, since=since)
        scan, at = yield from _scan_pages(checkpoint, scan, "sites", "updated_after")
        checkpoint = replace(checkpoint, mode="feed", watermark=scan.started_at, pages=scan.pages, scan=None)
        spare = scan.pages == 1 and is_spare(before, checkpoint, rules, rows=scan.rows)
        yield Settle(reason="", at=at, checkpoint=checkpoint, spare=spare)
        if scan.since and at < scan.since:
            yield Note(f"{CLOCK_WENT_BACK}: comparing all career sites.")
            checkpoint = replace(checkpoint, watermark=None)
        elif not resumed:
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
    return replace(saved, cursor=None, scan=None) if rules.full else saved


# The seeds' endpoints: /feed and /expired


def _follow_feed(checkpoint: Checkpoint, rules: Rules) -> Following:
    again = rules.catch_up
    while True:
        resumed = checkpoint.scan is not None
        full_before = checkpoint.scan.full if checkpoint.scan else checkpoint.watermark is None
        checkpoint, took = yield from _round(checkpoint, rules)
        rules = replace(rules, full=False)
        is_long = took > LONG_ROUND and full_before and not is_full_next(checkpoint, rules)
        if not again or not (resumed or is_long):
            return checkpoint
        again = False  # what changed before this run began, or while it scanned, is a second round's


def _round(checkpoint: Checkpoint, rules: Rules) -> Generator[Step, Any, tuple[Checkpoint, timedelta]]:
    """One sweep of removals and one scan, or what is left of them."""
    before, scan = checkpoint, checkpoint.scan
    if scan is None:
        checkpoint, scan = yield from _begin(checkpoint, rules)
    since_field = "updated_after" if checkpoint.since_field == "updated_after" else "posted_after"
    scan, at = yield from _scan_pages(checkpoint, scan, "jobs", since_field)
    if scan.full and not scan.confirming and (yield from is_unexplained_removal(checkpoint, scan, rules)):
        scan = replace(scan, cursor=None, ended_at=None, confirming=True)
        scan, at = yield from _scan_pages(checkpoint, scan, "jobs", since_field)
    checkpoint = replace(checkpoint, watermark=scan.started_at, metered=_is_metered(checkpoint, scan), scan=None)
    if scan.full:
        checkpoint = replace(checkpoint, reconciled_at=scan.started_at, pages=scan.pages)
        if scan.total and scan.rows < scan.total * 0.9 - FEW:
            yield Note(f"The server estimated {scan.total:,} jobs and delivered {scan.rows:,}.")
    spare = scan.pages == 1 and before.scan is None and is_spare(before, checkpoint, rules, rows=scan.rows)
    yield Settle(reason="absent" if scan.full else "expired", at=at, checkpoint=checkpoint, spare=spare)
    if scan.full and scan.rows and _learns(checkpoint, rules):
        field = yield from _learn_since_field(scan)
        if field != checkpoint.since_field:
            checkpoint = replace(checkpoint, since_field=field)
            yield Settle(reason="", at=at, checkpoint=checkpoint)
    assert scan.started_at is not None
    return checkpoint, at - scan.started_at


def _is_metered(checkpoint: Checkpoint, scan: Scan) -> bool:
    """Once a feed has charged it is metered, until a full scan was free: an idle run costs nothing anywhere."""
    return scan.metered or (checkpoint.metered and not (scan.full and scan.rows))


def _begin(checkpoint: Checkpoint, rules: Rules) -> Generator[Step, Any, tuple[Checkpoint, Scan]]:
    """Decide between a full scan and an incremental one; for the latter sweep the removals first."""
    if is_full_next(checkpoint, rules):
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
        loop.check(page)
        at = page.headers.at
        started = min(started or at, at)
        if at - since > LOOKBACK:
            return None, AWAY
        if at < since:
            return None, CLOCK_WENT_BACK
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
        fetch = Fetch(what=what, cursor=scan.cursor, since=scan.since, since_field=since_field, ahead=True)
        try:
            page: JobPage | SitePage = yield fetch
            if (scan.full and scan.cursor) or (scan.since and page.is_before(scan.since)):
                page = yield from ask_twice(page, fetch)
        except InvalidCursor as error:
            restarts += 1
            if scan.cursor is None or restarts > MAX_RESTARTS:
                raise
            yield Note(why_anew(error))
            scan, loop = replace(scan, cursor=None), Loop()
            continue
        loop.check(page)
        if scan.full and scan.cursor is None and not scan.confirming and what == "jobs":
            yield Suspect(
                ids=None, afresh=True, besides=[] if page.has_more else [row.id for row in page.columns]
            )
        scan = counted(scan, page)
        if scan.full and isinstance(page, JobPage):
            scan = replace(scan, witness=_later(scan.witness, page.find_witness()))
        is_only = scan.pages == 1 and not page.has_more
        yield Write(page, None if is_only else replace(checkpoint, scan=scan))
        if not page.has_more:
            return scan, page.headers.at


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
    for _ in range(1 if scan.metered else MAX_WITNESS_PAGES):
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
