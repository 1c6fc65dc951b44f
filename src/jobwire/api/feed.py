"""`POST /api/jobs/feed`: active jobs in the order of the log."""

from __future__ import annotations

from jobwire.api.answer import Answer
from jobwire.api.call import Call
from jobwire.api.filters import JOB_GROUPS, JOB_TIMES
from jobwire.api.scan import JobScan, read_job_scan
from jobwire.api.server import Server
from jobwire.model.filters import JobFilters
from jobwire.store.base import Page, Row

LARGEST = 1000
FIELDS = ("batch_size", "cursor", "stable_scan", *JOB_TIMES, *JOB_GROUPS)


def get_feed(server: Server, call: Call) -> Answer:
    """One page of active jobs."""
    fields = call.body_fields(FIELDS)
    fields.flag("stable_scan")
    scan = read_job_scan(fields, server.store.cursor_key, kind="jobs", largest=LARGEST)
    page = server.sandbox.cut(call.caller, select_jobs(server, scan))
    charge = server.metering.charge(call.caller, "feed", "jobs", [row.seq for row in page.rows])
    rows = page.rows[: charge.granted]
    cut = len(rows) < len(page.rows)
    cursor = None
    if cut or not page.end:
        cursor = scan.cursor(rows[-1].seq if cut else page.seq, server.store.cursor_key)
    total = estimate(server, scan.filters) if scan.first else None
    return Answer(
        body=_join(server.companies.embed(rows, call.base_url), cursor, total),
        headers={"X-Has-More": "true" if cursor else "false", **charge.headers},
        rows=len(rows),
        hold=charge.hold,
    )


def select_jobs(server: Server, scan: JobScan) -> Page:
    """The next rows of a scan: by position where there is no filter, else by the index or, without it, a scan."""
    filters = scan.filters
    if not filters.groups:
        return _select_by_position(server, filters, scan.seq, scan.batch_size)
    if not server.index.ready:
        return server.store.scan(filters, scan.seq, scan.batch_size)
    current = server.index.catch_up()
    match = server.index.page(filters, scan.seq, scan.batch_size)
    rows = server.store.rows(match.seqs)
    if len(rows) < len(match.seqs):  # what moved to the head meanwhile was not seen: this is not the end yet
        server.index.forget(set(match.seqs) - {row.seq for row in rows})
        current = False
    return Page(rows=rows, seq=match.seq, end=match.end and current)


def estimate(server: Server, filters: JobFilters) -> int | None:
    """About how many jobs a whole scan delivers; None while the filter index is being built."""
    if filters == JobFilters():
        return server.store.counts().active
    return server.index.estimate(filters) if server.index.ready else None


def _select_by_position(server: Server, filters: JobFilters, after: int, limit: int) -> Page:
    store = server.store
    if filters.updated_after is not None:
        after = max(after, store.seq_at(filters.updated_after) - 1)
    if filters.posted_after is None:
        return store.page(after, limit)
    start = store.seq_at(filters.posted_after)
    ahead: list[Row] = []
    if after < start - 1:
        seqs = store.posted_ahead(filters.posted_after, after, start, limit)
        ahead = store.rows(seqs)
        if len(seqs) == limit:
            return Page(rows=ahead, seq=seqs[-1], end=False)
        after = start - 1
    page = store.page(after, limit - len(ahead))
    return Page(rows=ahead + page.rows, seq=page.seq, end=page.end)


def _join(pieces: list[bytes], cursor: str | None, total: int | None) -> bytes:
    end = (
        b'],"next_cursor":"%b","has_more":true' % cursor.encode()
        if cursor
        else b'],"next_cursor":null,"has_more":false'
    )
    counted = b"" if total is None else b',"estimated_total":%d' % total
    return b"".join((b'{"jobs":[', *pieces, end, counted, b"}"))
