"""Boards at the console: list, look closer, pause, visit now; find, try and add new ones."""

from __future__ import annotations

import asyncio
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import quote

import msgspec

from jobwire.api.answer import Answer
from jobwire.api.call import Call
from jobwire.api.console.headlines import read_headlines
from jobwire.api.console.overview import is_troubled
from jobwire.api.console.page import readable_async, redirect, show
from jobwire.api.console.session import Form, Operator, acted, check_form, operated
from jobwire.api.console.tools import ConsoleTools, Found, Tried
from jobwire.api.problems import Problem
from jobwire.api.server import Server
from jobwire.errors import JobwireError
from jobwire.model.board import Board
from jobwire.model.ids import company_id
from jobwire.store.records import BoardState

MOST_SHOWN = 200
MOST_SEARCHED = 20_000
MOST_JOBS = 50
MOST_FOUND = 10
PATIENCE_S = 45.0
"""Longest time that a person waits for other people's servers."""


@operated
def get_boards(server: Server, call: Call, operator: Operator) -> Answer:
    """All boards, or those whose key or address has the words."""
    fields = call.query_fields(("q", "show"))
    words, only = (fields.text("q") or "").lower().strip(), fields.text("show")
    found = []
    for state in islice(server.store.boards(), MOST_SEARCHED):
        if words in f"{state.board.key} {state.board.url}".lower() and (only != "trouble" or is_troubled(state)):
            found.append(state)
        if len(found) > MOST_SHOWN:
            break
    more, found = len(found) > MOST_SHOWN, found[:MOST_SHOWN]
    return show(
        "boards.html", operator=operator, states=found, words=words, only=only, more=more, now=server.clock()
    )


@operated
def get_board(server: Server, call: Call, operator: Operator) -> Answer:
    """One board: how it is, its visits, its jobs."""
    state = _find(server, call.query_fields(("key",)).text("key") or "")
    ids = islice(server.store.active_ids(board_key=state.board.key), MOST_JOBS)
    rows = [row for row in map(server.store.get_log_row, ids) if row and row.body]
    jobs = list(read_headlines(server, rows).values())
    visits = server.store.visits(state.board.key, limit=20)
    return show(
        "board.html", operator=operator, state=state, visits=visits, jobs=jobs, now=server.clock(), most=MOST_JOBS
    )


@acted
def post_board(server: Server, call: Call, operator: Operator, form: Form) -> Answer:
    """Pause, resume, or visit now. A visit that is under way ends first and writes its own state."""
    state = _find(server, form.get("key", ""))
    acts: dict[str, dict[str, Any]] = {
        "pause": {"paused": True},
        "resume": {"paused": False, "next_visit_at": server.clock()},
        "visit": {"next_visit_at": server.clock()},
    }
    changes = acts.get(form.get("action", ""))
    if changes is None:
        raise Problem("invalid_request", "A board can be paused, resumed or visited.")
    server.store.put_board(msgspec.structs.replace(state, **changes))
    server.console.boards.forget()
    return redirect(f"/console/board?key={quote(state.board.key, safe='')}")


@operated
def get_add(server: Server, call: Call, operator: Operator) -> Answer:
    return _show_add(server, operator)


@readable_async
async def post_add(server: Server, call: Call) -> Answer:
    """Find the boards behind an address; try one of them; put it under watch."""
    operator, form = await server.ask(partial(check_form, server, call))
    tools, url = server.console.tools, form.get("url", "")[:2_000]
    if tools is None:
        raise Problem("temporarily_unavailable", "This server cannot fetch. Use `jobwire boards add`.")
    try:
        return await _take_step(server, operator, tools, url, form)
    except TimeoutError:
        return _show_add(server, operator, url=url, wrong="That site takes too long to answer.")
    except JobwireError as error:
        return _show_add(server, operator, url=url, wrong=str(error))


async def _take_step(server: Server, operator: Operator, tools: ConsoleTools, url: str, form: Form) -> Answer:
    async with asyncio.timeout(PATIENCE_S):
        found = (await tools.find_boards(url))[:MOST_FOUND] if url else []
    if not found:
        return _show_add(server, operator, url=url, wrong="No job board was recognised there.")
    chosen = next((one.board for one in found if one.board.key == form.get("key")), found[0].board)
    if form.get("action") == "add":
        await server.ask(partial(_add, server, chosen))
        return redirect(f"/console/board?key={quote(chosen.key, safe='')}")
    return _show_add(server, operator, url=url, found=found, chosen=chosen, tried=await _try(tools, chosen))


async def _try(tools: ConsoleTools, board: Board) -> Tried | None:
    """What a visit would see; None for a board so large that nobody waits for it here."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await tools.try_board(board)
    except TimeoutError:
        return None


def _show_add(
    server: Server,
    operator: Operator,
    *,
    url: str = "",
    wrong: str = "",
    found: list[Found] | None = None,
    chosen: Board | None = None,
    tried: Tried | None = None,
) -> Answer:
    can_fetch = server.console.tools is not None
    return show(
        "add.html",
        operator=operator,
        url=url,
        wrong=wrong,
        found=found or [],
        chosen=chosen,
        tried=tried,
        can_fetch=can_fetch,
    )


def _add(server: Server, board: Board) -> None:
    """Under watch, due at once; a board that is known stays as it is."""
    if server.store.get_board(board.key) is None:
        now = server.clock()
        state = BoardState(board=board, company_id=company_id(board.key), added_at=now, next_visit_at=now)
        server.store.put_board(state)
        server.console.boards.forget()


def _find(server: Server, key: str) -> BoardState:
    state = server.store.get_board(key)
    if state is None:
        raise Problem("not_found", "There is no such board.")
    return state
