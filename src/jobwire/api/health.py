"""`/health/live`, `/health/ready` and `/metrics`: for those who run the server."""

from __future__ import annotations

from jobwire.api.answer import Answer, json_answer
from jobwire.api.call import Call
from jobwire.api.metrics import CONTENT_TYPE
from jobwire.api.server import Server
from jobwire.errors import JobwireError


def get_live(server: Server, call: Call) -> Answer:
    """The process answers."""
    return json_answer({"status": "ok"})


def get_ready(server: Server, call: Call) -> Answer:
    """The store answers as well; 503 if not. Without the filter index, which may still be built, all works;
    without the search index all but search does, so neither makes the server unready."""
    try:
        server.store.check()
        answers = True
        server.breaker.succeed()
    except JobwireError:
        answers = False
    report = {
        "status": "ok" if answers else "unavailable",
        "store": "ok" if answers else "unavailable",
        "breaker": "open" if server.breaker.open else "closed",
        "filter_index": "ready" if server.index.ready else "building",
        "search_index": _search_state(server),
    }
    headers = {} if answers else {"Retry-After": "5"}
    return json_answer(report, status=200 if answers else 503, headers=headers)


def _search_state(server: Server) -> str:
    if server.search_breaker.open or server.search.trouble:
        return "unavailable"
    return "ready" if server.search.ready else "building"


def get_metrics(server: Server, call: Call) -> Answer:
    """Prometheus text."""
    return Answer(body=server.metrics.render(), content_type=CONTENT_TYPE)
