"""A crew: processes that do the same work; one that dies is started again, all are stopped together."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

SHORT_LIFE_S = 10.0
"""Who dies earlier is started again after a pause that doubles each time; others at once."""
SHORT_LIVES = 5
"""In a row at one place: then something is wrong that starting again does not mend, and the crew ends."""
FIRST_PAUSE_S = 1.0
_LOOK_S = 0.5


class Crew:
    """`size` processes made by `make`, which hands out one that is not started yet."""

    def __init__(self, size: int, make: Callable[[], BaseProcess], say: Callable[[str], None]) -> None:
        self._places = [_Place(make) for _ in range(size)]
        self._say = say
        self.stopped = self.failed = False
        self.died = 0

    def run(self) -> None:
        """Until every process has ended by itself; Ctrl-C and SIGTERM are passed on to each of them.

        Afterwards `died` counts those that ended otherwise, and `failed` says whether the crew was given up.
        """
        with self._passing_on():
            for place in self._places:
                place.start()
            while alive := [place for place in self._places if place.is_taken]:
                wait([place.process.sentinel for place in alive if place.is_running], _LOOK_S)
                for place in alive:
                    self._look_after(place)

    def _look_after(self, place: _Place) -> None:
        if place.is_running:
            return
        if place.again_at is not None:
            if self.stopped:
                place.leave()
            elif time.monotonic() >= place.again_at:
                place.start()
            return
        code = place.process.exitcode
        if code == 0 or (self.stopped and code == -signal.SIGTERM):  # told to stop while it began
            place.leave()
            return
        self.died += 1
        self._replace(place, code)

    def _replace(self, place: _Place, code: int | None) -> None:
        if self.stopped:
            place.leave()
            return
        pause_s = place.plan_again()
        if place.short_lives >= SHORT_LIVES:
            self.failed = True
            place.leave()
            self.stop()
            return
        self._say(f"A collector died (exit code {code}); another one starts in {pause_s:.0f} s.")

    def stop(self) -> None:
        """Tell every process to end."""
        self.stopped = True
        for place in self._places:
            if place.is_running and place.process.pid:
                os.kill(place.process.pid, signal.SIGTERM)

    @contextmanager
    def _passing_on(self) -> Iterator[None]:
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(number, lambda *_: self.stop()) for number in numbers]
        try:
            yield
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)


class _Place:
    """One process's place in the crew."""

    process: BaseProcess

    def __init__(self, make: Callable[[], BaseProcess]) -> None:
        self._make = make
        self._started_at = 0.0
        self.short_lives = 0
        self.again_at: float | None = None
        self.is_taken = True

    @property
    def is_running(self) -> bool:
        return self.is_taken and self.again_at is None and self.process.exitcode is None

    def start(self) -> None:
        self.process = self._make()
        self.process.start()
        self._started_at, self.again_at = time.monotonic(), None

    def plan_again(self) -> float:
        """When the place's process died: start another one, after so many seconds."""
        now = time.monotonic()
        self.short_lives = self.short_lives + 1 if now - self._started_at < SHORT_LIFE_S else 0
        pause_s = FIRST_PAUSE_S * 2.0 ** (self.short_lives - 1) if self.short_lives else 0.0
        self.again_at = now + pause_s
        return pause_s

    def leave(self) -> None:
        self.is_taken = False
