"""`jobwire demo`: the whole of jobwire, working, on sample career sites; needs no internet."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import click
import msgspec
from rich.panel import Panel

from jobwire.cli.accounts import ensure_account, register_key
from jobwire.cli.background import find_port, serve_api, serve_sites
from jobwire.cli.boards import add_board
from jobwire.cli.collect import Totals
from jobwire.cli.demo_sites import Employer, load_employers, make_app
from jobwire.cli.opening import now
from jobwire.cli.output import err, format_bytes, json_option, out, progress, write_json
from jobwire.collect.absence import AbsenceRules
from jobwire.collect.discover import locate
from jobwire.collect.fetch import Fetcher, FetchOptions
from jobwire.collect.visit import Rules
from jobwire.collect.worker import collect_due
from jobwire.errors import ConfigError
from jobwire.model.account import make_secret
from jobwire.settings import Settings, read_settings
from jobwire.store.base import Store
from jobwire.store.open import open_store
from jobwire.sync import FeedClient, Receipt, Sync, open_sink
from jobwire.sync.verify import verify

MARK = ".jobwire-demo"
PAUSE_S = 20.0
"""Between two rounds of visits, once the story is told."""
API_HOSTS = (
    "boards-api.greenhouse.io",
    "boards.greenhouse.io",
    "api.lever.co",
    "jobs.lever.co",
    "api.ashbyhq.com",
    "jobs.ashbyhq.com",
)
RULES = Rules(absence=AbsenceRules(spacing=timedelta(0)))
"""The demo does not wait between two visits; outside it absences must be ten minutes apart."""


class Result(msgspec.Struct, kw_only=True):
    """The receipt of a demo."""

    boards: int = 0
    fetched: int = 0
    new: int = 0
    changed: int = 0
    expired: int = 0
    reopened: int = 0
    active: int = 0
    copied: int = 0
    drift: int = -1
    bytes: int = 0
    seconds: float = 0.0

    def add(self, totals: Totals) -> None:
        self.boards = max(self.boards, totals.boards)
        for name in ("fetched", "new", "changed", "expired", "reopened", "bytes"):
            setattr(self, name, getattr(self, name) + getattr(totals, name))


@click.command("demo")
@click.option("--once", is_flag=True, help="End by itself; the exit code says whether the copy equals the feed.")
@click.option(
    "--data", metavar="DIR", default="demo-data", show_default=True, help="Folder, made anew each time."
)
@click.option("--port", type=int, default=8080, show_default=True, help="Another is taken if it is busy.")
@json_option
def demo(once: bool, data: str, port: int, as_json: bool) -> None:
    """Show the whole of jobwire working: six sample career sites are discovered, collected, enriched, served and
    synced into a second database; then their employers edit, remove and re-open postings.

    Server and collector stay up until Ctrl-C, unless --once.
    """
    folder = _fresh_folder(Path(data))
    settings = read_settings({"data": str(folder)}, env={})
    with contextlib.closing(open_store(settings.store_url, clock=now)) as store:
        secret = make_secret()
        register_key(store.accounts, ensure_account(store.accounts, "demo"), "demo", secret, admin=True)
        with _running(store, settings, find_port(port)) as (sites, employers, url):
            result = _play(store, employers, sites, url, secret, folder)
            if as_json:
                write_json(result)
            else:
                _show(result, url, secret, folder)
            if not once:
                _go_on(store, employers, sites, url)
    sys.exit(0 if result.drift == 0 and result.copied == result.active else 1)


def _fresh_folder(folder: Path) -> Path:
    """An empty folder. Only one that an earlier demo made is emptied."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise ConfigError(f"{folder} is not empty and not a demo's.", hint="Choose another --data.")
        for path in folder.glob("*.db*"):
            path.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    return folder


@contextlib.contextmanager
def _running(store: Store, settings: Settings, port: int) -> Iterator[tuple[str, list[Employer], str]]:
    """Sample sites and API, up."""
    from jobwire.api.app import create_app
    from jobwire.api.logs import configure_logs
    from jobwire.api.memory import keep_memory
    from jobwire.asgi import BoardTools, api_options

    keep_memory()
    configure_logs(level=logging.WARNING)
    employers = load_employers()
    with serve_sites(make_app(employers)) as sites:
        app = create_app(store, store.accounts, api_options(settings), BoardTools(lambda: _fetcher(sites)))
        with serve_api(app, port) as url:
            yield sites, employers, url


def _play(store: Store, employers: list[Employer], sites: str, url: str, secret: str, folder: Path) -> Result:
    """The story: collect, copy, edits and removals, copy, re-opening, copy, compare."""
    result, started = Result(), time.monotonic()
    copy = f"sqlite:///{folder / 'copy.db'}"
    postings = sum(len(employer.rows) for employer in employers)

    def visit(what: str) -> None:
        result.add(asyncio.run(_collect(store, sites, employers, what, postings)))

    asyncio.run(_discover(store, sites, employers))
    visit("Collecting six boards")
    _sync(url, secret, copy, "Copying the feed")
    first, second = employers[0], employers[4]
    first.edit(0, "Mentor two junior engineers")
    second.edit(2, "Present results to laboratories that use them")
    for number in (3, 5):
        first.remove(number)
    second.remove(7)
    visit("Employers edit and remove: next visit")
    visit("What is absent must be absent twice")
    _sync(url, secret, copy, "Copying what changed")
    first.reopen(3)
    visit("One posting is open again")
    receipt = _sync(url, secret, copy, "Copying what changed")
    result.active = store.counts().active
    drift = verify(FeedClient(url, secret), open_sink(copy))
    result.drift, result.copied = drift.count, drift.copied
    result.bytes += receipt.bytes
    result.seconds = round(time.monotonic() - started, 2)
    return result


async def _discover(store: Store, sites: str, employers: list[Employer]) -> None:
    async with _fetcher(sites) as fetch:
        for employer in employers:
            found = await locate(employer.career_site, fetch)
            add_board(store, found[0].board)
            err.print(f"{employer.career_site}  ->  {found[0].board.key}", markup=False)


async def _collect(store: Store, sites: str, employers: list[Employer], what: str, postings: int) -> Totals:
    """Visit all boards now, due or not."""
    totals = Totals()
    with progress() as bar:
        task = bar.add_task(what, total=len(employers), note=f"{postings} postings")

        def done(visit: object) -> None:
            totals.add(visit)  # type: ignore[arg-type]
            bar.advance(task)

        await _visit(store, sites, done)
    return totals


async def _visit(store: Store, sites: str, done: Callable[[object], None]) -> None:
    for state in list(store.boards()):
        store.put_board(msgspec.structs.replace(state, next_visit_at=now()))
    async with _fetcher(sites) as fetch:
        await collect_due(store, fetch, now, rules=RULES, on_visit=done)


def _fetcher(sites: str) -> Fetcher:
    return Fetcher(FetchOptions(routes=dict.fromkeys(API_HOSTS, sites), pause_s=0.0))


def _sync(url: str, secret: str, copy: str, what: str) -> Receipt:
    with progress() as bar:
        task = bar.add_task(what, total=None, note="")
        job = Sync(
            url,
            copy,
            key=secret,
            on_progress=lambda p: bar.update(task, completed=p.rows, total=p.total or p.rows),
        )
        receipt = job.run()
    counts = receipt.jobs
    err.print(
        f"{what}: {counts.new} new, {counts.changed} changed, "
        f"{counts.expired} expired, {counts.reopened} re-opened"
    )
    return receipt


def _show(result: Result, url: str, secret: str, folder: Path) -> None:
    equal = "the copy equals the feed" if result.drift == 0 else "the copy differs from the feed"
    out.print(
        Panel.fit(
            f"{result.boards} boards, {result.fetched} postings fetched, {result.new} new, "
            f"{result.changed} changed, {result.expired} expired, {result.reopened} re-opened\n"
            f"{result.active} active in the feed, {result.copied} in the copy: drift {result.drift}, {equal}\n"
            f"{format_bytes(result.bytes)} in {result.seconds:.1f} s",
            title="jobwire demo",
        )
    )
    out.print(f"store  {folder / 'jobwire.db'}\ncopy   {folder / 'copy.db'}\nkey    {secret}", markup=False)
    out.print("\nTry it:", markup=False)
    out.print(
        f"curl -s -X POST {url}/api/jobs/feed -H 'X-Api-Key: {secret}' "
        "-H 'Content-Type: application/json' -d '{\"batch_size\": 2}'",
        markup=False,
    )


def _go_on(store: Store, employers: list[Employer], sites: str, url: str) -> None:
    """Until Ctrl-C or SIGTERM: employers close and re-open a posting now and then, and the boards are visited."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    err.print(f"\nServing and collecting until Ctrl-C. Open {url} and log in with the key.")
    for employer in itertools.cycle(employers):
        for act in (employer.remove, lambda _: None, employer.reopen):  # what is absent must be absent twice
            if stop.wait(PAUSE_S):
                return
            act(0)
            asyncio.run(_visit(store, sites, lambda _: None))
