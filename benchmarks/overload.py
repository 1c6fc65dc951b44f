"""Does the server keep its throughput under four times the load that it can carry, and answer the rest quickly?

    python benchmarks/overload.py            # 20,000 jobs, 8 s a phase
    python benchmarks/overload.py --smoke

Clients in processes of their own ask for pages as fast as they can: first as many as saturate the server, then
four times as many, then few again. Hundreds of threads in two processes wait for each other, so the time of a
refusal is also measured by a client that has a process of its own (`alone`). The goals: at least 80 % of the best
throughput, refusals (503, 429) within a second, recovery by itself. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import tempfile
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import corpus
import feed_http

PROCESSES = 2


def ask(port: int, until: float, found: list[tuple[int, float]]) -> None:
    """One client: a page, and the next. Who is refused waits a little, not the five seconds it is asked to."""
    headers = {"X-Api-Key": feed_http.SECRET, "Accept-Encoding": "", "Content-Type": "application/json"}
    while time.time() < until:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            while time.time() < until:
                started = time.perf_counter()
                connection.request("POST", "/api/jobs/feed", '{"batch_size": 200}', headers)
                response = connection.getresponse()
                response.read()
                found.append((response.status, time.perf_counter() - started))
                if response.status != 200:
                    time.sleep(0.05)
        except OSError:
            found.append((0, 0.0))
        finally:
            connection.close()


def clients(port: int, count: int, seconds: float, results: Any) -> None:
    found: list[tuple[int, float]] = []
    until = time.time() + seconds
    threads = [threading.Thread(target=ask, args=(port, until, found)) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(found)


def percentile(values: list[float], part: float) -> float:
    return round(sorted(values)[int(len(values) * part)], 3) if values else 0.0


def phase(port: int, count: int, seconds: float) -> dict[str, float]:
    results: Any = multiprocessing.Queue()
    share = max(1, count // PROCESSES)
    workers = [
        multiprocessing.Process(target=clients, args=(port, share, seconds, results)) for _ in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    single: Any = multiprocessing.Queue()
    prober = multiprocessing.Process(target=clients, args=(port, 1, seconds, single))
    prober.start()
    found = [item for _ in workers for item in results.get(timeout=seconds + 60)]
    alone = [took for status, took in single.get(timeout=seconds + 60) if status in (503, 429)]
    prober.join()
    for worker in workers:
        worker.join()
    good = [took for status, took in found if status == 200]
    refused = [took for status, took in found if status in (503, 429)]
    return {
        "clients": share * PROCESSES,
        "pages_per_s": round(len(good) / seconds, 1),
        "refused_per_s": round(len(refused) / seconds, 1),
        "broken": sum(status not in (200, 503, 429) for status, _ in found),
        "page_p50_s": round(statistics.median(good), 3) if good else 0.0,
        "refusal_p99_s": percentile(refused, 0.99),
        "refusal_p99_alone_s": percentile(alone, 0.99),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--smoke", action="store_true")
    options = parser.parse_args()
    jobs, seconds = (1_000, 1.0) if options.smoke else (options.jobs, options.seconds)
    with tempfile.TemporaryDirectory() as folder:
        path = corpus.corpus(jobs, Path(folder))
        with feed_http.serving("jobwire", str(path)) as (port, _):
            phases = {}
            for name, count in (("few", 4), ("full", 64), ("overload", 256), ("few again", 4)):
                phases[name] = phase(port, count, seconds)
                print(f"{name:10}", phases[name], flush=True)
    best = max(found["pages_per_s"] for found in phases.values())
    kept = {name: round(found["pages_per_s"] / best, 2) for name, found in phases.items()}
    print(json.dumps({"jobs": jobs, "phases": phases, "of_best": kept}))


if __name__ == "__main__":
    main()
