"""The visit: one attempt to read one board, and what came of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Outcome(StrEnum):
    """How a visit ended. Only `changed`, `unchanged` and `empty` read the board to its end."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    """Read completely, and there was nothing. Suspicious on a board that had jobs."""
    GONE = "gone"
    BLOCKED = "blocked"
    BROKEN = "broken"
    UNREACHABLE = "unreachable"


class Completeness(StrEnum):
    """How much of the board a visit saw. Only COMPLETE may say that a posting is absent."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    """Pages or rows were missed: a failed page, a total that does not add up."""
    TRUNCATED = "truncated"
    """The ATS shows only so many."""


class RemovalReason(StrEnum):
    """Why a job left the feed (wire vocabulary of the change feed, section 6 of the contract)."""

    SOURCE_REMOVED = "source_removed"
    DEADLINE = "deadline"
    BOARD_GONE = "board_gone"
    WITHDRAWN = "withdrawn"
    FILTER_EXIT = "filter_exit"
    """Never stored: the job is active, but left the caller's filter."""


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """Record of one visit. Counts are postings; `bytes` is what came over the wire."""

    board_key: str
    started_at: datetime
    ended_at: datetime
    outcome: Outcome
    completeness: Completeness
    fetched: int = 0
    new: int = 0
    changed: int = 0
    expired: int = 0
    reopened: int = 0
    requests: int = 0
    bytes: int = 0
    detail: str = ""
    """For a person: why not, what was held back."""
