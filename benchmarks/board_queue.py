"""What does it cost to hand out boards: leases in the store, or tasks in a PostgreSQL queue (procrastinate)?

    python benchmarks/board_queue.py [--smoke] [--boards 2000] [--workers 4]

A visit without the visit: take a due board, then say when it is due next. The lease is taken by `claim_boards`
and ended by the publication that records the visit anyway; with a queue the same publication is made, and the
task is fetched and rescheduled beside it. Prints milliseconds a board, one worker and several at once, and a JSON
line last.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import procrastinate
from peers import make_database, postgres

from jobwire.model.board import Board
from jobwire.model.ids import company_id
from jobwire.store.base import Store
from jobwire.store.open import open_store
from jobwire.store.records import BoardState, Publication

HOUR = timedelta(hours=1)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--smoke", action="store_true", help="small and quick")
    options.add_argument("--boards", type=int, default=2_000)
    options.add_argument("--workers", type=int, default=4)
    given = options.parse_args()
    boards = 40 if given.smoke else given.boards
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, postgres(Path(folder)) as dsn:
        for workers in (1, given.workers):
            for name, measure in (("leases", run_leases), ("procrastinate", run_queue)):
                url = make_database(dsn)
                with closing(open_store(url, clock=now)) as store:
                    fill(store, boards)
                    wall = asyncio.run(measure(url, store, workers))
                found[f"{name}, {workers} at once"] = round(wall / boards * 1_000, 2)
                print(f"{name}, {workers} at once: {wall / boards * 1_000:.2f} ms a board")
    print(json.dumps({"boards": boards, "ms_a_board": found}))


def now() -> datetime:
    return datetime.now(UTC)


def fill(store: Store, boards: int) -> None:
    for number in range(boards):
        board = Board(ats="lever", token=f"board{number}")
        at = now() - HOUR
        store.put_board(BoardState(board=board, company_id=company_id(board.key), added_at=at, next_visit_at=at))


async def record(store: Store, state: BoardState) -> None:
    """What a visit publishes at its end, in either case."""
    after = msgspec.structs.replace(state, next_visit_at=now() + HOUR)
    await asyncio.to_thread(store.publish, Publication(board_key=state.board.key, board=after))


async def run_leases(_: str, store: Store, workers: int) -> float:
    async def work() -> None:
        while due := await asyncio.to_thread(store.claim_boards, now(), 1, HOUR, "bench"):
            await record(store, due[0])

    return await timed(work, workers)


async def run_queue(url: str, store: Store, workers: int) -> float:
    app = procrastinate.App(
        connector=procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=workers + 1)
    )

    @app.task(name="visit")
    def visit(key: str) -> None:
        """Never run here: the benchmark takes tasks by itself."""

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        for state in store.boards():
            await visit.configure(lock=state.board.key, queueing_lock=state.board.key).defer_async(
                key=state.board.key
            )

        async def work() -> None:
            worker = await app.job_manager.register_worker()
            while job := await app.job_manager.fetch_job(None, worker):
                state = await asyncio.to_thread(store.get_board, str(job.task_kwargs["key"]))
                assert state
                await record(store, state)
                await app.job_manager.retry_job(job, retry_at=now() + HOUR)

        return await timed(work, workers)


async def timed(work: Callable[[], Awaitable[None]], workers: int) -> float:
    """Seconds until all workers find nothing more to do."""
    start = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(workers)))
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
