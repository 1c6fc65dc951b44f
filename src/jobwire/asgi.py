"""The API as an ASGI application for any server: `uvicorn --factory jobwire.asgi:app`.

Settings come from the environment and jobwire.toml (see docs/settings.md), as for `jobwire serve`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
from starlette.types import ASGIApp

from jobwire.api.app import create_app
from jobwire.api.console.tools import Found, Tried
from jobwire.api.logs import configure_logs
from jobwire.api.memory import keep_memory
from jobwire.api.options import ApiOptions
from jobwire.collect.ats import get_ats
from jobwire.collect.discover import locate
from jobwire.collect.fetch import Fetcher, FetchOptions
from jobwire.collect.http_cache import HttpCache
from jobwire.collect.trial import try_board
from jobwire.enrich import enrich
from jobwire.model.board import Board
from jobwire.model.company import CompanySummary
from jobwire.model.ids import company_id, job_id
from jobwire.model.job import Job
from jobwire.model.raw import RawPosting
from jobwire.settings import Settings, read_settings
from jobwire.store.open import open_store


def app() -> ASGIApp:
    """The application over the store of the settings; the store is closed when the process ends."""
    return make_app(read_settings())


def make_app(settings: Settings) -> ASGIApp:
    """The application for these settings."""
    keep_memory()
    configure_logs(settings.log)
    store = open_store(settings.store_url, clock=_now)
    reader = open_store(settings.replica, clock=_now, read_only=True) if settings.replica else store
    return create_app(reader, store.accounts, api_options(settings), board_tools(settings))


def api_options(settings: Settings) -> ApiOptions:
    """What the API is told."""
    metrics = str((settings.data / "metrics").absolute()) if settings.workers > 1 else ""
    settings.data.mkdir(parents=True, exist_ok=True)
    return ApiOptions(
        public_url=settings.public_url,
        clock=_now,
        rate_limits_url=settings.rate_limits_url or _shared_windows(settings),
        public_per_minute=settings.public_per_minute,
        metrics_dir=metrics,
        page_file_bytes=settings.page_file_bytes // settings.workers,
        page_file_dir=str(settings.data.absolute()),
        removals_kept=settings.removals_kept,
        search_url=settings.search or str((settings.data / "search").absolute()),
    )


def _shared_windows(settings: Settings) -> str:
    """Where all that serve this store can count together: its PostgreSQL, or a file beside the SQLite store."""
    if settings.store.startswith(("postgresql://", "postgres://")):
        return settings.store
    return f"file://{(settings.data / 'rate-limits').absolute()}" if settings.workers > 1 else ""


class BoardTools:
    """What the console sees of career sites (`api.console.tools.ConsoleTools`), by the collector's own client."""

    def __init__(self, make_fetcher: Callable[[], Fetcher]) -> None:
        self._make_fetcher = make_fetcher

    async def find_boards(self, url: str) -> list[Found]:
        """The boards that an address leads to, best first. Raises BoardError."""
        async with self._make_fetcher() as fetch:
            found = await locate(url, fetch)
        return [Found(_with_url(evidence.board), evidence.why) for evidence in found]

    async def try_board(self, board: Board) -> Tried:
        """Read a board as a visit would, keep nothing."""
        async with self._make_fetcher() as fetch:
            trial = await try_board(board, fetch)
        return Tried(
            outcome=trial.outcome.value,
            completeness=trial.completeness.value,
            note=trial.note,
            company=(trial.company.name if trial.company else None) or "",
            count=len(trial.postings),
            jobs=tuple(_preview(board, posting) for posting in trial.postings[:PREVIEWS]),
            requests=trial.requests,
            bytes=trial.bytes,
        )


PREVIEWS = 25


def board_tools(settings: Settings) -> BoardTools:
    """For these settings; with the collector's cache, so that looking twice asks once."""
    cache = HttpCache(settings.data / "http-cache")
    return BoardTools(lambda: Fetcher(FetchOptions(**settings.fetching), cache))


def _with_url(board: Board) -> Board:
    return msgspec.structs.replace(board, url=board.url or get_ats(board.ats).board_url(board))


def _preview(board: Board, posting: RawPosting) -> Job:
    """A posting as it would be published."""
    return enrich(
        posting,
        source=board.ats,
        company=CompanySummary(id=company_id(board.key), name=posting.company_name or board.token),
        job_id=job_id(board.key, posting.posting_id),
        created_at=_now(),
        updated_at=_now(),
    )


def _now() -> datetime:
    return datetime.now(UTC)
