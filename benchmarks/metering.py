"""What do metering and rate limits cost, against the same pages unmetered, in the same run?

    python benchmarks/metering.py                                        # SQLite and PostgreSQL, 1 and 4 workers
    python benchmarks/metering.py --store sqlite --workers 1 --jobs 50000
    python benchmarks/metering.py --smoke

Each server is compared with itself: pages of an open key, of a key that is only limited, and of a key that pays
for every row (a new account each scan, so each row is charged). As many clients scan side by side as there are
workers, the whole feed each. What counts is processor time of the server's processes a page, and of PostgreSQL's
beside it. The goal: under 10 % more than the open key's. The last line is JSON; `extra` is of the first server.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import corpus
import feed_http
import peers

from jobwire.model.account import CREDIT, Account, Key, LedgerEntry, Plan, digest_secret
from jobwire.store.open import open_store

WINDOWS = {"feed": ((1_000_000, 60), (10_000_000, 3_600), (100_000_000, 86_400))}
PLANS = {
    "open": Plan(name="bench-open", included=("feed",)),
    "limited": Plan(name="bench-limited", included=("feed",), limits=WINDOWS),
    "metered": Plan(name="bench-metered", prices={"feed": CREDIT // 2}, limits=WINDOWS),
}
SERVER = ("JOBWIRE_BENCH_STORE", "JOBWIRE_BENCH_LIMITS")
"""Where the processes of a server read their store and where they count requests."""


def add_keys(url: str, names: list[str]) -> None:
    """A key of an account of its own for each name, `kind-...`."""
    with closing(open_store(url, feed_http.now)) as store:
        for plan in PLANS.values():
            store.accounts.put_plan(plan)
        for name in names:
            plan = PLANS[name.partition("-")[0]]
            store.accounts.put_account(Account(id=name, name=name, plan=plan.name, created_at=corpus.START))
            top_up = LedgerEntry(account_id=name, at=corpus.START, amount=10**6 * CREDIT, kind="topup")
            store.accounts.add_entry(top_up)
            digest = digest_secret(secret(name))
            key = Key(id=name, account_id=name, name=name, prefix="jw", digest=digest, created_at=corpus.START)
            store.accounts.put_key(key)


def secret(name: str) -> str:
    return f"jw_live_{name}x".ljust(32, "0")


def make_app() -> Any:
    """Run in each process of the server: it counts requests where `jobwire serve` would."""
    from jobwire.api.app import create_app
    from jobwire.api.memory import keep_memory
    from jobwire.api.options import ApiOptions

    keep_memory()
    url, limits = (os.environ[name] for name in SERVER)
    store = open_store(url, feed_http.now)
    app = create_app(store, store.accounts, ApiOptions(rate_limits_url=limits))
    app.default._server.search.follow = lambda report: True  # type: ignore[attr-defined]
    return app


def serve(port: int, workers: int) -> None:
    import uvicorn

    from jobwire.api.logs import configure_logs
    from jobwire.api.protocol import uvicorn_options

    configure_logs("text")
    options = {**uvicorn_options(), "host": "127.0.0.1", "port": port}
    uvicorn.run("metering:make_app", factory=True, workers=workers, **options)


@contextmanager
def serving(url: str, workers: int, folder: Path) -> Iterator[tuple[int, int]]:
    """(port, process id) of a server that is ready for a measure."""
    limits = "" if workers == 1 else f"file://{folder / 'rate-limits'}"
    os.environ.update(zip(SERVER, (url, url if "://" in url else limits), strict=True))
    port = peers.free_port()
    command = [sys.executable, str(Path(__file__).resolve()), "--serve", str(port), str(workers)]
    with peers.running(command, port) as pid:
        time.sleep(2.0)  # every worker is there, and has read what it keeps
        yield port, pid


def tree(pid: int) -> set[int]:
    """A process and all that it started."""
    children = Path(f"/proc/{pid}/task").glob("*/children")
    return {pid}.union(*(tree(int(child)) for file in children for child in file.read_text().split()))


def cpu_ms(pids: set[int]) -> float:
    """Processor time of processes so far. By the nanosecond: a tick of the clock is a tenth of a short scan."""
    threads = [thread for pid in pids for thread in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e6


def postmaster(folder: Path) -> int | None:
    """Process id of the PostgreSQL that keeps its data in `folder`, if it is one of ours."""
    found = [*folder.glob("pg/postmaster.pid")]
    return int(found[0].read_text().split()[0]) if found else None


def scan(port: int, jobs: int, names: list[str]) -> int:
    """Pages of whole scans side by side, each by a key of its own."""
    readers = [feed_http.Reader("jobwire", port, jobs, "", secret(name)) for name in names]
    with ThreadPoolExecutor(len(readers)) as pool:
        return sum(pages for pages, _ in pool.map(feed_http.Reader.scan, readers))


def compare(values: list[float], of: list[float]) -> float:
    """What is added, as a part: the median of what each round says, so that a slow minute hits both."""
    return round(statistics.median(value / other for value, other in zip(values, of, strict=True)) - 1, 3)


def measure(url: str, workers: int, jobs: int, rounds: int, folder: Path) -> dict[str, Any]:
    """Processor milliseconds a page of each kind of key."""
    label = f"w{workers}"
    sets = {
        (kind, n): [f"{kind}-{label}-{n}-{w}" for w in range(workers)] for kind in PLANS for n in range(rounds)
    }
    add_keys(url, [name for names in sets.values() for name in names])
    cpu: dict[str, list[float]] = {kind: [] for kind in PLANS}
    speed: dict[str, list[float]] = {kind: [] for kind in PLANS}
    with serving(url, workers, folder) as (port, pid):
        scan(port, jobs, sets["open", 0])  # what is made ready at the first scan is not to be measured
        scan(port, jobs, sets["open", 0])
        for n in range(rounds):
            for kind in (*[*PLANS][n % 3 :], *[*PLANS][: n % 3]):  # nobody is always first
                pids = tree(pid) | (
                    tree(database) if (database := postmaster(folder)) and "://" in url else set()
                )
                before, started = cpu_ms(pids), time.perf_counter()
                pages = scan(port, jobs, sets[kind, n])
                speed[kind].append((time.perf_counter() - started) / pages)
                time.sleep(0.6)  # what is booked after the last page belongs to it
                cpu[kind].append((cpu_ms(pids) - before) / pages)
    return {
        "cpu_ms_per_page": {kind: round(statistics.median(values), 2) for kind, values in cpu.items()},
        "extra": {kind: compare(cpu[kind], cpu["open"]) for kind in ("limited", "metered")},
        "extra_time": {kind: compare(speed[kind], speed["open"]) for kind in ("limited", "metered")},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--store", nargs="+", choices=("sqlite", "postgres"), default=["sqlite", "postgres"])
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--serve", type=int, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(*options.serve)
        return
    jobs, rounds, sizes, stores = options.jobs, options.rounds, options.workers, options.store
    if options.smoke:
        jobs, rounds, sizes, stores = 2_000, 1, [2], stores[:1]
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        for store in stores:
            if store == "sqlite":
                url = str(corpus.corpus(jobs, folder))
            else:
                url = peers.make_database(stack.enter_context(peers.postgres(folder)))
                with closing(open_store(url, feed_http.now)) as filled:
                    corpus.fill(filled, jobs)
            for workers in sizes:
                one = found[f"{store}, {workers} workers"] = measure(url, workers, jobs, rounds, folder)
                print(f"{store}, {workers} workers", one, flush=True)
    extra = next(iter(found.values()))["extra"]
    print(json.dumps({**corpus.about(), "jobs": jobs, "servers": found, "extra": extra}))


if __name__ == "__main__":
    main()
