"""How a copy stands: its last run, how far it is behind, when it runs again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from jobwire.sync.sinks.base import Sink


class Status(msgspec.Struct, kw_only=True):
    """Times are UTC. `last` and `last_verify` are receipts as they were kept (see `Receipt.to_dict`).

    A run that found nothing new writes nothing to the database, except once a day. A target that is a file keeps
    its receipt beside itself, so `last` may be of such a run; PostgreSQL does not, so there the copy may be of a
    later time than `watermark` says, by up to a day.
    """

    sink: str
    source: str = ""
    mode: str = ""
    watermark: datetime | None = None
    lag_s: float | None = None
    """Seconds since the time that the copy is of."""
    scanning: bool = False
    """A scan was begun and not ended; the next run goes on with it."""
    next_run_at: datetime | None = None
    last: dict[str, Any] | None = None
    last_verify: dict[str, Any] | None = None

    @property
    def drift(self) -> int | None:
        """What the last `verify` found."""
        return None if self.last_verify is None else int(self.last_verify["drift"])

    def lines(self) -> list[str]:
        """For a person."""
        if self.last is None:
            return [f"{self.sink}: no run yet."]
        text = [f"{self.source} -> {self.sink} ({self.mode or 'mode not known'})"]
        if self.watermark is not None and self.lag_s is not None:
            text.append(f"as of {self.watermark:%Y-%m-%d %H:%M:%S} UTC, {_span(self.lag_s)} ago")
        jobs = self.last["jobs"]
        counts = ", ".join(
            f"{jobs[name]:,} {name}" for name in ("fetched", "new", "changed", "expired", "reopened")
        )
        text.append(f"last run {self.last['started_at']}: {self.last['outcome']}, {counts}")
        if self.last.get("error"):
            text.append(f"error: {self.last['error']}")
        if self.scanning:
            text.append("a scan is not finished: the next run goes on with it")
        if self.last_verify is not None:
            text.append(f"drift {self.drift} at {self.last_verify['started_at']}")
        if self.next_run_at is not None:
            text.append(f"next run at {self.next_run_at:%Y-%m-%d %H:%M:%S} UTC")
        return text


def read_status(sink: Sink, *, now: datetime | None = None) -> Status:
    """Reads only, and beside a run that is going on. Raises ConfigError where nothing was synced yet."""
    sink.open(read_only=True)
    try:
        checkpoint, runs = sink.load("jobs"), sink.runs(100)
    finally:
        sink.close()
    last = next((run for run in runs if run.get("kind") != "verify"), None)
    idle = sink.noted()
    if idle and last and idle["started_at"] > last["started_at"]:
        last = idle
    status = Status(sink=sink.url, last=last)
    status.last_verify = next((run for run in runs if run.get("kind") == "verify"), None)
    now = now or datetime.now(UTC)
    if last is not None and last.get("next_run_at"):
        next_run_at = datetime.fromisoformat(last["next_run_at"])
        status.next_run_at = next_run_at if next_run_at > now else None
    if checkpoint is not None:
        status.source, status.mode = checkpoint.source, checkpoint.mode
        status.watermark, status.scanning = checkpoint.watermark, checkpoint.scan is not None
    if last is idle and idle and idle.get("watermark"):
        status.watermark = datetime.fromisoformat(idle["watermark"])
    if status.watermark is not None:
        status.lag_s = max(0.0, (now - status.watermark).total_seconds())
    return status


def _span(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"
