"""`jobwire sync`: keep a database equal to a feed, ours or any other of the same protocol."""

from __future__ import annotations

import http.server
import os
import re
import signal
import sys
import threading
import time
import tomllib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import msgspec
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

from jobwire.cli.output import err, json_option, write_json
from jobwire.errors import ConfigError, JobwireError
from jobwire.sync import FeedClient, Progress, Receipt, Sync, exit_code, open_sink
from jobwire.sync.engine import Options
from jobwire.sync.verify import Drift
from jobwire.sync.verify import verify as compare

LOG_EVERY_S = 10.0


class Target(msgspec.Struct, kw_only=True):
    """What flags, environment and configuration file say together."""

    source: str = ""
    key: str = ""
    sink: str = ""
    prefix: str = ""
    schema: str = ""
    delete: bool = False
    every: str = ""
    streams: tuple[str, ...] = ("jobs",)
    filters: dict[str, Any] = {}
    site_filters: dict[str, Any] = {}
    min_credits: float | None = None
    max_credits: float | None = None


def _target_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where from, where to: the same for `sync`, `sync verify` and `sync status`."""
    for option in (
        click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="TOML of settings."),
        click.option("--schema", metavar="NAME", help="Schema of the tables (PostgreSQL, DuckDB)."),
        click.option("--prefix", metavar="TEXT", help="Put before every table name."),
        click.option(
            "--to",
            "sink",
            metavar="URL",
            help="sqlite:///copy.db, postgresql://..., duckdb:///f, parquet:dir, ndjson:///f.",
        ),
        click.option(
            "--key-file", type=click.Path(path_type=Path), metavar="FILE", help="File that holds the key."
        ),
        click.option("--key", metavar="KEY", help="API key; JOBWIRE_KEY or --key-file are better kept."),
        click.option("--from", "source", metavar="URL", help="Base URL of the feed, e.g. http://127.0.0.1:8080."),
    ):
        command = option(command)
    return command


@click.group("sync", invoke_without_command=True)
@_target_options
@click.option(
    "--stream",
    "streams",
    multiple=True,
    type=click.Choice(["jobs", "career_sites", "companies"]),
    help="What to copy; repeatable. [default: jobs]",
)
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Filter at the source, e.g. sources=lever or locations=country:US,city:Austin.",
)
@click.option("--delete", is_flag=True, default=None, help="Delete expired rows instead of marking them.")
@click.option("--every", metavar="SPAN", help="Stay and run again and again: 30m, 2h.")
@click.option("--once", is_flag=True, help="Run once, whatever --every or the configuration says.")
@click.option("--full", is_flag=True, help="Compare everything, whatever was done before.")
@click.option("--rebuild", is_flag=True, help="Empty the copy and fill it again.")
@click.option("--dry-run", is_flag=True, help="Only say what it would fetch and cost.")
@click.option("--min-credits", type=float, metavar="N", help="Warn below this balance.")
@click.option("--max-credits", type=float, metavar="N", help="Spend no more than this in a run.")
@click.option("--metrics-port", type=int, metavar="N", help="With --every: Prometheus metrics on 127.0.0.1:N.")
@json_option
@click.pass_context
def sync(context: click.Context, /, **flags: Any) -> None:
    """Keep a database equal to a feed: new, changed, expired and re-opened jobs.

    A run that is killed goes on where it was; rows and place are saved in one transaction. Filters are applied
    at the source, and a job that leaves them is removed from the copy.

    \b
    jobwire sync --from http://127.0.0.1:8080 --key-file key.txt --to sqlite:///copy.db
    JOBWIRE_KEY=... jobwire sync --from URL --to postgresql://localhost/jobs --every 30m
    jobwire sync verify --from URL --to sqlite:///copy.db
    jobwire sync status --to sqlite:///copy.db

    Exit codes: 0 equal, 1 failed, 2 configuration, 3 try later, 4 key or credits, 5 another run is at it,
    6 drift (verify), 7 credit limit reached, 130 stopped.
    """
    if context.invoked_subcommand:
        context.obj = flags
        return
    target = read_target(flags)
    _end(lambda: _run(target, flags))


def _end(act: Callable[[], int]) -> None:
    """Exit with the code that a script can act on."""
    try:
        code = act()
    except JobwireError as error:
        err.print(f"Error: {error}", markup=False)
        code = exit_code(error)
    sys.exit(code)


def _run(target: Target, flags: dict[str, Any]) -> int:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    as_json = flags["as_json"]
    with _show(as_json) as report:
        job = Sync(
            FeedClient(target.source, target.key, stop=stop),
            open_sink(target.sink, prefix=target.prefix, schema=target.schema, delete=target.delete),
            options=Options(
                streams=target.streams,  # type: ignore[arg-type]
                filters=target.filters,
                site_filters=target.site_filters,
                min_credits=target.min_credits,
                max_credits=target.max_credits,
            ),
            on_progress=report,
            stop=stop,
        )
        if flags["dry_run"]:
            return _say_estimate(job, as_json)
        if target.every and not flags["once"]:
            return _stay(job, _span(target.every), flags)
        receipt = job.rebuild() if flags["rebuild"] else job.run(full=flags["full"])
    _say_receipt(receipt, as_json)
    return exit_code(receipt)


def _stay(job: Sync, interval: timedelta, flags: dict[str, Any]) -> int:
    """Daemon mode: until Ctrl-C or SIGTERM."""
    metrics = Metrics()
    if flags["metrics_port"]:
        metrics.serve(flags["metrics_port"])

    def done(receipt: Receipt) -> None:
        metrics.receipt(receipt)
        _say_receipt(receipt, flags["as_json"])

    def failed(error: JobwireError) -> None:
        metrics.failures += 1
        err.print(f"{error} Trying again.", markup=False)

    job.run_every(interval, on_receipt=done, on_error=failed)
    return 0


def _say_estimate(job: Sync, as_json: bool) -> int:
    estimate = job.estimate()
    if as_json:
        write_json(estimate)
        return 0
    since = f"since {estimate.since:%Y-%m-%d %H:%M}" if estimate.since else "from the beginning"
    known = [
        f"about {estimate.jobs:,} jobs" if estimate.jobs is not None else "an unknown number of jobs",
        f"{estimate.requests:,} requests" if estimate.requests is not None else "",
        f"up to {estimate.credits:,.2f} credits" if estimate.credits is not None else "",
        f"balance {estimate.balance:,.2f}" if estimate.balance is not None else "",
    ]
    click.echo(f"A run would read {since}: {', '.join(filter(None, known))}. Nothing was written.")
    return 0


def _say_receipt(receipt: Receipt, as_json: bool) -> None:
    if as_json:
        click.echo(receipt.to_json())
    else:
        for line in receipt.lines():
            click.echo(line)


# --- verify and status ----------------------------------------------------------------------------------


@sync.command("verify")
@_target_options
@click.option("--repair", is_flag=True, help="Mend what differs.")
@click.option("--show", type=click.IntRange(0), default=20, show_default=True, metavar="N", help="Ids to name.")
@json_option
@click.pass_context
def verify(context: click.Context, /, repair: bool, show: int, **flags: Any) -> None:
    """Compare the copy with the feed, id by id. Exit code 6: they differ.

    It reads the whole feed. A jobwire server does not charge for versions that it delivered before.
    """
    target = read_target(_over(context.obj, flags))
    _end(lambda: _verify(target, flags["as_json"], repair, show))


def _verify(target: Target, as_json: bool, repair: bool, show: int) -> int:
    sink = open_sink(target.sink, prefix=target.prefix, schema=target.schema, delete=target.delete)
    client = FeedClient(target.source, target.key)
    drift = compare(client, sink, filters=target.filters)
    if as_json:
        write_json(drift)
    else:
        _say_drift(drift, show)
    if drift.count and repair:
        receipt = Sync(client, sink, options=Options(filters=target.filters)).run(full=True)
        _say_receipt(receipt, as_json)
        return exit_code(receipt)
    return 6 if drift.count else 0


def _say_drift(drift: Drift, show: int) -> None:
    for line in drift.lines(show):
        click.echo(line)


@sync.command("status")
@_target_options
@json_option
@click.pass_context
def status(context: click.Context, /, **flags: Any) -> None:
    """The last runs of a copy: what they did, how far behind it is, when it runs again."""
    target = read_target(_over(context.obj, flags), source_needed=False)
    _end(lambda: _status(target, flags["as_json"]))


def _status(target: Target, as_json: bool) -> int:
    from jobwire.sync.status import read_status

    found = read_status(open_sink(target.sink, prefix=target.prefix, schema=target.schema))
    if as_json:
        write_json(found)
    else:
        for line in found.lines():
            click.echo(line)
    return 0


# --- settings -------------------------------------------------------------------------------------------


def _over(base: dict[str, Any], flags: dict[str, Any]) -> dict[str, Any]:
    """Flags may stand before or after the subcommand."""
    return {**base, **{name: value for name, value in flags.items() if value not in (None, ())}}


def read_target(flags: dict[str, Any], *, source_needed: bool = True) -> Target:
    """Flags over environment (JOBWIRE_FROM, JOBWIRE_KEY, JOBWIRE_TO) over file. Raises ConfigError."""
    target = _read_config(flags["config"]) if flags.get("config") else Target()
    env = os.environ
    target.source = flags["source"] or env.get("JOBWIRE_FROM") or target.source
    target.sink = flags["sink"] or env.get("JOBWIRE_TO") or target.sink
    target.key = _read_key(flags) or env.get("JOBWIRE_KEY") or target.key
    for name in ("prefix", "schema", "delete", "every", "min_credits", "max_credits"):
        if flags.get(name) is not None:
            setattr(target, name, flags[name])
    if flags.get("streams"):
        target.streams = tuple(flags["streams"])
    for text in flags.get("filters") or ():
        _add_filter(target.filters, text)
    if source_needed and not target.source:
        raise ConfigError("Which feed?", hint="Name it with --from URL (or JOBWIRE_FROM).")
    if not target.sink:
        raise ConfigError("Which database?", hint="Name it with --to URL (or JOBWIRE_TO).")
    return target


def _read_config(path: Path) -> Target:
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Target)
    except (OSError, ValueError) as error:  # a wrong type is a ValueError of msgspec
        raise ConfigError(f"{path}: {error}.", hint="See docs/sync.md for its settings.") from error


def _read_key(flags: dict[str, Any]) -> str:
    path: Path | None = flags.get("key_file")
    if not path:
        return flags.get("key") or ""
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"The key file cannot be read: {error}.") from error


_LISTS = ("sources", "work_models", "employment_types", "experience_levels", "locations")


def _add_filter(filters: dict[str, Any], text: str) -> None:
    """`sources=lever`, `is_remote=true`, `locations=country:US,city:Austin`; a list grows with each."""
    name, sign, value = text.partition("=")
    if not sign or not value:
        raise ConfigError(f"--filter {text!r} is not NAME=VALUE.")
    if name == "locations":
        parts = [part.partition(":") for part in value.split(",")]
        filters.setdefault(name, []).append({key.strip(): part.strip() for key, _, part in parts})
    elif name in _LISTS:
        filters.setdefault(name, []).extend(value.split(","))
    elif name == "is_remote":
        filters[name] = value.lower() == "true"
    else:
        raise ConfigError(f"There is no filter {name!r}.", hint=f"Known: is_remote, {', '.join(_LISTS)}.")


def _span(text: str) -> timedelta:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d)?", text.strip())
    if not found:
        raise ConfigError(f"--every {text!r} is no span.", hint="For example 30m or 2h.")
    unit = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400}[found[2] or "m"]
    return timedelta(seconds=float(found[1]) * unit)


# --- what a person or Prometheus sees meanwhile ---------------------------------------------------------


def _show(as_json: bool) -> AbstractContextManager[Callable[[Progress], None]]:
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
