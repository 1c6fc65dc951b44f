"""Rolling windows in a small SQLite file, for several processes of one machine."""

from __future__ import annotations

import sqlite3
import threading
import time
from urllib.parse import unquote, urlsplit

from jobwire.api.windows import Spans, Window
from jobwire.errors import Unavailable

_SCHEMA = """
CREATE TABLE IF NOT EXISTS taken (
  name TEXT NOT NULL, n INTEGER NOT NULL, at REAL NOT NULL, until REAL NOT NULL, PRIMARY KEY (name, n)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS taken_at ON taken (name, at);
"""
_OLDEST = "SELECT n, at FROM taken WHERE name = ? AND at > ? ORDER BY at LIMIT 1"
_NEWEST = "SELECT n FROM taken WHERE name = ? ORDER BY n DESC LIMIT 1"
_TRIM_EVERY = 64


class SqliteWindows:
    """Hits numbered per name, so that a look costs the same however full a window is; see `windows.Windows`.

    The file is a counter, not a record: it needs no durability and may be deleted at any time. `url`: file:///path.
    """

    def __init__(self, url: str) -> None:
        self._lock = threading.Lock()
        path = unquote(urlsplit(url).path)
        self._db = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(_SCHEMA)

    def take(self, name: str, spans: Spans) -> tuple[bool, list[Window]]:
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    return self._take(name, spans, time.time())
                finally:
                    self._db.execute("COMMIT")
            except sqlite3.Error as error:
                raise Unavailable(f"Rate limits cannot be counted: {error}", retry_after_s=5) from error

    def _take(self, name: str, spans: Spans, now: float) -> tuple[bool, list[Window]]:
        found = self._db.execute(_NEWEST, (name,)).fetchone()
        newest = found[0] if found else 0
        windows = [self._look(name, newest, now, seconds) for _, seconds in spans]
        free = all(window.count < most for window, (most, _) in zip(windows, spans, strict=True))
        if free:
            until = now + max(seconds for _, seconds in spans)
            self._db.execute("INSERT INTO taken VALUES (?, ?, ?, ?)", (name, newest + 1, now, until))
            if newest % _TRIM_EVERY == 0:
                self._db.execute(
                    "DELETE FROM taken WHERE name = ? AND until <= ? AND n <= ?", (name, now, newest)
                )
        return free, windows

    def _look(self, name: str, newest: int, now: float, seconds: int) -> Window:
        oldest = self._db.execute(_OLDEST, (name, now - seconds)).fetchone()
        return Window(newest - oldest[0] + 1, now - oldest[1]) if oldest else Window()

    def trim(self) -> None:
        with self._lock:
            self._db.execute("DELETE FROM taken WHERE until <= ?", (time.time(),))

    def close(self) -> None:
        with self._lock:
            self._db.close()
