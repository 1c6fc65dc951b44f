"""The log of jobs in PostgreSQL: reading it, and writing a draft to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString, cast

import msgspec

from jobwire.db.postgres import Connection, Database
from jobwire.errors import ConfigError
from jobwire.model.change import LogRow
from jobwire.model.filters import JobFilters
from jobwire.model.times import to_micros
from jobwire.store.base import FENCE_WAIT_S, REMOVALS_KEPT, REMOVALS_KEPT_AT_LEAST, REPLICA_DELAY, Clock
from jobwire.store.draft import Draft, Known
from jobwire.store.records import Counts, IdPage, Page, Row, TermRow
from jobwire.store.rows import insert_values, known_job, log_row, move_values, term_row, whole_runs
from jobwire.store.terms import unpack_terms

PUBLISH_LOCK = 0x6A6F6202
"""Advisory lock of whoever publishes: taken before the place in the log is known, held until the commit."""
_PURGE_STEP = 5_000
_ID_STEP = 10_000

_LOG_COLUMNS: LiteralString = "j.seq, j.id, j.company_id, j.at, j.reason, j.terms, j.past_terms"
_LOG: LiteralString = f"SELECT {_LOG_COLUMNS}, b.body FROM jobs j LEFT JOIN bodies b ON b.seq = j.seq"  # noqa: S608
_LOG_BARE: LiteralString = f"SELECT {_LOG_COLUMNS}, NULL FROM jobs j"  # noqa: S608
# One row tells of the log, the others are jobs, all as they are at one moment. Were they joined to it, the server
# would put the page aside first, on disk where it is large: measured twice as slow.
_PAGE = """
    SELECT head, (SELECT max(seq) FROM bodies), NULL, NULL FROM stats
    UNION ALL
    (SELECT seq, NULL, company_id, body FROM bodies WHERE seq > %s ORDER BY seq LIMIT %s)
"""
_COPY_BODIES: LiteralString = "COPY bodies (seq, company_id, body) FROM STDIN (FORMAT binary)"
_KNOWN = """
    SELECT id, seq, reason IS NULL, digest, created_at, terms, past_terms, source, company_id,
           board_key, posting_id, list_mark, view_digest, requisition_id, enrich_version, raw_digest,
           misses, missed_at
    FROM jobs WHERE id = ANY(%s)
"""
_COPY_JOBS = """
    COPY jobs (seq, id, company_id, at, reason, posted_ahead, terms, past_terms, source, created_at,
        digest, board_key, posting_id, list_mark, view_digest, requisition_id, enrich_version, raw_digest,
        misses, missed_at)
    FROM STDIN (FORMAT binary)
"""
_JOB_TYPES = (
    *("int8", "text", "text", "int8", "text", "int8", "text", "text", "text", "int8"),
    *("bytea", "text", "text", "text", "bytea", "text", "int8", "bytea", "int8", "int8"),
)
_COUNT_RUNS = """
    SELECT (seq - 1) / %s AS run, count(*) FROM
        (SELECT seq FROM jobs WHERE reason IS NULL AND seq > %s ORDER BY seq LIMIT %s) AS active
    GROUP BY run ORDER BY run
"""
_MOVE = """
    UPDATE jobs SET seq = %s, company_id = %s, at = %s, reason = %s, posted_ahead = %s, terms = %s,
        past_terms = %s, source = %s, digest = %s, board_key = %s, posting_id = %s, list_mark = %s,
        view_digest = %s, requisition_id = %s, enrich_version = %s, raw_digest = %s, misses = %s, missed_at = %s
    WHERE seq = %s
"""
_RESET = """
    UPDATE jobs SET board_key = %s, posting_id = %s, list_mark = %s, view_digest = %s, requisition_id = %s,
        enrich_version = %s, raw_digest = %s, misses = %s, missed_at = %s
    WHERE id = %s
"""


class JobLog:
    """The part of the store that reads the log of jobs."""

    _db: Database
    _clock: Clock

    def head(self) -> int:
        with self._db.read() as read:
            return int(_one(read, "SELECT head FROM stats")[0])

    def lags(self) -> bool:
        if self._db.read_only:
            return True
        with self._db.read() as read:
            return bool(_one(read, "SELECT pg_is_in_recovery()")[0])

    def horizon(self) -> int:
        with self._db.read() as read:
            return int(_one(read, "SELECT horizon FROM stats")[0])

    def counts(self) -> Counts:
        with self._db.read() as read:
            row = _one(read, "SELECT active, tombstones, companies, sites, boards FROM stats")
        active, tombstones, companies, sites, boards = row
        return Counts(active=active, tombstones=tombstones, companies=companies, sites=sites, boards=boards)

    def seq_at(self, at: datetime) -> int:
        with self._db.read() as read:
            return find_seq(read, "jobs", "head", to_micros(at))

    def page(self, after: int, limit: int) -> Page:
        with self._db.read() as read:
            found = read.execute(_PAGE, (after, limit), binary=True).fetchall()
        ((head, last),) = [row[:2] for row in found if row[3] is None]
        rows = [Row(seq, company_id, body) for seq, _, company_id, body in found if body is not None]
        rows.sort(key=lambda row: row.seq)
        if after > head:
            return Page(rows, after, False)
        if rows and rows[-1].seq != last:
            return Page(rows, rows[-1].seq, False)
        return Page(rows, head, True)

    def count_runs(self, after: int, size: int, limit: int) -> list[tuple[int, int]]:
        with self._db.read() as read:
            found = read.execute(_COUNT_RUNS, (size, after, limit + size)).fetchall()
        return whole_runs(found, limit + size)

    def rows(self, seqs: Sequence[int]) -> list[Row]:
        with self._db.read() as read:
            return _rows(read, seqs)

    def scan(self, filters: JobFilters, after: int, limit: int, budget: int = 20_000) -> Page:
        with self._db.snapshot() as read:
            (head,) = _one(read, "SELECT head FROM stats")
            seqs: list[int] = []
            looked, seen = 0, after
            for seq, terms in _candidates(read, filters, after, budget):
                looked, seen = looked + 1, seq
                if filters.match(unpack_terms(terms)):
                    seqs.append(seq)
                    if len(seqs) == limit:
                        break
            rows = _rows(read, seqs)
            if looked < budget and len(seqs) < limit:
                return Page(rows, max(head, after), after <= head)
            (last,) = _one(read, "SELECT max(seq) FROM bodies")
            return Page(rows, seen, last is None or last <= seen)

    def posted_ahead(self, posted_after: datetime, after: int, before: int, limit: int) -> list[int]:
        with self._db.read() as read:
            found = read.execute(
                "SELECT seq FROM jobs WHERE posted_ahead IS NOT NULL AND seq > %s AND seq < %s"
                " AND posted_ahead >= %s ORDER BY seq LIMIT %s",
                (after, before, to_micros(posted_after), limit),
            )
            return [seq for (seq,) in found]

    def tail(self, after: int, limit: int, *, bodies: bool = True) -> list[LogRow]:
        statement = f"{_LOG if bodies else _LOG_BARE} WHERE j.seq > %s ORDER BY j.seq LIMIT %s"
        with self._db.read() as read:
            return [log_row(*row) for row in read.execute(statement, (after, limit), binary=True)]

    def log_rows(self, seqs: Sequence[int]) -> list[LogRow]:
        statement = f"{_LOG} WHERE j.seq = ANY(%s) ORDER BY j.seq"
        with self._db.read() as read:
            return [log_row(*row) for row in read.execute(statement, (list(seqs),), binary=True)]

    def term_tail(self, after: int, limit: int) -> list[TermRow]:
        with self._db.read() as read:
            found = read.execute(
                "SELECT seq, reason, terms, past_terms FROM jobs WHERE seq > %s ORDER BY seq LIMIT %s",
                (after, limit),
                binary=True,
            )
            return [term_row(*row) for row in found]

    def expired(self, since: datetime, after: int, limit: int) -> IdPage:
        since = self._fence(since)
        with self._db.snapshot() as read:
            (head,) = _one(read, "SELECT head FROM stats")
            start = max(after, find_seq(read, "jobs", "head", to_micros(since)) - 1)
            found = read.execute(
                "SELECT seq, id FROM jobs WHERE reason IS NOT NULL AND seq > %s ORDER BY seq LIMIT %s",
                (start, limit + 1),
            ).fetchall()
        ids = [job_id for _, job_id in found[:limit]]
        if len(found) > limit:
            return IdPage(ids, found[limit - 1][0], False)
        return IdPage(ids, max(head, after), after <= head)

    def get_job(self, job_id: str) -> Row | None:
        with self._db.read() as read:
            row = read.execute(
                "SELECT b.seq, b.company_id, b.body FROM jobs j JOIN bodies b ON b.seq = j.seq WHERE j.id = %s",
                (job_id,),
                binary=True,
            ).fetchone()
            return Row(*row) if row else None

    def get_log_row(self, job_id: str) -> LogRow | None:
        with self._db.read() as read:
            row = read.execute(f"{_LOG} WHERE j.id = %s", (job_id,), binary=True).fetchone()
            return log_row(*row) if row else None

    def board_keys(self, job_ids: Sequence[str]) -> dict[str, str]:
        with self._db.read() as read:
            sql = "SELECT id, board_key FROM jobs WHERE id = ANY(%s) AND board_key <> ''"
            return dict(read.execute(sql, (list(job_ids),)).fetchall())

    def active_ids(self, *, source: str | None = None, board_key: str | None = None) -> Iterator[str]:
        statement: LiteralString = "SELECT id FROM jobs WHERE id > %(after)s AND reason IS NULL"
        if source is not None:
            statement += " AND source = %(source)s"
        if board_key is not None:
            statement += " AND board_key = %(board)s AND board_key <> ''"
        values = {"after": "", "source": source, "board": board_key, "step": _ID_STEP}
        while True:
            with self._db.read() as read:
                found = read.execute(statement + " ORDER BY id LIMIT %(step)s", values)
                ids = [job_id for (job_id,) in found]
            yield from ids
            if len(ids) < _ID_STEP:
                return
            values["after"] = ids[-1]

    def raw_postings(self, after: str, limit: int, *, below_version: int) -> list[tuple[str, str, int, bytes]]:
        with self._db.read() as read:
            found = read.execute(
                "SELECT j.id, j.board_key, j.enrich_version, r.raw FROM jobs j JOIN raws r ON r.job_id = j.id"
                " WHERE j.id > %s AND j.reason IS NULL AND j.enrich_version < %s ORDER BY j.id LIMIT %s",
                (after, below_version, limit),
                binary=True,
            )
            return cast(list[tuple[str, str, int, bytes]], found.fetchall())

    def get_raw(self, job_id: str) -> bytes | None:
        with self._db.read() as read:
            row = read.execute("SELECT raw FROM raws WHERE job_id = %s", (job_id,), binary=True).fetchone()
            return row[0] if row else None

    def purge_preview(self, kept: timedelta = REMOVALS_KEPT) -> int:
        with self._db.read() as read:
            statement = "SELECT count(*) FROM jobs WHERE reason IS NOT NULL AND at < %s"
            return int(_one(read, statement, self._purge_before(kept))[0])

    def purge(self, kept: timedelta = REMOVALS_KEPT) -> int:
        before, total = self._purge_before(kept), 0
        while True:
            with self._db.write() as write:
                dropped = _purge_some(write, before)
            total += dropped
            if dropped < _PURGE_STEP:
                return total

    def _purge_before(self, kept: timedelta) -> int:
        if kept < REMOVALS_KEPT_AT_LEAST:
            raise ConfigError("Removals are kept for at least 7 days: consumers rely on it.")
        return to_micros(self._clock() - kept)

    def _fence(self, since: datetime) -> datetime:
        """Wait until no publication is in progress; a replica, which cannot, looks further back instead."""
        if self.lags():
            return since - REPLICA_DELAY
        with self._db.write(durable=False, wait_s=FENCE_WAIT_S) as write:
            write.execute("SELECT pg_advisory_xact_lock_shared(%s)", (PUBLISH_LOCK,))
            return since


def find_seq(read: Connection, table: LiteralString, head: LiteralString, at: int) -> int:
    """First seq of a log whose time is at or after `at`; its head + 1 if none."""
    statement: LiteralString = (
        f"SELECT coalesce((SELECT seq FROM {table} WHERE at >= %s ORDER BY at, seq LIMIT 1), {head} + 1)"  # noqa: S608
        " FROM stats"
    )
    return int(_one(read, statement, at)[0])


def find_known(connection: Connection, ids: Iterable[str]) -> dict[str, Known]:
    rows = connection.execute(_KNOWN, (list(ids),), binary=True)
    return {row[0]: known_job(row) for row in rows}


def is_current(write: Connection, known: Mapping[str, Known], ids: Iterable[str]) -> bool:
    """Whether what was read before the publish lock was taken is what is stored now."""
    found = write.execute("SELECT id, seq FROM jobs WHERE id = ANY(%s)", (list(ids),)).fetchall()
    return dict(found) == {job_id: job.seq for job_id, job in known.items()}


def write_draft(write: Connection, draft: Draft, head: int, at: int) -> None:
    """Place a draft after `head`. Moving the head is the publisher's."""
    new = [move for move in draft.moves if move.old_seq is None]
    moved = [move for move in draft.moves if move.old_seq is not None]
    cursor = write.cursor()
    if moved:
        cursor.execute("DELETE FROM bodies WHERE seq = ANY(%s)", ([move.old_seq for move in moved],))
        cursor.executemany(_MOVE, [move_values(move, head, at) for move in moved])
    if new:
        copy_rows(write, _COPY_JOBS, _JOB_TYPES, (insert_values(move, head, at) for move in new))
    bodies = [(head + move.order, move.company_id, move.body(at)) for move in draft.moves if not move.reason]
    if bodies:
        copy_rows(write, _COPY_BODIES, ("int8", "text", "bytea"), bodies)
    if draft.resets:
        cursor.executemany(
            _RESET, [(*msgspec.structs.astuple(beside), job_id) for job_id, beside in draft.resets]
        )
    write_raws(write, draft.raws)


def copy_rows(
    write: Connection, statement: LiteralString, types: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    with write.cursor().copy(statement) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def write_raws(write: Connection, raws: Sequence[tuple[str, bytes]]) -> None:
    if raws:
        write.cursor().executemany(
            "INSERT INTO raws (job_id, raw) VALUES (%s, %s)"
            " ON CONFLICT (job_id) DO UPDATE SET raw = excluded.raw",
            raws,
        )


def _purge_some(write: Connection, before: int) -> int:
    write.execute("SELECT pg_advisory_xact_lock(%s)", (PUBLISH_LOCK,))
    dropped = write.execute(
        "DELETE FROM jobs WHERE seq IN (SELECT seq FROM jobs WHERE reason IS NOT NULL AND at < %s"
        " ORDER BY seq LIMIT %s) RETURNING seq, id",
        (before, _PURGE_STEP),
    ).fetchall()
    if dropped:
        write.execute("DELETE FROM raws WHERE job_id = ANY(%s)", ([job_id for _, job_id in dropped],))
        write.execute(
            "UPDATE stats SET tombstones = tombstones - %s, horizon = greatest(horizon, %s)",
            (len(dropped), max(seq for seq, _ in dropped)),
        )
    return len(dropped)


def _candidates(read: Connection, filters: JobFilters, after: int, budget: int) -> Iterator[tuple[int, str]]:
    """(seq, terms) of active jobs that pass the watermarks, in order, at most `budget`."""
    if filters.updated_after:
        after = max(after, find_seq(read, "jobs", "head", to_micros(filters.updated_after)) - 1)
    if filters.posted_after:
        posted = to_micros(filters.posted_after)
        start = find_seq(read, "jobs", "head", posted)
        found = read.execute(
            "SELECT seq, terms FROM jobs WHERE posted_ahead IS NOT NULL"
            " AND seq > %s AND seq < %s AND posted_ahead >= %s ORDER BY seq LIMIT %s",
            (after, start, posted, budget),
        ).fetchall()
        budget -= len(found)
        yield from cast(list[tuple[int, str]], found)
        after = max(after, start - 1)
    if budget > 0:
        yield from read.execute(
            "SELECT seq, terms FROM jobs WHERE reason IS NULL AND seq > %s ORDER BY seq LIMIT %s",
            (after, budget),
            binary=True,
        )


def _rows(read: Connection, seqs: Sequence[int]) -> list[Row]:
    found = read.execute(
        "SELECT seq, company_id, body FROM bodies WHERE seq = ANY(%s) ORDER BY seq", (list(seqs),), binary=True
    )
    return [Row(seq, company_id, body) for seq, company_id, body in found]


def _one(read: Connection, statement: LiteralString, *values: object) -> tuple[Any, ...]:
    row = read.execute(statement, values).fetchone()
    assert row is not None
    return row
