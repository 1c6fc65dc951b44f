"""Search over HTTP: the same jobs as the feed, found, counted, paid for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.store.typesense_double import running_typesense

from jobwire.errors import Unavailable
from jobwire.model.account import CREDIT
from jobwire.model.ids import company_id
from jobwire.model.job import Compensation, Location, QualificationBucket, Qualifications, Skill

SEARCH = "/api/jobs/search"
PARIS = Location(location="Paris, France", city="Paris", region="Île-de-France", country="FR")
OFFICE = Location(location="San Francisco, CA", city="San Francisco", region="California", country="US")


def skilled(*names: str) -> Qualifications:
    skills = tuple(Skill(name=name, type="hard") for name in names)
    return Qualifications(must_have=QualificationBucket(skills=skills))


@pytest.fixture
def found(world: Any, client: Any) -> Any:
    """A client of a server that has jobs, once search knows them."""
    world.publish(*range(20))
    world.publish(20, title="Registered Nurse", locations=(PARIS,), description="Care.")
    world.publish(21, title="Data Scientist", locations=(OFFICE,), qualifications=skilled("Python"))
    world.publish(22, title="Chef", compensation=Compensation(min=9, max=9.5, currency="USD", period="hour"))
    wait_until(client, 23)
    return client


def wait_until(client: Any, total: int) -> None:
    def is_there() -> bool:
        reply = client.get("/api/jobs?page_size=1")
        return reply.status == 200 and reply.json()["total"] == total

    client.wait_for(is_there)


def titles(reply: Any) -> list[str]:
    assert reply.status == 200, reply.data
    return [job["title"] for job in reply.json()["jobs"]]


def test_an_answer_has_the_jobs_of_the_feed(found: Any) -> None:
    fed = {job["id"]: job for page in found.pages() for job in page["jobs"]}
    page = found.post(SEARCH, {"page_size": 100}).json()
    assert {job["id"]: job for job in page["jobs"]} == fed
    assert {name: page[name] for name in ("total", "page", "page_size", "total_pages")} == {
        "total": 23,
        "page": 1,
        "page_size": 100,
        "total_pages": 1,
    }


def test_all_three_doors_find_the_same(found: Any) -> None:
    company = company_id("c6")  # 20 % 7
    assert titles(found.post(SEARCH, {"query": "nurse"})) == ["Registered Nurse"]
    assert titles(found.get("/api/jobs?query=nurse")) == ["Registered Nurse"]
    assert titles(found.get(f"/api/companies/{company}/jobs?query=nurse")) == ["Registered Nurse"]
    assert titles(found.get(f"/api/companies/{company_id('c1')}/jobs?query=nurse")) == []
    assert found.get(f"/api/companies/{company_id('nobody')}/jobs").status == 404


SAME_JOB = [
    "q=data+scientist&location=San+Francisco&remote=false",
    "q=python",
    "queries=data+scientist&queries=zookeeper",
    "location=California&page_size=1",
    "locations=San+Francisco,+CA",
    'locations={"country":"US"}',
    "country=US",
    "region=california&city=San+Francisco",
    "q=senior+data+scientist+zeppelins",
    "skills=Python,Cobol",
    "q=scientist&exclude_companies=Company+3",
    "q=scientist&search_description=false&sources=greenhouse",
]


def test_clients_of_every_kind_are_understood(found: Any) -> None:
    for query in SAME_JOB:
        assert titles(found.get(f"/api/jobs?{query}")) == ["Data Scientist"], query


COUNTS: list[tuple[dict[str, Any], int]] = [
    ({"work_models": ["Remote"]}, 6),
    ({"work_model": ["on-site", "hybrid"]}, 12),
    ({"is_remote": False}, 17),
    ({"locations": ["Remote", "Paris"]}, 6),
    ({"locations": [{"city": "paris"}, "Germany"]}, 8),
    ({"exclude_locations": ["Germany"]}, 16),
    ({"countries": ["germany", "FR"]}, 8),
    ({"exclude_country": ["DE"], "cities": ["Paris"]}, 1),
    ({"region": ["ile-de-france"]}, 1),
    ({"exclude_work_models": ["remote"], "sources": ["greenhouse"]}, 11),
    ({"industries": ["FinTech"]}, 10),
    ({"exclude_industries": ["fintech"]}, 13),
    ({"company_ids": [company_id("c0")]}, 4),
    ({"min_salary_usd": 15_000, "max_salary_usd": 25_000}, 1),
    ({"posted_after": "2026-03-01T12:00:00Z"}, 23),
    ({"posted_before": "2026-03-01T11:59:59Z"}, 0),
    ({"discovered_after": "2026-03-02T00:00:00Z"}, 0),
    ({"updated_after": "2027-01-01T00:00:00Z"}, 0),
    ({"query": None, "page": None}, 23),
]


def test_filters(found: Any) -> None:
    for body, count in COUNTS:
        assert found.post(SEARCH, body).json()["total"] == count, body


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"page_size": 101}, "page_size", "nearest accepted value is 100"),
    ({"page": 0}, "page", "nearest accepted value is 1"),
    ({"page": 101, "page_size": 100}, "page", "nearest accepted page is 100"),
    ({"sort": "dates"}, "sort", 'Did you mean "date"?'),
    ({"include_fields": ["titel"]}, "include_fields", 'Did you mean "title"?'),
    ({"include_facets": ["skill"]}, "include_facets", 'Did you mean "skills"?'),
    ({"experience_level": ["senoir"]}, "experience_level", 'Did you mean "senior"?'),
    ({"exclude_work_models": ["remoote"]}, "exclude_work_models", 'Did you mean "remote"?'),
    ({"query": ["a"]}, "query", "Send a string"),
    ({"queries": ["a"] * 11}, "queries", "at most 10"),
    ({"locations": [7]}, "locations[0]", "Send an object"),
    ({"min_salary_usd": "much"}, "min_salary_usd", "whole number"),
]


def test_what_cannot_be_read_is_a_clear_400(found: Any) -> None:
    for body, field, says in REFUSED:
        reply = found.post(SEARCH, body)
        problem = reply.json()
        assert (reply.status, problem["code"], problem["field"]) == (400, "invalid_request", field)
        assert says in problem["detail"]


def test_an_answer_with_fewer_words_says_so(found: Any) -> None:
    reply = found.get("/api/jobs?q=senior+data+scientist+zeppelins")
    assert reply.headers["X-Search-Relaxed"] == "true" and reply.json()["total"] == 1
    assert "X-Search-Relaxed" not in found.get("/api/jobs?q=data+scientist").headers
    assert "X-Search-Relaxed" not in found.get("/api/jobs?q=zeppelins+xylophones").headers


def test_long_queries(found: Any) -> None:
    assert titles(found.post(SEARCH, {"query": "nurse in paris " * 66})) == ["Registered Nurse"]
    assert found.post(SEARCH, {"query": "n" * 2001}).status == 400


def test_unknown_fields_are_named(found: Any) -> None:
    reply = found.get("/api/jobs?q=nurse&querry=x")
    assert reply.headers["X-Ignored-Fields"] == "querry"


def test_heavy_fields_can_be_left_out(found: Any) -> None:
    job = found.get("/api/jobs?q=nurse&include_fields=title,company").json()["jobs"][0]
    assert list(job) == ["id", "title", "company"] and job["company"]["name"] == "Company 6"
    job = found.get("/api/jobs?q=nurse&exclude_fields=description").json()["jobs"][0]
    assert "description" not in job and "benefits" in job


def test_facets_are_counts_of_all_that_matches(found: Any) -> None:
    facets = found.get("/api/jobs?page_size=1").json()["facets"]
    assert {entry["key"]: entry["count"] for entry in facets["sources"]} == {"greenhouse": 11, "lever": 12}
    assert facets["companies"][0]["name"].startswith("Company ")
    assert found.post(SEARCH, {"include_facets": []}).json()["facets"] == {}
    assert found.get("/api/jobs?include_facets=none").json()["facets"] == {}
    assert list(found.get("/api/jobs?include_facets=skills").json()["facets"]) == ["skills"]


def test_pages_hold_every_job_once(found: Any) -> None:
    pages = [found.get(f"/api/jobs?q=engineer&page_size=7&page={n}").json() for n in (1, 2, 3, 4)]
    assert [len(page["jobs"]) for page in pages] == [7, 7, 6, 0]
    assert len({job["id"] for page in pages for job in page["jobs"]}) == 20 and pages[0]["total_pages"] == 3


def test_it_follows_the_log(world: Any, found: Any) -> None:
    world.publish(20, title="Head Nurse")
    found.wait_for(lambda: titles(found.get("/api/jobs?q=nurse")) == ["Head Nurse"])
    world.expire(20)
    found.wait_for(lambda: titles(found.get("/api/jobs?q=nurse")) == [])


def test_each_delivered_job_is_paid_once(world: Any, found: Any) -> None:
    found.key = world.add_key("jw_live_searching00000000000", plan="payg", credits_=100 * CREDIT)
    reply = found.get("/api/jobs?q=engineer&page_size=10")
    assert (reply.headers["X-Credits-Deducted"], reply.headers["X-Credits-Balance"]) == ("10", "90")
    again = found.get("/api/jobs?q=engineer&page_size=10")
    assert (again.headers["X-Credits-Deducted"], again.headers["X-Credits-Balance"]) == ("0", "90")
    assert found.get("/api/jobs?q=zookeeper").headers["X-Credits-Deducted"] == "0"


def test_a_small_wallet_gets_what_it_can_pay_for(world: Any, found: Any) -> None:
    found.key = world.add_key("jw_live_searching00000000001", plan="payg", credits_=3 * CREDIT)
    best = titles(found.get("/api/jobs?q=engineer&page_size=10"))
    assert len(best) == 3
    reply = found.get("/api/jobs?q=nurse")
    assert (reply.status, reply.json()["code"]) == (402, "insufficient_credits")


def test_a_plan_without_search_and_a_request_without_key(world: Any, found: Any) -> None:
    world.add_plan("feed-only", families=("feed",))
    found.key = world.add_key("jw_live_feedonly000000000000", plan="feed-only")
    assert found.get("/api/jobs").status == 403
    found.key = ""
    assert found.get("/api/jobs").status == 401


def test_a_sandbox_key_sees_only_the_sample(world: Any, serve: Any) -> None:
    client = serve(sandbox_rows=5)
    world.publish(*range(20))
    wait_until(client, 20)
    client.key = world.add_key("jw_test_sandbox0000000000000", sandbox=True)
    page = client.get("/api/jobs").json()
    assert page["total"] == len(page["jobs"]) == 5
    assert {job["title"] for job in page["jobs"]} == set(client.scan())


def test_the_folder_is_shared_and_outlives_a_server(world: Any, serve: Any, tmp_path: Any) -> None:
    world.publish(1, 2, 3)
    first, second = serve(search_url=str(tmp_path / "s")), serve(search_url=str(tmp_path / "s"))
    wait_until(first, 3)
    wait_until(second, 3)
    serve.stop()
    third = serve(search_url=str(tmp_path / "s"))
    world.publish(4)
    wait_until(third, 4)


def test_an_engine_that_stops_answering_does_not_stop_the_feed(serve: Any, found: Any, monkeypatch: Any) -> None:
    asked = []

    def refuse(self: Any, query: Any) -> Any:
        asked.append(query)
        raise Unavailable("gone")

    monkeypatch.setattr("jobwire.store.search.follow.SearchIndex.search", refuse)
    replies = [found.get("/api/jobs") for _ in range(6)]
    assert {(reply.status, reply.headers["Retry-After"]) for reply in replies} == {(503, "5")}
    assert len(asked) == 3  # then the breaker is open: the engine is left alone
    assert found.get("/health/ready").json()["search_index"] == "unavailable"
    assert len(found.scan()) == 23


@pytest.fixture
def postgres_url(postgres_dsn: str) -> str:
    fields = {name: str(value) for name, value in conninfo_to_dict(postgres_dsn).items()}
    return f"postgresql:///{fields.pop('dbname')}?{urlencode(fields)}"


def test_the_index_may_be_in_postgresql(world: Any, serve: Any, postgres_url: str) -> None:
    world.publish(*range(20))
    world.publish(20, title="Registered Nurse")
    first, second = serve(search_url=postgres_url), serve(search_url=postgres_url)
    for client in (first, second):
        wait_until(client, 21)
        assert titles(client.get("/api/jobs?q=registred+nurse")) == ["Registered Nurse"]
        facets = client.get("/api/jobs?page_size=1").json()["facets"]
        assert sum(entry["count"] for entry in facets["sources"]) == 21
    world.expire(20)
    second.wait_for(lambda: titles(second.get("/api/jobs?q=nurse")) == [])


def test_typesense_that_is_slow_or_away_costs_only_search(world: Any, serve: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("jobwire.store.search.typesense.SEARCH_S", 0.1)
    world.publish(*range(20))
    with running_typesense() as (double, address):
        client = serve(search_url=address)
        wait_until(client, 20)
        with double.lock:  # it takes the request and says nothing
            reply = client.get("/api/jobs")
            assert (reply.status, reply.headers["Retry-After"]) == (503, "5")
        double.down = True
        assert [client.get("/api/jobs").status for _ in range(4)] == [503] * 4
        double.down, asked = False, double.asked
        assert client.get("/api/jobs").status == 503  # the breaker is open: nothing is asked
        assert double.asked == asked
        assert len(client.scan()) == 20 and client.get("/health/ready").status == 200
        serve.stop()
