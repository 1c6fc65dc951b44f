"""Several real processes on one store: each board is visited by one at a time, a killed one's is visited again."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest
from aiohttp import web
from tests.collect.openings import Employer, make_employers
from tests.collect.replica import Replica, fetcher

from jobwire.cli.background import serve_sites
from jobwire.collect.protocol import Request, Response
from jobwire.collect.worker import LEASE, WorkerOptions, collect_due
from jobwire.model.ids import company_id
from jobwire.store.base import BoardState, Store
from jobwire.store.open import open_store

AT = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'jobwire.db'}"
    fields = psycopg.conninfo.conninfo_to_dict(request.getfixturevalue("postgres_dsn"))
    name = fields.pop("dbname")
    return f"postgresql:///{name}?" + "&".join(f"{key}={value}" for key, value in fields.items())


@contextmanager
def playing_in_thread(employers: list[Employer]) -> Iterator[Replica]:
    replica = Replica(employers)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", replica.answer)
    with serve_sites(app) as url:
        replica.url = url
        yield replica


def fill(store: Store, replica: Replica) -> None:
    for employer in replica.employers.values():
        board = replica.board(employer)
        state = BoardState(board=board, company_id=company_id(board.key), added_at=AT, next_visit_at=AT)
        store.put_board(state)


def collect(store_url: str, sites: str, at: datetime) -> None:
    """What one collector process does."""
    replica = Replica([])
    replica.url = sites

    async def run() -> None:
        with closing(open_store(store_url, clock=lambda: at)) as store:
            async with fetcher(replica) as fetch:
                await collect_due(store, fetch, lambda: at, options=WorkerOptions(parallel=2))

    asyncio.run(run())


def start(work: Callable[..., None], *args: object) -> multiprocessing.process.BaseProcess:
    process = multiprocessing.get_context("spawn").Process(target=work, args=args)
    process.start()
    return process


def test_three_processes_visit_each_board_once(store_url: str) -> None:
    employers = make_employers(["greenhouse", "lever", "ashby"], 18, 4)
    with (
        playing_in_thread(employers) as replica,
        closing(open_store(store_url, clock=lambda: AT)) as store,
    ):
        fill(store, replica)
        workers = [start(collect, store_url, replica.url, AT) for _ in range(3)]
        for worker in workers:
            worker.join()
        assert [worker.exitcode for worker in workers] == [0, 0, 0]
        visits = store.visits(limit=100)
        assert sorted(visit.board_key for visit in visits) == sorted(s.board.key for s in store.boards())
        assert store.counts().active == sum(len(employer.openings) for employer in employers)


def test_a_killed_worker_gives_its_board_back(store_url: str) -> None:
    (employer,) = make_employers(["greenhouse"], 1, 4)
    employer.fault = "timeout"
    with (
        playing_in_thread([employer]) as replica,
        closing(open_store(store_url, clock=lambda: AT)) as store,
    ):
        fill(store, replica)
        worker = start(collect, store_url, replica.url, AT)
        while not any("/jobs" in ask.path for ask in replica.asked):
            assert worker.is_alive()
            worker.join(0.05)
        assert worker.pid
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
        assert not store.claim_boards(AT + timedelta(minutes=1), 9, LEASE), "nobody may come in between"
        employer.fault = ""
        collect(store_url, replica.url, AT + LEASE)
        (visit,) = store.visits(limit=100)
        assert visit.new == len(employer.openings)
        assert msgspec.to_builtins(visit)["completeness"] == "complete"


def test_a_visit_longer_than_its_lease_keeps_its_board(store_url: str) -> None:
    (employer,) = make_employers(["smartrecruiters"], 1, 24)
    clock = Clock(AT)
    claimed: list[BoardState] = []
    with (
        playing_in_thread([employer]) as replica,
        closing(open_store(store_url, clock=clock)) as store,
    ):
        fill(store, replica)

        async def run() -> None:
            async with fetcher(replica) as fetch:

                async def slow(request: Request) -> Response:
                    """Each request takes minutes; meanwhile others look for work."""
                    clock.at += LEASE / 8
                    claimed.extend(store.claim_boards(clock(), 9, LEASE))
                    return await fetch(request)

                await collect_due(store, slow, clock, options=WorkerOptions(parallel=1))

        asyncio.run(run())
        (visit,) = store.visits(limit=9)
        assert visit.ended_at - visit.started_at > LEASE and visit.new
        assert claimed == []


class Clock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at
