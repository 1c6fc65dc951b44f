"""A SQLite file: settings, bounded waits, transactions, migrations."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from jobwire.db.migrate import Migration
from jobwire.db.sqlite import READERS, Database, apply_migrations
from jobwire.errors import ConfigError, StoreMismatch, Unavailable

ONE = Migration(
    1, "one", "CREATE TABLE schema_version (version INTEGER, name TEXT);\nCREATE TABLE t (n INTEGER);"
)
TWO = Migration(2, "two", "-- a semicolon; in a comment\nINSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);")
BROKEN = Migration(2, "broken", "INSERT INTO t VALUES (1);\nINSERT INTO nowhere VALUES (2);")


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path / "folder" / "a b?#%.db", wait_s=0.2)
    yield database
    database.close()


def test_settings(database):
    with database.write() as write:
        assert write.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert write.execute("PRAGMA synchronous").fetchone() == (2,), "FULL: a power cut loses nothing"
    with database.write(durable=False) as write:
        assert write.execute("PRAGMA synchronous").fetchone() == (1,)
    assert database.path.exists()


def test_migrations_run_once_and_in_order(database):
    apply_migrations(database, [ONE])
    apply_migrations(database, [ONE, TWO])
    apply_migrations(database, [ONE, TWO])
    with database.read() as read:
        assert read.execute("SELECT n FROM t").fetchall() == [(1,), (2,)]
        assert read.execute("SELECT version, name FROM schema_version").fetchall() == [
            (1, ONE.mark),
            (2, TWO.mark),
        ]


def test_a_broken_migration_leaves_nothing(database):
    apply_migrations(database, [ONE])
    with pytest.raises(Unavailable, match="nowhere"):
        apply_migrations(database, [ONE, BROKEN])
    with database.read() as read:
        assert read.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_many_processes_may_start_at_once(tmp_path):
    def start(_):
        database = Database(tmp_path / "x.db")
        apply_migrations(database, [ONE, TWO])
        with database.read() as read:
            count = read.execute("SELECT count(*) FROM t").fetchone()[0]
        database.close()
        return count

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(start, range(8))) == [2] * 8


def test_a_newer_file_and_a_foreign_file_are_refused(database, tmp_path):
    apply_migrations(database, [ONE, TWO])
    with pytest.raises(StoreMismatch):
        apply_migrations(database, [ONE])
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE somebody (n)")
    other.close()
    with pytest.raises(ConfigError, match="another program"):
        apply_migrations(Database(tmp_path / "other.db"), [ONE])
    (tmp_path / "text.db").write_text("This is not a database at all, but it is long enough to look at." * 20)
    with pytest.raises(ConfigError):
        Database(tmp_path / "text.db")
    with pytest.raises(ConfigError):
        Database(tmp_path / "none.db", read_only=True)


def test_an_error_rolls_back(database):
    apply_migrations(database, [ONE])
    with pytest.raises(KeyError), database.write() as write:
        write.execute("INSERT INTO t VALUES (1)")
        raise KeyError
    with database.write() as write:
        assert write.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_a_writer_in_another_process_is_waited_for_not_for_ever(database):
    apply_migrations(database, [ONE])
    other = Database(database.path, wait_s=0.05)
    with database.write() as write:
        write.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(Unavailable), other.write():
            pass
        with other.read() as read:
            assert read.execute("SELECT count(*) FROM t").fetchone() == (0,), "readers never wait"
    with other.write() as write:
        assert write.execute("SELECT count(*) FROM t").fetchone() == (1,)
    other.close()


def test_a_writer_in_another_thread_is_waited_for_not_for_ever(database):
    apply_migrations(database, [ONE])
    with database.write(), ThreadPoolExecutor(1) as threads:

        def write_too():
            with database.write(wait_s=0.05):
                pass

        with pytest.raises(Unavailable):
            threads.submit(write_too).result()


def test_readers_are_few_and_waits_bounded(database):
    ready, leave = threading.Barrier(READERS + 1), threading.Event()

    def read():
        with database.read() as connection:
            connection.execute("SELECT 1")
            ready.wait()
            leave.wait()

    with ThreadPoolExecutor(READERS) as threads:
        for _ in range(READERS):
            threads.submit(read)
        ready.wait()
        with pytest.raises(Unavailable), database.read():
            pass
        leave.set()
    with database.read() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_snapshot_sees_one_moment(database):
    apply_migrations(database, [ONE])
    with database.snapshot() as read:
        before = read.execute("SELECT count(*) FROM t").fetchone()
        with database.write() as write:
            write.execute("INSERT INTO t VALUES (1)")
        assert read.execute("SELECT count(*) FROM t").fetchone() == before


def test_a_closed_database_is_unavailable(database):
    with database.read() as read:
        read.execute("SELECT 1")
    database.close()
    with pytest.raises(Unavailable), database.read() as read:
        read.execute("SELECT 1")


def test_read_only(database):
    apply_migrations(database, [ONE])
    reader = Database(database.path, read_only=True)
    apply_migrations(reader, [ONE])
    with reader.read() as read:
        assert read.execute("SELECT count(*) FROM t").fetchone() == (0,)
    with pytest.raises(ConfigError), reader.write() as write:
        write.execute("INSERT INTO t VALUES (1)")
    with pytest.raises(StoreMismatch):
        apply_migrations(reader, [ONE, TWO])
    reader.close()
