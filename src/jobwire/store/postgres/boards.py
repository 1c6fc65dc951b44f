"""Boards, their postings and visits in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import LiteralString

from jobwire.db.postgres import Connection, Database
from jobwire.errors import Locked
from jobwire.model.times import to_micros
from jobwire.model.visit import Visit
from jobwire.store.base import VISIT_AHEAD_AT_MOST, VISITS_KEPT
from jobwire.store.draft import raw_digest
from jobwire.store.postgres.jobs import write_raws
from jobwire.store.records import BoardState, Miss, Posting
from jobwire.store.rows import board_state, board_values, micros, posting, text_of, to_visit

_BOARD_STEP = 1_000
_COLUMNS: LiteralString = "key, company_id, added_at, paused, next_visit_at, last_success_at, board, memory"
_READ: LiteralString = _COLUMNS + ", begun"


class Boards:
    """The part of the store that keeps boards, postings and visits."""

    _db: Database

    def put_board(self, state: BoardState) -> bool:
        with self._db.write() as write:
            return write_board(write, state)

    def get_board(self, key: str) -> BoardState | None:
        with self._db.read() as read:
            row = read.execute(f"SELECT {_READ} FROM boards WHERE key = %s", (key,)).fetchone()  # noqa: S608
            return board_state(row) if row else None

    def boards(self) -> Iterator[BoardState]:
        after = ""
        while True:
            with self._db.read() as read:
                found = read.execute(
                    f"SELECT {_READ} FROM boards WHERE key > %s ORDER BY key LIMIT %s",  # noqa: S608
                    (after, _BOARD_STEP),
                ).fetchall()
            for row in found:
                yield board_state(row)
            if len(found) < _BOARD_STEP:
                return
            after = found[-1][0]

    def delete_board(self, key: str) -> bool:
        with self._db.write() as write:
            deleted = write.execute("DELETE FROM boards WHERE key = %s", (key,)).rowcount
            if deleted:
                write.execute("UPDATE stats SET boards = boards - 1")
            write.execute("DELETE FROM visits WHERE board_key = %s", (key,))
            return deleted > 0

    def claim_boards(
        self,
        now: datetime,
        limit: int,
        lease: timedelta,
        holder: str = "",
        farthest: timedelta = VISIT_AHEAD_AT_MOST,
    ) -> list[BoardState]:
        """Workers that claim at the same time skip what the others are about to get."""
        at = to_micros(now)
        with self._db.write() as write:
            found = write.execute(
                f"SELECT {_READ} FROM boards WHERE NOT paused"  # noqa: S608
                " AND (next_visit_at IS NULL OR next_visit_at <= %s OR next_visit_at > %s)"
                " AND (leased_until IS NULL OR leased_until <= %s OR leased_until > %s)"
                " ORDER BY next_visit_at NULLS FIRST, key LIMIT %s FOR UPDATE SKIP LOCKED",
                (at, to_micros(now + farthest), at, to_micros(now + 2 * lease), limit),
            ).fetchall()
            write.execute(
                "UPDATE boards SET leased_until = %s, holder = %s, begun = begun + 1 WHERE key = ANY(%s)",
                (to_micros(now + lease), holder, [row[0] for row in found]),
            )
        return [board_state(row) for row in found]

    def renew_lease(self, key: str, until: datetime, holder: str = "") -> bool:
        with self._db.write() as write:
            kept = write.execute(
                "UPDATE boards SET leased_until = CASE WHEN leased_until IS NOT NULL THEN %s::bigint END"
                " WHERE key = %s AND holder = %s",
                (to_micros(until), key, holder),
            )
            return kept.rowcount > 0

    def release_board(self, key: str, holder: str | None = None, until: datetime | None = None) -> None:
        with self._db.write() as write:
            write.execute(
                "UPDATE boards SET begun = greatest(begun - %s, 0),"
                " leased_until = CASE WHEN holder = coalesce(%s, holder) THEN %s::bigint ELSE leased_until END"
                " WHERE key = %s",
                (int(holder is not None), holder, micros(until), key),
            )

    def postings(self, board_key: str) -> dict[str, Posting]:
        with self._db.read() as read:
            found = read.execute(
                "SELECT posting_id, id, reason IS NULL, list_mark, view_digest, requisition_id, misses, missed_at"
                " FROM jobs WHERE board_key = %s AND board_key <> ''",
                (board_key,),
                binary=True,
            )
            return {row[0]: posting(row) for row in found}

    def visits(self, board_key: str | None = None, limit: int = 50) -> list[Visit]:
        with self._db.read() as read:
            found = read.execute(
                "SELECT visit FROM visits WHERE board_key = coalesce(%s, board_key) ORDER BY n DESC LIMIT %s"
                if board_key is not None
                else "SELECT visit FROM visits WHERE %s::text IS NULL ORDER BY n DESC LIMIT %s",
                (board_key, limit),
            )
            return [to_visit(visit) for (visit,) in found]


def write_board(write: Connection, state: BoardState) -> bool:
    """Insert or replace; a lease stays. True if it was new."""
    values = board_values(state)
    updated = write.execute(
        "UPDATE boards SET company_id = %s, added_at = %s, paused = %s, next_visit_at = %s, last_success_at = %s,"
        " board = %s, memory = %s WHERE key = %s",
        (*values[1:], values[0]),
    ).rowcount
    if updated:
        return False
    inserted = write.execute(
        f"INSERT INTO boards ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",  # noqa: S608
        values,
    ).rowcount
    if not inserted:
        return write_board(write, state)  # another worker was faster: it is there now
    write.execute("UPDATE stats SET boards = boards + 1")
    return True


def end_lease(write: Connection, key: str) -> None:
    write.execute("UPDATE boards SET leased_until = NULL, begun = 0 WHERE key = %s", (key,))


def check_holder(write: Connection, key: str, holder: str) -> None:
    """Raises Locked unless `holder` claimed the board last. It stays so until the transaction ends."""
    found = write.execute("SELECT holder FROM boards WHERE key = %s FOR UPDATE", (key,)).fetchone()
    if found is None:
        raise Locked(f"{key} is no longer under watch.")
    if found[0] != holder:
        raise Locked(f"{key} is visited by another collector now.")


def write_visit(write: Connection, visit: Visit) -> None:
    """Add a visit and forget the board's oldest."""
    write.execute("INSERT INTO visits (board_key, visit) VALUES (%s, %s)", (visit.board_key, text_of(visit)))
    write.execute(
        "DELETE FROM visits WHERE board_key = %(key)s AND n <="
        " (SELECT n FROM visits WHERE board_key = %(key)s ORDER BY n DESC LIMIT 1 OFFSET %(kept)s)",
        {"key": visit.board_key, "kept": VISITS_KEPT},
    )


def write_misses(write: Connection, board_key: str, misses: Iterable[Miss]) -> None:
    """Set what the collector remembers of postings of a board; what a miss leaves out stays."""
    for miss in misses:
        digest = None if miss.raw is None else raw_digest(miss.raw)
        marks = (miss.misses, micros(miss.missed_at), miss.list_mark, miss.view_digest, digest)
        found = write.execute(
            "UPDATE jobs SET misses = %s, missed_at = %s, list_mark = coalesce(%s, list_mark),"
            " view_digest = coalesce(%s, view_digest), raw_digest = coalesce(%s, raw_digest)"
            " WHERE board_key = %s AND posting_id = %s AND board_key <> '' RETURNING id",
            (*marks, board_key, miss.posting_id),
        ).fetchall()
        write_raws(write, [(job_id, miss.raw) for (job_id,) in found if miss.raw is not None])
