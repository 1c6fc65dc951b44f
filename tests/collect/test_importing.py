"""Imports in the wire's shape: what lacks a field that may not be null is refused, the rest is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobwire.collect.importing import known_companies, read_company, read_job
from jobwire.errors import InvalidInput
from jobwire.model.company import Company
from jobwire.model.ids import company_id, job_id
from jobwire.store.records import Publication
from jobwire.store.sqlite.store import SqliteStore

NOW = datetime(2026, 1, 1, tzinfo=UTC)
JOB: dict[str, Any] = {
    "title": "Engineer",
    "company": {"id": "6e1c9a52-58cf-5d0a-9f0e-0d6a2f6f7c11", "name": "Acme"},
    "description": "We build",
    "listing_url": "https://acme.example/1",
    "apply_url": "https://acme.example/1/apply",
    "source": "lever_co",
    "employment_type": "Full-Time",
    "compensation": {"min": 1000.0, "max": 1500, "currency": "usd", "period": "monthly"},
    "locations": [{"city": "Oslo", "country": "NO", "latitude": 59.9}],
    "qualifications": {"must_have": {"skills": [{"name": "SQL", "type": "Hard"}]}},
    "created_at": "2025-05-05T05:05:05+02:00",
    "benefits": None,
    "unknown_field": {"is": "ignored"},
}


def line(changes: dict[str, Any] | None = None, drop: str = "") -> bytes:
    data = json.loads(json.dumps({**JOB, **(changes or {})}))
    node = data
    *path, last = drop.split(".") if drop else [""]
    for name in path:
        node = node[name]
    node.pop(last, None)
    return json.dumps(data).encode()


def test_a_line_becomes_a_job_in_the_emitted_spelling() -> None:
    job, company = read_job(line(), NOW)
    assert job.source == "lever" and job.employment_type == "full_time"
    assert job.compensation is not None
    assert (job.compensation.min, job.compensation.currency, job.compensation.period) == (1000, "USD", "month")
    assert job.created_at == datetime(2025, 5, 5, 3, 5, 5, tzinfo=UTC)
    assert job.id == job_id("import:lever", "https://acme.example/1")
    assert job.qualifications.must_have.skills[0].type == "hard"
    assert company.name == "Acme" and company.ats is None


@pytest.mark.parametrize(
    "field",
    ["title", "company", "company.id", "company.name", "description", "listing_url", "apply_url", "source"],
)
def test_a_missing_field_that_may_not_be_null_is_refused_by_name(field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_job(line(drop=field), NOW)
    assert caught.value.field == field and field in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": 5}, "title"),
        ({"title": "  "}, "title"),
        ({"id": "12"}, "id"),
        ({"listing_url": "javascript:alert(1)"}, "listing_url"),
        ({"apply_url": "/relative"}, "apply_url"),
        ({"locations": "Oslo"}, "locations"),
        ({"locations": ["Oslo"]}, "locations[0]"),
        ({"employment_type": "sometimes"}, "employment_type"),
        ({"compensation": {"min": "1000"}}, "compensation.min"),
        ({"compensation": {"min": True}}, "compensation.min"),
        ({"compensation": {"min": 1, "period": "eon"}}, "compensation.period"),
        ({"created_at": "yesterday"}, "created_at"),
        ({"compensation": {"min": 2, "max": 1}}, "compensation.min"),
        ({"locations": [{"latitude": 91}]}, "locations[].latitude"),
        ({"qualifications": {"preferred": {"skills": [{"name": "SQL"}]}}}, "skills[].type"),
        ({"is_h1b_sponsor": "yes"}, "is_h1b_sponsor"),
        ({"benefits": [1]}, "benefits[0]"),
    ],
)
def test_a_wrong_value_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_job(line(changes), NOW)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{", b"null", b"\xff", b'{"title": NaN}', b"[" * 5000, b'"' + b"x" * (9 << 20) + b'"']
)
def test_what_is_no_object_is_refused(text: bytes) -> None:
    for read in (read_job, read_company):
        with pytest.raises(InvalidInput):
            read(text, NOW)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from([*JOB, "id", "valid_through", "summary"]), values)
def test_any_value_in_any_field_is_read_or_refused(field: str, value: object) -> None:
    try:
        read_job(line({field: value}), NOW)
    except InvalidInput as error:
        assert str(error)


def test_a_company_keeps_what_the_feed_does_not_know_as_its_profile() -> None:
    data = {
        "name": "Acme", "website": "acme.example", "ats": "Greenhouse_io", "listing_url": "https://boards.greenhouse.io/acme",
        "funding": {"total": 5}, "founded": 1999, "country_codes": ["Germany", "us"], "company_type": "non-profit",
    }  # fmt: skip
    company = read_company(json.dumps(data).encode(), NOW)
    assert company.profile == {"funding": {"total": 5}}
    assert company.country_codes == ("DE", "US") and company.founded_year == 1999
    assert company.ats == "greenhouse" and company.company_type == "non_profit"
    assert company.discovered_at == NOW
    again = read_company(json.dumps({"name": "ACME Inc", "website": "https://www.acme.example/x"}).encode(), NOW)
    assert again.id == company.id, "a company without an id is known by its website"


def test_an_imported_company_is_the_one_that_the_store_knows_by_its_website_or_career_site(
    tmp_path: Path,
) -> None:
    store = SqliteStore(tmp_path / "s.db", clock=lambda: NOW)
    rows = (
        ("https://www.acme.example/", "https://boards.greenhouse.io/acme"),
        ("https://twice.example/", "https://jobs.lever.co/one"),
        ("https://twice.example/", "https://jobs.lever.co/two"),
        ("http://[broken", None),
    )
    store.publish(
        Publication(
            companies=tuple(
                Company(id=company_id(str(n)), name=f"C{n}", website=website, listing_url=site)
                for n, (website, site) in enumerate(rows)
            )
        )
    )
    known = known_companies(store)

    def find(**fields: str) -> str:
        return read_company(json.dumps({"name": "C", **fields}).encode(), NOW, "f.ndjson", known).id

    assert find(website="acme.example/about") == company_id("0")
    assert find(listing_url="https://jobs.lever.co/two/") == company_id("2")
    assert find(website="https://twice.example") == company_id("twice.example"), "two have it: neither is meant"
    assert find(website="new.example") == company_id("new.example")
    store.close()


def test_what_is_imported_says_which_file_it_is_from() -> None:
    company = read_company(b'{"name": "Acme", "funding": {"total": 5}, "summary": "x"}', NOW, "crunch.ndjson")
    assert set(company.provenance) == {"name", "summary", "profile.funding"}
    assert {(said.by, said.source) for said in company.provenance.values()} == {("import", "crunch.ndjson")}
