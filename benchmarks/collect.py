"""How much of a core does collecting cost, and how much memory? Postings a second, against download; peak RSS.

    python benchmarks/collect.py [--smoke] [--small 1000 10000]

One process, the replica of tests/collect on loopback in another one, no politeness. The rate of the first visit
(everything new), of a second one (nothing new) and of downloading the same bytes; then, in other processes,
the peak RSS of visiting so many boards of two postings. Prints a JSON line last.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.collect.openings import Employer, make_employers
from tests.collect.replica import Replica, fetcher, playing
from tests.collect.world import Clock, World

from jobwire.collect.ats import get_ats
from jobwire.collect.drive import drive
from jobwire.collect.protocol import Request, Response
from jobwire.collect.worker import WorkerOptions, collect_due
from jobwire.store.open import open_store

ATS = ("greenhouse", "lever", "ashby", "workable", "recruitee", "workday", "smartrecruiters", "personio")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--smoke", action="store_true", help="small and quick")
    options.add_argument("--boards", type=int, default=80)
    options.add_argument("--openings", type=int, default=60)
    options.add_argument("--small", type=int, nargs="*", default=[1_000, 10_000], help="numbers of small boards")
    given = options.parse_args()
    boards, openings = (8, 20) if given.smoke else (given.boards, given.openings)
    with served(boards, openings) as url:
        found = asyncio.run(measure(url, make_employers(ATS, boards, openings)))
    found["peak_mb"] = {str(n): measure_memory(n) for n in ([20, 40] if given.smoke else given.small)}
    print(json.dumps(found))


@contextmanager
def served(boards: int, openings: int) -> Iterator[str]:
    """URL of a replica in a process of its own."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(theirs, boards, openings), daemon=True)
    server.start()
    yield ours.recv()
    server.terminate()
    server.join()


def serve(pipe: Connection, boards: int, openings: int) -> None:
    async def run() -> None:
        async with playing(Replica(make_employers(ATS, boards, openings))) as replica:
            pipe.send(replica.url)
            await asyncio.Event().wait()

    asyncio.run(run())


def measure_memory(boards: int) -> float:
    """Peak RSS, MB, of a fresh process that visits so many small boards once."""
    with served(boards, 2) as url, ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        peak = pool.submit(visit_small, url, boards).result()
    print(f"{boards:,} boards of some two postings: peak {peak:.0f} MB")
    return peak


def visit_small(url: str, boards: int) -> float:
    asyncio.run(visit_all(url, boards))
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


async def visit_all(url: str, boards: int) -> None:
    """The employers are made one by one: what is measured is the collector, not a list of them."""
    replica = Replica([])
    replica.url = url
    clock = Clock()
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_store(Path(folder) / "b.db", clock=clock)) as store,
    ):
        async with fetcher(replica, robots=False) as fetch:
            world = World(store, clock, replica, fetch)
            for number in range(boards):
                world.watch(Employer(ats=ATS[number % len(ATS)], token=f"employer{number + 1}", name="Employer"))
            visited = await collect_due(store, fetch, clock, options=WorkerOptions(parallel=8))
        assert visited == boards <= store.counts().active, (visited, store.counts())


async def measure(url: str, employers: list[Employer]) -> dict[str, Any]:
    replica = Replica(employers)
    replica.url = url
    clock = Clock()
    count = sum(len(employer.openings) for employer in employers)
    found: dict[str, Any] = {"postings": count}
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_store(Path(folder) / "b.db", clock=clock)) as store,
    ):
        async with fetcher(replica, robots=False) as fetch:
            world = World(store, clock, replica, fetch)
            for employer in employers:
                world.watch(employer)
            for key, name in (("new", "first visit, all new"), ("known", "second visit, all known")):
                before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                wall, cpu = time.perf_counter(), time.process_time()
                await world.visit()
                wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
                grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
                found[f"{key}_per_core_s"] = round(count / cpu)
                print(f"{name}: {count / cpu:,.0f} postings/s/core ({count / wall:,.0f}/s), peak +{grown:.0f} MB")
            active = len(world.active())
            assert active == count, f"{active} of {count} jobs are in the store"
        found["download_per_core_s"] = await download(replica, world)
    return found


async def download(replica: Replica, world: World) -> int:
    """The same requests as the first visit, answers thrown away: postings a second and core."""
    asked: list[Request] = []
    count = 0
    async with fetcher(replica, robots=False) as fetch:

        async def note(request: Request) -> Response:
            asked.append(request)
            return await fetch(request)

        for state in world.store.boards():
            async for _ in drive(get_ats(state.board.ats), state.board, {}, note):
                count += 1
        cpu, size = time.process_time(), fetch.bytes
        for start in range(0, len(asked), 16):
            await asyncio.gather(*(fetch(request) for request in asked[start : start + 16]))
        cpu, size = time.process_time() - cpu, fetch.bytes - size
    print(f"download only: {count / cpu:,.0f} postings/s/core, {len(asked)} requests, {size / 1e6:.1f} MB")
    return round(count / cpu)


if __name__ == "__main__":
    main()
