"""Keeps visiting boards that are due, several at once, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from jobwire.collect.fetch import Fetch
from jobwire.collect.lost import is_deadly, put_off
from jobwire.collect.moves import follow_move
from jobwire.collect.near_duplicates import NearDuplicates
from jobwire.collect.visit import Progress, Rules, visit_board
from jobwire.errors import JobwireError, Locked
from jobwire.model.visit import Outcome, Visit
from jobwire.store.base import REMOVALS_KEPT, VISIT_AHEAD_AT_MOST, Store
from jobwire.store.records import BoardState
from jobwire.store.upkeep import purge_sometimes

LEASE = timedelta(minutes=2)
"""The boards of a worker that dies are another's after this; one that lives renews it four times meanwhile."""


class WorkerOptions(msgspec.Struct, frozen=True, kw_only=True):
    parallel: int = 8
    """Boards visited at the same time by one process."""
    idle_s: float = 5.0
    """Pause when nothing is due."""
    grace_s: float = 30.0
    """Visits under way may end when the worker is told to stop; those that last longer are left."""
    lease: timedelta = LEASE
    removals_kept: timedelta = REMOVALS_KEPT
    """Older removals are dropped: a deployment whose API reads a replica has nobody else to do it."""


OnVisit = Callable[[Visit], None]
OnError = Callable[[BoardState, JobwireError], None]


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
    index: NearDuplicates | None = None,
    stop: asyncio.Event | None = None,
) -> int:
    """Visit every board that is due now, each once. Returns how many were visited. Raises what the store does.

    `index`: near-duplicates of what visits published are marked meanwhile, and before it returns.
    """
    worker = _Worker(store, fetch, clock, rules, options or WorkerOptions(), on_visit, on_error, progress, index)
    await worker.run(stop or asyncio.Event(), once=True)
    return len(worker.begun)


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
    index: NearDuplicates | None = None,
) -> None:
    """Visit boards as they become due. A store that does not answer is waited for."""
    worker = _Worker(store, fetch, clock, rules, options or WorkerOptions(), on_visit, on_error, None, index)
    await worker.run(stop, once=False)


class _Worker:
    """Visits under way, and the leases that keep other workers from their boards."""

    def __init__(
        self,
        store: Store,
        fetch: Fetch,
        clock: Callable[[], datetime],
        rules: Rules | None,
        options: WorkerOptions,
        on_visit: OnVisit | None,
        on_error: OnError | None,
        progress: Progress | None,
        index: NearDuplicates | None,
    ) -> None:
        self.store, self.fetch, self.clock, self.options = store, fetch, clock, options
        self.rules = rules or Rules()
        self.on_visit, self.on_error, self.progress = on_visit, on_error, progress
        self.index, self.is_unmarked = index, True
        self.marking: set[asyncio.Task[None]] = set()
        """At most one: visits do not wait for it."""
        self.holder = uuid.uuid4().hex
        self.begun: set[str] = set()
        """Boards of a run that visits each once."""
        self.running: dict[asyncio.Task[None], str] = {}
        """Visits, and the keys of their boards."""

    async def run(self, stop: asyncio.Event, *, once: bool) -> None:
        """Until `stop` is set, or `once` nothing more is due. Cancelled, it leaves its visits where they are."""
        stopped: asyncio.Task[Any] = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                with contextlib.nullcontext() if once else contextlib.suppress(JobwireError):
                    await self._begin(once)
                if self.index and self.is_unmarked and not self.marking:
                    self.marking.add(asyncio.create_task(self._mark(self.index)))
                if once and not self.running and not self.marking:
                    break
                idle_s = None if once else self.options.idle_s
                await self._wait({*self.running, *self.marking, stopped}, idle_s, asyncio.FIRST_COMPLETED)
            if self.running:
                await self._wait({*self.running}, self.options.grace_s, asyncio.ALL_COMPLETED)
        finally:
            stopped.cancel()
            left = {*self.running, *self.marking}
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _begin(self, once: bool) -> None:
        """Visit what is due, as far as there is room."""
        await asyncio.to_thread(purge_sometimes, self.store, self.clock(), self.options.removals_kept)
        room = self.options.parallel - len(self.running)
        if not room:
            return
        farthest = max(VISIT_AHEAD_AT_MOST, self.rules.rhythm.longest * 2)
        due = await asyncio.to_thread(
            self.store.claim_boards, self.clock(), room, self.options.lease, self.holder, farthest
        )
        visiting = {key for task, key in self.running.items() if not task.done()}
        for state in due:
            key = state.board.key
            if key in visiting:  # its lease was renewed too late: now it is
                until = self.clock() + self.options.lease
                await asyncio.to_thread(self.store.release_board, key, self.holder, until)
                continue
            if once and key in self.begun:  # its visit could not be recorded
                await asyncio.to_thread(self.store.release_board, key, self.holder)
                continue
            if once:
                self.begun.add(key)
            self.running[asyncio.create_task(self._visit(state))] = key

    async def _wait(self, tasks: set[asyncio.Task[Any]], seconds: float | None, until: str) -> None:
        done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=until)
        for task in done:
            self.running.pop(task, None)
            self.marking.discard(task)
            if not task.cancelled():
                task.result()

    async def _visit(self, state: BoardState) -> None:
        """One visit. Where the store does not take it, it is anybody's turn when the lease would have ended."""
        key = state.board.key
        try:
            if is_deadly(state):
                visit = await asyncio.to_thread(
                    put_off, self.store, state, self.clock(), self.rules.rhythm, self.holder
                )
            else:
                async with self._leased(key):
                    visit = await visit_board(
                        self.store, state, self.fetch, self.clock, self.rules, self.progress, self.holder
                    )
            if visit.outcome in (Outcome.GONE, Outcome.EMPTY):
                await follow_move(self.store, key, self.fetch, self.clock)
        except JobwireError as error:
            with contextlib.suppress(JobwireError):  # the site is not asked again at once
                await asyncio.to_thread(
                    self.store.release_board, key, self.holder, self.clock() + self.options.lease
                )
            if self.on_error:
                self.on_error(state, error)
        except asyncio.CancelledError:
            with contextlib.suppress(JobwireError):
                await asyncio.to_thread(self.store.release_board, key, self.holder)
            raise
        else:
            if self.on_visit:
                self.on_visit(visit)
            if visit.new or visit.changed or visit.expired or visit.reopened:
                self.is_unmarked = True

    async def _mark(self, index: NearDuplicates) -> None:
        """Compare what was published, here and by others, with the like on other boards."""
        self.is_unmarked = False
        with contextlib.suppress(JobwireError):  # what is not marked now is marked after the next visit
            await asyncio.to_thread(index.follow, self.store)

    @contextlib.asynccontextmanager
    async def _leased(self, key: str) -> AsyncIterator[None]:
        """Keep the lease while the block runs. Raises Locked if another worker got the board meanwhile."""
        lost = False
        visit = asyncio.current_task()

        async def renew() -> None:
            nonlocal lost
            while not lost:
                await asyncio.sleep(self.options.lease.total_seconds() / 4)
                until = self.clock() + self.options.lease
                with contextlib.suppress(JobwireError):  # the store may answer again before the lease ends
                    lost = not await asyncio.to_thread(self.store.renew_lease, key, until, self.holder)
            if visit:
                visit.cancel()

        beat = asyncio.create_task(renew())
        try:
            yield
        except asyncio.CancelledError:
            if not lost:
                raise
            if visit:
                visit.uncancel()
            raise Locked(f"{key} is visited by another collector now, or no longer under watch.") from None
        finally:
            beat.cancel()
