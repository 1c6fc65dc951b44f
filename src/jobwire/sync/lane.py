"""A thread that makes calls in order: what lets the next page come in while this one is written."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, ParamSpec, TypeVar

from jobwire.sync.answers import Stopped

P = ParamSpec("P")
T = TypeVar("T")

POLL_S = 0.2
"""How soon a stop is noticed while a call is under way."""


class Lane:
    """Calls run one after another in a thread of their own. `depth` calls may wait; the next one blocks.

    The thread is a daemon: a call that hangs in the network never keeps the process from ending.
    """

    def __init__(self, name: str, depth: int = 1) -> None:
        self._calls: queue.Queue[tuple[Future[Any], Callable[[], Any]] | None] = queue.Queue(depth)
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while (item := self._calls.get()) is not None:
            future, call = item
            if self._failure is not None:
                future.set_exception(self._failure)  # nothing may follow what failed
                continue
            try:
                future.set_result(call())
            except BaseException as error:
                future.set_exception(error)

    def begin(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run in its turn; `wait` gives the answer."""
        future: Future[T] = Future()
        self._calls.put((future, lambda: call(*args, **kwargs)))
        return future

    def wait(self, stop: threading.Event, future: Future[T]) -> T:
        """The answer. Raises Stopped as soon as `stop` is set, and leaves the call behind."""
        while True:
            try:
                return future.result(timeout=POLL_S)
            except FutureTimeout:
                if future.done():
                    raise  # the call's own
            if stop.is_set():
                raise Stopped("Stopped.")

    def post(self, call: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> None:
        """Run later, in order. Raises what an earlier posted call raised; nothing runs after that one."""
        self._raise()

        def keep_failure() -> None:
            try:
                call(*args, **kwargs)
            except BaseException as error:
                self._failure = error
                raise

        self._calls.put((Future(), keep_failure))

    def drain(self, patience_s: float | None = None) -> bool:
        """Wait until all that was posted is done; raise what failed. False: not done within `patience_s`."""
        done: Future[None] = Future()
        self._calls.put((done, lambda: None))
        try:
            done.result(patience_s)
        except FutureTimeout:
            return False
        except BaseException:
            self._raise()
            raise
        self._raise()
        return True

    def close(self) -> None:
        """End after what is queued, without waiting for it."""
        self._calls.put(None)

    def _raise(self) -> None:
        if self._failure is not None:
            raise self._failure
