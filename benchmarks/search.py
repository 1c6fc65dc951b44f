"""How long does a search take, and how does it compare with SQLite's own full text (FTS5) on the same jobs?

usage: search.py [--jobs N] [--engine URL] [--keep FOLDER] [--smoke]

The jobs are made up here: titles and companies as in real lists, descriptions of about 3 kB with words as
unevenly spread as in prose. Both engines are asked the same queries in the same run, first page of 25, counted
in full, which is what an answer says. FTS5 gets the same columns and weights; it has no facets, no typing
errors and no stems of its own (porter is on). Only the ratio means anything. The bar: p50 under 20 ms at 1M.
The embedded engine keeps the counts of all jobs until the index moves: the last line is of kept ones.
Both indexes are kept in FOLDER: another run with it measures without filling them again.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jobwire.store.search.base import FACETS, Engine, Place, SearchQuery
from jobwire.store.search.document import SearchDocument, search_terms
from jobwire.store.search.open import open_engine
from jobwire.store.search.words import parse_words

ROLES = (
    "Software Engineer", "Backend Engineer", "Frontend Developer", "Data Scientist", "Data Engineer",
    "Product Manager", "Project Manager", "Registered Nurse", "Account Executive", "Sales Manager",
    "Warehouse Associate", "Truck Driver", "Physical Therapist", "Financial Analyst", "Accountant",
    "Marketing Manager", "Customer Success Manager", "Mechanical Engineer", "Electrician", "Line Cook",
    "Store Manager", "Security Guard", "UX Designer", "DevOps Engineer", "Machine Learning Engineer",
)  # fmt: skip
LEVELS = ("", "Senior ", "Junior ", "Lead ", "Principal ")
TEAMS = ("", ", Payments", ", Platform", " - ICU", ", Growth", " (m/w/d)", ", Night Shift", " II")
CITIES = (
    ("Berlin", "DE"),
    ("Paris", "FR"),
    ("London", "GB"),
    ("New York", "US"),
    ("Austin", "US"),
    ("Toronto", "CA"),
)
SKILLS = ("Python", "SQL", "Java", "Kubernetes", "Excel", "Salesforce", "negotiation", "patient care", "C++")
QUERIES = (
    "software engineer", "senior data scientist", "nurse", "registered nurse icu", "python kubernetes",
    '"machine learning" engineer', "product manager -senior", "backend engineer berlin", "enginer",
    "truck driver night shift", "manager", "customer success", "team quality", "c++", "electrician -lead",
)  # fmt: skip
START = datetime(2026, 1, 1, tzinfo=UTC)
VOCABULARY = [f"w{n}" for n in range(20_000)]
COMMON = ("team", "customers", "product", "quality", "growth", "systems", "care", "process", "reports", "market")


def make_jobs(count: int) -> Iterator[SearchDocument]:
    pick = random.Random(7)
    paragraphs = [_paragraph(pick) for _ in range(4_000)]
    for n in range(count):
        role, city, skills = pick.choice(ROLES), pick.choice(CITIES), tuple(pick.sample(SKILLS, 3))
        company = f"company-{int(pick.paretovariate(0.7)) % 20_000}"
        facets = {
            "work_model": (pick.choice(("remote", "hybrid", "onsite")),),
            "employment_type": ("full_time",),
            "experience_level": (pick.choice(("entry", "mid", "senior")),),
            "sources": (pick.choice(("greenhouse", "lever", "workday")),),
            "countries": (city[1],),
            "companies": (company,),
            "industries": (f"industry {hash(company) % 40}",),
            "skills": skills,
        }
        yield SearchDocument(
            id=str(n),
            seq=n + 1,
            company_id=company,
            terms=search_terms(company, company, facets["industries"], skills) | {f"w:{facets['work_model'][0]}"},
            title=f"{pick.choice(LEVELS)}{role}{pick.choice(TEAMS)}",
            role=role.lower(),
            company=company,
            skills=skills,
            facts=city,
            body=" ".join((role, *skills, *pick.choices(paragraphs, k=3))),
            facets=facets,
            posted_at=START + timedelta(minutes=n % 200_000),
            created_at=START,
            usd=(60_000, 90_000) if n % 3 else None,
        )


def _paragraph(pick: random.Random) -> str:
    words = (COMMON[int(pick.paretovariate(1)) % len(COMMON)] if pick.random() < 0.5 else
             VOCABULARY[int(pick.paretovariate(0.6)) % len(VOCABULARY)] for _ in range(150))  # fmt: skip
    return " ".join(words)


class Fts5:
    """The peer: an FTS5 table with the same words."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path)
        self._db.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS jobs USING fts5(title, company, skills, facts, body, content='',"
            " tokenize='porter unicode61')"
        )

    def put(self, documents: list[SearchDocument]) -> None:
        rows = [(d.seq, d.title, d.company, " ".join(d.skills), " ".join(d.facts), d.body) for d in documents]
        self._db.executemany(
            "INSERT INTO jobs (rowid, title, company, skills, facts, body) VALUES (?, ?, ?, ?, ?, ?)", rows
        )
        self._db.commit()

    def search(self, text: str) -> int:
        match = _as_fts5(text)
        (total,) = self._db.execute("SELECT count(*) FROM jobs WHERE jobs MATCH ?", (match,)).fetchone()
        self._db.execute(
            "SELECT rowid FROM jobs WHERE jobs MATCH ? ORDER BY bm25(jobs, 3, 1.5, 1.2, 0.8, 0.4) LIMIT 25",
            (match,),
        ).fetchall()
        return int(total)


def _as_fts5(text: str) -> str:
    words = parse_words(text)
    quote = lambda piece: '"{}"'.format(" ".join(piece.words))  # noqa: E731
    wanted = " AND ".join(
        quote(piece) if piece.exact else " AND ".join(f'"{word}"' for word in piece.words)
        for piece in words.wanted
    )
    return wanted + "".join(f" NOT {quote(piece)}" for piece in words.unwanted)


def measure(ask: Callable[[str], int], rounds: int) -> list[float]:
    """Milliseconds of each query of each round, after one round to warm up."""
    taken = []
    for n in range(rounds + 1):
        for text in QUERIES:
            started = time.perf_counter()
            ask(text)
            if n:
                taken.append((time.perf_counter() - started) * 1e3)
    return taken


def fill(engine: Engine, peer: Fts5, count: int) -> dict[str, float]:
    """Seconds that each took to take the jobs in."""
    assert engine.own()
    engine.begin()
    engine.clear()
    spent = [0.0, 0.0]
    batch: list[SearchDocument] = []
    for document in make_jobs(count):
        batch.append(document)
        if len(batch) == 5_000 or document.seq == count:
            started = time.perf_counter()
            engine.put(batch)
            middle = time.perf_counter()
            peer.put(batch)
            spent[0] += middle - started
            spent[1] += time.perf_counter() - middle
            batch = []
    started = time.perf_counter()
    engine.commit(Place(log="benchmark", seq=count, whole=True))
    return {"filled_s": round(spent[0] + time.perf_counter() - started, 1), "fts5_filled_s": round(spent[1], 1)}


def compare(engine: Engine, peer: Fts5, count: int, rounds: int) -> dict[str, dict[str, float]]:
    """Milliseconds of each way to search, and how much longer FTS5 takes."""

    def ask(facets: tuple[str, ...]) -> Callable[[str], int]:
        return lambda text: engine.search(SearchQuery(any_of=(parse_words(text),), facets=facets)).total

    def everything(_: str) -> int:
        return engine.search(SearchQuery(facets=FACETS)).total

    ways = {"FTS5, no facets": peer.search, "search": ask(()), "search with facets": ask(FACETS)}
    found: dict[str, dict[str, float]] = {}
    print(f"{'':22} {'p50 ms':>8} {'p95 ms':>8}  FTS5 / this (p50)")
    for name, way in {**ways, "all jobs with facets": everything}.items():
        taken = measure(way, 1 if way == peer.search and count > 200_000 else rounds)
        p50, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
        ratio = found["FTS5, no facets"]["p50_ms"] / p50 if found else 1.0
        found[name] = {"p50_ms": round(p50, 2), "p95_ms": round(p95, 2), "fts5_to_this": round(ratio, 1)}
        print(f"{name:22} {p50:8.2f} {p95:8.2f}  {ratio:.1f}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=20_000)
    parser.add_argument("--engine", default="", help="postgresql://...; left out: the embedded one")
    parser.add_argument("--keep", type=Path, help="folder for the indexes")
    parser.add_argument("--smoke", action="store_true", help="2,000 jobs, one round")
    arguments = parser.parse_args()
    count, rounds = (2_000, 1) if arguments.smoke else (arguments.jobs, 5)
    with contextlib.ExitStack() as stack:
        folder = arguments.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(exist_ok=True)
        engine, peer = open_engine(arguments.engine or str(folder)), Fts5(folder / "fts5.db")
        stack.callback(engine.close)
        place = engine.refresh()
        filling = {} if place and place.seq == count else fill(engine, peer, count)
        megabytes = round(sum(path.stat().st_size for path in folder.rglob("index-*/*")) / 1e6)
        print(f"{count:,} jobs; index {megabytes} MB; {filling}")
        ways = compare(engine, peer, count, rounds)
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps({"jobs": count, "index_mb": megabytes, **filling, "ways": ways, "peak_mb": peak}))


if __name__ == "__main__":
    main()
