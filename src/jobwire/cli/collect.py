"""`jobwire collect`: visit the boards that are due."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import signal
import sys
from collections.abc import Coroutine
from contextlib import closing
from functools import partial
from multiprocessing.queues import SimpleQueue
from typing import Any

import click
import msgspec
from rich.progress import Progress, TaskID

from jobwire.cli.crew import Crew
from jobwire.cli.duplicates import marking
from jobwire.cli.opening import data_option, fetch_options, fetcher, now, open_store, visit_rules
from jobwire.cli.output import err, format_bytes, json_option, progress, write_json
from jobwire.cli.presence import collector_present
from jobwire.collect.worker import WorkerOptions, collect_due, collect_forever
from jobwire.errors import JobwireError
from jobwire.model.visit import Outcome, Visit
from jobwire.settings import Settings
from jobwire.store.base import Store
from jobwire.store.records import BoardState


class Totals(msgspec.Struct, kw_only=True):
    """What a run did, over all boards."""

    boards: int = 0
    troubled: int = 0
    fetched: int = 0
    new: int = 0
    changed: int = 0
    expired: int = 0
    reopened: int = 0
    requests: int = 0
    bytes: int = 0

    def add(self, visit: Visit) -> None:
        self.boards += 1
        self.troubled += visit.outcome not in (Outcome.CHANGED, Outcome.UNCHANGED, Outcome.EMPTY)
        for name in ("fetched", "new", "changed", "expired", "reopened", "requests", "bytes"):
            setattr(self, name, getattr(self, name) + getattr(visit, name))

    def join(self, other: Totals) -> None:
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def __str__(self) -> str:
        return (
            f"{self.boards} boards visited ({self.troubled} in trouble): {self.fetched} postings, "
            f"{self.new} new, {self.changed} changed, {self.expired} expired, {self.reopened} re-opened; "
            f"{self.requests} requests, {format_bytes(self.bytes)}."
        )


@click.command("collect")
@click.option("--once", is_flag=True, help="Visit what is due now, then end.")
@click.option("--now", "at_once", is_flag=True, help="With --once: visit every board, due or not.")
@click.option("--parallel", type=int, metavar="N", help="Boards at the same time. [default: 8]")
@click.option("--workers", "processes", type=click.IntRange(1, 64), default=1, help="Processes. [default: 1]")
@json_option
@fetch_options
@data_option
def collect(settings: Settings, once: bool, at_once: bool, processes: int, as_json: bool) -> None:
    """Visit the boards that are due; without --once, for ever.

    Several collectors may run on one store, on one machine or many: a board is visited by one of them at a
    time, and a host is asked at one pace by all. A process of --workers that dies is replaced, and its boards
    are visited by another within two minutes. Ctrl-C ends visits under way first (half a minute at most),
    twice: at once; what was read is kept, and the boards are free. With --once the exit code is 1 if a board was
    in trouble; `jobwire boards status` says why.
    """
    with closing(open_store(settings)) as store, collector_present(store, settings):
        if at_once:
            _make_due(store)
        if processes == 1:
            totals = asyncio.run(run_collector(store, settings, once=once, as_json=as_json))
        else:
            totals = _run_processes(settings, processes, once, as_json)
    if as_json:
        write_json(totals)
    else:
        click.echo(str(totals))
    sys.exit(1 if once and totals.troubled else 0)


def _run_processes(settings: Settings, processes: int, once: bool, as_json: bool) -> Totals:
    """Collect in several processes; Ctrl-C and SIGTERM reach each, which ends its visits first.

    One that dies is replaced. Raises ClickException where that does not help, or where a run was to end.
    They ask a host at one pace anyway; its requests side by side are divided among them.
    """
    share = msgspec.structs.replace(settings, per_host=max(settings.per_host // processes, 1))
    context = multiprocessing.get_context("spawn")
    results = context.SimpleQueue()
    make = partial(context.Process, target=_work, args=(share, once, as_json, results))
    crew = Crew(processes, make, lambda text: err.print(text, markup=False))
    crew.run()
    if crew.failed:
        raise click.ClickException("Collectors die as soon as they start; what they said stands above.")
    if once and crew.died:
        raise click.ClickException(f"{crew.died} collectors died; their boards are due again soon.")
    totals = Totals()
    while not results.empty():
        totals.join(results.get())
    return totals


def _work(settings: Settings, once: bool, as_json: bool, results: SimpleQueue[Totals]) -> None:
    """One process of several. A terminal sends Ctrl-C to each: only the first one listens, and passes it on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with closing(open_store(settings)) as store:
        results.put(asyncio.run(run_collector(store, settings, once=once, as_json=as_json)))


def _make_due(store: Store) -> None:
    for state in list(store.boards()):
        store.put_board(msgspec.structs.replace(state, next_visit_at=now()))


async def run_collector(store: Store, settings: Settings, *, once: bool, as_json: bool) -> Totals:
    """Collect until done or stopped by Ctrl-C or SIGTERM; a second one leaves the visits under way."""
    stop = asyncio.Event()
    totals = Totals()
    options = WorkerOptions(parallel=settings.parallel, removals_kept=settings.removals_kept)
    rules = visit_rules(settings, store)
    with progress() as bar, marking(settings) as index:
        show = Show(bar, totals, as_json or not err.is_terminal)
        async with fetcher(settings, shared=True) as fetch:
            if once:
                work: Coroutine[Any, Any, Any] = collect_due(
                    store,
                    fetch,
                    now,
                    rules=rules,
                    options=options,
                    on_visit=show.visit,
                    on_error=show.error,
                    progress=show.postings,
                    index=index,
                    stop=stop,
                )
            else:
                work = collect_forever(
                    store,
                    fetch,
                    now,
                    stop,
                    rules=rules,
                    options=options,
                    on_visit=show.visit,
                    on_error=show.error,
                    index=index,
                )
            await _run_until_stopped(work, stop)
    return totals


async def _run_until_stopped(work: Coroutine[Any, Any, Any], stop: asyncio.Event) -> None:
    """Run `work`: the first signal sets `stop`, the second one cancels it."""
    task = asyncio.create_task(work)

    def end() -> None:
        if stop.is_set():
            task.cancel()
        else:
            err.print("Ending: visits under way are finished first. Once more leaves them.", markup=False)
            stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, end)
    with contextlib.suppress(asyncio.CancelledError):
        await task


class Show:
    """Progress: one bar of boards, one line per visit that changed something or went wrong."""

    def __init__(self, bar: Progress, totals: Totals, plain: bool) -> None:
        self._bar, self._totals, self._plain = bar, totals, plain
        self._task: TaskID = bar.add_task("Boards visited", total=None, note="")
        self._reading: dict[str, int] = {}

    def postings(self, board_key: str, count: int) -> None:
        self._reading[board_key] = count
        self._bar.update(self._task, note=f"{sum(self._reading.values())} postings in hand, {board_key}")

    def visit(self, visit: Visit) -> None:
        self._totals.add(visit)
        self._reading.pop(visit.board_key, None)
        self._bar.update(self._task, completed=self._totals.boards)
        if visit.outcome is not Outcome.UNCHANGED or visit.detail:
            err.print(
                f"{visit.board_key}: {visit.outcome.value}, {visit.fetched} postings, {visit.new} new, "
                f"{visit.changed} changed, {visit.expired} expired, {visit.reopened} re-opened. {visit.detail}",
                markup=False,
            )

    def error(self, state: BoardState, error: JobwireError) -> None:
        self._totals.boards += 1
        self._totals.troubled += 1
        self._reading.pop(state.board.key, None)
        err.print(f"{state.board.key}: the visit was not recorded: {error}", markup=False)
