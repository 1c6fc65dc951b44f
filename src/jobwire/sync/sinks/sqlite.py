"""The SQLite sink: one file, in WAL mode so that others read while sync writes."""

# ruff: noqa: S608  (see `table_sink`)

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from jobwire.errors import ConfigError
from jobwire.sync.sinks.lock import FileLock, FileNotes
from jobwire.sync.sinks.sql import SqlSink
from jobwire.sync.sinks.table_sink import Values
from jobwire.sync.sinks.tables import TABLES, Kind
from jobwire.sync.times import find_time

TIMES = {name for columns, _ in TABLES.values() for name, kind in columns if kind == "time"}
PAGE_BYTES = 16_384
"""Four times SQLite's own: two jobs of 6 to 8 KB fit without spilling over, and random leaves grow little."""
CACHE_KIB = 24 * 1024
WAL_PAGES = 2048
"""How much the log may grow before it is copied back; larger means fewer copies."""

ROWS = 200
"""In one statement: with 23 columns well under the 32,766 values that SQLite takes."""


class SqliteSink(FileNotes, SqlSink):
    """`path` is the database file. Times are text, UTC with `Z`; JSON is text.

    A file that is filled for the first time has a rollback journal, which writes a new row once; with the
    indexes it gets its write-ahead log, which writes everything twice but never keeps readers waiting.
    """

    types: ClassVar = {"text": "TEXT", "number": "REAL", "time": "TEXT", "json": "TEXT", "count": "INTEGER"}
    among: ClassVar = "IN (SELECT value FROM json_each(?))"
    spread: ClassVar = "SELECT value FROM {seen}, json_each(ids)"

    def __init__(self, path: str | Path, *, prefix: str = "", delete: bool = False) -> None:
        super().__init__(f"sqlite:///{path}", prefix=prefix, delete=delete)
        self.path = Path(path)
        self._lock = FileLock(self.path.with_name(f"{self.path.name}.{self.prefix}sync-lock"))
        self._opened: sqlite3.Connection | None = None

    @property
    def _db(self) -> sqlite3.Connection:
        if self._opened is None:
            raise ConfigError("The sink is not open.")
        return self._opened

    def check(self) -> None:
        folder = self.path.parent
        if not folder.is_dir():
            raise ConfigError(f"There is no folder {folder}.", hint="Make it, or give another path.")
        target = self.path if self.path.exists() else folder
        if not (os.access(target, os.W_OK) and os.access(folder, os.W_OK)):
            raise ConfigError(f"No right to write {target}.", hint="WAL mode also needs to write its folder.")

    def open(self, *, read_only: bool = False) -> None:
        if read_only:
            if not self.path.exists():
                raise ConfigError(f"There is no {self.path}.", hint="Nothing was synced to it yet.")
            self._opened = self._open_to_read()
            self._require_tables()
            return
        self.check()
        self._lock.take()
        try:
            self._opened = _connect(self.path.absolute().as_uri())
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _open_to_read(self) -> sqlite3.Connection:
        address = self.path.absolute().as_uri()
        if not os.access(self.path, os.W_OK):
            return _connect(f"{address}?mode=ro")
        db = _connect(f"{address}?mode=rw")  # what a killed run left in its journal must be undone first
        db.execute("PRAGMA query_only = ON")
        return db

    def _prepare(self) -> None:
        db = self._db
        db.execute(f"PRAGMA page_size = {PAGE_BYTES:d}")  # of a new file; an old one keeps its own
        try:
            db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            db.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
            if self._is_loading():
                db.execute("PRAGMA journal_mode = TRUNCATE")
            else:
                self._keep_log()
        except sqlite3.Error as error:
            raise ConfigError(f"{self.path} is not a database that can be written: {error}.") from error
        with self._transaction():
            self._migrate()

    def _is_loading(self) -> bool:
        """Is this file ours alone, and its first scan not complete?"""
        db = self._db
        if not db.execute("PRAGMA page_count").fetchone()[0]:
            return True
        has_log = db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        return not has_log and self._has_table("sync_state")

    def _keep_log(self) -> None:
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
        except sqlite3.OperationalError:
            pass  # somebody is at the file: the next scan that ends, or the next run, will do it

    def index(self) -> None:
        super().index()
        self._keep_log()

    def _spell(self, table: str, columns: Iterable[tuple[str, Kind]], key: Sequence[str]) -> str:
        small = " WITHOUT ROWID" if key and "body" not in dict(columns) else ""
        return super()._spell(table, columns, key) + small

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None
        self._lock.release()

    def interrupt(self) -> None:
        if self._opened is not None:
            self._opened.interrupt()

    def _run(self, statement: str, values: Values = ()) -> list[Any]:
        return self._db.execute(statement, values).fetchall()

    def _change(self, statement: str, values: Values = ()) -> int:
        return self._db.execute(statement, values).rowcount

    def _insert(self, table: str, names: Sequence[str], rows: Sequence[Values]) -> None:
        # many rows a statement: after each one this thread may have to wait for the others to let it go on
        marks = f"({', '.join(map(_mark, names))})"
        into = f"INSERT INTO {self._name(table)} ({', '.join(names)}) VALUES "
        values = list(_values(names, rows))
        for start in range(0, len(values), ROWS):
            some = values[start : start + ROWS]
            self._db.execute(into + ", ".join([marks] * len(some)), list(chain.from_iterable(some)))

    def _replace(self, table: str, names: Sequence[str], rows: Sequence[Values]) -> None:
        changes = ", ".join(f"{name} = {_mark(name)}" for name in names[1:])
        if table == "jobs":
            changes += ", expired_at = NULL, expired_reason = NULL"
        self._db.executemany(
            f"UPDATE {self._name(table)} SET {changes} WHERE id = ?",
            ((*values[1:], values[0]) for values in _values(names, rows)),
        )

    def _has_table(self, table: str) -> bool:
        try:
            return bool(self._run("SELECT 1 FROM sqlite_master WHERE name = ?", (self._name(table),)))
        except sqlite3.Error as error:
            raise ConfigError(f"{self.path} is not a database that can be read: {error}.") from error

    def _ids(self, ids: Sequence[str]) -> str:
        return msgspec.json.encode(list(ids)).decode()

    def _put_time(self, at: datetime | None) -> str | None:
        return None if at is None else at.isoformat().replace("+00:00", "Z")

    def _get_time(self, value: Any) -> datetime | None:
        return find_time(value)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        db = self._db
        try:
            db.execute("BEGIN IMMEDIATE")
            yield
            db.execute("COMMIT")
        except sqlite3.Error as error:
            _undo(db)
            raise ConfigError(f"{self.url}: {error}.", hint=_hint(error)) from error
        except BaseException:
            _undo(db)
            raise


def _undo(db: sqlite3.Connection) -> None:
    if db.in_transaction:
        db.execute("ROLLBACK")


def _connect(uri: str) -> sqlite3.Connection:
    try:
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=30)
    except sqlite3.Error as error:
        raise ConfigError(f"Cannot open {uri}: {error}.") from error


def _hint(error: sqlite3.Error) -> str:
    if "full" in str(error) or "I/O" in str(error):
        return "Make room on the disk and run again: it goes on where it stopped."
    return "Nothing of this page was written; run again to go on."


def _mark(name: str) -> str:
    """The bytes of a body go in as they are: a Python text of them would be a copy, up to four times as large."""
    return "CAST(? AS TEXT)" if name == "body" else "?"


def _values(names: Sequence[str], rows: Sequence[Values]) -> Iterator[Values]:
    """Rows with their times as text."""
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for i, name in enumerate(names):
        if name in TIMES:
            columns[i] = msgspec.to_builtins(columns[i])
    return zip(*columns, strict=True)
