"""What does a filter add to a page, and what would SQL with the best indexes take?

    python benchmarks/filters.py                     # 100,000 jobs
    python benchmarks/filters.py --jobs 1000000
    python benchmarks/filters.py --smoke

Fifteen filters, dense to rare, each at three depths; milliseconds to find the positions of a page of 1,000.
The peer is SQLite: a table of the same fields with an index for each, its places in a table of their own.
The last line is JSON; only ratios within one run mean anything.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import corpus

from jobwire.model.filters import JobFilters, place_term
from jobwire.store.base import Store
from jobwire.store.filter_index import FilterIndex
from jobwire.store.open import open_store
from jobwire.store.terms import unpack_terms

PAGE = 1_000
QUERIES: dict[str, tuple[tuple[str, ...], ...]] = {
    "one source": (("s:greenhouse",),),
    "three sources": (("s:greenhouse", "s:lever", "s:ashby"),),
    "rare source": (("s:recruitee",),),
    "remote": (("w:remote",),),
    "not remote": (("w:hybrid", "w:onsite", "w:"),),
    "country": ((place_term("US", None, None),),),
    "rare country": ((place_term("IT", None, None),),),
    "region": ((place_term("US", "Region 3", None),),),
    "large city": ((place_term(None, None, "City 1"),),),
    "small city": ((place_term(None, None, "City 1777"),),),
    "twenty cities": (tuple(place_term(None, None, f"City {n}") for n in range(100, 120)),),
    "senior remote in US": (("e:senior",), ("w:remote",), (place_term("US", None, None),)),
    "full time, 2 levels, 2 countries": (
        ("t:full_time",),
        ("e:mid", "e:senior"),
        (place_term("DE", None, None), place_term("FR", None, None)),
    ),
    "all different": (("s:icims",), ("w:hybrid",), ("t:contract",), ("e:lead",), (place_term("GB", None, None),)),
    "nothing": (("s:nobody",),),
}
COLUMNS = {"s": "source", "w": "workplace", "t": "type", "e": "level"}


def fill_peer(store: Store, path: Path) -> sqlite3.Connection:
    """The same jobs as rows of columns, an index for each field."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("CREATE TABLE jobs (seq INTEGER PRIMARY KEY, source, workplace, type, level)")
    db.execute("CREATE TABLE places (place, seq, PRIMARY KEY (place, seq)) WITHOUT ROWID")
    db.execute("BEGIN")
    after = 0
    while rows := store.term_tail(after, 10_000):
        after = rows[-1].seq
        for row in rows:
            fields = {term[0]: term[2:] for term in unpack_terms(row.terms) if term[0] != "l"}
            db.execute("INSERT INTO jobs VALUES (?, ?, ?, ?, ?)", (row.seq, *(fields[c] for c in "swte")))
        places = [(term, row.seq) for row in rows for term in unpack_terms(row.terms) if term[0] == "l"]
        db.executemany("INSERT OR IGNORE INTO places VALUES (?, ?)", places)
    db.execute("COMMIT")
    for column in COLUMNS.values():
        db.execute(f"CREATE INDEX jobs_{column} ON jobs ({column}, seq)")
    db.execute("ANALYZE")
    return db


def peer_page(db: sqlite3.Connection, groups: tuple[tuple[str, ...], ...], after: int) -> list[int]:
    where, values = ["j.seq > ?"], [after]
    for group in groups:
        marks = ", ".join("?" * len(group))
        if group[0].startswith("l:"):
            where.append(f"j.seq IN (SELECT seq FROM places WHERE place IN ({marks}))")
            values += group
        else:
            where.append(f"j.{COLUMNS[group[0][0]]} IN ({marks})")
            values += [term[2:] for term in group]
    sql = f"SELECT j.seq FROM jobs j WHERE {' AND '.join(where)} ORDER BY j.seq LIMIT {PAGE}"
    return [seq for (seq,) in db.execute(sql, values)]


def anonymous_mb() -> float:
    """Memory of this process alone, without what it maps of the database."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1e3 for line in lines if line.startswith("RssAnon"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--keep", type=Path, help="folder for corpora, kept for the next run")
    options = parser.parse_args()
    jobs = 2_000 if options.smoke else options.jobs
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(corpus.corpus(jobs, options.keep or Path(folder)), lambda: datetime.now(UTC))
        before, began = anonymous_mb(), time.perf_counter()
        index = FilterIndex(store)
        index.build()
        built_s, memory_mb = time.perf_counter() - began, anonymous_mb() - before
        db = fill_peer(store, Path(folder) / "peer.db")
        times = 1 if options.smoke else 5
        found: dict[str, tuple[float, float]] = {}
        for name, groups in QUERIES.items():
            filters = JobFilters(groups=groups)
            ours, theirs = [], []
            for after in (0, jobs // 2, jobs * 9 // 10):
                assert index.page(filters, after, PAGE).seqs == peer_page(db, groups, after), name
                ours.append(statistics.median(corpus.timed(lambda: index.page(filters, after, PAGE), times)))  # noqa: B023
                theirs.append(statistics.median(corpus.timed(lambda: peer_page(db, groups, after), times)))  # noqa: B023
            found[name] = (max(ours), max(theirs))
            print(f"{name:34} index {max(ours):8.3f} ms   SQL {max(theirs):9.2f} ms")
        worst = max(ours for ours, _ in found.values())
        print(f"built in {built_s:.1f} s, {memory_mb:.0f} MB; worst filter {worst:.2f} ms")
        result = {
            **corpus.about(),
            "jobs": jobs,
            "worst_ms": round(worst, 3),
            "median_ms": round(statistics.median(ours for ours, _ in found.values()), 3),
            "sql_worst_ms": round(max(theirs for _, theirs in found.values()), 2),
            "build_s": round(built_s, 2),
            "memory_mb": round(memory_mb, 1),
        }
        print(json.dumps(result))
        db.close()
        store.close()


if __name__ == "__main__":
    main()
