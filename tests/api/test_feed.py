"""`POST /api/jobs/feed` as a consumer of the seeds' page sees it."""

from __future__ import annotations

from typing import Any

import pytest

BOTH = pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)


def test_a_backfill_delivers_every_active_job_once(world: Any, client: Any) -> None:
    world.publish(*range(25))
    world.expire(3, 4)
    pages = list(client.pages({"batch_size": 10}))
    assert [len(page["jobs"]) for page in pages] == [10, 10, 3]
    assert [page["has_more"] for page in pages] == [True, True, False]
    assert pages[0]["estimated_total"] == 23 and "estimated_total" not in pages[1]
    assert pages[-1]["next_cursor"] is None
    assert len({job["id"] for page in pages for job in page["jobs"]}) == 23


def test_an_empty_log_is_one_empty_page(client: Any) -> None:
    reply = client.post("/api/jobs/feed")
    assert reply.json() == {"jobs": [], "next_cursor": None, "has_more": False, "estimated_total": 0}
    assert reply.headers["X-Has-More"] == "false" and reply.headers["Content-Type"] == "application/json"


@BOTH
def test_a_job_has_every_field_and_its_company(world: Any, client: Any) -> None:
    world.publish(1)
    job = client.post("/api/jobs/feed", {}).json()["jobs"][0]
    assert job["company"]["name"] == "Company 1"
    url = f"{client.base}/api/companies/{job['company']['id']}"
    assert job["company"]["details_url"] == url
    assert job["updated_at"] == "2026-03-01T12:00:00Z" and job["compensation"] is None
    assert client.get(f"/api/jobs/{job['id']}").json() == job


def test_a_better_company_profile_shows_at_once(world: Any, client: Any) -> None:
    from jobwire.store.records import Publication

    world.publish(1)
    assert client.post("/api/jobs/feed").json()["jobs"][0]["company"]["summary"] is None
    world.store.publish(Publication(companies=(world.company(1, summary='Makes "things".'),)))
    assert client.post("/api/jobs/feed").json()["jobs"][0]["company"]["summary"] == 'Makes "things".'


@pytest.mark.parametrize("path", ["/api/jobs/feed", "/api/feed/jobs"])
@pytest.mark.parametrize("body", [b"", b"{}", b"null", b" \n", b'\xef\xbb\xbf{"cursor": null}'])
def test_every_way_to_ask_for_everything(world: Any, client: Any, path: str, body: bytes) -> None:
    world.publish(1, 2)
    assert len(client.send("POST", path, body, Content_Type="text/plain").json()["jobs"]) == 2


FILTERS = [
    ({"sources": ["Lever_CO"]}, lambda n: n % 2 == 0),
    ({"work_models": ["Remote", "on-site"]}, lambda n: n % 4 in (0, 2)),
    ({"is_remote": True}, lambda n: n % 4 == 0),
    ({"is_remote": False}, lambda n: n % 4 != 0),
    ({"experience_levels": ["Junior"]}, lambda n: n % 2 == 1),
    ({"employment_types": ["Full-Time"]}, lambda n: True),
    ({"employment_types": ["contract"]}, lambda n: False),
    ({"locations": [{"country": "germany"}]}, lambda n: n % 3 == 0),
    ({"locations": [{"country": "FR"}, {"city": "BERLIN"}]}, lambda n: n % 3 == 0),
    ({"locations": [{}]}, lambda n: True),
    ({"locations": [], "sources": []}, lambda n: True),
    ({"sources": ["lever"], "locations": [{"country": "DE", "region": None}]}, lambda n: n % 6 == 0),
]


@pytest.mark.parametrize(("filters", "passes"), FILTERS)
def test_filters(world: Any, client: Any, filters: dict[str, Any], passes: Any) -> None:
    world.publish(*range(24))
    expected = [f"Engineer {n}" for n in range(24) if passes(n)]
    assert client.scan(filters) == expected
    assert client.scan({**filters, "batch_size": 5}) == expected


def test_watermarks(world: Any, client: Any) -> None:
    from datetime import timedelta

    start = world.clock.now
    for hour in range(4):
        world.clock.now = start + timedelta(hours=hour)
        world.publish(hour)
    mark = (start + timedelta(hours=2)).isoformat()
    assert client.scan({"updated_after": mark}) == ["Engineer 2", "Engineer 3"]
    assert client.scan({"posted_after": mark}) == ["Engineer 2", "Engineer 3"]
    world.clock.now += timedelta(hours=1)
    world.publish(0, title="Engineer 0b")
    assert client.scan({"posted_after": mark}) == ["Engineer 2", "Engineer 3", "Engineer 0b"]
    assert client.scan({"posted_after": "2027-01-01"}) == []


@BOTH
def test_a_posting_dated_ahead_is_found_by_its_posting_date(world: Any, client: Any) -> None:
    from datetime import timedelta

    ahead = world.clock.now + timedelta(days=3)
    world.publish(1, date_posted=ahead)
    world.publish(2, 3)
    mark = (world.clock.now + timedelta(days=2)).isoformat()
    assert client.scan({"posted_after": mark}) == ["Engineer 1"]
    assert client.scan({"posted_after": mark, "batch_size": 1}) == ["Engineer 1"]
    world.clock.now += timedelta(days=2)
    world.publish(4)
    assert client.scan({"posted_after": mark, "batch_size": 1}) == ["Engineer 1", "Engineer 4"]


def test_a_cursor_alone_continues_and_what_is_beside_it_is_ignored(world: Any, client: Any) -> None:
    world.publish(*range(12))
    first = client.post("/api/jobs/feed", {"batch_size": 2, "sources": ["lever"]})
    cursor = first.json()["next_cursor"]
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
    beside = {"cursor": cursor, "sources": ["greenhouse"], "posted_after": "soon", "batch_size": 3}
    reply = client.post("/api/jobs/feed", beside)
    assert [job["title"] for job in reply.json()["jobs"]] == ["Engineer 4", "Engineer 6", "Engineer 8"]
    assert reply.headers["X-Ignored-Fields"] == "posted_after, sources"
    same = client.post("/api/jobs/feed", {"cursor": cursor, "sources": ["Lever"]})
    assert "X-Ignored-Fields" not in same.headers and len(same.json()["jobs"]) == 2


def test_unknown_fields_are_ignored_and_named(world: Any, client: Any, quiet_log: list[Any]) -> None:
    world.publish(1)
    reply = client.post("/api/jobs/feed", {"batchsize": 5, "q\r\nX-Evil: 1": 1, "posted_after": None})
    assert reply.status == 200 and reply.headers["X-Ignored-Fields"] == "batchsize, q%0D%0AX-Evil%3A%201"
    assert "X-Evil" not in reply.headers
    client.wait_for(lambda: any("batchsize -> batch_size" in line.get("did_you_mean", "") for line in quiet_log))


WRONG = [
    (b'{"batch_size": 0}', "batch_size", "nearest accepted value is 1 "),
    (b'{"batch_size": 1001}', "batch_size", "1001"),
    (b'{"batch_size": "10"}', "batch_size", '"10"'),
    (b'{"batch_size": true}', "batch_size", "true"),
    (b'{"batch_size": 1.5}', "batch_size", "1.5"),
    (b'{"batch_size": 1e30}', "batch_size", "1e+30"),
    (b'{"work_models": ["remoot"]}', "work_models", '"remote"'),
    (b'{"work_models": "remote"}', "work_models", "list"),
    (b'{"experience_levels": [null]}', "experience_levels", "null"),
    (b'{"employment_types": [{"a": 1}]}', "employment_types", "string"),
    (b'{"is_remote": 1}', "is_remote", "true or false"),
    (b'{"stable_scan": "yes"}', "stable_scan", "true or false"),
    (b'{"posted_after": "yesterday"}', "posted_after", "yesterday"),
    (b'{"posted_after": 1700000000}', "posted_after", "1700000000"),
    (b'{"updated_after": "2026-13-01"}', "updated_after", "2026-13-01"),
    (b'{"locations": ["Berlin"]}', "locations[0]", "object"),
    (b'{"locations": {"country": "DE"}}', "locations", "list"),
    (b'{"locations": [{"country": 49}]}', "country", "49"),
    (b'{"cursor": 5}', "cursor", "5"),
]


@pytest.mark.parametrize(("body", "field", "said"), WRONG)
def test_a_wrong_value_is_a_400_that_names_it(idle: Any, body: bytes, field: str, said: str) -> None:
    reply = idle.send("POST", "/api/jobs/feed", body)
    problem = reply.json()
    assert (reply.status, problem["code"], problem["status"]) == (400, "invalid_request", 400)
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert field in problem["detail"] and said in problem["detail"]
    assert problem["message"] == problem["detail"] and problem["error"] == problem["title"]


BROKEN = [
    b"{", b"[]", b'"x"', b"1", b"true", b"{'a': 1}", b'{"a": NaN}', b'{"a": -Infinity}', b'{"a": 1e999}',
    b'{"a": 1, "a": 1}', b'{"x": [{"a": 1, "a": 2}]}', b"\xff\xfe{\x00}\x00", b'{"a": "\xff"}',
    b'{"a":' * 200_000, b"[" * 100_000, b'{"a": ' + b"9" * 10_000 + b"}", b'{"sources": ["\\ud800"]}', b"{}{}",
]  # fmt: skip


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_body_is_a_400(idle: Any, body: bytes) -> None:
    reply = idle.send("POST", "/api/jobs/feed", body)
    assert (reply.status, reply.json()["code"]) == (400, "invalid_request")


def test_a_cursor_of_another_kind_or_an_altered_one_is_refused(world: Any, client: Any) -> None:
    world.publish(1, 2)
    good = client.post("/api/jobs/feed", {"batch_size": 1}).json()["next_cursor"]
    altered = ("A" if good[5] != "A" else "B").join((good[:5], good[6:]))
    for cursor in (good[:-1], good[1:], altered, good + "A", "x", "1.", "é" * 9, "a" * 50_000, "a" * 70_000):
        for reply in (
            client.post("/api/jobs/feed", {"cursor": cursor}),
            client.post("/api/career-sites/feed", {"cursor": cursor}),
        ):
            assert reply.status == 400, cursor
            assert reply.json()["title"] == "Invalid cursor" and reply.json()["code"] == "invalid_cursor"
    assert client.post("/api/career-sites/feed", {"cursor": good}).json()["code"] == "invalid_cursor"
    assert client.get(f"/api/jobs/expired?cursor={good}").json()["code"] == "invalid_cursor"


@BOTH
def test_a_row_that_moves_during_a_scan_is_not_lost(world: Any, client: Any) -> None:
    world.publish(*range(6))
    first = client.post("/api/jobs/feed", {"batch_size": 3}).json()
    world.publish(4, title="Engineer 4b")
    rest = client.scan({"cursor": first["next_cursor"]})
    assert rest == ["Engineer 3", "Engineer 5", "Engineer 4b"]
