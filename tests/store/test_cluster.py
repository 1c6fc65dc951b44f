"""PostgreSQL goes away and comes back; a replica lags and nobody skips."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from tests.store.cluster import Cluster
from tests.store.samples import FakeClock, put, take

from jobwire.errors import ConfigError, Unavailable
from jobwire.store.open import open_store


@pytest.fixture(scope="module")
def primary() -> Iterator[Cluster]:
    cluster = Cluster()
    yield cluster
    cluster.remove()


def wait_until(done, seconds=15.0):
    """The server's own pace: there is no clock of ours to wind on."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def test_a_killed_server_is_unavailable_and_then_back_with_all_it_acknowledged(primary):
    store = open_store(primary.address, FakeClock())
    before = put(store, 1, 2).seq
    primary.kill()
    started = time.monotonic()
    with pytest.raises(Unavailable) as refused:
        put(store, 3)
    assert refused.value.retry_after_s == 5
    with pytest.raises(Unavailable):
        store.check()
    assert time.monotonic() - started < 12
    primary.start()

    def answers():
        try:
            return store.head() == before
        except Unavailable:
            return False

    wait_until(answers)
    assert put(store, 3).seq == before + 1
    store.close()


def test_a_replica_that_lags_makes_nobody_skip(primary):
    store = open_store(primary.address, FakeClock())
    put(store, 1, 2)
    standby = Cluster(primary)
    try:
        replica = open_store(standby.address, FakeClock())
        assert replica.cursor_key == store.cursor_key
        wait_until(lambda: replica.head() == store.head())
        with standby.connect() as control:
            control.execute("SELECT pg_wal_replay_pause()")
            lagging = replica.head()
            wait_until(
                lambda: control.execute("SELECT pg_get_wal_replay_pause_state()").fetchone() == ("paused",)
            )
            for n in range(3, 9):
                put(store, n)
            page = store.page(lagging, 3)
            late = replica.page(page.seq, 3)
            assert (late.rows, late.seq, late.end) == ([], page.seq, False), "beyond its head is not the end"
            gone = take(store, 1)
            control.execute("SELECT pg_wal_replay_resume()")
            wait_until(lambda: replica.head() == store.head())
        assert replica.page(page.seq, 100) == store.page(page.seq, 100)
        assert replica.expired(gone.at, 0, 10).ids == store.expired(gone.at, 0, 10).ids
        with pytest.raises(ConfigError):
            put(replica, 10)
        replica.close()
    finally:
        standby.remove()
        store.close()
