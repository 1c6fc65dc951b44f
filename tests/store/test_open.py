"""Opening a store: addresses, versions, several at once."""

from __future__ import annotations

from importlib.resources import files

import pytest
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
