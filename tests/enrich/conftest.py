"""Fixtures of the room: a model on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from tests.enrich.model_server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.hold.set()
    server.http.shutdown()
    server.http.server_close()
    thread.join()
