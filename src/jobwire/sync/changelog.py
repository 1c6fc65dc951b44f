"""The rules of following a change log, where a server offers one: an ordered list of upserts and removals."""

from __future__ import annotations

from msgspec.structs import replace

from jobwire.errors import JobwireError, RateLimited, StartOverError, Unavailable
from jobwire.sync.answers import NotOffered
from jobwire.sync.checkpoint import Checkpoint, Scan
from jobwire.sync.doubt import MAX_RESTARTS, ask_twice, counted, is_spare, is_unexplained_removal, why_anew
from jobwire.sync.page import ChangePage, Loop
from jobwire.sync.steps import Fetch, Following, Note, Rules, Settle, Suspect, Write


def follow_changes(checkpoint: Checkpoint, rules: Rules) -> Following:
    """Read the log to its end. Where there is none: a checkpoint of mode `feed`, or "" (ask again next time)."""
    restarts, started, loop, before = 0, None, Loop(), checkpoint
    scan = checkpoint.scan or (None if checkpoint.cursor else Scan(full=True))
    while True:
        fetch = Fetch(what="changes", cursor=checkpoint.cursor, ahead=True, probe=checkpoint.mode != "changes")
        try:
            page: ChangePage = yield fetch
            if scan is not None and checkpoint.cursor:
                page = yield from ask_twice(page, fetch)
        except StartOverError as error:
            restarts += 1
            if restarts > MAX_RESTARTS:
                raise
            yield Note(why_anew(error))
            checkpoint, scan, loop = replace(checkpoint, cursor=None, scan=None), Scan(full=True), Loop()
            continue
        except JobwireError as error:
            if _is_log(error, checkpoint):
                raise
            mode = "" if isinstance(error, Unavailable) else "feed"
            return replace(checkpoint, mode=mode, cursor=None, scan=None)
        loop.check(page)
        started = started or page.headers.at
        if scan is not None:
            if checkpoint.cursor is None and not scan.confirming:
                besides = [] if page.has_more else [row.id for row in page.columns]
                yield Suspect(ids=None, afresh=True, besides=besides)
            scan = counted(scan, page)
        checkpoint = replace(checkpoint, mode="changes", cursor=page.next_cursor or checkpoint.cursor, scan=scan)
        if page.has_more:
            yield Write(page, checkpoint)
            continue
        done = replace(checkpoint, watermark=started, scan=None)
        if scan is None:
            if page.rows or page.removals or not is_spare(before, done, rules, rows=0):
                yield Write(page, done)
            return done
        yield Write(page, checkpoint)
        if not scan.confirming and (yield from is_unexplained_removal(checkpoint, scan, rules)):
            checkpoint, scan, loop = replace(checkpoint, cursor=None), replace(scan, confirming=True), Loop()
            continue
        done = replace(done, reconciled_at=scan.started_at)
        yield Settle(reason="absent", at=page.headers.at, checkpoint=done)
        return done


def _is_log(error: JobwireError, checkpoint: Checkpoint) -> bool:
    """Is this the failure of a log that is there? Before one was seen, whatever a server says at that path
    may be its own idea of it; `/feed` is asked next, and tells what is really wrong."""
    if isinstance(error, NotOffered):
        return False
    return checkpoint.mode == "changes" or isinstance(error, RateLimited)
