"""A server that plays every ATS over loopback HTTP, told apart by host and path, with faults a board."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

import msgspec
from aiohttp import web
from tests.collect.formats import FORMATS, Ask, Text
from tests.collect.openings import Employer

from jobwire.collect.fetch import Fetcher, FetchOptions
from jobwire.collect.pace import Pace
from jobwire.model.board import Board

_TOKEN = re.compile(r"employer\d+")
PLAIN_FAULTS = (
    "429",
    "403",
    "500",
    "404",
    "wall",
    "elsewhere",
    "private",
    "empty",
    "blank",
    "shape",
    "duplicates",
)
"""Faults that cost no time."""
SLOW_FAULTS = ("timeout", "cut", "drip", "huge")
LIST_FAULTS = ("empty", "cap", "duplicates")
"""Faults in what is listed; the others are faults of the answer."""
STATUS = {"429": 429, "403": 403, "500": 500, "404": 404}


class Replica:
    """All employers of one run."""

    def __init__(self, employers: Iterable[Employer]) -> None:
        self.employers = {employer.token: employer for employer in employers}
        self.url = ""
        self.asked: list[Ask] = []

    def board(self, employer: Employer) -> Board:
        return FORMATS[employer.ats].make_board(employer.token)

    def find(self, ask: Ask) -> Employer | None:
        found = _TOKEN.search(ask.host) or _TOKEN.search(ask.path)
        if found:
            return self.employers.get(found[0])
        return self.employers.get(f"employer{ask.number() // 100_000}")  # an address without a token

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        text = await request.text()
        ask = Ask(
            host=request.host,
            path=request.path,
            query=dict(request.query),
            body=json.loads(text) if text else None,
        )
        self.asked.append(ask)
        employer = self.find(ask)
        if employer is None:
            return web.Response(text="<html><body>Welcome to the vendor.</body></html>", content_type="text/html")
        if ask.path == "/robots.txt" and employer.ats != "generic":
            return web.Response(status=404)
        if employer.fault and employer.fault not in LIST_FAULTS:
            return await _fail(employer, ask, request)
        return _respond(employer, ask)


def _body(employer: Employer, ask: Ask) -> tuple[bytes, str] | None:
    found = FORMATS[employer.ats].write(employer, ask)
    if found is None:
        return None
    if isinstance(found, Text):
        return found.text.encode(), found.kind
    return msgspec.json.encode(found), "application/json"


def _respond(employer: Employer, ask: Ask) -> web.Response:
    found = _body(employer, ask)
    if found is None:
        return web.Response(status=404, text="not found")
    return web.Response(body=found[0], content_type=found[1])


async def _fail(employer: Employer, ask: Ask, request: web.BaseRequest) -> web.StreamResponse:
    fault = employer.fault
    if fault in STATUS:
        headers = {"Retry-After": "3600"} if fault == "429" else {}
        return web.Response(status=STATUS[fault], headers=headers, text="no")
    if fault == "wall":
        page = "<html><head><title>Just a moment...</title></head><body>Are you human?</body></html>"
        return web.Response(text=page, content_type="text/html")
    if fault in ("elsewhere", "private"):
        target = "http://10.0.0.1/internal" if fault == "private" else "https://www.vendor.example/"
        return web.Response(status=302, headers={"Location": target})
    if fault == "blank":
        return web.Response(body=b"")
    if fault == "shape":
        return web.json_response({"version": 9, "payload": {"entries": [1, 2, 3]}})
    return await _dribble(employer, ask, request)


async def _dribble(employer: Employer, ask: Ask, request: web.BaseRequest) -> web.StreamResponse:
    """Faults that need time or a broken connection."""
    body, kind = _body(employer, ask) or (b"nothing", "text/plain")
    response = web.StreamResponse(headers={"Content-Type": kind})
    if employer.fault == "huge":
        response.content_length = 50_000_000
        await response.prepare(request)
        with_room = b" " * 1_000_000
        for _ in range(50):
            await response.write(with_room)
        return response
    response.content_length = len(body)
    if employer.fault == "timeout":
        await asyncio.sleep(30)
    await response.prepare(request)
    if employer.fault == "cut":
        await response.write(body[: len(body) // 2])
        assert request.transport is not None
        request.transport.close()
        return response
    for at in range(len(body)):  # drip
        await response.write(body[at : at + 1])
        await asyncio.sleep(0.2)
    return response


@asynccontextmanager
async def playing(replica: Replica) -> AsyncIterator[Replica]:
    """Serve on a port of the system's choice."""
    runner = web.ServerRunner(web.Server(replica.answer), shutdown_timeout=0.1)
    await runner.setup()
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    await web.SockSite(runner, listener).start()
    replica.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        yield replica
    finally:
        await runner.cleanup()


def fetcher(
    replica: Replica,
    *,
    monotonic: Callable[[], float] = time.monotonic,
    pace: Pace | None = None,
    **more: object,
) -> Fetcher:
    """The real client, all its hosts led to the replica, in no hurry to be polite."""
    given = {"routes": {"*": replica.url}, "pause_s": 0.0, "backoff_s": 0.0, "per_host": 16, "tries": 1, **more}
    return Fetcher(FetchOptions(**given), monotonic=monotonic, pace=pace)
