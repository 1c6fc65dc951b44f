"""The addresses by which clients know this server, as far as they are worth to keep something ready for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

MOST = 2
"""Each has pieces in up to three encodings; `pieces.VIEWS` kinds are kept."""
IDLE_S = 600.0
"""An address that nobody asked by for so long makes way for another one."""


class Addresses:
    """The first few that are asked by. Whoever makes up a `Host` for each request is served all the same, but
    nothing that is ready for others has to make way for it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._asked_at: dict[str, float] = {}

    def keep(self, base_url: str) -> bool:
        """Whether pages for this address are to be kept."""
        now = self._clock()
        with self._lock:
            if base_url not in self._asked_at and len(self._asked_at) >= MOST:
                oldest = min(self._asked_at, key=self._asked_at.__getitem__)
                if now - self._asked_at[oldest] < IDLE_S:
                    return False
                del self._asked_at[oldest]
            self._asked_at[base_url] = now
            return True
