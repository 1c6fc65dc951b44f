"""`GET /api/jobs/changes`: upserts, removals, leaving a filter, waiting, streaming, coming back too late."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from contextlib import closing
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from jobwire.store.open import open_store

BOTH = pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)

PATH = "/api/jobs/changes"


def follow(client: Any, cursor: str | None = None, **query: Any) -> tuple[list[Any], str]:
    """All changes up to the end of the log, and the cursor to keep."""
    found: list[Any] = []
    while True:
        sent = {"cursor": cursor} if cursor else query
        page = client.get(f"{PATH}?{urlencode(sent, doseq=True)}").json()
        found += page["changes"]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            return found, cursor


def short(changes: list[Any]) -> list[str]:
    return [c["job"]["title"] if c["op"] == "upsert" else f"-{c['id'][:8]} {c['reason']}" for c in changes]


@pytest.fixture(params=["index", "scan"])
def either(request: Any, serve: Any, monkeypatch: Any) -> Any:
    """A server with its filter index, and one that is still building it."""
    if request.param == "scan":
        monkeypatch.setattr("jobwire.store.filter_index.FilterIndex.build", lambda self: None)
        return serve()
    client = serve()
    while client.get("/health/ready").json()["filter_index"] != "ready":
        time.sleep(0.01)
    return client


@BOTH
def test_a_first_run_gets_active_jobs_only_then_every_change(world: Any, either: Any) -> None:
    world.publish(*range(5))
    world.expire(1)
    changes, cursor = follow(either, batch_size=2)
    assert short(changes) == [f"Engineer {n}" for n in (0, 2, 3, 4)]
    assert follow(either, cursor) == ([], follow(either, cursor)[1])
    world.publish(2, title="Engineer 2b")
    world.expire(3, reason="deadline")
    world.publish(1)
    changes, cursor = follow(either, cursor)
    assert short(changes) == ["Engineer 2b", f"-{world.job(3).id[:8]} deadline", "Engineer 1"]
    assert set(changes[1]) == {"op", "id", "reason", "at"} and changes[1]["at"].endswith("Z")


def test_what_happens_during_the_first_run_is_not_lost(world: Any, either: Any) -> None:
    world.publish(*range(6))
    page = either.get(f"{PATH}?batch_size=3").json()
    world.expire(0, 5)
    world.publish(1, title="Engineer 1b")
    rest, _ = follow(either, page["next_cursor"])
    gone = [f"-{world.job(n).id[:8]} source_removed" for n in (0, 5)]
    assert short(rest) == ["Engineer 3", "Engineer 4", *gone, "Engineer 1b"]


@BOTH
def test_a_filtered_caller_hears_of_jobs_that_leave_its_filter(world: Any, either: Any) -> None:
    world.publish(*range(8))
    changes, cursor = follow(either, sources="lever", work_models=["remote", "onsite"], city="berlin")
    assert short(changes) == ["Engineer 0", "Engineer 6"]
    world.publish(0, workplace_type="hybrid", title="moved")
    world.expire(6, 2)
    world.publish(3, title="other")
    world.publish(4, locations=world.job(0).locations, title="enters")
    changes, cursor = follow(either, cursor)
    assert short(changes) == [
        f"-{world.job(0).id[:8]} filter_exit",
        f"-{world.job(6).id[:8]} source_removed",
        "enters",
    ]
    assert follow(either, cursor)[0] == []


def test_filters_as_json_objects_and_lists(world: Any, client: Any) -> None:
    world.publish(*range(6))
    assert short(follow(client, locations='{"country": "DE"}')[0]) == ["Engineer 0", "Engineer 3"]
    both = '[{"country": "DE"}, {"city": "Rome"}]'
    assert short(follow(client, locations=both)[0]) == ["Engineer 0", "Engineer 3"]
    assert len(follow(client, experience_levels="senior,entry")[0]) == 6
    for wrong in ("Berlin", "[1]", "[", "[" * 5_000):
        refused = client.get(f"{PATH}?{urlencode({'locations': wrong})}")
        assert refused.status == 400 and '{"country": "..."}' in refused.json()["detail"]
    assert client.get(f"{PATH}?wait=61").json()["detail"].count("60")


def test_a_cursor_beside_filters_and_of_another_kind(world: Any, client: Any) -> None:
    world.publish(*range(4))
    cursor = follow(client, sources="lever")[1]
    reply = client.get(f"{PATH}?cursor={cursor}&sources=greenhouse&city=Rome")
    assert reply.headers["X-Ignored-Fields"] == "sources, city"
    feed = client.post("/api/jobs/feed", {"batch_size": 1}).json()["next_cursor"]
    assert client.get(f"{PATH}?cursor={feed}").json()["title"] == "Invalid cursor"


def test_waiting_ends_when_something_happens(world: Any, client: Any) -> None:
    world.publish(1)
    _, cursor = follow(client)
    timer = threading.Timer(0.1, world.publish, args=(2,))
    timer.start()
    started = time.monotonic()
    page = client.get(f"{PATH}?cursor={cursor}&wait=30").json()
    assert short(page["changes"]) == ["Engineer 2"] and time.monotonic() - started < 10
    timer.join()
    quiet = client.get(f"{PATH}?cursor={page['next_cursor']}&wait=0").json()
    assert quiet["changes"] == [] and quiet["has_more"] is False and quiet["next_cursor"]


def test_lines(world: Any, client: Any) -> None:
    world.publish(*range(5))
    _, cursor = follow(client)
    world.expire(1)
    world.publish(2, title="Engineer 2b")
    for query, expected in ((f"cursor={cursor}", 2), ("batch_size=2", 4)):
        reply = client.get(f"{PATH}?{query}", Accept="application/x-ndjson")
        assert reply.headers["Content-Type"] == "application/x-ndjson"
        lines = [json.loads(line) for line in reply.data.splitlines()]
        assert len(lines) == expected and {line["op"] for line in lines} <= {"upsert", "remove"}
        assert [n for n, line in enumerate(lines) if "cursor" in line] == list(range(1, expected, 2))
        assert follow(client, lines[-1]["cursor"])[0] == []
    assert client.get(f"{PATH}?cursor={lines[-1]['cursor']}", Accept="application/x-ndjson").data == b""


def test_a_line_has_no_other_line_ends_inside(world: Any, client: Any) -> None:
    text = "a\u2028b\u2029c\x85d\x0be"
    world.publish(1, 2, description=text)
    lines = client.get(PATH, Accept="application/x-ndjson").data.decode().splitlines()
    assert [json.loads(line)["job"]["description"] for line in lines] == [text, text]


def test_the_time_to_wait_bounds_a_stream_under_writes(world: Any, client: Any) -> None:
    world.publish(1)
    _, cursor = follow(client)
    done = threading.Event()

    def write() -> None:
        while not done.wait(0.2):
            world.publish(2, title=f"edit {time.monotonic()}")

    writer = threading.Thread(target=write)
    writer.start()
    started = time.monotonic()
    lines = client.get(f"{PATH}?cursor={cursor}&wait=1", Accept="application/x-ndjson").data.splitlines()
    done.set()
    writer.join()
    assert lines and time.monotonic() - started < 8


def test_more_wait_than_the_server_works_for_at_once(world: Any, serve: Any) -> None:
    client = serve(threads=1, queue=1)
    world.publish(1)
    _, cursor = follow(client)
    replies: list[Any] = []
    path = f"{PATH}?cursor={cursor}&wait=60"
    waiting = [threading.Thread(target=lambda: replies.append(client.get(path))) for _ in range(12)]
    for count, thread in enumerate(waiting, start=3):  # two are upkeep's
        thread.start()
        client.wait_for(lambda count=count: b"jobwire_waits %d.0" % count in client.get("/metrics").data)
    world.publish(2)
    for thread in waiting:
        thread.join()
    assert [short(reply.json()["changes"]) for reply in replies] == [["Engineer 2"]] * len(waiting)


@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson"])
def test_waits_end_at_once_when_the_server_stops(world: Any, serve: Any, accept: str) -> None:
    client = serve()
    world.publish(1)
    _, cursor = follow(client)
    replies: list[Any] = []
    path = f"{PATH}?cursor={cursor}&wait=60"
    waiting = [threading.Thread(target=lambda: replies.append(client.get(path, Accept=accept))) for _ in range(3)]
    for thread in waiting:
        thread.start()
    client.wait_for(lambda: b"jobwire_waits 5.0" in client.get("/metrics").data)  # two are upkeep's
    started = time.monotonic()
    serve.stop()
    for thread in waiting:
        thread.join()
    assert time.monotonic() - started < 5
    assert [reply.status for reply in replies] == [200] * len(waiting)
    for reply in replies:
        assert reply.headers["X-Request-Id"]
        assert reply.data == b"" if "ndjson" in accept else reply.json()["next_cursor"]


@BOTH
def test_who_comes_back_too_late_must_start_over_and_is_told_where(world: Any, client: Any) -> None:
    world.publish(*range(4))
    _, old = follow(client, sources="lever")
    page = client.get(f"{PATH}?batch_size=1").json()
    world.expire(0)
    world.clock.now += timedelta(days=20)
    world.publish(1, title="Engineer 1b")
    assert len(follow(client, old)[0]) == 1
    world.clock.now += timedelta(days=20)
    world.store.purge()
    for cursor in (old, page["next_cursor"]):
        reply = client.get(f"{PATH}?cursor={cursor}")
        assert (reply.status, reply.json()["code"]) == (409, "resync_required")
    fresh = client.get(f"{PATH}?cursor={old}").json()["cursor"]
    assert short(follow(client, fresh)[0]) == ["Engineer 2"]
    assert short(follow(client)[0]) == ["Engineer 2", "Engineer 3", "Engineer 1b"]


def test_a_server_restored_from_a_backup_says_so(world: Any, serve: Any, tmp_path: Any) -> None:
    world.publish(*range(5))
    backup = tmp_path / "backup.db"
    with sqlite3.connect(world.address) as source, sqlite3.connect(backup) as target:
        source.backup(target)
    world.publish(*range(5, 9))
    client = serve()
    kept = follow(client)[1]
    page = client.post("/api/jobs/feed", {"batch_size": 8}).json()
    for read_only, expected in ((False, 409), (True, 200)):
        store = open_store(backup, world.clock, read_only=read_only)
        with closing(store):
            restored = serve(store=store)
            reply = restored.get(f"{PATH}?cursor={kept}")
            assert reply.status == expected  # a replica may come as far yet: nobody has to start over
            if not read_only:
                assert "restored" in reply.json()["detail"]
                assert len(follow(restored, reply.json()["cursor"])[0]) == 5
            reply = restored.post("/api/jobs/feed", {"cursor": page["next_cursor"]})
            assert reply.status == (400, 200)[read_only]
            assert (reply.json().get("code"), reply.json().get("has_more")) == (
                (None, True) if read_only else ("invalid_cursor", None)
            )
            serve.stop()


def test_old_removals_are_dropped_without_an_operator(world: Any, serve: Any) -> None:
    world.publish(*range(5))
    world.expire(1, 2)
    world.clock.now += timedelta(days=31)
    world.expire(3)
    assert world.store.counts().tombstones == 3
    client = serve()
    client.wait_for(lambda: world.store.counts().tombstones == 1)
    assert client.get(f"{PATH}?cursor=").status == 200
