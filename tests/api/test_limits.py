"""Rolling windows: headers, refusals, what shares a window and what does not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from jobwire.api.limits import Limits
from jobwire.api.options import utc_now
from jobwire.api.windows import Window, open_windows
from jobwire.asgi import api_options
from jobwire.errors import ConfigError
from jobwire.settings import read_settings
from jobwire.store.open import open_store


def to_url(dsn: str) -> str:
    """A DSN of names and values as a URL."""
    return f"postgresql://?{urlencode(conninfo_to_dict(dsn))}"


@pytest.fixture
def limited(world: Any, client: Any) -> Any:
    limits = {"feed": ((3, 60), (5, 3600)), "general": ((2, 3600),)}
    world.add_plan("tight", included=("feed", "career_sites"), limits=limits)
    client.key = world.add_key("jw_live_tight0000000000000", plan="tight")
    return client


def test_headers_count_down_and_the_fourth_is_refused(world: Any, limited: Any) -> None:
    world.publish(1)
    for left in ("2", "1", "0"):
        reply = limited.post("/api/jobs/feed")
        assert reply.status == 200
        assert (reply.headers["X-RateLimit-Limit"], reply.headers["X-RateLimit-Remaining"]) == ("3", left)
        assert reply.headers["X-RateLimit-Group"] == "feed" and int(reply.headers["X-RateLimit-Reset"]) > 0
    assert reply.headers["RateLimit-Policy"] == '"feed-60s";q=3;w=60, "feed-3600s";q=5;w=3600'
    assert reply.headers["RateLimit"].startswith('"feed-60s";r=0;t=')
    refused = limited.get("/api/jobs/expired")
    assert (refused.status, refused.json()["code"]) == (429, "rate_limited")
    assert 55 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.json()["retry_after_seconds"] == int(refused.headers["Retry-After"])
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert f"again in {refused.headers['Retry-After']} seconds" in refused.json()["detail"]


def test_groups_and_keys_have_windows_of_their_own(world: Any, limited: Any) -> None:
    world.publish(1)
    path = f"/api/jobs/{world.job(1).id}"
    assert [limited.get(path).status for _ in range(3)] == [200, 200, 429]
    assert limited.post("/api/jobs/feed").status == 200
    other = world.add_key("jw_live_tight1111111111111", plan="tight")
    assert limited.get(path, X_Api_Key=other).status == 200


def test_a_refused_request_is_not_charged(world: Any, client: Any) -> None:
    world.add_plan("metered", limits={"feed": ((1, 60),)})
    world.publish(*range(4))
    client.key = world.add_key("jw_live_metered00000000000", plan="metered", credits_=1_000_000)
    assert client.post("/api/jobs/feed", {"batch_size": 1}).headers["X-Credits-Balance"] == "0.5"
    assert client.post("/api/jobs/feed", {"batch_size": 2}).status == 429
    assert world.accounts.balance("account-metered") == 500_000


def test_an_unlimited_plan_still_has_numbers_in_its_headers(client: Any) -> None:
    reply = client.get("/api/jobs/expired")
    assert int(reply.headers["X-RateLimit-Remaining"]) > 1_000_000
    assert reply.headers["RateLimit-Policy"].startswith('"feed-60s";q=')
    assert reply.headers["RateLimit"].startswith('"feed-60s";r=')


def test_refused_keys_are_limited_per_address_and_good_keys_are_not(world: Any, serve: Any) -> None:
    client = serve(bad_keys_per_minute=3)
    guesses = [client.get("/api/jobs/expired", X_Api_Key=f"jw_live_guess{n:012}").status for n in range(5)]
    assert guesses == [401, 401, 401, 429, 429]
    assert client.get("/api/jobs/expired").status == 200


def test_what_needs_no_key_is_limited_per_address(world: Any, serve: Any) -> None:
    client = serve(public_per_minute=3)
    world.publish(1)
    page = f"/jobs/{world.job(1).id}"
    assert [client.get(page, X_Api_Key="").status for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = client.get(f"/api/companies/{world.job(1).company.id}")
    assert refused.status == 429 and 1 <= int(refused.headers["Retry-After"]) <= 60
    assert client.post("/api/jobs/feed").status == 200
    assert client.get("/health/ready").status == 200


@pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)
def test_servers_share_their_windows(world: Any, serve: Any, tmp_path: Path) -> None:
    world.add_plan("tight", included=("feed",), limits={"feed": ((3, 60),)})
    key = world.add_key("jw_live_tight0000000000000", plan="tight")
    place = world.address if "://" in world.address else f"file://{tmp_path / 'windows'}"
    servers = [serve(rate_limits_url=place) for _ in range(2)]
    replies = [servers[n % 2].post("/api/jobs/feed", X_Api_Key=key) for n in range(5)]
    assert [reply.status for reply in replies] == [200, 200, 200, 429, 429]
    assert 55 <= int(replies[-1].headers["Retry-After"]) <= 60
    assert [reply.headers["X-RateLimit-Remaining"] for reply in replies] == ["2", "1", "0", "0", "0"]


def test_by_default_a_postgresql_store_counts(tmp_path: Path) -> None:
    def place(**flags: Any) -> str:
        return api_options(read_settings({"data": str(tmp_path), **flags}, env={})).rate_limits_url

    postgres = "postgresql://db.example/jobwire"
    assert place() == ""
    assert place(workers=2).startswith("file://")
    assert place(store=postgres) == place(store=postgres, workers=2) == postgres
    assert place(store=postgres, rate_limits_url="redis://r.example") == "redis://r.example"


@pytest.fixture(params=["memory", "file", "postgres"])
def windows(request: Any, tmp_path: Path) -> Any:
    if request.param == "postgres":
        address = to_url(request.getfixturevalue("postgres_dsn"))
        open_store(address, utc_now).close()
    else:
        address = f"file://{tmp_path / 'windows'}" if request.param == "file" else ""
    opened = open_windows(address)
    yield opened
    opened.close()


def test_many_at_once_take_exactly_what_is_there(windows: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = [free for free, _ in pool.map(lambda _: windows.take("a", ((40, 60), (1_000, 3600))), range(100))]
    assert taken.count(True) == 40
    free, (minute, hour) = windows.take("a", ((40, 60), (1_000, 3600)))
    assert not free and (minute.count, hour.count) == (40, 40) and 0 <= minute.age_s < 60
    assert windows.take("b", ((1, 60),)) == (True, [Window()])
    windows.trim()
    assert windows.take("a", ((41, 60),))[0] is True


def test_a_window_rolls(monkeypatch: Any) -> None:
    now = [1_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    windows = open_windows("")
    taken = []
    for second in (0, 10, 20, 30, 59, 61, 62, 71):
        now[0] = 1_000.0 + second
        taken.append(windows.take("a", ((3, 60),))[0])
    assert taken == [True, True, True, False, False, True, False, True]
    assert windows.take("a", ((3, 60),)) == (False, [Window(3, 51.0)])
    now[0] += 120
    windows.trim()
    assert windows.take("a", ((3, 60),)) == (True, [Window()])


def test_a_window_rolls_in_postgresql(postgres_dsn: str) -> None:
    """By the database's clock: its rows are made older instead."""
    address = to_url(postgres_dsn)
    open_store(address, utc_now).close()
    windows = open_windows(address)
    spans = ((3, 60), (5, 3600))
    try:
        assert [windows.take("a", spans)[0] for _ in range(4)] == [True, True, True, False]
        with psycopg.connect(postgres_dsn, autocommit=True) as connection:
            connection.execute("UPDATE jobwire.hits SET at = at - 61")
            free, (minute, hour) = windows.take("a", spans)
            assert free and minute == Window() and (hour.count, round(hour.age_s)) == (3, 61)
            assert [windows.take("a", spans)[0] for _ in range(2)] == [True, False]
            connection.execute("UPDATE jobwire.hits SET until = until - 4000")
            windows.trim()
            assert connection.execute("SELECT count(*) FROM jobwire.hits").fetchone() == (0,)
    finally:
        windows.close()


def test_an_unknown_backend_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="nothing://"):
        Limits("nothing://x", 10)
