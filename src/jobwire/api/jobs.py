"""`GET /api/jobs/{id}`: one active job."""

from __future__ import annotations

from jobwire.api.answer import Answer
from jobwire.api.call import Call
from jobwire.api.problems import Problem
from jobwire.api.server import Server
from jobwire.model.change import LogRow
from jobwire.model.ids import parse_id
from jobwire.model.times import format_time


def get_job(server: Server, call: Call) -> Answer:
    """One job as in the feed. Never metered."""
    try:
        job_id = parse_id(call.params["id"])
    except ValueError:
        raise Problem("not_found", "Job ids are UUIDs; this is not one.") from None
    row = server.store.get_job(job_id)
    if row is None or not server.sandbox.shows(call.caller, row.seq):
        raise _missing(None if call.caller.key.sandbox else server.store.get_log_row(job_id))
    return Answer(body=b"".join(server.companies.embed([row], call.base_url)), rows=1)


def _missing(last: LogRow | None) -> Problem:
    """Sandbox keys are told of no removal, nor that there was anything to remove."""
    if last is None or last.reason is None:
        return Problem("not_found", "There is no job with this id.")
    return Problem(
        "not_found",
        f"This job expired at {format_time(last.at)} ({last.reason}). Remove it from your store.",
        reason=last.reason,
        expired_at=format_time(last.at),
    )
