"""Rolling windows in this process: the times of a name's hits in order, so that a look is a binary search."""

from __future__ import annotations

import threading
import time
from array import array
from bisect import bisect_right

import msgspec

from jobwire.api.windows import Spans, Window

MAX_NAMES = 100_000
"""Keys and addresses counted at the same time; one more takes the place of the one first seen."""
_TRIM_EVERY = 256


class _Hits(msgspec.Struct):
    """Of one name, oldest first."""

    times: array[float]
    kept_s: int = 0
    """The longest window that was asked for."""

    def forget(self, now: float) -> None:
        """Drop what no window reaches any more."""
        del self.times[: bisect_right(self.times, now - self.kept_s)]


class MemoryWindows:
    """See `windows.Windows`. Eight bytes a hit."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: dict[str, _Hits] = {}

    def take(self, name: str, spans: Spans) -> tuple[bool, list[Window]]:
        with self._lock:
            hits = self._names.get(name) or self._add(name)
            times = hits.times
            now = max(time.time(), times[-1]) if times else time.time()
            windows = [_look(times, now, seconds) for _, seconds in spans]
            free = all(window.count < most for window, (most, _) in zip(windows, spans, strict=True))
            if free:
                times.append(now)
                hits.kept_s = max(hits.kept_s, *(seconds for _, seconds in spans))
                if len(times) % _TRIM_EVERY == 0:
                    hits.forget(now)
            return free, windows

    def trim(self) -> None:
        with self._lock:
            now = time.time()
            for name, hits in list(self._names.items()):
                hits.forget(now)
                if not hits.times:
                    del self._names[name]

    def close(self) -> None:
        """Nothing to let go of."""

    def _add(self, name: str) -> _Hits:
        if len(self._names) >= MAX_NAMES:
            del self._names[next(iter(self._names))]
        self._names[name] = hits = _Hits(array("d"))
        return hits


def _look(times: array[float], now: float, seconds: int) -> Window:
    first = bisect_right(times, now - seconds)
    count = len(times) - first
    return Window(count, now - times[first]) if count else Window()
