"""schema.org JobPosting as real pages print it: every spelling is read, junk is left out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jobwire.collect.jsonld import find_company, find_postings
from jobwire.collect.posting_node import make_posting_id
from jobwire.model.raw import RawLocation, RawPay, RawPosting

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples" / "jsonld"
URL = "https://careers.acme.example/jobs/cook-4711"


def page(*nodes: Any, head: str = 'type="application/ld+json"') -> str:
    scripts = "".join(
        f"<script {head}>{node if isinstance(node, str) else json.dumps(node)}</script>" for node in nodes
    )
    return f"<!DOCTYPE html><html><head><title>Cook</title>{scripts}</head><body></body></html>"


def read(**fields: Any) -> RawPosting:
    """The posting of a page with one JobPosting of these fields."""
    (posting,) = find_postings(page({"@type": "JobPosting", "title": "Cook", **fields}), URL)
    return posting


def pays(salary: Any, **fields: Any) -> tuple[RawPay, ...]:
    return read(baseSalary=salary, **fields).pay


NODE = {"@context": "https://schema.org", "@type": "JobPosting", "title": "Cook"}


@pytest.mark.parametrize(
    "html",
    [
        page(NODE),
        page([NODE]),
        page({"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, NODE]}),
        page({**NODE, "@type": ["Thing", "JobPosting"]}),
        page({**NODE, "@type": "http://schema.org/JobPosting"}),
        page({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": NODE}]}),
        page({"@type": "WebPage", "mainEntity": NODE}),
        page(NODE, head="nonce='x' type='application/ld+json' id=a"),
        page(NODE, head="TYPE=application/ld+json"),
        page(NODE, head='type="application/ld+json; charset=utf-8"'),
        page("<!--\n" + json.dumps(NODE) + "\n-->"),
        page("//<![CDATA[\n" + json.dumps(NODE) + "\n//]]>"),
        page("\ufeff" + json.dumps(NODE) + ";"),
        page(json.dumps(NODE) + "\n" + json.dumps({"@type": "WebSite"})),
        page('{"@type": "JobPosting", "title": "Cook", "description": "up to \\$20"}'),
        page('{"@type": "JobPosting", "title": "Cook", "description": "a\ttab and\na break"}'),
        page('{"@type": "JobPosting", "title": "Cook",}'),
        page(json.dumps(NODE).replace('"', "&quot;")),
        page("{broken", NODE),
        page("/* made by a plugin */ " + json.dumps(NODE)),
        page("// first line\n" + json.dumps(NODE) + "{"),
        page({**NODE, "title": ["Cook"]}),
    ],
)
def test_a_posting_is_found_however_it_is_wrapped(html: str) -> None:
    assert [posting.title for posting in find_postings(html, URL)] == ["Cook"]


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<html>",
        page({"@type": "Organization", "name": "Acme"}),
        page({"@type": "JobPosting"}),
        page({"@type": "JobPosting", "title": "  "}),
        page("null"),
        page("[[[[" * 20_000),
        page('{"@type":' * 20_000),
        '<script type="application/ld+json">' * 20_000,
        page("{" + " ;" * 300_000 + "x"),
        page("{" + ", " * 300_000 + "x"),
        page("&lt;" * 300_000),
        page({"title": "Cook", "@type": "Jobposting teaser"}),
    ],
)
def test_a_page_without_a_posting_has_none(html: str) -> None:
    assert find_postings(html, URL) == []


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2025-06-25", datetime(2025, 6, 25, tzinfo=UTC)),
        ("2025-8-26", datetime(2025, 8, 26, tzinfo=UTC)),
        ("2025-12-18T00:00:00", datetime(2025, 12, 18, tzinfo=UTC)),
        ("2025-12-18T10:00:00+0000", datetime(2025, 12, 18, 10, tzinfo=UTC)),
        ("2025-06-10T13:07:44-07:00", datetime(2025, 6, 10, 20, 7, 44, tzinfo=UTC)),
        ("6/18/2026", datetime(2026, 6, 18, tzinfo=UTC)),
        ("2026/6/18", datetime(2026, 6, 18, tzinfo=UTC)),
        ("June 18, 2026", datetime(2026, 6, 18, tzinfo=UTC)),
        (["2025-06-25"], datetime(2025, 6, 25, tzinfo=UTC)),
        ("soon", None),
        ("0001-01-01", None),
        (None, None),
        ({}, None),
    ],
)
def test_dates_in_every_form(written: Any, at: datetime | None) -> None:
    assert read(datePosted=written).date_posted == at
    assert read(validThrough=written).valid_through == at


def test_pay_in_every_form() -> None:
    year = RawPay(min=50_000, max=60_000, currency="EUR", period="YEAR")
    value = {"@type": "QuantitativeValue", "minValue": 50000, "maxValue": "60,000.00", "unitText": "YEAR"}
    assert pays({"@type": "MonetaryAmount", "currency": "EUR", "value": value}) == (year,)
    assert pays({"@type": "MonetaryValue", "currency": "EUR", "value": [value]}) == (year,)
    assert pays({"currency": "EUR", "minValue": 50000, "maxValue": 60000, "unitText": "YEAR"}) == (year,)
    single = RawPay(min=20, max=20, currency="USD", period="HOUR")
    assert pays({"currency": "USD", "value": {"value": 20, "unitText": "HOUR"}}) == (single,)
    assert pays({"currency": "EUR", "value": "50,000 - 60,000", "unitText": "YEAR"}) == (year,)
    assert pays({"currency": "EUR", "value": {"value": "50.000 to 60.000", "unitText": "YEAR"}}) == (year,)
    both = [value, {"value": 30, "unitText": "HOUR"}]
    assert pays({"currency": "EUR", "value": both}) == (
        year,
        RawPay(min=30, max=30, currency="EUR", period="HOUR"),
    )
    assert pays(20, salaryCurrency="USD") == (RawPay(min=20, max=20, currency="USD"),)


@pytest.mark.parametrize(
    "salary",
    [
        {"currency": "EUR", "value": {"minValue": 0, "maxValue": 0, "unitText": "YEAR"}},
        {"currency": "", "value": {"minValue": 50000, "maxValue": 60000}},
        {"currency": "UNAVAILABLE", "value": {"value": 5}},
        {"currency": "EUR", "value": {"value": "competitive"}},
        {"currency": "EUR", "value": {"minValue": -5, "maxValue": -1}},
        {"currency": "EUR"},
        50000,
        [],
        {},
    ],
)
def test_pay_that_says_nothing_is_none(salary: Any) -> None:
    assert pays(salary) == ()


def test_pay_in_words_is_kept_as_words() -> None:
    assert read(baseSalary="$20 to $25 an hour").pay_text == "$20 to $25 an hour"
    assert read(baseSalary={"value": {"value": "$20 to $25"}}).pay_text == "$20 to $25", "no currency is named"
    assert read(baseSalary="20 to 25", salaryCurrency="USD").pay_text is None, "the range is read"


def place(**address: Any) -> dict[str, Any]:
    return {"@type": "Place", "address": {"@type": "PostalAddress", **address}}


@pytest.mark.parametrize(
    ("stated", "locations"),
    [
        (place(addressLocality="Essen", addressCountry="DE"), [RawLocation(city="Essen", country="DE")]),
        (
            [place(addressLocality="Essen"), place(addressLocality="Bonn")],
            [RawLocation(city="Essen"), RawLocation(city="Bonn")],
        ),
        (
            place(addressLocality="UNAVAILABLE", addressRegion="", addressCountry="US"),
            [RawLocation(country="US")],
        ),
        (place(addressCountry={"@type": "Country", "name": ["USA", "USA"]}), [RawLocation(country="USA")]),
        ("Berlin, Germany", [RawLocation(text="Berlin, Germany")]),
        ("Berlin; Essen", [RawLocation(text="Berlin"), RawLocation(text="Essen")]),
        (
            place(addressLocality=["Essen", "Bonn"], addressCountry="DE"),
            [RawLocation(city="Essen", country="DE"), RawLocation(city="Bonn", country="DE")],
        ),
        (
            {"address": [{"addressLocality": "Essen"}, "Bonn"]},
            [RawLocation(city="Essen"), RawLocation(text="Bonn")],
        ),
        ({"@type": "Place", "address": "Berlin"}, [RawLocation(text="Berlin")]),
        (
            {**place(addressLocality="Essen"), "geo": {"latitude": "51.45", "longitude": "7.01"}},
            [RawLocation(city="Essen", latitude=51.45, longitude=7.01)],
        ),
        (
            [
                {**place(addressLocality="Sunnyvale", addressCountry="US"), "name": "Sunnyvale, CA"},
                {**place(addressLocality="Sunnyvale", addressCountry="US"), "name": "Austin, TX"},
            ],
            [
                RawLocation(text="Sunnyvale, CA", city="Sunnyvale", country="US"),
                RawLocation(text="Austin, TX", country="US"),
            ],
        ),
        (None, []),
        (7, []),
        ({"address": []}, []),
    ],
)
def test_places_in_every_form(stated: Any, locations: list[RawLocation]) -> None:
    assert list(read(jobLocation=stated).locations) == locations


def test_remote_is_what_telecommute_says_even_beside_an_office() -> None:
    office = place(addressLocality="Essen")
    posting = read(
        jobLocationType="TELECOMMUTE", jobLocation=office, applicantLocationRequirements={"name": "DE"}
    )
    assert posting.is_remote and posting.locations == (RawLocation(city="Essen"),)
    assert read(
        jobLocationType="TELECOMMUTE", applicantLocationRequirements=[{"name": "Germany"}, {"name": "Austria"}]
    ).locations == (RawLocation(text="Germany"), RawLocation(text="Austria"))
    assert read().is_remote is None


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("FULL_TIME", "FULL_TIME"),
        ("Full-time", "Full-time"),
        (["FULL_TIME", "CONTRACTOR"], "FULL_TIME, CONTRACTOR"),
        ("OTHER", None),
        ("UNAVAILABLE", None),
        (None, None),
        ({"x": 1}, None),
        ({"@type": "DefinedTerm", "name": "Full time"}, "Full time"),
    ],
)
def test_employment_is_kept_as_stated(stated: Any, kept: str | None) -> None:
    assert read(employmentType=stated).employment_type == kept


@pytest.mark.parametrize(
    ("identifier", "number", "posting_id"),
    [
        ("4711", "4711", "4711"),
        (4711, "4711", "4711"),
        ({"@type": "PropertyValue", "name": "Acme", "value": "4711"}, "4711", "4711"),
        ([{"@type": "PropertyValue", "value": "4711"}], "4711", "4711"),
        ({"@type": "PropertyValue", "name": "Acme", "value": "acme-id"}, "acme-id", "/jobs/cook-4711"),
        (None, None, "/jobs/cook-4711"),
        ({}, None, "/jobs/cook-4711"),
    ],
)
def test_an_identifier_is_an_id_only_where_the_url_confirms_it(
    identifier: Any, number: str | None, posting_id: str
) -> None:
    posting = read(identifier=identifier)
    assert (posting.requisition_id, posting.posting_id) == (number, posting_id)


def test_ids_ignore_tracking_and_tell_postings_of_one_page_apart() -> None:
    assert make_posting_id(f"{URL}?utm_source=x&gh_src=y#apply", None) == make_posting_id(URL, None)
    assert make_posting_id("https://a.example/jobs?id=5&utm_source=x", None) == "/jobs?id=5"
    both = page({"@type": "JobPosting", "title": "Cook"}, {"@type": "JobPosting", "title": "Baker"})
    assert len({posting.posting_id for posting in find_postings(both, URL)}) == 2


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<p>Cook &amp; bake</p>", "<p>Cook &amp; bake</p>"),
        ("&lt;p&gt;Cook &amp;amp; bake&lt;/p&gt;", "<p>Cook &amp; bake</p>"),
        ("Cook.\nBake.", "<p>Cook.<br>\nBake.</p>"),
        ("Salt & pepper, 5 < 6", "<p>Salt &amp; pepper, 5 &lt; 6</p>"),
        ("<p>Cook</p>\\n\\n<p>Bake</p>", "<p>Cook</p>\n\n<p>Bake</p>"),
    ],
)
def test_descriptions_become_html(text: str, html: str) -> None:
    assert read(description=text).description_html == html


def test_parts_that_stand_apart_are_added_once() -> None:
    posting = read(
        description="<p>You cook.</p><p>Clean the kitchen every day of the week.</p>",
        responsibilities="Clean the kitchen every day of the week.",
        qualifications=["A knife", "A spoon"],
        jobBenefits={"description": "Free soup"},
    )
    assert [section.heading for section in posting.sections] == ["Qualifications", "Benefits"]
    assert "<li><p>A knife</p></li>" in (posting.description_html or "")
    assert (posting.description_html or "").count("kitchen") == 1


def test_a_company_is_found_by_reference() -> None:
    organization = {"@type": "Organization", "@id": "#org", "name": "Acme"}
    html = page({"@graph": [organization, {**NODE, "hiringOrganization": {"@id": "#org"}}]})
    assert find_postings(html, URL)[0].company_name == "Acme"


def test_a_company_page_gives_a_profile() -> None:
    company = find_company(
        page(
            {
                "@type": ["Organization", "Brand"],
                "name": " Acme &amp; Sons ",
                "url": "/",
                "logo": {"@type": "ImageObject", "url": "/logo.png"},
                "sameAs": [
                    "https://www.linkedin.com/company/acme",
                    "https://www.crunchbase.com/organization/acme",
                ],
                "industry": "Food",
                "description": "We cook.",
                "employee": {"@type": "Person", "name": "PRIVATE Person"},
            }
        ),
        "https://www.acme.example/careers",
    )
    assert company is not None
    assert (company.name, company.website) == ("Acme & Sons", "https://www.acme.example/")
    assert company.logo_url == "https://www.acme.example/logo.png"
    assert company.linkedin_url == "https://www.linkedin.com/company/acme"
    assert company.crunchbase_url == "https://www.crunchbase.com/organization/acme"
    assert (company.industries, company.description) == (("Food",), "We cook.")
    several = find_company(
        page({"@type": "Organization", "name": "Acme", "logo": ["https://a.example/l.png"]}), URL
    )
    assert several is not None and several.logo_url == "https://a.example/l.png"


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("<title>Acme</title>", "Acme"),
        ("<title>Jobs at Acme</title>", "Acme"),
        ("<title>Acme Inc. Jobs</title>", "Acme Inc."),
        ("<title>Acme - Careers</title>", "Acme"),
        ("<title>Careers | Acme</title>", "Acme"),
        ("<title>Jobs bei Acme GmbH</title>", "Acme GmbH"),
        ('<meta property="og:site_name" content="Acme"><title>Open positions</title>', "Acme"),
        ("<title>Acme Rockets | Home</title>", "Acme Rockets"),
        ("<title>We build rockets - Acme</title>", "Acme"),
        ("<title>Welcome to Tern Rockets</title>", "Tern Rockets"),
        ("<title>Tern: rockets for everybody</title>", "Tern"),
        ("<title>Jobs at Tern | Personio</title>", "Tern"),
        ("<title>Rippling</title>", "Rippling"),
        ("<title>Careers</title>", None),
        ("<title>Home</title>", None),
        ("", None),
    ],
)
def test_a_page_without_markup_names_its_company(head: str, name: str | None) -> None:
    company = find_company(f"<html><head>{head}</head></html>", URL)
    assert (company.name if company else None) == name


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
def test_every_sample_page_states_its_posting() -> None:
    for path in sorted(SAMPLES.glob("*.html")):
        (posting,) = find_postings(path.read_text("utf-8"), URL)
        assert posting.description_html and posting.locations and posting.date_posted and posting.company_name
