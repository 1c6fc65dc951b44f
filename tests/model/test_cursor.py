"""Cursors: opaque, signed, of URL-safe letters only, and never expiring."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobwire.errors import InvalidCursor
from jobwire.model.cursor import MAX_LENGTH, Cursor, read_cursor, write_cursor
from jobwire.model.filters import JobFilters, SiteFilters

KEY = b"k" * 32
times = st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
terms = st.lists(st.lists(st.text(max_size=20), min_size=1, max_size=4).map(tuple), max_size=4).map(tuple)
cursors = st.builds(
    Cursor,
    kind=st.sampled_from(["jobs", "expired", "sites", "changes"]),
    seq=st.integers(0, 2**62),
    batch_size=st.integers(0, 10_000),
    jobs=st.none() | st.builds(JobFilters, groups=terms, posted_after=times, updated_after=times),
    sites=st.none() | st.builds(SiteFilters, groups=terms, discovered_after=times, founded_after=st.none() | st.integers(0, 3000)),
    since=st.integers(0, 2**60),
)  # fmt: skip


@given(cursors)
def test_what_was_written_is_read(cursor: Cursor) -> None:
    text = write_cursor(cursor, KEY)
    assert re.fullmatch(r"[A-Za-z0-9._~-]+", text)
    assert read_cursor(text, KEY, cursor.kind) == cursor


@given(cursors, st.data())
def test_any_altered_letter_is_noticed(cursor: Cursor, data: st.DataObject) -> None:
    text = write_cursor(cursor, KEY)
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("Aa0-_.~").filter(lambda c: c != text[place]))
    with pytest.raises(InvalidCursor):
        read_cursor(text[:place] + letter + text[place + 1 :], KEY, cursor.kind)


def test_no_place_can_hold_another_letter_and_nothing_can_follow() -> None:
    text = write_cursor(Cursor(kind="jobs", seq=5), KEY)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~="
    altered = [text[:n] + c + text[n + 1 :] for n in range(len(text)) for c in letters if c != text[n]]
    for other in [*altered, text + "=", text + "==", text + " ", " " + text, text + ".", text + "\ud800"]:
        with pytest.raises(InvalidCursor):
            read_cursor(other, KEY, "jobs")


@given(cursors, st.data())
def test_a_cut_cursor_another_key_and_another_endpoint_are_refused(cursor: Cursor, data: st.DataObject) -> None:
    text = write_cursor(cursor, KEY)
    with pytest.raises(InvalidCursor):
        read_cursor(text[: data.draw(st.integers(0, len(text) - 1))], KEY, cursor.kind)
    with pytest.raises(InvalidCursor):
        read_cursor(text, b"other" * 6, cursor.kind)
    with pytest.raises(InvalidCursor):
        read_cursor(text, KEY, "other")


@given(st.text(max_size=200))
def test_any_text_is_a_clear_refusal(text: str) -> None:
    with pytest.raises(InvalidCursor) as caught:
        read_cursor(text, KEY, "jobs")
    assert "again" in caught.value.hint


def test_a_monstrous_cursor_is_refused_unread() -> None:
    with pytest.raises(InvalidCursor):
        read_cursor("1" + "A" * MAX_LENGTH + ".AAAA", KEY, "jobs")
