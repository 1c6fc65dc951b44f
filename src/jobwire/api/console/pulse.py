"""The last day of the log and of the visits, hour by hour: follows both, so that a look costs little."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from jobwire.model.change import LogRow
from jobwire.model.visit import Visit
from jobwire.store.base import Store

DAY = timedelta(hours=24)
STEP = 1_000
MOST_STEPS = 20
"""Positions of the log read in one look: 20,000; a longer way is gone in several."""
VISITS_READ = 200
MOST_VISITS = 5_000
NEWEST = 12


class Hour(msgspec.Struct):
    """What happened in one hour."""

    start: datetime
    new: int = 0
    changed: int = 0
    expired: int = 0
    moved: int = 0

    @property
    def imported(self) -> int:
        """New and changed jobs that no visit brought: imports, new enrichment."""
        return max(0, self.moved - self.new - self.changed - self.expired)


class Pulse:
    """Counts per hour. Safe to use from several threads; one of them looks, the others get what it found."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._hours: dict[datetime, Hour] = {}
        self._reasons: deque[tuple[datetime, str]] = deque(maxlen=100_000)
        self._seq = -1
        self._last_visit: tuple[str, datetime] | None = None
        self.newest: deque[LogRow] = deque(maxlen=NEWEST)
        """Positions of the log seen last, without their bodies."""
        self.complete = True
        """Whether the whole day is counted: false where it holds more than is read back at a start."""

    def look(self) -> None:
        """Bring the counts up to now, within bounds."""
        with self._lock:
            self._follow_log()
            self._follow_visits()
            self._forget()

    def hours(self) -> list[Hour]:
        """The last 24, oldest first; the last one is under way."""
        now = _hour_of(self._clock())
        starts = [now - timedelta(hours=back) for back in range(23, -1, -1)]
        return [self._hours.get(start, Hour(start)) for start in starts]

    def reasons(self) -> list[tuple[str, int]]:
        """Why jobs expired within the last day, most frequent first."""
        since = self._clock() - DAY
        return Counter(reason for at, reason in list(self._reasons) if at >= since).most_common()

    def _follow_log(self) -> None:
        if self._seq < 0:
            self._seq = self._find_start()
        for _ in range(MOST_STEPS):
            rows = self._store.tail(self._seq, STEP, bodies=False)
            for row in rows:
                self._count(row)
            if rows:
                self._seq = rows[-1].seq
            if len(rows) < STEP:
                return

    def _find_start(self) -> int:
        day, head = self._store.seq_at(self._clock() - DAY) - 1, self._store.head()
        self.complete = head - day <= STEP * MOST_STEPS
        return max(0, day if self.complete else head - STEP * MOST_STEPS)

    def _count(self, row: LogRow) -> None:
        hour = self._hour(row.at)
        hour.moved += 1
        if row.reason is not None:
            hour.expired += 1
            self._reasons.append((row.at, row.reason))
        self.newest.append(row)

    def _follow_visits(self) -> None:
        fresh = self._find_fresh(VISITS_READ)
        if fresh is None:
            fresh = self._find_fresh(MOST_VISITS) or []
        for visit in fresh:
            hour = self._hour(visit.ended_at)
            hour.new += visit.new
            hour.changed += visit.changed + visit.reopened
        if fresh:
            self._last_visit = _name(fresh[0])

    def _find_fresh(self, limit: int) -> list[Visit] | None:
        """Visits since the last one that was counted; None if there are more than `limit`."""
        visits = self._store.visits(limit=limit)
        for position, visit in enumerate(visits):
            if _name(visit) == self._last_visit:
                return visits[:position]
        return visits if len(visits) < limit or limit == MOST_VISITS else None

    def _hour(self, at: datetime) -> Hour:
        start = _hour_of(at)
        return self._hours.setdefault(start, Hour(start))

    def _forget(self) -> None:
        oldest = self._clock() - DAY - timedelta(hours=1)
        for start in [start for start in self._hours if start < oldest]:
            del self._hours[start]


def _hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _name(visit: Visit) -> tuple[str, datetime]:
    return visit.board_key, visit.ended_at
