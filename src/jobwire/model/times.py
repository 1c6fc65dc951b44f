"""Date-times: aware UTC everywhere; read liberally (contract, section 2), written with `Z`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_FORM = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[Tt ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|z|UTC|[+\- ]?\d{2}:?\d{2}|[+\-]\d{2})?)?",
    re.ASCII,
)


def parse_time(text: str) -> datetime:
    """ISO 8601 / RFC 3339 to aware UTC. Naive is UTC. 0 to 9 fraction digits; a lost `+` (space) is accepted.

    Raises ValueError.
    """
    found = _FORM.fullmatch(text.strip()) if len(text) <= 64 else None
    if not found:
        raise ValueError(f"not a date-time: {text[:64]!r}")
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    microsecond = int((fraction or "0")[:6].ljust(6, "0"))
    tz = UTC
    if zone and zone not in ("Z", "z", "UTC"):
        sign = -1 if zone[0] == "-" else 1
        digits = re.sub(r"\D", "", zone)
        minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
        if minutes > 18 * 60:
            raise ValueError(f"not a time zone: {zone!r}")
        tz = timezone(sign * timedelta(minutes=minutes))
    seconds = min(int(second or 0), 59)  # a leap second is the second before it
    try:
        return datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), seconds, microsecond, tz
        ).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"out of range: {text!r}") from error


def format_time(at: datetime) -> str:
    """`2026-01-31T08:00:00Z`, with fraction digits only where there are any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def to_micros(at: datetime) -> int:
    """Microseconds since 1970: how the store keeps times (exact, ordered, small)."""
    delta = at - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_micros(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
