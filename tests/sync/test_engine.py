"""Runs as a whole: receipts, credits, stops, faults, filters, streams, several runs at once, daemon mode."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from tests.sync.plain_server import KEY, PlainServer, make_site

from jobwire.errors import ConfigError, Locked, OutOfCredits, Unauthorized, Unavailable
from jobwire.sync import FeedClient, Retries, Stopped, Sync, exit_code, open_sink, read_status, verify


def sync(server, target, **chosen):
    client = FeedClient(
        server.url,
        KEY,
        now=server.feed.clock,
        retries=Retries(attempts=4),
        sleep=lambda _: None,
        jitter=lambda: 0.0,
    )
    return Sync(client, target.url, now=server.feed.clock, **chosen)


@pytest.fixture(params=[{"log": True}, {"knows_updated_after": True}], ids=["log", "plain"])
def server(request, feed):
    with PlainServer(feed, **request.param) as running:
        yield running


def test_every_sink_follows_every_kind_of_server(server, target, feed, clock):
    ids = [feed.publish(n) for n in range(7)]
    clock.move(hours=1)
    receipt = sync(server, target, batch_size=3).run()
    assert (receipt.outcome, receipt.jobs.fetched, receipt.jobs.new) == ("complete", 7, 7)
    feed.edit(ids[0], title="Edited")
    feed.expire(ids[1])
    feed.expire(ids[2])
    clock.move(minutes=1)
    feed.reopen(ids[2])
    clock.move(hours=1)
    receipt = sync(server, target, batch_size=3).run()
    assert (receipt.jobs.changed, receipt.jobs.expired) == (2, 1)
    assert target.active() == feed.truth()
    drift = verify(FeedClient(server.url, KEY), open_sink(target.url))
    assert (drift.count, drift.feed, drift.copied) == (0, 6, 6)
    status = read_status(open_sink(target.url), now=clock())
    assert status.drift == 0
    assert status.lag_s is not None
    assert status.lag_s < 5
    assert any("drift 0" in line for line in status.lines())


def test_an_idle_run_costs_one_request_an_endpoint_and_writes_no_row(server, sqlite, feed, clock):
    for n in range(7):
        feed.publish(n)
    clock.move(hours=1)
    sync(server, sqlite, batch_size=3).run()
    clock.move(hours=1)
    before, asked = sqlite.read("SELECT * FROM jobs"), len(server.requests)
    receipt = sync(server, sqlite, batch_size=3).run()
    assert len(server.requests) - asked == (1 if server.log else 2)
    assert (receipt.jobs.fetched, receipt.jobs.new, receipt.jobs.changed) == (0, 0, 0)
    assert sqlite.read("SELECT * FROM jobs") == before


def test_a_small_plain_feed_is_one_request(feed, sqlite, clock):
    feed.publish(1)
    with PlainServer(feed) as server:
        sync(server, sqlite).run()
        asked = len(server.requests)
        sync(server, sqlite).run()
        assert [path for path, _ in server.requests[asked:]] == ["/api/jobs/feed"]


def test_a_witness_earns_trust_in_posted_after(feed, sqlite, clock):
    ids = [feed.publish(n) for n in range(7)]
    clock.move(days=3)
    feed.edit(ids[3])
    with PlainServer(feed, posted_after="updated") as server:
        sync(server, sqlite, batch_size=3).run()
        clock.move(hours=1)
        asked = len(server.requests)
        sync(server, sqlite, batch_size=3).run()
        assert [path for path, _ in server.requests[asked:]] == ["/api/jobs/expired", "/api/jobs/feed"]


def test_a_watermark_that_lacks_edits_is_not_trusted(feed, sqlite, clock):
    ids = [feed.publish(n) for n in range(7)]
    clock.move(days=3)
    feed.edit(ids[3])
    with PlainServer(feed, posted_after="posting_date") as server:
        sync(server, sqlite, batch_size=3).run()
        clock.move(hours=1)
        feed.edit(ids[4], title="Edited")
        assert sync(server, sqlite, batch_size=3).run().full
        assert sqlite.active() == feed.truth()


def test_away_for_more_than_a_week(feed, target, clock):
    ids = [feed.publish(n) for n in range(7)]
    with PlainServer(feed, knows_updated_after=True) as server:
        sync(server, target, batch_size=3).run()
        feed.expire(ids[1])
        clock.move(days=9)
        receipt = sync(server, target, batch_size=3).run()
        assert any("comparing everything" in note for note in receipt.notes)
        assert receipt.jobs.expired == 1
        assert target.active() == feed.truth()


def test_a_log_that_forgot_us(feed, target, clock):
    ids = [feed.publish(n) for n in range(7)]
    with PlainServer(feed, log=True) as server:
        sync(server, target, batch_size=3).run()
        feed.expire(ids[1])
        del feed.log[ids[1]]
        feed.publish(50)
        server.log_start = feed.seq
        receipt = sync(server, target, batch_size=3).run()
        assert any("longer than the server keeps removals" in note for note in receipt.notes)
        assert target.active() == feed.truth()


def test_a_feed_that_lost_its_mind_is_asked_twice(feed, sqlite, clock):
    for n in range(20):
        feed.publish(n)
    with PlainServer(feed) as server:
        sync(server, sqlite).run()
        lost, feed.active = feed.active, set()

        def recover(path, _):
            feed.active = lost if server.count(path) > 2 else set()

        server.before_answer = recover
        receipt = sync(server, sqlite).run()
        assert receipt.jobs.expired == 0
        feed.active = set()
        server.before_answer = lambda *_: None
        assert sync(server, sqlite).run().jobs.expired == 20


def test_filters_are_applied_at_the_source_and_jobs_that_leave_them_go(feed, sqlite, clock):
    ids = [feed.publish(n) for n in range(8)]
    with PlainServer(feed) as server:
        assert sync(server, sqlite, filters={"sources": ["lever"]}).run().jobs.new == 4
        feed.edit(ids[0], source="ashby")
        receipt = sync(server, sqlite, filters={"sources": ["lever"]}).run()
        assert receipt.jobs.expired == 1
        receipt = sync(server, sqlite, filters={"sources": ["ashby"]}).run()
        assert any("filters changed" in note for note in receipt.notes)
        assert sqlite.active().keys() == {ids[0]}


def test_career_sites_and_companies(feed, target, clock):
    feed.publish(1)
    feed.sites = {str(n): make_site(n, clock()) for n in range(60)}
    streams = ("jobs", "career_sites", "companies")
    with PlainServer(feed) as server:
        receipt = sync(server, target, streams=streams).run()
        assert (receipt.career_sites.new, receipt.companies.new) == (60, 60)
        clock.move(hours=2)
        feed.sites["3"] = make_site(3, clock())
        clock.move(hours=2)
        receipt = sync(server, target, streams=streams).run()
        assert (receipt.career_sites.changed, receipt.companies.changed) == (1, 1)
        asked = len(server.requests)
        clock.move(hours=2)
        sync(server, target, streams=streams).run()
        assert len(server.requests) - asked == 2


def test_career_sites_are_resumed_where_they_were(feed, sqlite, clock):
    feed.sites = {str(n): make_site(n, clock()) for n in range(120)}
    with PlainServer(feed) as server:
        server.faults.extend([None, "500", "500", "500", "500"])
        with pytest.raises(Unavailable):
            sync(server, sqlite, streams=("career_sites",)).run()
        receipt = sync(server, sqlite, streams=("career_sites",)).run()
        assert receipt.career_sites.new == 70
        assert sqlite.read("SELECT count(*) FROM career_sites") == [(120,)]


def test_all_faults_at_once(server, sqlite, feed, clock):
    for n in range(30):
        feed.publish(n)
    faults = ["503", "429", "500", "cut", "truncated", "malformed", "duplicate", "invalid_cursor", "null_cursor"]
    for fault in faults:
        server.faults.extend([fault, None])
    assert sync(server, sqlite, batch_size=4).run().outcome == "complete"
    assert sqlite.active() == feed.truth()


def test_a_server_that_goes_in_circles(feed, sqlite, clock):
    for n in range(9):
        feed.publish(n)
    with PlainServer(feed) as server:
        server.faults.extend([None, None, *["duplicate"] * 9])
        with pytest.raises(Unavailable, match="again and again"):
            sync(server, sqlite, batch_size=2).run()
        server.faults.clear()
        sync(server, sqlite, batch_size=2).run()
        assert sqlite.active() == feed.truth()


def test_credits_are_never_overspent_and_the_next_run_goes_on(feed, sqlite, clock):
    for n in range(30):
        feed.publish(n)
    clock.move(hours=1)
    with PlainServer(feed, price=0.5) as server:
        start = server.balance
        first = sync(server, sqlite, batch_size=10, max_credits=8, min_credits=999_999).run()
        assert (first.outcome, exit_code(first)) == ("limit", 7)
        assert first.credits_deducted == start - server.balance <= 8
        assert any("Low balance" in note for note in first.notes)
        last = sync(server, sqlite, batch_size=10, max_credits=8).run()
        assert (last.outcome, last.jobs.new) == ("complete", 14)
        assert sqlite.active() == feed.truth()


def test_a_metered_feed_is_not_scanned_in_full_again(feed, sqlite, clock):
    for n in range(30):
        feed.publish(n)
    clock.move(hours=1)
    with PlainServer(feed, price=0.5) as server:
        sync(server, sqlite, batch_size=10).run()
        clock.move(days=2)
        assert sync(server, sqlite, batch_size=10).run().credits_deducted == 0


def test_an_estimate_asks_for_one_job_and_writes_nothing(feed, sqlite, tmp_path, clock):
    for n in range(3):
        feed.publish(n)
    with PlainServer(feed, price=0.5) as server:
        estimate = sync(server, sqlite).estimate()
        assert [ask.get("batch_size") for _, ask in server.requests] == [1]
        assert estimate.jobs is None  # this server does not say
        assert list(tmp_path.iterdir()) == []


def test_the_key_is_refused(feed, sqlite):
    with PlainServer(feed) as server, pytest.raises(Unauthorized) as caught:
        Sync(server.url, sqlite.url, key="wrong-key-of-twenty-chars").run()
    assert exit_code(caught.value) == 4
    assert KEY not in str(caught.value)


def test_no_feed_there(sqlite, feed):
    with PlainServer(feed) as server, pytest.raises(ConfigError, match="is no feed"):
        Sync(f"{server.url}/elsewhere", sqlite.url, key=KEY).run()


def test_a_failed_run_leaves_its_receipt(feed, sqlite, clock):
    feed.publish(1)
    with PlainServer(feed) as server:
        server.faults.extend(["500"] * 7)  # three to the change log, which may not be there, four to the feed
        run = sync(server, sqlite)
        with pytest.raises(Unavailable):
            run.run()
        assert run.receipt is not None
        assert (run.receipt.outcome, exit_code(run.receipt)) == ("failed", 1)
        assert read_status(open_sink(sqlite.url)).last["error"] == run.receipt.error


def test_two_runs_at_once(feed, sqlite, clock):
    feed.publish(1)
    with PlainServer(feed) as server:
        other = sync(server, sqlite)
        errors = []

        def start_another(*_):
            server.before_answer = lambda *_: None
            try:
                other.run()
            except Locked as error:
                errors.append(error)

        server.before_answer = start_another
        sync(server, sqlite).run()
        assert [exit_code(error) for error in errors] == [5]


def test_a_stop_ends_the_run_between_pages(feed, sqlite, clock):
    for n in range(30):
        feed.publish(n)
    with PlainServer(feed) as server:
        run = sync(server, sqlite, batch_size=5)
        server.before_answer = lambda path, n: n == 4 and run.stop.set()
        receipt = run.run()
        assert (receipt.outcome, exit_code(receipt)) == ("stopped", 130)
        assert 0 < receipt.jobs.new < 30
        assert read_status(open_sink(sqlite.url)).scanning
        sync(server, sqlite, batch_size=5).run()
        assert sqlite.active() == feed.truth()


def test_a_stop_does_not_wait_for_a_server_that_hangs(feed, sqlite, clock):
    feed.publish(1)
    released = threading.Event()
    with PlainServer(feed) as server:
        run = sync(server, sqlite)

        def hang(*_):
            run.stop.set()
            released.wait(30)

        server.before_answer = hang
        receipt = run.run()
        released.set()
    assert receipt.outcome == "stopped"
    assert receipt.seconds < 5


def test_three_pages_are_under_way_while_one_is_written(feed, sqlite, clock):
    """One waits for the writer, one is read, and the next one is asked for already."""
    for n in range(30):
        feed.publish(n)
    asked = threading.Event()
    with PlainServer(feed) as server:
        run = sync(server, sqlite, batch_size=5, use_changes=False)
        server.before_answer = lambda path, n: server.count("/api/jobs/feed") == 4 and asked.set()
        write = run.sink.write_jobs

        def write_once_asked(*page):
            assert asked.wait(30), "the fourth page is not asked for before the first one is written"
            return write(*page)

        run.sink.write_jobs = write_once_asked
        assert run.run().jobs.new == 30


def test_progress_is_told_page_by_page(feed, sqlite, clock):
    for n in range(10):
        feed.publish(n)
    told = []
    with PlainServer(feed) as server:
        sync(server, sqlite, batch_size=4, on_progress=told.append).run()
    assert [p.rows for p in told if p.phase == "scan"] == [4, 8, 10]
    assert told[-1].phase == "done"


def test_full_and_rebuild(server, sqlite, feed, clock):
    for n in range(5):
        feed.publish(n)
    sync(server, sqlite).run()
    full = sync(server, sqlite).run(full=True)
    assert (full.full, full.jobs.unchanged) == (True, 5)
    assert sync(server, sqlite).rebuild().jobs.new == 5


def test_verify_names_the_drift(server, target, feed, clock):
    ids = [feed.publish(n) for n in range(6)]
    clock.move(hours=1)
    sync(server, target).run()
    gone, edited, extra = ids[0], ids[1], ids[2]
    with target.open() as sink:
        sink.expire([gone], "tampered", clock())
    feed.edit(edited)
    feed.expire(extra)
    drift = verify(FeedClient(server.url, KEY), open_sink(target.url))
    assert (drift.count, drift.missing, drift.different, drift.extra) == (3, [gone], [edited], [extra])
    assert f"missing: {gone}" in drift.lines()
    sync(server, target).run(full=True)
    assert verify(FeedClient(server.url, KEY), open_sink(target.url)).count == 0


def test_the_daemon_runs_until_it_is_stopped(feed, sqlite, clock):
    feed.publish(1)
    receipts, errors, pauses = [], [], []
    with PlainServer(feed) as server:
        run = sync(server, sqlite)

        def wait(seconds):
            pauses.append(seconds)
            if len(pauses) == 1:
                server.faults.extend(["500"] * 4)
            return len(pauses) == 3

        run.run_every(
            timedelta(minutes=30),
            on_receipt=receipts.append,
            on_error=errors.append,
            wait=wait,
            random=lambda: 1.0,
        )
    assert [receipt.outcome for receipt in receipts] == ["complete", "complete"]
    assert [type(error) for error in errors] == [Unavailable]
    assert all(1900 < seconds <= 33 * 60 for seconds in pauses)
    assert receipts[0].next_run_at == clock() + timedelta(minutes=33)


def test_the_daemon_asks_again_within_the_hour_whatever_it_is_told(feed, sqlite):
    pauses = []
    with PlainServer(feed) as server:
        run = sync(server, sqlite)
        server.answer_feed = lambda ask: (429, {})
        server._http.RequestHandlerClass.end_headers = _with_retry_after(
            server._http.RequestHandlerClass.end_headers
        )
        run.run_every(timedelta(minutes=1), wait=lambda seconds: pauses.append(seconds) or True)
    assert [round(seconds, -2) for seconds in pauses] == [3600]


def _with_retry_after(end_headers):
    def end(handler):
        handler.send_header("Retry-After", "100000000000000")
        end_headers(handler)

    return end


def test_the_daemon_ends_where_time_heals_nothing(feed, sqlite, clock):
    with PlainServer(feed) as server, pytest.raises(Unauthorized):
        Sync(server.url, sqlite.url, key="wrong-key-of-twenty-chars").run_every(timedelta(minutes=1))


def test_exit_codes():
    codes = [
        exit_code(e) for e in (Unavailable("x"), OutOfCredits("x"), ConfigError("x"), Stopped("x"), ValueError())
    ]
    assert codes == [3, 4, 2, 130, 1]


def test_receipts_for_people_and_programs(feed, sqlite, clock):
    feed.publish(1)
    with PlainServer(feed, price=0.5) as server:
        receipt = sync(server, sqlite).run()
    assert json.loads(receipt.to_json())["jobs"]["new"] == 1
    text = "\n".join(receipt.lines())
    assert "1 fetched, 1 new" in text
    assert "0.5 used" in text
    assert KEY not in text


def test_importing_the_client_needs_no_server_packages():
    import subprocess
    import sys

    code = (
        "import sys, jobwire.sync; "
        "bad = {'aiohttp', 'starlette', 'psycopg', 'duckdb', 'pyarrow', 'dlt', 'pyroaring', 'structlog'}; "
        "bad |= {'jobwire.store', 'jobwire.api', 'jobwire.collect', 'jobwire.enrich'}; "
        "sys.exit(str(bad & set(sys.modules)) if bad & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_full_disk_loses_nothing(feed, sqlite, clock):
    from jobwire.sync.sinks.sqlite import SqliteSink

    class Small(SqliteSink):
        def _prepare(self):
            super()._prepare()
            self._db.execute("PRAGMA max_page_count = 60")

    for n in range(300):
        feed.publish(n, description="x" * 2000)
    with PlainServer(feed) as server:
        client = FeedClient(server.url, KEY, now=clock)
        with pytest.raises(ConfigError, match=r"full.*Make room"):
            Sync(client, Small(sqlite.url.removeprefix("sqlite:///")), batch_size=20, now=clock).run()
        kept = sqlite.read("SELECT count(*) FROM jobs")[0][0]
        assert 0 < kept < 300
        assert sync(server, sqlite, batch_size=20).run().jobs.new == 300 - kept
        assert sqlite.active() == feed.truth()


@pytest.mark.parametrize("days", [-400, 400])
def test_our_clock_does_not_matter(feed, sqlite, clock, days):
    ids = [feed.publish(n) for n in range(7)]
    with PlainServer(feed, knows_updated_after=True) as server:
        for _ in range(3):
            sync(server, sqlite, batch_size=3).run()
            clock.move(minutes=20)
            feed.expire(ids.pop())
            feed.edit(ids[0])
            client = FeedClient(server.url, KEY, now=lambda: clock() + timedelta(days=days))
            receipt = Sync(client, sqlite.url, batch_size=3).run()
            assert not receipt.full
            assert sqlite.active() == feed.truth()
            clock.move(minutes=20)
