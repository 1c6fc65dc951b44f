"""The absence policy: pure, the clock passed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobwire.collect.absence import Absence, AbsenceRules, is_board_gone, judge_absence
from jobwire.model.visit import Completeness
from jobwire.store.records import Posting

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Board:
    """A board's active postings, with the misses that judgements leave on them."""

    def __init__(self, count: int) -> None:
        self.active = {str(n): Posting(posting_id=str(n), job_id=f"job-{n}", active=True) for n in range(count)}

    def visit(
        self,
        seen: set[str],
        at: datetime,
        completeness: Completeness = Completeness.COMPLETE,
        after_empty: bool = False,
    ) -> Absence:
        absence = judge_absence(self.active, seen, completeness, at, after_empty=after_empty)
        for miss in absence.misses:
            old = self.active[miss.posting_id]
            self.active[miss.posting_id] = Posting(
                posting_id=old.posting_id,
                job_id=old.job_id,
                active=True,
                misses=miss.misses,
                missed_at=miss.missed_at,
            )
        for posting_id in absence.expired:
            del self.active[posting_id]
        return absence


def test_one_absence_is_not_enough() -> None:
    board = Board(10)
    assert board.visit({str(n) for n in range(9)}, NOW).expired == ()
    assert board.active["9"].misses == 1


def test_two_spaced_absences_expire_exactly_the_absent() -> None:
    board = Board(30)
    seen = {str(n) for n in range(20)}
    assert board.visit(seen, NOW).expired == ()
    assert sorted(board.visit(seen, NOW + HOUR).expired) == sorted(str(n) for n in range(20, 30))
    assert len(board.active) == 20


def test_one_absence_after_the_deadline_is_enough_unless_many_are_absent() -> None:
    active = Board(20).active
    seen = {str(n) for n in range(18)}
    absence = judge_absence(active, seen, Completeness.COMPLETE, NOW, overdue={"18"})
    assert absence.expired == ("18",)
    assert [miss.posting_id for miss in absence.misses] == ["19"]
    assert judge_absence(active, seen, Completeness.PARTIAL, NOW, overdue={"18"}).expired == ()
    assert judge_absence(active, {"1"}, Completeness.COMPLETE, NOW, overdue=frozenset(active)).expired == ()


def test_two_absences_in_a_rush_count_as_one() -> None:
    board = Board(10)
    seen = {str(n) for n in range(9)}
    board.visit(seen, NOW)
    assert board.visit(seen, NOW + timedelta(seconds=5)).expired == ()
    assert board.visit(seen, NOW + HOUR).expired == ("9",)


@pytest.mark.parametrize("ahead", [timedelta(seconds=2), timedelta(days=3650)])
def test_a_clock_that_was_ahead_delays_a_closing_by_one_visit(ahead: timedelta) -> None:
    board = Board(10)
    seen = {str(n) for n in range(9)}
    board.visit(seen, NOW + ahead)
    assert board.visit(seen, NOW).expired == (), "how long ago the first was is not known"
    assert board.visit(seen, NOW + HOUR).expired == ("9",)


def test_what_waits_for_another_visit_is_told_even_where_a_miss_does_not_count() -> None:
    board = Board(10)
    seen = {str(n) for n in range(9)}
    assert [board.visit(seen, NOW + timedelta(seconds=n)).waiting for n in range(3)] == [1, 1, 1]
    assert board.visit(seen, NOW + HOUR).waiting == 0


def test_a_posting_that_is_seen_again_starts_anew() -> None:
    board = Board(10)
    everything = set(board.active)
    board.visit(everything - {"3"}, NOW)
    board.visit(everything, NOW + HOUR)
    assert board.active["3"].misses == 0
    assert board.visit(everything - {"3"}, NOW + 2 * HOUR).expired == ()


def test_mass_removal_is_held_until_two_further_visits_agree() -> None:
    board = Board(20)
    few = {"0", "1", "2"}
    first = board.visit(few, NOW)
    assert first.expired == () and first.held == 17
    assert board.visit(few, NOW + HOUR).expired == ()
    assert len(board.visit(few, NOW + 2 * HOUR).expired) == 17


def test_a_board_that_is_suddenly_empty_is_held_even_if_it_is_small() -> None:
    board = Board(3)
    assert board.visit(set(), NOW).held == 3
    assert board.visit(set(), NOW + HOUR).expired == ()
    assert len(board.visit(set(), NOW + 2 * HOUR).expired) == 3


def test_a_whole_list_after_an_empty_one_is_the_second_word_on_what_both_lack() -> None:
    board = Board(9)
    assert board.visit(set(), NOW).expired == ()
    seen = {"0", "1", "2", "3", "4", "5", "6", "7"}
    assert board.visit(seen, NOW + HOUR, after_empty=True).expired == ("8",)


@pytest.mark.parametrize("completeness", [Completeness.PARTIAL, Completeness.TRUNCATED])
def test_postings_that_are_seen_disprove_a_board_that_was_empty(completeness: Completeness) -> None:
    board = Board(9)
    some = {"0", "1", "2", "3", "4"}
    for day in range(4):
        assert board.visit(set(), NOW + 24 * day * HOUR).expired == ()
        assert board.visit(some, NOW + (24 * day + 1) * HOUR, completeness, after_empty=True).expired == ()
    assert {board.active[key].misses for key in some} == {0}
    assert {board.active[key].misses for key in board.active.keys() - some} == {
        1 if completeness is Completeness.COMPLETE else 0
    }


@given(
    seen=st.sets(st.sampled_from([str(n) for n in range(12)])),
    completeness=st.sampled_from([Completeness.PARTIAL, Completeness.TRUNCATED]),
    visits=st.integers(1, 5),
)
def test_an_incomplete_visit_never_expires_anything(
    seen: set[str], completeness: Completeness, visits: int
) -> None:
    board = Board(12)
    for n in range(visits):
        absence = board.visit(seen, NOW + n * 24 * HOUR, completeness)
        assert absence.expired == ()
    assert len(board.active) == 12


def test_a_gone_board_must_stay_gone_for_long() -> None:
    rules = AbsenceRules()
    assert not is_board_gone(1, NOW, NOW, rules)
    assert not is_board_gone(9, NOW, NOW + HOUR, rules)
    assert not is_board_gone(2, NOW, NOW + 48 * HOUR, rules)
    assert is_board_gone(3, NOW, NOW + 25 * HOUR, rules)
