"""Handing an answer to the socket, and knowing whether that happened: what decides if a page is charged."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from starlette.types import Receive, Scope, Send

from jobwire.api.answer import Answer
from jobwire.api.page_file import Part, Span

if TYPE_CHECKING:
    from jobwire.api.server import Server

ABORT = "jobwire.abort"
"""ASGI extension of our protocol: ends the connection at once."""
SEND_PARTS = "jobwire.send_parts"
"""ASGI extension of our protocol: see `protocol.DoorProtocol.send_parts`."""
SEND_FILE = "jobwire.send_file"
"""ASGI extension of our protocol: see `protocol.DoorProtocol.send_file`."""


class Delivery:
    """One answer on its way. `sent_bytes` counts what was handed over."""

    def __init__(self, server: Server, scope: Scope, receive: Receive, send: Send) -> None:
        self._server = server
        extensions = scope.get("extensions") or {}
        self._abort = extensions.get(ABORT, {}).get("abort")
        self._send_parts = extensions.get(SEND_PARTS, {}).get("send_parts")
        self._send_file = extensions.get(SEND_FILE, {}).get("send_file")
        self._receive = receive
        self._send = send
        self.sent_bytes = 0

    async def send(self, answer: Answer, headers: Mapping[str, str], *, head_only: bool) -> bool:
        """Send it and book or give back what it holds. True if all of it was handed to the socket."""
        delivered = False
        gone = asyncio.ensure_future(self._receive())
        try:
            async with asyncio.timeout(self._server.options.send_timeout_s if answer.stream is None else None):
                await self._start(answer, headers)
                if answer.stream is not None:
                    await self._send_stream(answer, gone)
                elif not head_only:
                    await self._send_body([part for part in (answer.body, *answer.parts) if len(part)])
                delivered = not gone.done() and not head_only
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        except (TimeoutError, ConnectionError):
            await self._drop()
        finally:
            gone.cancel()
            if answer.hold is not None:
                (self._server.metering.book if delivered else self._server.metering.give_back)(answer.hold)
        return delivered

    async def _drop(self) -> None:
        """Who reads too slowly, or left, loses the connection, with all that waits in it."""
        if self._abort:
            self._abort()
            await asyncio.sleep(0)

    async def _start(self, answer: Answer, headers: Mapping[str, str]) -> None:
        pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        if answer.stream is None and answer.status != 204:
            pairs.append((b"content-length", str(answer.size).encode()))
        await self._send({"type": "http.response.start", "status": answer.status, "headers": pairs})

    async def _send_body(self, parts: list[Part]) -> None:
        """What is in memory counts as unsent until the client took it; what is in a file takes no memory."""
        held = sum(len(part) for part in parts if isinstance(part, bytes))
        self._server.unsent_bytes += held
        try:
            for in_memory, some in itertools.groupby(parts, lambda part: isinstance(part, bytes)):
                if in_memory:
                    await self._send_bytes(cast(list[bytes], [*some]))
                else:
                    for span in some:
                        await self._send_span(cast(Span, span))
            # An empty part waits until the client has taken nearly all that is before it.
            await self._send({"type": "http.response.body", "body": b"", "more_body": True})
            await asyncio.sleep(0)  # lets a disconnect that ended the wait be seen
            self.sent_bytes = sum(map(len, parts))
        finally:
            self._server.unsent_bytes -= held

    async def _send_bytes(self, parts: list[bytes]) -> None:
        if self._send_parts and len(parts) > 1:
            self._send_parts(parts)
        else:
            await self._send({"type": "http.response.body", "body": b"".join(parts), "more_body": True})

    async def _send_span(self, span: Span) -> None:
        if not span.is_cached():  # a disk is waited for by a thread, not by everybody
            await asyncio.to_thread(span.load)
        if self._send_file and await self._send_file(span.file.fileno(), span.at, span.size):
            return
        for part in span.read():
            await self._send({"type": "http.response.body", "body": part, "more_body": True})

    async def _send_stream(self, answer: Answer, gone: asyncio.Future[Any]) -> None:
        assert answer.stream is not None
        async with contextlib.aclosing(answer.stream) as parts:
            async for part in parts:
                async with asyncio.timeout(self._server.options.send_timeout_s):
                    await self._send({"type": "http.response.body", "body": part, "more_body": True})
                    await self._send({"type": "http.response.body", "body": b"", "more_body": True})
                await asyncio.sleep(0)
                if gone.done():
                    break
                self.sent_bytes += len(part)
