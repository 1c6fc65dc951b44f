"""The law of sync: whatever happens, in any order, with crashes anywhere: after one clean run the copy is equal."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sync.plain_server import KEY, Clock, Feed, PlainServer
from tests.sync.sinks import make_target

from jobwire.sync import FeedClient, Retries, Sync

JOBS = 9
ACTIONS = st.one_of(
    st.tuples(st.just("publish"), st.integers(0, 40)),
    st.tuples(st.just("edit"), st.integers(0, JOBS)),
    st.tuples(st.just("expire"), st.integers(0, JOBS)),
    st.tuples(st.just("reopen"), st.integers(0, JOBS)),
    st.tuples(st.just("wait"), st.sampled_from([1, 14, 16, 61, 60 * 26, 60 * 24 * 8])),
)
FAULTS = st.sampled_from(
    ["503", "429", "cut", "truncated", "malformed", "duplicate", "invalid_cursor", "null_cursor"]
)
RUNS = st.tuples(
    st.lists(ACTIONS, max_size=6),  # before the run
    st.dictionaries(
        st.integers(1, 9), st.lists(ACTIONS, min_size=1, max_size=3), max_size=3
    ),  # before its n-th answer
    st.lists(st.none() | FAULTS, max_size=5),
    st.none() | st.integers(1, 14),  # crash at the n-th call of the sink
)


class Died(BaseException):
    """The process is gone: nothing after this line runs."""


class Crashing:
    """A sink that dies at its n-th writing call: before it, or right after its commit."""

    def __init__(self, sink, at):
        self._sink, self._left, self._after = sink, at, bool(at and at % 2)

    def __getattr__(self, name):
        found = getattr(self._sink, name)
        return self._counted(found) if name in ("write_jobs", "suspect", "settle") else found

    def _counted(self, call):
        def counted(*args, **kwargs):
            self._left -= 1
            if self._left == 0 and not self._after:
                raise Died
            answer = call(*args, **kwargs)
            if self._left == 0:
                raise Died
            return answer

        return counted

    def __enter__(self):
        self._sink.open()

    def __exit__(self, *_):
        self._sink.close()


def act(feed, action):
    verb, n = action
    ids = sorted(feed.jobs)
    if verb == "publish":
        feed.publish(len(ids))
    elif verb == "wait":
        feed.clock.move(minutes=n)
    elif ids:
        job_id = ids[n % len(ids)]
        if verb == "edit" and job_id in feed.active:
            feed.edit(job_id)
        elif verb == "expire" and job_id in feed.active:
            feed.expire(job_id)
        elif verb == "reopen" and job_id not in feed.active:
            feed.reopen(job_id)
    feed.clock.move(seconds=1)


@contextmanager
def world(**semantics):
    feed = Feed(Clock())
    for n in range(JOBS):
        feed.publish(n)
    with tempfile.TemporaryDirectory() as folder, PlainServer(feed, **semantics) as server:
        yield feed, server, make_target("sqlite", Path(folder))


def run(server, target, *, crash_at=None, faults=()):
    client = FeedClient(
        server.url, KEY, now=server.feed.clock, retries=Retries(attempts=12), sleep=lambda _: None
    )
    sink = target.open()
    server.faults.extend(faults)
    try:
        return Sync(client, Crashing(sink, crash_at) if crash_at else sink, batch_size=4).run()
    except Died:
        return None
    finally:
        server.faults.clear()
        client.close()


SERVERS = pytest.mark.parametrize(
    "semantics",
    [
        {"posted_after": "updated"},
        {"posted_after": "updated", "only_expired": True, "knows_updated_after": True},
        {"posted_after": "posting_date"},
        {"log": True},
    ],
    ids=lambda semantics: "-".join(semantics),
)
HISTORY = given(runs=st.lists(RUNS, max_size=3), last=st.lists(ACTIONS, max_size=4))
QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@SERVERS
@settings(max_examples=8, **QUIET)
@HISTORY
def test_one_clean_run_makes_the_copy_equal(semantics, runs, last):
    check_law(semantics, runs, last)


@pytest.mark.soak
@SERVERS
@settings(max_examples=500, **QUIET)
@HISTORY
def test_one_clean_run_makes_the_copy_equal_soak(semantics, runs, last):
    check_law(semantics, runs, last)


def check_law(semantics, runs, last):
    with world(**semantics) as (feed, server, target):
        for before, during, faults, crash_at in runs:
            for action in before:
                act(feed, action)
            asked = len(server.requests)

            def meanwhile(_, n, during=during, asked=asked):
                for action in during.get(n - asked, ()):
                    act(feed, action)

            server.before_answer = meanwhile
            run(server, target, crash_at=crash_at, faults=faults)
        server.before_answer = lambda *_: None
        for action in last:
            act(feed, action)
        run(server, target)
        assert target.active() == feed.truth()
