"""The SQLite sink: one file, in WAL mode so that others read while sync writes."""

# ruff: noqa: S608  (names in statements are ours or went through `check_name`; values are always bound)

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from jobwire.errors import ConfigError, StoreMismatch
from jobwire.sync import checkpoint as checkpoints
from jobwire.sync.checkpoint import Checkpoint
from jobwire.sync.page import Removal
from jobwire.sync.rows import JobRow, LocationRow, SiteRow
from jobwire.sync.sinks.base import CompanyRow, Counts, Sink, sort_rows
from jobwire.sync.sinks.lock import FileLock
from jobwire.sync.sinks.tables import ADDED, INDEXES, JOB_COLUMNS, MAX_RUNS, SITE_COLUMNS, TABLES, VERSION, Kind
from jobwire.sync.times import find_time

TYPES: dict[Kind, str] = {"text": "TEXT", "number": "REAL", "time": "TEXT", "json": "TEXT", "count": "INTEGER"}
IDS = "(SELECT value FROM json_each(?))"
CACHE_KIB = 24 * 1024
WAL_PAGES = 8192
"""Of 4 KiB: how much the log may grow before it is copied back; larger means fewer copies while backfilling."""


class SqliteSink(Sink):
    """`path` is the database file. Times are text, UTC with `Z`; JSON is text."""

    def __init__(self, path: str | Path, *, prefix: str = "", delete: bool = False) -> None:
        super().__init__(f"sqlite:///{path}", prefix=prefix, delete=delete)
        self.path = Path(path)
        self._lock = FileLock(self.path.with_name(f"{self.path.name}.{self.prefix}sync-lock"))
        self._opened: sqlite3.Connection | None = None
        self._suspecting = False

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
        if self.path.exists():
            self._check_version()

    def _check_version(self) -> None:
        try:
            with _closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)) as db:
                self._version(db)
        except sqlite3.Error as error:
            raise ConfigError(f"{self.path} is not a database that can be read: {error}.") from error

    def open(self, *, read_only: bool = False) -> None:
        if read_only:
            if not self.path.exists():
                raise ConfigError(f"There is no {self.path}.", hint="Nothing was synced to it yet.")
            self._opened = _connect(f"{self.path.absolute().as_uri()}?mode=ro")
            return
        self.check()
        self._lock.take()
        try:
            self._opened = _connect(self.path.absolute().as_uri())
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        db = self._db
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        db.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
        with self._transaction():
            had = self._version(db)
            for name, (columns, key) in TABLES.items():
                spelled = ", ".join(f"{column} {TYPES[kind]}" for column, kind in columns)
                rowid = "" if "body" in dict(columns) else " WITHOUT ROWID"
                spelled += f", PRIMARY KEY ({', '.join(key)})"
                db.execute(f"CREATE TABLE IF NOT EXISTS {self.prefix}{name} ({spelled}){rowid}")
            for version in range(had + 1, VERSION + 1):
                for table, column, kind in ADDED.get(version, ()) if had else ():
                    db.execute(f"ALTER TABLE {self.prefix}{table} ADD COLUMN {column} {TYPES[kind]}")
            if had != VERSION:
                self._put_state("tables", msgspec.json.encode({"version": VERSION}).decode())
        found = db.execute(f"SELECT EXISTS (SELECT 1 FROM {self.prefix}sync_suspects)").fetchone()
        self._suspecting = bool(found[0])

    def _version(self, db: sqlite3.Connection) -> int:
        """Of the tables that are there; 0 for none."""
        table = f"{self.prefix}sync_state"
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
            return 0
        row = db.execute(f"SELECT checkpoint FROM {table} WHERE stream = 'tables'").fetchone()
        version = int(msgspec.json.decode(row[0])["version"]) if row else 0
        if version > VERSION:
            raise StoreMismatch(f"{self.url} was written by a newer jobwire.", hint="Upgrade jobwire.")
        return version

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None
        self._lock.release()

    def load(self, stream: str) -> Checkpoint | None:
        found = self._db.execute(
            f"SELECT checkpoint FROM {self.prefix}sync_state WHERE stream = ?", (stream,)
        ).fetchone()
        return checkpoints.decode(found[0]) if found else None

    def write_jobs(self, rows: Sequence[JobRow], removals: Sequence[Removal], checkpoint: Checkpoint) -> Counts:
        p = self.prefix
        with self._transaction():
            ids = _ids([row.id for row in rows])
            known = {
                id_: (find_time(updated_at), bool(expired))
                for id_, updated_at, expired in self._db.execute(
                    f"SELECT id, updated_at, expired_at IS NOT NULL FROM {p}jobs WHERE id IN {IDS}", (ids,)
                )
            }
            page = sort_rows(rows, known)
            if page.changed:
                changed = _ids([row.id for row in page.changed])
                self._db.execute(f"DELETE FROM {p}job_locations WHERE job_id IN {IDS}", (changed,))
            written = [*page.new, *page.changed]
            self._db.executemany(self._upsert("jobs", JOB_COLUMNS), map(_job_values, written))
            self._db.executemany(
                f"INSERT INTO {p}job_locations VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _location_values(written)
            )
            if self._suspecting:
                self._db.execute(f"DELETE FROM {p}sync_suspects WHERE id IN {IDS}", (ids,))
            page.counts.expired = sum(self._expire([r.id], r.reason, r.at) for r in removals)
            self._save(checkpoint)
        return page.counts

    def write_sites(self, rows: Sequence[SiteRow], checkpoint: Checkpoint) -> Counts:
        with self._transaction():
            known = {
                id_: (find_time(updated_at), False)
                for id_, updated_at in self._db.execute(
                    f"SELECT id, updated_at FROM {self.prefix}career_sites WHERE id IN {IDS}",
                    (_ids([row.id for row in rows]),),
                )
            }
            page = sort_rows(rows, known)
            written = [*page.new, *page.changed]
            self._db.executemany(self._upsert("career_sites", SITE_COLUMNS), map(_site_values, written))
            self._save(checkpoint)
        return page.counts

    def suspect(self, ids: Sequence[str] | None, *, afresh: bool) -> None:
        suspects, jobs = f"{self.prefix}sync_suspects", f"{self.prefix}jobs"
        with self._transaction():
            if afresh and self._suspecting:
                self._db.execute(f"DELETE FROM {suspects}")
            chosen = "" if ids is None else f" AND id IN {IDS}"
            self._db.execute(
                f"INSERT OR IGNORE INTO {suspects} SELECT id FROM {jobs} WHERE expired_at IS NULL{chosen}",
                () if ids is None else (_ids(ids),),
            )
        self._suspecting = bool(self._db.execute(f"SELECT EXISTS (SELECT 1 FROM {suspects})").fetchone()[0])

    def tally(self) -> tuple[int, int]:
        suspected = self._db.execute(f"SELECT count(*) FROM {self.prefix}sync_suspects").fetchone()[0]
        if not suspected:
            return 0, 0  # counting the active rows of a large table takes a while
        active = self._db.execute(f"SELECT count(*) FROM {self.prefix}jobs WHERE expired_at IS NULL")
        return suspected, active.fetchone()[0]

    def settle(self, checkpoint: Checkpoint, reason: str, at: datetime) -> int:
        expired = 0
        with self._transaction():
            if self._suspecting and checkpoint.stream == "jobs":
                ids = [row[0] for row in self._db.execute(f"SELECT id FROM {self.prefix}sync_suspects")]
                expired = self._expire(ids, reason, at)
                self._db.execute(f"DELETE FROM {self.prefix}sync_suspects")
            self._save(checkpoint)
        self._suspecting = self._suspecting and checkpoint.stream != "jobs"
        return expired

    def expire(self, ids: Sequence[str], reason: str, at: datetime) -> int:
        with self._transaction():
            return self._expire(ids, reason, at)

    def _expire(self, ids: Sequence[str], reason: str, at: datetime | None) -> int:
        """Within a transaction."""
        p, chosen = self.prefix, _ids(ids)
        if self._suspecting:
            self._db.execute(f"DELETE FROM {p}sync_suspects WHERE id IN {IDS}", (chosen,))
        if self.delete:
            self._db.execute(f"DELETE FROM {p}job_locations WHERE job_id IN {IDS}", (chosen,))
            return self._db.execute(f"DELETE FROM {p}jobs WHERE id IN {IDS}", (chosen,)).rowcount
        return self._db.execute(
            f"UPDATE {p}jobs SET expired_at = ?, expired_reason = ? WHERE id IN {IDS} AND expired_at IS NULL",
            (_time(at or datetime.now(UTC)), reason, chosen),
        ).rowcount

    def versions(self) -> Iterator[tuple[str, datetime | None]]:
        rows = self._db.execute(
            f"SELECT id, updated_at FROM {self.prefix}jobs WHERE expired_at IS NULL ORDER BY id"
        )
        for id_, updated_at in rows:
            yield id_, find_time(updated_at)

    def record(self, run: Mapping[str, Any]) -> None:
        runs = f"{self.prefix}sync_runs"
        with self._transaction():
            self._db.execute(
                f"INSERT OR REPLACE INTO {runs} VALUES (?, ?, ?)",
                (run["id"], run["started_at"], msgspec.json.encode(run).decode()),
            )
            latest = f"SELECT id FROM {runs} ORDER BY started_at DESC LIMIT {MAX_RUNS}"
            self._db.execute(f"DELETE FROM {runs} WHERE id NOT IN ({latest})")

    def runs(self, limit: int = 10) -> list[dict[str, Any]]:
        rows = self._db.execute(
            f"SELECT receipt FROM {self.prefix}sync_runs ORDER BY started_at DESC, id DESC LIMIT ?", (limit,)
        )
        return [msgspec.json.decode(row[0]) for row in rows]

    def clear(self) -> None:
        with self._transaction():
            for name in TABLES:
                keep = " WHERE stream <> 'tables'" if name == "sync_state" else ""
                self._db.execute(f"DELETE FROM {self.prefix}{name}{keep}")
        self._suspecting = False

    def index(self) -> None:
        with self._transaction():
            for table, columns in INDEXES:
                name = f"{self.prefix}{table}_{'_'.join(columns)}"
                self._db.execute(
                    f"CREATE INDEX IF NOT EXISTS {name} ON {self.prefix}{table} ({', '.join(columns)})"
                )

    def companies_to_fetch(self, limit: int) -> list[tuple[str, str | None]]:
        p = self.prefix
        return self._db.execute(
            f"SELECT w.id, c.etag FROM ("
            f"  SELECT company_id AS id, NULL AS updated_at FROM {p}jobs WHERE expired_at IS NULL"
            f"  UNION SELECT id, updated_at FROM {p}career_sites) w LEFT JOIN {p}companies c ON c.id = w.id"
            f" WHERE w.id IS NOT NULL AND (c.id IS NULL OR c.fetched_at < w.updated_at)"
            f" GROUP BY w.id ORDER BY w.id LIMIT ?",
            (limit,),
        ).fetchall()

    def write_companies(self, rows: Iterable[CompanyRow]) -> Counts:
        counts, table = Counts(), f"{self.prefix}companies"
        with self._transaction():
            for row in rows:
                at = _time(row.fetched_at)
                if row.body is None:
                    self._db.execute(f"UPDATE {table} SET fetched_at = ? WHERE id = ?", (at, row.id))
                    counts.unchanged += 1
                    continue
                had = self._db.execute(f"SELECT 1 FROM {table} WHERE id = ?", (row.id,)).fetchone()
                counts.add(Counts(changed=1) if had else Counts(new=1))
                self._db.execute(
                    f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?, ?)",
                    (row.id, row.etag, at, row.body.decode()),
                )
        return counts

    def _save(self, checkpoint: Checkpoint) -> None:
        self._put_state(checkpoint.stream, checkpoints.encode(checkpoint))

    def _put_state(self, stream: str, text: str) -> None:
        self._db.execute(
            f"INSERT OR REPLACE INTO {self.prefix}sync_state VALUES (?, ?, ?)",
            (stream, _time(datetime.now(UTC)), text),
        )

    def _upsert(self, table: str, columns: Sequence[tuple[str, Kind]]) -> str:
        names = [name for name, _ in columns]
        update = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
        if table == "jobs":
            update += ", expired_at = NULL, expired_reason = NULL"
        # the bytes go in as they are: a Python text of them would cost a copy, of four bytes a character at worst
        marks = ", ".join("CAST(? AS TEXT)" if kind == "json" else "?" for _, kind in columns)
        return (
            f"INSERT INTO {self.prefix}{table} ({', '.join(names)}) VALUES ({marks})"
            f" ON CONFLICT (id) DO UPDATE SET {update}"
        )

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


@contextmanager
def _closing(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    try:
        yield db
    finally:
        db.close()


def _hint(error: sqlite3.Error) -> str:
    if "full" in str(error) or "I/O" in str(error):
        return "Make room on the disk and run again: it goes on where it stopped."
    return "Nothing of this page was written; run again to go on."


def _ids(ids: Iterable[str]) -> str:
    return msgspec.json.encode(list(ids)).decode()


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def _job_values(row: JobRow) -> tuple[Any, ...]:
    return (
        *row[:18],
        _time(row.created_at),
        _time(row.updated_at),
        _time(row.date_posted),
        _time(row.valid_through),
        row.body,
    )


def _site_values(row: SiteRow) -> tuple[Any, ...]:
    return (*row[:6], _time(row.discovered_at), _time(row.updated_at), row.body)


def _location_values(rows: Iterable[JobRow]) -> Iterator[tuple[str, int, *LocationRow]]:
    for row in rows:
        for position, place in enumerate(row.locations):
            yield (row.id, position, *place)
