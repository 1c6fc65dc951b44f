"""How fast does one worker stream the whole feed over HTTP, plain and compressed, against simpler servers?

    python benchmarks/feed_http.py                  # 100,000 jobs, every contender
    python benchmarks/feed_http.py --jobs 10000
    python benchmarks/feed_http.py --smoke          # seconds: does it run at all?

Every server runs in a process of its own, every scan goes over one connection. Server CPU is user + system time
of that process; it is the steadiest figure. The last line is JSON; only ratios within one run mean anything.

  jobwire     the real server over SQLite
  naive       starlette: the same rows, decoded to dicts and printed again by json
  memory      uvicorn sending finished pages from memory: the most that this HTTP server can do
  nginx       static files of the same pages, where it is installed (`+gzip`: level 6 on the fly)
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from jobwire.api.app import create_app
from jobwire.api.options import ApiOptions
from jobwire.api.protocol import uvicorn_options
from jobwire.asgi import keep_memory
from jobwire.model.account import Account, Key, digest_secret
from jobwire.model.company import Company, CompanySummary
from jobwire.model.job import Job, Location
from jobwire.store.base import JobEntry, Publication
from jobwire.store.open import open_store

KEY = "jw_live_benchmark000000000000"
PAGE = 1000
START = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = ["".join(random.Random(n).choices("abcdefghijklmnoprstuvwy", k=3 + n % 9)) for n in range(4000)]


def now() -> datetime:
    return datetime.now(UTC)


def make_job(n: int) -> Job:
    """About 5.6 KB of text that compresses as prose does; the same for the same `n`."""
    rng = random.Random(n)
    frequent = [WORDS[int(rng.paretovariate(0.9)) % len(WORDS)] for _ in range(700)]
    company = CompanySummary(id=str(uuid.UUID(int=1 + n % 997)), name=f"Company {n % 997}")
    return Job(
        id=str(uuid.UUID(int=rng.getrandbits(128))),
        title=" ".join(rng.choices(WORDS, k=3)).title(),
        company=company,
        description=" ".join(frequent),
        summary=" ".join(rng.choices(WORDS, k=25)),
        listing_url=f"https://jobs.example/{n}",
        apply_url=f"https://jobs.example/{n}/apply",
        locations=(Location(location="Berlin, Germany", city="Berlin", country="DE"),),
        source=rng.choice(("greenhouse", "lever", "ashby", "workday")),
        workplace_type=rng.choice(("remote", "hybrid", "onsite", None)),
        employment_type="full_time",
        created_at=START,
        updated_at=START,
        responsibilities=tuple(" ".join(rng.choices(WORDS, k=9)) for _ in range(8)),
    )


def fill(path: Path, jobs: int) -> None:
    """A store with so many jobs and an unmetered key."""
    with closing(open_store(path, now)) as store:
        for first in range(0, jobs, PAGE):
            numbers = range(first, min(first + PAGE, jobs))
            made = [make_job(n) for n in numbers]
            companies = {j.company.id: Company(id=j.company.id, name=j.company.name) for j in made}
            entries = tuple(JobEntry(job=job) for job in made)
            store.publish(Publication(companies=tuple(companies.values()), entries=entries))
        store.accounts.put_account(Account(id="a", name="a", plan="open", created_at=START))
        key = Key(id="k", account_id="a", name="k", prefix="jw", digest=digest_secret(KEY), created_at=START)
        store.accounts.put_key(key)


# --- servers --------------------------------------------------------------------------------------------


def jobwire_app(path: Path) -> ASGIApp:
    keep_memory()
    store = open_store(path, now)
    return create_app(store, store.accounts, ApiOptions())


def naive_app(path: Path) -> ASGIApp:
    database = sqlite3.connect(path, check_same_thread=False)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        after = int((scope["query_string"] or b"after=0").partition(b"=")[2])
        rows = database.execute(
            "SELECT seq, body FROM bodies WHERE seq > ? ORDER BY seq LIMIT ?", (after, PAGE)
        ).fetchall()
        jobs = [json.loads(bytes(body) + b"null}") for _, body in rows]
        seq = rows[-1][0] if rows else None
        page = {"jobs": jobs, "next_cursor": str(seq), "has_more": len(rows) == PAGE}
        await Response(json.dumps(page), media_type="application/json")(scope, receive, send)

    return app


def memory_app(path: Path) -> ASGIApp:
    pages = list(finished_pages(path))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        n = int((scope["query_string"] or b"page=0").partition(b"=")[2])
        await Response(pages[n], media_type="application/json")(scope, receive, send)

    return app


def finished_pages(path: Path) -> Iterator[bytes]:
    """The feed's pages as the server would send them."""
    with closing(open_store(path, now, read_only=True)) as store:
        after, end = 0, False
        while not end:
            page = store.page(after, PAGE)
            after, end = page.seq, page.end
            jobs = b",".join(row.body + b'{"id":"","name":""}}' for row in page.rows)
            yield b'{"jobs":[' + jobs + b'],"next_cursor":null,"has_more":false}'


APPS = {"jobwire": jobwire_app, "naive": naive_app, "memory": memory_app}


def serve(name: str, path: Path, port: int) -> None:
    import logging

    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    options = uvicorn_options() if name == "jobwire" else {"access_log": False, "lifespan": "off"}
    uvicorn.run(APPS[name](path), host="127.0.0.1", port=port, **{**options, "log_level": "error"})


NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log stderr error;
events {{ worker_connections 64; }}
http {{
  access_log off; sendfile on; keepalive_requests 1000000; types {{ application/json json; }}
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  gzip on; gzip_comp_level 6; gzip_types application/json;
  server {{ listen 127.0.0.1:{port}; root {folder}/pages; }}
}}
"""


# --- the measure ----------------------------------------------------------------------------------------


@contextmanager
def running(name: str, path: Path) -> Iterator[tuple[int, int]]:
    """(port, process id) of a server, ended afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        str(Path(__file__).resolve()),
        "--serve",
        name,
        "--store",
        str(path),
        "--port",
        str(port),
    ]
    folder = path.parent
    if name == "nginx":
        (folder / "pages").mkdir(exist_ok=True)
        folder.chmod(0o755)  # its worker may run as somebody else
        for n, page in enumerate(finished_pages(path)):
            (folder / "pages" / f"{n}.json").write_bytes(page)
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
        command = ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port, _worker(process.pid) if name == "nginx" else process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _worker(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0])


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def anonymous_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1024
    return 0.0


def scan(name: str, port: int, jobs: int, encoding: str, key: str = KEY) -> tuple[int, int]:
    """(pages, bytes) of one whole scan over one connection."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    buffer = bytearray(16 << 20)
    pages = received = 0
    cursor: Any = None
    while True:
        if name == "jobwire":
            body = json.dumps({"batch_size": PAGE, **({"cursor": cursor} if cursor else {})})
            headers = {"X-Api-Key": key, "Accept-Encoding": encoding, "Content-Type": "application/json"}
            connection.request("POST", "/api/jobs/feed", body, headers)
        else:
            path = {"naive": f"/?after={cursor or 0}", "memory": f"/?page={pages}"}.get(name, f"/{pages}.json")
            connection.request("GET", path, headers={"Accept-Encoding": encoding})
        response = connection.getresponse()
        assert response.status == 200, response.status
        size = 0
        while count := response.readinto(memoryview(buffer)[size:]):
            size += count
        pages, received = pages + 1, received + size
        if name in ("jobwire", "naive"):
            cursor, more = next_cursor(name, bytes(buffer[:size]), response.getheader("Content-Encoding"))
        else:
            more = pages * PAGE < jobs
        if not more:
            return pages, received


def next_cursor(name: str, body: bytes, encoding: str | None) -> tuple[str | None, bool]:
    """Out of the end of a page, so that the client's own work stays small."""
    if encoding:
        body = unpack(body, encoding)
    tail = json.loads(
        b"{" + body[body.rindex(b',"next_cursor"' if name == "jobwire" else b', "next_cursor"') + 1 :]
    )
    return tail["next_cursor"], tail["has_more"]


def unpack(body: bytes, encoding: str) -> bytes:
    if encoding == "gzip":
        import gzip

        return gzip.decompress(body)
    from jobwire.api.compression import zstd

    return zstd.decompress(body)


def measure(name: str, path: Path, jobs: int, encoding: str, least: int = 100) -> dict[str, float]:
    """Of whole scans, as many as give `least` pages."""
    with running(name, path) as (port, pid):
        scan(name, port, jobs, encoding)  # warms caches on both sides
        time.sleep(0.5 if len(sys.argv)<2 else 6)
        before, started = cpu_s(pid), time.perf_counter()
        pages = received = 0
        while pages < least:
            one = scan(name, port, jobs, encoding)
            pages, received = pages + one[0], received + one[1]
        seconds, used = time.perf_counter() - started, cpu_s(pid) - before
        return {
            "pages_per_s": round(pages / seconds, 1),
            "server_cpu_ms_per_page": round(1000 * used / pages, 2),
            "kb_per_page": round(received / pages / 1000),
            "anonymous_mb": round(anonymous_mb(pid)),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--serve", choices=APPS)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--port", type=int)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.store, options.port)
        return
    jobs = 2_000 if options.smoke else options.jobs
    runs = [("jobwire", ""), ("naive", ""), ("memory", ""), ("jobwire", "zstd"), ("jobwire", "gzip")]
    if shutil.which("nginx"):
        runs += [("nginx", ""), ("nginx", "gzip")]
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "jobwire.db"
        fill(path, jobs)
        for name, encoding in runs:
            label = f"{name}+{encoding}" if encoding else name
            found[label] = measure(name, path, jobs, encoding, 4 if options.smoke else 100)
            print(label, found[label], flush=True)
    print(json.dumps({"jobs": jobs, "contenders": found, "ratios": compare(found)}))


def compare(found: dict[str, dict[str, float]]) -> dict[str, float]:
    """Of pages a second, and against nginx by server CPU."""
    ratios = {
        f"jobwire/{other}": round(found["jobwire"]["pages_per_s"] / found[other]["pages_per_s"], 2)
        for other in ("naive", "memory", "nginx")
        if other in found
    }
    if "nginx" in found:
        cpu = "server_cpu_ms_per_page"
        ratios["nginx/jobwire by server CPU"] = round(found["nginx"][cpu] / max(found["jobwire"][cpu], 0.01), 3)
        fast = found["jobwire+gzip"]["pages_per_s"] / found["nginx+gzip"]["pages_per_s"]
        ratios["jobwire+gzip/nginx+gzip"] = round(fast, 1)
    return ratios


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
