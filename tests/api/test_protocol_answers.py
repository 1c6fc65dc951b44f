"""docs/protocol.md, "The job", "Career sites", "Credits and limits" and "Errors", statement by statement, over HTTP."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.api.conftest import KEY, Client, World
from tests.api.protocol_page import says

from jobwire.errors import Unavailable
from jobwire.model.account import CREDIT
from jobwire.model.job import Compensation, Location, QualificationBucket, Qualifications, Skill
from jobwire.store.records import Publication

FEED, SITES = "/api/jobs/feed", "/api/career-sites/feed"
PAYER = "jw_live_payg00000000000000"


def is_time(value: Any) -> bool:
    return isinstance(value, str) and value.endswith("Z") and datetime.fromisoformat(value).tzinfo is not None


def is_strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


TYPES: dict[str, Callable[[Any], bool]] = {
    "uuid": lambda value: str(uuid.UUID(value)) == value,
    "string": lambda value: isinstance(value, str),
    "object": lambda value: isinstance(value, dict),
    "objects": lambda value: isinstance(value, list) and all(isinstance(item, dict) for item in value),
    "strings": is_strings,
    "boolean": lambda value: isinstance(value, bool),
    "date-time": is_time,
}
"""The column "type" of the page."""

FULL = {
    "title": " Pflegefachkraft (m/w/d) – Nachtdienst",
    "normalized_title": "registered_nurse",
    "description": "First line.\nSecond line.",
    "summary": "One sentence. And another one.",
    "locations": (
        Location(location="Köln", city="Cologne", country="DE", latitude=50.94, longitude=6.96),
        Location(location="Bonn, NRW", city="Bonn", region="North Rhine-Westphalia", country="DE"),
    ),
    "compensation": Compensation(min=50_000, currency="EUR", period="year"),
    "workplace_type": "hybrid",
    "experience_level": "senior",
    "valid_through": datetime.fromisoformat("2026-03-31T22:00:00Z"),
    "date_posted": datetime.fromisoformat("2026-02-27T04:00:00Z"),
    "qualifications": Qualifications(
        must_have=QualificationBucket(
            education=("Examen",), certifications=("RN",), skills=(Skill(name="SQL", type="hard"),)
        )
    ),
    "responsibilities": ("Care",),
    "benefits": ("Pension",),
    "is_work_auth_required": True,
    "is_h1b_sponsor": False,
    "is_clearance_required": False,
}
BARE = {"workplace_type": None, "employment_type": None, "experience_level": None, "locations": ()}


def deliver(world: World, client: Client, **fields: Any) -> dict[str, Any]:
    world.publish(1, **fields)
    (job,) = client.post(FEED).json()["jobs"]
    found: dict[str, Any] = job
    return found


# --- the job -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [FULL, BARE], ids=["full", "bare"])
@says.table("The job")
@says("Every field below is always present.", "All date-times are UTC and end in `Z`.")
def test_every_field_has_its_type(world: World, client: Client, given: dict[str, Any]) -> None:
    job = deliver(world, client, **given)
    rows = says.rows("The job")
    assert set(job) == {name.strip("`") for name, *_ in rows}
    for name, kind, _ in rows:
        value = job[name.strip("`")]
        kind, _, null = kind.partition(" or ")
        assert (null and value is None and given is BARE) or TYPES[kind](value), f"{name} is {value!r}"
        assert not (null and given is BARE) or value is None
    assert client.get(f"/api/jobs/{job['id']}").json() == job


@says(
    "Never null are `id`, `title`, `company.id`,",
    "`company` holds `id` (uuid, stable), `name`, `website`,",
    "A posting may name several places;",
    "`latitude` and `longitude` are decimal degrees.",
    "`min` and `max` are numbers, either may be null.",
)
def test_what_a_job_holds(world: World, client: Client) -> None:
    bare = deliver(world, client, **BARE)
    never = ("id", "title", "description", "listing_url", "apply_url", "source", "created_at", "updated_at")
    assert None not in [bare[name] for name in never]
    assert bare["locations"] == bare["responsibilities"] == bare["benefits"] == []
    assert bare["qualifications"] == {
        bucket: {"education": [], "certifications": [], "skills": []} for bucket in ("must_have", "preferred")
    }
    company = bare["company"]
    (told,) = [said for said in says.statements if said.startswith("`company` holds")]
    assert list(company) == re.findall(r"`(\w+)`", told.partition("holds")[2].partition("the address")[0])
    assert None not in (company["id"], company["name"], company["industries"], company["categories"])
    profile = client.get(company["details_url"].removeprefix(client.base), X_Api_Key="").json()
    assert set(profile) > set(company) - {"details_url"} and profile["founded_year"] == 2001
    full = deliver(world, client, **FULL)
    assert full["id"] == bare["id"] and full["company"]["id"] == company["id"]
    assert full["title"] == FULL["title"] and full["description"] == FULL["description"]
    cologne, bonn = full["locations"]
    assert (cologne["location"], cologne["latitude"], bonn["latitude"]) == ("Köln", 50.94, None)
    assert list(bonn) == ["location", "city", "region", "country", "latitude", "longitude"]
    assert full["compensation"] == {"min": 50_000, "max": None, "currency": "EUR", "period": "year"}
    assert full["qualifications"]["must_have"]["skills"] == [{"name": "SQL", "type": "hard"}]
    assert full["date_posted"] == "2026-02-27T04:00:00Z"


@says("assigned in the order of the log", "`created_at` | date-time | first indexed")
def test_times_of_a_job(world: World, client: Client) -> None:
    world.publish(1, 2, 3)
    first = {job["id"]: job["created_at"] for page in client.pages() for job in page["jobs"]}
    world.clock.now += timedelta(days=1)
    world.publish(2, title="edited")
    world.expire(1)
    world.publish(1)
    jobs = [job for page in client.pages({"batch_size": 1}) for job in page["jobs"]]
    assert {job["id"]: job["created_at"] for job in jobs} == first
    times = [datetime.fromisoformat(job["updated_at"]) for job in jobs]
    assert times == sorted(times) and len(set(times)) == len(times)


@says(
    "`GET /api/jobs/{id}` answers one active job;", "for one that expired it is a `404` that says when and why."
)
def test_one_job(world: World, client: Client) -> None:
    world.publish(1)
    (job,) = client.post(FEED).json()["jobs"]
    assert client.get(f"/api/jobs/{job['id']}").json() == job
    world.clock.now += timedelta(hours=1)
    world.expire(1, reason="deadline")
    problem = client.get(f"/api/jobs/{job['id']}").json()
    assert (problem["status"], problem["code"], problem["reason"]) == (404, "not_found", "deadline")
    assert problem["expired_at"] == "2026-03-01T13:00:00Z" and "2026-03-01T13:00:00Z" in problem["detail"]


# --- career sites --------------------------------------------------------------------------------------


def put(world: World, *numbers: int, **fields: Any) -> None:
    world.store.publish(Publication(companies=tuple(world.company(n, **fields) for n in numbers)))


def names(client: Client, **body: Any) -> set[str]:
    return {site["name"] for page in client.pages(body, SITES) for site in page["career_sites"]}


@says(
    "companies whose career sites are known, with a cursor, 1 to 50 rows a page",
    'The answer: `{"career_sites": [...], "next_cursor": ..., "has_more": ...}`.',
    "A row: `id` (uuid of the company, stable), `name`, `website`,",
    "Never null are `id`, `name`, `ats`, `listing_url`, `updated_at` and the lists.",
    "Rows do not expire, they are updated: there is nothing to sweep.",
    "The rich fields (funding, leadership, ratings, ...) are at `details_url`",
)
def test_rows_of_career_sites(world: World, client: Client) -> None:
    put(world, *range(51), discovered_at=world.clock())
    put(world, 60, ats=None, listing_url=None)  # its career site is not known
    pages = list(client.pages({}, SITES))
    assert [(set(page), len(page["career_sites"])) for page in pages] == [
        ({"career_sites", "next_cursor", "has_more"}, rows) for rows in (50, 1)
    ]
    for wrong in (0, 51):
        assert client.post(SITES, {"batch_size": wrong}).status == 400
    site = pages[0]["career_sites"][1]
    (told,) = [said for said in says.statements if said.startswith("A row:")]
    assert list(site) == re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", told))
    never = ("id", "name", "ats", "listing_url", "updated_at", "industries", "categories")
    assert None not in [site[name] for name in never] and str(uuid.UUID(site["id"])) == site["id"]
    world.clock.now += timedelta(days=1)
    put(world, 1, summary="We know more of it.", profile={"funding": {"total_usd": 5}})
    (better,) = client.post(SITES, {"updated_after": site["updated_at"]}).json()["career_sites"]
    assert better["id"] == site["id"] and better["updated_at"] > site["updated_at"]
    assert better["discovered_at"] == site["discovered_at"] and "funding" not in better
    profile = client.get(better["details_url"].removeprefix(client.base)).json()
    assert profile["funding"] == {"total_usd": 5}


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({"industries": ["FinTech", "none"]}, {1, 3}),
        ({"company_sizes": ["51-200", "1-10"]}, {4}),
        ({"country_codes": ["fr", "at"]}, {4}),
        ({"funding_stages": ["seed"]}, {4}),
        ({"company_types": ["for_profit"]}, {0, 1, 2, 3}),
        ({"company_types": ["non_profit"]}, {4}),
        ({"founded_after": 2003}, {3, 4}),
        ({"is_agency": True}, {4}),
        ({"is_agency": False}, {0, 1, 2, 3}),
        ({"industries": ["biotech"], "founded_after": 2001}, {2, 4}),
    ],
)
@says.table("Career sites")
def test_filters_of_career_sites(
    world: World, client: Client, filters: dict[str, Any], numbers: set[int]
) -> None:
    put(world, *range(4), is_agency=False)
    other = {"company_type": "non_profit", "country_codes": ("FR",), "is_agency": True}
    put(world, 4, company_size="51-200", funding_stage="seed", **other)
    assert names(client, **filters) == {f"Company {n}" for n in numbers}


@says("(it is **strictly** greater)", "Backfill once, storing `next_cursor` with the rows of each page;")
def test_times_of_career_sites(world: World, client: Client) -> None:
    put(world, 1)
    mark = world.clock()
    world.clock.now += timedelta(hours=1)
    put(world, 2)
    world.clock.now += timedelta(hours=1)
    put(world, 1, summary="better")
    at = mark.isoformat()
    assert names(client, updated_after=at) == {"Company 1", "Company 2"}
    assert names(client, updated_after=(mark + timedelta(hours=1)).isoformat()) == {"Company 1"}
    assert names(client, discovered_after=at) == {"Company 1", "Company 2"}
    assert names(client, discovered_before=at) == set()
    assert names(client, discovered_before=(mark + timedelta(hours=1)).isoformat()) == {"Company 1"}
    page = client.post(SITES, {"batch_size": 1}).json()
    rest = client.post(SITES, {"cursor": page["next_cursor"]}).json()
    assert [site["name"] for site in page["career_sites"] + rest["career_sites"]] == ["Company 2", "Company 1"]


# --- credits and limits --------------------------------------------------------------------------------


@says("A key belongs to an account, an account has a plan")
def test_plans(world: World, client: Client) -> None:
    world.publish(*range(3))
    world.add_plan("mine", families=("feed", "geocode"), included=("geocode",), prices={"feed": 2 * CREDIT},
                   limits={"feed": ((4, 60),)})  # fmt: skip
    first = world.add_key("jw_live_mine00000000000001", "mine", 10 * CREDIT)
    second = world.add_key("jw_live_mine00000000000002", "mine")
    assert client.post(FEED, X_Api_Key=first).headers["X-Credits-Balance"] == "4"
    assert client.post(FEED, X_Api_Key=second).headers["X-Credits-Balance"] == "4", "the account's, and paid for"
    geocode = "/api/locations/geocode?location=Rome"
    assert client.get(geocode, X_Api_Key=first).headers["X-Credits-Deducted"] == "0"
    assert client.post(SITES, X_Api_Key=first).json()["code"] == "not_entitled"
    assert [client.post(FEED, X_Api_Key=first).status for _ in range(3)] == [200, 200, 429]


@says(
    "A wallet that can pay for 630 of 1000 rows gets 630 rows and a cursor.",
    "One that cannot pay for a single row gets `402`",
    "the cursor stays valid.",
    "Watch `X-Credits-Balance` to know before.",
    "`402` `insufficient_credits` | stop and tell a person; the cursor stays valid",
    "`X-Credits-Balance`, `X-Credits-Deducted` | metered answers; `X-Credits-Required` on 402",
)
def test_a_wallet_that_cannot_pay_for_all(world: World, client: Client) -> None:
    world.publish(*range(1_000))
    client.key = world.add_key(PAYER, "payg", 315 * CREDIT)
    page = client.post(FEED)
    assert len(page.json()["jobs"]) == 630 and page.json()["has_more"] is True
    assert (page.headers["X-Credits-Deducted"], page.headers["X-Credits-Balance"]) == ("315", "0")
    cursor = page.json()["next_cursor"]
    refused = client.post(FEED, {"cursor": cursor})
    problem = refused.json()
    assert (problem["status"], problem["code"]) == (402, "insufficient_credits")
    assert (problem["credits_required"], problem["credits_balance"]) == (0.5, 0)
    assert refused.headers["X-Credits-Required"] == "0.5"
    world.add_key(PAYER, "payg", 500 * CREDIT)
    rest = client.post(FEED, {"cursor": cursor}).json()
    assert len(rest["jobs"]) == 370 and rest["has_more"] is False


@says(
    "the most restrictive counts.",
    "Plan `payg`: 120 requests a minute for the feeds, 360 for the rest.",
    "Beyond them: `429` with `Retry-After`.",
    "`Retry-After` | 429 and 503, in seconds",
    "`X-RateLimit-Limit`, `X-RateLimit-Remaining`, `X-RateLimit-Reset`, `X-RateLimit-Group`",
)
def test_limits(world: World, client: Client) -> None:
    world.publish(1)
    client.key = world.add_key(PAYER, "payg", CREDIT)
    paths = {"feed": ("/api/jobs/expired", 120), "general": (f"/api/jobs/{world.job(1).id}", 360)}
    for group, (path, limit) in paths.items():
        headers = client.get(path).headers
        told = [headers[f"X-RateLimit-{name}"] for name in ("Group", "Limit", "Remaining")]
        assert told == [group, str(limit), str(limit - 1)]
        assert int(headers["X-RateLimit-Reset"]) > 1_600_000_000
        assert f"q={limit};w=60" in headers["RateLimit-Policy"] and headers["RateLimit"]
    answers = [client.get("/api/jobs/expired") for _ in range(120)]
    assert [reply.status for reply in answers] == [200] * 119 + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    world.add_plan("tight", included=("feed",), limits={"feed": ((50, 3_600), (3, 60))})
    client.key = world.add_key("jw_live_tight0000000000000", "tight")
    assert [client.post(FEED).status for _ in range(4)] == [200] * 3 + [429]


# --- headers and errors --------------------------------------------------------------------------------


@says("`X-Has-More` | every page; repeats the body", "`X-Request-Id` | every answer")
def test_headers(world: World, client: Client) -> None:
    world.publish(1, 2, 3)
    world.expire(1)
    pages = [client.post(FEED, {"batch_size": n}) for n in (1, 9)]
    pages += [client.post(SITES, {"batch_size": n}) for n in (1, 9)]
    pages += [client.get(f"/api/jobs/changes?batch_size={n}") for n in (1, 9)]
    pages += [client.get(f"/api/jobs/expired?batch_size={n}") for n in (1, 9)]
    assert all(page.headers["X-Has-More"] == str(page.json()["has_more"]).lower() for page in pages)
    others = [
        client.get(path) for path in ("/", "/docs", "/llms.txt", "/nothing", "/health/live", "/openapi.json")
    ]
    answers = [*pages, *others, client.post(FEED, X_Api_Key="")]
    assert len({reply.headers["X-Request-Id"] for reply in answers}) == len(answers)


class Away:
    """A store whose database does not answer, until `there`."""

    def __init__(self, store: Any) -> None:
        self._store, self.there = store, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def page(self, *given: Any) -> Any:
        if not self.there:
            raise Unavailable("The database is away.")
        return self._store.page(*given)


@says(
    "Every failure is an `application/problem+json` document",
    "`400` `invalid_cursor` | drop the cursor, start the scan again",
    "`400` `invalid_request`, `401` `invalid_api_key`, `403` `not_entitled`, `404` `not_found`",
    "`503`, `429` | wait the seconds in `Retry-After`, send the same request again",
)
def test_failures(world: World, client: Client, serve: Any) -> None:
    world.publish(1)
    world.add_plan("none", families=())
    world.add_key("jw_live_none00000000000000", "none")
    store = Away(world.store)
    away = serve(store=store)
    asked: list[tuple[str, int, Callable[[], Any]]] = [
        ("invalid_request", 400, lambda: client.post(FEED, {"batch_size": 0})),
        ("invalid_cursor", 400, lambda: client.post(FEED, {"cursor": "1eJx"})),
        ("lookback_exceeded", 400, lambda: client.get("/api/jobs/expired?expired_since=2020-01-01")),
        ("invalid_api_key", 401, lambda: client.post(FEED, X_Api_Key="jw_live_unknown0000000000")),
        ("not_entitled", 403, lambda: client.post(FEED, X_Api_Key="jw_live_none00000000000000")),
        ("not_found", 404, lambda: client.get("/api/jobs/6e1c9a52-58cf-5d0a-9f0e-0d6a2f6f7c11")),
        ("not_found", 404, lambda: client.get("/nothing")),
        ("method_not_allowed", 405, lambda: client.get(FEED)),
        ("temporarily_unavailable", 503, lambda: away.post(FEED)),
    ]
    for code, status, ask in asked:
        for _ in range(2):  # the same request fails again
            reply = ask()
            problem = reply.json()
            assert reply.headers["Content-Type"] == "application/problem+json"
            assert (reply.status, problem["status"], problem["code"]) == (status, status, code)
            assert {"type", "title", "status", "detail", "code", "error", "message"} <= set(problem)
            assert (problem["error"], problem["message"]) == (problem["title"], problem["detail"])
            assert client.get(problem["type"].removeprefix(client.base).partition("#")[0]).status == 200
    assert away.post(FEED).headers["Retry-After"] == "5"
    store.there = True
    assert away.get("/health/ready").status == 200
    assert len(away.post(FEED, X_Api_Key=KEY).json()["jobs"]) == 1
