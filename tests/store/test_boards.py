"""Boards, postings and visits keep their contract, on each store."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from tests.store.samples import ACME, BOARD, T0, ids, make_board, make_entry, make_visit, put, take

from jobwire.errors import Locked
from jobwire.model.change import Removal
from jobwire.store.records import Miss, Publication

HOUR = timedelta(hours=1)


def test_put_get_and_forget(store):
    state = make_board(next_visit_at=T0 + HOUR, last_success_at=T0, memory={"held": {"n": [1, None, "ü"]}})
    assert store.put_board(state) is True
    assert store.get_board(BOARD) == state
    changed = make_board(paused=True, memory={})
    assert store.put_board(changed) is False
    assert list(store.boards()) == [changed]
    assert store.counts().boards == 1
    assert store.delete_board(BOARD) is True
    assert store.delete_board(BOARD) is False
    assert store.get_board(BOARD) is None
    assert store.counts().boards == 0


def test_boards_come_by_key(store):
    for name in ("c", "a", "b"):
        store.put_board(make_board(name))
    assert [state.board.token for state in store.boards()] == ["a", "b", "c"]


def test_due_boards_are_claimed_once_oldest_first(store, clock):
    store.put_board(make_board("later", next_visit_at=T0 + HOUR))
    store.put_board(make_board("second", next_visit_at=T0 - HOUR))
    store.put_board(make_board("first", next_visit_at=T0 - 2 * HOUR))
    store.put_board(make_board("new"))
    store.put_board(make_board("paused", paused=True))

    def claim(limit=10):
        return [state.board.token for state in store.claim_boards(clock.now, limit, HOUR)]

    assert claim(2) == ["new", "first"]
    assert claim() == ["second"]
    assert claim() == []
    store.release_board("greenhouse:first")
    assert claim() == ["first"]
    clock.pass_(hours=1)
    assert claim() == ["new", "first", "second", "later"], "a lease runs out"


def test_putting_a_board_keeps_its_lease_and_publishing_it_ends_it(store, clock):
    store.put_board(make_board())
    assert len(store.claim_boards(clock.now, 1, HOUR)) == 1
    store.put_board(make_board(memory={"edited": True}))
    assert store.claim_boards(clock.now, 1, HOUR) == []
    store.publish(Publication(board=make_board(), board_key=BOARD, visit=make_visit()))
    assert len(store.claim_boards(clock.now, 1, HOUR)) == 1


def test_a_lease_is_its_holder_s(store, clock):
    store.put_board(make_board())
    assert store.renew_lease(BOARD, clock.now + HOUR, "one") is False, "nobody claimed it"
    assert len(store.claim_boards(clock.now, 1, HOUR, "one")) == 1
    store.release_board(BOARD, "two")
    assert store.claim_boards(clock.now, 1, HOUR, "two") == []
    clock.pass_(minutes=50)
    assert store.renew_lease(BOARD, clock.now + HOUR, "one") is True
    clock.pass_(minutes=50)
    assert store.claim_boards(clock.now, 1, HOUR, "two") == []
    clock.pass_(minutes=10)
    assert len(store.claim_boards(clock.now, 1, HOUR, "two")) == 1
    assert store.renew_lease(BOARD, clock.now + HOUR, "one") is False
    assert store.renew_lease("lever:nobody", clock.now + HOUR, "one") is False
    store.release_board(BOARD, "one")
    assert store.claim_boards(clock.now, 1, HOUR, "one") == []
    store.release_board(BOARD)
    assert store.renew_lease(BOARD, clock.now + HOUR, "two") is True
    assert len(store.claim_boards(clock.now, 1, HOUR, "one")) == 1, "a lease that ended is not renewed"


def test_only_the_holder_of_a_board_writes_of_it(store, clock):
    store.put_board(make_board())
    store.claim_boards(clock.now, 1, HOUR, "one")
    mine = Publication(board_key=BOARD, entries=(make_entry(1),), holder="one")
    assert store.publish(mine).new == ids(1)
    clock.pass_(hours=1)
    store.claim_boards(clock.now, 1, HOUR, "two")
    late = Publication(board_key=BOARD, entries=(make_entry(2),), removals=(Removal(ids(1)[0], "withdrawn"),))
    with pytest.raises(Locked):
        store.publish(msgspec.structs.replace(late, holder="one"))
    assert (store.head(), store.counts().active) == (1, 1)
    assert store.publish(msgspec.structs.replace(late, holder="two")).expired == ids(1)
    store.delete_board(BOARD)
    with pytest.raises(Locked):
        store.publish(Publication(board_key=BOARD, entries=(make_entry(3),), holder="two"))


def test_a_lease_of_a_clock_that_was_wrong_does_not_count(store, clock):
    store.put_board(make_board())
    assert len(store.claim_boards(clock.now + 1_000 * HOUR, 1, HOUR)) == 1
    assert len(store.claim_boards(clock.now, 1, HOUR)) == 1
    assert store.claim_boards(clock.now, 1, HOUR) == []


def test_visits_that_never_end_are_counted(store, clock):
    """A collector that dies, a machine that restarts, do not end a visit; a publication and a holder do."""

    def claim():
        (state,) = store.claim_boards(clock.now, 1, HOUR, "one")
        return state.lost_visits

    store.put_board(make_board())
    assert claim() == 0
    clock.pass_(hours=1)
    assert claim() == 1
    store.release_board(BOARD)
    assert claim() == 2
    store.put_board(make_board(memory={"edited": True}))
    store.release_board(BOARD, "one")
    assert claim() == 2, "that visit was given back by its collector"
    store.release_board(BOARD, "one", clock.now + HOUR)
    assert store.claim_boards(clock.now, 1, HOUR) == []
    clock.pass_(hours=1)
    assert claim() == 2
    clock.pass_(hours=1)
    (state,) = store.claim_boards(clock.now, 1, HOUR, "two")
    assert state.lost_visits == 3
    store.release_board(BOARD, "one")
    assert store.claim_boards(clock.now, 1, HOUR) == [], "two has it"
    clock.pass_(hours=1)
    assert claim() == 3, "one was slow, and is alive: only the visit of two is lost besides"
    store.publish(Publication(board=make_board(), board_key=BOARD, holder="one"))
    assert store.get_board(BOARD).lost_visits == claim() == 0


def test_a_visit_planned_by_a_clock_that_was_wrong_is_due(store, clock):
    store.put_board(make_board("wrong", next_visit_at=T0 + 24 * 9 * HOUR))
    store.put_board(make_board("late", next_visit_at=T0 + 24 * 7 * HOUR))
    found = store.claim_boards(clock.now, 9, HOUR)
    assert [state.board.token for state in found] == ["wrong"]


def test_postings_remember_across_visits(store, clock):
    store.publish(
        Publication(entries=(make_entry(1), make_entry(2), make_entry(3, board_key="lever:x")), board_key=BOARD)
    )
    take(store, 2)
    found = store.postings(BOARD)
    assert set(found) == {"1", "2"}
    assert (found["1"].active, found["2"].active) == (True, False)
    assert found["1"].job_id == ids(1)[0]
    assert store.postings("") == {}
    store.publish(Publication(board_key=BOARD, misses=(Miss("1", 2, T0), Miss("unknown", 1, T0))))
    assert (store.postings(BOARD)["1"].misses, store.postings(BOARD)["1"].missed_at) == (2, T0)
    store.publish(Publication(board_key=BOARD, misses=(Miss("1", 0, None),)))
    assert (store.postings(BOARD)["1"].misses, store.postings(BOARD)["1"].missed_at) == (0, None)
    assert store.head() == 4


def test_a_sighting_ends_the_misses(store):
    put(store, 1)
    store.publish(Publication(board_key=BOARD, misses=(Miss("1", 2, T0),)))
    assert put(store, 1).unchanged == ids(1)
    assert store.postings(BOARD)["1"].misses == 0


def test_marks_are_remembered_without_a_change_in_the_log(store):
    put(store, 1)
    miss = Miss("1", 0, None, list_mark="m2", view_digest=b"\x01", raw=b'{"n":"new"}')
    store.publish(Publication(board_key=BOARD, misses=(miss,)))
    posting = store.postings(BOARD)["1"]
    assert (posting.list_mark, posting.view_digest) == ("m2", b"\x01")
    assert store.get_raw(*ids(1)) == b'{"n":"new"}'
    assert store.head() == 1
    store.publish(Publication(board_key=BOARD, misses=(Miss("1", 1, T0),)))
    assert store.postings(BOARD)["1"].list_mark == "m2"


def test_what_is_kept_beside_an_unchanged_job_is_updated(store):
    put(store, 1)
    entry = msgspec.structs.replace(
        make_entry(1), list_mark="m", view_digest=b"v", requisition_id="R1", raw=b"{}", enrich_version=4
    )
    assert store.publish(Publication(entries=(entry,), board_key=BOARD)).unchanged == ids(1)
    posting = store.postings(BOARD)["1"]
    assert (posting.list_mark, posting.view_digest, posting.requisition_id) == ("m", b"v", "R1")
    assert store.get_raw(*ids(1)) == b"{}"


def test_an_import_does_not_take_a_job_from_its_board(store):
    put(store, 1)
    store.publish(Publication(entries=(make_entry(1, board_key="", title="Imported"),)))
    assert set(store.postings(BOARD)) == {"1"}


def test_a_tombstone_keeps_its_posting(store):
    put(store, 1)
    take(store, 1)
    assert store.get_raw(*ids(1)) == b'{"n":1}'
    assert store.postings(BOARD)["1"].active is False


def test_raw_postings_that_an_older_version_enriched(store):
    for n, version in ((1, 1), (2, 2), (3, 1), (4, 1)):
        store.publish(Publication(entries=(msgspec.structs.replace(make_entry(n), enrich_version=version),)))
    take(store, 4)
    expected = sorted(ids(1, 3))
    found = store.raw_postings("", 10, below_version=2)
    assert [row[0] for row in found] == expected
    assert found[0][1:3] == (BOARD, 1)
    assert {row[3] for row in found} == {b'{"n":1}', b'{"n":3}'}
    assert [row[0] for row in store.raw_postings(expected[0], 10, below_version=2)] == expected[1:]
    assert store.raw_postings("", 1, below_version=2) == found[:1]


def test_visits_newest_first_and_not_for_ever(store):
    from jobwire.store.base import VISITS_KEPT

    for n in range(VISITS_KEPT + 3):
        store.publish(Publication(visit=make_visit(n)))
    store.publish(Publication(visit=make_visit(0, "lever:x")))
    assert store.visits(limit=2) == [make_visit(0, "lever:x"), make_visit(VISITS_KEPT + 2)]
    mine = store.visits(BOARD, limit=1000)
    assert [visit.fetched for visit in mine] == list(range(VISITS_KEPT + 2, 2, -1))


def test_a_publication_is_one_whole(store):
    put(store, 1, 2)
    done = store.publish(
        Publication(
            entries=(make_entry(1, title="Edited"), make_entry(3)),
            removals=(Removal(*ids(2), "source_removed"),),
            board_key=BOARD,
            board=make_board(),
            visit=make_visit(),
            misses=(Miss("1", 1, T0),),
        )
    )
    assert (done.new, done.changed, done.expired, done.seq) == (ids(3), ids(1), ids(2), 5 + 1 - 1)
    assert {row.at for row in store.tail(2, 10)} == {done.at}
    assert store.get_board(BOARD).company_id == ACME
    assert len(store.visits()) == 1


@pytest.mark.parametrize("key", ["", "greenhouse:none"])
def test_unknown_boards(store, key):
    assert store.get_board(key) is None
    assert store.postings(key) == {}
    assert store.visits(key) == [] if key else True
    store.release_board(key)
