"""`/`: for a visitor what this server offers, for an operator how it does."""

from __future__ import annotations

from typing import Any

import msgspec

from jobwire.api.answer import Answer
from jobwire.api.call import Call
from jobwire.api.console.headlines import read_headlines
from jobwire.api.console.page import readable, show
from jobwire.api.console.session import Operator, find_operator
from jobwire.api.server import Server
from jobwire.model.change import LogRow

RECENT_VISITS = 8


class RawTitle(msgspec.Struct):
    """What is shown of a raw posting in a list."""

    title: str = ""


_raw_title = msgspec.json.Decoder(RawTitle).decode


@readable
def get_home(server: Server, call: Call) -> Answer:
    operator = find_operator(server, call)
    return show_dashboard(server, operator) if operator else show_offer(server, call)


def show_offer(server: Server, call: Call) -> Answer:
    """The public page."""
    head = server.store.head()
    newest = server.store.log_rows([head]) if head else []
    return show(
        "home.html",
        base_url=call.base_url,
        counts=server.store.counts(),
        sources=[source.name for source in server.console.boards.get().sources],
        ago=server.clock() - newest[0].at if newest else None,
    )


def show_dashboard(server: Server, operator: Operator) -> Answer:
    """The operator's first page; it is loaded again and again while somebody looks."""
    console, store = server.console, server.store
    if not store.head() and not console.boards.get().count:
        return show("start.html", operator=operator)
    console.pulse.look()
    hours = console.pulse.hours()
    return show(
        "dashboard.html",
        operator=operator,
        now=server.clock(),
        head=store.head(),
        counts=store.counts(),
        state=describe_state(server),
        hours=hours,
        charts=[(name, title, [getattr(hour, name) for hour in hours]) for name, title in CHARTS],
        complete=console.pulse.complete,
        reasons=console.pulse.reasons(),
        boards=console.boards.get(),
        consumers=console.consumers.get()[:8],
        reached=find_reached(server),
        visits=store.visits(limit=RECENT_VISITS),
        changes=describe_changes(server, list(console.pulse.newest)),
    )


CHARTS = (
    ("new", "New"),
    ("changed", "Changed"),
    ("expired", "Expired"),
    ("imported", "Imported"),
)
"""Field of an hour, heading of its chart."""


def describe_state(server: Server) -> list[tuple[str, str, str]]:
    """(part, how it is, good or warn or bad)."""
    lag = max(0, server.store.head() - server.index.head)
    found = [
        ("Store", "not answering", "bad") if server.breaker.open else ("Store", "answering", "good"),
        ("Filter index", f"ready, {lag} behind" if lag else "ready", "good")
        if server.index.ready
        else ("Filter index", "being built", "warn"),
        _describe_search(server),
    ]
    waiting = server.pool.pending
    return [*found, ("Requests at work", str(waiting), "good" if waiting < server.options.queue else "warn")]


def _describe_search(server: Server) -> tuple[str, str, str]:
    name = "Search index"
    if server.search_breaker.open or server.search.trouble:
        return name, "not answering", "bad"
    if not server.search.ready:
        return name, "being built", "warn"
    lag = max(0, server.store.head() - server.search.seq)
    return name, f"ready, {lag} behind" if lag else "ready", "good"


def find_reached(server: Server) -> dict[str, int] | None:
    """How far each account came, as far as this process delivered it; None where it is one of several."""
    return None if server.options.metrics_dir else server.metering.reached


def describe_changes(server: Server, seen: list[LogRow]) -> list[dict[str, Any]]:
    """The newest positions of the log, newest first; those that moved on since are left out."""
    rows = server.store.log_rows([row.seq for row in seen])
    known = read_headlines(server, rows)
    found = []
    for row in reversed(rows):
        job = known.get(row.seq)
        title = job.title if job else find_old_title(server, row.id)
        about = (job.company.name, job.source) if job else (_old_source(row), row.reason)
        found.append({"row": row, "title": title, "about": [part for part in about if part]})
    return found


def find_old_title(server: Server, job_id: str) -> str:
    """What a job that is gone was called, as far as its raw posting is kept."""
    raw = server.store.get_raw(job_id)
    return _raw_title(raw).title if raw else ""


def _old_source(row: LogRow) -> str:
    return next((term[2:] for term in row.past_terms if term.startswith("s:")), "")
