"""Clients that dribble: heads, bodies and reading have their time; nobody holds a worker or memory for ever."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from jobwire.api import protocol

HEAD = b"POST /api/jobs/feed HTTP/1.1\r\nHost: x\r\nX-Api-Key: jw_live_0123456789abcdefghij\r\n"


def closed(connection: socket.socket) -> bytes:
    """What came until the server closed; a timeout is a failure."""
    received = b""
    try:
        while part := connection.recv(65_536):
            received += part
    except ConnectionResetError:
        pass
    return received


@pytest.mark.parametrize("start", [b"", b"POST /api/jobs", HEAD])
def test_a_head_that_does_not_end_is_cut_off(client: Any, monkeypatch: Any, start: bytes) -> None:
    monkeypatch.setattr(protocol, "HEAD_TIMEOUT_S", 0.2)
    with socket.create_connection(("127.0.0.1", client.port), timeout=5) as connection:
        connection.sendall(start)
        assert closed(connection) == b""
    assert client.get("/health/live").status == 200


def test_a_dribbled_head_is_cut_off_too(client: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(protocol, "HEAD_TIMEOUT_S", 0.2)
    with socket.create_connection(("127.0.0.1", client.port), timeout=5) as connection:
        with pytest.raises(OSError):
            for _ in range(100):
                connection.sendall(b"X: y\r\n" if _ else HEAD)
                time.sleep(0.02)
        connection.close()


def test_a_body_that_does_not_come_is_408(serve: Any) -> None:
    client = serve(body_timeout_s=0.2)
    with socket.create_connection(("127.0.0.1", client.port), timeout=5) as connection:
        connection.sendall(HEAD + b"Content-Length: 100\r\n\r\n{")
        answer = closed(connection)
    assert answer.startswith(b"HTTP/1.1 408 ") and b"request_timeout" in answer


def test_who_does_not_read_is_dropped_and_not_charged(world: Any, serve: Any) -> None:
    client = serve(send_timeout_s=0.3)
    world.add_plan("metered", prices={"feed": 1_000_000})
    key = world.add_key("jw_live_metered00000000000", plan="metered", credits_=1_000_000_000)
    world.publish(*range(300), description="x" * 60_000)
    head = HEAD.replace(b"jw_live_0123456789abcdefghij", key.encode())
    with socket.create_connection(("127.0.0.1", client.port), timeout=5) as connection:
        connection.sendall(head + b"Content-Length: 0\r\n\r\n")
        client.wait_for(lambda: b"jobwire_unsent_bytes 0.0" not in client.get("/metrics").data)
        client.wait_for(lambda: b"jobwire_unsent_bytes 0.0" in client.get("/metrics").data)
        client.wait_for(lambda: world.accounts.balance("account-metered") == 1_000_000_000)


def test_many_idle_connections_do_not_keep_others_out(world: Any, client: Any) -> None:
    world.publish(1)
    idle = [socket.create_connection(("127.0.0.1", client.port)) for _ in range(100)]
    for connection in idle:
        connection.sendall(HEAD)
    assert client.post("/api/jobs/feed").status == 200
    for connection in idle:
        connection.close()


def test_answers_to_slow_readers_are_bounded_together(world: Any, serve: Any) -> None:
    client = serve(unsent_bytes=1_000_000, page_file_bytes=0)
    world.publish(*range(300), description="x" * 60_000)
    with socket.create_connection(("127.0.0.1", client.port), timeout=5) as connection:
        connection.sendall(HEAD + b"Content-Length: 0\r\n\r\n")
        client.wait_for(lambda: b"jobwire_unsent_bytes 0.0" not in client.get("/metrics").data)
        busy = client.post("/api/jobs/feed")
        assert (busy.status, busy.headers["Retry-After"]) == (503, "5")
    client.wait_for(lambda: client.post("/api/jobs/feed").status == 200)
