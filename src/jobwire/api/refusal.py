"""The answer of a server that has no place for a request: made before anything of it is looked at.

Under four times the load that a server can carry, three of four requests end here. What a refusal costs is lost
to those that are served, so it is ready beforehand, counted one by one and logged together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

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
_HEADERS = {
    "content-type": CONTENT_TYPE,
    "content-length": str(len(_BODY)),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    **_PROBLEM.headers,
}
_HEAD = STATUS_LINE[_PROBLEM.status] + "".join(f"{n.lower()}: {v}\r\n" for n, v in _HEADERS.items()).encode()
Headers = Sequence[tuple[bytes, bytes]]


class Refusal:
    """Refuses requests while there is no place for them."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._count = 0

    @property
    def due(self) -> bool:
        """Whether the next request has no place."""
        return self._server.pool.full

    def answer(self, method: str, headers: Headers, default: Headers, *, keep: bool) -> tuple[bytes, bool]:
        """The answer as it is sent, and whether the connection can be kept if the client wants to `keep` it."""
        given = dict(headers)
        keep = keep and not given.keys() & {b"transfer-encoding", b"expect"}
        keep = keep and len(given.get(b"content-length", b"")) <= _DIGITS
        request_id = read_request_id(given.get(b"x-request-id", b"").decode("latin-1"))
        lines = [b"%b: %b\r\n" % pair for pair in (*default, (b"x-request-id", request_id.encode()))]
        end = b"\r\n" if keep else b"connection: close\r\n\r\n"
        self._note(method)
        return b"".join((_HEAD, *lines, end, b"" if method == "HEAD" else _BODY)), keep

    def _note(self, method: str) -> None:
        self._server.metrics.count_refused(method, _PROBLEM.status, _PROBLEM.code)
        if not self._count:
            asyncio.get_running_loop().call_later(LOG_S, self._report)
        self._count += 1

    def _report(self) -> None:
        count, self._count = self._count, 0
        log.warning("requests refused", count=count, code=_PROBLEM.code)
