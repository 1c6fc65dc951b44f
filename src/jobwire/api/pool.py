"""The bounded thread pool in which the store is asked; beyond its queue, requests are refused at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from jobwire.api.problems import unavailable

T = TypeVar("T")


class Pool:
    """At most `threads` calls at work and `queue` waiting."""

    def __init__(self, threads: int, queue: int) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="api")
        self._most = threads + queue
        self.pending = 0

    @property
    def full(self) -> bool:
        """Whether one more call would be refused."""
        return self.pending >= self._most

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """What `work` returns, computed in a thread. To be called from the event loop's thread only.

        Raises Problem 503 at once when the queue is full.
        """
        if self.full:
            raise unavailable("The server is busy.")
        self.pending += 1
        loop = asyncio.get_running_loop()
        future = self._executor.submit(work)
        future.add_done_callback(lambda _: _call_soon(loop, self._leave))
        return future

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _leave(self) -> None:
        self.pending -= 1


def _call_soon(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(function)
