"""A corpus of jobs, the same on every machine: about 5.6 KB each, places and kinds spread as in a real feed.

    python benchmarks/corpus.py 100000 corpus.db      # publish them into a new store

Text is made of some 3,000 sentences, so that it compresses as postings do, which repeat themselves from job to
job. Places follow a long tail: a few large cities, thousands of small ones.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from jobwire.model.company import Company, CompanySummary
from jobwire.model.ids import company_id, job_id
from jobwire.model.job import Compensation, Job, Location
from jobwire.store.base import Store
from jobwire.store.open import open_store
from jobwire.store.records import JobEntry, Publication

START = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 1_000
SOURCES = ("greenhouse", "lever", "ashby", "workday", "smartrecruiters", "icims", "bamboohr", "recruitee")
COUNTRIES = ("US", "GB", "DE", "FR", "IN", "CA", "NL", "ES", "PL", "BR", "AU", "IE", "SG", "SE", "CH", "IT")
MODELS = ("remote", "hybrid", "onsite", None)
TYPES = ("full_time", "part_time", "contract", "internship", "temporary", None)
LEVELS = ("entry", "mid", "senior", "lead", "executive", None)
_draw = random.Random(20260101)
WORDS = ["".join(_draw.choices("etaoinshrdlucmfwypvbgk", k=_draw.randrange(2, 11))) for _ in range(2_500)]
SENTENCES = [" ".join(_draw.choices(WORDS, k=_draw.randrange(8, 22))).capitalize() + "." for _ in range(3_000)]


def make_job(n: int, version: int = 0) -> Job:
    """Job `n`; another version is the same job, edited."""
    draw = random.Random(n)
    company = n % 5_003
    board = f"greenhouse:company-{company}"
    country = COUNTRIES[min(int(draw.expovariate(0.25)), len(COUNTRIES) - 1)]
    city = min(int(draw.paretovariate(0.7)), 4_000)
    return Job(
        id=job_id(board, str(n)),
        title=f"{' '.join(draw.choices(WORDS, k=3)).title()}{f' ({version})' if version else ''}",
        company=CompanySummary(id=company_id(board), name=f"Company {company}"),
        description="\n".join(draw.choices(SENTENCES, k=53)),
        summary=draw.choice(SENTENCES),
        listing_url=f"https://jobs.example/company-{company}/{n}",
        apply_url=f"https://jobs.example/company-{company}/{n}/apply",
        locations=(
            Location(location=f"City {city}", city=f"City {city}", region=f"Region {city % 60}", country=country),
        ),
        compensation=Compensation(min=50_000 + n % 90_000, max=150_000, currency="USD", period="year"),
        employment_type=draw.choices(TYPES, (70, 8, 9, 4, 2, 7))[0],
        workplace_type=draw.choices(MODELS, (20, 20, 35, 25))[0],
        experience_level=draw.choices(LEVELS, (12, 25, 30, 8, 2, 23))[0],
        source=draw.choices(SOURCES, (25, 15, 12, 25, 10, 7, 4, 2))[0],
        created_at=START,
        updated_at=START,
        date_posted=START - timedelta(hours=n % 2_000),
        responsibilities=tuple(draw.choices(SENTENCES, k=4)),
        benefits=tuple(draw.choices(SENTENCES, k=2)),
    )


def make_entry(n: int, version: int = 0) -> JobEntry:
    return JobEntry(job=make_job(n, version), board_key=f"greenhouse:company-{n % 5_003}", posting_id=str(n))


def make_company(n: int) -> Company:
    board = f"greenhouse:company-{n}"
    url = f"https://jobs.example/company-{n}"
    return Company(
        id=company_id(board), name=f"Company {n}", ats="greenhouse", listing_url=url, summary=SENTENCES[n % 3_000]
    )


def fill(store: Store, jobs: int, first: int = 0) -> float:
    """Publish jobs `first` .. `first + jobs - 1`; returns the seconds spent in the store."""
    spent = 0.0
    for start in range(first, first + jobs, BATCH):
        entries = tuple(make_entry(n) for n in range(start, min(start + BATCH, first + jobs)))
        began = time.perf_counter()
        store.publish(Publication(entries=entries))
        spent += time.perf_counter() - began
    return spent


def corpus(jobs: int, folder: Path) -> Path:
    """A SQLite store with that many jobs in `folder`; made at the first call, kept and migrated for the next."""
    path = folder / f"corpus-{jobs}.db"
    if path.exists():
        open_store(path, lambda: datetime.now(UTC)).close()
    else:
        making = path.with_suffix(".making")
        making.unlink(missing_ok=True)
        store = open_store(making, lambda: datetime.now(UTC))
        fill(store, jobs)
        store.close()  # the last connection folds the write-ahead log into the file
        making.rename(path)
    return path


def about() -> dict[str, Any]:
    """Where and when a result was measured."""
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "commit": found.stdout.strip(),
        "date": datetime.now(UTC).date().isoformat(),
    }


def timed(act: Any, times: int) -> list[float]:
    """Milliseconds of each call, sorted."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        found.append(1000 * (time.perf_counter() - began))
    return sorted(found)


def batches(jobs: int, total: int, seed: int) -> Iterator[tuple[JobEntry, ...]]:
    """Batches as visits make them: 70 % unchanged, 10 % edited, 20 % new, over a store of `jobs` jobs."""
    draw, new = random.Random(seed), jobs
    for version in range(1, total // BATCH + 1):
        known = draw.sample(range(jobs), BATCH * 8 // 10)
        entries = [make_entry(n, version if index % 8 == 0 else 0) for index, n in enumerate(known)]
        yield (*entries, *(make_entry(n) for n in range(new, new + BATCH // 5)))
        new += BATCH // 5


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", type=int)
    parser.add_argument("store", help="path or postgresql://...")
    options = parser.parse_args()
    target = open_store(options.store, lambda: datetime.now(UTC))
    seconds = fill(target, options.jobs)
    print(f"{options.jobs} jobs in {seconds:.1f} s, {options.jobs / seconds:,.0f} jobs/s")
    target.close()
