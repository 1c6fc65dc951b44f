"""Whose turn it is at a host, and how long it wants to be left alone: kept by one process, or shared by all."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from jobwire.db.sqlite import Database

if TYPE_CHECKING:
    from jobwire.db import postgres

KEPT_S = 86_400.0
"""A host whose turn is free for so long is forgotten."""
SLACK_S = 1.0
"""A row written later than now, by more than this, is of a clock that was set back: it says nothing."""


class Pace(Protocol):
    """Hands out turns at hosts. Times in seconds. Raises Unavailable where a shared one does not answer."""

    async def take_turn(self, host: str, pause_s: float) -> float:
        """0: the turn is the caller's, the next one comes `pause_s` later. Else: ask again after so long."""

    async def rest(self, host: str, seconds: float) -> None:
        """Nobody's turn comes at `host` for so long."""

    def close(self) -> None:
        """Let go of the place."""


class LocalPace:
    """Turns of this process alone."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, most: int = 2_000) -> None:
        self._now, self._most = monotonic, most
        self._next_at: dict[str, float] = {}

    async def take_turn(self, host: str, pause_s: float) -> float:
        now = self._now()
        wait = self._next_at.get(host, now) - now
        if wait > 0:
            return wait
        if len(self._next_at) >= self._most:
            self._next_at = {name: at for name, at in self._next_at.items() if at > now}
        self._next_at[host] = now + pause_s
        return 0.0

    async def rest(self, host: str, seconds: float) -> None:
        now = self._now()
        self._next_at[host] = max(self._next_at.get(host, now), now + seconds)

    def close(self) -> None:
        """Nothing to let go of."""


_TABLE = "CREATE TABLE IF NOT EXISTS hosts (name TEXT PRIMARY KEY, next_at REAL NOT NULL, asked_at REAL NOT NULL)"
_TAKE = (
    "INSERT INTO hosts AS h (name, next_at, asked_at) VALUES (:host, :now + :pause, :now) ON CONFLICT (name)"
    " DO UPDATE SET next_at = excluded.next_at, asked_at = excluded.asked_at"
    " WHERE h.next_at <= :now OR h.asked_at > :now + :slack RETURNING 0"
)
_WAIT = "SELECT next_at - :now FROM hosts WHERE name = :host"
_REST = (
    "INSERT INTO hosts AS h (name, next_at, asked_at) VALUES (:host, :now + :rest, :now) ON CONFLICT (name)"
    " DO UPDATE SET next_at = CASE WHEN h.asked_at > :now + :slack THEN excluded.next_at"
    " ELSE max(h.next_at, excluded.next_at) END, asked_at = excluded.asked_at"
)


class _SharedPace(ABC):
    """Turns in a database, which is asked in a thread."""

    async def take_turn(self, host: str, pause_s: float) -> float:
        return await asyncio.to_thread(self._take, host, pause_s)

    async def rest(self, host: str, seconds: float) -> None:
        await asyncio.to_thread(self._rest, host, seconds)

    @abstractmethod
    def _take(self, host: str, pause_s: float) -> float: ...

    @abstractmethod
    def _rest(self, host: str, seconds: float) -> None: ...


class SqlitePace(_SharedPace):
    """Turns that the processes of one machine share through a small file, which may be deleted at any time."""

    def __init__(self, path: Path) -> None:
        self._db = Database(path)
        with self._db.write(durable=False) as write:
            write.execute(_TABLE)
            write.execute("DELETE FROM hosts WHERE next_at < ?", (time.time() - KEPT_S,))

    def close(self) -> None:
        self._db.close()

    def _take(self, host: str, pause_s: float) -> float:
        with self._db.write(durable=False) as write:
            now = time.time()  # in the transaction, which may have waited
            about = {"host": host, "now": now, "pause": pause_s, "slack": SLACK_S}
            if write.execute(_TAKE, about).fetchall():
                return 0.0
            return float(write.execute(_WAIT, about).fetchone()[0])

    def _rest(self, host: str, seconds: float) -> None:
        with self._db.write(durable=False) as write:
            write.execute(_REST, {"host": host, "now": time.time(), "rest": seconds, "slack": SLACK_S})


class PostgresPace(_SharedPace):
    """Turns that all machines share: a row a host in the store's database, by that database's clock.

    The table is the store's (migration 0004).
    """

    def __init__(self, dsn: str) -> None:
        from jobwire.db.postgres import Database

        self._db: postgres.Database = Database(dsn)
        with self._db.write(durable=False) as write:
            write.execute("DELETE FROM hosts WHERE next_at < seconds_now() - %s", (KEPT_S,))

    def close(self) -> None:
        self._db.close()

    def _take(self, host: str, pause_s: float) -> float:
        with self._db.write(durable=False) as write:
            row = write.execute("SELECT take_turn(%s, %s, %s)", (host, pause_s, SLACK_S)).fetchone()
        assert row is not None
        return float(row[0])

    def _rest(self, host: str, seconds: float) -> None:
        with self._db.write(durable=False) as write:
            write.execute("SELECT rest_host(%s, %s, %s)", (host, seconds, SLACK_S))


def open_pace(store_url: str, folder: Path) -> Pace:
    """What the collectors of a store share: its PostgreSQL, or a file in `folder` beside the SQLite store."""
    if store_url.startswith(("postgresql://", "postgres://")):
        return PostgresPace(store_url)
    return SqlitePace(folder / "hosts.db")
