"""`GET /api/jobs/expired`: the sweep of the seeds' recipe."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from jobwire.model.ids import job_id
from jobwire.store.base import REMOVALS_KEPT

BOTH = pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)


def ids(*numbers: int) -> list[str]:
    return [job_id("greenhouse:acme", str(n)) for n in numbers]


@BOTH
def test_expired_ids_come_in_pages_and_a_reopened_job_is_not_among_them(world: Any, client: Any) -> None:
    world.publish(*range(6))
    world.clock.now += timedelta(hours=1)
    world.expire(*range(5))
    world.publish(2)
    first = client.get("/api/jobs/expired?batch_size=3")
    assert first.json()["job_ids"] == ids(0, 1, 3) and first.json()["has_more"] is True
    rest = client.get(f"/api/jobs/expired?cursor={first.json()['next_cursor']}")
    assert rest.json() == {"job_ids": ids(4), "next_cursor": None, "has_more": False}
    assert first.headers["X-Has-More"] == "true" and rest.headers["X-Has-More"] == "false"


@pytest.mark.parametrize("path", ["/api/jobs/expired", "/api/feed/jobs/expired"])
def test_dates_in_every_form(world: Any, client: Any, path: str) -> None:
    world.publish(1, 2)
    world.expire(1)
    at = world.clock.now - timedelta(minutes=1)
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S")
    for text in (
        f"{stamp}+00:00",
        f"{stamp}Z",
        stamp,
        f"{stamp}.1234567Z",
        quote(f"{stamp}+00:00"),
        "2026-03-01",
    ):
        reply = client.get(f"{path}?expired_since={text}&limit=10")
        assert reply.json()["job_ids"] == ids(1), text


def test_the_default_is_the_last_24_hours(world: Any, client: Any) -> None:
    world.publish(1, 2)
    world.expire(1)
    world.clock.now += timedelta(hours=23)
    assert client.get("/api/jobs/expired?expired_since=").json()["job_ids"] == ids(1)
    world.clock.now += timedelta(hours=2)
    assert client.get("/api/jobs/expired").json()["job_ids"] == []


def test_more_than_seven_days_ago_asks_for_a_full_resync(world: Any, client: Any) -> None:
    edge = world.clock.now - timedelta(days=7)
    assert client.get(f"/api/jobs/expired?expired_since={quote(edge.isoformat())}").status == 200
    slack = edge - timedelta(minutes=4)
    assert client.get(f"/api/jobs/expired?expired_since={quote(slack.isoformat())}").status == 200
    reply = client.get(f"/api/jobs/expired?expired_since={quote((edge - timedelta(minutes=6)).isoformat())}")
    assert (reply.status, reply.json()["code"]) == (400, "lookback_exceeded")
    assert "full re-sync" in reply.json()["detail"]


def test_an_old_cursor_still_continues(world: Any, client: Any) -> None:
    world.publish(*range(4))
    world.expire(*range(4))
    cursor = client.get("/api/jobs/expired?batch_size=2").json()["next_cursor"]
    world.clock.now += REMOVALS_KEPT - timedelta(days=1)  # later the server may have dropped what it lists
    reply = client.get(f"/api/jobs/expired?cursor={cursor}&expired_since=2020-01-01")
    assert reply.json()["job_ids"] == ids(2, 3)
    assert reply.headers["X-Ignored-Fields"] == "expired_since"


@pytest.mark.parametrize(
    "query",
    [
        "batch_size=0",
        "batch_size=10001",
        "batch_size=ten",
        "limit=-1",
        "batch_size=5&batch_size=6",
        "expired_since=soon",
        "expired_since=2026-02-30",
        "expired_since=%FF",
        "batch_size=" + "9" * 5000,
        "&".join("a=1" for _ in range(600)),
    ],
)
def test_bad_queries_are_400(idle: Any, query: str) -> None:
    assert idle.get(f"/api/jobs/expired?{query}").status == 400


def test_null_bytes_and_unknown_names_are_harmless(client: Any) -> None:
    reply = client.get("/api/jobs/expired?%00=1&sinc=2&batch_size[]=5")
    assert reply.status == 200 and reply.headers["X-Ignored-Fields"] == "%00, sinc"
