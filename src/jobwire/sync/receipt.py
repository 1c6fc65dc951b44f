"""The receipt of a run: what came, what it did to the rows, what it cost; and the exit code it stands for."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from jobwire.errors import (
    ConfigError,
    JobwireError,
    Locked,
    NotEntitled,
    OutOfCredits,
    RetryError,
    StoreMismatch,
    Unauthorized,
)
from jobwire.sync.answers import Stopped
from jobwire.sync.sinks.base import Counts

Outcome = Literal["complete", "stopped", "limit", "failed"]
"""complete: the copy equals the feed as of the start; stopped: asked to; limit: of credits; failed: `error`."""

EXIT_OK, EXIT_FAILED, EXIT_CONFIG, EXIT_LATER, EXIT_ACCESS, EXIT_LOCKED, EXIT_DRIFT, EXIT_LIMIT = range(8)
EXIT_STOPPED = 130


class StreamReceipt(Counts, kw_only=True):
    """One stream: rows by what happened to them. `fetched` = rows that came, also those that were not written."""

    fetched: int = 0
    skipped: int = 0
    """Objects without an id, which cannot be kept."""


class Receipt(msgspec.Struct, kw_only=True):
    """One run. Times are UTC, `seconds` is wall time, `bytes` is JSON received, credits as the server says."""

    id: str
    source: str
    sink: str
    started_at: datetime
    ended_at: datetime | None = None
    outcome: Outcome = "failed"
    error: str = ""
    mode: str = ""
    """`changes` (the change log) or `feed` (the seeds' endpoints)."""
    full: bool = False
    """A full scan took place."""
    jobs: StreamReceipt = msgspec.field(default_factory=StreamReceipt)
    career_sites: StreamReceipt = msgspec.field(default_factory=StreamReceipt)
    companies: StreamReceipt = msgspec.field(default_factory=StreamReceipt)
    bytes: int = 0
    requests: int = 0
    retried: int = 0
    seconds: float = 0.0
    credits_deducted: float = 0.0
    credits_balance: float | None = None
    watermark: datetime | None = None
    """All that happened on the server before this time is here."""
    next_run_at: datetime | None = None
    notes: list[str] = msgspec.field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """For JSON: numbers, texts, lists; times as RFC 3339."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found

    def to_json(self) -> str:
        return msgspec.json.encode(self).decode()

    def lines(self) -> list[str]:
        """For a person: one fact a line."""
        text = [f"{self.outcome}: {self.source} -> {self.sink}" + (f" ({self.error})" if self.error else "")]
        for name in ("jobs", "career_sites", "companies"):
            stream: StreamReceipt = getattr(self, name)
            if name == "jobs" or stream.fetched:
                text.append(f"{name.replace('_', ' ')}: {_counted(stream)}")
        text.append(
            f"{self.bytes:,} bytes in {self.requests:,} requests ({self.retried} repeated), {self.seconds:.1f} s"
        )
        if self.credits_deducted or self.credits_balance is not None:
            balance = "unknown" if self.credits_balance is None else f"{self.credits_balance:,.10g}"
            text.append(f"credits: {self.credits_deducted:,.10g} used, balance {balance}")
        return text + [f"note: {note}" for note in self.notes]


def _counted(stream: StreamReceipt) -> str:
    names = ("fetched", "new", "changed", "unchanged", "expired", "reopened", "skipped")
    shown = [f"{getattr(stream, name):,} {name}" for name in names if name != "skipped" or stream.skipped]
    return ", ".join(shown)


def exit_code(what: Receipt | BaseException) -> int:
    """0 complete, 1 failed, 2 configuration, 3 try again later, 4 key or credits, 5 locked, 7 credit limit,
    130 stopped. (6 is drift, see `verify`.)"""
    if isinstance(what, Receipt):
        by_outcome = {"complete": EXIT_OK, "stopped": EXIT_STOPPED, "limit": EXIT_LIMIT}
        return by_outcome.get(what.outcome, EXIT_FAILED)
    if isinstance(what, RetryError):
        return EXIT_LATER
    if isinstance(what, Unauthorized | OutOfCredits | NotEntitled):
        return EXIT_ACCESS
    if isinstance(what, Locked):
        return EXIT_LOCKED
    if isinstance(what, Stopped | KeyboardInterrupt):
        return EXIT_STOPPED
    return EXIT_CONFIG if isinstance(what, ConfigError | StoreMismatch) else EXIT_FAILED


def describe(error: BaseException) -> str:
    """One line for the receipt."""
    return str(error) if isinstance(error, JobwireError) else f"{type(error).__name__}: {error}"
