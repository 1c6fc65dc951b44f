"""What a server that keeps to the seeds may send: odd, but allowed. The copy must be right, and nothing cost more."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from tests.sync.plain_server import KEY, PlainServer, problem

from jobwire.errors import OutOfCredits
from jobwire.sync import FeedClient, Retries, Sync, exit_code, verify

FEED = "/api/jobs/feed"


def sync(server, target, **chosen):
    client = FeedClient(server.url, KEY, now=server.feed.clock, retries=Retries(attempts=2), sleep=lambda _: None)
    return Sync(client, target.url, now=server.feed.clock, **{"batch_size": 10, **chosen})


def drift_of(server, target):
    return verify(FeedClient(server.url, KEY, now=server.feed.clock), target.open()).count


def test_a_wallet_that_runs_dry_within_a_page_is_gone_on_with_once_it_is_filled(feed, sqlite, clock):
    for n in range(30):
        feed.publish(n)
    clock.move(hours=1)
    with PlainServer(feed, price=0.5) as server:
        server.balance = 8.0
        plain = server.answer_feed

        def as_far_as_it_reaches(ask):
            size = min(int(ask["batch_size"]), int(server.balance / 0.5))
            if not size:
                return 402, {**problem(402, "Insufficient credits", "Buy some."), "credits_balance": 0}
            return plain({**ask, "batch_size": size})

        server.answer_feed = as_far_as_it_reaches
        run = sync(server, sqlite)
        with pytest.raises(OutOfCredits) as caught:
            run.run()
        assert (exit_code(caught.value), run.receipt.jobs.new, run.receipt.credits_deducted) == (4, 16, 8.0)
        server.balance = 100.0
        receipt = sync(server, sqlite).run()
        assert (receipt.outcome, receipt.jobs.new) == ("complete", 14)
        assert receipt.credits_deducted == 7.0 + 0.5  # one job, to learn whether `updated_after` is known
        assert sqlite.active() == feed.truth()


def test_empty_pages_that_promise_more(feed, target, clock):
    for n in range(12):
        feed.publish(n)

    def sparse(path, ask, answer):
        if path != FEED or str(ask.get("cursor", "")).startswith("on-"):
            return answer
        return {"jobs": [], "next_cursor": f"on-{ask.get('cursor', '')}", "has_more": True}

    with PlainServer(feed, knows_updated_after=True) as server:
        server.twist = sparse
        plain = server.answer_feed
        server.answer_feed = lambda ask: plain({**ask, "cursor": str(ask.get("cursor", "")).removeprefix("on-")})
        sync(server, target, batch_size=5).run()
        assert target.active() == feed.truth()


ODD_IDS = ["ABCDEF00-0000-4000-8000-00000000000A", 'it\'s "quoted"', "100%_{}?", "Zürich/東京 🦀", "0", "a" * 200]


def test_ids_that_are_no_uuids(feed, target, clock):
    for n, id_ in enumerate(ODD_IDS):
        feed.publish(n, id=id_)
    with PlainServer(feed, knows_updated_after=True) as server:
        sync(server, target, batch_size=4).run()
        assert target.active() == feed.truth()
        clock.move(hours=1)
        for id_ in ODD_IDS[:4]:
            feed.expire(id_)
        feed.edit(ODD_IDS[4])
        receipt = sync(server, target, batch_size=4).run()
        assert (receipt.jobs.expired, receipt.jobs.changed, receipt.full) == (4, 1, False)
        assert target.active() == feed.truth()
        assert drift_of(server, target) == 0


def test_texts_that_no_index_takes_and_a_job_of_two_megabytes(feed, target, clock):
    words = "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(4_000))  # compresses badly
    place = {"location": words, "city": words, "region": words, "country": words}
    company = {"id": words, "name": words}
    feed.publish(1, locations=[place, {**place, "city": "a\0b", "location": "\0"}], company=company, title=words)
    feed.publish(2, description="x" * 2_000_000, summary="\0")
    feed.publish(3)
    with PlainServer(feed, knows_updated_after=True) as server:
        receipt = sync(server, target).run()
        assert (receipt.outcome, receipt.jobs.new) == ("complete", 3)
        clock.move(hours=1)
        for id_ in sorted(feed.jobs):
            feed.edit(id_)
        assert sync(server, target).run().jobs.changed == 3
        assert target.active() == feed.truth()
        assert drift_of(server, target) == 0
    kept = {job["id"]: job for job in target.bodies()}
    assert kept[sorted(feed.jobs)[0]]["company"]["id"] == words


@pytest.mark.parametrize("newest_first", [True, False])
def test_of_a_job_that_comes_twice_in_a_page_the_newest_is_kept(feed, target, clock, newest_first):
    job_id = feed.publish(1)
    old = dict(feed.jobs[job_id])
    clock.move(hours=1)
    feed.edit(job_id, title="Newest")
    both = [feed.jobs[job_id], old] if newest_first else [old, feed.jobs[job_id]]
    with PlainServer(feed) as server:
        server.twist = lambda path, ask, answer: {**answer, "jobs": both} if path == FEED else answer
        sync(server, target).run()
        assert [job["title"] for job in target.bodies()] == ["Newest"]


def test_to_learn_of_edits_costs_no_second_backfill(feed, sqlite, clock):
    ids = [feed.publish(n) for n in range(60)]
    clock.move(days=3)
    feed.edit(ids[3])
    clock.move(hours=1)
    with PlainServer(feed, posted_after="posting_date", price=0.5) as server:
        plain = server.answer_feed  # one that knows neither posted_after nor updated_after
        server.answer_feed = lambda ask: plain({k: v for k, v in ask.items() if not k.endswith("_after")})
        receipt = sync(server, sqlite).run()
        assert receipt.credits_deducted <= (60 + 1 + 10) * 0.5


def test_rows_that_are_edited_while_they_are_paged(feed, target, clock):
    """By last change, as a keyset: an edited job moves to the end and comes twice, or moves behind the reader."""
    for n in range(40):
        feed.publish(n)
        clock.move(seconds=1)

    def by_change(ask):
        after = tuple(json.loads(ask["cursor"])) if ask.get("cursor") else ("", "")
        since = ask.get("updated_after") or ask.get("posted_after") or ""
        keyed = sorted((feed.jobs[id_]["updated_at"], id_) for id_ in feed.active)
        found = [key for key in keyed if key > after and key[0] >= since]
        page, more = found[: ask["batch_size"]], len(found) > ask["batch_size"]
        cursor = json.dumps(page[-1]) if more else None
        return 200, {"jobs": [feed.jobs[id_] for _, id_ in page], "next_cursor": cursor, "has_more": more}

    def edit_two(path, n):
        clock.move(seconds=1)
        active = sorted(feed.active)
        if path == FEED and n < 40:
            feed.edit(active[n % len(active)], title=f"Edit {n}")
            feed.edit(active[-1 - n % len(active)], title=f"Edit {n}")
        if path == FEED and n % 5 == 0 and len(active) > 20:
            feed.expire(active[7])

    with PlainServer(feed, knows_updated_after=True) as server:
        server.answer_feed = by_change
        server.before_answer = edit_two
        for _ in range(3):
            sync(server, target, batch_size=4).run()
        server.before_answer = lambda *_: None
        sync(server, target, batch_size=4).run()
        assert target.active() == feed.truth()
        assert drift_of(server, target) == 0


def test_a_retry_after_that_is_a_date_by_the_servers_own_clock(feed, clock):
    waits = []
    with PlainServer(feed, skew=timedelta(days=-3)) as server:
        busy = iter([True, False])
        plain = server.answer_feed
        server.answer_feed = lambda ask: (429, {}) if next(busy) else plain(ask)
        add_header(server, lambda: server.now() + timedelta(seconds=20))
        FeedClient(server.url, KEY, now=clock, sleep=waits.append, jitter=lambda: 0.0).fetch_jobs()
    assert waits == [20.0]


def add_header(server, at):
    """Retry-After on every answer, as an HTTP date."""
    from email.utils import format_datetime

    endpoint = server._http.RequestHandlerClass
    plain = endpoint.end_headers

    def end_headers(handler):
        handler.send_header("Retry-After", format_datetime(at(), usegmt=True))
        plain(handler)

    endpoint.end_headers = end_headers


def test_a_file_keeps_a_journal_until_its_first_scan_is_complete(feed, sqlite, tmp_path, clock):
    """What is written once costs half; after that readers must never wait."""
    for n in range(12):
        feed.publish(n)
    path = tmp_path / "copy.db"

    def mode():
        with closing(sqlite3.connect(path)) as db:
            return db.execute("PRAGMA journal_mode").fetchone()[0]

    with PlainServer(feed) as server:
        for _ in range(2):  # one that stops, one that stops again
            run = sync(server, sqlite, batch_size=4)
            asked = len(server.requests)
            server.before_answer = lambda _, n, run=run, asked=asked: n > asked + 2 and run.stop.set()
            assert run.run().outcome == "stopped"
            assert mode() == "delete"
        server.before_answer = lambda *_: None
        sync(server, sqlite, batch_size=4).run()
        assert mode() == "wal"
        assert sqlite.active() == feed.truth()


def test_a_reader_of_a_file_that_is_filled_delays_only_its_log(feed, sqlite, tmp_path, clock):
    feed.publish(1)
    with PlainServer(feed) as server:
        sync(server, sqlite, streams=("career_sites",)).run()  # the tables are there now
        with sqlite.open() as sink:
            sink._db.execute("PRAGMA journal_mode = DELETE")
            with closing(sqlite3.connect(tmp_path / "copy.db")) as reader:
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM jobs").fetchone()
                sink._keep_log()
        assert sync(server, sqlite).run().jobs.new == 1
        with closing(sqlite3.connect(tmp_path / "copy.db")) as db:
            assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
