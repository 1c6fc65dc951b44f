"""docs/protocol.md, its endpoints and "What is promised", statement by statement, over HTTP."""

from __future__ import annotations

import gzip
import re
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.api.conftest import KEY, Client, Servers, World
from tests.api.protocol_page import says
from tests.spine.spine import KEY as SPINE_KEY
from tests.spine.spine import running

from jobwire.cli.background import serve_sites
from jobwire.cli.demo_sites import load_employers, make_app
from jobwire.model.account import CREDIT
from jobwire.store.open import open_store

PAYER = "jw_live_payg00000000000000"
FEED, CHANGES, EXPIRED, SITES = (
    "/api/jobs/feed",
    "/api/jobs/changes",
    "/api/jobs/expired",
    "/api/career-sites/feed",
)


def follow(client: Client, cursor: str = "", **query: Any) -> tuple[list[Any], str]:
    """Changes up to the end of the log, and the cursor to keep."""
    found: list[Any] = []
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    while True:
        page = client.get(f"{CHANGES}?{f'cursor={cursor}' if cursor else asked}").json()
        found += page["changes"]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            return found, cursor


def short(changes: list[Any]) -> list[str]:
    return [c["job"]["title"] if c["op"] == "upsert" else f"-{c['id']}" for c in changes]


@says("Every endpoint under `/api` but the company profile needs a key, sent as")
def test_keys(world: World, client: Client) -> None:
    world.publish(1)
    job = world.job(1)
    keyed = [("POST", FEED), ("POST", SITES), ("POST", "/api/jobs/search"), ("GET", EXPIRED), ("GET", CHANGES)]
    keyed += [
        ("GET", path) for path in (f"/api/jobs/{job.id}", "/api/jobs", "/api/locations/geocode?location=Rome")
    ]
    client.key = ""
    for method, path in keyed:
        assert client.send(method, path).status == 401
        assert client.send(method, path, X_Api_Key=KEY).status in (200, 503)  # search may be starting
        assert client.send(method, path, Authorization=f"Bearer {KEY}").status in (200, 503)
    assert client.get(f"/api/companies/{job.company.id}").status == 200
    assert client.get(f"/jobs/{job.id}").status == 200


@says("Bodies are JSON in UTF-8, at most 1 MiB, sent uncompressed;", "answers are compressed with zstd or gzip")
def test_bodies(world: World, client: Client) -> None:
    world.publish(*range(20))
    assert client.send("POST", FEED, '{"locations": [{"city": "Zürich"}]}'.encode()).status == 200
    assert client.send("POST", FEED, '{"locations": [{"city": "Zürich"}]}'.encode("latin-1")).status == 400
    assert client.send("POST", FEED, b"batch_size=1").status == 400
    assert client.send("POST", FEED, b'{"sources": []' + b" " * 1_000_000 + b"}").status == 200
    assert client.send("POST", FEED, b'{"sources": []' + b" " * (1 << 20) + b"}").status == 413
    assert client.send("POST", FEED, gzip.compress(b"{}"), Content_Encoding="gzip").status == 415
    for encoding in ("zstd", "gzip"):
        assert client.post(FEED, Accept_Encoding=encoding).headers["Content-Encoding"] == encoding
    assert "Content-Encoding" not in client.post(FEED, Accept_Encoding="identity").headers


@says("is in the playground at `/docs/api`.")
def test_the_playground_is_there(client: Client) -> None:
    page = client.get("/docs/api", X_Api_Key="")
    assert page.status == 200 and b"<h1" in page.data


COSTS = {
    f"GET {CHANGES}": 1.0,
    f"POST {FEED}": 1.0,
    f"GET {EXPIRED}": 0,
    "GET /api/jobs/{id}": 0,
    f"POST {SITES}": 100,
    "GET /api/companies/{id}": 0,
    "GET /api/jobs": 2,
    "POST /api/jobs/search": 2,
    "GET /api/companies/{id}/jobs": 1,
    "GET /api/locations/geocode": 1,
    "GET /feeds/jobs.xml": 1.0,
    "GET /feeds/jobs.json": 1.0,
    "GET /jobs/{id}": 0,
}
"""Of two jobs of two companies."""


@says.table("The feed protocol")
@says("Prices unless the operator says otherwise: 0.5 credits a job, 50 a career-site row.")
def test_every_endpoint_answers_and_costs_what_the_table_says(world: World, client: Client) -> None:
    world.publish(1, 2)
    client.wait_for(
        lambda: client.get("/api/jobs").status == 200 and client.get("/api/jobs").json()["total"] == 2
    )
    job = world.job(1)
    told = [
        (name, cost)
        for names, _, cost in says.rows("The feed protocol")
        for name in re.findall("`([^`]+)`", names)
    ]
    assert [name for name, _ in told] == list(COSTS)
    for n, (name, cost) in enumerate(told):  # an account each, so that nothing was paid for before
        client.key = world.add_key(f"{PAYER}{n}", "payg", 200 * CREDIT, account=f"payer {n}")
        method, path = name.split()
        path = path.replace("{id}", job.company.id if "companies" in path else job.id)
        reply = client.send(method, path + ("?location=Rome" if "geocode" in path else ""))
        assert reply.status == 200, name
        assert float(reply.headers.get("X-Credits-Deducted", 0)) == COSTS[name], name
        assert (COSTS[name] == 0) == cost.endswith("nothing")


@says("are older names of the second and third.")
def test_older_names(world: World, client: Client) -> None:
    world.publish(1, 2)
    world.expire(1)
    assert client.post("/api/feed/jobs").data == client.post(FEED).data
    assert client.get("/api/feed/jobs/expired").data == client.get(EXPIRED).data


@says(
    "A job that is new, edited, re-opened or expired moves to its end.",
    "Everything published has a place in one log",
)
def test_one_log(world: World, client: Client) -> None:
    world.publish(1, 2, 3)
    assert short(follow(client)[0]) == ["Engineer 1", "Engineer 2", "Engineer 3"]
    _, cursor = follow(client)
    world.publish(1, title="edited")
    world.expire(2)
    world.publish(4)
    world.publish(2, title="re-opened")
    world.expire(3)
    gone = f"-{world.job(3).id}"
    assert short(follow(client, cursor)[0]) == ["edited", "Engineer 4", "re-opened", gone]
    assert short(follow(client)[0]) == ["edited", "Engineer 4", "re-opened"]
    assert client.scan() == ["edited", "Engineer 4", "re-opened"]


@pytest.mark.parametrize("body", [{"batch_size": 7}, {"batch_size": 3, "sources": ["lever"]}])
@says(
    "Every job that is active from the first page of a scan to its last is delivered at least once",
    "A job that changes while the scan runs may come twice;",
    "write it by `id` and the later one wins.",
)
def test_complete_while_others_write(world: World, client: Client, body: dict[str, Any]) -> None:
    world.publish(*range(60))
    copy: dict[str, str] = {}
    stays = {world.job(n).id for n in range(60) if n % 10 and (n % 2 == 0 or "sources" not in body)}
    rows = 0
    for turn, page in enumerate(client.pages(body)):
        rows += len(page["jobs"])
        copy |= {job["id"]: job["title"] for job in page["jobs"]}
        if turn < 6:
            world.publish(turn + 1, 50 + turn + 1, title=f"turn {turn}")
            world.expire(turn * 10)
    assert stays <= copy.keys()
    active = {job["id"]: job["title"] for page in client.pages(body) for job in page["jobs"]}
    assert {found: copy[found] for found in active} == active, "the newest version"
    assert rows > len(copy), "some came twice"


@says("keeps its `id` after an edit, an expiry, a re-opening, a re-import, and on another server.")
def test_ids_are_for_ever(tmp_path: Path) -> None:
    employers = load_employers()
    urls = [employer.career_site for employer in employers[:3]]

    def ids(server: Any) -> set[str]:
        client = Client(int(server.url.rpartition(":")[2]), SPINE_KEY)
        return {str(job["id"]) for page in client.pages() for job in page["jobs"]}

    with serve_sites(make_app(employers)) as sites:
        seen = []
        for name in ("one", "other"):
            (tmp_path / name).mkdir()
            with running(tmp_path / name, sites) as server:
                server.add(*urls)
                server.visit()
                seen.append(ids(server))
                employers[0].edit(0, "We moved to a new office.")
                employers[0].remove(1)
                server.visit()
                server.visit()
                seen.append(ids(server))
                employers[0].reopen(1)
                server.visit()
                seen.append(ids(server))
    assert seen[0] == seen[2] == seen[3] == seen[5]
    assert seen[1] == seen[4] and len(seen[0] - seen[1]) == 1


@pytest.mark.parametrize("kind", ["feed", "changes", "expired", "sites"])
@says(
    "after a month, a restart, on another replica, they continue.",
    "They are opaque, made of `A-Z a-z 0-9 - _ . ~`",
    "drop it and start the scan again.",
)
def test_cursors_are_for_ever(world: World, serve: Servers, tmp_path: Path, kind: str) -> None:
    world.publish(*range(9))
    world.expire(*range(5, 9))
    world.publish(*range(9, 16))
    client = serve(public_url="https://feed.example")

    def ask(client: Client, cursor: str = "") -> Any:
        given: dict[str, Any] = {"cursor": cursor} if cursor else {"batch_size": 2}
        if kind in ("feed", "sites"):
            return client.post(FEED if kind == "feed" else SITES, given)
        path = CHANGES if kind == "changes" else EXPIRED
        return client.get(f"{path}?" + "&".join(f"{name}={value}" for name, value in given.items()))

    cursor = ask(client).json()["next_cursor"]
    assert re.fullmatch(r"[A-Za-z0-9\-_.~]+", cursor)
    expected = ask(client, cursor).json()
    world.clock.now += timedelta(days=29 if kind == "expired" else 31)
    serve.stop()
    assert ask(serve(public_url="https://feed.example"), cursor).json() == expected, "a month and a restart later"
    with closing(open_store(world.address, world.clock, read_only=True)) as replica:
        assert ask(serve(store=replica, public_url="https://feed.example"), cursor).json() == expected
        serve.stop()
    with closing(open_store(tmp_path / "other.db", world.clock)) as other:
        stranger = serve(store=other)
        for wrong, server in (
            (cursor, stranger),
            (cursor[:-1], serve()),
            (cursor[:-2] + "xx", serve()),
            ("x", serve()),
        ):
            problem = ask(server, wrong).json()
            assert (problem["status"], problem["code"]) == (400, "invalid_cursor")
            assert "start" in problem["detail"] and "without it" in problem["detail"]
        serve.stop()


@says(
    "and carry their filters and batch size: **send the cursor alone**.",
    "Filters sent beside it are ignored;",
    "a `batch_size` beside it is honoured.",
    "names in the request that were not used",
)
def test_a_cursor_carries_all(world: World, client: Client) -> None:
    world.publish(*range(20))
    page = client.post(FEED, {"batch_size": 3, "sources": ["lever"]}).json()
    alone = client.post(FEED, {"cursor": page["next_cursor"]}).json()
    assert [job["title"] for job in alone["jobs"]] == ["Engineer 6", "Engineer 8", "Engineer 10"]
    beside = client.post(FEED, {"cursor": page["next_cursor"], "sources": ["greenhouse"], "batch_size": 4})
    assert [job["title"] for job in beside.json()["jobs"]] == [f"Engineer {n}" for n in (6, 8, 10, 12)]
    assert beside.headers["X-Ignored-Fields"] == "sources"


@says("With a rare filter a page may hold few rows, or none", "It is never true without a cursor.")
def test_has_more(world: World, serve: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobwire.store.filter_index.FilterIndex.build", lambda self: None)
    monkeypatch.setattr(world.store, "scan", partial(world.store.scan, budget=10))  # rows looked at for one page
    client = serve()
    world.publish(*range(40))
    world.publish(40, source="workday")
    pages = list(client.pages({"sources": ["workday"], "batch_size": 5}))
    assert [len(page["jobs"]) for page in pages] == [0, 0, 0, 0, 1]
    for page in [*pages, *client.pages({"batch_size": 7}), *client.pages({"batch_size": 41})]:
        assert page["has_more"] is (page["next_cursor"] is not None)


@says(
    "Failed requests cost nothing",
    "overlaps, retries and repeated cursors are free.",
    "A version of a job is charged once per account.",
)
def test_nothing_is_paid_twice(world: World, client: Client) -> None:
    world.publish(*range(6))
    client.key = world.add_key(PAYER, "payg", 10 * CREDIT)

    def paid(reply: Any) -> float:
        return float(reply.headers["X-Credits-Deducted"])

    first = client.post(FEED, {"batch_size": 4})
    assert paid(first) == 2
    cursor = first.json()["next_cursor"]
    assert client.post(FEED, {"batch_size": 0}).status == 400
    assert client.post(FEED, {"cursor": cursor + "x"}).status == 400
    for again in (
        client.post(FEED, {"batch_size": 4}),
        client.post(FEED, {"sources": ["lever"], "batch_size": 2}),
    ):
        assert paid(again) == 0
    assert [paid(client.post(FEED, {"cursor": cursor})) for _ in range(2)] == [1, 0]
    assert paid(client.post(FEED, {"posted_after": world.clock().isoformat()})) == 0
    assert paid(client.get(CHANGES)) == paid(client.get("/feeds/jobs.json")) == 0
    world.publish(3, title="edited")
    assert paid(client.post(FEED)) == 0.5, "another version"
    assert client.post(FEED).headers["X-Credits-Balance"] == "6.5"
