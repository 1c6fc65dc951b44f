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
from jobwire.store.search.base import Engine
from jobwire.store.search.open import open_engine

STORES = ["sqlite", "postgres"]
ENGINES = ["tantivy", "postgres"]


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


@pytest.fixture(scope="session")
def search_dsn(postgres_server: PostgresServer) -> Iterator[str]:
    """A database for search indexes; one of another log is made again, so tests share it one after the other."""
    dsn = postgres_server.create()
    yield as_url(dsn)
    postgres_server.drop(dsn)


@pytest.fixture(scope="session", params=ENGINES)
def engine_at(request: pytest.FixtureRequest) -> Callable[..., str]:
    """The address of an engine of each kind; those of the same folder share their index."""
    if request.param == "tantivy":
        return lambda folder="": str(folder)
    dsn = str(request.getfixturevalue("search_dsn"))
    return lambda folder="": dsn


@pytest.fixture(scope="session")
def make_engine(engine_at: Callable[..., str]) -> Callable[..., Engine]:
    """Opens engines."""
    return lambda folder="": open_engine(engine_at(folder))


@pytest.fixture
def engine(make_engine: Callable[..., Engine]) -> Iterator[Engine]:
    """An empty one."""
    opened = make_engine()
    yield opened
    opened.close()
