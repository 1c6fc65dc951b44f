"""`POST /api/career-sites/feed` and the company profiles behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from jobwire.model.ids import company_id
from jobwire.store.records import Publication

BOTH = pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)

PATH = "/api/career-sites/feed"


def names(client: Any, body: dict[str, Any]) -> list[str]:
    return [site["name"] for page in client.pages(body, PATH) for site in page["career_sites"]]


def publish(world: Any, *numbers: int, **fields: Any) -> None:
    world.store.publish(Publication(companies=tuple(world.company(n, **fields) for n in numbers)))


def test_sites_come_in_pages_of_fifty_at_most(world: Any, client: Any) -> None:
    publish(world, *range(60))
    pages = list(client.pages({}, PATH))
    assert [len(page["career_sites"]) for page in pages] == [50, 10]
    site = pages[0]["career_sites"][0]
    assert site["details_url"] == f"{client.base}/api/companies/{site['id']}"
    assert (site["ats"], site["updated_at"], site["website"]) == ("greenhouse", "2026-03-01T12:00:00Z", None)
    assert client.post(PATH, {"batch_size": 51}).status == 400


FILTERS = [
    ({"industries": ["FinTech"]}, [1, 3, 5]),
    ({"company_types": ["nonprofit"]}, []),
    ({"country_codes": ["de"]}, [0, 1, 2, 3, 4, 5]),
    ({"founded_after": 2004}, [4, 5]),
    ({"is_agency": False}, [0, 1, 2, 3, 4, 5]),
    ({"is_agency": True}, []),
    ({"company_sizes": ["1-10"]}, []),
    ({"funding_stages": ["seed"]}, []),
]


@pytest.mark.parametrize(("filters", "numbers"), FILTERS)
def test_filters(world: Any, client: Any, filters: dict[str, Any], numbers: list[int]) -> None:
    publish(world, *range(6))
    assert names(client, filters) == [f"Company {n}" for n in numbers]


@BOTH
def test_watermarks_are_strict_where_the_seed_says_so(world: Any, client: Any) -> None:
    start = world.clock.now
    for hour in range(3):
        world.clock.now = start + timedelta(hours=hour)
        publish(world, hour)
    one = (start + timedelta(hours=1)).isoformat()
    assert names(client, {"updated_after": one}) == ["Company 2"]
    assert names(client, {"discovered_after": one}) == ["Company 1", "Company 2"]
    assert names(client, {"discovered_before": one}) == ["Company 0"]


def test_a_cursor_beside_other_filters(world: Any, client: Any) -> None:
    publish(world, *range(6))
    cursor = client.post(PATH, {"batch_size": 2, "founded_after": 2001}).json()["next_cursor"]
    reply = client.post(PATH, {"cursor": cursor, "founded_after": 1990, "industries": ["x"]})
    assert [site["name"] for site in reply.json()["career_sites"]] == ["Company 3", "Company 4"]
    assert reply.headers["X-Ignored-Fields"] == "industries, founded_after"


@pytest.mark.parametrize(
    "body", [{"founded_after": "1990"}, {"founded_after": 0}, {"company_types": ["charity"]}, {"is_agency": "no"}]
)
def test_wrong_values(idle: Any, body: dict[str, Any]) -> None:
    assert idle.post(PATH, body).status == 400


def test_a_profile_is_public_and_whole(world: Any, client: Any) -> None:
    publish(world, 1, profile={"funding": {"total": 5}, "name": "never this"}, website="https://c1.example")
    client.key = ""
    reply = client.get(f"/api/companies/{company_id('c1').upper()}")
    profile = reply.json()
    assert (profile["name"], profile["funding"], profile["founded_year"]) == ("Company 1", {"total": 5}, 2001)
    assert profile["details_url"] == f"{client.base}/api/companies/{profile['id']}" and "profile" not in profile


@pytest.mark.parametrize(
    "name", ["x", "00000000-0000-0000-0000-000000000000", "%00", "a" * 999, "..%2f..", "%ff"]
)
def test_unknown_ids_are_404(idle: Any, name: str) -> None:
    for path in (f"/api/companies/{name}", f"/api/jobs/{name}"):
        reply = idle.get(path)
        assert (reply.status, reply.json()["code"]) == (404, "not_found"), path
