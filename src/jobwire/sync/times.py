"""Date-times of the wire, read without ever failing: a bad one costs its column, never its job."""

from __future__ import annotations

from datetime import UTC, datetime

from jobwire.model.times import parse_time


def find_time(text: object) -> datetime | None:
    """An aware UTC date-time, or None where it is not the text of one."""
    if not text or not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is UTC:
            return at
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    try:
        return parse_time(text)
    except ValueError:
        return None
