"""Times are read liberally and kept exactly."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobwire.model.times import format_time, from_micros, parse_time, to_micros


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01T00:00:00", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01T00:00:00Z", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01T00:00:00+00:00", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01T00:00:00 00:00", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01 02:30:00+0230", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2025-12-31T19:00:00-05:00", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01T00:00:00.123456789Z", datetime(2026, 1, 1, 0, 0, 0, 123456, UTC)),
        ("2026-01-01T00:00:00.5Z", datetime(2026, 1, 1, 0, 0, 0, 500000, UTC)),
        ("2026-01-01 00:00:00 UTC", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2025-8-26", datetime(2025, 8, 26, tzinfo=UTC)),
        ("2026-06-30T23:59:60Z", datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_forms(text: str, expected: datetime) -> None:
    assert parse_time(text) == expected


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01", "2026-02-30", "2026-01-01T25:00:00Z", "1", "2026-01-01T00:00:00+99:00",
             "0001-01-01T00:00:00+14:00", "x" * 1000, "2026-01-01T00:00:00.1234567890Z"]
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError):
        parse_time(text)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_round_trips(at: datetime) -> None:
    assert parse_time(format_time(at)) == at
    assert from_micros(to_micros(at)) == at
    assert format_time(at).endswith("Z")


def test_only_ascii_digits_are_digits() -> None:
    with pytest.raises(ValueError, match="not a date-time"):
        parse_time("２０２６-01-01")
