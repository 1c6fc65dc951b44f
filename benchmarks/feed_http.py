"""How fast does one worker stream the whole feed over HTTP, plain and compressed, against simpler servers?

    python benchmarks/feed_http.py                     # 100,000 jobs, every contender
    python benchmarks/feed_http.py --jobs 10000
    python benchmarks/feed_http.py --jobs 1000000 --only jobwire nginx --keep folder
    python benchmarks/feed_http.py --smoke             # seconds: does it run at all?

Every server runs in a process of its own, every scan goes over one connection; the first scan of each (`first`)
finds nothing ready, in the second (`second`) jobwire keeps what is asked for again. Server CPU is user + system
time of its process: the steadiest figure. The last line is JSON; only ratios within one run mean anything. The
peers are described in peers.py; jobwire's server is the real one, with key, limits, metering and log; only the
search index, which a new server builds beside, is not built here.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import corpus
import peers

from jobwire.model.account import Account, Key, digest_secret
from jobwire.store.base import Store
from jobwire.store.open import open_store

SECRET = "jw_live_benchmark000000000000"
PAGE = peers.PAGE
LEAST_PAGES = 200
PATHS = {
    "naive": "/?after={after}",
    "careful": "/?after={after}",
    "datasette": peers.DATASETTE_PATH + "&_next={after}",
    "memory": "/?page={some}",
    "nginx": "/{page}.json",
    "nginx-ready": "/ready/{page}.json",
}
"""Of a page of each peer; all of them number their jobs from 1 without gaps."""
PLAN = (
    *("nginx", "memory", "jobwire", "jobwire+zstd", "jobwire+gzip", "nginx-ready+gzip", "nginx+gzip"),
    *("naive", "datasette", "careful", "jobwire-pg"),
)
RATIOS = (
    *(("jobwire", peer) for peer in ("naive", "datasette", "careful", "memory", "nginx")),
    *(("jobwire-pg", peer) for peer in ("naive", "careful")),
    *(("jobwire+gzip", peer) for peer in ("nginx+gzip", "nginx-ready+gzip")),
    ("jobwire+zstd", "nginx+gzip"),
)
SLOW = ("naive", "datasette", "nginx+gzip")
"""Scanned once only behind the first two scans."""


def now() -> datetime:
    return datetime.now(UTC)


def add_key(store: Store) -> None:
    """An unmetered one."""
    if not store.accounts.find_key(digest_secret(SECRET)):
        store.accounts.put_account(Account(id="a", name="a", plan="open", created_at=now()))
        digest = digest_secret(SECRET)
        key = Key(id="k", account_id="a", name="k", prefix="jw", digest=digest, created_at=now())
        store.accounts.put_key(key)


def finished_pages(url: str, most: int = sys.maxsize) -> Iterator[bytes]:
    """The feed's pages as the server would send them."""
    with closing(open_store(url, now, read_only=True)) as store:
        after, end = 0, False
        while not end and most > 0:
            page = store.page(after, PAGE)
            after, end, most = page.seq, page.end, most - 1
            jobs = b",".join(row.body + b'{"id":"%b","name":"x"}}' % row.company_id.encode() for row in page.rows)
            yield b'{"jobs":[' + jobs + b'],"next_cursor":null,"has_more":false}'


def make_app(name: str, url: str) -> Any:
    """Run in the server's process."""
    if name.startswith("jobwire"):
        from jobwire.api.app import create_app
        from jobwire.api.memory import keep_memory
        from jobwire.api.options import ApiOptions

        keep_memory()
        store = open_store(url, now)
        app = create_app(store, store.accounts, ApiOptions())
        app.default._server.search.follow = lambda report: True  # type: ignore[attr-defined]
        return app
    if name in ("naive", "careful"):  # imported here, so that it does not count as memory of the others
        return importlib.import_module(f"{name}_server").make_app(url)
    return peers.memory_app(list(finished_pages(url, 100)))


def serve(name: str, url: str, port: int) -> None:
    import uvicorn

    from jobwire.api.logs import configure_logs
    from jobwire.api.protocol import uvicorn_options

    configure_logs("text")
    options = uvicorn_options() if name.startswith("jobwire") else {"access_log": False, "lifespan": "off"}
    uvicorn.run(make_app(name, url), host="127.0.0.1", port=port, **{**options, "log_level": "error"})


@contextmanager
def serving(name: str, url: str) -> Iterator[tuple[int, int]]:
    """(port, process id) of one of our servers, with a key and ready for a measure."""
    if name.startswith("jobwire"):
        with closing(open_store(url, now)) as store:
            add_key(store)
    port = peers.free_port()
    with peers.running(
        [sys.executable, str(Path(__file__).resolve()), "--serve", name, url, str(port)], port
    ) as pid:
        if name.startswith("jobwire"):
            settle(pid)
        yield port, pid


class Reader:
    """Scans one server over one connection, with as little work of its own as can be."""

    def __init__(self, name: str, port: int, jobs: int, encoding: str, secret: str = SECRET) -> None:
        self._secret = secret
        self._name, self._encoding = name, encoding
        self._pages = -(-jobs // PAGE)
        self._connection = HTTPConnection("127.0.0.1", port, timeout=300)
        self._buffer = memoryview(bytearray(32 << 20))
        self._known: list[str | None] = []

    def scan(self) -> tuple[int, int]:
        """(pages, bytes) of a whole scan."""
        pages = received = 0
        cursor: str | None = None
        while True:
            size = self.ask(pages, cursor, self._encoding)
            pages, received = pages + 1, received + size
            if self._name.startswith("jobwire"):
                cursor = self._known[pages] if self._known else self.find_cursor(size)
            if cursor is None and (pages == self._pages or self._name.startswith("jobwire")):
                return pages, received

    def learn(self) -> None:
        """The cursors of a plain scan, so that nothing has to be unpacked to go on."""
        cursor: str | None = None
        known = [cursor]
        while len(known) == 1 or cursor:
            cursor = self.find_cursor(self.ask(len(known) - 1, cursor, ""))
            known.append(cursor)
        self._known = known

    def ask(self, page: int, cursor: str | None, encoding: str) -> int:
        """Bytes of a page, which is in the buffer then."""
        headers = {"Accept-Encoding": encoding or "identity"}
        if self._name.startswith("jobwire"):
            body = json.dumps({"batch_size": PAGE, **({"cursor": cursor} if cursor else {})})
            self._connection.request("POST", "/api/jobs/feed", body, {**headers, "X-Api-Key": self._secret})
        else:
            path = PATHS[self._name].format(page=page, some=page % 100, after=page * PAGE)
            self._connection.request("GET", path, headers=headers)
        response = self._connection.getresponse()
        assert response.status == 200, (self._name, response.status, response.read()[:300])
        size = 0
        while count := response.readinto(self._buffer[size:]):  # type: ignore[arg-type]
            size += count
        assert size < 1_024 or (response.getheader("Content-Encoding") or "") == encoding, self._name
        return size

    def find_cursor(self, size: int) -> str | None:
        """Out of the end of a page."""
        body = bytes(self._buffer[max(0, size - 20_000) : size])
        tail = json.loads(b"{" + body[body.rindex(b'"next_cursor"') :])
        return str(tail["next_cursor"]) if tail["has_more"] else None


def measure(
    server: AbstractContextManager[tuple[int, int]], name: str, encoding: str, jobs: int, least: int
) -> dict[str, float]:
    """Of whole scans, as many as give `least` pages, after the first two."""
    with server as (port, pid):
        reader = Reader(name, port, jobs, encoding)
        if encoding and name.startswith("jobwire"):
            reader.learn()
        first, second = (timed_scan(reader, pid, least=1) for _ in range(2))
        rest = timed_scan(reader, pid, least)
        return {
            **rest,
            **{f"first_{what}": first[what] for what in ("pages_per_s", "cpu_ms")},
            **{f"second_{what}": second[what] for what in ("pages_per_s", "cpu_ms")},
            "anonymous_mb": round(peers.anonymous_mb(pid)),
        }


def timed_scan(reader: Reader, pid: int, least: int) -> dict[str, float]:
    """Of as many scans as give `least` pages."""
    before, started = peers.cpu_s(pid), time.perf_counter()
    pages = received = 0
    while pages < least:
        one = reader.scan()
        pages, received = pages + one[0], received + one[1]
    seconds, used = time.perf_counter() - started, peers.cpu_s(pid) - before
    return {
        "pages_per_s": round(pages / seconds, 1),
        "cpu_ms": round(1000 * used / pages, 2),
        "kb_per_page": round(received / pages / 1000),
    }


def settle(pid: int) -> None:
    """Until the indexes are built that every start builds beside answering."""
    used, quiet = peers.cpu_s(pid), 0
    while quiet < 3:
        time.sleep(0.5)
        used, before = peers.cpu_s(pid), used
        quiet = quiet + 1 if used - before < 0.06 else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--only", nargs="+", help=f"of: {' '.join(PLAN)}")
    parser.add_argument("--keep", type=Path, help="folder for the corpus, kept for the next run")
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        name, url, port = options.serve
        serve(name, url, int(port))
        return
    jobs = 300 if options.smoke else options.jobs
    plan = [one for one in PLAN if one in (options.only or PLAN)]
    if not peers.has_nginx():
        print("nginx is not installed: without it")
        plan = [one for one in plan if not one.startswith("nginx")]
    with tempfile.TemporaryDirectory(dir=options.keep) as folder, ExitStack() as stack:
        path = corpus.corpus(jobs, options.keep or Path(folder))
        prepare_files(plan, path, Path(folder))
        urls = {"jobwire": str(path), **prepare_databases(plan, path, jobs, Path(folder), stack)}
        found: dict[str, dict[str, float]] = {}
        for label in plan:
            name, _, encoding = label.partition("+")
            least = 1 if options.smoke or label in SLOW else LEAST_PAGES
            found[label] = measure(start(name, Path(folder), urls), name, encoding, jobs, least)
            print(label, found[label], flush=True)
    print(json.dumps({**corpus.about(), "jobs": jobs, "contenders": found, "ratios": compare(found)}))


def start(name: str, folder: Path, urls: dict[str, str]) -> AbstractContextManager[tuple[int, int]]:
    if name.startswith("nginx"):
        return peers.nginx(folder)
    if name == "datasette":
        return peers.datasette(folder / "feed.db")
    return serving(name, urls.get(name, urls["jobwire"]))


def prepare_files(plan: list[str], path: Path, folder: Path) -> None:
    """What nginx and Datasette serve."""
    if any(one.startswith("nginx") for one in plan):
        (folder / "pages").mkdir()
        for n, page in enumerate(finished_pages(str(path))):
            (folder / "pages" / f"{n}.json").write_bytes(page)
            if "nginx-ready+gzip" in plan:
                (folder / "pages" / f"{n}.json.gz").write_bytes(gzip.compress(page, 6))
    if "datasette" in plan:
        peers.fill_datasette(folder / "feed.db", (json.loads(page)["jobs"] for page in finished_pages(str(path))))


def prepare_databases(plan: list[str], path: Path, jobs: int, folder: Path, stack: ExitStack) -> dict[str, str]:
    """Name -> URL of its PostgreSQL database, filled."""
    names = [one for one in plan if one in ("naive", "careful", "jobwire-pg")]
    if not names:
        return {}
    dsn = stack.enter_context(peers.postgres(folder))
    urls = {name: peers.make_database(dsn) for name in names}
    for name, url in urls.items():
        if name == "jobwire-pg":
            with closing(open_store(url, now)) as store:
                corpus.fill(store, jobs)
        else:
            pages = (json.loads(page)["jobs"] for page in finished_pages(str(path)))
            importlib.import_module(f"{name}_server").fill(url, pages)
    return urls


def compare(found: dict[str, dict[str, float]]) -> dict[str, float]:
    """Of pages a second, and against nginx by server CPU."""
    ratios = {}
    for ours, peer in RATIOS:
        if ours in found and peer in found:
            ratios[f"{ours}/{peer}"] = round(found[ours]["pages_per_s"] / found[peer]["pages_per_s"], 2)
            first = found[ours]["first_pages_per_s"]
            ratios[f"{ours}/{peer} first scan"] = round(first / found[peer]["pages_per_s"], 2)
    for ours, peer in (("jobwire", "nginx"), ("jobwire+gzip", "nginx-ready+gzip")):
        if ours in found and peer in found:
            ratio = found[peer]["cpu_ms"] / max(found[ours]["cpu_ms"], 0.01)
            ratios[f"{peer}/{ours} by server CPU"] = round(ratio, 3)
    return ratios


if __name__ == "__main__":
    main()
