"""What the dashboard shows beside the log: boards, sources and consumers, looked at every few seconds at most."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from typing import Generic, TypeVar

import msgspec

from jobwire.api.console.pulse import Pulse
from jobwire.api.console.tools import ConsoleTools
from jobwire.model.account import CREDIT, Account, Key
from jobwire.model.visit import Outcome
from jobwire.store.base import Store
from jobwire.store.records import BoardState

T = TypeVar("T")
MOST_BOARDS = 20_000
"""Boards looked at for the summary; beyond, it is of these."""
MOST_TROUBLES = 8
MOST_CONSUMERS = 25
KEPT_S = 3.0
"""How long a summary is shown before it is made anew, at least."""
KEPT_TIMES = 20
"""And this many times as long as it took to make: looking never costs more than a twentieth of a core."""
TROUBLES = (Outcome.GONE, Outcome.BLOCKED, Outcome.BROKEN, Outcome.UNREACHABLE)


class Source(msgspec.Struct):
    """The boards of one ATS. Ages are since the last success."""

    name: str
    boards: int = 0
    jobs: int = 0
    troubled: int = 0
    waiting: int = 0
    """Never read yet."""
    ages: list[timedelta] = []

    @property
    def median(self) -> timedelta | None:
        return sorted(self.ages)[len(self.ages) // 2] if self.ages else None

    @property
    def oldest(self) -> timedelta | None:
        return max(self.ages, default=None)


class BoardsView(msgspec.Struct, frozen=True, kw_only=True):
    """All boards at a glance."""

    sources: list[Source]
    troubled: list[BoardState]
    count: int
    troubles: int
    cut: bool
    """Whether there are more boards than were looked at."""


class Consumer(msgspec.Struct, frozen=True, kw_only=True):
    """One account: what it used within 30 days, what is left."""

    account: Account
    keys: int
    last_used_at: datetime | None
    rows: int
    credits: float
    balance: float


class Console:
    """What the pages share. `tools` fetch boards; without them, boards are added on the command line."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self.tools: ConsoleTools | None = None
        self.pulse = Pulse(store, clock)
        self.boards = Kept(lambda: read_boards(store, clock()))
        self.consumers = Kept(lambda: read_consumers(store, clock()))


class Kept(Generic[T]):
    """A value that is made anew when it is older than a few seconds; one thread makes it, the others wait."""

    def __init__(self, make: Callable[[], T], kept_s: float = KEPT_S) -> None:
        self._make = make
        self._kept_s = kept_s
        self._lock = threading.Lock()
        self._until = 0.0
        self._value: T

    def get(self) -> T:
        with self._lock:
            began = time.monotonic()
            if began >= self._until:
                self._value = self._make()
                now = time.monotonic()
                self._until = now + max(self._kept_s, KEPT_TIMES * (now - began))
            return self._value

    def forget(self) -> None:
        """Make it anew next time: something was changed here."""
        self._until = 0.0


def is_troubled(state: BoardState) -> bool:
    """Its last visit did not read it, or it holds absent postings back."""
    return state.memory.get("last_outcome") in TROUBLES or bool(state.memory.get("held"))


def read_boards(store: Store, now: datetime) -> BoardsView:
    """The boards by source, and those in trouble, longest first."""
    sources: dict[str, Source] = {}
    troubled: list[BoardState] = []
    count = 0
    for state in islice(store.boards(), MOST_BOARDS):
        count += 1
        source = sources.setdefault(state.board.ats, Source(state.board.ats, ages=[]))
        source.boards += 1
        source.jobs += state.memory.get("active", 0)
        if state.last_success_at:
            source.ages.append(now - state.last_success_at)
        else:
            source.waiting += 1
        if is_troubled(state):
            source.troubled += 1
            troubled.append(state)
    troubled.sort(key=lambda state: -state.memory.get("failures", 0))
    return BoardsView(
        sources=sorted(sources.values(), key=lambda source: (-source.jobs, source.name)),
        troubled=troubled[:MOST_TROUBLES],
        count=count,
        troubles=len(troubled),
        cut=count == MOST_BOARDS,
    )


def read_consumers(store: Store, now: datetime, most: int = MOST_CONSUMERS) -> list[Consumer]:
    """Accounts, the most recently active first."""
    books = store.accounts
    keys: dict[str, list[Key]] = {}
    for key in books.keys():
        keys.setdefault(key.account_id, []).append(key)
    accounts = sorted(books.accounts(), key=lambda account: _last_used(keys.get(account.id, [])), reverse=True)
    found = []
    for account in accounts[:most]:
        used = books.usage(account.id, now - timedelta(days=30))
        own = keys.get(account.id, [])
        found.append(
            Consumer(
                account=account,
                keys=sum(key.revoked_at is None for key in own),
                last_used_at=max((key.last_used_at for key in own if key.last_used_at), default=None),
                rows=sum(row[3] for row in used),
                credits=sum(row[4] for row in used) / CREDIT,
                balance=books.funds(account.id).balance / CREDIT,
            )
        )
    return found


def _last_used(keys: list[Key]) -> float:
    return max((key.last_used_at.timestamp() for key in keys if key.last_used_at), default=0.0)
