"""People's own records: the names they use, the types they send, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobwire.enrich.record import parse_record
from jobwire.errors import InvalidInput
from jobwire.model.raw import RawLocation, RawPay


def test_names_are_read_liberally() -> None:
    posting = parse_record(
        {
            "jobTitle": "Engineer",
            "Location": "Berlin",
            "content": "<p>x</p>",
            "employmentType": ["FULL_TIME", "CONTRACTOR"],
            "remote": "yes",
            "seniority": "Senior",
            "hiringOrganization": {"name": "Acme"},
            "url": "https://example.com/1",
            "datePosted": "2026-01-02",
            "locale": "de-DE",
            "id": 7,
        }
    )
    assert posting.posting_id == "7"
    assert posting.title == "Engineer"
    assert posting.locations == (RawLocation(text="Berlin"),)
    assert posting.description_html == "<p>x</p>"
    assert posting.employment_type == "FULL_TIME, CONTRACTOR"
    assert posting.is_remote is True
    assert posting.experience_level == "Senior"
    assert posting.company_name == "Acme"
    assert posting.listing_url == "https://example.com/1"
    assert posting.date_posted == datetime(2026, 1, 2, tzinfo=UTC)
    assert posting.language == "de"


@pytest.mark.parametrize(
    ("fields", "locations"),
    [
        ({"locations": ["Paris", "Rome"]}, (RawLocation(text="Paris"), RawLocation(text="Rome"))),
        ({"location": {"name": "Lyon", "country": "FR"}}, (RawLocation(text="Lyon", country="FR"),)),
        (
            {"city": "Austin", "state": "TX", "country": "US"},
            (RawLocation(city="Austin", region="TX", country="US"),),
        ),
        ({"location": "Paris", "country": "US"}, (RawLocation(text="Paris"),)),
        (
            {"jobLocation": {"address": {"addressLocality": "Graz", "addressCountry": {"name": "AT"}}}},
            (RawLocation(city="Graz", country="AT"),),
        ),
        ({}, ()),
    ],
)
def test_places(fields: dict[str, Any], locations: tuple[RawLocation, ...]) -> None:
    assert parse_record({"title": "x", **fields}).locations == locations


@pytest.mark.parametrize(
    ("fields", "pay", "text"),
    [
        ({"salary": "$10/hr"}, (), "$10/hr"),
        ({"salary": 50000, "currency": "EUR"}, (RawPay(min=50000, max=50000, currency="EUR"),), None),
        (
            {"compensation": {"min": 1, "max": "2,000", "currency": "USD", "period": "year"}},
            (RawPay(min=1, max=2000, currency="USD", period="year"),),
            None,
        ),
        (
            {"baseSalary": {"currency": "USD", "value": {"minValue": 5, "maxValue": 6, "unitText": "HOUR"}}},
            (RawPay(min=5, max=6, currency="USD", period="HOUR"),),
            None,
        ),
        (
            {"salary_min": 5, "salary_max": 6, "salary_currency": "GBP"},
            (RawPay(min=5, max=6, currency="GBP"),),
            None,
        ),
        ({"compensation": {}}, (), None),
    ],
)
def test_pay(fields: dict[str, Any], pay: tuple[RawPay, ...], text: str | None) -> None:
    posting = parse_record({"title": "x", **fields})
    assert (posting.pay, posting.pay_text) == (pay, text)


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ([], ""),
        ({}, "title"),
        ({"title": "  "}, "title"),
        ({"title": ["a"]}, "title"),
        ({"title": "x", "description": {"a": 1}}, "description"),
        ({"title": "x", "location": 5}, "location"),
        ({"title": "x", "salary": True}, "salary"),
        ({"title": "x", "salary": {"min": "much"}}, "min"),
        ({"title": "x", "is_remote": [1]}, "is_remote"),
        ({"title": "x", "date_posted": {}, "posted_at": [1]}, "posted_at"),
    ],
)
def test_wrong_types_are_named(record: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as error:
        parse_record(record)
    assert error.value.field == field


def test_unreadable_dates_are_unknown_and_epochs_are_read() -> None:
    assert parse_record({"title": "x", "date_posted": "3 days ago"}).date_posted is None
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert parse_record({"title": "x", "date_posted": at.timestamp() * 1000}).date_posted == at
    assert parse_record({"title": "x", "date_posted": 10**400}).date_posted is None


def test_a_record_without_id_gets_a_stable_one() -> None:
    one, same, other = ({"title": "x", "salary": s} for s in ("1", "1", "2"))
    assert parse_record(one).posting_id == parse_record(same).posting_id
    assert parse_record(one).posting_id != parse_record(other).posting_id


_NAMES = st.sampled_from(
    ["title", "location", "salary", "remote", "date_posted", "city", "company", "description"]
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(_NAMES, _VALUES, max_size=6))
def test_any_object_is_read_or_refused(record: dict[str, Any]) -> None:
    try:
        parse_record(record)
    except InvalidInput as error:
        assert str(error)
