"""Sitemaps as the web has them."""

from __future__ import annotations

import gzip

import pytest

from jobwire.collect import sitemap
from jobwire.collect.protocol import Response
from jobwire.collect.sitemap import Page, find_sitemaps, read_sitemap
from jobwire.errors import BoardBroken

URL = "https://a.example/sitemap.xml"
URLSET = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    "<url><loc> https://a.example/jobs/1 </loc><lastmod>2026-07-01</lastmod></url>"
    "<url><loc>/jobs/2?a=1&amp;b=2</loc></url></urlset>"
)
INDEX = "<sitemapindex><sitemap><loc>https://a.example/s1.xml.gz</loc></sitemap></sitemapindex>"
PAGES = (Page("https://a.example/jobs/1", "2026-07-01"), Page("https://a.example/jobs/2?a=1&b=2"))


def respond(body: bytes) -> Response:
    return Response(status=200, url=URL, body=body)


@pytest.mark.parametrize(
    "body",
    [
        URLSET.encode(),
        gzip.compress(URLSET.encode()),
        b"\xef\xbb\xbf\n" + URLSET.encode(),
        URLSET.replace(' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"', "").encode(),
    ],
)
def test_pages_are_listed_plain_or_packed(body: bytes) -> None:
    assert read_sitemap(respond(body)).pages == PAGES


def test_an_index_lists_sitemaps() -> None:
    assert read_sitemap(respond(INDEX.encode())).children == ("https://a.example/s1.xml.gz",)


def test_lines_are_a_sitemap_too() -> None:
    found = read_sitemap(respond(b"https://a.example/jobs/1\nhttps://a.example/jobs/2\n"))
    assert [page.url for page in found.pages] == ["https://a.example/jobs/1", "https://a.example/jobs/2"]


def test_entries_without_a_url_are_counted() -> None:
    assert (
        read_sitemap(respond(b"<urlset><url/><url><loc>https://a.example/1</loc></url></urlset>")).unusable == 1
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Not found",
        b"<html><body>Not found</body></html>",
        URLSET.encode()[:-20],
        gzip.compress(URLSET.encode())[:-20],
        b"\x1f\x8b\x08garbage",
        b'<!DOCTYPE x [<!ENTITY a "b">]><urlset><url><loc>&a;</loc></url></urlset>',
    ],
)
def test_anything_else_is_broken(body: bytes) -> None:
    with pytest.raises(BoardBroken):
        read_sitemap(respond(body))


def test_a_bomb_does_not_go_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MAX_BYTES", 1_000)
    with pytest.raises(BoardBroken, match="larger"):
        read_sitemap(respond(gzip.compress(b" " * 100_000)))


def test_robots_names_sitemaps() -> None:
    robots = (
        "User-agent: *\nDisallow: /x\nSitemap: https://a.example/1.xml\n  SITEMAP:/2.xml\nSitemap: ftp://no\n"
    )
    assert find_sitemaps(robots, "https://a.example/robots.txt") == [
        "https://a.example/1.xml",
        "https://a.example/2.xml",
    ]
