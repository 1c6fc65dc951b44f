"""Try one board: read it as a visit would, keep nothing, say what was seen."""

from __future__ import annotations

import msgspec

from jobwire.collect.ats import get_ats
from jobwire.collect.drive import drive
from jobwire.collect.fetch import Fetch
from jobwire.collect.protocol import Reading, Request, Response, Unchanged
from jobwire.errors import BoardBlocked, BoardBroken, BoardError, BoardGone
from jobwire.model.board import Board
from jobwire.model.raw import RawCompany, RawPosting
from jobwire.model.visit import Completeness, Outcome


class Trial(msgspec.Struct, kw_only=True):
    """What a visit would see."""

    board: Board
    outcome: Outcome = Outcome.EMPTY
    completeness: Completeness = Completeness.PARTIAL
    total: int | None = None
    note: str = ""
    company: RawCompany | None = None
    postings: list[RawPosting] = []
    requests: int = 0
    bytes: int = 0


async def try_board(board: Board, fetch: Fetch) -> Trial:
    """Read `board` once. Board errors become the outcome."""
    trial = Trial(board=board)

    async def counted(request: Request) -> Response:
        trial.requests += 1
        response = await fetch(request)
        trial.bytes += len(response.body)
        return response

    try:
        async for item in drive(get_ats(board.ats), board, {}, counted):
            if isinstance(item, Reading):
                trial.completeness, trial.total = item.completeness, item.total
                trial.note, trial.company = item.note, item.company
            elif not isinstance(item, Unchanged):
                trial.postings.append(item)
    except BoardError as error:
        trial.outcome, trial.note = outcome_of(error), str(error)
        return trial
    trial.outcome = Outcome.CHANGED if trial.postings else Outcome.EMPTY
    return trial


def outcome_of(error: BoardError) -> Outcome:
    """How a visit that ended with `error` is recorded."""
    if isinstance(error, BoardGone):
        return Outcome.GONE
    if isinstance(error, BoardBlocked):
        return Outcome.BLOCKED
    return Outcome.BROKEN if isinstance(error, BoardBroken) else Outcome.UNREACHABLE
