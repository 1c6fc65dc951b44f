"""Near-duplicates across boards: openings of one employer on two boards that read alike are marked, never merged.

The index is a follower of the log in a file of its own: it can be thrown away and is made anew. The marks stand
in the store, for operators only. Collectors follow beside their visits. Noting a posting is cheap; only those of
employers that have several boards are read and signed, and each is then compared with those whose text shares a
band with its own (`enrich.duplicates`), a bounded number of them however many there are.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from jobwire.db.sqlite import Database
from jobwire.enrich.duplicates import (
    SAME,
    SAME_TITLE,
    bands,
    share_of_words,
    signature,
    similarity,
    title_words,
)
from jobwire.model.change import LogRow
from jobwire.store.base import Store
from jobwire.store.near_duplicates import (
    NearDuplicate,
    delete_near_duplicates,
    put_near_duplicates,
    read_apart,
)

NOTED_AT_ONCE = 1_000
"""Positions of the log that are taken in with one transaction."""
COMPARED_AT_ONCE = 20
PAUSE_S = 0.01
"""Between two such portions, in which another process gets its turn."""
MOST_COMPANIES = 20
"""Companies of one name that are looked at to see whether there are two boards."""
MOST_COMPARED = 20
"""Postings that are looked at in one band, before and behind the own board's."""
MOST_MARKS = 5
"""Marks of one job, the most similar ones."""
_FORMAT = 3
_LEGAL_FORM = re.compile(r"\b(?:inc|llc|ltd|limited|corp|corporation|gmbh|ag|se|sa|sas|bv|ab|as|plc|co|kg)\b")
_SCHEMA = """
CREATE TABLE place (store BLOB NOT NULL, seq INTEGER NOT NULL, company_seq INTEGER NOT NULL);
CREATE TABLE companies (id TEXT PRIMARY KEY, employer TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX companies_of ON companies (employer);
CREATE TABLE jobs (id TEXT PRIMARY KEY, company TEXT, board TEXT, title TEXT, signed BLOB) WITHOUT ROWID;
CREATE INDEX jobs_of ON jobs (company, board);
CREATE TABLE due (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE bands (
    employer TEXT, band INTEGER, board TEXT, id TEXT, PRIMARY KEY (employer, band, board, id)
) WITHOUT ROWID;
CREATE INDEX bands_of ON bands (id);
CREATE TABLE pairs (a TEXT, b TEXT, similarity REAL, PRIMARY KEY (a, b)) WITHOUT ROWID;
"""
"""Every pair stands in `pairs` in both directions; `due` names the jobs that are to be compared."""


class NearDuplicates:
    """The index of one store's active jobs, in the file at `path`. Raises Unavailable as any database does.

    Several processes may follow with one file; they take turns, a portion each.
    """

    def __init__(self, path: Path) -> None:
        self._db = Database(path)
        self._apart: frozenset[tuple[str, str]] = frozenset()
        self._following = threading.Lock()
        self._closed = threading.Event()

    def close(self) -> None:
        """A `follow` under way ends with its portion."""
        self._closed.set()
        with self._following:
            self._db.close()

    def follow(self, store: Store, again: Iterable[str] = ()) -> int:
        """Take in what the log holds beyond the last time, and mark; how many postings were read and compared.

        `again`: ids of jobs that are compared although they did not change.
        """
        compared = 0
        portions = self._follow(store, again)
        with self._following:
            while not self._closed.wait(PAUSE_S) and (found := next(portions, None)) is not None:
                compared += found
        return compared

    def start_over(self) -> None:
        """Forget everything; the next `follow` makes the index anew."""
        with self._db.write() as write:
            write.execute("PRAGMA user_version = 0")

    def pairs(self) -> Iterator[tuple[str, list[NearDuplicate]]]:
        """(job id, its marks) of all that have any, by id; once it has followed."""
        with self._db.snapshot() as read:
            for (job_id,) in read.execute("SELECT DISTINCT a FROM pairs ORDER BY a").fetchall():
                yield job_id, _list_marks(read, job_id)

    def _follow(self, store: Store, again: Iterable[str]) -> Iterator[int]:
        """A portion of the work at each step; how many postings were compared in it."""
        self._apart = read_apart(store)
        self._begin(store, again)
        yield 0
        while self._follow_companies(store) or self._note(store):
            yield 0
        while found := self._compare_due(store):
            yield found

    def _begin(self, store: Store, again: Iterable[str]) -> None:
        """An index that is new, or was of another store, knows nothing of the marks that are there: they go."""
        with self._db.write() as write:
            if not _is_of(write, store):
                delete_near_duplicates(store)
                _make_anew(write, store)
            write.executemany("INSERT OR IGNORE INTO due VALUES (?)", [(job_id,) for job_id in again])

    def _follow_companies(self, store: Store) -> int:
        """Names of employers; one that changed its name, or got a first one, is compared anew."""
        with self._db.write() as write:
            (place,) = write.execute("SELECT company_seq FROM place").fetchone()
            found = store.company_tail(place, NOTED_AT_ONCE)
            for _, company in found:
                employer = make_key(company.name) or company.id
                known = write.execute("SELECT employer FROM companies WHERE id = ?", (company.id,)).fetchone()
                if known != (employer,):
                    _rename(write, company.id, employer)
            if found:
                write.execute("UPDATE place SET company_seq = ?", (found[-1][0],))
        return len(found)

    def _note(self, store: Store) -> int:
        """Which jobs there are, without a look at them."""
        with self._db.write() as write:
            (place,) = write.execute("SELECT seq FROM place").fetchone()
            rows = store.tail(place, NOTED_AT_ONCE, bodies=False)
            boards = store.board_keys([row.id for row in rows])
            for row in rows:
                _note_one(write, row, boards.get(row.id, ""))
            if rows:
                write.execute("UPDATE place SET seq = ?", (rows[-1].seq,))
        return len(rows)

    def _compare_due(self, store: Store) -> int:
        """Sign and compare a portion of what is due, and put the marks into the store."""
        with self._db.write() as write:
            due = [row[0] for row in write.execute("SELECT id FROM due ORDER BY id LIMIT ?", (COMPARED_AT_ONCE,))]
            touched: set[str] = set(due)
            for job_id in due:
                touched |= _forget_texts(write, job_id)
                touched |= _take(write, store, job_id, self._apart)
            for job_id in sorted(touched):  # before it is no longer due: a crash between the two marks again
                put_near_duplicates(store, job_id, _list_marks(write, job_id))
            write.executemany("DELETE FROM due WHERE id = ?", [(job_id,) for job_id in due])
        return len(due)


def _is_of(write: sqlite3.Connection, store: Store) -> bool:
    """Whether it is an index of this store, and not ahead of it, as after the restore of a backup."""
    (version,) = write.execute("PRAGMA user_version").fetchone()
    if version != _FORMAT:
        return False
    owner, seq, company_seq = write.execute("SELECT store, seq, company_seq FROM place").fetchone()
    return bool(owner == _digest(store) and seq <= store.head() and company_seq <= store.company_head())


def _digest(store: Store) -> bytes:
    """What tells two stores apart. Their keys are secret."""
    return hashlib.sha256(store.cursor_key).digest()


def _make_anew(write: sqlite3.Connection, store: Store) -> None:
    for name in ("place", "companies", "jobs", "due", "bands", "pairs"):
        write.execute(f"DROP TABLE IF EXISTS {name}")
    for statement in filter(str.strip, _SCHEMA.split(";")):
        write.execute(statement)
    write.execute("INSERT INTO place VALUES (?, 0, 0)", (_digest(store),))
    write.execute(f"PRAGMA user_version = {_FORMAT}")


def make_key(name: str) -> str:
    """What two boards of one employer have in common: its name, without legal form and punctuation."""
    return re.sub(r"[\W_]+", "", _LEGAL_FORM.sub(" ", name.lower().replace(".", "")))


def _rename(write: sqlite3.Connection, company_id: str, employer: str) -> None:
    """What was compared under another name is compared anew."""
    write.execute("INSERT OR REPLACE INTO companies VALUES (?, ?)", (company_id, employer))
    write.execute(
        "INSERT OR IGNORE INTO due SELECT id FROM jobs WHERE company = ? AND signed IS NOT NULL", (company_id,)
    )
    _make_due(write, employer)


def _boards_of(write: sqlite3.Connection, employer: str) -> set[str]:
    """Keys of two of the employer's boards, or fewer: the first and the last one."""
    sql = (
        "SELECT (SELECT min(board) FROM jobs WHERE company = c.id),"
        " (SELECT max(board) FROM jobs WHERE company = c.id) FROM companies c WHERE employer = ? LIMIT ?"
    )
    ends = [board for row in write.execute(sql, (employer, MOST_COMPANIES)) for board in row if board]
    return {min(ends), max(ends)} if ends else set()


def _make_due(write: sqlite3.Connection, employer: str) -> None:
    """An employer that has a second board now: all its jobs are compared, once."""
    if len(_boards_of(write, employer)) > 1:
        write.execute(
            "INSERT OR IGNORE INTO due SELECT j.id FROM companies c JOIN jobs j ON j.company = c.id"
            " WHERE c.employer = ?",
            (employer,),
        )


def _note_one(write: sqlite3.Connection, row: LogRow, board: str) -> None:
    if row.reason is not None or not board:
        known = write.execute("DELETE FROM jobs WHERE id = ?", (row.id,)).rowcount
        signed = known and write.execute("SELECT 1 FROM bands WHERE id = ?", (row.id,)).fetchone()
        if signed:
            write.execute("INSERT OR IGNORE INTO due VALUES (?)", (row.id,))
        return
    (employer,) = write.execute(
        "SELECT coalesce((SELECT employer FROM companies WHERE id = ?1), ?1)", (row.company_id,)
    ).fetchone()
    write.execute("INSERT OR IGNORE INTO companies VALUES (?, ?)", (row.company_id, employer))
    before = _boards_of(write, employer)
    write.execute(
        "INSERT INTO jobs (id, company, board) VALUES (?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET company = excluded.company, board = excluded.board",
        (row.id, row.company_id, board),
    )
    if len(before) > 1:
        write.execute("INSERT OR IGNORE INTO due VALUES (?)", (row.id,))
    elif before != {board}:
        _make_due(write, employer)


def _forget_texts(write: sqlite3.Connection, job_id: str) -> set[str]:
    """Take a job's text out; the ids of those that were like it."""
    marks = {other for (other,) in write.execute("SELECT b FROM pairs WHERE a = ?", (job_id,))}
    write.executemany("DELETE FROM pairs WHERE a = ? AND b = ?", [(other, job_id) for other in marks])
    write.execute("DELETE FROM pairs WHERE a = ?", (job_id,))
    write.execute("DELETE FROM bands WHERE id = ?", (job_id,))
    return marks


def _take(write: sqlite3.Connection, store: Store, job_id: str, apart: frozenset[tuple[str, str]]) -> set[str]:
    """Read a job's text and compare it; the ids of those that are like it."""
    noted = write.execute(
        "SELECT j.board, c.employer FROM jobs j JOIN companies c ON c.id = j.company WHERE j.id = ?", (job_id,)
    ).fetchone()
    row = store.get_job(job_id) if noted else None
    if row is None:
        return set()
    board, employer = noted
    record: dict[str, Any] = msgspec.json.decode(row.body + b"null}")
    title, signed = str(record["title"]), signature(str(record["description"]))
    write.execute("UPDATE jobs SET title = ?, signed = ? WHERE id = ?", (title, signed, job_id))
    numbers = bands(signed)
    near = {
        other
        for other in _find_near(write, employer, board, numbers)
        if (min(job_id, other), max(job_id, other)) not in apart
    }
    found = {other: value for other in near if (value := _compare(write, other, title, signed))}
    for other, value in found.items():
        write.executemany("INSERT INTO pairs VALUES (?, ?, ?)", [(job_id, other, value), (other, job_id, value)])
    write.executemany(
        "INSERT OR IGNORE INTO bands VALUES (?, ?, ?, ?)", [(employer, n, board, job_id) for n in numbers]
    )
    return set(found)


def _find_near(write: sqlite3.Connection, employer: str, board: str, numbers: list[int]) -> set[str]:
    """Ids of the employer's jobs on other boards that share a band."""
    near: set[str] = set()
    for number in numbers:
        for side, order in (("<", "DESC"), (">", "ASC")):
            sql = (
                f"SELECT id FROM bands WHERE employer = ? AND band = ? AND board {side} ?"  # noqa: S608
                f" ORDER BY board {order} LIMIT ?"
            )
            near.update(other for (other,) in write.execute(sql, (employer, number, board, MOST_COMPARED)))
    return near


def _compare(write: sqlite3.Connection, other: str, title: str, signed: bytes) -> float:
    """Similarity of the texts; 0 where texts or titles are too different."""
    known = write.execute("SELECT title, signed FROM jobs WHERE id = ?", (other,)).fetchone()
    if known is None:  # it ended, and is due itself
        return 0.0
    other_title, other_signed = known
    value = similarity(signed, other_signed)
    alike = share_of_words(title_words(title), title_words(other_title))
    return value if value >= SAME and alike >= SAME_TITLE else 0.0


def _list_marks(read: sqlite3.Connection, job_id: str) -> list[NearDuplicate]:
    sql = (
        "SELECT j.id, j.board, j.title, p.similarity FROM pairs p JOIN jobs j ON j.id = p.b"
        " WHERE p.a = ? ORDER BY p.similarity DESC, j.id LIMIT ?"
    )
    return [NearDuplicate(*row) for row in read.execute(sql, (job_id, MOST_MARKS))]
