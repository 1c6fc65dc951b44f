"""The bounded thread pool in which the store is asked; beyond its queue, requests are refused at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from jobwire.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")


class Pool:
    """At most `threads` calls at work and `queue` waiting."""

    def __init__(self, threads: int, queue: int) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="api")
        self._most = threads + queue
        self.pending = 0

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result, computed in a thread. Raises Unavailable at once when the queue is full."""
        return await asyncio.wrap_future(self.submit(function, *args, **kwargs))

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """The same as a future; to be called from the event loop's thread only."""
        if self.pending >= self._most:
            raise Unavailable("The server is busy.")
        self.pending += 1
        loop = asyncio.get_running_loop()
        future = self._executor.submit(function, *args, **kwargs)
        future.add_done_callback(lambda _: _call_soon(loop, self._leave))
        return future

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _leave(self) -> None:
        self.pending -= 1


def _call_soon(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(function)
