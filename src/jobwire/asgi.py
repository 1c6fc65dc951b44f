"""The API as an ASGI application for any server: `uvicorn --factory jobwire.asgi:app`.

Settings come from the environment and jobwire.toml (see docs/settings.md), as for `jobwire serve`.
"""

from __future__ import annotations

import ctypes
import logging
import sys
from datetime import UTC, datetime
from typing import Any

import structlog
from starlette.types import ASGIApp

from jobwire.api.app import create_app
from jobwire.api.options import ApiOptions
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
    return create_app(reader, store.accounts, api_options(settings))


def api_options(settings: Settings) -> ApiOptions:
    """What the API is told."""
    shared = f"file://{(settings.data / 'rate-limits').absolute()}" if settings.workers > 1 else ""
    metrics = str((settings.data / "metrics").absolute()) if settings.workers > 1 else ""
    return ApiOptions(
        public_url=settings.public_url,
        clock=_now,
        rate_limits_url=settings.rate_limits_url or shared,
        metrics_dir=metrics,
        search_dir=str((settings.data / "search").absolute()),
    )


def keep_memory() -> None:
    """Let glibc keep freed memory between pages: measured four times faster than giving it back each time.

    (M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD of mallopt(3); other allocators need nothing.)
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    for parameter, value in ((-1, 256 << 20), (-2, 16 << 20), (-3, 64 << 20)):
        mallopt(parameter, value)


def configure_logs(form: str = "text", level: int = logging.INFO) -> None:
    """One line a request on standard error, for people (`text`) or for machines (`json`); nothing else there is
    ours. Values are escaped by the renderers, so nobody can write a line of his own into the log."""
    render: Any = structlog.processors.JSONRenderer()
    if form != "json":
        render = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _now() -> datetime:
    return datetime.now(UTC)
