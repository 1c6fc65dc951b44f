"""`GET /api/jobs/changes`: upserts and removals in the order of commit, followed by one cursor for ever.

A scan begins with the jobs that are active up to the head of that moment (`cursor.since`); behind it, every
position of the log is a change: removals too, and jobs that left the caller's filter.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from functools import partial
from typing import TypeVar

import msgspec

from jobwire.api.answer import Answer
from jobwire.api.call import Call
from jobwire.api.compression import encode
from jobwire.api.feed import is_lost, select_jobs
from jobwire.api.fields import Fields
from jobwire.api.filters import JOB_GROUPS, JOB_TIMES, PLACE_GROUPS, list_different, read_job_filters
from jobwire.api.metering import Charge
from jobwire.api.problems import Problem
from jobwire.api.scan import JobScan, find_cursor
from jobwire.api.server import Server
from jobwire.errors import JobwireError, ResyncRequired
from jobwire.model.account import Hold
from jobwire.model.change import LogRow
from jobwire.model.cursor import Cursor, write_cursor
from jobwire.model.filters import JobFilters
from jobwire.model.times import format_time
from jobwire.model.visit import RemovalReason
from jobwire.store.records import Row

T = TypeVar("T")
LARGEST = 1000
LONGEST_WAIT_S = 60
LOOKED_AT = 5_000
"""Positions that one request looks at under a filter."""
GROUPS = {**JOB_GROUPS, **PLACE_GROUPS}
FIELDS = ("batch_size", "cursor", "wait", *JOB_TIMES, *GROUPS)
NDJSON = "application/x-ndjson"
_LINE_ENDS = "\x85\u2028\u2029"
"""Beyond ASCII: legal inside JSON strings, ends of lines to Python's str.splitlines and others."""
_UPSERT = b'{"op":"upsert","job":'


class Removed(msgspec.Struct, frozen=True, kw_only=True, tag_field="op", tag="remove"):
    """A removal as it is sent."""

    id: str
    reason: str
    at: str


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Changes after a place: rows are upserts. `end`: nothing follows for now."""

    changes: list[tuple[int, Row | Removed]]
    place: Cursor
    end: bool
    charge: Charge = Charge(granted=0)

    @property
    def hold(self) -> Hold | None:
        """Credits set aside for it."""
        return self.charge.hold

    @property
    def quiet(self) -> bool:
        return self.end and not self.changes


async def get_changes(server: Server, call: Call) -> Answer:
    """One page of changes, or all of them as a stream of lines."""
    fields = call.query_fields(FIELDS)
    until = server.tail.clock() + (fields.integer("wait", 0, LONGEST_WAIT_S) or 0)
    place = await server.ask(partial(read_place, server, fields))
    batch = await read_batch(server, call, place, until)
    if call.accepts(NDJSON) and call.method == "GET":
        lines = await _make(server, call, batch, _render_lines)
        stream = _stream(server, call, batch, lines, until)
        return Answer(stream=stream, content_type=NDJSON, headers=batch.charge.headers)
    return await _make(server, call, batch, _finish)


def read_place(server: Server, fields: Fields) -> Cursor:
    """Where a request begins or continues. Raises InvalidInput, InvalidCursor, ResyncRequired."""
    store = server.store
    batch_size = fields.integer("batch_size", 1, LARGEST)
    place = find_cursor(fields, store.cursor_key, "changes")
    if place is None:
        return _begin(server, read_job_filters(fields, GROUPS), batch_size or LARGEST)
    filters = place.jobs or JobFilters()
    fields.ignored += list_different(fields, filters, GROUPS)
    horizon = store.horizon()
    purged = place.seq < horizon and place.since < horizon
    if purged or is_lost(server, max(place.seq, place.since)):
        fresh = write_cursor(_begin(server, filters, place.batch_size), store.cursor_key)
        raise ResyncRequired(
            "Removals that you have not seen are no longer kept."
            if purged
            else "This server's data was restored from before this cursor was issued.",
            cursor=fresh,
            hint="Continue with the cursor in this answer, and when has_more is false for the first time, "
            "drop the jobs in your store that it did not deliver.",
        )
    return msgspec.structs.replace(place, batch_size=batch_size or place.batch_size)


async def read_batch(server: Server, call: Call, place: Cursor, until: float) -> Batch:
    """The next changes. At the end of the log, waits up to `until` for one that concerns the caller."""
    tail = server.tail
    batch = await server.ask(partial(_read, server, call, place))
    while batch.quiet and not tail.stopping and (left_s := until - tail.clock()) > 0:
        if await tail.wait(batch.place.seq, left_s):
            batch = await server.ask_in_turn(partial(_read, server, call, batch.place))
    return batch


async def _make(server: Server, call: Call, batch: Batch, work: Callable[[Server, Call, Batch], T]) -> T:
    """What `work` makes of a batch. Where that fails, or nobody waits any more, what it holds goes back."""
    try:
        return await server.ask_in_turn(partial(work, server, call, batch))
    except BaseException:
        if batch.hold:
            server.metering.give_back(batch.hold)
        raise


def _begin(server: Server, filters: JobFilters, batch_size: int) -> Cursor:
    return Cursor(kind="changes", seq=0, batch_size=batch_size, jobs=filters, since=server.store.head())


def _read(server: Server, call: Call, place: Cursor) -> Batch:
    if place.jobs and place.jobs.groups and server.index.ready:
        batch = _read_index(server, place, place.jobs)
    elif place.seq < place.since:
        batch = _read_active(server, place)
    else:
        batch = _read_log(server, place)
    return _charge(server, call, _cut_sandbox(server, call, batch), place)


def _read_active(server: Server, place: Cursor) -> Batch:
    """Active jobs up to the head of the moment at which the scan began; what moved on since comes later."""
    filters = place.jobs or JobFilters()
    scan = JobScan(kind="changes", filters=filters, seq=place.seq, batch_size=place.batch_size)
    page = select_jobs(server, scan)
    rows = [row for row in page.rows if row.seq <= place.since]
    done = page.end or page.seq >= place.since
    seq = place.since if done else page.seq
    end = done and server.store.head() <= place.since
    return Batch(changes=[(row.seq, row) for row in rows], place=_move(place, seq), end=end)


def _read_index(server: Server, place: Cursor, filters: JobFilters) -> Batch:
    current = server.index.catch_up()
    match = server.index.match_changes(filters, place.seq, place.batch_size, removals_after=place.since)
    rows = server.store.log_rows(match.seqs)
    if len(rows) < len(match.seqs):  # moved to the head, where they will be found
        server.index.forget(set(match.seqs) - {row.seq for row in rows})
        current = False
    changes = [(row.seq, _to_change(row, filters)) for row in rows]
    return Batch(changes=changes, place=_move(place, match.seq), end=match.end and current)


def _read_log(server: Server, place: Cursor) -> Batch:
    filters = place.jobs or JobFilters()
    head = server.store.head()
    if not filters.groups:
        found = server.store.tail(place.seq, place.batch_size)
        changes = [(row.seq, _to_change(row, filters)) for row in found]
        end = len(found) < place.batch_size
        seq = found[-1].seq if found else place.seq
        return Batch(changes=changes, place=_move(place, max(seq, head) if end else seq), end=end)
    looked = server.store.tail(place.seq, LOOKED_AT, bodies=False)
    matching = [row for row in looked if filters.match(row.terms | row.past_terms)]
    kept = matching[: place.batch_size]
    cut = len(kept) < len(matching)
    end = not cut and len(looked) < LOOKED_AT
    seq = kept[-1].seq if cut else looked[-1].seq if looked else place.seq
    rows = server.store.log_rows([row.seq for row in kept])  # one that moved on meanwhile comes at its new place
    changes = [(row.seq, _to_change(row, filters)) for row in rows]
    return Batch(changes=changes, place=_move(place, max(seq, head) if end else seq), end=end)


def _to_change(row: LogRow, filters: JobFilters) -> Row | Removed:
    """What a position means to a caller with these filters: they hold now, or held once."""
    if row.body is not None and filters.match(row.terms):
        return Row(row.seq, row.company_id, row.body)
    return Removed(id=row.id, reason=row.reason or RemovalReason.FILTER_EXIT, at=format_time(row.at))


def _move(place: Cursor, seq: int) -> Cursor:
    return msgspec.structs.replace(place, seq=seq)


def _cut_sandbox(server: Server, call: Call, batch: Batch) -> Batch:
    """Sandbox keys see the first jobs and no removals."""
    if not call.caller.key.sandbox:
        return batch
    last = server.sandbox.last_seq()
    changes = [change for change in batch.changes if isinstance(change[1], Row) and change[0] <= last]
    return msgspec.structs.replace(batch, changes=changes, end=batch.end or batch.place.seq >= last)


def _charge(server: Server, call: Call, batch: Batch, before: Cursor) -> Batch:
    """Upserts are paid for; what the wallet cannot pay for ends the batch before it. Removals are free."""
    upserts = [seq for seq, change in batch.changes if isinstance(change, Row)]
    free_start = bool(batch.changes) and isinstance(batch.changes[0][1], Removed)
    charge = server.metering.charge(call.caller, "feed", "jobs", upserts, at_least=0 if free_start else 1)
    if charge.granted == len(upserts):
        return msgspec.structs.replace(batch, charge=charge)
    first_unpaid = upserts[charge.granted]
    changes = [change for change in batch.changes if change[0] < first_unpaid]
    place = _move(before, changes[-1][0] if changes else before.seq)
    return Batch(changes=changes, place=place, end=False, charge=charge)


def _finish(server: Server, call: Call, batch: Batch) -> Answer:
    cursor = write_cursor(batch.place, server.store.cursor_key).encode()
    more = b"false" if batch.end else b"true"
    changes = b",".join(_render(server, call, batch))
    answer = Answer(
        body=b'{"changes":[%b],"next_cursor":"%b","has_more":%b}' % (changes, cursor, more),
        headers={"X-Has-More": more.decode(), **batch.charge.headers},
        rows=len(batch.changes),
        hold=batch.hold,
    )
    return encode(server.options, call, answer)


def _render(server: Server, call: Call, batch: Batch) -> Iterator[bytes]:
    ends = server.companies.find({c.company_id for _, c in batch.changes if isinstance(c, Row)})
    base = call.base_url.encode()
    for _, change in batch.changes:
        if isinstance(change, Row):
            opened, closing = ends[change.company_id]
            yield b"".join((_UPSERT, change.body, opened, base, closing, b"}"))
        else:
            yield msgspec.json.encode(change)


async def _stream(
    server: Server, call: Call, batch: Batch, lines: bytes, until: float
) -> AsyncGenerator[bytes, None]:
    """Lines of changes, from those of `batch` on; the last of each batch carries the `cursor` to keep. Ends at
    the end of the log, or when the time to wait there, counted from the request on, is over.

    Each batch is booked once the client has taken it, and counts as a request for the rate limits.
    """
    while True:
        hold = batch.hold
        try:
            yield lines
        except BaseException:
            if hold:
                server.metering.give_back(hold)
            raise
        if hold:
            server.metering.book(hold)
        server.metrics.count_streamed(call.path, "feed", len(batch.changes), hold.amount if hold else 0)
        if server.tail.stopping or (batch.end and server.tail.clock() >= until):
            return
        try:
            await server.ask_in_turn(partial(_admit_again, server, call))
            batch = await read_batch(server, call, batch.place, until)
            lines = await _make(server, call, batch, _render_lines)
        except (JobwireError, Problem):
            return  # the head of the answer is gone already; the last cursor tells where to go on


def _admit_again(server: Server, call: Call) -> None:
    """Another batch is another request: the key may have been revoked meanwhile, or its window be full."""
    call.caller = server.auth.identify(call.headers)
    call.caller.check_family("feed")
    server.limits.spend(call.caller, "feed")


def _render_lines(server: Server, call: Call, batch: Batch) -> bytes:
    """One change a line, without the characters that some line readers take for the end of one."""
    lines = list(_render(server, call, batch))
    if not lines:
        return b""
    cursor = write_cursor(batch.place, server.store.cursor_key).encode()
    lines[-1] = b'%b,"cursor":"%b"}' % (lines[-1][:-1], cursor)
    text = b"\n".join((*lines, b""))
    for character in _LINE_ENDS:
        text = text.replace(character.encode(), b"\\u%04x" % ord(character))
    return text
