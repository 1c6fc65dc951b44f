"""Connections are accepted together, and no longer when the server is closed."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from jobwire.api import loop as module
from jobwire.api.loop import make_loop

MANY = 200


class Echo(asyncio.Protocol):
    """Sends back what it gets; counts its connections."""

    made = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        Echo.made += 1
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


def run(main: Any) -> None:
    Echo.made = 0
    with asyncio.Runner(loop_factory=make_loop) as runner:
        runner.run(main)


async def serve(listener: socket.socket) -> Any:
    return await asyncio.get_running_loop().create_server(Echo, sock=listener, backlog=2_048)


def test_all_that_wait_are_accepted_within_few_rounds() -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0), backlog=2_048) as listener:
            server = await serve(listener)
            clients = [socket.create_connection(listener.getsockname()) for _ in range(MANY)]
            for _ in range(10):
                await asyncio.sleep(0)
            assert Echo.made == MANY
            clients[7].sendall(b"hello")
            reader, writer = await asyncio.open_connection(sock=clients[7])
            assert await reader.read(5) == b"hello"
            writer.close()
            for client in clients:
                client.close()
            server.close()
            await server.wait_closed()

    run(main())


def test_a_closed_server_accepts_nobody() -> None:
    async def main() -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        address = listener.getsockname()
        server = await serve(listener)
        server.close()
        await server.wait_closed()
        listener.close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, timeout=5)

    run(main())


def test_without_descriptors_it_waits_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_S", 0.01)

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = await serve(listener)
            ear = Exhausted(server._ears[0])
            server._ears[0] = ear
            server._accept(ear)
            await asyncio.sleep(0.05)
            with socket.create_connection(listener.getsockname()):
                for _ in range(100):
                    await asyncio.sleep(0)
                assert Echo.made == 1
            server.close()
            await server.wait_closed()

    run(main())


class Exhausted:
    """An ear that fails once, as where a process has no descriptors left."""

    def __init__(self, ear: socket.socket) -> None:
        self._ear = ear
        self._failed = False

    def accept(self) -> Any:
        if not self._failed:
            self._failed = True
            raise OSError(24, "Too many open files")
        return self._ear.accept()

    def fileno(self) -> int:
        return self._ear.fileno()

    def close(self) -> None:
        self._ear.close()
