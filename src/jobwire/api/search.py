"""`GET /api/jobs`, `POST /api/jobs/search`, `GET /api/companies/{id}/jobs`: jobs that match, best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from jobwire.api.answer import Answer
from jobwire.api.call import Call
from jobwire.api.fields import Fields
from jobwire.api.problems import Problem, unavailable
from jobwire.api.search_query import FIELDS, WINDOW, Search, read_search
from jobwire.api.server import Server
from jobwire.errors import Unavailable
from jobwire.model.ids import parse_id
from jobwire.store.records import Row
from jobwire.store.search.base import Found, SearchQuery
from jobwire.store.search.document import company_term

_AWAY = "The search index does not answer now; the feed works meanwhile."
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def search_jobs(server: Server, call: Call) -> Answer:
    """With the request in the query string."""
    return _answer(server, call, call.query_fields(FIELDS))


def post_search(server: Server, call: Call) -> Answer:
    """With the request as a body."""
    return _answer(server, call, call.body_fields(FIELDS))


def search_company(server: Server, call: Call) -> Answer:
    """The jobs of one company."""
    try:
        company = server.store.get_company(parse_id(call.params["id"]))
    except ValueError:
        company = None
    if company is None:
        raise Problem("not_found", "There is no company with this id. Take it from a job's company.id.")
    return _answer(server, call, call.query_fields(FIELDS), company_term(company.id))


def _answer(server: Server, call: Call, fields: Fields, company: str = "") -> Answer:
    search = read_search(fields)
    found = _find(server, _complete(server, call, search, company))
    rows = _rows(server, found.seqs)
    charge = server.charge(call, "search", "jobs", [row.seq for row in rows])
    rows = rows[: charge.granted]
    return Answer(
        body=_join(server, call, search, found, rows),
        headers={"X-Total-Count": str(found.total), **_relaxed(found), **charge.headers},
        rows=len(rows),
        hold=charge.hold,
    )


def _complete(server: Server, call: Call, search: Search, company: str) -> SearchQuery:
    """With what only the server knows: places in the log, what a sandbox may see, the company of the path."""
    query = search.query
    groups = (*query.groups, (company,)) if company else query.groups
    first_seq = server.store.seq_at(search.updated_after) if search.updated_after else 0
    last_seq = server.sandbox.last_seq() if call.caller.key.sandbox else None
    return msgspec.structs.replace(query, groups=groups, first_seq=first_seq, last_seq=last_seq)


def _find(server: Server, query: SearchQuery) -> Found:
    """An index that is away does not mean that the store is: it has a breaker of its own."""
    if not server.search.ready:
        raise unavailable("The search index is being built; the feed works meanwhile.")
    try:
        server.search_breaker.check()
    except Unavailable as error:
        raise unavailable(_AWAY) from error
    try:
        found = server.search.search(query)
    except Unavailable as error:
        server.search_breaker.fail()
        raise unavailable(_AWAY) from error
    server.search_breaker.succeed()
    return found


def _relaxed(found: Found) -> dict[str, str]:
    """Says so when no job has all the words, and these have most of them."""
    return {"X-Search-Relaxed": "true"} if found.relaxed and found.total else {}


def _rows(server: Server, seqs: Sequence[int]) -> list[Row]:
    """In the order found; what left the log meanwhile is left out."""
    found = {row.seq: row for row in server.store.rows(seqs)}
    return [found[seq] for seq in seqs if seq in found]


def _join(server: Server, call: Call, search: Search, found: Found, rows: list[Row]) -> bytes:
    pieces = server.companies.embed(rows, call.base_url)
    if search.leave_out:
        pieces = [_encode(_shorten(server, call, rows, search.leave_out))[1:-1]]
    numbers = {
        "total": found.total,
        "page": search.page,
        "page_size": search.page_size,
        "total_pages": min(-(-found.total // search.page_size), WINDOW // search.page_size),
        "facets": {name: _describe(server, name, counts) for name, counts in found.facets.items()},
    }
    return b"".join((b'{"jobs":[', *pieces, b"],", _encode(numbers)[1:]))


def _shorten(
    server: Server, call: Call, rows: list[Row], leave_out: frozenset[str]
) -> list[dict[str, msgspec.Raw]]:
    """The jobs without some fields: the one place where stored bodies are read and written again."""
    jobs = (_decode(b"".join(server.companies.embed([row], call.base_url))) for row in rows)
    return [{name: value for name, value in job.items() if name not in leave_out} for job in jobs]


def _describe(server: Server, name: str, counts: list[tuple[str, int]]) -> list[dict[str, Any]]:
    """Counts of one facet; a company's id says nothing to a person, so its name comes with it."""
    found: list[dict[str, Any]] = [{"key": key, "count": count} for key, count in counts]
    if name == "companies":
        for entry in found:
            company = server.store.get_company(entry["key"])
            entry["name"] = company.name if company else ""
    return found
