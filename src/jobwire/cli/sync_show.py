"""What a person, a log or Prometheus sees of a run of `jobwire sync`."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import (
    Progress as Bar,
)

from jobwire.cli.output import err
from jobwire.sync import Progress, Receipt

LOG_EVERY_S = 10.0


def show(as_json: bool) -> AbstractContextManager[Callable[[Progress], None]]:
    """Bars on a terminal, a line every ten seconds in a log, nothing beside JSON."""
    if as_json:
        return nullcontext(lambda _: None)
    return _Bars() if err.is_terminal else nullcontext(_LogLines())


class _Bars:
    def __init__(self) -> None:
        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}/s"),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=err,
            transient=True,
        )
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Callable[[Progress], None]:
        self._bar.start()
        return self._report

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _report(self, now: Progress) -> None:
        name = f"{now.stream.replace('_', ' ')}: {now.phase}"
        if name not in self._tasks:
            self._tasks[name] = self._bar.add_task(name, total=now.total, rate="0")
        self._bar.update(self._tasks[name], completed=now.rows, total=now.total, rate=f"{now.rate:,.0f}")


class _LogLines:
    def __init__(self) -> None:
        self._next_at = time.monotonic() + LOG_EVERY_S

    def __call__(self, now: Progress) -> None:
        if time.monotonic() < self._next_at:
            return
        self._next_at = time.monotonic() + LOG_EVERY_S
        of = f" of about {now.total:,}" if now.total else ""
        left = f", {now.eta_s:,.0f} s left" if now.eta_s else ""
        err.print(f"{now.stream}: {now.rows:,}{of} rows, {now.rate:,.0f}/s{left}", markup=False)


class Metrics:
    """Counters of the daemon in Prometheus' text form; small, so that the client needs no more packages."""

    def __init__(self) -> None:
        self.failures = 0
        self._runs = 0
        self._totals: dict[str, float] = {}
        self._last: Receipt | None = None

    def receipt(self, receipt: Receipt) -> None:
        self._runs += 1
        self._last = receipt
        for name in ("fetched", "new", "changed", "expired", "reopened"):
            self._totals[f"jobs_{name}"] = self._totals.get(f"jobs_{name}", 0) + getattr(receipt.jobs, name)
        for name in ("bytes", "requests", "retried", "credits_deducted"):
            self._totals[name] = self._totals.get(name, 0) + getattr(receipt, name)

    def render(self) -> str:
        lines = [
            _metric("runs_total", "counter", self._runs),
            _metric("failures_total", "counter", self.failures),
        ]
        lines += [_metric(f"{name}_total", "counter", value) for name, value in self._totals.items()]
        if last := self._last:
            lines.append(_metric("last_run_timestamp_seconds", "gauge", last.started_at.timestamp()))
            lines.append(_metric("last_run_seconds", "gauge", last.seconds))
            if last.credits_balance is not None:
                lines.append(_metric("credits_balance", "gauge", last.credits_balance))
            if last.watermark:
                lines.append(_metric("watermark_timestamp_seconds", "gauge", last.watermark.timestamp()))
        return "".join(lines)

    def serve(self, port: int) -> None:
        """On loopback, in a thread that ends with the process."""
        metrics = self

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = metrics.render().encode()
                self.send_response(200 if self.path == "/metrics" else 404)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
                return

        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Answer)
        threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()


def _metric(name: str, kind: str, value: float) -> str:
    return f"# TYPE jobwire_sync_{name} {kind}\njobwire_sync_{name} {value:.17g}\n"
