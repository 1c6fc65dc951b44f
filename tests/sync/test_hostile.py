"""Servers that break the protocol: each ends in a copy that is right, or in an error that says what is wrong."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from tests.sync.plain_server import KEY, PlainServer

from jobwire.errors import ConfigError, RetryError, Unavailable
from jobwire.sync import FeedClient, Retries, Sync, verify

FEED, EXPIRED, CHANGES = "/api/jobs/feed", "/api/jobs/expired", "/api/jobs/changes"


def client_of(server):
    return FeedClient(
        server.url,
        KEY,
        now=server.feed.clock,
        retries=Retries(attempts=3),
        sleep=lambda _: None,
        jitter=lambda: 0.0,
    )


def sync(server, target, *, full=False, **chosen):
    return Sync(client_of(server), target.url, batch_size=3, now=server.feed.clock, **chosen).run(full=full)


@pytest.fixture
def ids(feed):
    return [feed.publish(n) for n in range(8)]


def on(path, change):
    """A twist of the answers at one path."""
    return lambda at, ask, answer: change(ask, answer) if at == path else answer


# What can be understood is understood


def null_lists(ask, answer):
    return {k: None if v == [] else v for k, v in answer.items()}


def numbered_cursors(ask, answer):
    return {**answer, "has_more": int(answer["has_more"])}


def estimates(value):
    return lambda ask, answer: {**answer, "estimated_total": value}


def of_another_spelling(ask, answer):
    return {
        "Jobs": answer["jobs"],
        "nextCursor": answer["next_cursor"],
        "HasMore": str(answer["has_more"]).lower(),
    }


def with_unknown_fields(ask, answer):
    jobs = [{**job, "x": {"y": [1, None, 10**40]}, "summary": None, "locations": None} for job in answer["jobs"]]
    return {"meta": {"took_ms": 1}, **answer, "jobs": jobs}


def with_a_mark(ask, answer):
    return b"\xef\xbb\xbf" + json.dumps(answer).encode()


def with_half_an_emoji(ask, answer):
    """As programs write that cut a text amid a pair: each half alone, a whole one and a backslash among them."""
    cut = "\\ud83d! \\ude00 \ud83d \ud83d\ude00 \ud83d\ud83d\ude00 \ude00"
    return json.dumps({**answer, "jobs": [{**job, "summary": cut, cut: 1} for job in answer["jobs"]]}).encode()


@pytest.mark.parametrize(
    "twist",
    [
        with_half_an_emoji,
        null_lists,
        numbered_cursors,
        estimates(8.0),
        estimates("about 8"),
        estimates(-1),
        estimates(10**400),
        estimates({"value": 8}),
        of_another_spelling,
        with_unknown_fields,
        with_a_mark,
    ],
)
def test_other_shapes_of_a_feed(feed, ids, sqlite, clock, twist):
    with PlainServer(feed) as server:
        server.twist = on(FEED, twist)
        sync(server, sqlite)
        clock.move(hours=1)
        feed.edit(ids[0])
        sync(server, sqlite)
        assert sqlite.active() == feed.truth()


@pytest.mark.parametrize(
    "spell",
    [
        str.upper,
        lambda id_: {"id": id_},
        lambda id_: {"job_id": id_, "expired_at": "2026-03-01T00:00:00Z"},
    ],
)
def test_other_shapes_of_removals(feed, ids, sqlite, clock, spell):
    with PlainServer(feed, knows_updated_after=True) as server:
        server.twist = on(
            EXPIRED, lambda ask, answer: {**answer, "job_ids": [*map(spell, answer["job_ids"]), None]}
        )
        sync(server, sqlite)
        clock.move(hours=1)
        feed.expire(ids[0])
        receipt = sync(server, sqlite)
        assert (receipt.jobs.expired, receipt.full) == (1, False)
        assert sqlite.active() == feed.truth()


def in_capitals(ask, answer):
    jobs = [{**job, "id": job["id"].upper()} for job in answer.get("jobs", ())]
    changes = [
        {**c, "job": {**c["job"], "id": c["job"]["id"].upper()}} if "job" in c else {**c, "id": c["id"].upper()}
        for c in answer.get("changes", ())
    ]
    return {**answer, **({"changes": changes} if changes else {"jobs": jobs} if jobs else {})}


@pytest.mark.parametrize("log", [False, True])
def test_a_uuid_in_capitals_is_the_same_job(feed, ids, sqlite, clock, log):
    with PlainServer(feed, knows_updated_after=True, log=log) as server:
        sync(server, sqlite)
        clock.move(hours=1)
        feed.edit(ids[0])
        feed.expire(ids[1])
        server.twist = lambda path, ask, answer: in_capitals(ask, answer)
        receipt = sync(server, sqlite)
        assert (receipt.jobs.new, receipt.jobs.changed, receipt.jobs.expired) == (0, 1, 1)
        assert verify(client_of(server), sqlite.open()).count == 0
        assert {row[0] for row in sqlite.read("SELECT id FROM jobs WHERE expired_at IS NULL")} == feed.active


def test_ids_that_are_numbers(sqlite, feed, clock):
    jobs = [{"id": n, "title": f"Job {n}", "updated_at": "2026-01-01T00:00:00Z"} for n in range(5)]
    page = {"jobs": jobs, "next_cursor": None, "has_more": False}
    with PlainServer(feed) as server:
        server.twist = on(FEED, lambda ask, answer: page)
        sync(server, sqlite)
        server.twist = lambda path, ask, answer: (
            {**page, "jobs": jobs[1:]} if path == FEED else {**answer, "job_ids": [0]}
        )
        assert sync(server, sqlite).jobs.expired == 1
        assert sqlite.read("SELECT id FROM jobs WHERE expired_at IS NULL ORDER BY id") == [
            (str(n),) for n in range(1, 5)
        ]


@pytest.mark.parametrize(
    ("status", "body"),
    [(422, {"detail": []}), (400, {}), (403, {}), (500, {}), (302, {}), (200, {"error": "none"})],
)
def test_a_server_with_its_own_idea_of_the_change_log(feed, ids, sqlite, status, body):
    """`/api/jobs/{id}` of a plain server answers for `/api/jobs/changes`, too."""
    with PlainServer(feed) as server:
        server.answer_changes = lambda ask: (status, body)
        receipt = sync(server, sqlite)
        assert (receipt.outcome, receipt.mode) == ("complete", "feed")
        assert sqlite.active() == feed.truth()


def test_a_change_log_that_was_down_is_found_later(feed, ids, sqlite, clock):
    with PlainServer(feed, log=True) as server:
        server.faults.extend(["500"] * 3)
        assert sync(server, sqlite).mode == "feed"
        assert sync(server, sqlite).mode == "changes"
        assert sqlite.active() == feed.truth()


def test_a_busy_server_is_not_taken_for_one_without_a_log(feed, ids, sqlite):
    with PlainServer(feed, log=True) as server:
        server.faults.extend(["500", "503", "429", "503"])
        client = FeedClient(server.url, KEY, now=feed.clock, sleep=lambda _: None)
        assert Sync(client, sqlite.url, now=feed.clock).run().mode == "changes"


# What has no end ends in an error


def same_cursor(ask, answer):
    return {**answer, "next_cursor": ask.get("cursor") or "first", "has_more": True}


class Endless:
    """Pages for ever, each with a cursor of its own."""

    def __init__(self, rows):
        self.rows, self.page = rows, 0

    def __call__(self, ask, answer):
        self.page += 1
        key = next(k for k in ("jobs", "job_ids", "changes") if k in answer)
        return {key: answer[key] if self.rows else [], "next_cursor": f"c{self.page}", "has_more": True}


@pytest.mark.parametrize("path", [FEED, EXPIRED, CHANGES])
@pytest.mark.parametrize("rows", [True, False])
def test_pages_for_ever(feed, ids, sqlite, clock, monkeypatch, path, rows):
    monkeypatch.setattr("jobwire.sync.page.MAX_IDLE_PAGES", 20)
    with PlainServer(feed, knows_updated_after=True, log=path == CHANGES) as server:
        sync(server, sqlite)
        clock.move(hours=1)
        feed.expire(ids[0])
        server.answer_feed, feed_answer = (lambda ask: feed_answer({**ask, "cursor": None})), server.answer_feed
        server.answer_expired, expired = (lambda ask: expired({**ask, "cursor": None})), server.answer_expired
        server.answer_changes, changes = (lambda ask: changes({**ask, "cursor": None})), server.answer_changes
        server.twist = on(path, Endless(rows))
        with pytest.raises(Unavailable, match="without anything new"):
            sync(server, sqlite)
        assert len(sqlite.active()) >= 7
        if path == FEED:
            with pytest.raises(Unavailable), client_of(server) as client:
                list(client.jobs())


def test_a_cursor_that_does_not_move(feed, ids, sqlite):
    with PlainServer(feed) as server:
        server.answer_feed, answer = (lambda ask: answer({**ask, "cursor": None})), server.answer_feed
        server.twist = on(FEED, same_cursor)
        with pytest.raises(Unavailable, match="again and again"):
            sync(server, sqlite)


@pytest.mark.parametrize(
    "body",
    [b"<!doctype html><html>", b"[]", b"null", b'{"jobs": 7}', b"{}", b'{"jobs":[' + b"[" * 100_000, b"\xff\xfe"],
)
def test_answers_that_are_no_page(feed, ids, sqlite, body):
    with PlainServer(feed) as server:
        server.twist = on(FEED, lambda ask, answer: body)
        with pytest.raises(RetryError, match="cannot be read"):
            sync(server, sqlite)


def test_removals_that_cannot_be_read_are_not_passed_over(feed, ids, sqlite, clock):
    with PlainServer(feed, knows_updated_after=True) as server:
        sync(server, sqlite)
        clock.move(hours=1)
        server.twist = on(EXPIRED, lambda ask, answer: {**answer, "job_ids": [{"uuid": ids[0]}]})
        with pytest.raises(Unavailable, match="without an id"):
            sync(server, sqlite)


def test_a_key_stays_with_its_host(feed, ids, sqlite):
    """Neither a redirect nor an address in the data takes it elsewhere."""
    from http.server import BaseHTTPRequestHandler

    with PlainServer(feed) as elsewhere, PlainServer(feed) as server:
        server._http.RequestHandlerClass.do_POST = lambda handler: _redirect(handler, elsewhere.url)
        assert issubclass(server._http.RequestHandlerClass, BaseHTTPRequestHandler)
        with pytest.raises(ConfigError, match="redirects"):
            sync(server, sqlite)
        assert elsewhere.requests == []


def _redirect(handler, url):
    handler.send_response(307)
    handler.send_header("Location", f"{url}{FEED}")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


# Pages of another scan


def sync_and_keep_last(server, target, path):
    """The last page of the scan."""
    pages = []
    server.twist = on(path, lambda ask, answer: pages.append(answer) or answer)
    sync(server, target)
    return next(page for page in pages if not page["has_more"] and (page.get("jobs") or page.get("changes")))


def test_an_old_last_page_does_not_end_a_scan(feed, sqlite, clock):
    """A proxy answers one request of a full scan with the last page of the scan before."""
    for n in range(12):
        feed.publish(n)
    with PlainServer(feed) as server:
        last, played = sync_and_keep_last(server, sqlite, FEED), []

        def replay(ask, answer):
            if ask.get("cursor") and not played:
                played.append(ask)
                return last
            return answer

        clock.move(minutes=5)
        feed.publish(50)
        server.twist = on(FEED, replay)
        receipt = sync(server, sqlite, full=True)
        assert played
        assert receipt.jobs.expired == 0
        assert sqlite.active() == feed.truth()


@pytest.mark.parametrize("semantics", [{"log": True}, {}], ids=["log", "plain"])
def test_an_old_last_page_for_ever_removes_nothing_that_is_not_explained(feed, sqlite, clock, semantics):
    """All through one scan; the second one is left alone."""
    for n in range(12):
        feed.publish(n)
    path = CHANGES if semantics else FEED
    with PlainServer(feed, **semantics) as server:
        last, scans = sync_and_keep_last(server, sqlite, path), []

        def replay(ask, answer):
            scans.extend([1] if not ask.get("cursor") else [])
            return last if ask.get("cursor") and len(scans) == 1 else answer

        server.twist = on(path, replay)
        receipt = sync(server, sqlite, full=True)
        assert receipt.jobs.expired == 0
        assert any("second time" in note for note in receipt.notes)
        assert sqlite.active() == feed.truth()


def test_one_removal_is_doubted_unless_it_is_listed(feed, ids, sqlite, clock):
    with PlainServer(feed) as server:
        sync(server, sqlite)
        feed.active.discard(ids[0])  # gone, and nobody says so
        receipt = sync(server, sqlite, full=True)
        assert any("does not list" in note for note in receipt.notes)
        assert receipt.jobs.expired == 1
        feed.expire(ids[1])
        receipt = sync(server, sqlite, full=True)
        assert (receipt.jobs.expired, [n for n in receipt.notes if "second" in n]) == (1, [])


def test_a_page_that_a_cache_kept_makes_the_watermark_as_old_as_itself(feed, ids, sqlite, clock):
    with PlainServer(feed, knows_updated_after=True) as server:
        sync(server, sqlite)
        kept = server.last_body[FEED]
        old = clock()
        clock.move(hours=2)
        feed.edit(ids[0])
        clock.move(hours=2)
        server.twist = on(FEED, lambda ask, answer: kept)
        server.age = clock() - old
        assert sync(server, sqlite).watermark <= old
        server.twist, server.age = (lambda path, ask, answer: answer), timedelta(0)
        sync(server, sqlite)
        assert sqlite.active() == feed.truth()


@pytest.mark.parametrize("log", [False, True])
def test_the_servers_clock_goes_back(feed, ids, sqlite, clock, log):
    with PlainServer(feed, knows_updated_after=True, log=log) as server:
        sync(server, sqlite)
        clock.move(hours=-3)
        feed.edit(ids[0], title="Edited in the past")
        receipt = sync(server, sqlite)
        assert log or any("clock went back" in note for note in receipt.notes)
        assert sqlite.active() == feed.truth()


def test_a_metered_feed_stays_metered_after_an_idle_run(feed, ids, sqlite, clock):
    clock.move(hours=1)
    with PlainServer(feed, price=0.5) as server:
        sync(server, sqlite)
        for _ in range(3):
            clock.move(hours=2)
            assert sync(server, sqlite).credits_deducted == 0


def test_a_full_run_mends_content_that_verify_names(feed, ids, target, clock):
    with PlainServer(feed, log=True) as server:
        sync(server, target)
        with target.open() as sink, sink._transaction():
            sink._change("UPDATE jobs SET title = 'Tampered' WHERE id = ?", (ids[0],))
            other = json.dumps({**feed.jobs[ids[1]], "description": "Tampered"})
            sink._change(f"UPDATE jobs SET body = {sink.json_value} WHERE id = ?", (other, ids[1]))
            feed.jobs[ids[2]]["company"]["name"] = "Renamed"
        drift = verify(client_of(server), target.open())
        assert (drift.count, sorted(drift.altered), drift.companies) == (2, ids[:2], 1)
        assert sync(server, target).jobs.changed == 0
        assert sync(server, target, full=True).jobs.changed == 3
        drift = verify(client_of(server), target.open())
        assert (drift.count, drift.companies) == (0, 0)
