"""Values out of untrusted JSON: typed, or None."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from jobwire.collect.scalars import (
    dig,
    find_amount,
    find_bool,
    find_date,
    find_int,
    find_language,
    find_list,
    find_number,
    find_place,
    find_title,
    find_url,
    join_sections,
    keep_sections,
    split_places,
)
from jobwire.model.raw import RawLocation


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-08-05 10:10:39 UTC", datetime(2026, 8, 5, 10, 10, 39, tzinfo=UTC)),
        ("2026-07-16T11:55:32-04:00", datetime(2026, 7, 16, 15, 55, 32, tzinfo=UTC)),
        ("Tue, 04 Aug 2026 10:00:00 +0200", datetime(2026, 8, 4, 8, tzinfo=UTC)),
        (1764205361939, datetime(2025, 11, 27, 1, 2, 41, 939000, tzinfo=UTC)),
        ("1764205361", datetime(2025, 11, 27, 1, 2, 41, tzinfo=UTC)),
        ("6/18/26", datetime(2026, 6, 18, tzinfo=UTC)),
        ("18.06.2026", datetime(2026, 6, 18, tzinfo=UTC)),
        ("18th June 2026", datetime(2026, 6, 18, tzinfo=UTC)),
        ("Jun. 18, 2026", datetime(2026, 6, 18, tzinfo=UTC)),
    ],
)
def test_dates(written: Any, at: datetime) -> None:
    assert find_date(written) == at


@pytest.mark.parametrize(
    "written",
    [None, True, "", "soon", "0001-01-01", "31/31/2026", "Foo 5, 2026", "99999999999999", 1e300, {}, []],
)
def test_no_dates(written: Any) -> None:
    assert find_date(written) is None


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        (75_000, 75_000),
        ("75000", 75_000),
        ("75,000.50", 75_000.5),
        ("75.000,50", 75_000.5),
        ("1,234,567", 1_234_567),
        ("75.000", 75_000.0),
        ("$75k", 75_000),
        ("€ 1'000.-", 1_000),
        ("18,50 EUR", 18.5),
        ("0.500", 0.5),
    ],
)
def test_amounts(written: Any, amount: float) -> None:
    assert find_amount(written) == amount


@pytest.mark.parametrize(
    "written", [None, True, "", "competitive", "10-20", [], {}, "inf", float("nan"), "1" * 400]
)
def test_no_amounts(written: Any) -> None:
    assert find_amount(written) is None
    assert find_number(written) is None


def test_paths_into_anything() -> None:
    data = {"a": [{"b": 1}]}
    assert dig(data, "a", 0, "b") == 1
    assert dig(data, "a", 5, "b") is None and dig(data, "a", "b") is None and dig(7, "a") is None
    assert find_list(data, "a") == [{"b": 1}] and find_list(data, "b") == []
    assert find_int("7.0") == 7 and find_int("7.5") is None
    assert find_bool(1) is None


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("/x", "https://a.example/x"),
        ("https://b.example", "https://b.example"),
        ("mailto:x@y.z", None),
        (7, None),
        ("", None),
    ],
)
def test_urls(written: Any, url: str | None) -> None:
    assert find_url(written, "https://a.example/") == url


def test_words() -> None:
    assert find_title("  Cook &amp;\n Baker ") == "Cook & Baker"
    assert find_title(7) is None and find_title("  ") is None
    assert [find_language(text) for text in ("en", "pt-BR", "de_AT", "English", "e", None)] == [
        *("en", "pt", "de"),
        *(None, None, None),
    ]


def test_places() -> None:
    assert split_places(" Berlin; Remote | Berlin ") == (RawLocation(text="Berlin"), RawLocation(text="Remote"))
    assert split_places(None) == ()
    assert find_place() is None
    located = find_place("x", latitude="51.5", longitude="7")
    assert located is not None and (located.latitude, located.longitude) == (51.5, 7)
    lost = find_place("x", latitude="0", longitude=0)
    assert lost is not None and lost.latitude is None


def test_sections() -> None:
    sections = keep_sections(("A & B", "<p>x</p>"), (None, "<p>y</p>"), ("Empty", " "), ("None", None))
    assert join_sections(sections) == "<h3>A &amp; B</h3>\n<p>x</p>\n<p>y</p>"
    assert join_sections(()) is None
