"""SAP SuccessFactors: branded sites (RMK) by sitemap and Google feed; Career Site Builder by its search API.

The sitemap says what is open; the feed carries content in one call; what the feed lacks is read page by page.
A site without either is a Career Site Builder, whose search answers only the postings of one locale at a time.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

import msgspec

from jobwire.collect.address import Address, find_boards, is_slug, read_address
from jobwire.collect.islands import is_whole, read_html
from jobwire.collect.jsonld import find_postings
from jobwire.collect.markup import find_elements, find_field, read_xml
from jobwire.collect.protocol import (
    Known,
    Reader,
    Request,
    Response,
    Step,
    Unchanged,
    get_list,
    get_text,
    make_mark,
)
from jobwire.collect.scalars import (
    dig,
    find_date,
    find_day,
    find_int,
    find_list,
    find_place,
    find_time,
    find_title,
    find_url,
    keep_places,
)
from jobwire.collect.walk import Row, Tally, ask_company, keep_most, merge, read_details
from jobwire.errors import BoardBroken, BoardError, BoardGone
from jobwire.model.board import Board
from jobwire.model.raw import RawLocation, RawPosting

_SITES = ("jobs2web.com", "jobs.hr.cloud.sap")
_LEGACY = re.compile(r"[a-z0-9-]{1,60}\.(?:successfactors|sapsf)\.(?:com|eu|cn)")
_ASSETS = ("rmkcdn.successfactors.com", "rmkcdn.jobs2web.com", "j2w.init", "j2w.SSO")
_OTHERS = {"www", "rmkcdn", "rmk-map-2", "rmk-map-12"}
_JOB = re.compile(r"/job/[^/?#]{1,400}/(\d{3,15})(?:-[a-z]{2}_[A-Z]{2})?/?(?:[?#]|$)")
_CAREER_HOST = re.compile(r"(?:careers?|jobs?|karriere|emplois?|empleos?)[\w-]*\.", re.IGNORECASE)
_PATH_ID = re.compile(r"\d{6,15}(?:-[a-z]{2}_[A-Z]{2})?")
_SEARCH_NAMES = {"locationsearch", "createnewalert", "createNewAlert", "optionsFacetsDD_country", "sortColumn"}
_MARK = re.compile(r"([a-z]{2}_[A-Z]{2}) ")
_LOCALE = re.compile(r"locale=([a-z]{2}_[A-Z]{2})\b")
_PLACE_IN_TITLE = re.compile(r"\s\(([^()]{2,150})\)$")
_JAVA_DATE = re.compile(r"[A-Za-z]{3} ([A-Za-z]{3}) (\d{1,2}) [\d:]{5,8} [A-Z+:\d]{1,9} (\d{4})")
_MAX_LOCALES = 24
_MAX_PAGES = 500
_MAX_SITEMAPS = 60

Pages = dict[str, tuple[str, str]]
"""Posting id -> (URL, lastmod)."""


class SuccessFactors:
    name = "successfactors"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 3

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        if address is None:
            return None
        label = address.find_labels(*_SITES)
        if label and label not in _OTHERS and is_slug(label.replace(".", "-")):
            return Board(ats=self.name, token=label, host=address.host, url=f"https://{address.host}/search/")
        if _is_vanity(address):
            return Board(
                ats=self.name, token=address.host, host=address.host, url=f"https://{address.host}/search/"
            )
        return self._find_legacy(address)

    def _find_legacy(self, address: Address) -> Board | None:
        stated = (address.query.get(name) for name in ("company", "career_company", "bplte_company"))
        company = next(filter(None, stated), "")
        if not _LEGACY.fullmatch(address.host) or not is_slug(company):
            return None
        if not any("career" in part.lower() for part in address.path):
            return None
        page = f"https://{address.host}/career?company={company}"
        return Board(ats=self.name, token=company, host=address.host, url=page)

    def find_in_page(self, url: str, html: str) -> list[Board]:
        """A page that loads its assets is itself a career site, on the customer's own domain."""
        address = read_address(url)
        if address and self.find_in_url(url) is None and any(asset in html for asset in _ASSETS):
            return [
                Board(ats=self.name, token=address.host, host=address.host, url=f"https://{address.host}/search/")
            ]
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        return board.url or f"https://{board.host or board.token}/search/"

    def read(self, board: Board, known: Known) -> Reader:
        base = f"https://{board.host or board.token}"
        if _LEGACY.fullmatch(board.host):
            raise BoardBroken(
                f"{board.host} is the old, session-bound career portal; its branded site is needed."
            )
        tally = Tally()
        pages = yield from _read_sitemap(base, tally)
        feed = yield from _read_feed(base)
        if pages or feed:
            yield from _read_rmk(pages or {}, feed or {}, known, tally, self.max_parallel)
        else:
            is_empty = pages is not None or feed is not None
            if not is_empty:
                tally.forget()  # a Career Site Builder has no sitemap: the search is the list
            yield from _read_csb(base, known, tally, self.max_parallel, is_empty)
        company = yield from ask_company(self.board_url(board), known)
        return tally.conclude(company=company)


def _is_vanity(address: Address) -> bool:
    """Whether a customer's career host shows the product's paths: `/job/{title}/{id}/`, `/go/{list}/{id}/`."""
    if not _CAREER_HOST.match(address.host):
        return False
    if address.path == ("search",):
        return not _SEARCH_NAMES.isdisjoint(address.query)
    if len(address.path) != 3 or address.path[0] not in ("job", "go"):
        return False
    return bool(_PATH_ID.fullmatch(address.path[2])) and (address.path[0] == "go" or "-" in address.path[1])


def _read_sitemap(base: str, tally: Tally) -> Generator[Step, Any, Pages | None]:
    """None where there is no sitemap. A part that cannot be read makes the walk partial."""
    queue = [f"{base}/sitemap.xml"]
    pages: Pages = {}
    for asked in range(_MAX_SITEMAPS):
        if not queue:
            return pages
        try:
            response = yield Request(url=queue.pop(0))
            root = read_xml(response.check(), "urlset", "sitemapindex")
        except BoardGone:
            if asked == 0:
                return None
            tally.miss("a sitemap is missing")
            continue
        except BoardError as error:
            if asked == 0 and not isinstance(error, BoardBroken):
                raise
            tally.miss(f"a sitemap was not read: {error.message}")
            if asked == 0:
                return None
            continue
        parts = [find_url(find_field(node, "loc"), base) for node in find_elements(root, "sitemap")]
        queue += [part for part in parts if part]
        for node in find_elements(root, "url"):
            url = find_url(find_field(node, "loc"), base)
            if url is None:
                tally.miss("a sitemap entry without address")
            elif key := _JOB.search(url):
                pages.setdefault(key[1], (url, find_field(node, "lastmod") or ""))
    tally.cut(f"more than {_MAX_SITEMAPS} sitemaps")
    return pages


def _read_feed(base: str) -> Generator[Step, Any, dict[str, Element] | None]:
    """Items of the Google feed by posting id; None where there is no such feed."""
    try:
        response = yield Request(url=f"{base}/googlefeed.xml")
        items = list(find_elements(read_xml(response.check(), "rss", "feed", "RDF"), "item"))
    except BoardError:
        return None
    found: dict[str, Element] = {}
    for item in items:
        key = _JOB.search(find_field(item, "link") or "")
        posting_id = key[1] if key else find_field(item, "id", "guid")
        if posting_id:
            found.setdefault(posting_id, item)
    return found


def _read_rmk(
    pages: Pages, feed: dict[str, Element], known: Known, tally: Tally, parallel: int
) -> Generator[Step, Any, None]:
    """Content from the feed where it has it, else from the posting's page."""
    wanted = []
    for posting_id in dict.fromkeys([*pages, *feed]):
        url, changed = pages.get(posting_id, ("", ""))
        if posting_id in feed:
            posting = tally.take(_read_item, feed[posting_id], posting_id, url)
            if posting is not None:
                yield posting
        elif changed and known.get(posting_id) == make_mark([url, changed]) and tally.add(posting_id):
            yield Unchanged(posting_id)
        elif tally.add(posting_id):
            wanted.append((posting_id, url, make_mark([url, changed])))
    for start in range(0, len(wanted), parallel):
        batch = wanted[start : start + parallel]
        responses = yield [Request(url=url) for _, url, _ in batch]
        for (posting_id, url, mark), response in zip(batch, responses, strict=True):
            yield from _read_job_page(posting_id, url, mark, response, known, tally)


def _read_job_page(
    posting_id: str, url: str, mark: str, response: Response, known: Known, tally: Tally
) -> Generator[Step, Any, None]:
    """A posting of which only the URL is known: without its page there is no title, so nothing to show."""
    try:
        stated = _read_page(response.check(), url)
    except BoardGone:
        return
    except BoardError as error:
        tally.remark(f"a detail page was not read: {error.message}")
        yield Unchanged(posting_id)  # it is listed, whatever its page says
        return
    yield msgspec.structs.replace(stated, posting_id=posting_id, listing_url=url, apply_url=url, list_mark=mark)


def _read_item(item: Element, posting_id: str, url: str) -> RawPosting:
    title = find_title(find_field(item, "title"))
    link = find_url(url) or find_url((find_field(item, "link") or "").split("?")[0])
    if not title or not link:
        raise BoardBroken("An item without title or link.")
    title, place = _split_title(title)
    text = find_field(item, "location") or place
    return RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=link,
        apply_url=link,
        description_html=find_field(item, "description", "encoded"),
        locations=keep_places([find_place(text)]),
        employment_type=find_field(item, "job_type"),
        department=find_field(item, "job_function"),
        date_posted=find_time(find_field(item, "publish_date", "pubDate")),
        company_name=find_field(item, "employer"),
    )


def _split_title(title: str) -> tuple[str, str | None]:
    """`Title (City, ST, CC, zip)`: RMK feeds put the place behind the title."""
    found = _PLACE_IN_TITLE.search(title)
    parts = [part.strip() for part in found[1].split(",")] if found else []
    is_place = len(parts) > 1 and any(re.fullmatch(r"[A-Z]{2,3}", part) for part in parts[1:])
    return (title[: found.start()].strip(), found[1]) if found and is_place else (title, None)


def _read_page(response: Response, url: str) -> RawPosting:
    """A posting's page: JSON-LD, else microdata of the product's own kind. Raises BoardBroken."""
    html = response.text
    tree = read_html(html)
    stated = find_postings(html, url) if "ld+json" in html else []
    if len(stated) == 1:
        return stated[0]

    def prop(name: str) -> str | None:
        node = tree.css_first(f'[itemprop="{name}"]')
        return (node.attributes.get("content") or find_title(node.text())) if node is not None else None

    title_node = tree.css_first('[itemprop="title"], [data-careersite-propertyid="title"], h1#job-title')
    title = find_title(title_node.text()) if title_node is not None else None
    body = tree.css_first('[itemprop="description"], [data-careersite-propertyid="description"], .jobdescription')
    if not title or body is None:
        raise BoardBroken(f"{response.url}: no job on the page.")
    place = find_place(None, prop("addressLocality"), prop("addressRegion"), prop("addressCountry"))
    where = tree.css_first('.jobGeoLocation, [data-careersite-propertyid="location"]')
    text = find_title(where.text()) if where is not None else None
    return RawPosting(
        posting_id=url,
        title=title,
        listing_url=url,
        description_html=(body.inner_html or "").strip() or None,
        locations=keep_places([place or find_place(text)]),
        employment_type=prop("employmentType"),
        date_posted=_read_date(prop("datePosted")),
        company_name=prop("hiringOrganization"),
    )


def _read_date(text: str | None) -> datetime | None:
    """Also `Wed Jul 22 02:00:00 UTC 2026`, the way Java prints dates."""
    printed = _JAVA_DATE.fullmatch(text or "")
    return find_date(f"{printed[1]} {printed[2]}, {printed[3]}" if printed else text)


def _read_csb(base: str, known: Known, tally: Tally, parallel: int, is_empty: bool) -> Generator[Step, Any, None]:
    """The search of a Career Site Builder, once for each locale that the site offers.

    `is_empty` says that the site has a sitemap or feed without postings: then no search need answer.
    """
    response = yield Request(url=f"{base}/search/")
    if is_empty and response.status != 200:
        return
    html = response.check().text
    if not is_whole(html):
        tally.miss("the page that names the locales was cut off")
    named = list(dict.fromkeys(_LOCALE.findall(html))) or _recall_locales(known, tally)
    locales = named[:_MAX_LOCALES]
    if len(named) > _MAX_LOCALES:
        tally.cut(f"{len(named)} locales, {_MAX_LOCALES} were read")
    refused: list[BoardError] = []
    for locale in locales:
        try:
            yield from _read_locale(base, locale, known, tally, parallel)
        except BoardError as error:
            refused.append(error)
    if len(refused) == len(locales):
        if is_empty:
            return
        raise refused[0]
    for reason in refused:
        tally.miss(f"a locale was not read: {reason.message}")


def _recall_locales(known: Known, tally: Tally) -> list[str]:
    """Those of the last visit, and the usual ones, for a page that names none.

    When marks were blanked (everything is read anew) there is nothing to recall.
    """
    if known and not any(known.values()):
        tally.miss("the search names no locales")
    recalled = (found[1] for mark in known.values() if (found := _MARK.match(mark)))
    return list(dict.fromkeys([*recalled, "en_US", "de_DE"]))


def _read_locale(base: str, locale: str, known: Known, tally: Tally, parallel: int) -> Generator[Step, Any, None]:
    asked, total = 0, None
    previous: list[Any] = []
    for page in range(_MAX_PAGES):
        body = {"keywords": "", "locale": locale, "location": "", "pageNumber": page, "sortBy": "recent"}
        response = yield Request(
            url=f"{base}/services/recruiting/v1/jobs", json_body=body, follow_redirects=False
        )
        data = response.check().json()
        items = get_list(data, "jobSearchResult", url=response.url)
        total = keep_most(total, find_int(dig(data, "totalJobs")))
        if total is None and items and items == previous:
            tally.miss("the search states no total and repeats itself")
            return
        previous = items
        rows = [row for item in items if (row := tally.take(_read_result, item, base, locale)) is not None]
        yield from read_details(rows, known, tally, _add_page, parallel=parallel)
        asked += len(items)
        if not items or (total is not None and asked >= total):
            if asked < (total or 0):
                tally.miss(f"{asked} of {total} postings in {locale} were seen")
            return
    tally.cut(f"more than {_MAX_PAGES} pages")


def _read_result(item: Any, base: str, locale: str) -> Row:
    found = dig(item, "response")
    posting_id, title = get_text(found, "id"), find_title(dig(found, "unifiedStandardTitle"))
    if not posting_id or not title:
        raise BoardBroken("A result without id or title.")
    slug = re.sub(r"[^\w%.-]+", "-", get_text(found, "unifiedUrlTitle") or "job")
    url = f"{base}/job/{slug}/{posting_id}-{locale}"
    posting = RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=url,
        apply_url=url,
        locations=_read_places(found),
        date_posted=find_day(dig(found, "unifiedStandardStart")),
        language=locale[:2],
        list_mark=f"{locale} {make_mark(found)}",
    )
    return Row(posting=posting, request=Request(url=url))


def _read_places(found: Any) -> tuple[RawLocation, ...]:
    """`Karlovy Vary, CZE, 36004<br/>`, one for each place of work."""
    texts = [text for text in find_list(found, "jobLocationShort") if isinstance(text, str)]
    return keep_places(find_place(find_title(re.sub(r"<[^<>]{0,200}>", " ", text[:500]))) for text in texts)


def _add_page(posting: RawPosting, response: Response) -> RawPosting:
    done = merge(posting, _read_page(response, posting.listing_url))
    return msgspec.structs.replace(done, locations=posting.locations or done.locations)


ATS = SuccessFactors()
