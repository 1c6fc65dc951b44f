"""Runs the benchmarks and writes what they found, beside the goals, into docs/performance.md.

    python benchmarks/report.py run              # every script, minutes each; on a machine that does nothing else
    python benchmarks/report.py run filters pages --keep folder   # some of them, with options of theirs
    python benchmarks/report.py                  # only the table, from benchmarks/results
    python benchmarks/report.py --check          # does the table say what the results say?

A result is the JSON that a script prints last; it names the machine, the commit and the day.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import corpus
import msgspec

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"
PAGE = FOLDER.parent / "docs" / "performance.md"
BEGIN, END = "## What they found\n", "\n`python benchmarks/report.py run`"
SCRIPTS: dict[str, tuple[str, ...]] = {
    "feed_http": (),
    "feed_http_1m": ("--jobs", "1000000", "--only", "jobwire", "nginx"),
    "depth": (),
    "pages": (),
    "filters": ("--jobs", "1000000"),
    "writes": (),
    "metering": (),
    "overload": (),
    "enrich": (),
    "collect": (),
    "search": ("--jobs", "1000000"),
    "sync_backfill": ("--jobs", "100000", "--runs", "3"),
}
"""Result -> arguments of the script, which is the result's name up to `_1m`."""


class Goal(msgspec.Struct, frozen=True):
    """One row: a number in a result, and what it should be."""

    what: str
    source: str
    """`result:key:key`"""
    first: float
    then: float
    at_most: bool = False


GOALS = (
    Goal("scan from SQLite, one worker, against a naive server", "feed_http:ratios:jobwire/naive", 50, 150),
    Goal("first scan after a start, against it", "feed_http:ratios:jobwire/naive first scan", 15, 50),
    Goal(
        "server CPU of a page: nginx static files / ours",
        "feed_http:ratios:nginx/jobwire by server CPU",
        0.33,
        0.8,
    ),
    Goal("gzip scan against nginx gzip-6", "feed_http:ratios:jobwire+gzip/nginx+gzip", 10, 80),
    Goal("zstd scan against nginx gzip-6", "feed_http:ratios:jobwire+zstd/nginx+gzip", 10, 80),
    Goal("scan from PostgreSQL, against a naive server", "feed_http:ratios:jobwire-pg/naive", 8, 14),
    Goal("the same, against one by COPY of finished JSON", "feed_http:ratios:jobwire-pg/careful", 1, 2),
    Goal("scan from SQLite, against Datasette's JSON API", "feed_http:ratios:jobwire/datasette", 20, 50),
    Goal("worst filter at 1M jobs, ms", "filters:worst_ms", 5, 1, at_most=True),
    Goal(
        "last page of 1M against first page of 100k",
        "depth:last_to_first:new",
        1.25,
        1.1,
        at_most=True,
    ),
    Goal(
        "anonymous memory while 1M jobs stream, MB",
        "feed_http_1m:contenders:jobwire:anonymous_mb",
        200,
        80,
        at_most=True,
    ),
    Goal("search of 1M jobs, median ms", "search:ways:search:p50_ms", 20, 10, at_most=True),
    Goal("the same, against FTS5", "search:ways:search:fts5_to_this", 1, 5),
    Goal(
        "search of 1M jobs with all facets, median ms",
        "search:ways:search with facets:p50_ms",
        20,
        10,
        at_most=True,
    ),
    Goal("publishing against a plain upsert", "writes:sqlite_to_upsert", 0.8, 1),
    Goal(
        "extra server CPU of metering and limits, one process on SQLite",
        "metering:extra:metered",
        0.1,
        0.05,
        at_most=True,
    ),
    Goal("throughput at four times the load, of the best", "overload:of_best:overload", 0.8, 0.95),
    Goal("99 of 100 refusals at that load, s", "overload:phases:overload:refusal_p99_s", 1, 0.25, at_most=True),
    Goal("postings enriched a second and core", "enrich:postings_per_s", 400, 600),
    Goal("postings collected, enriched and stored a second and core", "collect:new_per_core_s", 300, 600),
    Goal("backfill into PostgreSQL against dlt merge", "sync_backfill:ratios:postgres_vs_dlt:measured", 12, 25),
    Goal("the same against one-stream COPY", "sync_backfill:ratios:postgres_vs_copy:measured", 0.8, 1.5),
    Goal(
        "the same against the seeds' sample and an upsert",
        "sync_backfill:ratios:postgres_vs_sample:measured",
        3,
        6,
    ),
    Goal(
        "backfill into SQLite against the seeds' sample", "sync_backfill:ratios:sqlite_vs_sample:measured", 2, 3
    ),
    Goal(
        "the whole feed again, nothing changed, against dlt",
        "sync_backfill:ratios:unchanged_vs_dlt:measured",
        40,
        75,
    ),
    Goal("peak memory of the client, MB", "sync_backfill:ratios:peak_mb:measured", 150, 100, at_most=True),
)


def run(name: str, options: list[str]) -> None:
    """Run one script and keep its result."""
    script = FOLDER / f"{name.removesuffix('_1m')}.py"
    print(f"== {name}", flush=True)
    lines = []
    command = [sys.executable, str(script), *SCRIPTS[name], *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        sys.exit(f"{name} failed")
    keep(name, {**corpus.about(), **json.loads(lines[-1])})


def keep(name: str, result: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")


def make_table() -> str:
    """Markdown; a goal that was not measured says so."""
    results = {path.stem: json.loads(path.read_text()) for path in sorted(RESULTS.glob("*.json"))}
    lines = ["| what | measured | goal | then |", "|---|---|---|---|"]
    for goal in GOALS:
        value: Any = results
        for step in goal.source.split(":"):
            value = value.get(step) if isinstance(value, dict) else None
        lines.append(
            f"| {goal.what} | {_describe(goal, value)} | {_bound(goal, goal.first)} | {_bound(goal, goal.then)} |"
        )
    lines += ["", *make_contender_table(results.get("feed_http", {}).get("contenders", {}))]
    lines += ["", *make_size_table(results.get("depth", {}).get("sizes", {}))]
    runs = [
        f"* `{name}`: {r['date']}, commit {r['commit']}, {r['machine']}"
        for name, r in results.items()
        if "commit" in r
    ]
    return "\n".join(
        [*lines, "", "A number in bold reaches what we aim for after the goal. Measured:", "", *runs, ""]
    )


CONTENDERS = {
    "pages_per_s": "pages/s",
    "cpu_ms": "server CPU a page, ms",
    "first_pages_per_s": "first scan, pages/s",
    "second_pages_per_s": "second scan, pages/s",
    "kb_per_page": "KB a page",
    "anonymous_mb": "anonymous memory, MB",
}
SIZES = {
    "new_first": "first pages, new, ms",
    "new_last": "last pages, new, ms",
    "known_first": "first page, known, ms",
    "known_last": "last page, known, ms",
    "anonymous_mb": "anonymous memory, MB",
}


def make_contender_table(contenders: dict[str, dict[str, float]]) -> list[str]:
    """Markdown: every server of one run (feed_http.py)."""
    return _list_rows(f"scan by one connection | {' | '.join(CONTENDERS.values())}", contenders, [*CONTENDERS])


def make_size_table(sizes: dict[str, dict[str, float]]) -> list[str]:
    """Markdown: what pages of stores of different sizes cost, side by side (depth.py)."""
    by_size = {f"{int(jobs):,}": found for jobs, found in sizes.items()}
    return _list_rows(f"jobs | {' | '.join(SIZES.values())}", by_size, [*SIZES])


def _list_rows(head: str, rows: dict[str, dict[str, float]], columns: list[str]) -> list[str]:
    lines = [f"| {head} |", "|---" * (len(columns) + 1) + "|"]
    return lines + [
        f"| {name} | {' | '.join(f'{row[column]:g}' for column in columns)} |" for name, row in rows.items()
    ]


def _describe(goal: Goal, value: float | None) -> str:
    if value is None:
        return "not measured"
    met = [value <= bound if goal.at_most else value >= bound for bound in (goal.first, goal.then)]
    return f"**{value:g}**" if met[1] else f"{value:g}" if met[0] else f"{value:g} (missed)"


def _bound(goal: Goal, bound: float) -> str:
    return f"{'≤' if goal.at_most else '≥'} {bound:g}"


def main() -> None:
    command, *names = sys.argv[1:] or ["table"]
    if command in ("-h", "--help"):
        print(__doc__)
        return
    if command == "run":
        options = names[len([*itertools.takewhile(lambda name: not name.startswith("-"), names)]) :]
        for name in names[: len(names) - len(options)] or SCRIPTS:
            run(name, options)
    text = PAGE.read_text()
    before, rest = text.split(BEGIN)
    made = before + BEGIN + "\n" + make_table() + END + rest.split(END)[1]
    if command == "--check":
        sys.exit(0 if made == text else "docs/performance.md is stale: run benchmarks/report.py")
    PAGE.write_text(made)


if __name__ == "__main__":
    main()
