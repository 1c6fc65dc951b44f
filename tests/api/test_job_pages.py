"""Job pages: what people read, what programs read in them, and that no posting can break either."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from tests.api.conftest import Client, World

from jobwire.api.console.page import POLICY
from jobwire.model.ids import job_id
from jobwire.model.job import Compensation, Location

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    "]]> & <b>bold</b> \"quoted\" 'single'",
    "bell \x07 escape \x1b line \u2028 end",
    "{{ 7 * 7 }} {% raw %}",
)


class Reading(HTMLParser):
    """What a browser makes of a page, as far as these tests ask."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.opened: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        tag = self.opened[-1][0] if self.opened else ""
        self.texts[tag] = self.texts.get(tag, "") + data

    @property
    def markup(self) -> Any:
        return json.loads(self.texts["script"])

    def values(self, name: str) -> list[str]:
        return [value for _, attributes in self.opened if (value := attributes.get(name))]


def address(n: int) -> str:
    return f"/jobs/{job_id('greenhouse:acme', str(n))}"


def read(client: Client, n: int) -> Reading:
    reply = client.get(address(n), X_Api_Key="")
    assert reply.status == 200
    return Reading(reply.data.decode())


def test_a_visitor_reads_a_job(world: World, client: Client) -> None:
    text = "One.\nTwo.\n\nThree.\n\nYou bring\n\n- knives\n\n• spoons\nAnd so on"
    world.publish(3, title="Cook", description=text, apply_url="https://jobs.example/a?b=1&c=2")
    reply = client.get(address(3), X_Api_Key="")
    assert reply.status == 200 and reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert int(reply.headers["Content-Length"]) == len(reply.data)
    assert reply.headers["Content-Security-Policy"] == POLICY
    text = reply.data.decode()
    assert "<h1>Cook</h1>" in text and "<p>One.<br>Two.</p>\n<p>Three.</p>" in text and "Berlin, DE" in text
    assert "<h2>You bring</h2>\n<ul><li>knives</li><li>spoons</li></ul>\n<p>And so on</p>" in text
    links = Reading(text).values("href")
    assert "https://jobs.example/a?b=1&c=2" in links and "https://jobs.example/3" in links


def test_programs_read_a_job_posting(world: World, client: Client) -> None:
    world.publish(
        4,
        title="Cook",
        description="A <b>.\n\nB:\n- c\n- d & e",
        workplace_type="remote",
        employment_type="contract",
        locations=(
            Location(city="Berlin", region="Berlin", country="DE", latitude=52.5, longitude=13.4),
            Location(location="Anywhere"),
            Location(country="FR"),
        ),
        compensation=Compensation(min=10, max=12.5, currency="EUR", period="hour"),
        date_posted=datetime(2026, 2, 1, 8, tzinfo=UTC),
        valid_through=datetime(2026, 4, 1, tzinfo=UTC),
    )
    berlin = {"addressLocality": "Berlin", "addressRegion": "Berlin", "addressCountry": "DE"}
    assert read(client, 4).markup == {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": "Cook",
        "description": "<p>A &lt;b&gt;.</p><p>B:</p><ul><li>c</li><li>d &amp; e</li></ul>",
        "datePosted": "2026-02-01T08:00:00Z",
        "validThrough": "2026-04-01T00:00:00Z",
        "employmentType": "CONTRACTOR",
        "hiringOrganization": {"@type": "Organization", "name": "Company 4"},
        "jobLocation": [
            {
                "@type": "Place",
                "address": {"@type": "PostalAddress", **berlin},
                "geo": {"@type": "GeoCoordinates", "latitude": 52.5, "longitude": 13.4},
            },
            {"@type": "Place", "address": {"@type": "PostalAddress", "addressCountry": "FR"}},
        ],
        "jobLocationType": "TELECOMMUTE",
        "applicantLocationRequirements": [
            {"@type": "Country", "name": "Germany"},
            {"@type": "Country", "name": "France"},
        ],
        "baseSalary": {
            "@type": "MonetaryAmount",
            "currency": "EUR",
            "value": {"@type": "QuantitativeValue", "minValue": 10, "maxValue": 12.5, "unitText": "HOUR"},
        },
        "directApply": False,
        "identifier": {
            "@type": "PropertyValue",
            "name": "Company 4",
            "value": job_id("greenhouse:acme", "4"),
        },
        "url": client.base + address(4),
    }


PAY = [
    (Compensation(min=5, max=5, currency="USD", period="year"), {"value": 5, "unitText": "YEAR"}),
    (Compensation(max=0, currency="USD", period="day"), {"maxValue": 0, "unitText": "DAY"}),
    (Compensation(min=5, currency="USD"), None),
    (Compensation(min=5, period="year"), None),
    (Compensation(currency="USD", period="year"), None),
]


@pytest.mark.parametrize(("pay", "value"), PAY)
def test_pay_that_is_not_known_is_left_out(
    world: World, client: Client, pay: Compensation, value: dict[str, Any] | None
) -> None:
    world.publish(1, compensation=pay)
    markup = read(client, 1).markup
    if value is None:
        assert "baseSalary" not in markup
    else:
        assert markup["baseSalary"]["value"] == {"@type": "QuantitativeValue", **value}


def test_what_is_unknown_is_not_written(world: World, client: Client) -> None:
    world.publish(1, employment_type=None, workplace_type="onsite")
    absent = {"employmentType", "validThrough", "jobLocation", "jobLocationType", "baseSalary"}
    assert not absent & read(client, 1).markup.keys()


@pytest.mark.parametrize("text", HOSTILE)
def test_no_posting_breaks_out_of_its_page(world: World, client: Client, text: str) -> None:
    world.publish(1, title=text, description=text)
    found = read(client, 1)
    assert found.texts["h1"].strip() == text
    assert found.markup["title"] == text
    scripts = [attributes for tag, attributes in found.opened if tag == "script"]
    assert scripts == [{"type": "application/ld+json"}]
    assert not [tag for tag, _ in found.opened if tag == "b"]


def test_a_page_leads_only_to_the_web_and_loads_nothing_from_elsewhere(world: World, client: Client) -> None:
    world.publish(1, listing_url="javascript:alert(1)", apply_url="http://[broken")
    found = read(client, 1)
    assert not [link for link in found.values("href") if link.startswith(("javascript", "http"))]
    loaded = [
        attributes.get("src") or attributes.get("href")
        for tag, attributes in found.opened
        if tag in ("img", "link", "script", "iframe")
    ]
    assert all(str(source).startswith("/static/") for source in loaded if source)


def test_a_job_that_is_not_there(world: World, client: Client) -> None:
    world.publish(1)
    world.expire(1)
    gone = client.get(address(1), X_Api_Key="")
    assert gone.status == 410 and b"source_removed" in gone.data and b"2026-03-01" in gone.data
    assert gone.headers["Content-Type"].startswith("text/html")
    for path in (address(2), "/jobs/1", "/jobs/%3Cscript%3E"):
        missing = client.get(path, X_Api_Key="")
        assert missing.status == 404 and re.search(rb"<h1>Not found</h1>", missing.data)
    world.publish(1)
    assert client.get(address(1), X_Api_Key="").status == 200
