"""The log of jobs keeps its contract, on each store."""

from __future__ import annotations

import random
import resource
from datetime import timedelta
from itertools import pairwise

import msgspec
import pytest
from tests.store.samples import BERLIN, BOARD, PARIS, T0, ids, make_entry, make_job, put, read_row, take, titles

from jobwire.errors import ConfigError, Unavailable
from jobwire.model.change import Removal
from jobwire.model.filters import JobFilters, job_terms, place_term
from jobwire.model.ids import job_id
from jobwire.store.open import open_store
from jobwire.store.records import Publication


def test_an_empty_store(store):
    assert (store.head(), store.horizon(), store.company_head()) == (0, 0, 0)
    page = store.page(0, 10)
    assert (page.rows, page.seq, page.end) == ([], 0, True)
    assert store.seq_at(T0) == 1
    assert store.tail(0, 10) == []
    assert store.expired(T0, 0, 10).end
    assert list(store.active_ids()) == []
    assert store.rows([1, 2, 3]) == []
    store.check()


def test_a_job_arrives_whole(store, clock):
    clock.pass_(hours=1)
    done = put(store, 1)
    assert (done.seq, done.at, done.new) == (1, clock.now, ids(1))
    (row,) = store.page(0, 10).rows
    job = make_job(1)
    expected = msgspec.json.decode(msgspec.json.encode(msgspec.structs.replace(job, updated_at=clock.now)))
    found = read_row(row)
    assert found["company"].pop("details_url") == f"http://x/api/companies/{job.company.id}"
    expected["company"] = {"id": job.company.id, "name": "Acme"}
    assert found == expected
    assert store.get_job(job.id) == row


def test_the_id_and_created_at_stay_and_updated_at_is_the_logs(store, clock):
    put(store, 1)
    clock.pass_(days=1)
    done = put(store, 1, title="Engineer II", created_at=clock.now)
    assert done.changed == ids(1)
    (row,) = store.page(0, 10).rows
    found = read_row(row)
    assert (row.seq, found["title"]) == (2, "Engineer II")
    assert found["created_at"] == "2026-03-01T08:00:00Z"
    assert found["updated_at"] == "2026-03-02T08:00:00Z"


def test_what_did_not_change_does_not_move(store):
    put(store, 1, 2)
    again = put(store, 1, 2, created_at=T0 + timedelta(days=1), updated_at=T0)
    assert (again.unchanged, again.changed, again.seq) == (ids(1, 2), (), 2)
    assert store.head() == 2


def test_a_change_moves_to_the_head_and_leaves_nothing_behind(store):
    put(store, 1, 2, 3)
    put(store, 1, title="Edited")
    page = store.page(0, 10)
    assert [row.seq for row in page.rows] == [2, 3, 4]
    assert store.rows([1, 2, 4]) == [page.rows[0], page.rows[2]]
    assert [row.seq for row in store.tail(0, 10)] == [2, 3, 4]


def test_pages_cover_the_log_in_any_cut(store):
    put(store, *range(10))
    take(store, 8, 9)
    for limit in (1, 3, 8, 9, 100):
        after, seen = 0, []
        while True:
            page = store.page(after, limit)
            seen += titles(page.rows)
            assert len(page.rows) <= limit
            after = page.seq
            if page.end:
                break
            assert page.rows
        assert seen == [f"Engineer {n}" for n in range(8)]
        assert 8 <= after <= store.head() == 12


def test_runs_are_counted_whole_as_far_as_asked(store):
    put(store, *range(20))
    take(store, 0, 5, 6, 7, 8, 9)
    assert store.count_runs(0, 5, 100) == [(0, 4), (2, 5), (3, 5)]  # tombstones are no jobs
    assert store.count_runs(10, 5, 5)[:1] == [(2, 5)]
    assert store.count_runs(15, 5, 1) == [(3, 5)]
    assert store.count_runs(20, 5, 100) == store.count_runs(500, 5, 1) == []


def test_the_last_full_page_knows_that_it_is_the_last(store):
    put(store, 1, 2, 3)
    take(store, 1)
    assert store.page(0, 2).end


def test_expiry_and_return(store, clock):
    put(store, 1, 2)
    clock.pass_(minutes=1)
    done = take(store, 1, reason="deadline")
    assert (done.expired, done.seq) == (ids(1), 3)
    assert titles(store.page(0, 10).rows) == ["Engineer 2"]
    assert store.get_job(*ids(1)) is None
    stone = store.get_log_row(*ids(1))
    assert (stone.seq, stone.reason, stone.body, stone.at) == (3, "deadline", None, clock.now)
    assert stone.company_id == make_job(1).company.id
    clock.pass_(minutes=1)
    back = put(store, 1, created_at=clock.now)
    assert back.reopened == ids(1)
    row = store.get_job(*ids(1))
    assert row.seq == 4
    assert read_row(row)["created_at"] == "2026-03-01T08:00:00Z"
    assert store.get_log_row(*ids(1)).reason is None


def test_removing_what_is_not_there_does_nothing(store):
    put(store, 1)
    take(store, 1)
    again = take(store, 1, 7)
    assert (again.expired, again.seq) == ((), 2)


def test_a_job_both_put_and_removed_stays(store):
    put(store, 1)
    done = store.publish(
        Publication(entries=(make_entry(1, title="Edited"),), removals=(Removal(*ids(1), "withdrawn"),))
    )
    assert (done.changed, done.expired) == (ids(1), ())


def test_of_two_entries_with_one_id_the_last_counts(store):
    store.publish(Publication(entries=(make_entry(1, title="A"), make_entry(1, title="B"))))
    assert titles(store.page(0, 10).rows) == ["B"]
    assert store.counts().active == 1


def test_times_rise_even_when_the_clock_goes_back(store, clock):
    times = [put(store, 1).at]
    for n in range(2, 6):
        clock.pass_(hours=-1)
        times.append(put(store, n).at)
    assert all(a < b for a, b in pairwise(times))
    rows = store.tail(0, 100)
    assert [row.at for row in rows] == times


def test_times_rise_when_the_clock_stands(store):
    assert put(store, 1).at < put(store, 2).at


def test_seq_at_finds_the_first_position_at_or_after_a_time(store, clock):
    marks = []
    for n in range(20):
        clock.pass_(minutes=1)
        marks.append((put(store, n, n + 100).at, 2 * n + 1))
    for at, seq in marks:
        assert store.seq_at(at) == seq
        assert store.seq_at(at - timedelta(microseconds=1)) == seq
    assert store.seq_at(clock.now + timedelta(microseconds=1)) == store.head() + 1
    put(store, 0, title="Moved")  # leaves position 1 empty
    assert store.seq_at(marks[0][0]) == 2


def test_terms_now_and_ever(store):
    put(store, 1)
    put(store, 1, locations=(PARIS,), workplace_type="remote")
    (row,) = store.tail(0, 10)
    assert row.terms == job_terms(make_job(1, locations=(PARIS,), workplace_type="remote"))
    assert row.past_terms == job_terms(make_job(1)) - row.terms
    assert "l:de||" in row.past_terms
    take(store, 1)
    (stone,) = store.tail(0, 10)
    assert stone.terms == frozenset()
    assert stone.past_terms == row.terms | row.past_terms
    put(store, 1)
    (row,) = store.tail(0, 10, bodies=False)
    assert row.body is None
    assert row.terms == job_terms(make_job(1))
    assert "w:remote" in row.past_terms
    assert "w:onsite" not in row.past_terms


@pytest.mark.parametrize("city", ["a|b", "a\nb", 'a"b', "l:x||", "\x00", "日本|", "||", "'; --"])
def test_terms_of_odd_places_survive(store, city):
    job = {"locations": (msgspec.structs.replace(BERLIN, city=city), PARIS), "source": "own|ats"}
    put(store, 1, **job)
    assert store.tail(0, 10)[0].terms == job_terms(make_job(1, **job))
    page = store.scan(JobFilters(groups=((place_term(None, None, city),),)), 0, 10)
    assert len(page.rows) == 1


def test_text_survives_byte_for_byte(store):
    text = "NUL \x00 emoji 🧪 lone \ud83d half".encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    put(store, 1, description=text, title="ß \\u0000 \u2028")
    assert read_row(store.page(0, 1).rows[0])["description"] == text


def test_expired_lists_what_is_expired_now(store, clock):
    put(store, *range(6))
    clock.pass_(hours=1)
    first = take(store, 0, 1).at
    clock.pass_(hours=1)
    second = take(store, 2, 3).at
    put(store, 1)
    assert store.expired(T0, 0, 10).ids == [*ids(0), *ids(2, 3)]
    assert store.expired(second, 0, 10).ids == [*ids(2, 3)]
    assert store.expired(first + timedelta(microseconds=1), 0, 10).ids == [*ids(2, 3)]
    page = store.expired(T0, 0, 2)
    assert (page.ids, page.end) == ([*ids(0, 2)], False)
    rest = store.expired(T0, page.seq, 2)
    assert (rest.ids, rest.end, rest.seq) == ([*ids(3)], True, store.head())


def test_scan_filters_and_watermarks(store, clock):
    put(store, 1, 2)
    clock.pass_(days=1)
    middle = clock.now
    put(store, 3, workplace_type="remote")
    put(store, 4, locations=(PARIS,), workplace_type="remote")
    put(store, 1, title="Engineer 1 again")
    take(store, 2)

    def scan(**filters):
        return titles(store.scan(JobFilters(**filters), 0, 10).rows)

    assert scan() == ["Engineer 3", "Engineer 4", "Engineer 1 again"]
    assert scan(groups=(("w:remote",),)) == ["Engineer 3", "Engineer 4"]
    assert scan(groups=(("w:remote",), (place_term("Germany", None, None),))) == ["Engineer 3"]
    assert scan(groups=(("w:remote", "w:onsite"),), updated_after=middle) == [
        "Engineer 3",
        "Engineer 4",
        "Engineer 1 again",
    ]
    assert scan(updated_after=middle + timedelta(microseconds=1)) == ["Engineer 4", "Engineer 1 again"]
    assert scan(groups=(("w:nowhere",),)) == []


def test_posted_after_also_finds_dates_ahead_of_the_log(store, clock):
    put(store, 1, date_posted=T0 + timedelta(days=10))
    put(store, 2)
    clock.pass_(days=2)
    put(store, 3)
    found = store.scan(JobFilters(posted_after=T0 + timedelta(days=1)), 0, 10)
    assert titles(found.rows) == ["Engineer 1", "Engineer 3"]
    assert store.posted_ahead(T0 + timedelta(days=1), 0, 3, 10) == [1]
    assert store.posted_ahead(T0 + timedelta(days=1), 0, 1, 10) == []
    assert store.posted_ahead(T0 + timedelta(days=11), 0, 3, 10) == []
    take(store, 1)
    assert store.posted_ahead(T0 + timedelta(days=1), 0, 9, 10) == []


def test_a_scan_looks_at_no_more_than_its_budget(store):
    put(store, *range(30))
    rare = JobFilters(groups=(("w:remote",),))
    page = store.scan(rare, 0, 10, budget=20)
    assert (page.rows, page.seq, page.end) == ([], 20, False)
    page = store.scan(rare, page.seq, 10, budget=20)
    assert (page.rows, page.seq, page.end) == ([], store.head(), True)
    page = store.scan(JobFilters(), 0, 30, budget=100)
    assert (len(page.rows), page.end) == (30, True)


def test_counts_are_what_a_count_would_say(store):
    random.seed(7)
    for _ in range(40):
        numbers = random.sample(range(12), 3)
        if random.random() < 0.6:
            put(store, *numbers, title=f"T{random.randrange(3)}")
        else:
            take(store, *numbers)
    rows = store.tail(0, 1000)
    counts = store.counts()
    assert counts.active == sum(row.reason is None for row in rows) == len(list(store.active_ids()))
    assert counts.tombstones == sum(row.reason is not None for row in rows)


def test_active_ids_by_source_and_board(store):
    put(store, 1, 2, 3)
    take(store, 3)
    other = make_entry(9, board_key="lever:x", source="lever")
    store.publish(Publication(entries=(other,)))
    assert set(store.active_ids()) == {*ids(1, 2, 9)}
    assert set(store.active_ids(source="lever")) == {*ids(9)}
    assert set(store.active_ids(board_key=BOARD)) == {*ids(1, 2)}
    assert set(store.active_ids(board_key=BOARD, source="lever")) == set()
    assert store.board_keys([*ids(1, 3, 9), "unknown"]) == dict(
        zip(ids(1, 3, 9), (BOARD, BOARD, "lever:x"), strict=True)
    )


def test_purge_drops_old_tombstones_and_moves_the_horizon(store, clock):
    put(store, 1, 2, 3)
    old = take(store, 1)
    clock.pass_(days=31)
    take(store, 2)
    assert store.purge_preview() == 1
    assert store.purge() == 1
    assert store.horizon() == old.seq
    assert store.get_log_row(*ids(1)) is None
    assert store.get_raw(*ids(1)) is None
    assert store.get_log_row(*ids(2)) is not None
    assert (store.counts().tombstones, store.purge(), store.horizon()) == (1, 0, old.seq)
    clock.pass_(days=10)
    assert store.purge(timedelta(days=7)) == 1
    head = store.head()
    assert put(store, 1).seq == head + 1, "a position is never used again"


def test_removals_are_kept_for_seven_days_at_least(store):
    with pytest.raises(ConfigError):
        store.purge(timedelta(days=6))


def test_a_store_outlives_its_process(open_):
    store = open_()
    key = store.cursor_key
    assert len(key) == 32
    put(store, 1)
    store.put_meta("name", b"\x00\xff")
    store.close()
    again = open_()
    assert again.cursor_key == key
    assert titles(again.page(0, 10).rows) == ["Engineer 1"]
    assert again.get_meta("name") == b"\x00\xff"
    assert again.get_meta("none") is None
    again.put_meta("name", b"")
    assert again.get_meta("name") == b""
    for name in ("of:a", "of:é\U0001f600", "of;", "of"):
        again.put_meta(name, b"x")
    again.delete_meta("of:")
    assert [again.get_meta(name) for name in ("of:a", "of:é\U0001f600", "of;", "of")] == [None, None, b"x", b"x"]


def test_a_failed_publication_leaves_nothing(store):
    put(store, 1)
    broken = msgspec.structs.replace(make_entry(2), job=msgspec.structs.replace(make_job(2), source=None))
    with pytest.raises(Exception):  # noqa: B017 - whatever it is, nothing may be left
        store.publish(Publication(entries=(make_entry(1, title="Edited"), broken)))
    assert titles(store.page(0, 10).rows) == ["Engineer 1"]
    assert put(store, 3).seq == 2


def test_a_full_disk_refuses_and_loses_nothing(tmp_path, clock):
    store = open_store(tmp_path / "x.db", clock)
    put(store, *range(50))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / "x.db-wal").stat().st_size, hard))
    try:
        with pytest.raises(Unavailable):
            put(store, *range(20, 300), title="edited")
        assert store.head() == store.counts().active == len(store.page(0, 1000).rows) == 50
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert put(store, *range(20, 300), title="edited").seq == 330
    assert titles(store.page(50, 1).rows) == ["edited"]
    store.close()


def test_unknown_ids(store):
    assert store.get_job(job_id("a", "b")) is None
    assert store.get_job("no uuid") is None
    assert store.get_log_row("no uuid") is None
