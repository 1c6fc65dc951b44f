"""The answer of a server that has no place for a request: made before anything of it is looked at.

Under four times the load that a server can carry, three of four requests end here. What a refusal costs is lost
to those that are served, so it is ready beforehand, and counted and logged together. A request that came whole
and looks as nearly all do is not even parsed.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from jobwire.api.call import read_request_id
from jobwire.api.problems import CONTENT_TYPE, unavailable

if TYPE_CHECKING:
    from jobwire.api.server import Server

log = structlog.get_logger("jobwire.api")
REPORT_S = 1.0
"""Refusals within this time are counted at once, and one line in the log."""
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
_LINE = (
    rb"(?!content-length|transfer-encoding|expect|upgrade|connection(?!: keep-alive\r)|x-request-id)[a-z0-9_-]++:"
)
_LINES = rb"(?:%b[^\r\n\0]*+\r\n)*+" % _LINE
_PLAIN = re.compile(
    rb"(get|post) /(?!health/)[!-~]*+ HTTP/1\.1\r\n%b(?:content-length: ([0-9]{1,%d})\r\n%b)?+\r\n"
    % (_LINES, _DIGITS, _LINES),
    re.IGNORECASE,
)
"""The head of a request that says nothing of how it, its answer or its connection are to be treated."""


class Refusal:
    """Refuses requests while there is no place for them."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._counts: Counter[str] = Counter()
        """By method, since they were last reported."""
        self._default: Headers = ()
        self._lines = b""
        """`_default` as it is sent."""

    @property
    def due(self) -> bool:
        """Whether the next request has no place."""
        return self._server.pool.full

    def answer_whole(self, data: bytes, default: Headers) -> bytes | None:
        """The answer if `data` is one plain request, no more and no less; the connection is kept."""
        plain = _PLAIN.match(data)
        if plain is None or plain.end() + int(plain[2] or 0) != len(data):
            return None
        self._note(plain[1].decode("ascii").upper())
        return self._render(read_request_id(""), default, b"", _BODY)

    def answer(self, method: str, headers: Headers, default: Headers, *, keep: bool) -> tuple[bytes, bool]:
        """The answer as it is sent, and whether the connection can be kept if the client wants to `keep` it."""
        given = dict(headers)
        keep = keep and not given.keys() & {b"transfer-encoding", b"expect"}
        keep = keep and len(given.get(b"content-length", b"")) <= _DIGITS
        request_id = read_request_id(given.get(b"x-request-id", b"").decode("latin-1"))
        self._note(method)
        end = b"" if keep else b"connection: close\r\n"
        return self._render(request_id, default, end, b"" if method == "HEAD" else _BODY), keep

    def _render(self, request_id: str, default: Headers, end: bytes, body: bytes) -> bytes:
        if default is not self._default:  # its date is another one
            self._default, self._lines = default, b"".join(b"%b: %b\r\n" % pair for pair in default)
        return b"%b%bx-request-id: %b\r\n%b\r\n%b" % (_HEAD, self._lines, request_id.encode(), end, body)

    def _note(self, method: str) -> None:
        if not self._counts:
            asyncio.get_running_loop().call_later(REPORT_S, self._report)
        self._counts[method] += 1

    def _report(self) -> None:
        counts, self._counts = self._counts, Counter()
        for method, count in counts.items():
            self._server.metrics.count_refused(method, _PROBLEM.status, _PROBLEM.code, count)
        log.warning("requests refused", count=counts.total(), code=_PROBLEM.code)
