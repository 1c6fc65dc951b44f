"""The event loop of the API: uvloop, but it accepts all waiting connections at once instead of one a round.

Under load a round takes tens of milliseconds. With one connection a round the others wait in the kernel for
seconds, where nobody refuses them.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from typing import Any

try:
    from uvloop import Loop
except ImportError:  # where there is no uvloop; asyncio's own loops accept all at once
    from asyncio import SelectorEventLoop as Loop  # type: ignore[assignment]

AT_ONCE = 256
"""Connections that are accepted in one round."""
PAUSE_S = 0.5
"""After the system had no descriptor for another one."""
Factory = Callable[[], asyncio.BaseProtocol]


def make_loop() -> asyncio.AbstractEventLoop:
    """For `uvicorn.Config(loop="jobwire.api.loop:make_loop")`."""
    return AcceptingLoop() if Loop.__module__.startswith("uvloop") else Loop()


class AcceptingLoop(Loop):
    """uvloop whose servers accept in batches."""

    async def create_server(self, protocol_factory: Factory, *args: Any, **options: Any) -> Any:
        server = await super().create_server(protocol_factory, *args, **options)
        if options.get("ssl"):
            return server
        return AcceptingServer(self, server, protocol_factory)


class AcceptingServer:
    """uvloop's server with a second ear at each of its sockets."""

    def __init__(self, loop: AcceptingLoop, server: Any, factory: Factory) -> None:
        self._loop = loop
        self._server = server
        self._factory = factory
        self._tasks: set[asyncio.Task[None]] = set()
        self._ears = [socket.socket(fileno=os.dup(listener.fileno())) for listener in server.sockets]
        for ear in self._ears:
            self._listen(ear)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._server, name)

    def close(self) -> None:
        for ear in self._ears:
            self._loop.remove_reader(ear)
            ear.close()
        self._ears.clear()
        self._server.close()

    def _listen(self, ear: socket.socket) -> None:
        if ear in self._ears:
            self._loop.add_reader(ear, self._accept, ear)

    def _accept(self, ear: socket.socket) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, _ = ear.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError:
                self._loop.remove_reader(ear)
                self._loop.call_later(PAUSE_S, self._listen, ear)
                return
            connection.setblocking(False)
            task = self._loop.create_task(self._take(connection))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _take(self, connection: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._factory, connection)
        except OSError:
            connection.close()  # it went away meanwhile
