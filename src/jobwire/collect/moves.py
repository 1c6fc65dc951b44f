"""A board that moved to another ATS is followed: same company, and the same job where its requisition proves it.

A board is looked for elsewhere once it is gone, or empty, for a second time. The company's own website must lead
to another board. Its first whole visit takes over the jobs; what it does not list expires as board_gone.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import msgspec

from jobwire.collect.ats import get_ats
from jobwire.collect.discover import explore
from jobwire.collect.fetch import Fetch
from jobwire.collect.memory import Memory
from jobwire.errors import BoardError
from jobwire.model.board import Board
from jobwire.model.raw import RawPosting
from jobwire.store.base import Store
from jobwire.store.records import BoardState

SUSPECTED_AFTER = 2
"""Visits in a row that found the board gone, or empty while it had jobs."""
_PATIENCE = timedelta(hours=6)
"""The old board waits so long for the new one's first visit."""
_WORD = re.compile(r"\w+")


async def follow_move(store: Store, key: str, fetch: Fetch, clock: Callable[[], datetime]) -> Board | None:
    """The board to which the company of board `key` moved, now under watch; None where nothing says so."""
    state = await asyncio.to_thread(store.get_board, key)
    if state is None or state.paused:
        return None
    memory = msgspec.convert(state.memory, Memory)
    if memory.moved_to or max(memory.gone_visits, memory.empty_visits) < SUSPECTED_AFTER:
        return None
    company = await asyncio.to_thread(store.get_company, state.company_id)
    websites = filter(None, (company.website if company else None, memory.website))
    found = await _look(dict.fromkeys(websites), state.board, fetch)
    if found is None:
        return None
    board, why = found
    await asyncio.to_thread(_hand_over, store, state, memory, board, why, clock())
    return board


async def _look(websites: Iterable[str], old: Board, fetch: Fetch) -> tuple[Board, str] | None:
    for website in websites:
        try:
            evidence = (await explore(website, fetch)).evidence
        except BoardError:
            continue  # the other address may answer
        if evidence and evidence[0].board.key != old.key and evidence[0].board.ats != "generic":
            return evidence[0].board, evidence[0].why
    return None


def _hand_over(store: Store, state: BoardState, memory: Memory, board: Board, why: str, now: datetime) -> None:
    """Watch the new board for the same company. One that is watched already belongs to whoever added it."""
    if store.get_board(board.key) is None:
        heir = Memory(
            website=memory.website,
            company_name=memory.company_name,
            evidence=f"moved from {state.board.key}: {why}",
            moved_from=state.board.key,
        )
        url = board.url or get_ats(board.ats).board_url(board)
        fresh = BoardState(
            board=msgspec.structs.replace(board, url=url),
            company_id=state.company_id,
            added_at=now,
            next_visit_at=now,
            memory=msgspec.to_builtins(heir),
        )
        store.put_board(fresh)
    memory.moved_to = board.key
    memory.last_detail = f"moved to {board.key}"
    old = msgspec.structs.replace(state, memory=msgspec.to_builtins(memory), next_visit_at=now + _PATIENCE)
    store.put_board(old)


def find_heritage(store: Store, memory: Memory) -> Heritage | None:
    """What the board of before leaves; None where there is none, or where it shows jobs again and lives on."""
    old = store.get_board(memory.moved_from) if memory.moved_from else None
    before = msgspec.convert(old.memory, Memory) if old else Memory()
    if not max(before.gone_visits, before.empty_visits):
        memory.moved_from = ""
        return None
    return Heritage(store, memory.moved_from)


class Heritage:
    """Jobs of the board of before, by what proves that a posting of the new one is the same opening."""

    def __init__(self, store: Store, old_key: str) -> None:
        self.old_key = old_key
        self._jobs: dict[str, tuple[str, str]] = {}
        """requisition id -> (job id, title)"""
        twice: set[str] = set()
        for posting in store.postings(old_key).values():
            number = posting.requisition_id
            raw = store.get_raw(posting.job_id) if posting.active and number else None
            if not number or raw is None:
                continue
            if number in self._jobs:
                twice.add(number)
            self._jobs[number] = (posting.job_id, msgspec.json.decode(raw, type=RawPosting).title)
        for number in twice:  # one requisition, several postings: it does not tell them apart
            del self._jobs[number]

    def claim(self, posting: RawPosting) -> str | None:
        """The id of the job that `posting` continues, once: the same requisition and at least half the title."""
        job_id, title = self._jobs.get(posting.requisition_id or "", (None, ""))
        old, new = set(_WORD.findall(title.lower())), set(_WORD.findall(posting.title.lower()))
        if job_id is None or len(old & new) * 2 < max(len(old), len(new)):
            return None
        del self._jobs[posting.requisition_id or ""]
        return job_id
