"""When to visit a board next: busy boards often, quiet ones rarely, troubled ones with growing patience."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import msgspec

from jobwire.model.visit import Outcome


class Rhythm(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of the adaptive interval."""

    shortest: timedelta = timedelta(minutes=15)
    first: timedelta = timedelta(hours=1)
    longest: timedelta = timedelta(hours=24)
    suspicion: timedelta = timedelta(minutes=15)
    """While an absence waits for its confirmation the board is visited again after this."""


def next_interval(
    last: timedelta | None,
    outcome: Outcome,
    changed: int,
    waiting: int,
    failures: int,
    rhythm: Rhythm,
    retry_after_s: float | None = None,
) -> timedelta:
    """Interval until the next visit.

    `changed`: postings that were new, edited or gone; `waiting`: absences that need another look;
    `failures`: visits in a row that could not read the board.
    """
    interval = last or rhythm.first
    if outcome in (Outcome.BLOCKED, Outcome.BROKEN, Outcome.UNREACHABLE, Outcome.GONE):
        interval = rhythm.first * 2 ** min(failures - 1, 6) if failures else rhythm.first
        interval = max(interval, timedelta(seconds=min(retry_after_s or 0, 7 * 86_400)))
        return min(interval, max(rhythm.longest, timedelta(seconds=retry_after_s or 0)))
    if waiting:
        return rhythm.suspicion
    interval = interval / 2 if changed else interval * 1.5
    return min(max(interval, rhythm.shortest), rhythm.longest)


def spread(at: datetime, interval: timedelta, board_key: str) -> datetime:
    """`at` + interval, moved by up to a tenth by the board's name, so that boards do not come in crowds."""
    share = int.from_bytes(hashlib.sha256(board_key.encode()).digest()[:4], "big") / 2**32
    return at + interval * (0.95 + share / 10)
