"""A board whose visits kill the collector (its memory, a crash) is put off, longer each time."""

from __future__ import annotations

from datetime import datetime

import msgspec

from jobwire.collect.memory import Memory
from jobwire.collect.schedule import Rhythm, next_interval, spread
from jobwire.model.visit import Completeness, Outcome, Visit
from jobwire.store.base import Store
from jobwire.store.records import BoardState, Publication

LOST_AT_MOST = 3
"""Visits lost in a row before the board is suspected: some are lost with a machine, or with another board's.
One is enough where the board was put off before, and no visit has ended since."""


class _Memory(Memory, kw_only=True, omit_defaults=True):
    """Of a board that was put off: a visit that ends knows nothing of it, and so forgets it."""

    put_offs: int = 0
    """In a row."""


def is_deadly(state: BoardState) -> bool:
    """Whether the board's last visits took their collectors with them."""
    put_offs = msgspec.convert(state.memory, _Memory).put_offs
    return state.lost_visits >= (1 if put_offs else LOST_AT_MOST)


def put_off(store: Store, state: BoardState, now: datetime, rhythm: Rhythm, holder: str) -> Visit:
    """Record a failed visit in place of another one, and come back later: next time it is tried again."""
    memory = msgspec.convert(state.memory, _Memory)
    memory.failures += 1
    memory.put_offs += 1
    memory.last_outcome = Outcome.BROKEN.value
    memory.last_detail = (
        f"The collector died during the last {state.lost_visits} visits (memory? a crash?)."
        if state.lost_visits > 1
        else "The collector died during the last visit too (memory? a crash?)."
    )
    visit = Visit(
        board_key=state.board.key,
        started_at=now,
        ended_at=now,
        outcome=Outcome.BROKEN,
        completeness=Completeness.PARTIAL,
        detail=memory.last_detail,
    )
    interval = next_interval(None, Outcome.BROKEN, 0, 0, memory.put_offs, rhythm)
    after = msgspec.structs.replace(
        state, next_visit_at=spread(now, interval, state.board.key), memory=msgspec.to_builtins(memory)
    )
    store.publish(Publication(board_key=state.board.key, board=after, visit=visit, holder=holder))
    return visit
