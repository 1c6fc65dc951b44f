"""Several writers at once lose nothing: not to a follower that reads by position, not to a kill -9."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest
from tests.store.samples import read_row

from jobwire.model.times import to_micros
from jobwire.store.base import Store
from jobwire.store.copy import copy_store
from jobwire.store.open import open_store

ROOT = Path(__file__).parents[2]
SOAK_S = float(os.environ.get("JOBWIRE_SOAK_S", 300))


@contextmanager
def writers(
    address: str, count: int, seconds: float, hold_ms: float, seed: int = 0
) -> Iterator[list[subprocess.Popen]]:
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.store.writer", address, str(seed + n), str(seconds), str(hold_ms)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        for n in range(count)
    ]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


class Follower(threading.Thread):
    """Keeps a copy equal by reading on from where it is, with `page` and `tail` in turn."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.stop = threading.Event()
        self.by_tail: dict[str, int] = {}
        self.by_page: dict[str, int] = {}
        self.disorder: list[str] = []

    def run(self) -> None:
        tail_seq = page_seq = 0
        last_at = None
        done = False
        while not done:
            done = self.stop.is_set()  # one more round after the writers stopped
            for row in self.store.tail(tail_seq, 10_000, bodies=False):
                if last_at and row.at < last_at:
                    self.disorder.append(f"time went back at {row.seq}")
                tail_seq, last_at = row.seq, row.at
                self.by_tail[row.id] = row.seq
            page = self.store.page(page_seq, 10_000)
            for row in page.rows:
                self.by_page[read_row(row)["id"]] = row.seq
            page_seq = page.seq


def follow_writers(store: Store, address: str, seconds: float, count: int) -> None:
    followers = [Follower(store), Follower(store)]
    for follower in followers:
        follower.start()
    with writers(address, count, seconds, hold_ms=50) as processes:
        acknowledged = sum(len(process.communicate()[0].splitlines()) for process in processes)
        assert all(process.returncode == 0 for process in processes)
    for follower in followers:
        follower.stop.set()
        follower.join()
    truth = store.tail(0, 1_000_000, bodies=False)
    assert acknowledged > 5
    for follower in followers:
        assert follower.disorder == []
        assert follower.by_tail == {row.id: row.seq for row in truth}
        active = {row.id: row.seq for row in truth if row.reason is None}
        assert {job: seq for job, seq in follower.by_page.items() if job in active} == active


def test_followers_lose_nothing(store, address):
    follow_writers(store, address, seconds=1.5, count=3)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_followers_lose_nothing_in_minutes(store, address):
    follow_writers(store, address, seconds=SOAK_S, count=4)


def test_copies_and_purges_amid_writes_see_one_moment(store, address, tmp_path):
    """Copies are whole stores, removals may go at any time, and followers still end with what is active."""
    later = open_store(address, lambda: datetime.now(UTC) + timedelta(days=60))
    follower, copies, purged = Follower(store), 0, 0
    follower.start()
    with writers(address, 3, seconds=1.5, hold_ms=10) as processes:
        while copies < 2 or any(process.poll() is None for process in processes):
            copies += 1
            copy = open_store(tmp_path / f"{copies}.db", lambda: datetime.now(UTC))
            copy_store(store, copy)
            check_sound(copy)
            copy.close()
            purged += later.purge()
    follower.stop.set()
    follower.join()
    check_sound(store)
    active = {row.id: row.seq for row in store.tail(0, 1_000_000, bodies=False) if row.reason is None}
    assert follower.disorder == []
    for seen in (follower.by_tail, follower.by_page):
        assert {job: seq for job, seq in seen.items() if job in active} == active
    assert purged + later.purge() > 0
    assert store.counts().tombstones == 0
    later.close()


def test_paging_by_a_plain_sequence_loses_rows(postgres_dsn):
    """The same harness with what most feeds do, so that we know that it can fail."""
    with psycopg.connect(postgres_dsn, autocommit=True) as db:
        db.execute("CREATE TABLE naive (seq bigserial PRIMARY KEY)")
    stop = threading.Event()

    def insert(seed: int) -> None:
        draw = random.Random(seed)
        with psycopg.connect(postgres_dsn) as db:
            while not stop.is_set():
                db.execute("INSERT INTO naive DEFAULT VALUES")
                time.sleep(draw.random() * 0.02)
                db.commit()

    threads = [threading.Thread(target=insert, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    seen: set[int] = set()
    with psycopg.connect(postgres_dsn, autocommit=True) as db:
        last, end = 0, time.monotonic() + 1
        while time.monotonic() < end:
            for (seq,) in db.execute("SELECT seq FROM naive WHERE seq > %s ORDER BY seq", (last,)):
                seen.add(seq)
                last = seq
        stop.set()
        for thread in threads:
            thread.join()
        seen.update(seq for (seq,) in db.execute("SELECT seq FROM naive WHERE seq > %s", (last,)))
        rows = {seq for (seq,) in db.execute("SELECT seq FROM naive")}
    assert len(rows - seen) > 0


def kill_writers(address: str, rounds: int) -> list[dict]:
    """Start two writers, kill both in the middle, again and again. What they acknowledged, each in its order."""
    draw, acknowledged = random.Random(5), []
    for round_ in range(rounds):
        with writers(address, 2, seconds=60, hold_ms=5, seed=10 * round_) as processes:
            for process in processes:
                assert process.stdout
                acknowledged.append(msgspec.json.decode(process.stdout.readline()))
            time.sleep(draw.random() * 0.3)
            for process in processes:
                process.kill()
            for process in processes:
                lines = process.communicate()[0].split(b"\n")[:-1]  # a line cut off by the kill does not count
                acknowledged += [msgspec.json.decode(line) for line in lines]
    return acknowledged


def check_acknowledged(store: Store, acknowledged: list[dict]) -> None:
    """Every job that was said to have moved is where it was said to be, or further on."""
    assert acknowledged
    rows = {row.id: row.seq for row in store.tail(0, 1_000_000, bodies=False)}
    lost = [job for said in acknowledged for job in said["moved"] if rows.get(job, 0) <= said["after"]]
    assert lost == []


def check_sound(store: Store) -> None:
    rows = store.tail(0, 1_000_000, bodies=False)
    counts = store.counts()
    assert counts.active == sum(row.reason is None for row in rows) == len(store.page(0, 1_000_000).rows)
    assert counts.tombstones == sum(row.reason is not None for row in rows)
    assert store.head() >= max((row.seq for row in rows), default=0)
    assert len({row.id for row in rows}) == len(rows)
    times = [to_micros(row.at) for row in rows]
    assert times == sorted(times)


def test_a_killed_writer_loses_nothing_acknowledged(store, address):
    acknowledged = kill_writers(address, rounds=2)
    check_acknowledged(store, acknowledged)
    check_sound(store)
    if address.startswith("sqlite"):
        with sqlite3.connect(address.removeprefix("sqlite:///")) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        db.close()


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_a_writer_killed_fifty_times(store, address):
    check_acknowledged(store, kill_writers(address, rounds=50))
    check_sound(store)
