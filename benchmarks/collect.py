"""How much of a core does collecting cost? Postings a second through collect, enrich and store, against download.

    python benchmarks/collect.py [--smoke]

One process, the replica of tests/collect on loopback in another one, no politeness. Prints the rate of the first
visit (everything new), of a second one (nothing new), of downloading the same bytes, and how memory grew.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import sys
import tempfile
import time
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.collect.openings import Employer, make_employers
from tests.collect.replica import Replica, fetcher, playing
from tests.collect.world import Clock, World

from jobwire.store.open import open_store

ATS = ("greenhouse", "lever", "ashby", "workable", "recruitee", "workday", "smartrecruiters", "personio")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--smoke", action="store_true", help="small and quick")
    options.add_argument("--boards", type=int, default=80)
    options.add_argument("--openings", type=int, default=60)
    given = options.parse_args()
    boards, openings = (8, 20) if given.smoke else (given.boards, given.openings)
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(theirs, boards, openings), daemon=True)
    server.start()
    url = ours.recv()
    asyncio.run(measure(url, make_employers(ATS, boards, openings)))
    server.terminate()


def serve(pipe: Connection, boards: int, openings: int) -> None:
    async def run() -> None:
        async with playing(Replica(make_employers(ATS, boards, openings))) as replica:
            pipe.send(replica.url)
            await asyncio.Event().wait()

    asyncio.run(run())


async def measure(url: str, employers: list[Employer]) -> None:
    replica = Replica(employers)
    replica.url = url
    clock = Clock()
    count = sum(len(employer.openings) for employer in employers)
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_store(Path(folder) / "b.db", clock=clock)) as store,
    ):
        async with fetcher(replica, robots=False) as fetch:
            world = World(store, clock, replica, fetch)
            for employer in employers:
                world.watch(employer)
            for name in ("first visit, all new", "second visit, all known"):
                before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                wall, cpu = time.perf_counter(), time.process_time()
                await world.visit()
                wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
                grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
                print(f"{name}: {count / cpu:,.0f} postings/s/core ({count / wall:,.0f}/s), peak +{grown:.0f} MB")
            active = len(world.active())
            assert active == count, f"{active} of {count} jobs are in the store"
        await download(replica, world)


async def download(replica: Replica, world: World) -> None:
    """The same requests as the first visit, answers thrown away."""
    from jobwire.collect.ats import get_ats
    from jobwire.collect.drive import drive
    from jobwire.collect.protocol import Request, Response

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


if __name__ == "__main__":
    main()
