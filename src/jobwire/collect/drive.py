"""Carries out what an ATS file asks for and hands its postings on one by one, so memory stays flat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from jobwire.collect.fetch import Fetch
from jobwire.collect.protocol import Answer, Ats, Known, Reading, Request, Response, Step, Unchanged
from jobwire.errors import BoardBroken, JobwireError
from jobwire.model.board import Board
from jobwire.model.raw import RawPosting

MAX_REQUESTS = 20_000
"""Bound on one visit, against boards that page for ever."""


async def drive(
    ats: Ats, board: Board, known: Known, fetch: Fetch, max_requests: int = MAX_REQUESTS
) -> AsyncIterator[RawPosting | Unchanged | Reading]:
    """Postings as they come, and the Reading as the last item. Raises board errors.

    An exception out of the ATS file itself (a shape that nobody foresaw) becomes BoardBroken.
    """
    reader = ats.read(board, known)
    answer: Answer = None
    asked = 0
    try:
        while True:
            try:
                step: Step = reader.send(answer)
            except StopIteration as end:
                yield end.value
                return
            except JobwireError:
                raise
            except Exception as error:
                raise BoardBroken(
                    f"{board.key}: an answer has a shape that is not known ({type(error).__name__}: {error})."
                ) from error
            answer = None
            if isinstance(step, Request):
                asked += 1
                answer = await fetch(step)
            elif isinstance(step, list):
                asked += len(step)
                answer = await _fetch_all(step, fetch, ats.max_parallel)
            else:
                yield step
            if asked > max_requests:
                raise BoardBroken(f"{board.key} asks for more than {max_requests} requests.")
    finally:
        reader.close()


async def _fetch_all(requests: list[Request], fetch: Fetch, parallel: int) -> list[Response]:
    """Answers in the order of the requests, fetched side by side."""
    slots = asyncio.Semaphore(max(parallel, 1))

    async def one(request: Request) -> Response:
        async with slots:
            return await fetch(request)

    tasks = [asyncio.ensure_future(one(request)) for request in requests]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
