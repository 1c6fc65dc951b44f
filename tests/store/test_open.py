"""Opening a store: addresses, versions, several at once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from importlib.resources import files

import pytest
from tests.store.conftest import as_url
from tests.store.samples import T0, FakeClock, put, take, titles

from jobwire.db.migrate import read_migrations
from jobwire.db.sqlite import Database, apply_migrations
from jobwire.errors import ConfigError, StoreMismatch
from jobwire.store.open import open_store


def sqlite_schema(database):
    with database.read() as read:
        return read.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()


def test_a_store_upgraded_step_by_step_equals_a_fresh_one(tmp_path):
    migrations = read_migrations(files("jobwire.store") / "migrations" / "sqlite")
    fresh = Database(tmp_path / "fresh.db")
    apply_migrations(fresh, migrations)
    for number in range(1, len(migrations)):
        old = Database(tmp_path / f"{number}.db")
        apply_migrations(old, migrations[:number])
        with pytest.raises(StoreMismatch):
            open_store(old.path, FakeClock(), migrate=False)
        open_store(old.path, FakeClock()).close()
        assert sqlite_schema(old) == sqlite_schema(fresh)


AMID_MIGRATIONS = """
import datetime, sys
from jobwire.db import {kind} as db
from jobwire.store.open import open_store

find_pending = db.find_pending

class Slowly(list):
    def __iter__(self):
        for migration in list.__iter__(self):
            yield migration
            print("applied", flush=True)
            sys.stdin.readline()

db.find_pending = lambda *given, **options: Slowly(find_pending(*given, **options))
open_store({address!r}, lambda: datetime.datetime.now(datetime.UTC))
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@pytest.mark.parametrize("steps", [1, 2])
def test_a_process_killed_amid_its_migrations_leaves_nothing_half_done(kind, steps, tmp_path, request):
    address = str(tmp_path / "x.db") if kind == "sqlite" else as_url(request.getfixturevalue("postgres_dsn"))
    script = AMID_MIGRATIONS.format(kind=kind, address=address)
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        for step in range(steps):
            child.stdin.write(b"\n" if step else b"")
            child.stdin.flush()
            assert child.stdout.readline() == b"applied\n"
        child.kill()
    with pytest.raises(StoreMismatch, match="version 0"):
        open_store(address, FakeClock(), migrate=False)
    store = open_store(address, FakeClock())
    assert put(store, 1).seq == store.head() == 1
    store.close()


def test_a_store_of_a_development_version_is_refused(tmp_path):
    open_store(tmp_path / "x.db", FakeClock()).close()
    with sqlite3.connect(tmp_path / "x.db") as db:
        db.execute("UPDATE schema_version SET name = 'log' WHERE version = 1")
    db.close()
    with pytest.raises(StoreMismatch, match="step 1") as refused:
        open_store(tmp_path / "x.db", FakeClock())
    assert "new store" in str(refused.value)


def test_addresses(tmp_path):
    with pytest.raises(ConfigError):
        open_store("mysql://x/y", FakeClock())
    for address in (tmp_path / "x.db", str(tmp_path / "x.db"), f"sqlite:///{tmp_path / 'x.db'}"):
        store = open_store(address, FakeClock())
        assert store.head() == 0
        store.close()


def test_two_that_are_open_see_each_other(open_):
    one, two = open_(), open_()
    put(one, 1)
    put(two, 2)
    put(one, 3)
    take(two, 2)
    assert one.cursor_key == two.cursor_key
    assert titles(one.page(0, 10).rows) == titles(two.page(0, 10).rows) == ["Engineer 1", "Engineer 3"]
    assert one.head() == two.head() == 4


def test_read_only(open_, store):
    put(store, 1)
    take(store, 1)
    reader = open_(read_only=True)
    assert reader.head() == 2
    assert len(reader.expired(T0, 0, 10).ids) == 1
    with pytest.raises(ConfigError):
        put(reader, 2)
