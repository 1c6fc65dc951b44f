"""Stops asking a store that does not answer: open after failures in a row, tried again after a pause."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from jobwire.errors import Unavailable

FAILURES = 3
PAUSE_S = 5.0
"""Between two probes while open; the seeds promise a new try within 15 s."""


class Breaker:
    """Closed: calls pass. Open: calls are refused at once. After the pause one call passes as a probe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._probe_at = 0.0

    @property
    def open(self) -> bool:
        return self._failures >= FAILURES

    def check(self) -> None:
        """Let a call pass, or raise Unavailable."""
        with self._lock:
            if not self.open:
                return
            now = self._clock()
            if now < self._probe_at:
                raise Unavailable("The store does not answer now.", retry_after_s=PAUSE_S)
            self._probe_at = now + PAUSE_S  # this call is the probe; the next one waits for its outcome

    def succeed(self) -> None:
        """A call reached the store."""
        self._failures = 0

    def fail(self) -> None:
        """A call did not reach the store, or took too long."""
        with self._lock:
            self._failures += 1
            self._probe_at = self._clock() + PAUSE_S
