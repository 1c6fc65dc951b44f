"""Filters as terms: one form for requests, cursors, stores and index."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobwire.model.company import Company, CompanySummary
from jobwire.model.filters import (
    JobFilters,
    SiteFilters,
    fold_tag,
    job_terms,
    place_term,
    place_terms,
    site_terms,
)
from jobwire.model.job import Job, Location

AT = datetime(2026, 1, 1, tzinfo=UTC)


def job(**fields: object) -> Job:
    base: dict[str, object] = {
        "id": "0" * 32, "title": "t", "company": CompanySummary(id="c", name="n"), "description": "",
        "listing_url": "u", "apply_url": "u", "source": "lever", "created_at": AT, "updated_at": AT,
    }  # fmt: skip
    return Job(**{**base, **fields})  # type: ignore[arg-type]


def test_a_place_is_found_by_every_combination_of_its_parts() -> None:
    terms = place_terms(Location(country="US", region="Texas", city="Austin"))
    assert len(set(terms)) == 7
    for country, region, city in (
        ("us", None, None), ("United States", None, "AUSTIN"), (None, "texas", None), ("USA", "Texas", "Austin"),
        (None, None, "austin"),
    ):  # fmt: skip
        assert place_term(country, region, city) in terms
    assert place_term("FR", None, None) not in terms


def test_parts_of_two_places_do_not_mix() -> None:
    terms = job_terms(
        job(locations=(Location(country="US", city="Austin"), Location(country="FR", city="Paris")))
    )
    assert JobFilters(groups=((place_term("US", None, "Austin"),),)).match(terms)
    assert not JobFilters(groups=((place_term("US", None, "Paris"),),)).match(terms)


def test_accents_and_case_do_not_matter() -> None:
    terms = job_terms(job(locations=(Location(country="Germany", city="Köln"),)))
    assert place_term("de", None, "KOLN") in terms


def test_unknown_can_be_asked_for() -> None:
    assert {"w:", "t:", "e:"} <= job_terms(job())


def test_groups_are_and_of_or() -> None:
    terms = frozenset({"s:lever", "w:remote"})
    assert JobFilters(groups=(("s:ashby", "s:lever"), ("w:remote",))).match(terms)
    assert not JobFilters(groups=(("s:ashby", "s:lever"), ("w:hybrid",))).match(terms)
    assert JobFilters().match(frozenset())


def test_career_sites_match_by_terms_year_and_discovery() -> None:
    company = Company(
        id="c",
        name="n",
        industries=("FinTech",),
        country_codes=("DE",),
        is_agency=False,
        company_type="for_profit",
    )
    terms = site_terms(company)
    assert SiteFilters(groups=(("i:fintech",), ("c:de",), ("a:False",), ("y:for_profit",))).match(terms, AT, None)
    assert not SiteFilters(founded_after=2000).match(terms, AT, None), "unknown is no match"
    assert SiteFilters(founded_after=2000).match(terms, AT, 2000), "inclusive"
    assert SiteFilters(discovered_after=AT).match(terms, AT, None), "inclusive"
    assert not SiteFilters(discovered_before=AT).match(terms, AT, None), "exclusive"


def test_tags_compare_whatever_joins_their_words() -> None:
    company = Company(
        id="c", name="n", funding_stage="series_a", industries=("Health Tech",), company_size="51-200"
    )
    for group in ("f:series_a", "i:health_tech", "z:51_200"):
        assert group in site_terms(company)
    assert fold_tag("Series A") == fold_tag("series-a") == "series_a"


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_any_place_finds_itself(country: str, region: str, city: str) -> None:
    terms = place_terms(Location(country=country, region=region, city=city))
    asked = place_term(country, region, city)
    assert asked in terms or asked == "l:||"


@pytest.mark.parametrize(
    ("country", "code", "name"), [("US", "TX", "Texas"), ("Canada", "on", "Ontario"), (None, "QC", "Québec")]
)
def test_a_code_of_a_state_is_its_name(country: str | None, code: str, name: str) -> None:
    assert place_term(country, code, None) == place_term(country, name, None)
    assert place_term(country, code, None) in place_terms(Location(country=country, region=name))
    assert place_term(country, name, None) in place_terms(Location(country=country, region=code))


def test_codes_of_other_countries_stay_and_are_found_without_a_country() -> None:
    perth = place_terms(Location(country="AU", region="WA"))
    assert place_term("AU", "Washington", None) not in perth
    assert place_term("AU", "WA", None) in perth and place_term(None, "WA", None) in perth
