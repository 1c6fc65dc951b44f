"""docs/protocol.md, "The change feed", "Feed and expired" and "Filters", statement by statement, over HTTP."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.api.conftest import Client, World
from tests.api.protocol_page import says

from jobwire.errors import ConfigError
from jobwire.model.job import Location

FEED, CHANGES, EXPIRED = "/api/jobs/feed", "/api/jobs/changes", "/api/jobs/expired"


def ask(client: Client, path: str, **query: Any) -> Any:
    """A page, with its status."""
    reply = client.get(f"{path}?{urlencode(query, doseq=True)}")
    return {"status": reply.status, **reply.json()}


def follow(client: Client, **query: Any) -> tuple[list[str], str]:
    """What changed up to the end of the log, as titles and reasons, and the cursor to keep."""
    found: list[str] = []
    while True:
        page = ask(client, CHANGES, **query)
        found += [c["job"]["title"] if c["op"] == "upsert" else c["reason"] for c in page["changes"]]
        query = {"cursor": page["next_cursor"]}
        if not page["has_more"]:
            return found, page["next_cursor"]


def titles(client: Client, **body: Any) -> set[str]:
    reply = client.post(FEED, body)
    assert reply.status == 200, reply.data
    return {job["title"] for job in reply.json()["jobs"]}


# --- the change feed -----------------------------------------------------------------------------------


@says.table("The change feed")
@says(
    "`GET /api/jobs/changes?cursor=&batch_size=&wait=`",
    'A change is `{"op": "upsert", "job": {...}}` or',
    "Removals may name ids that you never had.",
    "`next_cursor` is **always** there, also at the end.",
    "A job that once matched your filter and does no more reaches you as a removal.",
)
def test_the_change_feed(world: World, client: Client) -> None:
    assert ask(client, CHANGES)["next_cursor"], "at the end, and of an empty log"
    world.publish(*range(4))
    world.expire(3)
    found, cursor = follow(client, batch_size=2)
    assert found == ["Engineer 0", "Engineer 1", "Engineer 2"], "left out: active jobs only"
    page = ask(client, CHANGES, batch_size=2)
    assert set(page["changes"][0]) == {"op", "job"} and page["has_more"] is True
    world.publish(9)
    world.expire(9, 0, reason="deadline")
    late = ask(client, CHANGES, cursor=cursor)
    assert [set(change) for change in late["changes"]] == [{"op", "id", "reason", "at"}] * 2
    assert {change["id"] for change in late["changes"]} == {world.job(9).id, world.job(0).id}, (
        "9 was never delivered"
    )
    kept = follow(client, sources="lever,workday", batch_size=1000)[1]
    assert follow(client, sources=["lever", "workday"]) == (["Engineer 2"], kept), "comma-separated or repeated"
    world.publish(2, source="greenhouse")
    assert follow(client, cursor=kept)[0] == ["filter_exit"]


@says("`batch_size` | 1 to 1000, default 1000", "`cursor`, `batch_size` |", "`wait` | 0 to 60 seconds")
def test_bounds_of_the_change_feed(world: World, client: Client) -> None:
    world.publish(*range(1002))
    for path in (CHANGES, FEED):
        send = client.get if path == CHANGES else client.post
        whole = send(path).json()
        assert len(whole.get("changes") or whole.get("jobs")) == 1000
    for wrong in (0, 1001, "many"):
        assert ask(client, CHANGES, batch_size=wrong)["code"] == "invalid_request"
        assert client.post(FEED, {"batch_size": wrong}).json()["code"] == "invalid_request"
    assert ask(client, CHANGES, wait=61)["status"] == ask(client, CHANGES, wait=-1)["status"] == 400


@says("at the end of the log, hold the answer until something happens")
def test_waiting(world: World, client: Client) -> None:
    world.publish(1)
    _, cursor = follow(client)
    started = time.monotonic()
    quiet = ask(client, CHANGES, cursor=cursor, wait=1)
    assert quiet["changes"] == [] and quiet["next_cursor"] and time.monotonic() - started >= 1
    threading.Timer(0.2, world.publish, args=(2,)).start()
    assert len(ask(client, CHANGES, cursor=cursor, wait=60)["changes"]) == 1
    assert time.monotonic() - started < 30


@says("`country`, `region`, `city`; lists are repeated or comma-separated")
def test_places_in_a_query(world: World, client: Client) -> None:
    world.publish(*range(6))
    for place in ({"country": "Germany"}, {"city": "berlin"}, {"country": "DE", "city": "Berlin"}):
        assert follow(client, **place)[0] == ["Engineer 0", "Engineer 3"]
    assert follow(client, region="Bavaria")[0] == []


@pytest.mark.parametrize("reason", ["source_removed", "deadline", "board_gone", "withdrawn"])
@says("`withdrawn` | the operator of this server took it out", "`filter_exit` | it is still active")
def test_reasons(world: World, client: Client, reason: str) -> None:
    world.publish(1, 2)
    _, cursor = follow(client, sources="lever,greenhouse")
    world.expire(1, reason=reason)
    world.publish(2, source="workday")
    assert follow(client, cursor=cursor)[0] == [reason, "filter_exit"]
    assert client.get(f"/api/jobs/{world.job(2).id}").status == 200


@says("Removals are kept for 30 days (never under 7).")
def test_how_long_removals_are_kept(world: World, client: Client) -> None:
    world.publish(1, 2)
    _, cursor = follow(client)
    world.expire(1)
    world.clock.now += timedelta(days=30)
    world.store.purge()
    assert follow(client, cursor=cursor)[0] == ["source_removed"]
    world.publish(1)
    world.expire(1)
    with pytest.raises(ConfigError, match="7 days"):
        world.store.purge(timedelta(days=6))
    world.clock.now += timedelta(days=7)
    world.store.purge(timedelta(days=7))
    assert follow(client, cursor=cursor)[0] == ["source_removed"]


@says(
    "A consumer that was away longer gets `409` with code `resync_required`",
    "`409` `resync_required` | continue with the `cursor` in the body",
)
def test_away_for_too_long(world: World, client: Client) -> None:
    world.publish(*range(5))
    copy = {world.job(n).id for n in range(5)}
    _, cursor = follow(client)
    world.expire(0, 1)
    world.clock.now += timedelta(days=31)
    world.publish(6)
    world.store.purge()
    assert world.store.counts().tombstones == 0
    problem = ask(client, CHANGES, cursor=cursor)
    assert (problem["status"], problem["code"]) == (409, "resync_required")
    delivered, cursor = set(), problem["cursor"]
    while True:
        page = ask(client, CHANGES, cursor=cursor, batch_size=2)
        delivered |= {change["job"]["id"] for change in page["changes"] if change["op"] == "upsert"}
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break
    assert (copy | delivered) & delivered == {job["id"] for p in client.pages() for job in p["jobs"]}
    world.expire(6)
    assert follow(client, cursor=cursor)[0] == ["source_removed"]


@says(
    "With `Accept: application/x-ndjson` the answer is a stream to the end of the log, one change a line.",
    "The last line of each batch of `batch_size` changes carries a `cursor` beside the change",
    "Where there is nothing to tell the stream is empty",
)
def test_lines(world: World, client: Client) -> None:
    world.publish(*range(5))
    reply = client.get(f"{CHANGES}?batch_size=2", Accept="application/x-ndjson")
    lines = [json.loads(line) for line in reply.data.splitlines()]
    assert [line["job"]["title"] for line in lines] == [f"Engineer {n}" for n in range(5)]
    assert ["cursor" in line for line in lines] == [False, True, False, True, True]
    for n in (1, 3, 4):
        assert follow(client, cursor=lines[n]["cursor"])[0] == [f"Engineer {m}" for m in range(n + 1, 5)]
    kept = lines[-1]["cursor"]
    assert client.get(f"{CHANGES}?cursor={kept}", Accept="application/x-ndjson").data == b""
    world.expire(1)
    (line,) = client.get(f"{CHANGES}?cursor={kept}", Accept="application/x-ndjson").data.splitlines()
    assert json.loads(line)["reason"] == "source_removed" and json.loads(line)["cursor"]


# --- feed and expired ----------------------------------------------------------------------------------


@says(
    "`POST /api/jobs/feed`: a page of active jobs.",
    "Every field of the body is optional, and so is the body.",
    'The answer is `{"jobs": [...], "next_cursor": "...", "has_more": true}`;',
    "the first page has `estimated_total` besides.",
    "`next_cursor` is null at the end.",
    "**Backfill.** Page through the feed once.",
    "Null is absent.",
)
def test_the_feed(world: World, client: Client) -> None:
    world.publish(*range(7))
    world.expire(0)
    for nothing in (b"", b"{}", b"null", b'{"batch_size": null, "sources": null, "posted_after": null}'):
        assert len(client.send("POST", FEED, nothing).json()["jobs"]) == 6
    pages = list(client.pages({"batch_size": 4}))
    assert [set(page) - {"estimated_total"} for page in pages] == [{"jobs", "next_cursor", "has_more"}] * 2
    assert pages[0]["estimated_total"] == 6 and "estimated_total" not in pages[1]
    assert pages[0]["next_cursor"] and pages[1]["next_cursor"] is None and pages[1]["has_more"] is False
    assert len({job["id"] for page in pages for job in page["jobs"]}) == 6


@says(
    "a page of ids that are expired **now** and expired at or after `expired_since`.",
    "`expired_since` | date-time; default 24 hours ago",
    "`batch_size` (or `limit`) | 1 to 10000, default 1000",
    "`cursor` | `next_cursor` of the page before; what expired more than 30 days ago is forgotten",
    "`400` `lookback_exceeded` | read the whole feed",
)
def test_expired(world: World, client: Client) -> None:
    world.publish(*range(6))
    world.expire(0)
    world.clock.now += timedelta(hours=23)
    since = world.clock().isoformat()
    world.expire(1, 2, 3)
    world.publish(3)
    gone = [world.job(n).id for n in range(4)]
    assert ask(client, EXPIRED, expired_since=since)["job_ids"] == gone[1:3], "at that time too; 3 is back"
    assert ask(client, EXPIRED)["job_ids"] == gone[:3]
    world.clock.now += timedelta(hours=2)
    assert ask(client, EXPIRED)["job_ids"] == gone[1:3], "0 expired 25 hours ago"
    page = ask(client, EXPIRED, limit=1)
    assert page["job_ids"] == gone[1:2] and page["has_more"] is True
    assert ask(client, EXPIRED, cursor=page["next_cursor"])["job_ids"] == gone[2:3]
    assert ask(client, EXPIRED, batch_size=10_000)["has_more"] is False
    for wrong in (0, 10_001):
        assert ask(client, EXPIRED, batch_size=wrong)["status"] == 400
    week = world.clock() - timedelta(days=7)
    assert ask(client, EXPIRED, expired_since=week.isoformat())["status"] == 200
    problem = ask(client, EXPIRED, expired_since=(week - timedelta(hours=1)).isoformat())
    assert (problem["status"], problem["code"]) == (400, "lookback_exceeded") and "full" in problem["detail"]
    world.clock.now += timedelta(days=31)
    world.store.purge()
    assert ask(client, EXPIRED, cursor=page["next_cursor"])["job_ids"] == []


def test_a_thousand_ids_unless_asked_otherwise(world: World, client: Client) -> None:
    world.publish(*range(1_001))
    world.expire(*range(1_001))
    assert len(ask(client, EXPIRED)["job_ids"]) == 1_000
    assert len(ask(client, EXPIRED, batch_size=10_000)["job_ids"]) == 1_001


@says(
    "note `now` as this run's start *before* the first request.",
    "Ask the feed with `posted_after` = start of the last successful run, less 15 minutes.",
    "ask for the expired ids with `expired_since` = start of the last successful run.",
    "Sweep *after* the upserts of the same run.",
    "When both ended well, store this run's start as the last successful one.",
    "After more than 7 days without a successful run, read the whole feed",
)
def test_the_recipe_step_by_step(world: World, client: Client) -> None:
    copy: dict[str, Any] = {}
    last = None
    for days in (0, 0.01, 0.02, 6.9, 8):
        world.clock.now += timedelta(days=days)
        start = world.clock()
        away = last is None or start - last > timedelta(days=7)
        mark = {} if away or not last else {"posted_after": (last - timedelta(minutes=15)).isoformat()}
        delivered = {job["id"]: job for page in client.pages(mark) for job in page["jobs"]}
        copy = delivered if away else copy | delivered
        world.clock.now += timedelta(minutes=2)  # what happens between the halves of a run
        world.publish(1, title=f"again after {days}")
        world.expire(2)
        if last and not away:
            for gone in ask(client, EXPIRED, expired_since=last.isoformat(), batch_size=10_000)["job_ids"]:
                copy.pop(gone, None)
        last = start
        world.publish(2, *range(4, 9), title=f"new after {days}")
        world.expire(5)
    start = world.clock()
    copy |= {job["id"]: job for page in client.pages({"posted_after": last.isoformat()}) for job in page["jobs"]}
    for gone in ask(client, EXPIRED, expired_since=last.isoformat())["job_ids"]:
        copy.pop(gone, None)
    assert copy == {job["id"]: job for page in client.pages() for job in page["jobs"]}


@says("`updated_at` says whether you have this version already: then skip the write.")
def test_versions(world: World, client: Client) -> None:
    world.publish(1, 2)
    before = {job["id"]: job for page in client.pages() for job in page["jobs"]}
    world.clock.now += timedelta(minutes=1)
    world.publish(1, 2)  # the same again
    world.publish(1, title="edited")
    after = {job["id"]: job for page in client.pages() for job in page["jobs"]}
    changed = {found for found in after if after[found] != before[found]}
    assert changed == {found for found in after if after[found]["updated_at"] != before[found]["updated_at"]}
    assert changed == {world.job(1).id}


# --- filters -------------------------------------------------------------------------------------------


@says(
    "`posted_after` returns everything that was posted, first indexed, re-opened **or changed** at or after it;",
    "it may return more than you need, never less.",
    "`posted_after` | date-time | see the recipe",
    "`updated_after` | date-time | created, changed or re-opened at or after it",
)
def test_watermarks(world: World, client: Client) -> None:
    world.publish(*range(6))
    world.expire(3)
    world.clock.now += timedelta(hours=1)
    mark = world.clock()
    world.publish(1, title="edited at that time")
    world.clock.now += timedelta(hours=1)
    world.publish(3, title="re-opened")
    world.publish(7, title="late, posted before", date_posted=mark - timedelta(days=9))
    happened = {"edited at that time", "re-opened", "late, posted before"}
    assert titles(client, updated_after=mark.isoformat()) == happened
    assert titles(client, posted_after=mark.isoformat()) >= happened
    assert set(follow(client, updated_after=mark.isoformat())[0]) == happened
    world.publish(8, title="posted after", date_posted=mark + timedelta(days=1))
    assert "posted after" in titles(client, posted_after=(mark + timedelta(hours=20)).isoformat())


PARIS = (Location(location="Paris", city="Paris", region="Île-de-France", country="FR"),)
FILTERS: list[tuple[dict[str, Any], set[int]]] = [
    ({"locations": [{"country": "DE"}]}, {0, 3}),
    ({"locations": [{"country": "germany"}, {"city": "PARIS"}]}, {0, 3, 7}),
    ({"locations": [{"region": "ile-de-france", "country": "France"}]}, {7}),
    ({"locations": [{"city": "Paris", "country": "DE"}]}, set()),
    ({"locations": [{"country": None, "city": "Berlin"}]}, {0, 3}),
    ({"sources": ["lever"]}, {0, 2, 4}),
    ({"sources": ["lever", "greenhouse"]}, {0, 1, 2, 3, 4, 5}),
    ({"sources": ["an_ats_of_tomorrow"]}, {7}),
    ({"work_models": ["remote"]}, {0, 4, 7}),
    ({"work_models": ["remote", "hybrid"]}, {0, 1, 4, 5, 7}),
    ({"work_models": ["onsite"]}, {2}),
    ({"employment_types": ["full_time"]}, {0, 1, 2, 3, 4, 5}),
    ({"employment_types": ["part_time", "contract", "internship", "temporary"]}, {7}),
    ({"experience_levels": ["senior"]}, {0, 2, 4}),
    ({"experience_levels": ["entry", "mid", "lead", "executive"]}, {1, 3, 5, 7}),
    ({"is_remote": True}, {0, 4, 7}),
    ({"is_remote": False}, {1, 2, 3, 5}),
    ({"stable_scan": True}, {0, 1, 2, 3, 4, 5, 7}),
    ({"sources": ["lever"], "work_models": ["remote", "onsite"], "locations": [{"city": "Berlin"}]}, {0}),
]


@pytest.mark.parametrize(("filters", "numbers"), FILTERS)
@says.table("Filters")
@says("The same on the feed and the change feed.", "Different filters AND, the values of one OR.")
def test_filters(world: World, client: Client, filters: dict[str, Any], numbers: set[int]) -> None:
    world.publish(*range(6))
    other = {"employment_type": "internship", "experience_level": "lead", "source": "an_ats_of_tomorrow"}
    world.publish(7, workplace_type="remote", locations=PARIS, **other)
    expected = {f"Engineer {n}" for n in numbers}
    assert titles(client, **filters) == expected
    query = {name: json.dumps(value) if name == "locations" else value for name, value in filters.items()}
    query = {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items()}
    if "stable_scan" not in filters:
        assert set(follow(client, **query)[0]) == expected


def test_every_filter_of_the_page_is_one() -> None:
    told = {name.strip("` ") for row in says.rows("Filters") for name in row[0].split(",")}
    asked = {name for filters, _ in FILTERS for name in filters}
    assert told == asked | {"posted_after", "updated_after", "cursor", "batch_size"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"batch_size": "1"}, "batch_size"),
        ({"sources": "lever"}, "sources"),
        ({"is_remote": "yes"}, "is_remote"),
        ({"batch_size": 1001}, "1000"),
        ({"work_models": ["remot"]}, "remote"),
        ({"employment_types": ["fulltme"]}, "full_time"),
        ({"experience_levels": ["seniro"]}, "senior"),
        ({"posted_after": "yesterday"}, "posted_after"),
    ],
)
@says("is a `400` that names the field and the nearest accepted value.")
def test_wrong_values(client: Client, body: dict[str, Any], said: str) -> None:
    problem = client.post(FEED, body).json()
    assert (problem["status"], problem["code"], problem["field"]) == (400, "invalid_request", next(iter(body)))
    assert said in problem["detail"]


@says("Unknown *names* are ignored and listed in the `X-Ignored-Fields` header.")
def test_unknown_names(world: World, client: Client) -> None:
    world.publish(1)
    reply = client.post(FEED, {"work_model": ["onsite"], "batch_size": 5})
    assert len(reply.json()["jobs"]) == 1 and reply.headers["X-Ignored-Fields"] == "work_model"


@says("Date-times: ISO 8601, `Z` or an offset, 0 to 9 fraction digits;", "without a zone they are UTC.")
def test_dates(world: World, client: Client) -> None:
    world.publish(1)
    now = world.clock()
    world.clock.now += timedelta(hours=1)
    world.publish(2)
    clock = (now + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S")
    plus = (now + timedelta(hours=6, minutes=30)).strftime("%Y-%m-%dT%H:%M:%S+05:30")
    forms = [clock, f"{clock}Z", f"{clock}+00:00", plus, *(f"{clock}.{'0' * n}Z" for n in range(1, 10))]
    for form in forms:
        assert titles(client, updated_after=form) == {"Engineer 2"}, form
        assert follow(client, updated_after=form)[0] == ["Engineer 2"], form
