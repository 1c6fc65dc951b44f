"""What does a page of 1,000 jobs cost the store, at any depth and size, against printing JSON from rows?

    python benchmarks/pages.py                              # 10,000 and 100,000 jobs
    python benchmarks/pages.py --jobs 10000 100000 1000000
    python benchmarks/pages.py --postgres postgresql://...  # as well; fills an empty database with the smallest
    python benchmarks/pages.py --smoke

`page` reads by position, `rows` reads the positions that the filter index found, `naive` decodes each row and
prints the page as most servers do. The last line is JSON; only ratios within one run mean anything.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import corpus

from jobwire.api.memory import keep_memory
from jobwire.model.wire import close_company, close_job, company_bytes
from jobwire.store.base import Page, Row, Store
from jobwire.store.open import open_store

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


def measure(store: Store, jobs: int, times: int) -> dict[str, float]:
    """Milliseconds a page, the median of several places each."""
    companies = read_companies(store)
    places = {"first": 0, "middle": jobs // 2, "last": max(jobs - PAGE, 0)}

    def median(act: Any) -> float:
        act()
        return round(statistics.median(corpus.timed(act, times)), 2)

    def page(after: int) -> Page:
        return store.page(after, PAGE)

    found = {f"page_{name}": median(lambda: page(after)) for name, after in places.items()}  # noqa: B023
    spread = list(range(1, jobs + 1, max(jobs // PAGE, 1)))[:PAGE]
    rows = page(jobs // 2 - PAGE // 2).rows
    assert len(rows) == len(store.rows(spread)) == PAGE
    assert json.loads(join(rows, companies)) == json.loads(print_naively(rows, companies))
    found["rows_spread"] = median(lambda: store.rows(spread))
    found["page_and_join"] = median(lambda: join(page(jobs // 2).rows, companies))
    found["page_and_naive"] = median(lambda: print_naively(page(jobs // 2).rows, companies))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--postgres", help="address of an empty database")
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--keep", type=Path, help="folder for corpora, kept for the next run")
    options = parser.parse_args()
    keep_memory()  # as `jobwire serve` does
    sizes, times = ([2_000], 2) if options.smoke else (sorted(options.jobs), 25)
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for jobs in sizes:
            store = open_store(corpus.corpus(jobs, options.keep or Path(folder)), lambda: datetime.now(UTC))
            results[f"sqlite {jobs}"] = measure(store, jobs, times)
            store.close()
        if options.postgres:
            store = open_store(options.postgres, lambda: datetime.now(UTC))
            if not store.head():
                corpus.fill(store, sizes[0])
            results[f"postgres {sizes[0]}"] = measure(store, sizes[0], times)
            store.close()
    for name, found in results.items():
        print(name, *(f"{what} {ms} ms" for what, ms in found.items()), sep="  ")
    small, large = results[f"sqlite {sizes[0]}"], results[f"sqlite {sizes[-1]}"]
    ratios = {
        "naive_to_joined": round(large["page_and_naive"] / large["page_and_join"], 1),
        "last_of_largest_to_first_of_smallest": round(large["page_last"] / small["page_first"], 2),
    }
    print(json.dumps({**corpus.about(), "page": PAGE, "ms": results, "ratios": ratios}))


if __name__ == "__main__":
    main()
