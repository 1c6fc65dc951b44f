"""A crew: processes that do the same work; one that dies is started again, all are stopped together."""

from __future__ import annotations

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
_LOOK_S = 0.2


class Crew:
    """`size` processes made by `make`, which hands out one that is not started yet."""

    def __init__(self, size: int, make: Callable[[], BaseProcess], say: Callable[[str], None]) -> None:
        self._places = [_Place(make) for _ in range(size)]
        self._say = say
        self.stops = 0
        """How often it was told to end. A signal only counts here: whatever it interrupts goes on as it was."""
        self.failed = False
        self.died = 0

    def run(self) -> None:
        """Until every process has ended by itself; each Ctrl-C or SIGTERM is passed on to all of them.

        Afterwards `died` counts those that ended otherwise, and `failed` says whether the crew was given up.
        """
        with self._counting_stops():
            try:
                for place in self._places:
                    self._look_after(place)
                while taken := [place for place in self._places if place.is_taken]:
                    wait([place.process.sentinel for place in taken if place.is_running], _LOOK_S)
                    for place in taken:
                        self._look_after(place)
            finally:  # nobody stays behind where one could not be started
                for place in self._places:
                    place.tell(self.stops + 1)

    def stop(self) -> None:
        """Tell every process to end; no other one is started."""
        self.stops += 1

    def _look_after(self, place: _Place) -> None:
        if place.is_running:
            place.tell(self.stops)
        elif place.start_at is None:
            self._see_end(place, place.process.exitcode)
        elif self.stops:
            place.leave()
        elif time.monotonic() >= place.start_at:
            place.start()

    def _see_end(self, place: _Place, code: int | None) -> None:
        if code == 0 or (self.stops and code == -signal.SIGTERM):  # told to stop while it began
            place.leave()
            return
        self.died += 1
        pause_s = place.plan_again()
        if self.stops:
            place.leave()
        elif place.short_lives >= SHORT_LIVES:
            self.failed = True
            self.stop()
        else:
            self._say(f"A collector died (exit code {code}); another one starts in {pause_s:.0f} s.")

    @contextmanager
    def _counting_stops(self) -> Iterator[None]:
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
    """The last one, once one was started."""

    def __init__(self, make: Callable[[], BaseProcess]) -> None:
        self._make = make
        self._started_at = 0.0
        self._told = 0
        self.short_lives = 0
        self.start_at: float | None = 0.0
        """When a process is due to start; None where one was."""
        self.is_taken = True

    @property
    def is_running(self) -> bool:
        return self.is_taken and self.start_at is None and self.process.exitcode is None

    def start(self) -> None:
        self.process = self._make()
        self.process.start()
        self._started_at, self.start_at = time.monotonic(), None

    def tell(self, stops: int) -> None:
        """Pass on one of so many stops: two at once might reach the process as one."""
        if self.is_running and self._told < stops:
            self._told += 1
            self.process.terminate()

    def plan_again(self) -> float:
        """When the place's process died: start another one, after so many seconds."""
        now = time.monotonic()
        self.short_lives = self.short_lives + 1 if now - self._started_at < SHORT_LIFE_S else 0
        pause_s = FIRST_PAUSE_S * 2.0 ** (self.short_lives - 1) if self.short_lives else 0.0
        self.start_at = now + pause_s
        return pause_s

    def leave(self) -> None:
        self.is_taken = False
