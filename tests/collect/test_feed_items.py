"""Job feeds: RSS, Atom, RDF and JSON Feed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from jobwire.collect.feed_items import is_feed, name_items, read_items
from jobwire.collect.protocol import Response
from jobwire.errors import BoardBroken

AT = datetime(2026, 8, 4, 10, tzinfo=UTC)
ITEM = "<title>Cook &amp;amp; Baker</title><link>/jobs/1</link><guid>1</guid>"
RSS = f"<rss version='2.0'><channel><title>x</title><item>{ITEM}<pubDate>Tue, 04 Aug 2026 10:00:00 GMT</pubDate><description>&lt;p&gt;x&lt;/p&gt;</description></item></channel></rss>"
ATOM = (
    "<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><entry><title>Cook &amp; Baker</title>"
    "<link rel='self' href='/no'/><link href='/jobs/1'/><id>1</id><published>2026-08-04T10:00:00Z</published>"
    "<updated>2026-09-01T10:00:00Z</updated><content type='html'>&lt;p&gt;x&lt;/p&gt;</content></entry></feed>"
)
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {
                "id": "1",
                "title": "Cook & Baker",
                "url": "/jobs/1",
                "content_html": "<p>x</p>",
                "date_published": "2026-08-04T10:00:00Z",
                "authors": [{"name": "PRIVATE Person"}],
            }
        ],
    }
)


def respond(body: str) -> Response:
    return Response(status=200, url="https://a.example/jobs.rss", body=body.encode())


@pytest.mark.parametrize("body", [RSS, ATOM, JSON])
def test_a_feed_is_read_in_each_format(body: str) -> None:
    assert is_feed(respond(body))
    (item,), unusable = read_items(respond(body))
    assert (item.title, item.url, item.guid) == ("Cook & Baker", "https://a.example/jobs/1", "1")
    assert (item.html, item.published_at, unusable) == ("<p>x</p>", AT, 0)


def test_entries_without_title_or_link_are_counted() -> None:
    body = RSS.replace("</channel>", "<item><title>x</title></item><item><link>/y</link></item></channel>")
    items, unusable = read_items(respond(body))
    assert (len(items), unusable) == (1, 2)


@pytest.mark.parametrize("body", ["", "<html></html>", "{}", "hello"])
def test_a_page_is_no_feed(body: str) -> None:
    assert not is_feed(respond(body))


@pytest.mark.parametrize(
    "body", ["<html></html>", RSS[:-20], "<rss>&nosuch;</rss>", "<rss/>", "<rss><body/></rss>", '{"items": {}}']
)
def test_a_broken_feed_is_said_to_be(body: str) -> None:
    with pytest.raises(BoardBroken):
        read_items(respond(body))


def names(*links: str, guid: str = "") -> list[str]:
    body = "".join(
        f"<item><title>Cook</title><link>{link.replace('&', '&amp;')}</link>{guid}</item>" for link in links
    )
    return name_items(read_items(respond(f"<rss><channel>{body}</channel></rss>"))[0])


@pytest.mark.parametrize(
    ("link", "later"),
    [
        ("/jobs/cook-in-berlin?sid=1a", "/jobs/cook-in-berlin?sid=2b"),
        ("/jobs/4711?v=0.12", "/jobs/4711?v=0.99"),
        ("/view.php?id=7&sid=1a", "/view.php?sid=2b&id=7"),
        ("/view?job=7&token=1", "/view?job=7&token=2"),
        ("/jobs/1?utm_source=a", "/jobs/1?utm_source=b&gh_src=x"),
    ],
)
def test_a_link_whose_parameters_change_is_the_same_posting(link: str, later: str) -> None:
    assert names(link) == names(later) == names(later, "/jobs/other")[:1]


def test_postings_whose_links_differ_in_a_parameter_only_stay_apart() -> None:
    assert names("/view.php?id=7", "/view.php?id=8") == ["/view.php?id=7", "/view.php?id=8"]
    assert len(set(names("/jobs/all-our-jobs?x=7", "/jobs/all-our-jobs?x=8"))) == 2


def test_a_guid_is_the_id_whatever_the_link_says() -> None:
    assert names("/a?x=1", guid="<guid>abc</guid>") == names("/b?x=2", guid="<guid>abc</guid>") == ["abc"]
    permalink = "<guid>https://a.example/jobs/7</guid>"
    assert names("/click?to=7&t=123", guid=permalink) == ["/jobs/7"]
    assert len(set(names("/jobs/1", "/jobs/2", guid="<guid>same</guid>"))) == 2, "a guid of all is a guid of none"


def test_what_a_feed_states_beside_the_usual_is_read() -> None:
    more = (
        "<j:location xmlns:j='x'>Lyon</j:location><j:department xmlns:j='x'>Kitchen</j:department>"
        "<minimumSalary>30</minimumSalary><salaryCurrency>EUR</salaryCurrency><qualifications>Pans</qualifications>"
    )
    (item,), _ = read_items(respond(RSS.replace("<pubDate>", f"{more}<pubDate>")))
    assert (item.location, item.department, item.html) == ("Lyon", "Kitchen", "<p>x</p>\nPans")
    assert item.pay is not None and (item.pay.min, item.pay.max, item.pay.currency) == (30, None, "EUR")
