"""Rolling windows: headers, refusals, what shares a window and what does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from limits.storage import MemoryStorage

from jobwire.api.limits import Limits
from jobwire.api.shared_windows import SharedWindows
from jobwire.errors import ConfigError


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


def test_servers_that_share_a_file_share_the_windows(world: Any, serve: Any, tmp_path: Path) -> None:
    world.add_plan("tight", included=("feed",), limits={"feed": ((3, 60),)})
    key = world.add_key("jw_live_tight0000000000000", plan="tight")
    servers = [serve(rate_limits_url=f"file://{tmp_path / 'windows'}") for _ in range(2)]
    statuses = [servers[n % 2].post("/api/jobs/feed", X_Api_Key=key).status for n in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_a_window_rolls(tmp_path: Path, monkeypatch: Any, kind: str) -> None:
    now = [1_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    windows: Any = MemoryStorage() if kind == "memory" else SharedWindows(f"file://{tmp_path / 'windows'}")
    taken = []
    for second in (0, 10, 20, 30, 59, 61, 62, 71):
        now[0] = 1_000.0 + second
        taken.append(windows.acquire_entry("a", 3, 60))
    assert taken == [True, True, True, False, False, True, False, True]
    assert windows.get_moving_window("a", 3, 60) == (1_020.0, 3)
    assert windows.get_moving_window("b", 3, 60)[1] == 0


def test_an_unknown_backend_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="nothing://"):
        Limits("nothing://x", 10)
