"""Watches the head of the log for callers who wait for something to happen: one cheap look for all of them."""

from __future__ import annotations

import asyncio
import time

from jobwire.errors import Unavailable
from jobwire.store.base import Store


class Tail:
    """The newest seq seen, and a wait for a newer one."""

    def __init__(self, store: Store, pause_s: float) -> None:
        self._store = store
        self._pause_s = pause_s
        self._moved = asyncio.Event()
        self.seq = 0
        self.waiting = 0
        """Waits going on."""
        self.stopping = False
        """Whether the server ends: nobody is to wait for changes any more."""
        self.clock = time.monotonic

    async def watch(self) -> None:
        """Look again and again, for ever."""
        while True:
            try:
                head = await asyncio.to_thread(self._store.head)
            except Unavailable:
                head = self.seq
            if head != self.seq:
                self.seq = head
                self._wake()
            await asyncio.sleep(self._pause_s)

    def stop(self) -> None:
        """End all waits; those who waited look at `stopping`."""
        self.stopping = True
        self._wake()

    def _wake(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    async def wait(self, seq: int, timeout_s: float) -> bool:
        """Whether the log moved beyond `seq` within the time."""
        if self.seq > seq:
            return True
        self.waiting += 1
        try:
            async with asyncio.timeout(timeout_s):  # wait_for may swallow a cancellation (Python 3.11)
                await self._moved.wait()
        except TimeoutError:
            return False
        finally:
            self.waiting -= 1
        return self.seq > seq
