"""The answer of a server that has no place for a request: made before anything of it is looked at.

Under four times the load that a server can carry, three of four requests end here. What a refusal costs is lost
to those that are served, so it is ready beforehand, counted one by one and logged together.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from starlette.types import Receive, Scope, Send

from jobwire.api.call import read_request_id
from jobwire.api.problems import CONTENT_TYPE, unavailable

if TYPE_CHECKING:
    from jobwire.api.server import Server

log = structlog.get_logger("jobwire.api")
LOG_S = 1.0
"""Refusals within this time are one line in the log."""
_DIGITS = 5
"""A body of fewer than 100,000 bytes is read to its end, so that its connection stays of use."""
_PROBLEM = unavailable("The server is busy.")
_BODY = _PROBLEM.body()
_HEADERS = [
    (b"content-type", CONTENT_TYPE.encode()),
    (b"content-length", str(len(_BODY)).encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
    *((name.lower().encode(), value.encode()) for name, value in _PROBLEM.headers.items()),
]


class Refusal:
    """An ASGI application that refuses every request."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._count = 0

    @property
    def due(self) -> bool:
        """Whether the next request has no place."""
        return self._server.pool.full

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = dict(scope["headers"])
        request_id = read_request_id(given.get(b"x-request-id", b"").decode("latin-1"))
        headers = [*_HEADERS, (b"x-request-id", request_id.encode())]
        if b"transfer-encoding" in given or len(given.get(b"content-length", b"")) > _DIGITS:
            headers.append((b"connection", b"close"))  # the rest of its body is not waited for
        await send({"type": "http.response.start", "status": _PROBLEM.status, "headers": headers})
        await send({"type": "http.response.body", "body": _BODY})
        self._server.metrics.count_refused(scope["method"], _PROBLEM.status, _PROBLEM.code)
        if not self._count:
            asyncio.get_running_loop().call_later(LOG_S, self._report)
        self._count += 1

    def _report(self) -> None:
        count, self._count = self._count, 0
        log.warning("requests refused", count=count, code=_PROBLEM.code)
