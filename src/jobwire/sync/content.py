"""What a row holds, as two numbers: the same for the same content, however a database prints its JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from jobwire.sync.rows import JobRow, SentJob, SiteRow, storable

COMPANY_NAME = JobRow._fields.index("company_name")
BODY = JobRow._fields.index("body")
Places = Sequence[Sequence[Any]]
"""Locations of a job as they are kept: position first, then those of `rows.LocationRow`."""


class Content(NamedTuple):
    """Hashes; they hold within one process."""

    row: int
    """Columns, locations and body, without what is told of a job's company."""
    company: int
    """The company: a server may show a better profile in all its jobs without making new versions of them."""


def find_content(sent: SentJob | SiteRow) -> Content:
    """Of a job or a career site as the feed gave it."""
    if isinstance(sent, SiteRow):
        return content_of_site(sent)
    row = sent.row
    return content_of_job(row, [(position, *place) for position, place in enumerate(row.locations)])


def content_of_job(row: Sequence[Any], places: Places) -> Content:
    """Of a job's columns in the order of a JobRow, `body` as text or bytes."""
    body = _read(row[BODY], str(row[0]))
    company = body.pop("company", None)
    columns = [_plain(value) for i, value in enumerate(row[:BODY]) if i != COMPANY_NAME]
    kept = [[_plain(value) for value in place] for place in places]
    return Content(_hash([columns, kept, _plain(body)]), _hash([_plain(row[COMPANY_NAME]), _plain(company)]))


def content_of_site(row: Sequence[Any]) -> Content:
    """Of a career site's columns in the order of a SiteRow, `body` as text or bytes."""
    return Content(_hash([[_plain(value) for value in row[:-1]], _plain(_read(row[-1], str(row[0])))]), 0)


def _read(body: str | bytes, id_: str) -> dict[str, Any]:
    """Without the id, which a column has, spelled in one way."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raw = body if isinstance(body, bytes) else body.encode("utf-8", "replace")
        found = json.loads(storable(raw, id_))
    return {key: value for key, value in found.items() if key != "id"} if isinstance(found, dict) else {}


def _plain(value: Any) -> Any:
    """Without what databases spell in their own ways: 1e3 and 1000.0, NUL, time zones."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {key.replace("\0", ""): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return _number(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _number(value: float) -> float | str:
    try:
        return float(value) + 0.0  # minus zero is zero
    except OverflowError:
        return str(value)


def _hash(value: Any) -> int:
    return hash(msgspec.json.encode(value, order="sorted"))
