"""Near-duplicates across boards: openings of one employer on two boards that read alike are marked, never merged.

The index is a follower of the log in a file of its own: it can be thrown away and is made anew. The marks stand
in the store, for operators only. A posting costs the same however many there are: it is compared with those whose
text shares a band with its own (`enrich.duplicates`), a bounded number of them.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from functools import lru_cache
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
from jobwire.store.near_duplicates import NearDuplicate, put_near_duplicates

PORTION = 500
"""Positions of the log that are followed in one transaction."""
MOST_COMPARED = 20
"""Postings that are looked at in one band, before and behind the own board's."""
MOST_MARKS = 5
"""Marks of one job, the most similar ones."""
_FORMAT = 1
_LEGAL_FORM = re.compile(r"\b(?:inc|llc|ltd|limited|corp|corporation|gmbh|ag|se|sa|sas|bv|ab|as|plc|co|kg)\b")
_SCHEMA = """
CREATE TABLE place (seq INTEGER NOT NULL);
INSERT INTO place VALUES (0);
CREATE TABLE jobs (id TEXT PRIMARY KEY, board TEXT, title TEXT, signed BLOB) WITHOUT ROWID;
CREATE TABLE bands (
    employer TEXT, band INTEGER, board TEXT, id TEXT, PRIMARY KEY (employer, band, board, id)
) WITHOUT ROWID;
CREATE INDEX bands_of ON bands (id);
CREATE TABLE pairs (a TEXT, b TEXT, similarity REAL, PRIMARY KEY (a, b)) WITHOUT ROWID;
"""
"""Every pair stands in `pairs` in both directions."""


class NearDuplicates:
    """The index of one store's active jobs, in the file at `path`. Raises Unavailable as any database does."""

    def __init__(self, path: Path) -> None:
        self._db = Database(path)
        with self._db.write() as write:
            (version,) = write.execute("PRAGMA user_version").fetchone()
            if version != _FORMAT:
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    write.execute(statement)
                write.execute(f"PRAGMA user_version = {_FORMAT}")

    def close(self) -> None:
        self._db.close()

    def follow(self, store: Store) -> int:
        """Take in what the log holds beyond the last time, and mark; how many positions were looked at."""
        looked = 0
        find_employer = lru_cache(4_096)(lambda company_id: _key_of(store, company_id))
        while rows := store.tail(self._place(), PORTION):
            boards = store.board_keys([row.id for row in rows])
            touched: set[str] = set()
            with self._db.write() as write:
                for row in rows:
                    touched |= _forget(write, row.id) | {row.id}
                    board = boards.get(row.id)
                    if row.body is not None and board:
                        touched |= _take(write, row, board, find_employer(row.company_id))
                for job_id in sorted(touched):  # before the place moves: a crash between the two marks again
                    put_near_duplicates(store, job_id, _list_marks(write, job_id))
                write.execute("UPDATE place SET seq = ?", (rows[-1].seq,))
            looked += len(rows)
        return looked

    def pairs(self) -> Iterator[tuple[str, list[NearDuplicate]]]:
        """(job id, its marks) of all that have any, by id."""
        with self._db.snapshot() as read:
            for (job_id,) in read.execute("SELECT DISTINCT a FROM pairs ORDER BY a").fetchall():
                yield job_id, _list_marks(read, job_id)

    def _place(self) -> int:
        with self._db.read() as read:
            (seq,) = read.execute("SELECT seq FROM place").fetchone()
        return int(seq)


def _key_of(store: Store, company_id: str) -> str:
    """What two boards of one employer have in common: its name, without legal form and punctuation."""
    company = store.get_company(company_id)
    words = _LEGAL_FORM.sub(" ", company.name.lower().replace(".", "")) if company else ""
    return re.sub(r"[\W_]+", "", words) or company_id


def _forget(write: sqlite3.Connection, job_id: str) -> set[str]:
    """Take a job out; the ids of those that were like it."""
    marks = {other for (other,) in write.execute("SELECT b FROM pairs WHERE a = ?", (job_id,))}
    write.executemany("DELETE FROM pairs WHERE a = ? AND b = ?", [(other, job_id) for other in marks])
    for table, column in (("pairs", "a"), ("bands", "id"), ("jobs", "id")):
        write.execute(f"DELETE FROM {table} WHERE {column} = ?", (job_id,))  # noqa: S608 - names of ours
    return marks


def _take(write: sqlite3.Connection, row: LogRow, board: str, employer: str) -> set[str]:
    """Put a job in; the ids of those that are like it."""
    record: dict[str, Any] = msgspec.json.decode((row.body or b"") + b"null}")
    title, signed = str(record["title"]), signature(str(record["description"]))
    if not signed:
        return set()
    numbers = bands(signed)
    near: set[str] = set()
    for number in numbers:
        for side, order in (("<", "DESC"), (">", "ASC")):
            sql = (
                f"SELECT id FROM bands WHERE employer = ? AND band = ? AND board {side} ?"  # noqa: S608
                f" ORDER BY board {order} LIMIT ?"
            )
            near.update(other for (other,) in write.execute(sql, (employer, number, board, MOST_COMPARED)))
    found = {other: value for other in near if (value := _compare(write, other, title, signed))}
    for other, value in found.items():
        write.executemany("INSERT INTO pairs VALUES (?, ?, ?)", [(row.id, other, value), (other, row.id, value)])
    write.execute("INSERT INTO jobs VALUES (?, ?, ?, ?)", (row.id, board, title, signed))
    write.executemany(
        "INSERT OR IGNORE INTO bands VALUES (?, ?, ?, ?)", [(employer, n, board, row.id) for n in numbers]
    )
    return set(found)


def _compare(write: sqlite3.Connection, other: str, title: str, signed: bytes) -> float:
    """Similarity of the texts; 0 where texts or titles are too different."""
    other_title, other_signed = write.execute("SELECT title, signed FROM jobs WHERE id = ?", (other,)).fetchone()
    value = similarity(signed, other_signed)
    alike = share_of_words(title_words(title), title_words(other_title))
    return value if value >= SAME and alike >= SAME_TITLE else 0.0


def _list_marks(read: sqlite3.Connection, job_id: str) -> list[NearDuplicate]:
    sql = (
        "SELECT j.id, j.board, j.title, p.similarity FROM pairs p JOIN jobs j ON j.id = p.b"
        " WHERE p.a = ? ORDER BY p.similarity DESC, j.id LIMIT ?"
    )
    return [NearDuplicate(*row) for row in read.execute(sql, (job_id, MOST_MARKS))]
