"""Carries out what an ATS file asks for and hands its postings on one by one, so memory stays flat."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

from jobwire.collect.fetch import Fetch
from jobwire.collect.protocol import (
    Answer,
    Ats,
    Known,
    Reader,
    Reading,
    Request,
    Response,
    Step,
    Unchanged,
)
from jobwire.errors import BoardBlocked, BoardBroken, BoardError, JobwireError
from jobwire.model.board import Board
from jobwire.model.raw import RawPosting
from jobwire.model.visit import Completeness

MAX_REQUESTS = 20_000
"""Bound on one visit, against boards that page for ever: what was seen counts, nothing is absent."""
_WALL = re.compile(
    rb"<title>\s*(?:just a moment|attention required|access denied|pardon our interruption|are you (?:a )?human)"
    rb"|cf-chl|challenge-platform|_incapsula_resource|px-captcha|captcha-delivery\.com|awswafintegration",
    re.IGNORECASE,
)
_NO_ANSWER = 0
_REFUSED = 403
_TOO_MANY = 429


async def drive(
    ats: Ats, board: Board, known: Known, fetch: Fetch, max_requests: int = MAX_REQUESTS
) -> AsyncIterator[RawPosting | Unchanged | Reading]:
    """Postings as they come, and the Reading as the last item. Raises board errors.

    An exception out of the ATS file itself (a shape that nobody foresaw) becomes BoardBroken.
    """
    reader = ats.read(board, known)
    answer: Answer | BoardError = None
    asked = 0
    try:
        while True:
            try:
                step = _advance(reader, answer, board)
            except BoardBroken as error:
                if isinstance(answer, Response) and _is_wall(answer):
                    raise BoardBlocked(f"{answer.url} answered with a bot wall.") from error
                raise
            answer = None
            asked += len(step) if isinstance(step, list) else isinstance(step, Request)
            if asked > max_requests:
                yield Reading(Completeness.PARTIAL, note=f"stopped after {max_requests} requests")
                return
            if isinstance(step, Request):
                answer = await _fetch_one(step, fetch)
            elif isinstance(step, list):
                answer = await _fetch_all(step, fetch, ats.max_parallel)
            else:
                yield step
                if isinstance(step, Reading):
                    return
    finally:
        reader.close()


def _advance(reader: Reader, answer: Answer | BoardError, board: Board) -> Step | Reading:
    """The file's next step; the Reading at its end."""
    try:
        return reader.throw(answer) if isinstance(answer, BoardError) else reader.send(answer)
    except StopIteration as end:
        if isinstance(end.value, Reading):
            return end.value
        raise BoardBroken(f"{board.key}: its ATS file ended without a reading.") from end
    except JobwireError:
        raise
    except Exception as error:
        raise BoardBroken(
            f"{board.key}: an answer has a shape that is not known ({type(error).__name__}: {error})."
        ) from error


async def _fetch_one(request: Request, fetch: Fetch) -> Response | BoardError:
    try:
        return await fetch(request)
    except BoardError as error:
        return error


async def _fetch_all(requests: list[Request], fetch: Fetch, parallel: int) -> list[Response]:
    """Answers in the order of the requests, fetched side by side; an error costs its own request only."""
    slots = asyncio.Semaphore(max(parallel, 1))

    async def one(request: Request) -> Response:
        async with slots:
            answer = await _fetch_one(request, fetch)
        return _as_response(request, answer) if isinstance(answer, BoardError) else answer

    tasks = [asyncio.ensure_future(one(request)) for request in requests]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def _is_wall(response: Response) -> bool:
    """Whether a page asks for proof of a person, as the usual guards of websites do (seen 2026)."""
    return "html" in response.headers.get("content-type", "") and bool(_WALL.search(response.body[:50_000]))


def _as_response(request: Request, error: BoardError) -> Response:
    """What an error of one request looks like in a list: 429 or 403 where it was refused, else no answer."""
    if not isinstance(error, BoardBlocked):
        return Response(status=_NO_ANSWER, url=request.url)
    if error.retry_after_s is None:
        return Response(status=_REFUSED, url=request.url)
    return Response(status=_TOO_MANY, url=request.url, headers={"retry-after": str(round(error.retry_after_s))})
