"""A SQLite file opened properly: WAL, one writer at a time, a pool of readers, every wait bounded."""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from jobwire.db.migrate import Migration, find_pending
from jobwire.errors import ConfigError, Unavailable

WAIT_S = 5.0
"""How long a call waits for the write lock or a free reader before it raises Unavailable."""
READERS = 8
PAGE_BYTES = 16_384
"""Measured with 5.6 KB bodies: a page of 1,000 in 2.8 ms, against 4.7 ms with SQLite's 4,096."""
CHECKPOINT_PAGES = 2_000
MMAP_BYTES = 1 << 40
CACHE_KB = 8 * 1024
_SHORT_S = 0.02
"""A wait for another thread's transaction that does not count."""


class Database:
    """One SQLite file. Safe to use from several threads, and from several processes at once."""

    def __init__(self, path: str | Path, *, read_only: bool = False, wait_s: float = WAIT_S) -> None:
        self.path = Path(path).absolute()
        self.read_only = read_only
        self._wait_s = wait_s
        self._lock = threading.Lock()
        self._writers: dict[bool, sqlite3.Connection] = {}
        self._all: list[sqlite3.Connection] = []
        self._idle: queue.LifoQueue[sqlite3.Connection | None] = queue.LifoQueue()
        for _ in range(READERS):
            self._idle.put(None)
        if read_only and not self.path.exists():
            raise ConfigError(f"There is no database at {self.path}.")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with _translate():
            self._connect(durable=True).execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()

    def close(self) -> None:
        """Close every connection, also those in use."""
        with self._lock:
            self._writers.clear()
            for connection in self._all:
                connection.close()
            self._all.clear()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection for reading. Each statement sees all that was committed before it began."""
        try:
            connection = self._idle.get(timeout=self._wait_s)
        except queue.Empty:
            raise Unavailable("All database readers are busy.", retry_after_s=5) from None
        try:
            with _translate():
                connection = connection or self._connect(durable=False)
                yield connection
        finally:
            self._idle.put(connection)

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """A connection for several statements that all see the same moment."""
        with self.read() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def write(self, *, durable: bool = True, wait_s: float | None = None) -> Iterator[sqlite3.Connection]:
        """A transaction that holds the write lock from its first moment; rolled back on any error.

        Durable: on disk before the block is left. Otherwise a power cut (not a crash) may undo it, until the
        next durable transaction.
        """
        wait_s = self._wait_s if wait_s is None else wait_s
        deadline = time.monotonic() + wait_s
        if not self._lock.acquire(timeout=wait_s):
            raise Unavailable("The database is busy writing.", retry_after_s=5)
        try:
            with _translate():
                connection = self._writers.get(durable)
                if connection is None:
                    connection = self._writers[durable] = self._connect(durable=durable)
                self._begin(connection, deadline - time.monotonic())
                try:
                    yield connection
                    connection.execute("COMMIT")
                finally:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
        finally:
            self._lock.release()

    def _begin(self, connection: sqlite3.Connection, left_s: float) -> None:
        """Take the write lock. A connection waits `_wait_s` for it; to tell it otherwise costs two statements."""
        if abs(self._wait_s - left_s) < _SHORT_S:
            connection.execute("BEGIN IMMEDIATE")
            return
        connection.execute(f"PRAGMA busy_timeout = {max(1, int(left_s * 1000))}")
        try:
            connection.execute("BEGIN IMMEDIATE")
        finally:
            connection.execute(f"PRAGMA busy_timeout = {int(self._wait_s * 1000)}")

    def _enter_wal(self, connection: sqlite3.Connection) -> None:
        """While several processes make a new file at once, SQLite answers "locked" to the change of mode without
        waiting its busy timeout; so we wait ourselves."""
        deadline = time.monotonic() + self._wait_s
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def _connect(self, *, durable: bool) -> sqlite3.Connection:
        mode = "ro" if self.read_only else "rwc"
        connection = sqlite3.connect(
            f"file:{quote(str(self.path))}?mode={mode}",
            uri=True,
            timeout=self._wait_s,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        self._all.append(connection)
        if not self.read_only:
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            self._enter_wal(connection)
            connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            connection.execute(f"PRAGMA journal_size_limit = {2 * CHECKPOINT_PAGES * PAGE_BYTES}")
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        connection.execute(f"PRAGMA mmap_size = {MMAP_BYTES}")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection


def apply_migrations(database: Database, migrations: Sequence[Migration], *, migrate: bool = True) -> None:
    """Bring the schema up to date under the write lock. Raises StoreMismatch, ConfigError (not ours)."""
    with database.read() as connection:
        pending = find_pending(migrations, _applied(connection), migrate=migrate and not database.read_only)
    if not pending:
        return
    with database.write() as connection:
        for migration in find_pending(migrations, _applied(connection), migrate=True):
            for statement in _statements(migration.sql):
                connection.execute(statement)
            connection.execute(
                "INSERT INTO schema_version (version, name) VALUES (?, ?)", (migration.number, migration.mark)
            )


def _applied(connection: sqlite3.Connection) -> list[str]:
    """Marks of the migrations that made it."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return []
    if "schema_version" not in tables:
        raise ConfigError("This SQLite file belongs to another program.", hint="Name another file.")
    return [mark for (mark,) in connection.execute("SELECT name FROM schema_version ORDER BY version")]


def _statements(sql: str) -> Iterator[str]:
    """The single statements of a script (executescript would commit in between)."""
    text = ""
    for line in sql.splitlines(keepends=True):
        text += line
        if sqlite3.complete_statement(text):
            yield text
            text = ""


@contextmanager
def _translate() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if "readonly" in str(error):
            raise ConfigError("This database may only be read.") from error
        raise Unavailable(f"The database does not answer: {error}.", retry_after_s=5) from error
    except sqlite3.NotSupportedError:
        raise
    except sqlite3.ProgrammingError as error:
        if "closed database" not in str(error):
            raise
        raise Unavailable("The database was closed.") from error
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:
            raise  # a broken constraint is our mistake, not the database's state
        raise ConfigError(f"The database file is not usable: {error}.", hint="Restore a backup.") from error
