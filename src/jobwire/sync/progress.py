"""What a run says while it goes on, for progress bars and log lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """A page was written, or a phase began."""

    stream: Literal["jobs", "career_sites", "companies"]
    phase: Literal["scan", "sweep", "settle", "done"]
    rows: int
    """Delivered so far in this phase."""
    total: int | None
    """Expected, where the server estimates it."""
    bytes: int
    seconds: float
    """Since the run began."""
    written: int
    """New, changed and re-opened so far in this run."""
    expired: int

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds if self.seconds > 0 else 0.0

    @property
    def eta_s(self) -> float | None:
        """Seconds left, where the total is known."""
        if self.total is None or not self.rate:
            return None
        return max(0.0, (self.total - self.rows) / self.rate)


Report = Callable[[Progress], None]


def ignore(_: Progress) -> None:
    """For those who do not look."""
