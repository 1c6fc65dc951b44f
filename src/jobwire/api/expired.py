"""`GET /api/jobs/expired`: ids that are expired now, in the order in which they expired."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from jobwire.api.answer import Answer
from jobwire.api.call import Call
from jobwire.api.fields import Fields
from jobwire.api.problems import Problem
from jobwire.api.scan import find_cursor
from jobwire.api.server import Server
from jobwire.errors import InvalidInput
from jobwire.model.cursor import Cursor, write_cursor
from jobwire.model.times import EPOCH, format_time, from_micros, to_micros

LARGEST = 10_000
DEFAULT = 1_000
LOOKBACK = timedelta(days=7)
SLACK = timedelta(minutes=5)
"""So that "exactly seven days ago" still works when it arrives over a slow link."""
FIELDS = ("batch_size", "limit", "cursor", "expired_since")


def get_expired(server: Server, call: Call) -> Answer:
    """One page of expired ids. Never metered."""
    fields = call.query_fields(FIELDS)
    key = server.store.cursor_key
    batch_size = fields.integer("batch_size", 1, LARGEST) or fields.integer("limit", 1, LARGEST)
    cursor = find_cursor(fields, key, "expired")
    if cursor is None:
        cursor = Cursor(kind="expired", seq=0, since=to_micros(_read_since(fields, server.clock())))
    elif _since_differs(fields, cursor):
        fields.ignored.append("expired_since")
    size = batch_size or cursor.batch_size or DEFAULT
    if call.caller.key.sandbox:
        return _answer([], None)
    page = server.store.expired(from_micros(cursor.since), cursor.seq, size)
    place = msgspec.structs.replace(cursor, seq=page.seq, batch_size=size)
    return _answer(page.ids, None if page.end else write_cursor(place, key))


def _answer(ids: list[str], cursor: str | None) -> Answer:
    more = cursor is not None
    return Answer(
        body=msgspec.json.encode({"job_ids": ids, "next_cursor": cursor, "has_more": more}),
        headers={"X-Has-More": "true" if more else "false"},
        rows=len(ids),
    )


def _read_since(fields: Fields, now: datetime) -> datetime:
    since = fields.time("expired_since")
    if since is None:
        return now - timedelta(hours=24)
    if since < now - LOOKBACK - SLACK:
        raise Problem(
            "lookback_exceeded",
            f"expired_since is {format_time(since)}, more than 7 days ago. Run a full re-sync against "
            "POST /api/jobs/feed: ids in your store that it no longer delivers are expired.",
            field="expired_since",
        )
    return max(since, EPOCH)


def _since_differs(fields: Fields, cursor: Cursor) -> bool:
    try:
        since = fields.time("expired_since")
    except InvalidInput:
        return True
    return since is not None and to_micros(since) != cursor.since
