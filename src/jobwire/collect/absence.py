"""When absence means expiry: a pure decision, the clock passed in (ATS.md, section 33; invariant 4).

Absence of knowledge never becomes an expiry: only a complete visit counts, and it must happen again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import datetime, timedelta

import msgspec

from jobwire.model.visit import Completeness
from jobwire.store.records import Miss, Posting


class AbsenceRules(msgspec.Struct, frozen=True, kw_only=True):
    """How much proof is asked for."""

    misses: int = 2
    """Complete visits without the posting before it expires."""
    spacing: timedelta = timedelta(minutes=10)
    """Two misses closer together than this count as one."""
    mass_share: float = 0.5
    mass_count: int = 5
    """Losing more than this share *and* more than this many at once is suspicious ..."""
    mass_misses: int = 3
    """... and needs two further visits that agree. So does a board that is suddenly empty."""
    gone_visits: int = 3
    gone_period: timedelta = timedelta(hours=24)
    """A board that is gone must stay gone for that many visits and that long."""


class Absence(msgspec.Struct, frozen=True, kw_only=True):
    """What one visit says about postings that it did not show."""

    misses: tuple[Miss, ...] = ()
    expired: tuple[str, ...] = ()
    """posting ids"""
    held: int = 0
    """Absent postings kept back by the mass-removal guard."""
    waiting: int = 0
    """Absent postings that need another visit."""

    @property
    def note(self) -> str:
        """What to tell of it."""
        return f"{self.held} postings are absent at once; held until further visits agree" if self.held else ""


def judge_absence(
    active: Mapping[str, Posting],
    seen: Set[str],
    completeness: Completeness,
    now: datetime,
    rules: AbsenceRules | None = None,
    overdue: Set[str] = frozenset(),
    after_empty: bool = False,
) -> Absence:
    """Misses to write and postings to expire. `active`: the board's active postings by id.

    `overdue` names those whose stated deadline has passed: unless many are absent, one miss is proof enough.
    `after_empty`: the last visits that were read found nothing. A list that is not whole but shows anything
    disproves them, and all misses; a whole one says itself what is absent.
    """
    rules = rules or AbsenceRules()
    if completeness is not Completeness.COMPLETE:
        disproved = after_empty and bool(seen)
        return Absence(misses=_forget(p for p in active.values() if disproved or p.posting_id in seen))
    back = _forget(p for p in active.values() if p.posting_id in seen)
    absent = [p for p in active.values() if p.posting_id not in seen]
    suspicious = _is_mass_removal(len(absent), len(active), rules) or (bool(absent) and not seen)
    needed = rules.mass_misses if suspicious else rules.misses
    counted = [_count_miss(p, now, rules) for p in absent]
    over = frozenset() if suspicious else overdue
    expired = tuple(m.posting_id for m in counted if m.misses >= needed or m.posting_id in over)
    gone = frozenset(expired)
    waiting = [m for m in counted if m.posting_id not in gone]
    held = len(waiting) if suspicious else 0
    misses = (*back, *_changed(waiting, active))
    return Absence(misses=misses, expired=expired, held=held, waiting=len(waiting))


def _forget(postings: Iterable[Posting]) -> tuple[Miss, ...]:
    return tuple(Miss(p.posting_id, 0, None) for p in postings if p.misses)


def _is_mass_removal(absent: int, active: int, rules: AbsenceRules) -> bool:
    return absent > rules.mass_count and absent > active * rules.mass_share


def _count_miss(posting: Posting, now: datetime, rules: AbsenceRules) -> Miss:
    """One more miss, if the last one is long enough ago. `missed_at` is the time of the last counted one.

    One that lies ahead was timed by a wrong clock: nobody knows how long ago it was, so it counts as of now.
    """
    if posting.misses and posting.missed_at and now - posting.missed_at < rules.spacing:
        return Miss(posting.posting_id, posting.misses, min(posting.missed_at, now))
    return Miss(posting.posting_id, posting.misses + 1, now)


def _changed(misses: Iterable[Miss], active: Mapping[str, Posting]) -> list[Miss]:
    before = {key: (posting.misses, posting.missed_at) for key, posting in active.items()}
    return [m for m in misses if (m.misses, m.missed_at) != before[m.posting_id]]


def is_board_gone(gone_visits: int, gone_since: datetime | None, now: datetime, rules: AbsenceRules) -> bool:
    """Whether a board that answered "gone" `gone_visits` times in a row since then is believed."""
    return gone_since is not None and gone_visits >= rules.gone_visits and now - gone_since >= rules.gone_period
