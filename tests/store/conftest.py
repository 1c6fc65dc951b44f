"""`store` is each of the stores in turn; `clock` is the clock it was opened with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.store.samples import FakeClock

from jobwire.store.base import Store
from jobwire.store.open import open_store

STORES = ["sqlite"]


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
