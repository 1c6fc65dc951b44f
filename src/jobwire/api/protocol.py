"""The HTTP connection under the door: heads that are too large or too slow end here, before a request exists."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Sequence
from functools import partial
from typing import Any

import httptools
import structlog
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from jobwire.api.delivery import ABORT, SEND_FILE, SEND_PARTS
from jobwire.api.problems import CONTENT_TYPE, Problem, unavailable

MAX_HEAD_BYTES = 64 * 1024
"""Request line and headers together; a cursor in a query string takes up to 16 KiB."""
MAX_HEADERS = 100
MAX_CONNECTIONS = 2_000
"""Open at the same time; a request on one more is answered 503."""
STOP = "jobwire.stop"
"""Lifespan state: what to call when the server begins to end, before it waits for requests under way."""
REFUSAL = "jobwire.refusal"
"""Lifespan state: what refuses requests while the server is full (`refusal.Refusal`)."""
HEALTH = b"/health/"
"""Paths that are never refused unread."""
HEAD_TIMEOUT_S = 10.0
"""From the first byte of a request to the end of its headers, and for a new connection to say something."""

log = structlog.get_logger("jobwire.api")


class DoorProtocol(HttpToolsProtocol):
    """uvicorn's own protocol with limits on request heads; pass it as `http=` to `uvicorn.Config`."""

    _head_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None
    _refused = False
    """Whether the request that is being read was answered already."""
    _reading = False
    """Whether the parser is within a request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self.transport.is_closing() and not self._refuse_whole(data):
            super().data_received(data)

    def shutdown(self) -> None:
        """The server ends: requests that wait for changes are answered now."""
        super().shutdown()
        self.app_state.get(STOP, lambda: None)()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._reading = True
        self._unset_keepalive_if_required()
        self._head_bytes = 0
        if self._head_timer is None:
            self._expect_head()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)
        if len(self.headers) > MAX_HEADERS:
            raise HeadTooLarge

    def on_headers_complete(self) -> None:
        self._stop_timer()
        if len(self.connections) > MAX_CONNECTIONS:
            self.app = refuse
        elif self._refuse_unread():
            return
        super().on_headers_complete()
        self.scope["extensions"] = {
            ABORT: {"abort": self.transport.abort},
            SEND_PARTS: {"send_parts": partial(self.send_parts, self.cycle)},
            SEND_FILE: {"send_file": partial(self.send_file, self.cycle)},
        }

    def send_parts(self, cycle: RequestResponseCycle, parts: Sequence[bytes]) -> None:
        """Send parts of the body under way without joining them."""
        if not self.transport.is_closing():
            self.transport.writelines(parts)
            cycle.expected_content_length -= sum(map(len, parts))

    def on_body(self, body: bytes) -> None:
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._reading = False
        if not self._refused:
            super().on_message_complete()
            return
        self._refused = False
        self._expect_next()

    def _expect_next(self) -> None:
        """A request was refused; another one may come within the usual time."""
        self._stop_timer()
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def _may_answer(self) -> bool:
        """Whether nothing is on its way to the client that an answer would have to wait for."""
        return not self.flow.write_paused and (self.cycle is None or self.cycle.response_complete)

    def _refuse_whole(self, data: bytes) -> bool:
        """Answer a plain request without parsing it, if the server is full. Its connection is kept, so it must be
        none too many."""
        if len(self.connections) > MAX_CONNECTIONS:
            return False
        refusal = self.app_state.get(REFUSAL)
        if not refusal or not refusal.due or self._reading or not self._may_answer():
            return False
        answer = refusal.answer_whole(data, self.server_state.default_headers)
        if answer is None:
            return False
        self.transport.write(answer)
        self._expect_next()
        return True

    def _refuse_unread(self) -> bool:
        """Answer at once if the server is full; False where that is not so, or an answer must wait its turn."""
        refusal = self.app_state.get(REFUSAL)
        if not refusal or not refusal.due or self.url.startswith(HEALTH) or self.parser.should_upgrade():
            return False
        if self.transport.is_closing():  # what was read behind the last request of a connection
            self._refused = True
            return True
        if not self._may_answer():
            return False
        answer, keep = refusal.answer(
            self.parser.get_method().decode("ascii"),
            self.headers,
            self.server_state.default_headers,
            keep=self.parser.get_http_version() == "1.1" and self.parser.should_keep_alive(),
        )
        self._refused = True
        self.transport.write(answer)
        if keep:
            self._expect_head()  # the rest of its body, too, has its time
        else:
            self.transport.close()
        return True

    async def send_file(self, cycle: RequestResponseCycle, fd: int, at: int, size: int) -> bool:
        """Send a part of a file as a part of the body under way, without its bytes passing through this process.

        False where that cannot be done. Raises ConnectionError when the client is gone.
        """
        if not hasattr(os, "sendfile") or self.transport.get_extra_info("ssl_object"):
            return False
        self.transport.set_write_buffer_limits(high=0)
        await self.flow.drain()  # until all that was written before is in the kernel's hands
        self.transport.set_write_buffer_limits()
        # The transport's own descriptor is watched by the loop already, and no second time.
        out = os.dup(self.transport.get_extra_info("socket").fileno())
        writable = asyncio.Event()
        try:
            while size:
                if self.transport.is_closing():
                    raise ConnectionResetError
                try:
                    sent = os.sendfile(out, fd, at, size)
                except BlockingIOError:
                    writable.clear()
                    self.loop.add_writer(out, writable.set)
                    await writable.wait()
                    continue
                at, size = at + sent, size - sent
                cycle.expected_content_length -= sent
                await asyncio.sleep(0)
        finally:
            self.loop.remove_writer(out)
            os.close(out)
        return True

    def send_400_response(self, msg: str) -> None:
        """A problem document instead of plain text, and a line in the log as for any request."""
        self._stop_timer()
        problem, request_id = self._explain(), secrets.token_hex(8)
        body = problem.body()
        head = (
            b"content-type: application/problem+json\r\nx-request-id: %b\r\n"
            b"connection: close\r\ncontent-length: %d\r\n\r\n"
        )
        self.transport.write(STATUS_LINE[problem.status] + head % (request_id.encode(), len(body)) + body)
        self.transport.close()
        client = self.client[0] if self.client else "unknown"
        log.info("request", request_id=request_id, status=problem.status, client=client, code=problem.code)

    def _unsupported_upgrade_warning(self) -> None:
        """Answered as if no upgrade was asked for; what follows on the connection could be of either protocol."""
        self.cycle.keep_alive = False

    def _explain(self) -> Problem:
        """What is wrong with a head that could not be read."""
        status, title = 400, "Invalid request"
        detail = "This is not a valid HTTP request. Check its method and its lengths."
        if len(self.url or b"") > MAX_HEAD_BYTES:
            status, title = 414, "Request URI too large"
            detail = "The URL is too long. Ask for fewer values, or send a body."
        elif self._head_bytes > MAX_HEAD_BYTES or len(self.headers or ()) > MAX_HEADERS:
            status, title = 431, "Request head too large"
            detail = "The headers are too large. Send fewer or shorter ones."
        problem = Problem("invalid_request", detail)
        problem.status, problem.title = status, title
        return problem

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES:
            raise HeadTooLarge

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_TIMEOUT_S, self._drop)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _drop(self) -> None:
        self._head_timer = None
        self.transport.abort()


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """The application of connections beyond MAX_CONNECTIONS."""
    problem = unavailable("Too many connections are open.")
    body = problem.body()
    headers = {
        "content-type": CONTENT_TYPE,
        "content-length": str(len(body)),
        "x-request-id": secrets.token_hex(8),
        "connection": "close",
        **problem.headers,
    }
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": problem.status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


class HeadTooLarge(httptools.HttpParserError):
    """Raised inside the parser, which ends the connection with it."""


def uvicorn_options() -> dict[str, Any]:
    """What `uvicorn.Config` should be given beside host and port."""
    return {
        "http": DoorProtocol,
        "loop": "jobwire.api.loop:make_loop",
        "ws": "none",
        "lifespan": "on",
        "access_log": False,
        "log_level": "error",  # its warnings are plain lines about single requests; ours are above
        "server_header": False,
        "date_header": True,
        "timeout_keep_alive": 75,
        "timeout_graceful_shutdown": 20,
        "backlog": 2_048,
        "h11_max_incomplete_event_size": MAX_HEAD_BYTES,
    }
