"""What does a page of 1,000 jobs cost the store, at any depth and size, against printing JSON from rows?

    python benchmarks/pages.py                       # 10,000, 100,000 and 1,000,000 jobs
    python benchmarks/pages.py --jobs 10000 100000
    python benchmarks/pages.py --smoke

`page` reads by position, `rows` reads the positions that the filter index found, `naive` decodes each row and
prints the page as most servers do. PostgreSQL gets the two smallest sizes. All are measured in turns, a little of
each at a time, so that a machine whose speed drifts is slow for all of them. The headline is the last page of the
largest store against the first page of the second largest. The last line is JSON; only ratios within one run mean
anything.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import corpus
import peers

from jobwire.api.memory import keep_memory
from jobwire.model.wire import close_company, close_job, company_bytes
from jobwire.store.base import Store
from jobwire.store.open import open_store
from jobwire.store.records import Row

PAGE = 1_000


def join(rows: list[Row], companies: dict[str, bytes]) -> bytes:
    """A page's bytes as the server makes them."""
    parts = [b'{"jobs":[']
    for row in rows:
        parts += (row.body, companies[row.company_id], b"},")
    parts[-1] = b"}]}"
    return b"".join(parts)


def print_naively(rows: list[Row], companies: dict[str, bytes]) -> bytes:
    """The same bytes by way of objects."""
    jobs = [json.loads(close_job(row.body, companies[row.company_id])) for row in rows]
    return json.dumps({"jobs": jobs}, separators=(",", ":")).encode()


def read_companies(store: Store) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    after = 0
    while part := store.company_tail(after, 1_000):
        after = part[-1][0]
        found |= {c.id: close_company(company_bytes(c), c.id, "https://feed.example") for _, c in part}
    return found


def acts(store: Store, jobs: int) -> dict[str, Callable[[], object]]:
    """What is timed of one store, by name."""
    companies = read_companies(store)
    middle = jobs // 2 - PAGE // 2
    spread = list(range(1, jobs + 1, max(jobs // PAGE, 1)))[:PAGE]
    rows = store.page(middle, PAGE).rows
    assert len(rows) == len(store.rows(spread)) == PAGE
    assert json.loads(join(rows, companies)) == json.loads(print_naively(rows, companies))
    return {
        "page_first": lambda: store.page(0, PAGE),
        "page_middle": lambda: store.page(middle, PAGE),
        "page_last": lambda: store.page(jobs - PAGE, PAGE),
        "rows_spread": lambda: store.rows(spread),
        "page_and_join": lambda: join(store.page(middle, PAGE).rows, companies),
        "page_and_naive": lambda: print_naively(store.page(middle, PAGE).rows, companies),
    }


def measure(stores: dict[str, tuple[Store, int]], rounds: int) -> dict[str, dict[str, float]]:
    """Milliseconds of each act in each store, the median of rounds in which each has its turn."""
    todo = {name: acts(store, jobs) for name, (store, jobs) in stores.items()}
    taken: dict[str, dict[str, list[float]]] = {name: {} for name in todo}
    for n in range(rounds + 1):
        for act in todo[next(iter(todo))]:
            for name in todo:
                (ms,) = corpus.timed(todo[name][act], 1)
                if n:  # the first one only brings it into memory
                    taken[name].setdefault(act, []).append(ms)
    return {name: {act: round(statistics.median(ms), 2) for act, ms in of.items()} for name, of in taken.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--keep", type=Path, help="folder for corpora, kept for the next run")
    options = parser.parse_args()
    keep_memory()  # as `jobwire serve` does
    sizes, rounds = ([1_000, 2_000], 2) if options.smoke else (sorted(options.jobs), 50)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        stores: dict[str, tuple[Store, int]] = {}
        for jobs in sizes:
            store = open_store(corpus.corpus(jobs, options.keep or Path(folder)), lambda: datetime.now(UTC))
            stores[f"sqlite {jobs}"] = (stack.enter_context(closing(store)), jobs)
        dsn = stack.enter_context(peers.postgres(Path(folder)))
        for jobs in sizes[:2]:
            store = open_store(peers.make_database(dsn), lambda: datetime.now(UTC))
            stores[f"postgres {jobs}"] = (stack.enter_context(closing(store)), jobs)
            corpus.fill(store, jobs)
        results = measure(stores, rounds)
    for name, found in results.items():
        print(name, *(f"{what} {ms} ms" for what, ms in found.items()), sep="  ")
    first, large = results[f"sqlite {sizes[-2:][0]}"], results[f"sqlite {sizes[-1]}"]
    ratios = {
        "naive_to_joined": round(large["page_and_naive"] / large["page_and_join"], 1),
        "last_of_largest_to_first_of_second": round(large["page_last"] / first["page_first"], 2),
    }
    print(json.dumps({**corpus.about(), "page": PAGE, "ms": results, "ratios": ratios}))


if __name__ == "__main__":
    main()
