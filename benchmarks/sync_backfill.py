"""How fast does sync fill a database, against dlt, the seeds' sample, and a raw COPY of the same bytes?

    python benchmarks/sync_backfill.py                       # 20,000 jobs, all contenders
    python benchmarks/sync_backfill.py --jobs 100000 --runs 3
    python benchmarks/sync_backfill.py --smoke               # seconds: does it run at all?

Each contender runs in a process of its own against the same static pages and prints rows a second and its
peak memory; the last line is JSON with the ratios that matter, of this one run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import peers

PAGE = 1000
WORDS = [
    "".join(random.Random(n).choices("abcdefghijklmnoprstuvwy", k=random.Random(n).randint(3, 11)))
    for n in range(4000)
]
START = datetime(2026, 1, 1, tzinfo=UTC)


def make_job(n: int) -> dict[str, Any]:
    """About 5.6 KB, the same for the same `n`."""
    rng = random.Random(n)
    text = " ".join(rng.choices(WORDS, k=640))
    at = (START + timedelta(seconds=n)).isoformat().replace("+00:00", "Z")
    company = {"id": str(uuid.UUID(int=n % 997)), "name": f"Company {n % 997}", "industries": ["software"]}
    place = {"location": "Berlin, Germany", "city": "Berlin", "region": "Berlin", "country": "DE"}
    bucket = {
        "education": [],
        "certifications": [],
        "skills": [{"name": w, "type": "hard"} for w in rng.choices(WORDS, k=6)],
    }
    return {
        "id": str(uuid.UUID(int=rng.getrandbits(128))),
        "title": " ".join(rng.choices(WORDS, k=3)).title(),
        "normalized_title": "software_engineer",
        "company": company,
        "description": text,
        "summary": text[:200],
        "listing_url": f"https://example.com/jobs/{n}",
        "apply_url": f"https://example.com/jobs/{n}/apply",
        "locations": [{**place, "latitude": 52.52, "longitude": 13.4}],
        "compensation": {"min": 50_000, "max": 70_000, "currency": "EUR", "period": "year"},
        "employment_type": "full_time",
        "workplace_type": "hybrid",
        "experience_level": "senior",
        "source": "greenhouse",
        "created_at": at,
        "updated_at": at,
        "date_posted": at,
        "valid_through": None,
        "qualifications": {"must_have": bucket, "preferred": bucket},
        "responsibilities": [text[200:300]],
        "benefits": [text[300:380]],
        "is_work_auth_required": None,
        "is_h1b_sponsor": None,
        "is_clearance_required": None,
    }


# The server: pages from memory, in a process of its own


def serve(jobs: int) -> None:
    """Prints its address; ends when its parent closes stdin."""
    pages = []
    for start in range(0, jobs, PAGE):
        rows = [make_job(n) for n in range(start, min(jobs, start + PAGE))]
        more = start + PAGE < jobs
        page = {"jobs": rows, "next_cursor": str(start + PAGE) if more else None, "has_more": more}
        pages.append(
            json.dumps(page | ({"estimated_total": jobs} if not start else {}), separators=(",", ":")).encode()
        )

    class Static(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_POST(self) -> None:
            ask = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = pages[int(ask.get("cursor") or 0) // PAGE]
            if ask.get("updated_after", "").startswith("2100"):
                body = b'{"jobs":[],"next_cursor":null,"has_more":false}'
            self._send(200, body)

        def do_GET(self) -> None:
            self._send(404, b"{}")

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Static)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdin.read()


# Contenders: (url, target) -> rows


def ours(url: str, target: str) -> int:
    from jobwire.sync import Sync

    return Sync(url, target, key="benchmark").run().jobs.fetched


def fetch_sample(url: str) -> Iterator[list[dict[str, Any]]]:
    """The seeds' sample: requests, one page after the other."""
    import requests

    cursor = None
    while True:
        body: dict[str, Any] = {"batch_size": PAGE} | ({"cursor": cursor} if cursor else {})
        data = requests.post(
            f"{url}/api/jobs/feed", headers={"X-Api-Key": "benchmark"}, json=body, timeout=60
        ).json()
        yield data["jobs"]
        cursor = data["next_cursor"]
        if not data["has_more"]:
            return


UPSERT = "INSERT INTO jobs (id, body) VALUES ({0}, {0}) ON CONFLICT (id) DO UPDATE SET body = excluded.body"


def sample_postgres(url: str, target: str) -> int:
    import psycopg

    rows = 0
    with psycopg.connect(target) as db:
        db.execute("CREATE TABLE jobs (id text PRIMARY KEY, body jsonb)")
        for jobs in fetch_sample(url):
            db.cursor().executemany(UPSERT.format("%s"), [(job["id"], json.dumps(job)) for job in jobs])
            db.commit()
            rows += len(jobs)
    return rows


def sample_sqlite(url: str, target: str) -> int:
    rows = 0
    db = sqlite3.connect(target.removeprefix("sqlite:///"))
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("CREATE TABLE jobs (id TEXT PRIMARY KEY, body TEXT)")
    for jobs in fetch_sample(url):
        db.executemany(UPSERT.format("?"), [(job["id"], json.dumps(job)) for job in jobs])
        db.commit()
        rows += len(jobs)
    db.close()
    return rows


def raw_copy(url: str, target: str) -> int:
    """One stream of text COPY, (id, jsonb), the bytes already here: only the database works."""
    import psycopg
    import requests

    pages: list[list[bytes]] = []
    for jobs in fetch_sample(url):
        lines = (
            f"{job['id']}\t".encode() + json.dumps(job, separators=(",", ":")).replace("\\", "\\\\").encode()
            for job in jobs
        )
        pages.append([line + b"\n" for line in lines])
    del requests
    with psycopg.connect(target) as db:
        create_as_ours(db, "raw_jobs")
        started = time.perf_counter()
        with db.cursor() as cursor, cursor.copy("COPY raw_jobs FROM STDIN") as copy:
            for page in pages:
                copy.write(b"".join(page))
        db.commit()
    measured(time.perf_counter() - started)
    return sum(map(len, pages))


def _with_all_parts(dsn: str) -> str:
    """dlt wants a password, a host and a port, even where a socket needs none."""
    import psycopg

    parts = psycopg.conninfo.conninfo_to_dict(dsn)
    host = quote(str(parts.get("host") or "localhost"), safe="")
    login = f"{parts['user']}:{parts.get('password') or 'none'}"
    return f"postgresql://{login}@{host}:{parts.get('port') or 5432}/{parts['dbname']}"


def dlt_merge(url: str, target: str) -> int:
    """dlt's REST source with write disposition merge."""
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
    warnings.simplefilter("ignore")
    import dlt
    from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator
    from dlt.sources.rest_api import rest_api_source

    source = rest_api_source(
        {
            "client": {
                "base_url": url,
                "headers": {"X-Api-Key": "benchmark"},
                "paginator": JSONResponseCursorPaginator(cursor_path="next_cursor", cursor_body_path="cursor"),
            },
            "resources": [
                {
                    "name": "jobs",
                    "primary_key": "id",
                    "write_disposition": "merge",
                    "endpoint": {
                        "path": "api/jobs/feed",
                        "method": "POST",
                        "json": {"batch_size": PAGE},
                        "data_selector": "jobs",
                    },
                }
            ],
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        destination = dlt.destinations.postgres(_with_all_parts(target))
        pipeline = dlt.pipeline("benchmark", destination=destination, dataset_name="dlt", pipelines_dir=folder)
        pipeline.run(source)
        with pipeline.sql_client() as client:
            found = client.execute_sql("SELECT count(*) FROM jobs")
            return int(found[0][0]) if found else 0


CONTENDERS: dict[str, Callable[[str, str], int]] = {
    "ours": ours,
    "sample-postgres": sample_postgres,
    "sample-sqlite": sample_sqlite,
    "raw-copy": raw_copy,
    "dlt": dlt_merge,
}


def create_as_ours(db: Any, name: str) -> None:
    """(id, body), with bodies compressed as jobwire does it: lz4, or not at all where the server lacks it."""
    lz4 = db.execute(
        "SELECT 1 FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)"
    ).fetchone()
    db.execute(f"CREATE TABLE {name} (id text PRIMARY KEY, body jsonb {'COMPRESSION lz4' if lz4 else ''})")
    if not lz4:
        db.execute(f"ALTER TABLE {name} ALTER body SET STORAGE EXTERNAL")


_measured: list[float] = []


def measured(seconds: float) -> None:
    """A contender that times only a part of itself says so."""
    _measured.append(seconds)


def run_contender(name: str, url: str, target: str) -> None:
    started = time.perf_counter()
    rows = CONTENDERS[name](url, target)
    seconds = _measured[0] if _measured else time.perf_counter() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rows": rows, "seconds": seconds, "rows_per_s": rows / seconds, "peak_mb": peak_mb}))


# The run


@contextmanager
def child(*args: str) -> Iterator[str]:
    """This script as a server; answers its first line."""
    process = subprocess.Popen(
        [sys.executable, __file__, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin and process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(10)


def measure(name: str, url: str, target: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, "--contender", name, "--url", url, "--target", target],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        return {"error": done.stderr.strip().splitlines()[-1][:300]}
    return json.loads(done.stdout.splitlines()[-1])


def run(jobs: int, runs: int, *, with_dlt: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="jobwire-bench-") as text:
        folder = Path(text)
        with child("--serve", str(jobs)) as url, peers.postgres(folder) as dsn:
            results: dict[str, list[dict[str, Any]]] = {}
            for n in range(runs):
                one = f"sqlite:///{folder}/ours{n}.db"
                kept = peers.make_database(dsn)
                plan = [
                    ("ours", kept),
                    ("raw-copy", peers.make_database(dsn)),
                    ("sample-postgres", peers.make_database(dsn)),
                ]
                plan += [("ours", one), ("sample-sqlite", f"sqlite:///{folder}/sample{n}.db")]
                plan += [("ours-again", kept), ("ours-again", one)]
                warehouse = peers.make_database(dsn)
                plan += [("dlt", warehouse), ("dlt-again", warehouse)] if with_dlt else []
                for name, target in plan:
                    label = f"{name} {target.partition(':')[0]}"
                    result = measure(name.removesuffix("-again"), url, target)
                    results.setdefault(label, []).append(result)
                    print(f"{label:28} {json.dumps(result)}", flush=True)
    return summarize(jobs, results)


GOALS = {
    "postgres_vs_dlt": (12.0, 25.0),
    "postgres_vs_copy": (0.8, 1.5),
    "postgres_vs_sample": (3.0, 6.0),
    "sqlite_vs_sample": (2.0, 3.0),
    "unchanged_vs_dlt": (40.0, 75.0),
    "peak_mb": (150.0, 100.0),
}
"""Ratio to (first goal, next goal); for memory less is better."""


def summarize(jobs: int, results: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    speed = {k: statistics.median(r["rows_per_s"] for r in v) for k, v in results.items() if "error" not in v[0]}
    peak = {k: max(r["peak_mb"] for r in v) for k, v in results.items() if "error" not in v[0]}

    def ratio(one: str, other: str) -> float | None:
        return round(speed[one] / speed[other], 2) if one in speed and other in speed else None

    measured: dict[str, float | None] = {
        "postgres_vs_dlt": ratio("ours postgresql", "dlt postgresql"),
        "postgres_vs_copy": ratio("ours postgresql", "raw-copy postgresql"),
        "postgres_vs_sample": ratio("ours postgresql", "sample-postgres postgresql"),
        "sqlite_vs_sample": ratio("ours sqlite", "sample-sqlite sqlite"),
        "unchanged_vs_dlt": ratio("ours-again postgresql", "dlt-again postgresql"),
        "peak_mb": max((round(mb) for name, mb in peak.items() if name.startswith("ours")), default=None),
    }
    return {
        "jobs": jobs,
        "rows_per_s": {name: round(value) for name, value in speed.items()},
        "peak_mb_of": {name: round(value) for name, value in peak.items()},
        "ratios": {name: {"measured": measured[name], "goals": goals} for name, goals in GOALS.items()},
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    options.add_argument("--jobs", type=int, default=20_000)
    options.add_argument("--runs", type=int, default=1)
    options.add_argument("--no-dlt", action="store_true")
    options.add_argument("--smoke", action="store_true")
    options.add_argument("--serve", type=int)
    options.add_argument("--contender", choices=CONTENDERS)
    options.add_argument("--url", default="")
    options.add_argument("--target", default="")
    chosen = options.parse_args()
    if chosen.serve:
        serve(chosen.serve)
    elif chosen.contender:
        run_contender(chosen.contender, chosen.url, chosen.target)
    else:
        jobs = 2_000 if chosen.smoke else chosen.jobs
        print(json.dumps(run(jobs, chosen.runs, with_dlt=not (chosen.no_dlt or chosen.smoke))))


if __name__ == "__main__":
    main()
