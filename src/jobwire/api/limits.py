"""Rate limits in rolling windows: per key and group, and per address where there is no valid key."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import msgspec

from jobwire.api.auth import Caller
from jobwire.api.windows import Spans, Window, Windows, open_windows
from jobwire.errors import RateLimited

UNLIMITED = 2**31 - 1
"""What an unlimited plan's headers say, for clients that read them as numbers."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where one window of a caller stands after this request."""

    limit: int
    seconds: int
    remaining: int
    reset_at: float

    def name(self, group: str) -> str:
        return f'"{group}-{self.seconds}s"'


class Limits:
    """Counts requests. `url` as in ApiOptions.rate_limits_url."""

    def __init__(
        self,
        url: str,
        bad_keys_per_minute: int,
        public_per_minute: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._windows = open_windows(url)
        self._refusals = ((bad_keys_per_minute, 60),)
        self._public = ((public_per_minute, 60),) if public_per_minute else ()
        self._visits = open_windows("")
        self._clock = clock

    def spend(self, caller: Caller, group: str) -> dict[str, str]:
        """Count one request; the headers that tell where the caller stands. Raises RateLimited with headers."""
        return self._spend(f"{group}/{caller.key.id}", caller.plan.limits.get(group, ()), group)

    def visit(self, address: str) -> None:
        """Count one request without a key at this process. Raises RateLimited once the address sent too many."""
        if self._public:
            self._count(self._visits, f"public/{_network(address)}", self._public, "Too many requests.")

    def refuse(self, address: str) -> None:
        """Count one refused key. Raises RateLimited once the address sent too many."""
        name = f"refused/{_network(address)}"
        self._count(self._windows, name, self._refusals, "Too many requests without a valid key.")

    def trim(self) -> None:
        """Forget what no window needs any more."""
        self._windows.trim()
        self._visits.trim()

    def close(self) -> None:
        self._windows.close()
        self._visits.close()

    def _count(self, windows: Windows, name: str, spans: Spans, message: str) -> None:
        free, (window,) = windows.take(name, spans)
        if not free:
            wait_s = max(1, math.ceil(60 - window.age_s))
            raise RateLimited(f"{message} {_say_when(wait_s)}", retry_after_s=wait_s)

    def _spend(self, name: str, spans: Spans, group: str) -> dict[str, str]:
        free, windows = self._windows.take(name, spans) if spans else (True, [])
        now = self._clock()
        standings = [_stand(*span, window, now) for span, window in zip(spans, windows, strict=True)]
        headers = describe(standings, group, now)
        if not free:
            # None is full if another process took the last place of one meanwhile.
            full = [standing for standing in standings if standing.remaining < 0] or standings
            wait_s = max(1, math.ceil(max(standing.reset_at for standing in full) - now))
            message = f"Too many requests in the group {group!r}. {_say_when(wait_s)}"
            raise Refused(message, retry_after_s=wait_s, headers=headers)
        return headers


def _stand(limit: int, seconds: int, window: Window, now: float) -> Standing:
    reset_at = now + seconds - window.age_s
    return Standing(limit=limit, seconds=seconds, remaining=limit - window.count - 1, reset_at=reset_at)


class Refused(RateLimited):
    """RateLimited that carries the caller's standing."""

    def __init__(self, message: str, *, retry_after_s: float, headers: dict[str, str]) -> None:
        super().__init__(message, retry_after_s=retry_after_s)
        self.headers = headers


def describe(standings: list[Standing], group: str, now: float) -> dict[str, str]:
    """Both families of headers. `X-RateLimit-*` show the window with the fewest requests left."""
    if not standings:
        standings = [Standing(limit=UNLIMITED, seconds=60, remaining=UNLIMITED, reset_at=now)]
    tightest = min(standings, key=lambda standing: standing.remaining)
    return {
        "X-RateLimit-Limit": str(tightest.limit),
        "X-RateLimit-Remaining": str(max(0, tightest.remaining)),
        "X-RateLimit-Reset": str(math.ceil(tightest.reset_at)),
        "X-RateLimit-Group": group,
        "RateLimit-Policy": ", ".join(f"{s.name(group)};q={s.limit};w={s.seconds}" for s in standings),
        "RateLimit": ", ".join(
            f"{s.name(group)};r={max(0, s.remaining)};t={max(0, math.ceil(s.reset_at - now))}" for s in standings
        ),
    }


def _say_when(wait_s: int) -> str:
    return f"Send the request again in {wait_s} seconds."


def _network(address: str) -> str:
    """The address, or for IPv6 the /64 that one customer usually has."""
    return ":".join(address.split(":")[:4]) if ":" in address else address
