"""A run that finds nothing new: one request an endpoint, and the database is as it was, byte for byte."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from tests.sync.plain_server import KEY, PlainServer, make_site

from jobwire.sync import FeedClient, Sync, open_sink, read_status


def sync(server, target, **chosen):
    batch_size = 3 if server.log or server.knows_updated_after else 1000  # a blind server is read whole
    chosen = {"streams": ("jobs", "career_sites", "companies"), "batch_size": batch_size, **chosen}
    client = FeedClient(server.url, KEY, now=server.feed.clock)
    return Sync(client, target.url, now=server.feed.clock, **chosen).run()


@pytest.fixture(params=[{"log": True}, {"knows_updated_after": True}, {}], ids=["log", "plain", "blind"])
def server(request, feed, clock):
    for n in range(7):
        feed.publish(n)
    feed.sites = {str(n): make_site(n, clock()) for n in range(2)}
    clock.move(hours=1)
    with PlainServer(feed, **request.param) as running:
        yield running


def state_of(target, postgres_dsn):
    """What a write would change: the bytes of a file; the rows ever written, catalogs included, of a server."""
    if target.kind != "postgres":
        folder = Path(target.url.partition(":")[2].removeprefix("///"))
        files = sorted(
            path for path in folder.parent.rglob("*") if path.is_file() and "sync-lock" not in path.name
        )
        return [(path.name, path.stat().st_mtime_ns, path.read_bytes()) for path in files]
    with closing(psycopg.connect(postgres_dsn, autocommit=True)) as db:
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = "
        while db.execute(f"{others} 'client backend' AND pid <> pg_backend_pid()").fetchone() != (0,):
            pass  # a session tells what it did when it ends
        own = "relid IN (SELECT oid FROM pg_class WHERE NOT relisshared AND relname <> 'pg_statistic')"
        return db.execute(
            f"SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_all_tables WHERE {own}"
        ).fetchone()  # not what other databases and the server's own upkeep write


def test_an_idle_run_writes_nothing(server, target, feed, clock, request):
    dsn = request.getfixturevalue("postgres_dsn") if target.kind == "postgres" else None
    sync(server, target)
    clock.move(minutes=1)
    sync(server, target)
    for minutes in (0, 70):
        clock.move(minutes=minutes)
        before, asked = state_of(target, dsn), len(server.requests)
        receipt = sync(server, target)
        assert state_of(target, dsn) == before
        asked = [path for path, _ in server.requests[asked:]]
        assert len(asked) == len(set(asked))
        assert (receipt.outcome, receipt.jobs.changes) == ("complete", 0)
        assert receipt.watermark > clock() - timedelta(minutes=1)


def test_what_happens_after_idle_runs_is_not_missed(server, sqlite, feed, clock):
    ids = sorted(feed.active)
    sync(server, sqlite)
    for n in range(1, 4):
        clock.move(minutes=40)
        sync(server, sqlite)
        clock.move(hours=9)
        sync(server, sqlite)
        feed.edit(ids[0])
        feed.expire(ids[n])
    sync(server, sqlite)
    assert sqlite.active() == feed.truth()


def test_a_quiet_feed_never_seems_long_gone(feed, sqlite, clock):
    """A watermark that is not saved for a week would mean a full scan."""
    for n in range(7):
        feed.publish(n)
    with PlainServer(feed, knows_updated_after=True) as server:
        sync(server, sqlite, reconcile_every=None)
        for _ in range(40):
            clock.move(hours=6)
            assert not sync(server, sqlite, reconcile_every=None).full


def test_rows_of_the_overlap_are_not_sent_again_and_again(feed, sqlite, clock):
    ids = [feed.publish(n) for n in range(7)]
    clock.move(hours=1)
    with PlainServer(feed, knows_updated_after=True) as server:
        sync(server, sqlite, streams=("jobs",))
        clock.move(minutes=20)
        feed.edit(ids[0])
        fetched = []
        for _ in range(4):
            clock.move(minutes=16)
            fetched.append(sync(server, sqlite, streams=("jobs",)).jobs.fetched)
        assert fetched == [1, 0, 0, 0]


def test_status_tells_of_idle_runs_where_the_target_is_a_file(feed, target, clock):
    feed.publish(1)
    with PlainServer(feed, log=True) as server:
        sync(server, target)
        clock.move(hours=5)
        sync(server, target)
    clock.move(minutes=10)
    status = read_status(open_sink(target.url), now=clock())
    hours = status.lag_s / 3600
    assert hours == pytest.approx(5.2 if target.kind == "postgres" else 0.2, abs=0.1)
    assert status.last["outcome"] == "complete"
