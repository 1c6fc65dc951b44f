"""Structured logs: one line per event, for people or as JSON, with every key taken out."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

_SECRET = re.compile(r"jw_(live|test)_[A-Za-z0-9_\-]+")
_REDACTED = r"jw_\1_[redacted]"
_NAMES = frozenset({"x-api-key", "authorization", "secret", "api_key"})


def configure_logs(form: str = "text", stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Say how log lines of this process look: `text` or `json`; called once, by whoever starts the process.

    Values are escaped by the renderer (JSON, or repr for text), so that nothing a caller sends can forge a line.
    """
    output = stream or sys.stderr
    renderer: Any = structlog.processors.JSONRenderer()
    if form != "json":
        renderer = structlog.processors.LogfmtRenderer(
            key_order=["timestamp", "level", "event"], bool_as_flag=False
        )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            _escape,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(output),
        cache_logger_on_first_use=True,
    )


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take keys out of every value, and whole values that are keys by name."""
    for name, value in event.items():
        if name.lower() in _NAMES:
            event[name] = "[redacted]"
        elif isinstance(value, str):
            event[name] = _SECRET.sub(_REDACTED, value)
    return event


def _escape(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Control characters as escapes: one event is one line on any terminal."""
    for name, value in event.items():
        if isinstance(value, str) and not value.isprintable() and name != "exception":
            event[name] = value.encode("unicode_escape").decode()
    return event
