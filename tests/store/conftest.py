"""`store` is each of the stores in turn; `clock` is the clock it was opened with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.postgres import PostgresServer
from tests.store.samples import FakeClock

from jobwire.store.base import Store
from jobwire.store.open import open_store

STORES = ["sqlite", "postgres"]


def as_url(dsn: str) -> str:
    """A connection string as the address that people give."""
    fields = {name: str(value) for name, value in conninfo_to_dict(dsn).items()}
    return f"postgresql:///{fields.pop('dbname')}?{urlencode(fields)}"


@pytest.fixture
def empty_postgres(postgres_server: PostgresServer) -> Iterator[str]:
    """Address of a new database, cloned from one that has the tables already."""
    template = postgres_server.template("store", lambda dsn: open_store(as_url(dsn), FakeClock()).close())
    dsn = postgres_server.create(template)
    yield as_url(dsn)
    postgres_server.drop(dsn)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=STORES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty store may be made."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'jobwire.db'}"
    return str(request.getfixturevalue("empty_postgres"))


@pytest.fixture
def open_(address: str, clock: FakeClock) -> Iterator[Callable[..., Store]]:
    """Opens the store, again and again if need be; closes what it opened."""
    opened: list[Store] = []

    def open_one(**options: bool) -> Store:
        opened.append(open_store(address, clock, **options))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(open_: Callable[..., Store]) -> Store:
    return open_()
