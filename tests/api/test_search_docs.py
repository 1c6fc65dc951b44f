"""The search page of the documentation: its requests are answered, its names are those of the code, its claims hold."""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.api.conftest import KEY, Client, World
from tests.api.search_page import says

from jobwire.api.docs_pages import read_docs
from jobwire.api.search_query import FIELDS
from jobwire.model.ids import company_id
from jobwire.model.job import Compensation, Location
from jobwire.store.search.base import FACETS, SORTS

PAGE = read_docs()["search"].source
BLOCKS = re.findall(r"^```(\w+)[^\n]*\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
REQUESTS = [text for language, text in BLOCKS if language == "sh"]


@pytest.fixture
def found(world: World, client: Client) -> Client:
    """A server that has jobs, once search knows them."""
    world.publish(0, title="Engineer in Platform")
    world.publish(1, title="Platform Engineering")
    world.publish(
        2, title="C++ Developer", compensation=Compensation(min=50, max=60, currency="USD", period="hour")
    )
    world.publish(3, title="C Developer", description="Platform engineer wanted.")
    client.wait_for(
        lambda: client.get("/api/jobs").status == 200 and client.get("/api/jobs").json()["total"] == 4
    )
    return client


def find(client: Client, **body: Any) -> set[str]:
    reply = client.post("/api/jobs/search", body)
    assert reply.status == 200, reply.data
    return {job["title"] for job in reply.json()["jobs"]}


@pytest.mark.parametrize("line", REQUESTS)
def test_every_request_is_answered(found: Client, line: str) -> None:
    url, header = shlex.split(line)[2], shlex.split(line)[4]
    assert header == "X-Api-Key: $KEY"
    reply = found.get(url.removeprefix("http://127.0.0.1:8080"), X_Api_Key=KEY)
    assert reply.status == 200 and reply.json() and "X-Ignored-Fields" not in reply.headers


def test_the_request_with_a_body_is_understood(found: Client) -> None:
    text = next(text for language, text in BLOCKS if language == "json")
    reply = found.post("/api/jobs/search", json.loads(text))
    assert reply.status == 200 and "X-Ignored-Fields" not in reply.headers


def test_the_geocoded_place_is_the_one_shown(found: Client) -> None:
    shown = next(json.loads(text) for language, text in BLOCKS if language == "json" and '"input"' in text)
    assert found.get("/api/locations/geocode?location=Berlin,%20Germany").json() == shown


def test_every_name_is_named() -> None:
    assert [name for name in (*FIELDS, *FACETS, *SORTS) if f"`{name}`" not in PAGE] == []


CLAIMS: list[tuple[dict[str, Any], set[str]]] = [
    ({"query": "platform ENGINEER"}, {"Engineer in Platform", "Platform Engineering", "C Developer"}),
    ({"query": '"platform engineer"'}, {"C Developer"}),
    (
        {"query": "platform engineer", "search_descriptions": False},
        {"Engineer in Platform", "Platform Engineering"},
    ),
    ({"query": "developer -platform"}, {"C++ Developer"}),
    ({"query": "developer -platform", "search_descriptions": False}, {"C++ Developer", "C Developer"}),
    ({"query": "C++"}, {"C++ Developer"}),
    ({"query": "the c++ jobs"}, {"C++ Developer"}),
    ({"query": "dev"}, {"C++ Developer", "C Developer"}),
    ({"query": "devloper"}, {"C++ Developer", "C Developer"}),
    ({"query": '"open -'}, set()),
    ({"queries": ["c++", '"platform engineer"']}, {"C++ Developer", "C Developer"}),
    ({"companies": ["COMPANY 2"]}, {"C++ Developer"}),
    ({"companies": [company_id("c3")]}, {"C Developer"}),
    ({"min_salary_usd": 120_000}, {"C++ Developer"}),
    ({"max_salary_usd": 110_000}, {"C++ Developer"}),
    ({"max_salary_usd": 100_000}, set()),
]


def test_words_and_filters_do_what_is_said(found: Client) -> None:
    for body, titles in CLAIMS:
        assert find(found, **body) == titles, body


def test_places_are_texts_as_people_write_them(found: Client) -> None:
    def geocode(text: str) -> list[dict[str, Any]]:
        return list(found.get(f"/api/locations/geocode?location={text}").json()["locations"])

    assert [place["city"] for place in geocode("Paris%20or%20Lyon")] == ["Paris", "Lyon"]
    assert geocode("Paris,%20Texas")[0]["region"] == "Texas"
    assert geocode("Germany")[0]["country_code"] == "DE"
    assert geocode("qqqq") == []


@says("Every list that filters has an opposite")
def test_every_opposite_is_a_field() -> None:
    row = next(said for said in says.statements if said.startswith("Every list that filters"))
    opposites = {name for name in FIELDS if name.startswith("exclude_") and name != "exclude_fields"}
    assert set(re.findall("`(exclude_[a-z_]+)`", row)) == opposites


@says(
    "**Slips of the pen**",
    "`discovered_after`, `discovered_before` |",
    "Times are inclusive at both ends.",
    "compare without case and accents",
    "Pay is compared after a coarse conversion",
    "Jobs whose pay is not known",
    "`total` counts all jobs that match",
    "`total_pages` only the pages that can be read",
    "With `relevance` but without words",
)
def test_bounds_and_spellings(world: World, client: Client) -> None:
    posted = [datetime(2026, 2, day, tzinfo=UTC) for day in (1, 2, 3)]
    munich = Location(city="München", country="DE")
    yen = Compensation(min=900, currency="XYZ", period="hour")
    euro = Compensation(max=4_000, currency="EUR", period="month")
    for n, (title, pay) in enumerate((("Physiotherapist", euro), ("Cook", yen), ("Baker", None))):
        world.publish(n, title=title, date_posted=posted[n], compensation=pay, locations=(munich,))
    client.wait_for(
        lambda: client.get("/api/jobs").status == 200 and client.get("/api/jobs").json()["total"] == 3
    )
    for query, titles in (
        ({"query": "phisiotherapyst"}, {"Physiotherapist"}),
        ({"query": "kooc"}, set()),
        ({"query": "bqkk"}, set()),
        ({"cities": ["munchen"]}, {"Physiotherapist", "Cook", "Baker"}),
        ({"posted_after": "2026-02-02", "posted_before": "2026-02-03"}, {"Cook", "Baker"}),
        ({"discovered_after": "2026-03-01T12:00:00Z", "discovered_before": "2026-03-01T13:00:00Z", "query": "cook"}, {"Cook"}),
        ({"discovered_before": "2026-03-01T11:59:59Z"}, set()),
        ({"min_salary_usd": 1}, {"Physiotherapist"}),
        ({"min_salary_usd": 40_000}, {"Physiotherapist"}),
        ({"min_salary_usd": 90_000}, set()),
    ):  # fmt: skip
        assert find(client, **query) == titles, query
    reply = client.get("/api/jobs?page_size=2")
    assert reply.headers["X-Total-Count"] == "3" and reply.json()["total_pages"] == 2
    assert [job["title"] for job in reply.json()["jobs"]] == ["Baker", "Cook"]
