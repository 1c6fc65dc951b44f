"""All that endpoints work with, built once per process, and the upkeep that runs beside them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog

from jobwire.api.addresses import Addresses
from jobwire.api.auth import Auth
from jobwire.api.breaker import Breaker
from jobwire.api.call import Call
from jobwire.api.console.overview import Console
from jobwire.api.embedding import Companies
from jobwire.api.limits import Limits
from jobwire.api.memory import give_memory_back, settle_down
from jobwire.api.metering import Charge, Metering
from jobwire.api.metrics import Metrics
from jobwire.api.options import ApiOptions
from jobwire.api.pieces import Pieces
from jobwire.api.pool import Pool
from jobwire.api.problems import unavailable
from jobwire.api.sandbox import Sandbox
from jobwire.api.tail import Tail
from jobwire.errors import JobwireError, Unavailable
from jobwire.store.accounts import Accounts
from jobwire.store.base import Store
from jobwire.store.filter_index import FilterIndex
from jobwire.store.search.follow import SearchIndex
from jobwire.store.search.open import open_engine
from jobwire.store.upkeep import purge_sometimes

T = TypeVar("T")
UPKEEP_S = 10.0
STALE_EVERY = 6
"""Rounds of upkeep between two looks for stale holds."""
TRIM_EVERY = 360
"""Rounds of upkeep between two times that rate limits forget what is over."""
WAY_S = 0.5
"""Longest wait of the search index for requests, after each of its batches."""
QUIET_S = 0.05
"""After a request for so long, the next one of a scan is expected."""
FEW = 2_000
"""Positions that the search index reads without making way for anybody."""
REPORT_FROM = 20_000
"""Positions that the search index is behind, from which on that is logged."""
log = structlog.get_logger("jobwire.api")


class Server:
    """The parts, by name."""

    def __init__(self, store: Store, accounts: Accounts, options: ApiOptions) -> None:
        self.store = store
        self.accounts = accounts
        self.options = options
        self.clock = options.clock
        self.pool = Pool(options.threads, options.queue)
        self.breaker = Breaker()
        self.auth = Auth(accounts, options.clock, options.key_ttl_s)
        self.limits = Limits(options.rate_limits_url, options.bad_keys_per_minute, options.public_per_minute)
        self.metering = Metering(accounts, options.hold_age)
        self.companies = Companies(store)
        folder = Path(options.page_file_dir) if options.page_file_dir else None
        self.addresses = Addresses()
        self.pieces = Pieces(store, self.companies, folder, options.page_file_bytes)
        self.index = FilterIndex(store)
        self.search = SearchIndex(store, open_engine(options.search_url))
        self.search_breaker = Breaker()
        self.sandbox = Sandbox(store, options.sandbox_rows)
        self.tail = Tail(store, options.catch_up_s)
        self.metrics = Metrics(self, options.metrics_dir)
        self.console = Console(store, options.clock)
        self.openapi = b""
        self.unsent_bytes = 0
        self._asked_at = 0.0
        self._turns = asyncio.Semaphore(options.threads)

    def charge(self, call: Call, family: str, stream: str, seqs: Sequence[int]) -> Charge:
        """See `Metering.charge`. If the answer cannot be made after all, the door gives the credits back."""
        charge = self.metering.charge(call.caller, family, stream, seqs)
        call.hold = charge.hold
        return charge

    async def ask(self, work: Callable[[], T], *, guarded: bool = True) -> T:
        """What `work` returns, from a thread, in bounded time. Raises Problem 503 if that is too slow.

        `guarded`: it asks the store, so it is refused while the store is known to be away.
        """
        if guarded:
            self.breaker.check()
        self._asked_at = time.monotonic()
        future = self.pool.submit(work)
        try:
            result = await self._wait(future)
        except TimeoutError:
            self.breaker.fail()
            raise unavailable("The store takes too long to answer.") from None
        except Unavailable:
            self.breaker.fail()
            raise
        if guarded:
            self.breaker.succeed()
        return result

    async def _wait(self, future: Future[T]) -> T:
        try:
            return await asyncio.wait_for(
                asyncio.shield(asyncio.wrap_future(future)), self.options.request_timeout_s
            )
        except BaseException:
            future.add_done_callback(self._abandon)  # it may be done already: then at once
            raise

    async def ask_in_turn(self, work: Callable[[], T]) -> T:
        """The same for a request let in long ago: those that one change wakes do not refuse each other."""
        async with self._turns:
            return await self.ask(work)

    def _abandon(self, future: Future[Any]) -> None:
        """Nobody waits for this answer, or what is to become one, any more: what it holds goes back."""
        if not future.cancelled() and not future.exception():
            hold = getattr(future.result(), "hold", None)
            if hold:
                self.metering.give_back(hold)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The upkeep; the filter index is built while requests are answered without it."""
        works = (self._build(), self._follow_search(), self._keep_up(), self.tail.watch())
        upkeep = [asyncio.create_task(work) for work in works]
        try:
            yield
        finally:
            for task in upkeep:
                task.cancel()
            self.search.stop()
            await asyncio.gather(*upkeep, return_exceptions=True)
            await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self.pool.close()
        self.auth.flush_used()
        self.metering.close()
        self.limits.close()
        self.search.close()

    async def _build(self) -> None:
        await asyncio.to_thread(_guard, self.companies.warm)
        while not self.index.ready:
            await asyncio.to_thread(_guard, self.index.build)
            await asyncio.sleep(self.options.catch_up_s)
        settle_down()
        while True:
            await asyncio.to_thread(_guard, self.index.catch_up)
            await self.tail.wait(self.index.head, UPKEEP_S)

    async def _follow_search(self) -> None:
        while True:
            await asyncio.to_thread(_guard, partial(self.search.follow, self._make_way))
            await self.tail.wait(self.search.seq, UPKEEP_S)
            await asyncio.sleep(self.options.search_pause_s)

    def _make_way(self, seq: int, head: int) -> None:
        """Between two batches of the search index: requests go first, as both need the interpreter."""
        if head - seq <= FEW:  # that keeps the index up to date, and is soon done
            return
        give_memory_back()
        if head - seq > REPORT_FROM:
            log.info("search index is being built", seq=seq, head=head)
        until = time.monotonic() + WAY_S
        while time.monotonic() < min(until, self._asked_at + QUIET_S):
            time.sleep(QUIET_S / 5)

    async def _keep_up(self) -> None:
        rounds = 0
        while True:
            if rounds % STALE_EVERY == 0:
                await asyncio.to_thread(_guard, self.metering.release_stale)
                await asyncio.to_thread(_guard, self._purge)
            if rounds % TRIM_EVERY == 0:
                await asyncio.to_thread(_guard, self.limits.trim)
            await asyncio.sleep(UPKEEP_S)
            await asyncio.to_thread(_guard, self.auth.flush_used)
            await asyncio.to_thread(_guard, self.metering.flush)
            rounds += 1

    def _purge(self) -> None:
        """Drop old removals, if nobody did for a while."""
        if dropped := purge_sometimes(self.store, self.clock(), self.options.removals_kept):
            log.info("old removals dropped", count=dropped)


def _guard(work: Callable[[], object]) -> None:
    """Upkeep outlives a store that is away for a while, and our own mistakes; the next round tries again."""
    try:
        work()
    except JobwireError as error:
        log.warning("upkeep failed", error=str(error))
    except Exception as error:
        log.exception("upkeep failed", error=repr(error))
