"""From websites to boards over real HTTP: each way in which sites lead to their jobs, and those that lead nowhere."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from jobwire.collect.discover import MAX_PAGES, Found, explore, find_site, locate
from jobwire.collect.fetch import Fetcher, FetchOptions
from jobwire.collect.profile import read_profile
from jobwire.collect.protocol import Response
from jobwire.errors import BoardError

HEAD = """<html><head><title>Acme Rockets</title><meta property="og:site_name" content="Acme Rockets">
<meta name="description" content="Acme Rockets is a B2B aerospace company."><meta property="og:logo" content="/l.png">
</head><body><a href="https://www.linkedin.com/company/acme-rockets/">in</a>
<a href="https://github.com/acme">code</a><a href="https://x.com/intent/tweet">share</a>"""
SITEMAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{}</loc></url></urlset>'
POSTING = """<script type="application/ld+json">{"@type": "JobPosting", "title": "Welder",
"hiringOrganization": {"@type": "Organization", "name": "Acme"}}</script>"""

Site = dict[str, str]
"""host/path -> page; `-> URL` redirects."""


@asynccontextmanager
async def serving(site: Site, asked: list[str]) -> AsyncIterator[Fetcher]:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        key = f"{request.host}{request.path_qs}"
        asked.append(key)
        page = site.get(key)
        if page is None:
            return web.Response(status=404)
        if page.startswith("-> "):
            return web.Response(status=302, headers={"Location": page[3:]})
        return web.Response(text=page, content_type="text/xml" if page.startswith("<urlset") else "text/html")

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    listener = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listener).start()
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        async with Fetcher(FetchOptions(routes={"*": base}, pause_s=0.0, tries=1)) as fetch:
            yield fetch
    finally:
        await runner.cleanup()


def look(site: Site, target: str = "acme.example", asked: list[str] | None = None) -> Found:
    async def run() -> Found:
        async with serving(site, asked if asked is not None else []) as fetch:
            return await explore(target, fetch)

    return asyncio.run(run())


def link(href: str, text: str = "Careers") -> str:
    return f'{HEAD}<a href="{href}">{text}</a></body></html>'


WAYS: dict[str, Site] = {
    "a link on the home page": {"acme.example/": link("https://jobs.lever.co/acme")},
    "a redirect": {"acme.example/": "-> https://jobs.lever.co/acme", "jobs.lever.co/acme": HEAD},
    "a careers page that embeds it": {
        "acme.example/": link("/en/karriere", "Karriere"),
        "acme.example/en/karriere": '<html><iframe src="https://jobs.lever.co/acme"></iframe></html>',
    },
    "a page two steps away": {
        "acme.example/": link("/company/careers"),
        "acme.example/company/careers": link("/company/openings", "See open positions"),
        "acme.example/company/openings": link("https://jobs.lever.co/acme/1d-2f", "Welder"),
    },
    "a careers page that redirects": {
        "acme.example/": link("/careers"),
        "acme.example/careers": "-> https://jobs.lever.co/acme",
        "jobs.lever.co/acme": HEAD,
    },
    "a well-known path without a link": {
        "acme.example/": HEAD,
        "acme.example/careers": link("https://jobs.lever.co/acme", "Jobs"),
    },
    "a host of its own": {
        "acme.example/": HEAD,
        "careers.acme.example/": link("https://jobs.lever.co/acme", "All jobs"),
    },
    "the sitemap": {
        "acme.example/": HEAD,
        "acme.example/sitemap.xml": SITEMAP.format("https://acme.example/about/work-with-us"),
        "acme.example/about/work-with-us": link("https://jobs.lever.co/acme", "Jobs"),
    },
    "a script": {
        "acme.example/": f'{HEAD}<script src="/app.js"></script>',
        "acme.example/app.js": 'fetch("https://api.lever.co/v0/postings/acme?mode=json")',
    },
    "a part of a sitemap index": {
        "acme.example/": HEAD,
        "acme.example/robots.txt": "Sitemap: https://acme.example/index.xml",
        "acme.example/index.xml": "<sitemapindex><sitemap><loc>https://acme.example/pages.xml</loc></sitemap>"
        "</sitemapindex>",
        "acme.example/pages.xml": SITEMAP.format("https://acme.example/about/work-with-us"),
        "acme.example/about/work-with-us": link("https://jobs.lever.co/acme", "Jobs"),
    },
    "a page that sends its visitors on": {
        "acme.example/": link("/careers"),
        "acme.example/careers": '<html><meta http-equiv="Refresh" content="0; URL=\'/rooms/list\'"></html>',
        "acme.example/rooms/list": link("https://jobs.lever.co/acme", "Jobs"),
    },
    "the page about the company": {
        "acme.example/": link("/about", "About"),
        "acme.example/about": link("/about/life", "Careers"),
        "acme.example/about/life": link("https://jobs.lever.co/acme", "Jobs"),
    },
    "a domain of the same name": {
        "acme.example/": link("https://work.acme.test/", "Join our team"),
        "work.acme.test/": link("https://jobs.lever.co/acme", "Jobs"),
    },
    "a script on a host of the same name": {
        "acme.example/": f'{HEAD}<script src="https://cdn.acme-assets.test/app.js"></script>',
        "cdn.acme-assets.test/app.js": 'fetch("https://api.lever.co/v0/postings/acme?mode=json")',
    },
    "past the board of an investor": {
        "acme.example/": link("https://jobs.lever.co/bigfund", "Our investor") + link("/careers"),
        "acme.example/careers": link("https://jobs.lever.co/acme", "Jobs"),
    },
    "without www": {"www.acme.example/": link("https://jobs.lever.co/acme")},
}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_leads_to_the_board(way: str) -> None:
    found = look(WAYS[way])
    assert [item.board.key for item in found.evidence][:1] == ["lever:acme"]
    assert found.evidence[0].why, "the evidence is kept"


def test_a_parameter_of_a_posting_leads_to_the_page_that_names_the_board() -> None:
    site = {
        "acme.example/": link("/roles/77?gh_jid=77", "Welder"),
        "acme.example/roles/77?gh_jid=77": '<script src="https://boards.greenhouse.io/embed/job_board/js?for=acme">',
    }
    assert look(site).evidence[0].board.key == "greenhouse:acme"


def test_the_profile_is_what_the_site_says() -> None:
    found = look(WAYS["a link on the home page"])
    company = found.profile.company
    assert (company.name, company.website) == ("Acme Rockets", "https://acme.example/")
    assert company.logo_url == "https://acme.example/l.png"
    assert company.description == "Acme Rockets is a B2B aerospace company."
    assert company.linkedin_url == "https://www.linkedin.com/company/acme-rockets"
    assert found.profile.links == {"github_url": "https://github.com/acme"}


def test_a_directory_of_many_boards_is_nobodys() -> None:
    others = "".join(f'<a href="https://jobs.lever.co/portfolio{n}">jobs</a>' for n in range(9))
    found = look({"acme.example/": HEAD + others})
    assert not found.evidence
    assert "boards of others" in found.note
    own = look({"acme.example/": HEAD + others + '<a href="https://jobs.lever.co/acmerockets">jobs</a>'})
    assert own.evidence[0].board.key == "lever:acmerockets"


def test_postings_on_the_site_itself_make_it_the_board() -> None:
    site = {"acme.example/": link("/jobs/welder", "Welder, a job"), "acme.example/jobs/welder": HEAD + POSTING}
    assert look(site).evidence[0].board.key == "generic:acme.example"


def test_a_name_is_believed_only_where_the_site_uses_it() -> None:
    site = {"www.acmerockets.com/": link("https://jobs.lever.co/acme")}
    assert look(site, "Acme Rockets").evidence[0].board.key == "lever:acme"
    other = look({"www.acmeboats.com/": link("https://jobs.lever.co/acme")}, "Acme Boats")
    assert not other.evidence
    assert "calls itself Acme Rockets" in other.note


def test_nothing_is_found_in_a_bounded_number_of_requests() -> None:
    endless = {f"acme.example/jobs/{n}": link(f"/jobs/{n + 1}") for n in range(99)}
    asked: list[str] = []
    found = look({"acme.example/": link("/jobs/0"), **endless}, asked=asked)
    assert not found.evidence
    assert len([key for key in asked if "robots" not in key and "sitemap" not in key]) <= MAX_PAGES + 2


def test_a_site_nested_without_end_is_left() -> None:
    assert not look({"acme.example/": "<div>" * 200_000}).evidence


def test_a_site_that_does_not_answer_is_an_error() -> None:
    async def run() -> None:
        async with serving({}, []) as fetch:
            with pytest.raises(BoardError):
                await locate("nobody.example", fetch)

    asyncio.run(run())


def test_the_site_of_a_host() -> None:
    assert find_site("https://careers.acme.com/x") == "acme.com"
    assert find_site("www.acme.co.uk") == "acme.co.uk"


def test_a_board_under_another_name_is_taken_where_nothing_else_is_found() -> None:
    found = look({"acme.example/": link("https://jobs.lever.co/rocketco", "Jobs")})
    assert [item.board.key for item in found.evidence] == ["lever:rocketco"]


@pytest.mark.parametrize(
    "html",
    [
        '<header><a href="/"><img class="site-logo" src="/l.png"></a></header>',
        '<img alt="Acme logo" src="/l.png">',
        '<div class="navbar-logo"><a href="/"><img src="/l.png"></a></div>',
        '<header><img data-src="/l.png?logo" src="data:image/gif;base64,R0l"></header>',
    ],
)
def test_a_logo_is_found_by_what_calls_it_so(html: str) -> None:
    page = Response(status=200, url="https://acme.example/", body=f"<html><body>{html}</body></html>".encode())
    logo = read_profile(page).company.logo_url
    assert logo and logo.startswith("https://acme.example/l.png")


def test_a_board_that_only_the_form_of_a_url_suggests_is_looked_at() -> None:
    def where(site: Site) -> list[str]:
        async def run() -> list[str]:
            async with serving(site, []) as fetch:
                return [item.board.key for item in await locate("https://jobs.acme.example/careers", fetch)]

        return asyncio.run(run())

    assert where({"jobs.acme.example/careers": link("https://jobs.lever.co/acme", "Jobs")}) == ["lever:acme"]
    assert where({"jobs.acme.example/careers": HEAD}) == ["eightfold:jobs.acme.example"], "nothing says otherwise"
    assert where({}) == ["eightfold:jobs.acme.example"]
