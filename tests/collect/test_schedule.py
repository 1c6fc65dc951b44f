"""Busy boards often, quiet ones rarely, troubled ones with growing patience."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jobwire.collect.schedule import Rhythm, next_interval, spread
from jobwire.model.visit import Outcome

RHYTHM = Rhythm()
HOUR = timedelta(hours=1)


def test_changes_shorten_and_quiet_lengthens_within_bounds() -> None:
    busy = quiet = None
    for _ in range(20):
        busy = next_interval(busy, Outcome.CHANGED, 3, 0, 0, RHYTHM)
        quiet = next_interval(quiet, Outcome.UNCHANGED, 0, 0, 0, RHYTHM)
    assert busy == RHYTHM.shortest
    assert quiet == RHYTHM.longest


def test_a_suspicion_is_looked_at_soon() -> None:
    assert next_interval(24 * HOUR, Outcome.UNCHANGED, 0, 2, 0, RHYTHM) == RHYTHM.suspicion


@pytest.mark.parametrize("outcome", [Outcome.BLOCKED, Outcome.BROKEN, Outcome.UNREACHABLE, Outcome.GONE])
def test_failures_back_off_to_the_longest_interval(outcome: Outcome) -> None:
    waits = [next_interval(HOUR, outcome, 0, 0, n, RHYTHM) for n in range(1, 12)]
    assert waits == sorted(waits)
    assert waits[0] == RHYTHM.first and waits[-1] == RHYTHM.longest


def test_retry_after_is_obeyed() -> None:
    wait = next_interval(HOUR, Outcome.BLOCKED, 0, 0, 1, RHYTHM, retry_after_s=2 * 86_400)
    assert wait == timedelta(days=2)


def test_boards_are_spread() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    times = {spread(now, HOUR, f"greenhouse:{n}") for n in range(50)}
    assert len(times) > 40
    assert all(now + 0.94 * HOUR < at < now + 1.06 * HOUR for at in times)
