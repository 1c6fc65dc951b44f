"""What the optional model answered and how often it was asked today: one SQLite file for all processes."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, MutableMapping
from datetime import date
from pathlib import Path

FILE_NAME = "llm.db"
_WAIT_S = 30.0

_SCHEMA = """
create table if not exists answer (key text primary key, answer blob not null) without rowid;
create table if not exists call (day text primary key, calls integer not null) without rowid;
"""
_SPEND = """
insert into call (day, calls) values (:day, 1)
on conflict (day) do update set calls = calls + 1 where calls < :budget
"""


class LlmMemory(MutableMapping[str, bytes]):
    """Content hash -> answer, and the day's count. Safe for threads and for several processes."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(
            folder / FILE_NAME, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
        )
        self._db.executescript(f"pragma journal_mode = wal; {_SCHEMA}")

    def spend(self, day: date, budget: int) -> bool:
        """Take one of the `budget` calls of `day`; False where none is left."""
        if budget < 1:
            return False
        with self._lock:
            return self._db.execute(_SPEND, {"day": day.isoformat(), "budget": budget}).rowcount > 0

    def __getitem__(self, key: str) -> bytes:
        with self._lock:
            row = self._db.execute("select answer from answer where key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return bytes(row[0])

    def __setitem__(self, key: str, answer: bytes) -> None:
        with self._lock:
            self._db.execute("insert or replace into answer values (?, ?)", (key, answer))

    def __delitem__(self, key: str) -> None:
        with self._lock:
            if not self._db.execute("delete from answer where key = ?", (key,)).rowcount:
                raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        with self._lock:
            keys = self._db.execute("select key from answer order by key").fetchall()
        return (row[0] for row in keys)

    def __len__(self) -> int:
        with self._lock:
            return int(self._db.execute("select count(*) from answer").fetchone()[0])

    def close(self) -> None:
        with self._lock:
            self._db.close()
