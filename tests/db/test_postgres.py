"""A PostgreSQL database: settings, bounded waits, transactions, migrations."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from jobwire.db.migrate import Migration
from jobwire.db.postgres import CONNECTIONS, Database, apply_migrations
from jobwire.errors import ConfigError, StoreMismatch, Unavailable

ONE = Migration(1, "one", "CREATE TABLE schema_version (version bigint, name text);\nCREATE TABLE t (n bigint);")
TWO = Migration(2, "two", "INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);")
BROKEN = Migration(2, "broken", "INSERT INTO t VALUES (1);\nINSERT INTO nowhere VALUES (2);")


@pytest.fixture
def database(postgres_dsn):
    database = Database(postgres_dsn, wait_s=0.5)
    yield database
    database.close()


def count(database):
    with database.read() as read:
        return read.execute("SELECT count(*) FROM t").fetchone()[0]


def test_migrations_run_once_and_in_a_schema_of_their_own(database, postgres_dsn):
    apply_migrations(database, [ONE])
    apply_migrations(database, [ONE, TWO])
    apply_migrations(database, [ONE, TWO])
    assert count(database) == 2
    with psycopg.connect(postgres_dsn) as other:
        assert other.execute("SELECT to_regclass('public.t'), to_regclass('jobwire.t')").fetchone() == (
            None,
            "jobwire.t",
        )


def test_a_broken_migration_leaves_nothing(database):
    apply_migrations(database, [ONE])
    with pytest.raises(StoreMismatch, match="nowhere"):
        apply_migrations(database, [ONE, BROKEN])
    assert count(database) == 0


def test_behind_and_ahead_are_refused(database):
    apply_migrations(database, [ONE])
    with pytest.raises(StoreMismatch, match="needs 2"):
        apply_migrations(database, [ONE, TWO], migrate=False)
    apply_migrations(database, [ONE, TWO])
    with pytest.raises(StoreMismatch, match="knows 1"):
        apply_migrations(database, [ONE])


def test_many_processes_may_start_at_once(postgres_dsn):
    def start(_):
        database = Database(postgres_dsn)
        apply_migrations(database, [ONE, TWO])
        found = count(database)
        database.close()
        return found

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(start, range(4))) == [2] * 4


def test_an_error_rolls_back(database):
    apply_migrations(database, [ONE])
    with pytest.raises(KeyError), database.write() as write:
        write.execute("INSERT INTO t VALUES (1)")
        raise KeyError
    assert count(database) == 0


def test_locks_are_waited_for_not_for_ever(database):
    with database.write() as one:
        one.execute("SELECT pg_advisory_xact_lock(1)")
        with pytest.raises(Unavailable), database.write(wait_s=0.05) as two:
            two.execute("SELECT pg_advisory_xact_lock(1)")


def test_connections_are_few_and_waits_bounded(database):
    ready, leave = threading.Barrier(CONNECTIONS + 1), threading.Event()

    def read():
        with database.read() as connection:
            connection.execute("SELECT 1")
            ready.wait()
            leave.wait()

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        for _ in range(CONNECTIONS):
            threads.submit(read)
        ready.wait(timeout=10)
        with pytest.raises(Unavailable), database.read():
            pass
        leave.set()
    with database.read() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_lost_connection_is_replaced(database):
    with database.read() as read:
        (pid,) = read.execute("SELECT pg_backend_pid()").fetchone()
        with pytest.raises(Unavailable), database.read() as other:
            other.execute("SELECT pg_terminate_backend(%s)", (pid,))
            read.execute("SELECT 1")
    with database.read() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_snapshot_sees_one_moment(database):
    apply_migrations(database, [ONE])
    with database.snapshot() as read:
        before = read.execute("SELECT count(*) FROM t").fetchone()
        with database.write() as write:
            write.execute("INSERT INTO t VALUES (1)")
        assert read.execute("SELECT count(*) FROM t").fetchone() == before


def test_read_only_and_wrong_addresses(database, postgres_dsn):
    apply_migrations(database, [ONE])
    reader = Database(postgres_dsn, read_only=True)
    with pytest.raises(ConfigError), reader.write() as write:
        write.execute("INSERT INTO t VALUES (1)")
    with pytest.raises(StoreMismatch):
        apply_migrations(reader, [ONE, TWO])
    reader.close()
    with pytest.raises(ConfigError):
        Database("postgresql://host?nonsense=1", wait_s=0.1)
    with pytest.raises(Unavailable):
        Database("postgresql://127.0.0.1:1/x", wait_s=0.2)
