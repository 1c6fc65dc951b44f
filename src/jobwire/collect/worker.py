"""Keeps visiting boards that are due, several at once, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import msgspec

from jobwire.collect.fetch import Fetch
from jobwire.collect.moves import follow_move
from jobwire.collect.protocol import Request, Response
from jobwire.collect.visit import Progress, Rules, visit_board
from jobwire.errors import JobwireError
from jobwire.model.visit import Outcome, Visit
from jobwire.store.base import REMOVALS_KEPT, BoardState, Store
from jobwire.store.upkeep import purge_sometimes

LEASE = timedelta(minutes=30)
"""A worker that dies gives its boards back after this; one that lives renews it while it asks."""


class WorkerOptions(msgspec.Struct, frozen=True, kw_only=True):
    parallel: int = 8
    """Boards visited at the same time by one process."""
    idle_s: float = 5.0
    """Pause when nothing is due."""
    removals_kept: timedelta = REMOVALS_KEPT
    """Older removals are dropped: a deployment whose API reads a replica has nobody else to do it."""


OnVisit = Callable[[Visit], None]
OnError = Callable[[BoardState, JobwireError], None]


class Leased:
    """Fetches for one visit, and keeps its board leased however long that takes."""

    def __init__(self, store: Store, key: str, fetch: Fetch, clock: Callable[[], datetime]) -> None:
        self._store, self._key, self._fetch, self._clock = store, key, fetch, clock
        self._renew_at = clock() + LEASE / 3

    async def __call__(self, request: Request) -> Response:
        now = self._clock()
        if now >= self._renew_at:
            self._renew_at = now + LEASE / 3
            await asyncio.to_thread(self._store.renew_lease, self._key, now + LEASE)
        return await self._fetch(request)


async def collect_due(
    store: Store,
    fetch: Fetch,
    clock: Callable[[], datetime],
    *,
    rules: Rules | None = None,
    options: WorkerOptions | None = None,
    on_visit: OnVisit | None = None,
    on_error: OnError | None = None,
    progress: Progress | None = None,
    stop: asyncio.Event | None = None,
) -> int:
    """Visit every board that is due now, each once. Returns how many were visited."""
    options = options or WorkerOptions()
    stop = stop or asyncio.Event()
    await asyncio.to_thread(purge_sometimes, store, clock(), options.removals_kept)
    visited = 0
    done: set[str] = set()

    async def one(state: BoardState) -> None:
        try:
            leased = Leased(store, state.board.key, fetch, clock)
            visit = await visit_board(store, state, leased, clock, rules, progress)
            if visit.outcome in (Outcome.GONE, Outcome.EMPTY):
                await follow_move(store, state.board.key, fetch, clock)
        except JobwireError as error:  # the store's: this board is tried again when its lease ends
            if on_error:
                on_error(state, error)
            return
        finally:
            with contextlib.suppress(JobwireError):
                await asyncio.to_thread(store.release_board, state.board.key)
        if on_visit:
            on_visit(visit)

    running: set[asyncio.Task[None]] = set()
    while not stop.is_set():
        free = options.parallel - len(running)
        claimed = await asyncio.to_thread(store.claim_boards, clock(), free, LEASE) if free else []
        fresh = [state for state in claimed if state.board.key not in done]
        for state in fresh:
            done.add(state.board.key)
            visited += 1
            running.add(asyncio.create_task(one(state)))
        if not running:
            break
        finished, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        _raise_errors(finished)
    if running:
        finished, _ = await asyncio.wait(running)
        _raise_errors(finished)
    return visited


async def collect_forever(
    store: Store,
    fetch: Fetch,
    clock: Callable[[], datetime],
    stop: asyncio.Event,
    *,
    rules: Rules | None = None,
    options: WorkerOptions | None = None,
    on_visit: OnVisit | None = None,
    on_error: OnError | None = None,
) -> None:
    """`collect_due` again and again. A store that does not answer is waited for."""
    options = options or WorkerOptions()
    while not stop.is_set():
        with contextlib.suppress(JobwireError):
            await collect_due(
                store,
                fetch,
                clock,
                rules=rules,
                options=options,
                on_visit=on_visit,
                on_error=on_error,
                stop=stop,
            )
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), options.idle_s)


def _raise_errors(tasks: Iterable[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.result()
