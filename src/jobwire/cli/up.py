"""`jobwire up`: everything in one process, on the embedded store."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import threading
from collections.abc import Iterator

import click
import uvicorn

from jobwire.api.protocol import uvicorn_options
from jobwire.cli.accounts import SHOWN_ONCE, ensure_account, register_key
from jobwire.cli.boards import add_board, locate_all
from jobwire.cli.collect import Show, Totals
from jobwire.cli.duplicates import marking
from jobwire.cli.opening import data_option, fetch_options, fetcher, now, open_store, visit_rules
from jobwire.cli.output import err, progress
from jobwire.cli.presence import collector_present
from jobwire.cli.serve import AnnouncingServer
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
    with contextlib.closing(open_store(settings, must_exist=False)) as store:
        _first_key(store)
        for url, board, why in asyncio.run(locate_all(list(boards), settings)) if boards else []:
            if board is None:
                err.print(f"{url}: {why}", markup=False)
            elif add_board(store, board):
                err.print(f"added {board.key}", markup=False)
        _run(store, settings)


def _first_key(store: Store) -> None:
    books = store.accounts
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
    from jobwire.api.logs import configure_logs
    from jobwire.api.memory import keep_memory
    from jobwire.asgi import api_options, board_tools

    keep_memory()
    configure_logs(settings.log)
    app = create_app(store, store.accounts, api_options(settings), board_tools(settings))
    config = uvicorn.Config(app, host=settings.host, port=settings.port, **uvicorn_options())
    where = f"http://{settings.host}:{settings.port} ({store.counts().active:,} active jobs)"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn ends first, then hands the signal on
    with collector_present(store, settings), collecting(store, settings):
        AnnouncingServer(config, lambda: err.print(f"jobwire is up: {where}", markup=False)).run()


@contextlib.contextmanager
def collecting(store: Store, settings: Settings) -> Iterator[None]:
    """The collecting loop in a thread of its own; at the end the visits under way are finished first."""
    stop = asyncio.Event()

    async def collect() -> None:
        with progress() as bar, marking(settings) as index:
            show = Show(bar, Totals(), True)
            async with fetcher(settings, shared=True) as fetch:
                await collect_forever(
                    store,
                    fetch,
                    now,
                    stop,
                    rules=visit_rules(settings, store),
                    options=WorkerOptions(parallel=settings.parallel, removals_kept=settings.removals_kept),
                    on_visit=show.visit,
                    on_error=show.error,
                    index=index,
                )

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(collect(),), name="collector")
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
