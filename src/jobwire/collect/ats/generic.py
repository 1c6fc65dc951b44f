"""Career sites without a known ATS: sitemaps, feeds and links lead to pages that state schema.org JobPosting."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import msgspec

from jobwire.collect.address import read_address
from jobwire.collect.feed_items import Item, is_feed, name_items, read_items
from jobwire.collect.islands import is_whole, read_html
from jobwire.collect.jsonld import find_company, find_postings
from jobwire.collect.posting_node import drop_tracking, make_posting_id, to_html
from jobwire.collect.protocol import Known, Reader, Request, Response, Step, Unchanged, make_mark
from jobwire.collect.scalars import find_url, split_places
from jobwire.collect.sitemap import Page, find_sitemaps, read_sitemap
from jobwire.collect.walk import Tally, is_missing
from jobwire.errors import BoardBroken, BoardError
from jobwire.model.board import Board
from jobwire.model.raw import RawCompany, RawPosting

MAX_PAGES = 3_000
"""Pages of one site that are asked for in one visit."""
MAX_SITEMAPS = 60
_JOB_WORD = (
    r"jobs?|careers?|vacanc(?:y|ies)|positions?|openings?|opportunit(?:y|ies)|requisitions?|job[-_]?details?|jobdetail|"
    r"karriere|stellen(?:angebote?|anzeigen?|markt)?|offres?(?:[-_]d?[-_]?emplois?)?|emplois?|recrutement|vacatures?|"
    r"empleos?|trabajos?|ofertas?|vagas?|lavoro|jobb|ledige?[-_]stillinger|praca|oferty[-_]pracy"
)
_JOB_PATH = re.compile(
    rf"/(?:[\w-]{{0,40}}[-_])?(?:{_JOB_WORD})(?:[-_][\w-]{{0,40}})?/[^/]|[?&](?:job|jobid|vacancy|gh_jid)=", re.I
)
_JOB_HOST = re.compile(rf"(?:{_JOB_WORD})[\w-]*\.", re.IGNORECASE)
_JOB_FEED = re.compile(_JOB_WORD, re.IGNORECASE)
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_UUID_OR_NUMBER = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[A-Za-z]{0,6}[-_]?\d{3,}")


class Generic:
    name = "generic"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 3

    def find_in_url(self, url: str) -> Board | None:
        """None: any site may be one. `make_board` takes a URL for it."""
        return None

    def find_in_page(self, url: str, html: str) -> list[Board]:
        """The page's own site, where the page states a posting."""
        board = make_board(url)
        return [board] if board and "JobPosting" in html and find_postings(html, url) else []

    def board_url(self, board: Board) -> str:
        return board.url or f"https://{board.token}"

    def read(self, board: Board, known: Known) -> Reader:
        tally = Tally()
        response = yield Request(url=self.board_url(board))
        response.check()
        if is_feed(response):
            yield from _read_feed(response, tally)
            return tally.conclude()
        html = response.text
        if "<" not in html:
            raise BoardBroken(f"{response.url} answered neither a page nor a feed.")
        company = find_company(html, response.url)
        pages = yield from _find_pages(response, board, tally)
        for posting in find_postings(html, response.url):
            if tally.add(posting.posting_id):
                yield posting
        yield from _read_pages(pages, known, tally, self.max_parallel)
        return tally.conclude(company=_with_website(company, response.url))


def make_board(url: str) -> Board | None:
    """The generic board of a career site: its host, with the path if there is one. None if this is no URL."""
    address = read_address(url)
    if address is None:
        return None
    token = "/".join([address.host, *address.path])
    return Board(ats="generic", token=token, host=address.host, url=f"https://{token}")


def _with_website(company: RawCompany | None, url: str) -> RawCompany | None:
    if company is None or company.website:
        return company
    return msgspec.structs.replace(company, website=f"https://{urlsplit(url).hostname}/")


def _find_pages(start: Response, board: Board, tally: Tally) -> Generator[Step, Any, list[Page]]:
    """Pages that look like postings: of the sitemaps, else of a feed, else linked from the start page.

    Only whole sitemaps prove that a page is absent; feeds and links show as many as they like.
    """
    pages, listed = yield from _walk_sitemaps(start.url, board, tally)
    if pages:
        return pages
    links = _find_links(start)
    for feed in links.feeds[:3]:
        response = yield Request(url=feed)
        if response.status == 200 and is_feed(response):
            links.pages += [Page(item.url) for item in read_items(response)[0]]
    linked = [page for page in _unique(links.pages) if _is_ours(page.url, start.url)]
    if linked or not listed:
        tally.miss("no sitemap lists postings: what a page links to may not be all")
    return linked


def _walk_sitemaps(url: str, board: Board, tally: Tally) -> Generator[Step, Any, tuple[list[Page], int]]:
    """(pages that look like postings, number of all pages listed)."""
    robots: Response = yield Request(url=urljoin(url, "/robots.txt"))
    named = find_sitemaps(robots.text, robots.url) if robots.status == 200 else []
    if robots.status >= 500 or robots.status in (0, 408, 429):
        tally.miss(f"{robots.url}, which may name more sitemaps, answered {robots.status}")
    queue = named or [urljoin(url, "/sitemap.xml")]
    seen: set[str] = set()
    pages: list[Page] = []
    listed = 0
    while queue and len(seen) < MAX_SITEMAPS:
        link = queue.pop(0)
        if link in seen:
            continue
        seen.add(link)
        response = yield Request(url=link)
        if response.status == 404 and not named:
            return [], 0
        try:
            sitemap = read_sitemap(response.check())
        except BoardError as error:  # one unread sitemap hides any number of pages
            tally.miss(f"a sitemap was not read: {error.message}")
            continue
        queue += sitemap.children
        listed += len(sitemap.pages)
        tally.skip(sitemap.unusable)
        pages += [page for page in sitemap.pages if _is_job_page(page.url, url, board)]
    if queue:
        tally.cut(f"more than {MAX_SITEMAPS} sitemaps")
    return _unique(pages), listed


def _unique(pages: Iterable[Page]) -> list[Page]:
    return list({page.url: page for page in pages}.values())


def _is_ours(url: str, start: str) -> bool:
    ours, theirs = urlsplit(start).hostname or "", urlsplit(url).hostname or ""
    return ours.removeprefix("www.") == theirs.removeprefix("www.")


def _is_job_page(url: str, start: str, board: Board) -> bool:
    """A page of this site below the board's path, with a word for jobs in its path or host."""
    if not _is_ours(url, start):
        return False
    parts = urlsplit(url)
    place = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if _JOB_PATH.search(place):
        return True
    return bool(_JOB_HOST.match(board.host or board.token)) and len(parts.path.strip("/").split("/")) > 1


class _Links(msgspec.Struct):
    pages: list[Page]
    feeds: list[str]


def _find_links(start: Response) -> _Links:
    """Links of the start page that look like postings, and the feeds that it offers."""
    tree = read_html(start.text[:5_000_000])
    hrefs = [node.attributes.get("href") for node in tree.css("a[href]")[:20_000]]
    found = [link for href in hrefs if (link := find_url(href, start.url))]
    pages = [Page(link.partition("#")[0]) for link in found if _JOB_PATH.search(link)]
    offered = [node for node in tree.css("link[href][type]") if node.attributes.get("type") in _FEED_TYPES]
    feeds = [link for node in offered if (link := find_url(node.attributes.get("href"), start.url))]
    return _Links(
        pages, [link for link in feeds if re.search(_JOB_WORD, link, re.I) and _is_ours(link, start.url)]
    )


def _read_pages(pages: list[Page], known: Known, tally: Tally, parallel: int) -> Generator[Step, Any, None]:
    """Yield the postings of pages that are new or changed; a page that states none is no job page."""
    fresh: list[Page] = []
    changed: list[tuple[Page, str]] = []
    for page in pages:
        posting_id = _find_known(page.url, known)
        if posting_id is None:
            fresh.append(page)
        elif page.changed and known[posting_id] == make_mark([page.url, page.changed]):
            yield Unchanged(posting_id)
        else:
            changed.append((page, posting_id))
    share = max(MAX_PAGES - len(fresh), MAX_PAGES // 2)
    for _, posting_id in changed[share:]:
        yield Unchanged(posting_id)
    wanted = [page for page, _ in changed[:share]]
    left = len(fresh) + len(wanted) - MAX_PAGES
    if left > 0:
        tally.cut(f"{left} pages that look like postings are left to later visits")
    wanted += fresh[: MAX_PAGES - len(wanted)]
    for start in range(0, len(wanted), parallel):
        batch = wanted[start : start + parallel]
        responses: list[Response] = yield [Request(url=page.url) for page in batch]
        for page, response in zip(batch, responses, strict=True):
            if is_missing(response):
                continue
            if not 200 <= response.status < 300:
                why = f"a page was not read: {response.url} answered {response.status}"
                yield from _keep(page, known, tally, why)
                continue
            yield from _read_page(page, response, known, tally)


def _read_page(page: Page, response: Response, known: Known, tally: Tally) -> Generator[Step, Any, None]:
    """The postings of a page. Where it has none, that is real only if the page is whole and states none."""
    html = response.text
    mark = make_mark([page.url, page.changed]) if page.changed else ""
    stated = find_postings(html, page.url)
    alone = len(stated) == 1 and stated[0].listing_url == page.url
    postings = stated if alone else [posting for posting in stated if _belongs(posting, page, html)]
    if not stated and (not is_whole(html) or "JobPosting" in html):
        yield from _keep(page, known, tally, f"a page is cut, or its posting cannot be read: {page.url}")
    for posting in postings:
        if tally.add(posting.posting_id):
            yield msgspec.structs.replace(posting, list_mark=mark if len(postings) == 1 else "")


def _keep(page: Page, known: Known, tally: Tally, why: str) -> Generator[Step, Any, None]:
    """A listed page that cannot be read: its posting is there still. Whose page it is may not be known."""
    posting_id = _find_known(page.url, known)
    if posting_id is None:
        tally.miss(why)
        return
    tally.remark(why)
    yield Unchanged(posting_id)


def _belongs(posting: RawPosting, page: Page, html: str) -> bool:
    """Whether the page is this posting's own. A list can state one of its postings, or teasers of several."""
    here, there = urlsplit(page.url).path.rstrip("/"), urlsplit(posting.listing_url).path.rstrip("/")
    if posting.listing_url != page.url and here != there:
        return False
    if posting.requisition_id and posting.requisition_id in unquote(page.url):
        return True
    words = set(re.findall(r"\w{3,}", posting.title.lower()))
    tree = read_html(html[:5_000_000])
    heads = " ".join(node.text() for node in tree.css("title, h1")[:5]) + " " + unquote(here).replace("-", " ")
    return not words or len(words & set(re.findall(r"\w{3,}", heads.lower()))) * 2 >= len(words)


def _find_known(url: str, known: Known) -> str | None:
    """The id that we gave the posting of this page: its path, or an identifier in it."""
    path = make_posting_id(url, None)
    if path in known:
        return path
    return next((found for found in _UUID_OR_NUMBER.findall(path) if found in known), None)


def _read_feed(response: Response, tally: Tally) -> Generator[Step, Any, None]:
    """The items of a feed that is itself the board."""
    items, unusable = read_items(response)
    tally.skip(unusable)
    for posting_id, item in zip(name_items(items), items, strict=True):
        posting = _make_posting(item, posting_id)
        if tally.add(posting.posting_id):
            yield posting
    if items and len(items) % 5 == 0:
        tally.miss(f"a feed of {len(items)} items may end there by its own limit")


def _make_posting(item: Item, posting_id: str) -> RawPosting:
    return RawPosting(
        posting_id=posting_id,
        title=item.title,
        listing_url=drop_tracking(item.url),
        description_html=to_html(item.html),
        locations=split_places(item.location),
        department=item.department,
        employment_type=item.employment_type,
        pay=(item.pay,) if item.pay else (),
        date_posted=item.published_at,
        company_name=item.company,
    )


ATS = Generic()
