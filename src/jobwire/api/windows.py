"""Where rolling windows are counted: in this process, a file, PostgreSQL, or a Redis through `limits`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

import msgspec
from limits import RateLimitItemPerSecond
from limits.storage import MovingWindowSupport, storage_from_string

from jobwire.errors import ConfigError, JobwireError, Unavailable

Spans = Sequence[tuple[int, int]]
"""(most hits, seconds) of each window."""


class Window(msgspec.Struct, frozen=True):
    """A rolling window before a hit: how many it holds, and how many seconds ago the oldest came."""

    count: int = 0
    age_s: float = 0.0


class Windows(Protocol):
    """Counts hits. Safe to use from several threads; raises Unavailable when the place does not answer."""

    def take(self, name: str, spans: Spans) -> tuple[bool, list[Window]]:
        """Count one hit of `name` in all windows if none of them is full; whether it was, and the windows
        before it."""

    def trim(self) -> None:
        """Forget what no window needs any more."""

    def close(self) -> None:
        """Let go of the place."""


def open_windows(url: str) -> Windows:
    """The place that ApiOptions.rate_limits_url names. Raises ConfigError."""
    try:
        if not url:
            from jobwire.api.memory_windows import MemoryWindows

            return MemoryWindows()
        if url.startswith("file://"):
            from jobwire.api.sqlite_windows import SqliteWindows

            return SqliteWindows(url)
        if url.startswith(("postgresql://", "postgres://")):
            from jobwire.api.postgres_windows import PostgresWindows

            return PostgresWindows(url)
        return LibraryWindows(url)
    except JobwireError:
        raise
    except Exception as error:
        place = url.rpartition("@")[2]  # without a password
        raise ConfigError(f"Rate limits cannot be kept in {place!r}: {error}.") from error


class LibraryWindows:
    """A storage of `limits`: redis://... Each window is counted by itself."""

    def __init__(self, url: str) -> None:
        storage = storage_from_string(url)
        assert isinstance(storage, MovingWindowSupport)  # every storage that we document is one
        self._failures = storage.base_exceptions
        self._storage: MovingWindowSupport = storage

    def take(self, name: str, spans: Spans) -> tuple[bool, list[Window]]:
        items = [RateLimitItemPerSecond(most, seconds, name) for most, seconds in spans]
        try:
            windows = [self._look(item) for item in items]
            free = all(window.count < item.amount for window, item in zip(windows, items, strict=True))
            return free and self._hit_all(items), windows
        except self._failures as error:
            raise Unavailable(f"Rate limits cannot be counted: {error}", retry_after_s=5) from error

    def trim(self) -> None:
        """The storage does that by itself."""

    def close(self) -> None:
        """Nothing to let go of."""

    def _look(self, item: RateLimitItemPerSecond) -> Window:
        start, count = self._storage.get_moving_window(item.key_for(), item.amount, item.get_expiry())
        return Window(count, time.time() - start if count else 0.0)

    def _hit_all(self, items: list[RateLimitItemPerSecond]) -> bool:
        """False if another process took the last place of one meanwhile; each of them is counted."""
        hits = [self._storage.acquire_entry(i.key_for(), i.amount, i.get_expiry()) for i in items]
        return all(hits)
