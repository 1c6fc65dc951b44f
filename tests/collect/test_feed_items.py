"""Job feeds: RSS, Atom, RDF and JSON Feed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from jobwire.collect.feed_items import is_feed, read_items
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


@pytest.mark.parametrize("body", ["<html></html>", RSS[:-20], "<rss>&nosuch;</rss>"])
def test_a_broken_feed_is_said_to_be(body: str) -> None:
    with pytest.raises(BoardBroken):
        read_items(respond(body))
