"""The Typesense adapter against a double of its documented API (see `typesense_double`): no real one can be had here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.store.samples import PARIS, put, take
from tests.store.test_search import check_equal, find
from tests.store.typesense_double import Double, running_typesense

from jobwire.errors import ConfigError, Unavailable
from jobwire.store.base import Store
from jobwire.store.search.base import FACETS, SearchQuery
from jobwire.store.search.follow import SearchIndex
from jobwire.store.search.open import open_engine
from jobwire.store.search.words import parse_words


@pytest.fixture
def typesense() -> Iterator[tuple[Double, str]]:
    with running_typesense() as found:
        yield found


def test_it_follows_the_log(store: Store, typesense: tuple[Double, str]) -> None:
    index = SearchIndex(store, open_engine(typesense[1]))
    put(store, *range(300))
    assert index.follow()
    put(store, 1, title="C++ Plumber")
    put(store, 2, title="Registered Nurse", locations=(PARIS,))
    take(store, 3)
    index.follow()
    check_equal_pages(index, store)
    assert find(index, store, "c++") == ["C++ Plumber"]
    assert find(index, store, '"registered nurse" -plumber') == ["Registered Nurse"]
    assert find(index, store, groups=(("l:fr||",),)) == ["Registered Nurse"]
    assert find(index, store, "senior registered nurse zeppelin") == ["Registered Nurse"]
    found = index.search(SearchQuery(any_of=(parse_words("nurse"),), facets=FACETS))
    assert (found.total, found.facets["countries"]) == (1, [("FR", 1)])
    index.close()


def check_equal_pages(index: SearchIndex, store: Store) -> None:
    """Pages of Typesense hold 250 at most."""
    seqs = [seq for start in (0, 250) for seq in index.search(SearchQuery(offset=start, limit=250)).seqs]
    assert sorted(seqs) == [row.seq for row in store.page(0, 1_000).rows]


def test_one_writes_and_hands_over(store: Store, typesense: tuple[Double, str]) -> None:
    writer, reader = (SearchIndex(store, open_engine(typesense[1])) for _ in range(2))
    put(store, 1)
    assert writer.follow() and reader.follow()
    put(store, 2)
    assert not reader.follow()
    writer.close()
    assert reader.follow()
    check_equal(reader, store)
    reader.close()


def test_one_that_is_away_or_refuses_is_unavailable(store: Store, typesense: tuple[Double, str]) -> None:
    double, address = typesense
    index = SearchIndex(store, open_engine(address))
    put(store, 1)
    index.follow()
    double.down = True
    for act in (index.follow, lambda: index.search(SearchQuery())):
        put(store, 2)
        with pytest.raises(Unavailable):
            act()
    assert index.trouble
    double.down = False
    index.follow()
    check_equal(index, store)
    assert not index.trouble
    with pytest.raises(Unavailable, match="401"):
        open_engine(address.replace("typesense-key", "wrong")).own()
    index.close()


@pytest.mark.parametrize("address", ["typesense+http://host:8108", "typesense+http://"])
def test_an_address_needs_host_and_key(address: str) -> None:
    with pytest.raises(ConfigError):
        open_engine(address)
