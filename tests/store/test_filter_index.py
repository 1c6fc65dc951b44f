"""The filter index is a follower of the log: whatever is written, it answers as the store does."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.store.samples import BERLIN, PARIS, T0, FakeClock, ids, put, take

from jobwire.model.filters import JobFilters, place_term
from jobwire.store.filter_index import FilterIndex
from jobwire.store.open import open_store

NUMBERS = st.lists(st.integers(0, 11), min_size=1, max_size=5)
PLACES = st.sampled_from([(), (BERLIN,), (PARIS,), (BERLIN, PARIS)])
MODELS = st.sampled_from([None, "remote", "hybrid", "onsite"])
TERMS = ["w:remote", "w:onsite", "w:", "s:lever", place_term("DE", None, None), place_term(None, None, "paris")]
GROUPS = st.lists(st.lists(st.sampled_from(TERMS), min_size=1, max_size=3).map(tuple), max_size=2).map(tuple)
FOLLOWED = [(("w:remote",),), (("w:remote", "w:onsite"), (place_term(None, None, "paris"),))]
MOMENTS = st.none() | st.integers(-40, 40).map(lambda hours: T0 + timedelta(hours=hours))
FILTERS = st.builds(JobFilters, groups=GROUPS, posted_after=MOMENTS, updated_after=MOMENTS)


def read_all(next_page):
    """(seqs, pages) of a whole scan; `next_page(after)` returns (seqs, seq, end)."""
    found, after = [], 0
    for _ in range(200):
        seqs, seq, end = next_page(after)
        assert seq > after or end or not seqs
        found += seqs
        after = seq
        if end:
            return found
    raise AssertionError("a scan without end")


class IndexFollowsLog(RuleBasedStateMachine):
    @initialize()
    def open(self):
        self.folder = tempfile.TemporaryDirectory()
        self.clock = FakeClock()
        self.store = open_store(Path(self.folder.name) / "x.db", self.clock)
        self.index = FilterIndex(self.store)
        self.index.build()
        self.consumers = {}
        self.follow(FOLLOWED[1], limit=3)

    def teardown(self):
        if hasattr(self, "store"):
            for groups in FOLLOWED:
                self.follow(groups, limit=3)
            self.store.close()
            self.folder.cleanup()

    @rule(numbers=NUMBERS, places=PLACES, model=MODELS, posted=st.integers(-30, 30), source=st.booleans())
    def write(self, numbers, places, model, posted, source):
        put(
            self.store,
            *numbers,
            locations=places,
            workplace_type=model,
            date_posted=T0 + timedelta(hours=posted),
            source="lever" if source else "greenhouse",
        )

    @rule(numbers=NUMBERS)
    def expire(self, numbers):
        take(self.store, *numbers)

    @rule(hours=st.integers(-3, 20))
    def pass_time(self, hours):
        self.clock.pass_(hours=hours)

    @rule()
    def purge(self):
        self.clock.pass_(days=8)
        self.store.purge(timedelta(days=7))

    @rule()
    def rebuild(self):
        self.index = FilterIndex(self.store)
        self.index.build()

    @rule(filters=FILTERS, limit=st.integers(1, 7), forget=st.booleans())
    def the_index_answers_as_the_store_does(self, filters, limit, forget):
        self.compare(filters, limit, forget)

    def compare(self, filters, limit, forget):
        assert self.index.catch_up()

        def from_index(after):
            match = self.index.page(filters, after, limit)
            rows = self.store.rows(match.seqs)
            if forget:
                self.index.forget(set(match.seqs) - {row.seq for row in rows})
            return [row.seq for row in rows], match.seq, match.end

        def from_store(after):
            page = self.store.scan(filters, after, limit, budget=limit + 2)
            return [row.seq for row in page.rows], page.seq, page.end

        found = read_all(from_index)
        assert found == read_all(from_store)
        assert self.index.estimate(filters) >= len(found)

    @rule(groups=st.sampled_from(FOLLOWED), limit=st.integers(1, 5))
    def a_consumer_of_changes_stays_equal(self, groups, limit):
        self.follow(groups, limit)

    def follow(self, groups, limit):
        """Followed from anywhere, the change feed leads to exactly the jobs that pass the filter now."""
        filters = JobFilters(groups=groups)
        assert self.index.catch_up()
        seq, copy, started = self.consumers.get(groups, (0, {}, self.store.head()))
        if seq < self.store.horizon():
            seq, copy, started = 0, {}, self.store.head()  # away too long: start over
        while True:
            match = self.index.match_changes(filters, seq, limit, removals_after=started)
            for row in self.store.log_rows(match.seqs):
                if row.body is not None and filters.match(row.terms):
                    copy[row.id] = row.body
                else:
                    assert row.seq > started
                    copy.pop(row.id, None)
            seq = match.seq
            if match.end:
                break
        self.consumers[groups] = (seq, copy, started)
        passing = read_all(lambda after: (lambda p: (p.rows, p.seq, p.end))(self.store.scan(filters, after, 100)))
        assert sorted(copy.values()) == sorted(row.body for row in passing)

    @invariant()
    def one_consumer_follows_every_step(self):
        if hasattr(self, "index"):
            assert self.index.head <= self.store.head()
            self.follow(FOLLOWED[0], limit=4)
            self.compare(JobFilters(groups=FOLLOWED[1], posted_after=T0), limit=3, forget=True)


TestIndexFollowsLog = IndexFollowsLog.TestCase
TestIndexFollowsLog.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, database=None, derandomize=True
)


def test_until_it_is_built_it_is_not_ready(store):
    put(store, *range(5))
    index = FilterIndex(store)
    assert not index.ready
    assert index.catch_up() is False
    seen = []
    index.build(lambda reached, head: seen.append((reached, head)))
    assert index.ready
    assert seen == [(5, 5)]


def test_an_index_that_lags_does_not_say_end(store, monkeypatch):
    monkeypatch.setattr("jobwire.store.filter_index._CATCH_UP_AT_MOST", 3)
    index = FilterIndex(store)
    index.build()
    put(store, *range(8))
    found, after, rounds = [], 0, 0
    while True:
        caught_up = index.catch_up()
        match = index.page(JobFilters(), after, 100)
        found += match.seqs
        after, rounds = match.seq, rounds + 1
        if match.end and caught_up:
            break
    assert (found, rounds) == (list(range(1, 9)), 3)


def test_a_place_beyond_the_index_is_not_the_end(store):
    index = FilterIndex(store)
    index.build()
    match = index.page(JobFilters(), 7, 10)
    assert (match.seqs, match.seq, match.end) == ([], 7, False)


def test_dead_positions_do_not_pile_up(store, monkeypatch):
    monkeypatch.setattr("jobwire.store.filter_index._COMPACT_AT", 20)
    put(store, *range(10))
    index = FilterIndex(store)
    index.build()
    for n in range(150):
        put(store, n % 10, title=f"T{n}")
        index.catch_up()
    assert index.estimate(JobFilters()) <= 10 + 120
    take(store, *range(10))
    index.catch_up()
    index.catch_up()
    assert index.estimate(JobFilters(groups=(("w:onsite",),))) <= 120


def test_many_dates_ahead_of_the_log(store, monkeypatch):
    monkeypatch.setattr("jobwire.store.filter_index._AHEAD_AT_MOST", 2)
    put(store, *range(7), date_posted=T0 + timedelta(days=9))
    index = FilterIndex(store)
    index.build()
    filters = JobFilters(posted_after=T0 + timedelta(days=8))
    found = read_all(lambda after: (lambda m: (m.seqs, m.seq, m.end))(index.page(filters, after, 3)))
    assert found == list(range(1, 8))


def test_changes_name_jobs_that_left_the_filter(store):
    put(store, 1, 2, workplace_type="remote")
    put(store, 3, workplace_type="onsite")
    index = FilterIndex(store)
    index.build()
    put(store, 1, workplace_type="onsite")
    take(store, 2, 3)
    index.catch_up()
    remote = JobFilters(groups=(("w:remote",),))
    rows = store.log_rows(index.match_changes(remote, 3, 10).seqs)
    assert [(row.id, row.reason) for row in rows] == [(*ids(1), None), (*ids(2), "source_removed")]
