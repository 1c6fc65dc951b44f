"""Rolling windows that several processes of one machine share: a storage for `limits` in a small SQLite file."""

from __future__ import annotations

import sqlite3
import threading
import time
from typing import Any
from urllib.parse import unquote, urlsplit

from limits.storage import MovingWindowSupport, Storage

_SCHEMA = """
CREATE TABLE IF NOT EXISTS hit (
  name TEXT NOT NULL, n INTEGER NOT NULL, at REAL NOT NULL, PRIMARY KEY (name, n)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS hit_at ON hit (name, at);
"""
_OLDEST = "SELECT n, at FROM hit WHERE name = ? AND at > ? ORDER BY at LIMIT 1"
_NEWEST = "SELECT n FROM hit WHERE name = ? ORDER BY n DESC LIMIT 1"
_TRIM_EVERY = 64
_TRIM = "DELETE FROM hit WHERE name = ? AND at <= ?"


class SharedWindows(Storage, MovingWindowSupport):
    """Hits numbered per name, so that looking and hitting cost the same however full a window is.

    The file is a counter, not a record: it needs no durability and may be deleted at any time.
    """

    STORAGE_SCHEME = ["file"]  # noqa: RUF012 - the name and type that `limits` looks for

    def __init__(self, uri: str, wrap_exceptions: bool = False, **options: Any) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(
            unquote(urlsplit(uri).path), timeout=5, isolation_level=None, check_same_thread=False
        )
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(_SCHEMA)

    @property
    def base_exceptions(self) -> type[Exception]:
        return sqlite3.Error

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Take `amount` places in the window if they are free."""
        now = time.time()
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                newest, count = self._count(key, now - expiry)
                free = count + amount <= limit
                if free:
                    rows = [(key, newest + i, now) for i in range(1, amount + 1)]
                    self._db.executemany("INSERT INTO hit VALUES (?, ?, ?)", rows)
                    if newest % _TRIM_EVERY == 0:
                        self._db.execute(_TRIM, (key, now - expiry))
            finally:
                self._db.execute("COMMIT")
        return free

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Time of the oldest hit in the window (now if none) and how many there are."""
        now = time.time()
        with self._lock:
            oldest = self._db.execute(_OLDEST, (key, now - expiry)).fetchone()
            _, count = self._count(key, now - expiry)
        return (oldest[1] if oldest else now), count

    def _count(self, key: str, since: float) -> tuple[int, int]:
        newest = self._db.execute(_NEWEST, (key,)).fetchone()
        oldest = self._db.execute(_OLDEST, (key, since)).fetchone()
        return (newest[0] if newest else 0), (newest[0] - oldest[0] + 1 if oldest else 0)

    def clear(self, key: str) -> None:
        with self._lock:
            self._db.execute("DELETE FROM hit WHERE name = ?", (key,))

    def reset(self) -> int | None:
        with self._lock:
            return self._db.execute("DELETE FROM hit").rowcount

    def check(self) -> bool:
        return True

    def get(self, key: str) -> int:
        """Fixed windows are not offered."""
        raise NotImplementedError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Fixed windows are not offered."""
        raise NotImplementedError

    def get_expiry(self, key: str) -> float:
        """Fixed windows are not offered."""
        raise NotImplementedError
