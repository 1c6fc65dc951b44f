"""What the console needs of the collecting half, which this half never sees: filled in where both are started."""

from __future__ import annotations

from typing import Protocol

import msgspec

from jobwire.model.board import Board
from jobwire.model.job import Job


class Found(msgspec.Struct, frozen=True):
    """A board that an address leads to, and why it is thought so. `board.url` is set."""

    board: Board
    why: str


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What a visit would see; nothing was stored."""

    outcome: str
    completeness: str
    note: str
    company: str
    count: int
    jobs: tuple[Job, ...]
    """The first of them, as they would be published."""
    requests: int
    bytes: int


class ConsoleTools(Protocol):
    """Both fetch from the internet, politely. Raise JobwireError."""

    async def find_boards(self, url: str) -> list[Found]: ...

    async def try_board(self, board: Board) -> Tried: ...
