"""A real process, killed with -9 in the middle of its work: afterwards one clean run makes the copy equal."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys

import pytest
from tests.sync.plain_server import KEY, Feed, PlainServer
from tests.sync.sinks import make_target

from jobwire.sync import FeedClient, Sync, open_sink, verify

PROGRAM = """
import sys
from jobwire.sync import Sync
from jobwire.sync.sinks import postgres_pair
postgres_pair.WORTH_ROWS = 1
Sync(sys.argv[1], sys.argv[2], key=sys.argv[3], batch_size=5).run()
"""
KILLS = int(os.environ.get("JOBWIRE_TEST_KILLS", "100"))
"""Of each of the six long tests."""
DATABASES = pytest.mark.parametrize("kind", ["sqlite", "postgres", "duckdb"])
SERVERS = pytest.mark.parametrize("semantics", [{"log": True}, {}], ids=["log", "plain"])


@pytest.mark.parametrize(
    ("kind", "semantics"),
    [("sqlite", {"log": True}), ("postgres", {}), ("duckdb", {})],
    ids=lambda value: str(value),
)
def test_killed_a_few_times(kind, semantics, tmp_path, request):
    harness(kind, semantics, tmp_path, request, kills=2, seed=1)


@pytest.mark.soak
@SERVERS
@DATABASES
def test_killed_hundreds_of_times(kind, semantics, tmp_path, request):
    harness(kind, semantics, tmp_path, request, kills=KILLS, seed=random.randrange(1 << 30))


def harness(kind, semantics, tmp_path, request, *, kills, seed):
    rng = random.Random(seed)
    target = make_target(kind, tmp_path, request.getfixturevalue("postgres_dsn") if kind == "postgres" else None)
    feed = Feed()
    for n in range(60):
        feed.publish(n)
    with PlainServer(feed, **semantics) as server:
        for _ in range(kills):
            run_and_kill(server, target, at_request=rng.randint(2, 14), rng=rng)
        server.before_answer = lambda *_: None
        Sync(server.url, target.url, key=KEY, batch_size=5).run()
        assert target.active() == feed.truth(), f"seed {seed}"
        assert verify(FeedClient(server.url, KEY), open_sink(target.url)).count == 0
    if kind == "sqlite":
        with sqlite3.connect(tmp_path / "copy.db") as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def run_and_kill(server, target, *, at_request, rng):
    """Kill while a page is on its way and another one is being written; the feed changes meanwhile."""
    asked = len(server.requests)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, server.url, target.url, KEY], stderr=subprocess.PIPE, text=True
    )

    def kill(_, n):
        change_something(server.feed, rng)
        if n - asked >= at_request:
            process.send_signal(signal.SIGKILL)

    server.before_answer = kill
    _, said = process.communicate(timeout=60)
    assert process.returncode in (0, -signal.SIGKILL), said


def change_something(feed, rng):
    with feed.lock:
        job_id = rng.choice(sorted(feed.jobs))
        choice = rng.random()
        if choice < 0.25:
            feed.publish(len(feed.jobs))
        elif job_id not in feed.active:
            feed.reopen(job_id)
        elif choice < 0.6:
            feed.edit(job_id)
        else:
            feed.expire(job_id)
