"""Servers in threads of this process: for the demo, for `jobwire up`, for tests."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Coroutine, Iterator
from typing import Any

import uvicorn
from aiohttp import web
from starlette.types import ASGIApp

from jobwire.api.protocol import uvicorn_options
from jobwire.cli.serve import AnnouncingServer
from jobwire.errors import ConfigError


def find_port(wanted: int) -> int:
    """`wanted`, or one that is free if it is taken."""
    for port in (wanted, 0):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)) as listener:
            return int(listener.getsockname()[1])
    raise ConfigError("No port is free on 127.0.0.1.")


@contextlib.contextmanager
def serve_api(app: ASGIApp, port: int, host: str = "127.0.0.1") -> Iterator[str]:
    """The API on a port, ready when the block begins; its base URL."""
    ready = threading.Event()
    config = uvicorn.Config(app, host=host, port=port, **uvicorn_options())
    server = AnnouncingServer(config, ready.set)
    thread = threading.Thread(target=server.run, name="api")
    thread.start()
    try:
        while not ready.wait(0.05):
            if not thread.is_alive():
                raise ConfigError(f"The API could not start on port {port}.", hint="Choose another --port.")
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join()


@contextlib.contextmanager
def serve_sites(app: web.Application) -> Iterator[str]:
    """An aiohttp application on a free port of loopback; its base URL."""
    with background_loop("sites") as run:
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        run(runner.setup())
        listener = socket.create_server(("127.0.0.1", 0))
        run(web.SockSite(runner, listener).start())
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            run(runner.cleanup())


@contextlib.contextmanager
def background_loop(name: str) -> Iterator[Any]:
    """An event loop in a thread; the block gets a function that runs a coroutine there and waits for it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name=name)
    thread.start()

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    try:
        yield run
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
