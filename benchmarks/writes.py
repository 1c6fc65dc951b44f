"""How many jobs a second can visits publish while consumers read, and what do the readers notice?

    python benchmarks/writes.py                     # 50,000 jobs in each store, 20 batches
    python benchmarks/writes.py --smoke

A batch is 1,000 jobs: 70 % unchanged, 10 % edited, 20 % new. Two readers page through the log meanwhile.
`upsert` is the peer: every job written every time, `INSERT ... ON CONFLICT`, into a plain SQLite table.
The last line is JSON; only ratios within one run mean anything.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import corpus
import msgspec
import peers

from jobwire.store.base import Store
from jobwire.store.open import open_store
from jobwire.store.records import JobEntry, Publication

READERS = 2
Batch = Sequence[JobEntry]


class Reader(threading.Thread):
    """Pages through the log, round and round, and notes how long each page took."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store, self.stop, self.ms = store, threading.Event(), [0.0]

    def run(self) -> None:
        after = 0
        while not self.stop.wait(0.02):
            began = time.perf_counter()
            page = self.store.page(after, 1_000)
            self.ms.append(1000 * (time.perf_counter() - began))
            after = 0 if page.end else page.seq


def publish(store: Store, batch: Batch) -> None:
    store.publish(Publication(entries=tuple(batch)))


def publish_beside_readers(store: Store, batches: Sequence[Batch]) -> dict[str, float]:
    threads = [Reader(store) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    for batch in batches:
        publish(store, batch)
    seconds = time.perf_counter() - began
    for thread in threads:
        thread.stop.set()
        thread.join()
    pages = sorted(ms for thread in threads for ms in thread.ms)
    return {
        "jobs_per_s": round(sum(map(len, batches)) / seconds),
        "page_p50_ms": round(statistics.median(pages), 1),
        "page_max_ms": round(pages[-1], 1),
    }


def open_peer(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE jobs (id TEXT PRIMARY KEY, updated_at REAL, job BLOB)")
    db.execute("CREATE INDEX jobs_updated ON jobs (updated_at)")
    return db


def upsert(db: sqlite3.Connection, batch: Batch) -> None:
    """What the peer does: no change detection, no order, no tombstones."""
    db.execute("BEGIN IMMEDIATE")
    db.executemany(
        "INSERT INTO jobs VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE"
        " SET updated_at = excluded.updated_at, job = excluded.job",
        [(entry.job.id, time.time(), msgspec.json.encode(entry.job)) for entry in batch],
    )
    db.execute("COMMIT")


def time_in_turns(writers: dict[str, Callable[[Batch], None]], batches: Sequence[Batch]) -> dict[str, float]:
    """Jobs a second of each, which take turns with each batch: a machine that drifts is slow for all of them."""
    spent = dict.fromkeys(writers, 0.0)
    for batch in batches:
        for name, write in writers.items():
            began = time.perf_counter()
            write(batch)
            spent[name] += time.perf_counter() - began
    return {name: round(sum(map(len, batches)) / seconds) for name, seconds in spent.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=50_000)
    parser.add_argument("--batches", type=int, default=20)
    parser.add_argument("--smoke", action="store_true")
    options = parser.parse_args()
    jobs, count = (1_000, 1) if options.smoke else (options.jobs, options.batches)
    batches = list(corpus.batches(jobs, count * corpus.BATCH, seed=1))
    half = max(len(batches) // 2, 1)
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder, peers.postgres(Path(folder)) as dsn:
        addresses = {"sqlite": str(Path(folder) / "jobwire.db"), "postgres": peers.make_database(dsn)}
        stores = {name: open_store(address, lambda: datetime.now(UTC)) for name, address in addresses.items()}
        peer = open_peer(Path(folder) / "peer.db")
        writers: dict[str, Callable[[Batch], None]] = {
            **{name: partial(publish, store) for name, store in stores.items()},
            "upsert": partial(upsert, peer),
        }
        known = [corpus.make_entry(n) for n in range(jobs)]
        time_in_turns(writers, [known[n : n + corpus.BATCH] for n in range(0, jobs, corpus.BATCH)])
        for name, speed in time_in_turns(writers, batches[:half]).items():
            results[name] = {"jobs_per_s": speed}
        for name, store in stores.items():
            results[f"{name}, {READERS} readers"] = publish_beside_readers(store, batches[half:] or batches)
            store.close()
        peer.close()
    for name, found in results.items():
        print(f"{name:20}", *(f"{what} {value:,}" for what, value in found.items()), sep="  ")
    ratio = round(results["sqlite"]["jobs_per_s"] / results["upsert"]["jobs_per_s"], 3)
    print(json.dumps({**corpus.about(), "jobs": jobs, "results": results, "sqlite_to_upsert": ratio}))


if __name__ == "__main__":
    main()
