"""Rolling-window rate limits per key and group, and per address for refused keys; `limits` does the counting."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

import msgspec
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import MovingWindowSupport, storage_from_string

from jobwire.api import shared_windows  # noqa: F401 - registers the storage for file:// URLs
from jobwire.api.auth import Caller
from jobwire.errors import ConfigError, RateLimited

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

    def __init__(self, url: str, bad_keys_per_minute: int, clock: Callable[[], float] = time.time) -> None:
        try:
            storage = storage_from_string(url or "memory://")
        except Exception as error:
            raise ConfigError(f"Rate limits cannot be kept in {url!r}: {error}.") from error
        assert isinstance(storage, MovingWindowSupport)  # every storage that we document is one
        self._windows: MovingWindowSupport = storage
        self._refusals = RateLimitItemPerSecond(bad_keys_per_minute, 60)
        self._clock = clock
        self._lock = threading.Lock()

    def spend(self, caller: Caller, group: str) -> dict[str, str]:
        """Count one request; the headers that tell where the caller stands. Raises RateLimited with headers."""
        windows = caller.plan.limits.get(group, ())
        items = [RateLimitItemPerSecond(amount, seconds, group) for amount, seconds in windows]
        with self._lock:
            standings = [self._look(item, caller.key.id) for item in items]
            full = [standing for standing in standings if standing.remaining < 0]
            if not full and not self._hit_all(items, caller.key.id):
                full = standings  # another process took the last place meanwhile
        headers = describe(standings, group, self._clock())
        if full:
            wait_s = max(1, math.ceil(max(s.reset_at for s in full) - self._clock()))
            raise Refused(
                f"Too many requests in the group {group!r}. {_say_when(wait_s)}",
                retry_after_s=wait_s,
                headers=headers,
            )
        return headers

    def refuse(self, address: str) -> None:
        """Count one refused key. Raises RateLimited once the address sent too many."""
        item, who = self._refusals, _network(address)
        if not self._hit(item, who):
            wait_s = max(1, math.ceil(self._look(item, who).reset_at - self._clock()))
            message = f"Too many requests without a valid key. {_say_when(wait_s)}"
            raise RateLimited(message, retry_after_s=wait_s)

    def _hit_all(self, items: list[RateLimitItemPerSecond], who: str) -> bool:
        return all([self._hit(item, who) for item in items])  # noqa: C419 - each of them is to be counted

    def _hit(self, item: RateLimitItem, who: str) -> bool:
        return self._windows.acquire_entry(item.key_for(who), item.amount, item.get_expiry())

    def _look(self, item: RateLimitItem, who: str) -> Standing:
        seconds = item.get_expiry()
        start, count = self._windows.get_moving_window(item.key_for(who), item.amount, seconds)
        start = start if count else self._clock()
        left = item.amount - count - 1
        return Standing(limit=item.amount, seconds=seconds, remaining=left, reset_at=start + seconds)


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
