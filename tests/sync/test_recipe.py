"""Where the seeds' recipe, as printed, loses the truth; and that ours keeps it, on servers of either kind."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from tests.sync.plain_server import KEY, Clock, PlainServer
from tests.sync.recipe import Crash, Recipe

from jobwire.sync import Sync


class Pair:
    """The printed recipe and ours beside each other, following one feed."""

    def __init__(self, server, target, clock):
        self.printed = Recipe(server.url, clock)
        self.server, self.target, self.clock = server, target, clock

    def run(self):
        self.printed.run()
        self.run_ours()

    def run_ours(self, **chosen):
        return Sync(self.server.url, self.target.url, key=KEY, batch_size=3, now=self.clock, **chosen).run()

    def compare(self):
        truth = self.server.feed.truth()
        return self.printed.copy() == truth, self.target.active() == truth


@pytest.fixture
def pair(feed, sqlite, clock):
    @contextmanager
    def make(consumer_clock=None, **semantics):
        ids = [feed.publish(n) for n in range(8)]
        clock.move(hours=2)
        with PlainServer(feed, **semantics) as server:
            both = Pair(server, sqlite, consumer_clock or clock)
            both.run()
            assert both.compare() == (True, True)
            clock.move(hours=1)
            yield both, ids

    return make


def test_edit_of_an_old_job(pair, feed, clock):
    with pair(posted_after="posting_date") as (both, ids):
        feed.edit(ids[1], title="Edited")
        clock.move(minutes=5)
        both.run()
        assert both.compare() == (False, True)


def test_late_indexed_old_posting(pair, feed, clock):
    with pair(posted_after="posting_date") as (both, _):
        feed.publish(100, posted=clock() - timedelta(days=30))
        clock.move(minutes=5)
        both.run()
        assert both.compare() == (False, True)


@pytest.mark.parametrize("posted_after", ["posting_date", "created", "updated"])
def test_expired_and_reopened_in_one_window(pair, feed, clock, posted_after):
    with pair(posted_after=posted_after) as (both, ids):
        feed.expire(ids[2])
        clock.move(minutes=1)
        feed.reopen(ids[2])
        clock.move(minutes=5)
        both.run()
        assert both.compare() == (False, True)


def test_crash_after_page_one(feed, sqlite, clock):
    """The printed recipe resumes its first run without knowing when that began: what expired meanwhile stays."""
    ids = [feed.publish(n) for n in range(8)]
    with PlainServer(feed) as server:
        both = Pair(server, sqlite, clock)
        with pytest.raises(Crash):
            both.printed.run(crash_after_page=1)
        crash_once(both, after_pages=1)
        clock.move(hours=3)
        feed.expire(ids[0])
        feed.edit(ids[1])
        clock.move(minutes=5)
        both.run()
        assert both.compare() == (False, True)


@pytest.mark.parametrize("minutes", [-10, 10])
def test_clocks_ten_minutes_apart(pair, feed, clock, minutes):
    """The consumer's clock is off. Ahead of the server's it starts its sweep after the expiry it should see."""
    consumer = Clock(clock() + timedelta(hours=2, minutes=minutes))
    with pair(consumer_clock=consumer) as (both, ids):
        clock.move(hours=-1, minutes=3)  # three minutes after the first run, by the server
        feed.expire(ids[4])
        feed.edit(ids[5])
        feed.publish(200)
        clock.move(minutes=12)
        consumer.move(minutes=15)
        both.run()
        printed, ours = both.compare()
        assert ours
        assert printed is (minutes < 0)


def crash_once(both, *, after_pages):
    class Died(BaseException):
        pass

    written = 0

    def die(progress):
        nonlocal written
        written += progress.phase == "scan"
        if written == after_pages:
            raise Died

    with pytest.raises(Died):
        both.run_ours(on_progress=die)
