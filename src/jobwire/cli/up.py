"""`jobwire up`: everything in one process, on the embedded store."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing

import click
import uvicorn

from jobwire.cli.accounts import SHOWN_ONCE, ensure_account, register_key
from jobwire.cli.boards import add_board, locate_all
from jobwire.cli.collect import Show, Totals
from jobwire.cli.opening import data_option, fetch_options, fetcher, now, open_store, visit_rules
from jobwire.cli.output import err, progress
from jobwire.cli.serve import SERVER
from jobwire.collect.worker import WorkerOptions, collect_forever
from jobwire.model.account import make_secret
from jobwire.settings import Settings
from jobwire.store.base import Store


@click.command("up")
@click.option("--board", "boards", multiple=True, metavar="URL", help="Career site to collect; repeatable.")
@click.option("--host", metavar="ADDRESS", help="Address to listen on. [default: 127.0.0.1]")
@click.option("--port", type=int, metavar="N", help="Port to listen on. [default: 8080]")
@click.option("--public-url", metavar="URL", help="URL by which clients reach this server, behind a proxy.")
@fetch_options
@data_option
def up(settings: Settings, boards: tuple[str, ...]) -> None:
    """Start everything: the API, the collector and, the first time, a key (shown once).

    \b
    jobwire up --board https://boards.greenhouse.io/COMPANY --board https://jobs.lever.co/COMPANY
    """
    with closing(open_store(settings, must_exist=False)) as store:
        _first_key(store)
        for url, board, why in asyncio.run(locate_all(list(boards), settings)) if boards else []:
            if board is None:
                err.print(f"{url}: {why}", markup=False)
            elif add_board(store, board):
                err.print(f"added {board.key}", markup=False)
        _run(store, settings)


def _first_key(store: Store) -> None:
    books = store.accounts  # type: ignore[attr-defined]
    if books.keys():
        return
    secret = make_secret()
    register_key(books, ensure_account(books, "first"), "first", secret, admin=True)
    err.print("Your API key (admin): ", end="")
    click.echo(secret)
    err.print(SHOWN_ONCE)


def _run(store: Store, settings: Settings) -> None:
    """The API in this thread, the collector in another; Ctrl-C ends both, a visit under way first."""
    from jobwire.api.app import create_app
    from jobwire.asgi import api_options, keep_memory

    keep_memory()
    app = create_app(store, store.accounts, api_options(settings))  # type: ignore[attr-defined]
    server = uvicorn.Server(uvicorn.Config(app, host=settings.host, port=settings.port, **SERVER))  # type: ignore[arg-type]
    collector = Collector(store, settings)
    collector.start()
    err.print(f"jobwire is up: http://{settings.host}:{settings.port} ({store.counts().active:,} active jobs)")
    try:
        server.run()
    finally:
        collector.stop()


class Collector:
    """The collecting loop in a thread of its own."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._main, name="collector")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the visits under way, then end."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _main(self) -> None:
        with self._loop_running():
            self._loop.run_until_complete(self._collect())

    def _loop_running(self) -> closing[asyncio.AbstractEventLoop]:
        asyncio.set_event_loop(self._loop)
        return closing(self._loop)

    async def _collect(self) -> None:
        with progress() as bar:
            show = Show(bar, Totals(), True)
            async with fetcher(self._settings) as fetch:
                await collect_forever(
                    self._store,
                    fetch,
                    now,
                    self._stop,
                    rules=visit_rules(self._settings),
                    options=WorkerOptions(parallel=self._settings.parallel),
                    on_visit=show.visit,
                    on_error=show.error,
                )
