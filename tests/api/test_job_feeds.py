"""The feeds for job boards and readers: the same jobs as the feed, paid for alike, whatever they hold."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import pytest
from tests.api.conftest import KEY, Client, Reply, World

from jobwire.model.account import CREDIT
from jobwire.model.company import CompanySummary
from jobwire.model.ids import company_id, job_id
from jobwire.model.job import Compensation, Location

XML, JSON = "/feeds/jobs.xml", "/feeds/jobs.json"
HOSTILE = ("</script><script>alert(1)</script>", "a]]>b", "]]]]>>", "<!-- & -->", "é 日本 \U0001f600")


def read_xml(reply: Reply) -> ElementTree.Element:
    assert reply.status == 200, reply.data
    return ElementTree.fromstring(reply.data)  # a document of our own server


def read_ids(reply: Reply) -> tuple[list[str], str | None]:
    """(ids of the jobs, address of the next page)."""
    if reply.headers["Content-Type"] == "application/feed+json":
        page = reply.json()
        return [item["id"] for item in page["items"]], page.get("next_url")
    source = read_xml(reply)
    return [str(job.findtext("referencenumber")) for job in source.iter("job")], source.findtext("nextpage")


def follow(client: Client, path: str) -> Iterator[list[str]]:
    """The ids of each page to the end."""
    following: str | None = path
    while following:
        reply = client.get(following.removeprefix(client.base))
        ids, following = read_ids(reply)
        assert reply.headers["X-Has-More"] == ("true" if following else "false")
        yield ids


def active(client: Client, body: dict[str, Any] | None = None) -> list[str]:
    return [job["id"] for page in client.pages(body) for job in page["jobs"]]


def test_xml_as_job_boards_read_it(world: World, client: Client) -> None:
    world.publish(
        3,
        title="Cook",
        description="One & two.\n- Three",
        locations=(Location(city="Lyon", region="Rhône", country="FR"), Location(country="DE")),
        compensation=Compensation(min=10, max=12, currency="EUR", period="hour"),
        date_posted=datetime(2026, 2, 1, 8, tzinfo=UTC),
        valid_through=datetime(2026, 4, 1, tzinfo=UTC),
    )
    reply = client.get(XML)
    assert reply.headers["Content-Type"] == "application/xml; charset=utf-8"
    source = read_xml(reply)
    assert source.tag == "source"
    assert [source.findtext(name) for name in ("publisherurl", "lastBuildDate")] == [
        client.base,
        "Sun, 01 Mar 2026 12:00:00 GMT",
    ]
    assert {field.tag: field.text for field in source[3]} == {
        "title": "Cook",
        "date": "2026-02-01T08:00:00Z",
        "referencenumber": job_id("greenhouse:acme", "3"),
        "url": "https://jobs.example/3",
        "company": "Company 3",
        "city": "Lyon",
        "state": "Rhône",
        "country": "FR",
        "description": "<p>One &amp; two.</p><ul><li>Three</li></ul>",
        "salary": "EUR 10 - 12 per hour",
        "jobtype": "fulltime",
        "category": "fintech",
        "remotetype": None,
        "expirationdate": "2026-04-01T00:00:00Z",
    }


def test_json_feed_as_readers_read_it(world: World, client: Client) -> None:
    world.publish(3)
    feed = client.get(JSON).json()
    job = client.post("/api/jobs/feed").json()["jobs"][0]
    assert feed == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Jobs",
        "home_page_url": client.base,
        "feed_url": client.base + JSON,
        "items": [
            {
                "id": job["id"],
                "url": f"{client.base}/jobs/{job['id']}",
                "external_url": job["listing_url"],
                "title": job["title"],
                "content_text": job["description"],
                "authors": [{"name": job["company"]["name"]}],
                "date_published": job["created_at"],
                "date_modified": job["updated_at"],
                "_jobwire": job,
            }
        ],
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_arrives_as_it_is(world: World, client: Client, text: str) -> None:
    company = CompanySummary(id=company_id("c1"), name="Company 1")
    world.publish(1, title=text, description=text, company=company, locations=(Location(city=text),))
    job = read_xml(client.get(XML)).find("job")
    assert job is not None
    assert [job.findtext(name) for name in ("title", "city")] == [text] * 2
    assert job.findtext("description") == f"<p>{html.escape(text, quote=False)}</p>"
    item = client.get(JSON).json()["items"][0]
    assert (item["title"], item["content_text"], item["_jobwire"]["title"]) == (text, text, text)


def test_what_xml_cannot_hold_is_left_out_of_it(world: World, client: Client) -> None:
    text = "a" + "".join(map(chr, range(32))) + "\x7f\x85\ufffe\uffffb"
    world.publish(1, title=text)
    assert read_xml(client.get(XML)).findtext("job/title") == "a\t\n\n\x7f\x85b"
    assert client.get(JSON).json()["items"][0]["title"] == text


@pytest.mark.parametrize("path", [XML, JSON])
def test_pages_to_the_end_are_the_active_jobs(world: World, client: Client, path: str) -> None:
    world.publish(*range(23))
    world.expire(2, 9, 22)
    pages = list(follow(client, f"{path}?batch_size=7"))
    assert [len(page) for page in pages] == [7, 7, 6]
    assert sorted(chain.from_iterable(pages)) == sorted(active(client))
    assert list(follow(client, path)) == [active(client)]


@pytest.mark.parametrize("path", [XML, JSON])
def test_the_size_of_a_page(world: World, client: Client, path: str) -> None:
    world.publish(*range(120))
    assert [len(page) for page in follow(client, path)] == [100, 20]
    for size in ("0", "501", "many"):
        assert client.get(f"{path}?batch_size={size}").status == 400
    cursor = client.post("/api/jobs/feed", {"batch_size": 20}).json()["next_cursor"]
    assert [len(page) for page in follow(client, f"{path}?cursor={cursor}")] == [20] * 5


FILTERS: list[tuple[str, dict[str, Any]]] = [
    ("sources=lever", {"sources": ["lever"]}),
    ("work_models=remote,hybrid&batch_size=2", {"work_models": ["remote", "hybrid"]}),
    ("is_remote=true", {"is_remote": True}),
    ("country=DE&experience_levels=senior", {"locations": [{"country": "DE"}], "experience_levels": ["senior"]}),
    ("city=Atlantis", {"locations": [{"city": "Atlantis"}]}),
    ("updated_after=2027-01-01T00:00:00Z", {"updated_after": "2027-01-01T00:00:00Z"}),
]


@pytest.mark.parametrize("path", [XML, JSON])
def test_filters_are_those_of_the_feed(world: World, client: Client, path: str) -> None:
    world.publish(*range(20))
    for query, body in FILTERS:
        assert list(chain.from_iterable(follow(client, f"{path}?{query}"))) == active(client, body), query
    assert client.get(f"{path}?work_models=remoote").status == 400
    assert client.get(f"{path}?sauces=x&key=").headers["X-Ignored-Fields"] == "sauces"
    assert client.get(f"{path}?cursor=1abc.def").json()["code"] == "invalid_cursor"


@pytest.mark.parametrize("path", [XML, JSON])
def test_a_key_is_needed_and_may_be_in_the_address(
    world: World, client: Client, quiet_log: list[Any], path: str
) -> None:
    world.publish(*range(3))
    client.key = ""
    for query in ("", "?key=", "?key=jw_live_unknown", f"?key={quote('é', safe='')}"):
        reply = client.get(path + query)
        assert (reply.status, reply.json()["code"]) == (401, "invalid_api_key"), query
    pages = list(follow(client, f"{path}?batch_size=2&key={KEY}"))
    assert [len(page) for page in pages] == [2, 1]
    assert client.get(f"{path}?key=unknown", X_Api_Key=KEY).status == 200
    assert client.get(f"/api/jobs/changes?key={KEY}").status == 401
    client.wait_for(lambda: len(quiet_log) >= 8)
    assert KEY not in repr(quiet_log)


def test_the_key_of_a_header_is_not_written_into_addresses(world: World, client: Client) -> None:
    world.publish(*range(3))
    for path in (XML, JSON):
        reply = client.get(f"{path}?batch_size=2")
        assert KEY.encode() not in reply.data
        assert urlsplit(read_ids(reply)[1] or "").query.startswith("cursor=")


@pytest.mark.parametrize("path", [XML, JSON])
def test_pages_cost_what_those_of_the_feed_cost(world: World, client: Client, path: str) -> None:
    client.key = world.add_key("jw_live_payg00000000000000", plan="payg", credits_=3 * CREDIT)
    world.publish(*range(8))
    head = client.send("HEAD", path)
    assert (head.headers["X-Credits-Deducted"], head.headers["X-Credits-Balance"]) == ("0", "3")
    client.wait_for(lambda: world.accounts.balance("account-payg") == 3 * CREDIT)
    first = client.get(f"{path}?batch_size=4")
    assert (first.headers["X-Credits-Deducted"], first.headers["X-Credits-Balance"]) == ("2", "1")
    ledger = world.accounts.ledger
    client.wait_for(lambda: sum(e.rows for e in ledger("account-payg", 99) if e.kind == "charge") == 4)
    assert client.get(f"{path}?batch_size=4").headers["X-Credits-Deducted"] == "0"
    assert client.post("/api/jobs/feed", {"batch_size": 4}).headers["X-Credits-Deducted"] == "0"
    ids, following = read_ids(client.get(path))
    assert len(ids) == 6 and following  # what the wallet cannot pay for comes with the next page
    broke = client.get(following.removeprefix(client.base))
    assert (broke.status, broke.json()["code"]) == (402, "insufficient_credits")


def test_a_plan_without_the_feed_has_none_of_these(world: World, client: Client) -> None:
    world.add_plan("search-only", families=("search",))
    client.key = world.add_key("jw_live_search000000000000", plan="search-only")
    for path in (XML, JSON):
        assert json.loads(client.get(path).data)["code"] == "not_entitled"
