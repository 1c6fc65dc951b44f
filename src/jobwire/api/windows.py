"""Where rolling windows are counted: in this process, a file, PostgreSQL or Redis."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
import structlog

from jobwire.errors import ConfigError, JobwireError, Unavailable

PAUSE_S = 5.0
"""Between two tries of a place that is away."""
log = structlog.get_logger("jobwire.api")
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
        return _open(url)
    except JobwireError:
        raise
    except ImportError as error:
        raise ConfigError(f"Rate limits in Redis need an extra: {error}.", hint="jobwire[redis]") from error
    except Exception as error:
        place = url.rpartition("@")[2]  # without a password
        raise ConfigError(f"Rate limits cannot be kept in {place!r}: {error}.") from error


def _open(url: str) -> Windows:
    from jobwire.api.memory_windows import MemoryWindows

    match url.partition("://")[0]:
        case "":
            return MemoryWindows()
        case "file":
            from jobwire.api.sqlite_windows import SqliteWindows

            return SqliteWindows(url)
        case "postgresql" | "postgres":
            from jobwire.api.postgres_windows import PostgresWindows

            return PostgresWindows(url)
        case "redis" | "rediss" | "unix":
            from jobwire.api.redis_windows import RedisWindows

            return SharedWindows(RedisWindows(url), MemoryWindows())
    raise ValueError("it is no file://, postgresql:// or redis:// address")


class SharedWindows:
    """Windows in a place that may go away, alone: then each process counts by itself until it is back.

    A counter that is away should stop neither customers nor the limits: for that time, they are those of each
    process.
    """

    def __init__(self, shared: Windows, own: Windows, clock: Callable[[], float] = time.monotonic) -> None:
        self._shared = shared
        self._own = own
        self._clock = clock
        self._again_at = 0.0

    def take(self, name: str, spans: Spans) -> tuple[bool, list[Window]]:
        if self._clock() < self._again_at:
            return self._own.take(name, spans)
        try:
            found = self._shared.take(name, spans)
        except Unavailable as error:
            if not self._again_at:
                log.warning("rate limits are counted by each process", error=str(error))
            self._again_at = self._clock() + PAUSE_S
            return self._own.take(name, spans)
        if self._again_at:
            self._again_at = 0.0
            log.info("rate limits are shared again")
        return found

    def trim(self) -> None:
        self._shared.trim()
        self._own.trim()

    def close(self) -> None:
        self._shared.close()
        self._own.close()
