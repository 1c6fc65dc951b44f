"""A store that is away or slow: 503 with Retry-After, probes, recovery; overload is refused early."""

from __future__ import annotations

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from jobwire.api.breaker import FAILURES, PAUSE_S, Breaker
from jobwire.errors import Unavailable


class Switch:
    """Makes a store's method fail or hang, and lets it go again."""

    def __init__(self, monkeypatch: Any, store: Any, name: str) -> None:
        self.down = False
        self.hanging = threading.Event()
        self.hanging.set()
        self.asked = 0
        whole = getattr(store, name)

        def method(*args: Any, **kwargs: Any) -> Any:
            self.asked += 1
            self.hanging.wait(10)
            if self.down:
                raise Unavailable("The database is away.")
            return whole(*args, **kwargs)

        monkeypatch.setattr(store, name, method)


def test_it_opens_after_failures_in_a_row_and_lets_a_probe_through() -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    for _ in range(FAILURES):
        breaker.check()
        breaker.fail()
    with pytest.raises(Unavailable):
        breaker.check()
    now[0] = PAUSE_S
    breaker.check()
    with pytest.raises(Unavailable):  # only one at a time
        breaker.check()
    breaker.succeed()
    breaker.check()
    assert not breaker.open and PAUSE_S <= 15


def test_a_failure_now_and_then_does_not_open_it() -> None:
    breaker = Breaker()
    for _ in range(10):
        breaker.fail()
        breaker.succeed()
        breaker.check()


def test_a_store_that_is_away_is_503_and_soon_is_not_asked_any_more(
    world: Any, client: Any, monkeypatch: Any
) -> None:
    world.publish(1)
    switch = Switch(monkeypatch, world.store, "page")
    switch.down = True
    for _ in range(FAILURES + 3):
        reply = client.post("/api/jobs/feed")
        assert (reply.status, reply.json()["code"]) == (503, "temporarily_unavailable")
        assert reply.headers["Retry-After"] == "5"
    assert switch.asked == FAILURES
    assert client.get("/health/live").status == 200
    assert b"jobwire_breaker_open 1.0" in client.get("/metrics").data
    switch.down = False
    assert client.get("/health/ready").json()["breaker"] == "closed"  # a probe that succeeds closes it
    assert client.post("/api/jobs/feed").status == 200


def test_health_tells_the_truth(world: Any, client: Any, monkeypatch: Any) -> None:
    Switch(monkeypatch, world.store, "check").down = True
    reply = client.get("/health/ready")
    assert reply.status == 503 and reply.json()["store"] == "unavailable"


def test_a_slow_store_is_503_in_time_and_the_page_is_not_charged(
    world: Any, serve: Any, monkeypatch: Any
) -> None:
    client = serve(request_timeout_s=0.2)
    world.add_plan("metered", prices={"feed": 1_000_000})
    client.key = world.add_key("jw_live_metered00000000000", plan="metered", credits_=5_000_000)
    world.publish(1)
    switch = Switch(monkeypatch, world.accounts, "hold")
    switch.hanging.clear()
    reply = client.post("/api/jobs/feed")
    assert reply.status == 503 and reply.headers["Retry-After"] == "5"
    switch.hanging.set()
    client.wait_for(lambda: world.accounts.balance("account-metered") == 5_000_000)
    assert client.post("/api/jobs/feed").headers["X-Credits-Balance"] == "4"


def test_beyond_the_queue_requests_are_refused_at_once(world: Any, serve: Any, monkeypatch: Any) -> None:
    client = serve(threads=2, queue=2)
    switch = Switch(monkeypatch, world.store, "page")
    switch.hanging.clear()
    with ThreadPoolExecutor(12) as pool:
        answers = [pool.submit(client.post, "/api/jobs/feed") for _ in range(12)]
        client.wait_for(lambda: sum(answer.done() for answer in answers) == 8)
        refused = [answer.result() for answer in answers if answer.done()]
        assert {reply.status for reply in refused} == {503}
        switch.hanging.set()
        assert sorted(answer.result().status for answer in answers) == [200] * 4 + [503] * 8
    assert client.post("/api/jobs/feed").status == 200


POST = b"POST /api/jobs/feed HTTP/1.1\r\nHost: x\r\nX-Api-Key: k\r\n"
KEPT = [
    POST + b"Content-Length: 2\r\nAccept: */*\r\n\r\n{}",
    POST + b"content-length: 2\r\nConnection: keep-alive\r\n\r\n{}",
    POST + b"Content-Length:2\r\n\r\n{}",
    POST + b"Content-Length: 2\r\nX-Request-Id: abcdefgh\r\n\r\n{}",
    b"GET /api/jobs?q=a%20b HTTP/1.1\r\nHost: x\r\n\r\n",
    b"PUT /api/jobs/feed HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
]
CLOSED = [
    POST + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}",
    POST + b"Content-Length: 999999\r\n\r\n{}",
    POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    POST + b"Content-Length: 2\r\nX: a\r\n b\r\n\r\n{}",
]
LIVE = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"


def exchange(port: int, *parts: bytes) -> bytes:
    """All that is answered to these parts, sent one after the other's first answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        answers = b""
        for part in parts:
            connection.sendall(part)
            answers += connection.recv(4_096)
        connection.shutdown(socket.SHUT_WR)
        while part := connection.recv(65_536):
            answers += part
        return answers


@pytest.mark.parametrize("request_", KEPT)
def test_a_full_server_refuses_and_keeps_the_connection(client: Any, monkeypatch: Any, request_: bytes) -> None:
    """However much of it is parsed; and what comes behind is answered as what it is."""
    monkeypatch.setattr(client.server.pool, "_most", 0)
    answers = exchange(client.port, request_, request_, LIVE)
    first, second, third = answers.split(b"HTTP/1.1 ")[1:]
    for answer in (first, second):
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"503 ") and b"retry-after: 5" in head and b"date: " in head
        assert (b"x-request-id: abcdefgh" in head) == (b"abcdefgh" in request_)
        assert json.loads(body)["code"] == "temporarily_unavailable"
    assert third.startswith(b"200 ")
    pipelined = exchange(client.port, request_ + LIVE)
    assert [part[:3] for part in pipelined.split(b"HTTP/1.1 ")[1:]] == [b"503", b"200"]


@pytest.mark.parametrize("request_", CLOSED)
def test_a_full_server_leaves_no_doubt_where_a_request_ends(
    client: Any, monkeypatch: Any, request_: bytes
) -> None:
    monkeypatch.setattr(client.server.pool, "_most", 0)
    answers = exchange(client.port, request_ + LIVE)
    assert answers.count(b"HTTP/1.1 ") == 1 and answers[9:12] in (b"503", b"400")
    assert b"connection: close" in answers


def test_a_request_in_parts_is_refused_as_one(client: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(client.server.pool, "_most", 0)
    with socket.create_connection(("127.0.0.1", client.port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for n in range(0, len(KEPT[0]), 40):
            connection.sendall(KEPT[0][n : n + 40])
        assert connection.recv(4_096).startswith(b"HTTP/1.1 503 ")
        connection.sendall(LIVE)
        assert connection.recv(4_096).startswith(b"HTTP/1.1 200 ")
