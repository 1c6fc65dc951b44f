"""`POST /api/jobs/feed`: active jobs in the order of the log."""

from __future__ import annotations

from jobwire.api.answer import Answer
from jobwire.api.call import Call
from jobwire.api.compression import choose_encoding
from jobwire.api.filters import JOB_GROUPS, JOB_TIMES
from jobwire.api.metering import Charge
from jobwire.api.pieces import RUN, Stretch, read_page
from jobwire.api.scan import JobScan, read_job_scan
from jobwire.api.server import Server
from jobwire.api.stitching import make_fragment, stitch
from jobwire.errors import InvalidCursor
from jobwire.model.filters import JobFilters
from jobwire.store.records import Page, Row

LARGEST = 1000
BULK = 500
"""Smaller pages are not worth a piece."""
_START = b'{"jobs":['
FIELDS = ("batch_size", "cursor", "stable_scan", *JOB_TIMES, *JOB_GROUPS)


def get_feed(server: Server, call: Call) -> Answer:
    """One page of active jobs."""
    fields = call.body_fields(FIELDS)
    fields.flag("stable_scan")
    scan = read_job_scan(fields, server.store.cursor_key, kind="jobs", largest=LARGEST)
    return _send_pieces(server, call, scan) or _send_rows(server, call, scan)


def _send_rows(server: Server, call: Call, scan: JobScan) -> Answer:
    page = server.sandbox.cut(call.caller, select_jobs(server, scan))
    if not page.rows and not page.end and is_lost(server, scan.seq):
        raise InvalidCursor(
            "This server's data was restored from before this cursor was issued.",
            hint="Start again without a cursor; when has_more is false, drop the jobs that it did not deliver.",
        )
    charge = server.charge(call, "feed", "jobs", [row.seq for row in page.rows])
    return _finish(server, call, scan, page, charge)


def _finish(server: Server, call: Call, scan: JobScan, page: Page, charge: Charge) -> Answer:
    rows = page.rows[: charge.granted]
    cut = len(rows) < len(page.rows)
    cursor = None
    if cut or not page.end:
        cursor = scan.cursor(rows[-1].seq if cut else page.seq, server.store.cursor_key)
    pieces = server.companies.embed(rows, call.base_url)
    return Answer(
        body=b"".join((_START, *pieces, _end(server, scan, cursor))),
        headers={"X-Has-More": "true" if cursor else "false", **charge.headers},
        rows=len(rows),
        hold=charge.hold,
    )


def _send_pieces(server: Server, call: Call, scan: JobScan) -> Answer | None:
    """The page put together from ready bytes, with rows before and behind them, where it can be.

    It holds as many rows as were asked for, as any page does.
    """
    if not _suits_pieces(server, call, scan):
        return None
    encoding = choose_encoding(call.headers.get("accept-encoding", "")) if server.options.compress else ""
    head = server.store.head()
    before, stretch = _find_stretch(server, call, scan, encoding, head)
    if stretch is None:
        return None
    left = scan.batch_size - len(before) - len(stretch.seqs)
    after = Page(rows=[], seq=stretch.seq, end=stretch.end)
    if left and not stretch.end:
        after = read_page(server.store, stretch.seq, left, head)
    seqs = stretch.seqs
    if before or after.rows:
        seqs = [*(row.seq for row in before), *seqs, *(row.seq for row in after.rows)]
    charge = server.charge(call, "feed", "jobs", seqs)
    if charge.granted < len(seqs):
        rows = server.store.rows(seqs[: charge.granted])
        return _finish(server, call, scan, Page(rows=rows, seq=seqs[charge.granted - 1], end=False), charge)
    cursor = None if after.end else scan.cursor(after.seq, server.store.cursor_key)
    opening = [_START, *server.companies.embed(before, call.base_url)]
    opening += [b","] if before and stretch.seqs else []
    closing = [b","] if after.rows and (before or stretch.seqs) else []
    closing += [*server.companies.embed(after.rows, call.base_url), _end(server, scan, cursor)]
    first, last = (make_fragment(encoding, b"".join(parts)) for parts in (opening, closing))
    return Answer(
        parts=stitch(encoding, [first, *stretch.fragments, last]),
        encoding=encoding,
        headers={"X-Has-More": "true" if cursor else "false", **charge.headers},
        rows=len(seqs),
        hold=charge.hold,
    )


def _find_stretch(
    server: Server, call: Call, scan: JobScan, encoding: str, head: int
) -> tuple[list[Row], Stretch | None]:
    """Ready bytes, and the rows before them: pieces where those pay, else what the store holds."""
    pieces = server.pieces
    if pieces.pay(scan.seq, scan.batch_size, encoding):
        before = _read_to_run(server, scan)
        left = scan.batch_size - len(before.rows)
        return before.rows, pieces.collect(before.seq, left, encoding, call.base_url, head)
    return [], None if encoding else pieces.read(scan.seq, scan.batch_size, call.base_url, head)


def _read_to_run(server: Server, scan: JobScan) -> Page:
    """The rows between where a scan is and the end of that run, where pieces can follow."""
    end = -(-scan.seq // RUN) * RUN
    rows = server.store.page(scan.seq, end - scan.seq).rows if end > scan.seq else []
    return Page(rows=[row for row in rows if row.seq <= end], seq=end, end=False)


def _suits_pieces(server: Server, call: Call, scan: JobScan) -> bool:
    """Large pages of an unfiltered scan, behind all watermarks: the work that pieces are for."""
    filters = scan.filters
    if call.caller.key.sandbox or scan.batch_size < BULK or filters.groups:
        return False
    marks = [at for at in (filters.posted_after, filters.updated_after) if at is not None]
    if not all(scan.seq >= server.store.seq_at(at) - 1 for at in marks):
        return False
    return server.addresses.keep(call.base_url)


def is_lost(server: Server, seq: int) -> bool:
    """Whether a place lies beyond the log: it was restored from a backup since, and will go on otherwise."""
    return seq > server.store.head() and not server.store.lags()


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
    if not server.index.ready:
        return None
    server.index.catch_up()  # a scan by position alone has not asked it to look
    return server.index.estimate(filters)


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


def _end(server: Server, scan: JobScan, cursor: str | None) -> bytes:
    """What follows the jobs."""
    place = b'"%b","has_more":true' % cursor.encode() if cursor else b'null,"has_more":false'
    total = estimate(server, scan.filters) if scan.first else None
    counted = b"" if total is None else b',"estimated_total":%d' % total
    return b'],"next_cursor":%b%b}' % (place, counted)
