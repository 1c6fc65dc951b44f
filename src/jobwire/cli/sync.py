"""`jobwire sync`: keep a database equal to a feed, ours or any other of the same protocol."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import click
import msgspec

from jobwire.cli.output import err, json_option, write_json
from jobwire.cli.sync_show import Metrics, show
from jobwire.cli.sync_target import RESCANS, Target, read_span, read_target
from jobwire.errors import JobwireError, RetryError
from jobwire.sync import FeedClient, Options, Receipt, Sync, exit_code, open_sink, read_status
from jobwire.sync.verify import Drift
from jobwire.sync.verify import verify as compare

SILENT_S = 1.0
"""Shorter waits for a server that does not answer are not worth a line."""


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
@click.option(
    "--reconcile-every",
    metavar="SPAN",
    help="How often a feed without change log is read in full to find what it never told; `never` = only where"
    " needed. Not where jobs cost credits. [default: 1d]",
)
@click.option(
    "--rescan",
    type=click.Choice(RESCANS),
    help="Read the feed in full on each run where it does not tell of edits: auto = unless that costs credits,"
    " always = in any case, never = only --full finds such edits. [default: auto]",
)
@click.option(
    "--overlap",
    metavar="SPAN",
    help="How far a run goes back behind the start of the last one, for rows that the server shows late."
    " [default: 15m]",
)
@click.option("--full", is_flag=True, help="Compare everything, content too, whatever was done before.")
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
    with show(as_json) as report:
        job = Sync(
            FeedClient(target.source, target.key, stop=stop, on_retry=_say_retry),
            open_sink(target.sink, prefix=target.prefix, schema=target.schema, delete=target.delete),
            options=target.options(),
            on_progress=report,
            stop=stop,
        )
        if flags["dry_run"]:
            return _say_estimate(job, as_json)
        if target.every and not flags["once"]:
            return _stay(job, read_span("every", target.every), flags)
        receipt = job.rebuild() if flags["rebuild"] else job.run(full=flags["full"])
    _say_receipt(receipt, as_json)
    return exit_code(receipt)


def _say_retry(error: RetryError, seconds: float) -> None:
    if seconds >= SILENT_S:
        err.print(f"{error} Asking again in {seconds:.0f} s.", markup=False)


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


def _over(base: dict[str, Any], flags: dict[str, Any]) -> dict[str, Any]:
    """Flags may stand before or after the subcommand."""
    return {**base, **{name: value for name, value in flags.items() if value not in (None, ())}}


@sync.command("verify")
@_target_options
@click.option(
    "--stream",
    "streams",
    multiple=True,
    type=click.Choice(["jobs", "career_sites"]),
    help="What to compare; repeatable. [default: what was copied]",
)
@click.option("--repair", is_flag=True, help="Mend what differs, content too.")
@click.option("--show", type=click.IntRange(0), default=20, show_default=True, metavar="N", help="Ids to name.")
@json_option
@click.pass_context
def verify(context: click.Context, /, repair: bool, show: int, **flags: Any) -> None:
    """Compare the copy with the feed, id by id: versions and content. Exit code 6: they differ.

    It reads the whole feed, and that of the career sites where they were copied. A jobwire server does not charge
    for versions that it delivered before.
    """
    flags = _over(context.obj, flags)
    target = read_target(flags)
    streams = flags.get("streams") or ("jobs", "career_sites")
    _end(lambda: _verify(target, streams, flags["as_json"], repair, show))


def _verify(target: Target, streams: Sequence[str], as_json: bool, repair: bool, show: int) -> int:
    sink = open_sink(target.sink, prefix=target.prefix, schema=target.schema, delete=target.delete)
    client = FeedClient(target.source, target.key, on_retry=_say_retry)
    drift = compare(client, sink, filters=target.filters, streams=streams)
    if as_json:
        write_json(drift)
    else:
        _say_drift(drift, show)
    if repair and (drift.count or drift.companies):
        receipt = Sync(client, sink, options=_options_of(drift, target)).run(full=True)
        _say_receipt(receipt, as_json)
        return exit_code(receipt)
    return 6 if drift.count else 0


def _options_of(drift: Drift, target: Target) -> Options:
    """For a run that mends what differs, with the filters of the copy."""
    options = msgspec.structs.replace(target.options(), streams=("jobs",), filters=drift.filters)
    if not drift.sites or not drift.sites.count:
        return options
    streams: tuple[Literal["jobs", "career_sites"], ...] = ("jobs", "career_sites")
    if drift.count == drift.sites.count and not drift.companies:
        streams = ("career_sites",)
    return msgspec.structs.replace(options, streams=streams, site_filters=drift.sites.filters)


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
    found = read_status(open_sink(target.sink, prefix=target.prefix, schema=target.schema))
    if as_json:
        write_json(found)
    else:
        for line in found.lines():
            click.echo(line)
    return 0
