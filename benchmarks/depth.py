"""Does a page cost more the deeper it lies, over HTTP, as those who ask for it see it?

    python benchmarks/depth.py                       # 100,000 and 1,000,000 jobs
    python benchmarks/depth.py --jobs 10000 100000
    python benchmarks/depth.py --smoke

Each store has a server of its own, started anew, and its file lies in the system's memory. Of a scan nobody made
before (`new`: every page comes from the database) the first and the last pages are timed; then the first and the
last page are asked for again and again, in turns (`known`: they come from the page file). The headline is the
last pages of the largest store against the first ones of the second largest, both new. The last line is JSON;
only ratios within one run mean anything. `pages.py` measures the same without HTTP.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import corpus
import feed_http

AT_EACH_END = 50
ROUNDS = 50


def warm(path: Path) -> None:
    """Have the system read a file, so that no page waits for a disk."""
    with path.open("rb") as file:
        while file.read(1 << 24):
            pass


def time_scan(reader: feed_http.Reader) -> tuple[list[float], list[str | None]]:
    """Milliseconds of each page of a whole scan, and its cursors."""
    taken: list[float] = []
    cursors: list[str | None] = [None]
    while not taken or cursors[-1]:
        started = time.perf_counter()
        size = reader.ask(len(taken), cursors[-1], "")
        taken.append(1000 * (time.perf_counter() - started))
        cursors.append(reader.find_cursor(size))
    return taken, cursors[:-1]


def measure(readers: dict[int, feed_http.Reader], at_each_end: int, rounds: int) -> dict[str, dict[str, float]]:
    """Milliseconds of a page by number of jobs: medians."""
    found: dict[str, dict[str, float]] = {}
    ends: dict[int, list[tuple[int, str | None]]] = {}
    for jobs, reader in readers.items():
        taken, cursors = time_scan(reader)
        found[str(jobs)] = {
            "new_first": statistics.median(taken[:at_each_end]),
            "new_last": statistics.median(taken[-at_each_end:]),
        }
        ends[jobs] = [(0, None), (len(cursors) - 1, cursors[-1])]
    known: dict[tuple[int, str], list[float]] = {}
    for n in range(rounds + 2):
        for jobs, reader in readers.items():
            for (page, cursor), end in zip(ends[jobs], ("known_first", "known_last"), strict=True):
                started = time.perf_counter()
                reader.ask(page, cursor, "")
                if n > 1:  # the second time, a page is put into the file
                    known.setdefault((jobs, end), []).append(1000 * (time.perf_counter() - started))
    for (jobs, end), ms in known.items():
        found[str(jobs)][end] = statistics.median(ms)
    return {jobs: {what: round(ms, 2) for what, ms in of.items()} for jobs, of in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--keep", type=Path, help="folder for corpora, kept for the next run")
    options = parser.parse_args()
    sizes, at_each_end, rounds = (
        ([2_000, 3_000], 1, 2) if options.smoke else (sorted(options.jobs), AT_EACH_END, ROUNDS)
    )
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        readers = {}
        for jobs in sizes:
            url = corpus.corpus(jobs, options.keep or Path(folder))
            warm(url)
            port, _ = stack.enter_context(feed_http.serving("jobwire", str(url)))
            readers[jobs] = feed_http.Reader("jobwire", port, jobs, "")
        found = measure(readers, at_each_end, rounds)
    for jobs, ms in found.items():
        print(f"{jobs} jobs", *(f"{what} {value} ms" for what, value in ms.items()), sep="  ")
    first, large = found[str(sizes[-2])], found[str(sizes[-1])]
    ratios = {kind: round(large[f"{kind}_last"] / first[f"{kind}_first"], 2) for kind in ("new", "known")}
    print(json.dumps({**corpus.about(), "page": feed_http.PAGE, "ms": found, "last_to_first": ratios}))


if __name__ == "__main__":
    main()
