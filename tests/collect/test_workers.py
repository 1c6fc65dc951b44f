"""Several real processes on one store: each board is visited by one at a time, a killed one's is visited again."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
import psycopg
import pytest
from aiohttp import web
from tests.collect.openings import Employer, make_employers
from tests.collect.replica import Replica, fetcher

from jobwire.cli.background import serve_sites
from jobwire.collect.fetch import Fetcher
from jobwire.collect.lost import LOST_AT_MOST
from jobwire.collect.noise import view_digest
from jobwire.collect.pace import Pace, open_pace
from jobwire.collect.protocol import Request, Response
from jobwire.collect.worker import LEASE, WorkerOptions, collect_due, collect_forever
from jobwire.errors import JobwireError, Locked, Unavailable
from jobwire.model.ids import company_id
from jobwire.model.raw import RawPosting
from jobwire.model.visit import Visit
from jobwire.store.base import Store
from jobwire.store.open import open_store
from jobwire.store.records import BoardState, Publication, Published

AT = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'jobwire.db'}"
    fields = psycopg.conninfo.conninfo_to_dict(request.getfixturevalue("postgres_dsn"))
    name = fields.pop("dbname")
    return f"postgresql:///{name}?" + "&".join(f"{key}={value}" for key, value in fields.items())


@contextmanager
def playing_in_thread(employers: list[Employer], kind: type[Replica] = Replica) -> Iterator[Replica]:
    replica = kind(employers)
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
    """What one collector process does at a moment."""
    run_collector(store_url, sites, lambda: at, WorkerOptions(parallel=2))


def collect_politely(store_url: str, sites: str, folder: str, pause_s: float, lease_s: float) -> None:
    """A collector that shares its pace and runs until it is told to stop; a dead one's lease ends soon."""
    options = WorkerOptions(parallel=3, idle_s=0.05, lease=timedelta(seconds=lease_s))
    pace = open_pace(store_url, Path(folder))
    run_collector(store_url, sites, lambda: datetime.now(UTC), options, pace=pace, pause_s=pause_s, once=False)


def run_collector(
    store_url: str,
    sites: str,
    clock: Callable[[], datetime],
    options: WorkerOptions,
    *,
    pace: Pace | None = None,
    pause_s: float = 0.0,
    once: bool = True,
) -> None:
    replica = Replica([])
    replica.url = sites

    async def run() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        with closing(open_store(store_url, clock=clock)) as store:
            async with fetcher(replica, pace=pace, pause_s=pause_s) as fetch:
                if once:
                    await collect_due(store, fetch, clock, options=options)
                else:
                    await collect_forever(store, fetch, clock, stop, options=options)

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
        assert not store.claim_boards(AT + LEASE / 2, 9, LEASE), "nobody may come in between"
        employer.fault = ""
        collect(store_url, replica.url, AT + LEASE)
        (visit,) = store.visits(limit=100)
        assert visit.new == len(employer.openings)
        assert msgspec.to_builtins(visit)["completeness"] == "complete"


def test_three_workers_at_one_pace_and_the_visits_of_a_killed_one(store_url: str, tmp_path: Path) -> None:
    """Boards of one host, detail pages, three processes of which one is killed amid its visits."""
    pause_s = 0.05
    employers = make_employers(["smartrecruiters"], 6, 8)
    with (
        playing_in_thread(employers, Clocked) as replica,
        closing(open_store(store_url, clock=lambda: datetime.now(UTC))) as store,
    ):
        assert isinstance(replica, Clocked)
        fill(store, replica)
        given = (store_url, replica.url, str(tmp_path), pause_s, 3.0)
        workers = [start(collect_politely, *given) for _ in range(3)]
        wait_until(lambda: len(replica.asked) > 20, workers)
        victim = workers.pop()
        assert victim.pid
        os.kill(victim.pid, signal.SIGKILL)
        victim.join()
        wait_until(lambda: len({visit.board_key for visit in store.visits()}) == len(employers), workers)
        for worker in workers:
            worker.terminate()
            worker.join()
        assert [worker.exitcode for worker in workers] == [0, 0]
        assert store.counts().active == sum(len(employer.openings) for employer in employers), "nothing lost"
        assert store.head() == store.counts().active, "nothing published twice"
        assert_paced(replica.times, pause_s)
        assert_one_at_a_time(store.visits())


class Clocked(Replica):
    """A replica that notes when each host was asked."""

    def __init__(self, employers: Iterable[Employer]) -> None:
        super().__init__(employers)
        self.times: dict[str, list[float]] = {}

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.times.setdefault(request.host, []).append(time.monotonic())
        return await super().answer(request)


def assert_paced(times: dict[str, list[float]], pause_s: float) -> None:
    """All requests to a host took the time that one pace gives them; a single one may be late on its way.

    Three paces would need a third of it, or half after a kill.
    """
    for host, asked in times.items():
        needed = (len(asked) - 1) * pause_s
        assert needed > 2, "too few requests to tell"
        assert max(asked) - min(asked) > needed * 0.75, f"{len(asked)} to {host} came too fast"


def assert_one_at_a_time(visits: list[Visit]) -> None:
    boards: dict[str, list[Visit]] = {}
    for visit in sorted(visits, key=lambda visit: visit.started_at):
        boards.setdefault(visit.board_key, []).append(visit)
    for each in boards.values():
        assert all(a.ended_at <= b.started_at for a, b in pairwise(each))


def wait_until(reached: Callable[[], bool], workers: list[multiprocessing.process.BaseProcess]) -> None:
    while not reached():
        assert all(worker.is_alive() for worker in workers)
        workers[0].join(0.02)


def test_a_visit_longer_than_its_lease_keeps_its_board(store_url: str) -> None:
    (employer,) = make_employers(["smartrecruiters"], 1, 2)
    clock = Clock(AT)
    lease = timedelta(seconds=0.2)
    claimed: list[BoardState] = []
    with (
        playing_in_thread([employer]) as replica,
        closing(open_store(store_url, clock=clock)) as store,
    ):
        fill(store, replica)
        renewed, one_by_one = asyncio.Event(), asyncio.Lock()
        renew = store.renew_lease

        def note(key: str, until: datetime, holder: str = "") -> bool:
            kept = renew(key, until, holder)
            loop.call_soon_threadsafe(renewed.set)
            return kept

        store.renew_lease = note  # type: ignore[method-assign]

        async def slow(request: Request) -> Response:
            """Each request takes three renewals; meanwhile others look for work."""
            async with one_by_one:
                for _ in range(3):
                    renewed.clear()
                    await renewed.wait()
                    clock.at += lease / 2
                    claimed.extend(store.claim_boards(clock(), 9, lease))
            return await fetch(request)

        async def run() -> None:
            nonlocal loop, fetch
            loop = asyncio.get_running_loop()
            async with fetcher(replica) as fetch:
                await collect_due(store, slow, clock, options=WorkerOptions(parallel=1, lease=lease))

        loop: asyncio.AbstractEventLoop
        fetch: Fetcher
        asyncio.run(run())
        (visit,) = store.visits(limit=9)
        assert visit.ended_at - visit.started_at > lease and visit.new
        assert claimed == []


def test_a_board_that_kills_its_collectors_is_put_off_and_tried_again(store_url: str) -> None:
    """Others are visited meanwhile; it comes back when it does no harm any more."""
    deadly, fine = make_employers(["greenhouse"], 2, 4)
    clock = Clock(AT)
    with (
        playing_in_thread([deadly, fine]) as replica,
        closing(open_store(store_url, clock=clock)) as store,
    ):
        fill(store, replica)
        key = replica.board(deadly).key

        def die() -> None:
            """What a collector that is killed amid its visit leaves behind."""
            assert key in {state.board.key for state in store.claim_boards(clock(), 9, LEASE, "dead")}
            store.release_board(replica.board(fine).key, "dead")
            clock.at += LEASE

        def come_back() -> BoardState:
            collect_in_process(store, replica, clock)
            state = store.get_board(key)
            assert state and state.next_visit_at and state.lost_visits == 0
            waits.append(state.next_visit_at - clock.at)
            clock.at = state.next_visit_at
            return state

        waits: list[timedelta] = []
        for _ in range(LOST_AT_MOST - 1):
            die()
        die()
        for _ in range(4):
            state = come_back()
            assert state.memory["last_outcome"] == "broken" and "collector died" in state.memory["last_detail"]
            assert store.visits(key)[0].outcome.value == "broken"
            die()
        assert [round(wait / timedelta(hours=1)) for wait in waits] == [1, 2, 4, 8]
        assert len(store.visits(replica.board(fine).key)) == 4
        come_back()
        assert come_back().memory["last_outcome"] == "changed"
        assert store.counts().active == len(deadly.openings) + len(fine.openings)


def test_a_worker_that_lost_its_board_writes_nothing_more_of_it(store_url: str) -> None:
    """It was stopped for longer than its lease, as a suspended machine is, and then goes on.

    The board was in trouble before; that its collector is late once is no reason to put it off.
    """
    (employer,) = make_employers(["greenhouse"], 1, 4)
    clock = Clock(AT)
    with (
        playing_in_thread([employer]) as replica,
        closing(open_store(store_url, clock=clock)) as store,
    ):
        fill(store, replica)
        (state,) = store.boards()
        store.put_board(msgspec.structs.replace(state, memory={"failures": 5}))
        errors: list[JobwireError] = []

        async def run() -> None:
            async with fetcher(replica) as fetch:

                async def suspended(request: Request) -> Response:
                    clock.at += 2 * LEASE
                    await collect_due(store, fetch, clock)  # another worker
                    next(iter(employer.openings.values())).is_open = False
                    return await fetch(request)

                await collect_due(store, suspended, clock, on_error=lambda _, error: errors.append(error))

        asyncio.run(run())
        (visit,) = store.visits(limit=9)
        assert visit.new == len(employer.openings) == store.counts().active
        assert isinstance(errors[0], Locked)


def test_a_worker_that_renews_too_late_does_not_take_its_own_board_again(store_url: str) -> None:
    quick, slow = make_employers(["greenhouse"], 2, 4)
    clock = Clock(AT)
    with (
        playing_in_thread([quick, slow]) as replica,
        closing(open_store(store_url, clock=clock)) as store,
    ):
        fill(store, replica)
        key = replica.board(slow).key

        async def run() -> None:
            looked, loop = asyncio.Event(), asyncio.get_running_loop()
            release = store.release_board

            def note(key: str, holder: str | None = None, until: datetime | None = None) -> None:
                release(key, holder, until)
                loop.call_soon_threadsafe(looked.set)

            store.release_board = note  # type: ignore[method-assign]
            async with fetcher(replica) as fetch:

                async def late(request: Request) -> Response:
                    if slow.token in request.url:
                        await looked.wait()
                        assert store.claim_boards(clock(), 9, LEASE, "another") == []
                    return await fetch(request)

                def pass_lease(visit: Visit) -> None:
                    """The quick board has ended; now the worker looks for more."""
                    clock.at += LEASE

                await collect_due(store, late, clock, on_visit=pass_lease)

        asyncio.run(run())
        (visit,) = store.visits(key)
        assert visit.new == len(slow.openings)


def test_a_board_that_is_removed_during_its_visit_stays_removed(store_url: str) -> None:
    (employer,) = make_employers(["greenhouse"], 1, 4)
    with (
        playing_in_thread([employer]) as replica,
        closing(open_store(store_url, clock=lambda: AT)) as store,
    ):
        fill(store, replica)

        async def run() -> None:
            async with fetcher(replica) as fetch:

                async def removing(request: Request) -> Response:
                    store.delete_board(replica.board(employer).key)
                    return await fetch(request)

                await collect_due(store, removing, lambda: AT)

        asyncio.run(run())
        assert (list(store.boards()), store.counts().active) == ([], 0)


def test_a_mistake_in_one_visit_does_not_end_the_others(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    employers = make_employers(["greenhouse", "lever"], 2, 4)
    with (
        playing_in_thread(employers) as replica,
        closing(open_store(store_url, clock=lambda: AT)) as store,
    ):
        fill(store, replica)

        def fail(posting: RawPosting) -> bytes:
            if "employer1" in posting.listing_url:
                raise ZeroDivisionError("a mistake")
            return view_digest(posting)

        monkeypatch.setattr("jobwire.collect.visit.view_digest", fail)
        collect_in_process(store, replica)
        outcomes = {visit.board_key: visit for visit in store.visits()}
        assert sorted(visit.outcome.value for visit in outcomes.values()) == ["broken", "changed"]
        assert any("ZeroDivisionError" in visit.detail for visit in outcomes.values())


def collect_in_process(store: Store, replica: Replica, clock: Callable[[], datetime] = lambda: AT) -> None:
    async def run() -> None:
        async with fetcher(replica) as fetch:
            await collect_due(store, fetch, clock)

    asyncio.run(run())


def test_a_store_that_does_not_take_a_visit_is_not_asked_again_at_once(tmp_path: Path) -> None:
    """As when its disk is full: the site must not be read anew every few seconds."""
    (employer,) = make_employers(["greenhouse"], 1, 4)
    with (
        playing_in_thread([employer]) as replica,
        closing(open_store(tmp_path / "jobwire.db", clock=lambda: AT)) as store,
    ):
        fill(store, replica)
        publish, failures = store.publish, []

        def full(publication: Publication) -> Published:
            failures.append(publication)
            raise Unavailable("The database does not answer: database or disk is full.")

        store.publish = full  # type: ignore[method-assign]
        collect_in_process(store, replica)
        collect_in_process(store, replica)
        assert len(failures) == 1
        store.publish = publish  # type: ignore[method-assign]
        collect(f"sqlite:///{tmp_path / 'jobwire.db'}", replica.url, AT + LEASE)
        assert store.counts().active == len(employer.openings)


def test_told_to_stop_a_worker_leaves_what_would_take_too_long_and_frees_it(tmp_path: Path) -> None:
    employers = make_employers(["greenhouse", "lever"], 2, 4)
    employers[0].fault = "timeout"
    with (
        playing_in_thread(employers) as replica,
        closing(open_store(tmp_path / "jobwire.db", clock=lambda: AT)) as store,
    ):
        fill(store, replica)

        async def run() -> None:
            stop = asyncio.Event()
            async with fetcher(replica) as fetch:
                await collect_forever(
                    store,
                    fetch,
                    lambda: AT,
                    stop,
                    options=WorkerOptions(grace_s=0.05),
                    on_visit=lambda _: stop.set(),
                )

        asyncio.run(run())
        (visit,) = store.visits()
        assert visit.new == len(employers[1].openings)
        (free,) = store.claim_boards(AT, 9, LEASE)
        assert free.board == replica.board(employers[0])


def test_a_board_that_becomes_due_need_not_wait_for_a_long_visit(tmp_path: Path) -> None:
    employers = make_employers(["greenhouse", "lever"], 2, 4)
    employers[0].fault = "timeout"
    with (
        playing_in_thread(employers) as replica,
        closing(open_store(tmp_path / "jobwire.db", clock=lambda: AT)) as store,
    ):
        fill(store, replica)
        late = replica.board(employers[1])
        state = store.get_board(late.key)
        assert state
        store.put_board(msgspec.structs.replace(state, next_visit_at=AT + timedelta(hours=1)))
        clock = Clock(AT)

        async def run() -> None:
            stop = asyncio.Event()
            async with fetcher(replica) as fetch:

                async def fetching(request: Request) -> Response:
                    clock.at = AT + timedelta(hours=1)
                    return await fetch(request)

                options = WorkerOptions(grace_s=0.0, idle_s=0.01)
                await collect_forever(
                    store, fetching, clock, stop, options=options, on_visit=lambda _: stop.set()
                )

        asyncio.run(run())
        assert [visit.board_key for visit in store.visits()] == [late.key]


class Clock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at
