"""`GET /api/companies/{id}`: the full, public profile of one company."""

from __future__ import annotations

import msgspec

from jobwire.api.answer import Answer, json_answer
from jobwire.api.call import Call
from jobwire.api.problems import Problem
from jobwire.api.server import Server
from jobwire.model.ids import parse_id


def get_company(server: Server, call: Call) -> Answer:
    """All that is known of a company. Public, never metered."""
    try:
        company = server.store.get_company(parse_id(call.params["id"]))
    except ValueError:
        company = None
    if company is None:
        raise Problem("not_found", "There is no company with this id. Take it from a job's company.id.")
    known = msgspec.to_builtins(company)
    details = known.pop("profile")
    del known["provenance"]
    url = f"{call.base_url}/api/companies/{company.id}"
    return json_answer({**details, **known, "details_url": url}, headers={"Cache-Control": "public, max-age=60"})
