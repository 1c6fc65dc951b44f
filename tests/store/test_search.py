"""The search index: it follows the log, survives what happens to it, and finds what is in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.samples import FakeClock, make_company, put, take, titles

from jobwire.errors import Unavailable
from jobwire.model.ids import company_id
from jobwire.store.base import Store
from jobwire.store.open import open_store
from jobwire.store.records import Publication
from jobwire.store.search import postgres
from jobwire.store.search.base import FACETS, Engine, Place, SearchQuery
from jobwire.store.search.document import industry_term, name_term
from jobwire.store.search.follow import SearchIndex
from jobwire.store.search.open import open_engine
from jobwire.store.search.tantivy import TantivyEngine
from jobwire.store.search.words import parse_words

Make = Callable[..., Engine]


def find(index: SearchIndex, store: Store, text: str = "", **fields: Any) -> list[str]:
    """Titles of the first page, best first."""
    query = SearchQuery(any_of=(parse_words(text),) if text else (), **fields)
    seqs = index.search(query).seqs
    rows = {row.seq: row for row in store.rows(seqs)}
    return titles([rows[seq] for seq in seqs if seq in rows])


def check_equal(index: SearchIndex, store: Store) -> None:
    """The index holds the active jobs, each once, at their positions."""
    found = index.search(SearchQuery(limit=10_000))
    assert sorted(found.seqs) == [row.seq for row in store.page(0, 10_000).rows]
    assert found.total == len(found.seqs) == store.counts().active


@pytest.fixture
def index(store: Store, engine: Engine) -> SearchIndex:
    return SearchIndex(store, engine)


def test_it_follows_every_kind_of_change(store: Store, index: SearchIndex) -> None:
    put(store, *range(10))
    assert index.follow()
    check_equal(index, store)
    put(store, 1, 2, title="Plumber")
    take(store, 3)
    put(store, 20)
    index.follow()
    check_equal(index, store)
    assert find(index, store, "plumber") == ["Plumber", "Plumber"]
    put(store, 3, title="Back again")
    index.follow()
    assert find(index, store, "back again") == ["Back again"]
    check_equal(index, store)


def test_counts_of_everything_follow_too(store: Store, index: SearchIndex) -> None:
    for count in (2, 3):
        put(store, *range(count))
        index.follow()
        counts = [index.search(SearchQuery(facets=facets)).facets for facets in (FACETS, ("sources",), FACETS)]
        assert [sum(n for _, n in found["sources"]) for found in counts] == [count] * 3


def test_counts_of_very_many_are_estimates(
    store: Store, index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "MOST_COUNTED", 40)
    put(store, *range(40), employment_type="full_time")
    put(store, *range(40, 160), employment_type="contract")
    index.follow()
    found = index.search(SearchQuery(facets=("employment_type",)))
    counts = dict(found.facets["employment_type"])
    assert found.total == 160
    assert 15 <= counts["full_time"] <= 80 and 80 <= counts["contract"] <= 160  # not of the oldest jobs alone


def test_before_it_is_whole_it_says_so(store: Store, index: SearchIndex) -> None:
    assert not index.ready
    index.follow()
    assert index.ready  # an empty log is whole


def test_positions_that_moved_are_not_shown_while_it_lags(store: Store, index: SearchIndex) -> None:
    put(store, 1, 2)
    index.follow()
    put(store, 1, title="Renamed")
    assert find(index, store, "engineer") == ["Engineer 2"]


def test_a_company_that_changes_takes_its_jobs_with_it(store: Store, index: SearchIndex) -> None:
    put(store, 1, 2)
    index.follow()
    assert find(index, store, groups=((industry_term("Fintech"),),)) == []
    store.publish(Publication(companies=(make_company(name="Acme", industries=("Fintech",)),)))
    index.follow()
    assert len(find(index, store, groups=((industry_term("fintech"),),))) == 2
    check_equal(index, store)


def test_progress_is_reported(store: Store, index: SearchIndex) -> None:
    put(store, *range(5))
    seen: list[tuple[int, int]] = []
    index.follow(lambda seq, head: seen.append((seq, head)))
    assert seen == [(5, 5)]


class TestKept:
    """The index as a server keeps it: in a folder, in a database."""

    def test_it_goes_on_where_it_was_left(self, store: Store, tmp_path: Path, make_engine: Make) -> None:
        put(store, *range(5))
        first = SearchIndex(store, make_engine(tmp_path))
        first.follow()
        first.close()
        put(store, 2, title="Edited")
        take(store, 4)
        again = SearchIndex(store, make_engine(tmp_path))
        seen: list[tuple[int, int]] = []
        again.follow(lambda seq, head: seen.append((seq, head)))
        assert len(seen) == 1
        check_equal(again, store)
        again.close()

    def test_another_process_reads_what_one_writes(self, store: Store, tmp_path: Path, make_engine: Make) -> None:
        writer, reader = (SearchIndex(store, make_engine(tmp_path)) for _ in range(2))
        put(store, 1)
        assert writer.follow() and reader.follow() and reader.ready
        put(store, 2)
        assert not reader.follow()
        writer.follow()
        assert reader.follow()
        check_equal(reader, store)
        writer.close()
        put(store, 3)
        assert reader.follow()  # it took the index over
        check_equal(reader, store)
        reader.close()

    def test_an_index_of_another_log_is_made_again(
        self, store: Store, tmp_path: Path, make_engine: Make, clock: FakeClock
    ) -> None:
        put(store, *range(5))
        index = SearchIndex(store, make_engine(tmp_path / "search"))
        index.follow()
        index.close()
        other = open_store(tmp_path / "other.db", clock)
        put(other, 77)
        moved = SearchIndex(other, make_engine(tmp_path / "search"))
        moved.follow()
        check_equal(moved, other)
        moved.close()
        other.close()

    def test_killed_between_any_two_commits_it_loses_nothing(
        self, tmp_path: Path, clock: FakeClock, engine_at: Callable[..., str]
    ) -> None:
        path, address = tmp_path / "jobwire.db", engine_at(tmp_path / "search")
        store = open_store(path, clock)
        program = textwrap.dedent(
            f"""
            import os, signal, sys
            from tests.store.samples import FakeClock
            from jobwire.store.open import open_store
            from jobwire.store.search import follow
            from jobwire.store.search.open import open_engine
            follow.BATCH, follow._COMMIT_EVERY = 7, 2
            store = open_store({str(path)!r}, FakeClock())
            left = int(sys.argv[1])
            def die(*_):
                global left
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
            follow.SearchIndex(store, open_engine({address!r})).follow(die)
            """
        )
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
        for n in range(3):
            put(store, *range(n * 30, n * 30 + 40), title=f"Round {n}")
            take(store, n * 30 + 5)
            died = subprocess.run([sys.executable, "-c", program, str(n + 2)], env=environment, check=False)
            assert died.returncode == -signal.SIGKILL
        index = SearchIndex(store, open_engine(address))
        while not index.follow():
            """The database has not noticed yet that the last one died."""
        check_equal(index, store)
        index.close()
        store.close()


class TestFolder:
    """What happens to a folder."""

    def test_removals_that_it_missed_make_it_again(self, store: Store, tmp_path: Path, clock: FakeClock) -> None:
        put(store, *range(5))
        index = SearchIndex(store, TantivyEngine(tmp_path))
        index.follow()
        take(store, 1, 2)
        clock.pass_(days=40)
        store.purge()
        put(store, 9)
        index.follow()
        check_equal(index, store)

    def test_a_damaged_index_is_made_again(self, store: Store, tmp_path: Path) -> None:
        put(store, 1, 2)
        index = SearchIndex(store, TantivyEngine(tmp_path))
        index.follow()
        index.close()
        (folder,) = tmp_path.glob("index-*")
        (folder / "meta.json").write_bytes(b'{"segments": nonsense')
        again = SearchIndex(store, TantivyEngine(tmp_path))
        again.follow()
        check_equal(again, store)

    def test_a_folder_taken_away_is_no_crash(self, store: Store, tmp_path: Path) -> None:
        put(store, 1)
        index = SearchIndex(store, TantivyEngine(tmp_path))
        index.follow()
        (folder,) = tmp_path.glob("index-*")
        folder.rename(tmp_path / "gone")
        put(store, 2)
        with pytest.raises(Unavailable):
            index.follow()
        (tmp_path / "gone").rename(folder)
        index.follow()
        check_equal(index, store)


STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "edit", "take", "company", "follow", "restart"]), st.integers(0, 8)),
    max_size=25,
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_after_any_writes_the_index_equals_the_log(
    tmp_path_factory: pytest.TempPathFactory, make_engine: Make, steps: Any
) -> None:
    folder = tmp_path_factory.mktemp("search")
    store = open_store(folder / "jobwire.db", FakeClock())
    index = SearchIndex(store, make_engine(folder / "search"))
    names: dict[str, str] = {}
    for count, (step, n) in enumerate(steps):
        match step:
            case "put":
                put(store, n, n + 1)
            case "edit":
                put(store, n, title=f"Edited {count}")
            case "take":
                take(store, n)
            case "company":
                names["Acme"] = f"Acme {count}"
                store.publish(
                    Publication(companies=(make_company(id=company_id("greenhouse:acme"), name=names["Acme"]),))
                )
            case "follow":
                index.follow()
            case "restart":
                index.close()
                index = SearchIndex(store, make_engine(folder / "search"))
    index.follow()
    check_equal(index, store)
    for row, title in zip(rows := store.page(0, 100).rows, titles(rows), strict=True):
        assert row.seq in index.search(SearchQuery(any_of=(parse_words(f'"{title}"'),), limit=100)).seqs
    if names and rows:
        found = index.search(SearchQuery(groups=((name_term(names["Acme"]),),), limit=100))
        assert found.total == len(rows)
    index.close()
    store.close()


def test_a_reader_does_not_write(tmp_path: Path) -> None:
    owner, other = TantivyEngine(tmp_path), TantivyEngine(tmp_path)
    assert owner.own() and not other.own()
    with pytest.raises(Unavailable):
        other.commit(Place(log="x"))
