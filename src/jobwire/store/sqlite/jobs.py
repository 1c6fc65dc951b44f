"""The log of jobs in SQLite: reading it, and writing a draft to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from jobwire.db.sqlite import Database
from jobwire.errors import ConfigError
from jobwire.model.change import LogRow
from jobwire.model.filters import JobFilters
from jobwire.model.times import to_micros
from jobwire.store.base import FENCE_WAIT_S, REMOVALS_KEPT, REMOVALS_KEPT_AT_LEAST, REPLICA_DELAY, Clock
from jobwire.store.draft import Draft, Known
from jobwire.store.records import Counts, IdPage, Page, Row, TermRow
from jobwire.store.rows import insert_values, known_job, log_row, move_values, term_row, text_of, whole_runs
from jobwire.store.terms import unpack_terms

_PURGE_STEP = 5_000
_ID_STEP = 10_000

_LOG_COLUMNS = "j.seq, j.id, j.company_id, j.at, j.reason, j.terms, j.past_terms"
_KNOWN = """
    SELECT id, seq, reason IS NULL, digest, created_at, terms, past_terms, source, company_id,
           board_key, posting_id, list_mark, view_digest, requisition_id, enrich_version, raw_digest,
           misses, missed_at
    FROM jobs WHERE id IN (SELECT value FROM json_each(?))
"""
_INSERT = """
    INSERT INTO jobs (seq, id, company_id, at, reason, posted_ahead, terms, past_terms, source, created_at,
        digest, board_key, posting_id, list_mark, view_digest, requisition_id, enrich_version, raw_digest,
        misses, missed_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_COUNT_RUNS = """
    SELECT (seq - 1) / ? AS run, count(*) FROM
        (SELECT seq FROM jobs INDEXED BY jobs_active WHERE reason IS NULL AND seq > ? ORDER BY seq LIMIT ?)
    GROUP BY run ORDER BY run
"""
_MOVE = """
    UPDATE jobs SET seq = ?, company_id = ?, at = ?, reason = ?, posted_ahead = ?, terms = ?, past_terms = ?,
        source = ?, digest = ?, board_key = ?, posting_id = ?, list_mark = ?, view_digest = ?,
        requisition_id = ?, enrich_version = ?, raw_digest = ?, misses = ?, missed_at = ?
    WHERE seq = ?
"""
_RESET = """
    UPDATE jobs SET board_key = ?, posting_id = ?, list_mark = ?, view_digest = ?, requisition_id = ?,
        enrich_version = ?, raw_digest = ?, misses = ?, missed_at = ?
    WHERE id = ?
"""


class JobLog:
    """The part of the store that reads the log of jobs."""

    _db: Database
    _clock: Clock

    def head(self) -> int:
        return self._stat("head")

    def lags(self) -> bool:
        return self._db.read_only

    def horizon(self) -> int:
        return self._stat("horizon")

    def counts(self) -> Counts:
        with self._db.read() as read:
            row = read.execute("SELECT active, tombstones, companies, sites, boards FROM stats").fetchone()
        active, tombstones, companies, sites, boards = row
        return Counts(active=active, tombstones=tombstones, companies=companies, sites=sites, boards=boards)

    def seq_at(self, at: datetime) -> int:
        with self._db.snapshot() as read:
            return find_seq(read, "jobs", "head", to_micros(at))

    def page(self, after: int, limit: int) -> Page:
        with self._db.read() as read:
            (head,) = read.execute("SELECT head FROM stats").fetchone()
            rows = _rows(
                read.execute(
                    "SELECT seq, company_id, body FROM bodies WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
                )
            )
            if len(rows) < limit:
                # Rows written after `head` was read were looked at as well.
                return Page(rows, max(head, after, rows[-1].seq if rows else 0), after <= head)
            return Page(rows, rows[-1].seq, _is_last(read, rows[-1].seq))

    def count_runs(self, after: int, size: int, limit: int) -> list[tuple[int, int]]:
        with self._db.read() as read:
            found = read.execute(_COUNT_RUNS, (size, after, limit + size)).fetchall()
        return whole_runs(found, limit + size)

    def rows(self, seqs: Sequence[int]) -> list[Row]:
        with self._db.read() as read:
            return _rows(
                read.execute(
                    "SELECT seq, company_id, body FROM bodies"
                    " WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq",
                    (text_of(list(seqs)),),
                )
            )

    def scan(self, filters: JobFilters, after: int, limit: int, budget: int = 20_000) -> Page:
        with self._db.snapshot() as read:
            (head,) = read.execute("SELECT head FROM stats").fetchone()
            seqs: list[int] = []
            looked, seen = 0, after
            for seq, terms in _candidates(read, filters, after, budget):
                looked, seen = looked + 1, seq
                if filters.match(unpack_terms(terms)):
                    seqs.append(seq)
                    if len(seqs) == limit:
                        break
            end = looked < budget and len(seqs) < limit
            rows = _rows(
                read.execute(
                    "SELECT seq, company_id, body FROM bodies"
                    " WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq",
                    (text_of(seqs),),
                )
            )
            if end:
                return Page(rows, max(head, after), after <= head)
            return Page(rows, seen, _is_last(read, seen))

    def posted_ahead(self, posted_after: datetime, after: int, before: int, limit: int) -> list[int]:
        with self._db.read() as read:
            return [
                seq
                for (seq,) in read.execute(
                    "SELECT seq FROM jobs INDEXED BY jobs_posted_ahead WHERE posted_ahead IS NOT NULL"
                    " AND seq > ? AND seq < ? AND posted_ahead >= ? ORDER BY seq LIMIT ?",
                    (after, before, to_micros(posted_after), limit),
                )
            ]

    def tail(self, after: int, limit: int, *, bodies: bool = True) -> list[LogRow]:
        with self._db.read() as read:
            if bodies:
                found = read.execute(
                    f"SELECT {_LOG_COLUMNS}, b.body FROM jobs j LEFT JOIN bodies b ON b.seq = j.seq"  # noqa: S608
                    " WHERE j.seq > ? ORDER BY j.seq LIMIT ?",
                    (after, limit),
                )
            else:
                found = read.execute(
                    f"SELECT {_LOG_COLUMNS}, NULL FROM jobs j WHERE j.seq > ? ORDER BY j.seq LIMIT ?",  # noqa: S608
                    (after, limit),
                )
            return [log_row(*row) for row in found]

    def log_rows(self, seqs: Sequence[int]) -> list[LogRow]:
        with self._db.read() as read:
            found = read.execute(
                f"SELECT {_LOG_COLUMNS}, b.body FROM jobs j LEFT JOIN bodies b ON b.seq = j.seq"  # noqa: S608
                " WHERE j.seq IN (SELECT value FROM json_each(?)) ORDER BY j.seq",
                (text_of(list(seqs)),),
            )
            return [log_row(*row) for row in found]

    def term_tail(self, after: int, limit: int) -> list[TermRow]:
        with self._db.read() as read:
            found = read.execute(
                "SELECT seq, reason, terms, past_terms FROM jobs WHERE seq > ? ORDER BY seq LIMIT ?",
                (after, limit),
            )
            return [term_row(*row) for row in found]

    def expired(self, since: datetime, after: int, limit: int) -> IdPage:
        since = self._fence(since)
        with self._db.snapshot() as read:
            (head,) = read.execute("SELECT head FROM stats").fetchone()
            start = max(after, find_seq(read, "jobs", "head", to_micros(since)) - 1)
            found = read.execute(
                "SELECT seq, id FROM jobs INDEXED BY jobs_tombstones WHERE reason IS NOT NULL AND seq > ?"
                " ORDER BY seq LIMIT ?",
                (start, limit + 1),
            ).fetchall()
        ids = [job_id for _, job_id in found[:limit]]
        if len(found) > limit:
            return IdPage(ids, found[limit - 1][0], False)
        return IdPage(ids, max(head, after), True)

    def get_job(self, job_id: str) -> Row | None:
        with self._db.read() as read:
            rows = _rows(
                read.execute(
                    "SELECT b.seq, b.company_id, b.body FROM jobs j JOIN bodies b ON b.seq = j.seq"
                    " WHERE j.id = ?",
                    (job_id,),
                )
            )
            return rows[0] if rows else None

    def get_log_row(self, job_id: str) -> LogRow | None:
        with self._db.read() as read:
            row = read.execute(
                f"SELECT {_LOG_COLUMNS}, b.body FROM jobs j LEFT JOIN bodies b ON b.seq = j.seq WHERE j.id = ?",  # noqa: S608
                (job_id,),
            ).fetchone()
            return log_row(*row) if row else None

    def board_keys(self, job_ids: Sequence[str]) -> dict[str, str]:
        with self._db.read() as read:
            return dict(
                read.execute(
                    "SELECT id, board_key FROM jobs"
                    " WHERE id IN (SELECT value FROM json_each(?)) AND board_key <> ''",
                    (text_of(list(job_ids)),),
                )
            )

    def active_ids(self, *, source: str | None = None, board_key: str | None = None) -> Iterator[str]:
        where = "AND source = :source" if source is not None else ""
        where += " AND board_key = :board AND board_key <> ''" if board_key is not None else ""
        sql = f"SELECT id FROM jobs WHERE id > :after AND reason IS NULL {where} ORDER BY id LIMIT :step"  # noqa: S608
        values = {"after": "", "source": source, "board": board_key, "step": _ID_STEP}
        while True:
            with self._db.read() as read:
                ids = [job_id for (job_id,) in read.execute(sql, values)]
            yield from ids
            if len(ids) < _ID_STEP:
                return
            values["after"] = ids[-1]

    def raw_postings(self, after: str, limit: int, *, below_version: int) -> list[tuple[str, str, int, bytes]]:
        with self._db.read() as read:
            return read.execute(
                "SELECT j.id, j.board_key, j.enrich_version, r.raw FROM jobs j JOIN raws r ON r.job_id = j.id"
                " WHERE j.id > ? AND j.reason IS NULL AND j.enrich_version < ? ORDER BY j.id LIMIT ?",
                (after, below_version, limit),
            ).fetchall()

    def get_raw(self, job_id: str) -> bytes | None:
        with self._db.read() as read:
            row = read.execute("SELECT raw FROM raws WHERE job_id = ?", (job_id,)).fetchone()
            return row[0] if row else None

    def purge_preview(self, kept: timedelta = REMOVALS_KEPT) -> int:
        with self._db.read() as read:
            (count,) = read.execute(
                "SELECT count(*) FROM jobs INDEXED BY jobs_tombstones WHERE reason IS NOT NULL AND at < ?",
                (self._purge_before(kept),),
            ).fetchone()
            return int(count)

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
        """Wait until no publication is in progress; a reader that cannot lock looks further back instead."""
        if self.lags():
            return since - REPLICA_DELAY
        with self._db.write(durable=False, wait_s=FENCE_WAIT_S):
            return since

    def _stat(self, column: str) -> int:
        with self._db.read() as read:
            (value,) = read.execute(f"SELECT {column} FROM stats").fetchone()  # noqa: S608 - our own names
            return int(value)


def find_seq(read: sqlite3.Connection, table: str, head: str, at: int) -> int:
    """First seq of a log whose time is at or after `at`; its head + 1 if none.

    Times rise with seq, so this is a binary search (some 20 steps), not another index.
    """
    (high,) = read.execute(f"SELECT {head} + 1 FROM stats").fetchone()  # noqa: S608 - our own names
    low, end = 1, high
    sql = f"SELECT seq, at FROM {table} WHERE seq >= ? ORDER BY seq LIMIT 1"  # noqa: S608
    found = high
    while low < high:
        middle = (low + high) // 2
        row = read.execute(sql, (middle,)).fetchone()
        if row is None or row[1] >= at:
            high, found = middle, row[0] if row else end
        else:
            low = row[0] + 1
    return int(found)


def find_known(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, Known]:
    rows = connection.execute(_KNOWN, (text_of(list(ids)),))
    return {row[0]: known_job(row) for row in rows}


def write_draft(connection: sqlite3.Connection, draft: Draft, head: int, at: int) -> None:
    """Place a draft after `head`. Moving the head is the publisher's."""
    new = [move for move in draft.moves if move.old_seq is None]
    moved = [move for move in draft.moves if move.old_seq is not None]
    connection.executemany("DELETE FROM bodies WHERE seq = ?", [(move.old_seq,) for move in moved])
    connection.executemany(_MOVE, [move_values(move, head, at) for move in moved])
    connection.executemany(_INSERT, [insert_values(move, head, at) for move in new])
    connection.executemany(
        "INSERT INTO bodies (seq, company_id, body) VALUES (?, ?, ?)",
        [(head + move.order, move.company_id, move.body(at)) for move in draft.moves if not move.reason],
    )
    connection.executemany(
        _RESET, [(*msgspec.structs.astuple(beside), job_id) for job_id, beside in draft.resets]
    )
    write_raws(connection, draft.raws)


def write_raws(connection: sqlite3.Connection, raws: Iterable[tuple[str, bytes]]) -> None:
    connection.executemany(
        "INSERT INTO raws (job_id, raw) VALUES (?, ?) ON CONFLICT (job_id) DO UPDATE SET raw = excluded.raw", raws
    )


def _purge_some(write: sqlite3.Connection, before: int) -> int:
    dropped = write.execute(
        "SELECT seq, id FROM jobs INDEXED BY jobs_tombstones WHERE reason IS NOT NULL AND at < ?"
        " ORDER BY seq LIMIT ?",
        (before, _PURGE_STEP),
    ).fetchall()
    if dropped:
        write.executemany("DELETE FROM raws WHERE job_id = ?", [(job_id,) for _, job_id in dropped])
        write.executemany("DELETE FROM jobs WHERE seq = ?", [(seq,) for seq, _ in dropped])
        write.execute(
            "UPDATE stats SET tombstones = tombstones - ?, horizon = max(horizon, ?)",
            (len(dropped), dropped[-1][0]),
        )
    return len(dropped)


def _candidates(
    read: sqlite3.Connection, filters: JobFilters, after: int, budget: int
) -> Iterator[tuple[int, str]]:
    """(seq, terms) of active jobs that pass the watermarks, in order, at most `budget`."""
    if filters.updated_after:
        after = max(after, find_seq(read, "jobs", "head", to_micros(filters.updated_after)) - 1)
    if filters.posted_after:
        posted = to_micros(filters.posted_after)
        start = find_seq(read, "jobs", "head", posted)
        for row in read.execute(
            "SELECT seq, terms FROM jobs INDEXED BY jobs_posted_ahead WHERE posted_ahead IS NOT NULL"
            " AND seq > ? AND seq < ? AND posted_ahead >= ? ORDER BY seq LIMIT ?",
            (after, start, posted, budget),
        ):
            budget -= 1
            yield row
        after = max(after, start - 1)
    # Looking from body to body skips tombstones without reading them.
    yield from read.execute(
        "SELECT b.seq, j.terms FROM bodies b JOIN jobs j ON j.seq = b.seq WHERE b.seq > ? ORDER BY b.seq LIMIT ?",
        (after, budget),
    )


def _rows(found: Iterable[tuple[int, str, bytes]]) -> list[Row]:
    return [Row(seq, company_id, body) for seq, company_id, body in found]


def _is_last(read: sqlite3.Connection, seq: int) -> bool:
    return read.execute("SELECT 1 FROM bodies WHERE seq > ? LIMIT 1", (seq,)).fetchone() is None
