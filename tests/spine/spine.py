"""A whole jobwire on loopback for tests: store, collector, API, copy."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from jobwire.api.app import create_app
from jobwire.api.console.tools import ConsoleTools
from jobwire.api.options import ApiOptions
from jobwire.cli.accounts import ensure_account, register_key
from jobwire.cli.background import find_port, serve_api
from jobwire.cli.boards import add_board
from jobwire.collect.discover import locate
from jobwire.collect.fetch import Fetcher, FetchOptions
from jobwire.collect.worker import collect_due
from jobwire.model.visit import Visit
from jobwire.store.base import Store
from jobwire.store.open import open_store
from jobwire.sync import FeedClient

KEY = "spine-test-key-0123456789"


class Clock:
    """Time that tests move; it also creeps, as real time does."""

    def __init__(self) -> None:
        self.at = datetime(2026, 6, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(microseconds=10)
        return self.at

    def pass_(self, span: timedelta) -> None:
        self.at += span


class Spine:
    def __init__(self, store: Store, clock: Clock, url: str, sites: str) -> None:
        self.store, self.clock, self.url, self.sites = store, clock, url, sites
        self.client = FeedClient(url, KEY)

    def _fetcher(self) -> Fetcher:
        return Fetcher(FetchOptions(routes={"*": self.sites}, pause_s=0.0, backoff_s=0.0, per_host=16))

    def add(self, *urls: str) -> None:
        """Put boards under watch by their URLs."""

        async def work() -> None:
            async with self._fetcher() as fetch:
                for url in urls:
                    found = await locate(url, fetch)
                    assert found, url
                    add_board(self.store, found[0].board)

        asyncio.run(work())

    def visit(self) -> list[Visit]:
        """Visit every board, an hour after the last time."""
        self.clock.pass_(timedelta(hours=1))
        for state in list(self.store.boards()):
            self.store.put_board(msgspec.structs.replace(state, next_visit_at=self.clock()))
        visits: list[Visit] = []

        async def work() -> None:
            async with self._fetcher() as fetch:
                await collect_due(self.store, fetch, self.clock, on_visit=visits.append)

        asyncio.run(work())
        return visits


@contextlib.contextmanager
def running(folder: Path, sites: str, tools: ConsoleTools | None = None) -> Iterator[Spine]:
    clock = Clock()
    with contextlib.closing(open_store(folder / "jobwire.db", clock=clock)) as store:
        register_key(store.accounts, ensure_account(store.accounts, "test"), "test", KEY)
        app = create_app(store, store.accounts, ApiOptions(clock=clock), tools)
        with serve_api(app, find_port(0)) as url:
            yield Spine(store, clock, url, sites)
