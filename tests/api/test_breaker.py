"""A store that is away or slow: 503 with Retry-After, probes, recovery; overload is refused early."""

from __future__ import annotations

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
