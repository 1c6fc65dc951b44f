"""Does a page cost more the deeper it lies, or the server more memory, over HTTP, as those who ask see it?

    python benchmarks/depth.py                       # 10,000, 100,000 and 1,000,000 jobs
    python benchmarks/depth.py --jobs 10000 100000
    python benchmarks/depth.py --smoke

Each store has a server of its own, started anew, and its file lies in the system's memory. Of a scan nobody made
before (`new`: every page comes from the database) the first and the last pages are timed; then the first and the
last page are asked for again and again, in turns (`known`: they come from the page file). The headline is the
last pages of the largest store against the first ones of the second largest, both new. Memory is the most that
the server's process had of its own (anonymous) while it sent all pages of its store twice, the second time into
the page file. The last line is JSON; only ratios within one run mean anything. `pages.py` measures the same
without HTTP.
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
import peers

AT_EACH_END = 50
ROUNDS = 50


def warm(path: Path) -> None:
    """Have the system read a file, so that no page waits for a disk."""
    with path.open("rb") as file:
        while file.read(1 << 24):
            pass


class Scan:
    """All pages of a server, one after the other."""

    def __init__(self, reader: feed_http.Reader, pid: int) -> None:
        self.ms: list[float] = []
        self.cursors: list[str | None] = []
        self.anonymous_mb = 0.0
        cursor: str | None = None
        while cursor or not self.ms:
            started = time.perf_counter()
            size = reader.ask(len(self.ms), cursor, "")
            self.ms.append(1000 * (time.perf_counter() - started))
            self.cursors.append(cursor)
            self.anonymous_mb = max(self.anonymous_mb, peers.anonymous_mb(pid))
            cursor = reader.find_cursor(size)


Readers = dict[int, tuple[feed_http.Reader, int]]
"""By number of jobs: who asks, and the server's process."""


def measure(readers: Readers, at_each_end: int, rounds: int) -> dict[str, dict[str, float]]:
    """By number of jobs: milliseconds of a page, medians, and MB of memory."""
    found: dict[str, dict[str, float]] = {}
    ends: dict[int, list[tuple[int, str | None]]] = {}
    for jobs, (reader, pid) in readers.items():
        first, second = Scan(reader, pid), Scan(reader, pid)
        found[str(jobs)] = {
            "new_first": statistics.median(first.ms[:at_each_end]),
            "new_last": statistics.median(first.ms[-at_each_end:]),
            "anonymous_mb": max(first.anonymous_mb, second.anonymous_mb),
        }
        ends[jobs] = [(0, None), (len(first.cursors) - 1, first.cursors[-1])]
    known: dict[tuple[int, str], list[float]] = {}
    for n in range(rounds + 2):
        for jobs, (reader, _) in readers.items():
            for (page, cursor), end in zip(ends[jobs], ("known_first", "known_last"), strict=True):
                started = time.perf_counter()
                reader.ask(page, cursor, "")
                if n > 1:  # the first rounds bring the page to the system's memory
                    known.setdefault((jobs, end), []).append(1000 * (time.perf_counter() - started))
    for (jobs, end), ms in known.items():
        found[str(jobs)][end] = statistics.median(ms)
    return {jobs: {what: round(value, 2) for what, value in of.items()} for jobs, of in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--keep", type=Path, help="folder for corpora, kept for the next run")
    options = parser.parse_args()
    sizes, at_each_end, rounds = (
        ([2_000, 3_000], 1, 2) if options.smoke else (sorted(options.jobs), AT_EACH_END, ROUNDS)
    )
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        readers: Readers = {}
        for jobs in sizes:
            url = corpus.corpus(jobs, options.keep or Path(folder))
            warm(url)
            port, pid = stack.enter_context(feed_http.serving("jobwire", str(url)))
            readers[jobs] = (feed_http.Reader("jobwire", port, jobs, ""), pid)
        found = measure(readers, at_each_end, rounds)
    for jobs, of in found.items():
        units = ((what, value, "" if what.endswith("mb") else " ms") for what, value in of.items())
        print(f"{jobs} jobs", *(f"{what} {value}{unit}" for what, value, unit in units), sep="  ")
    first, large = found[str(sizes[-2])], found[str(sizes[-1])]
    ratios = {kind: round(large[f"{kind}_last"] / first[f"{kind}_first"], 2) for kind in ("new", "known")}
    print(json.dumps({**corpus.about(), "page": feed_http.PAGE, "sizes": found, "last_to_first": ratios}))


if __name__ == "__main__":
    main()
