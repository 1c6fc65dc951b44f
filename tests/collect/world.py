"""A collector, a store and the replica in one: tests move the clock, change the employers, and compare."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from tests.collect.openings import Employer
from tests.collect.replica import Replica, fetcher, playing

from jobwire.collect.fetch import Fetcher
from jobwire.collect.near_duplicates import NearDuplicates
from jobwire.collect.visit import Rules
from jobwire.collect.worker import WorkerOptions, collect_due
from jobwire.model.ids import company_id
from jobwire.model.job import Job
from jobwire.model.visit import Visit
from jobwire.store.base import Store
from jobwire.store.open import open_store
from jobwire.store.records import BoardState


class Clock:
    """Time that tests move; it also creeps, as real time does."""

    def __init__(self) -> None:
        self.at = datetime(2026, 6, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(microseconds=10)
        return self.at


class World:
    def __init__(self, store: Store, clock: Clock, replica: Replica, fetch: Fetcher) -> None:
        self.store, self.clock, self.replica, self.fetch = store, clock, replica, fetch
        self.index: NearDuplicates | None = None

    def watch(self, employer: Employer) -> str:
        """Put the employer's board under watch; its key."""
        board = self.replica.board(employer)
        state = BoardState(board=board, company_id=company_id(board.key), added_at=self.clock())
        self.store.put_board(state)
        return board.key

    async def visit(self, after: timedelta = timedelta(hours=1), rules: Rules | None = None) -> dict[str, Visit]:
        """Visit every board once, `after` the last time."""
        self.clock.at += after
        for state in list(self.store.boards()):
            self.store.put_board(msgspec.structs.replace(state, next_visit_at=self.clock()))
        for employer in self.replica.employers.values():
            employer.turn += 1
        visits: dict[str, Visit] = {}
        await collect_due(
            self.store,
            self.fetch,
            self.clock,
            rules=rules,
            options=WorkerOptions(parallel=8),
            index=self.index,
            on_visit=lambda visit: visits.update({visit.board_key: visit}),
        )
        return visits

    def active(self) -> dict[str, Job]:
        """title -> job of everything that is active."""
        found: dict[str, Job] = {}
        after, end = 0, False
        while not end:
            page = self.store.page(after, 1000)
            jobs = [msgspec.json.decode(row.body + b'{"id":"","name":""}}', type=Job) for row in page.rows]
            assert len({job.title for job in jobs} | found.keys()) == len(jobs) + len(found), "a job twice"
            found |= {job.title: job for job in jobs}
            after, end = page.seq, page.end
        return found


@asynccontextmanager
async def world(folder: Path, employers: Iterable[Employer], **options: object) -> AsyncIterator[World]:
    clock = Clock()
    with closing(open_store(folder / "jobwire.db", clock=clock)) as store:
        async with (
            playing(Replica(employers)) as replica,
            fetcher(replica, monotonic=lambda: clock.at.timestamp(), **options) as fetch,
        ):
            made = World(store, clock, replica, fetch)
            for employer in replica.employers.values():
                made.watch(employer)
            yield made
