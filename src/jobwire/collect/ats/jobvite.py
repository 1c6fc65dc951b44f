"""Jobvite: the board's page names the company's XML feed, which holds everything; else the pages themselves.

The feed's host is throttled hard. A stale or wrong slug is redirected to search.jobvite.com; a tenant with a
branded site is redirected there, unless the page is asked for as its iframe does (`fr=true`).
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any
from xml.etree.ElementTree import Element

import msgspec
from selectolax.lexbor import LexborNode

from jobwire.collect.address import find_boards, find_target, is_slug, read_address
from jobwire.collect.islands import is_whole, read_html
from jobwire.collect.jsonld import find_company, find_postings
from jobwire.collect.markup import find_elements, find_field, read_xml
from jobwire.collect.protocol import Known, Reader, Request, Response, Step, make_mark
from jobwire.collect.scalars import find_day, find_place, find_time, find_title, find_url, keep_places
from jobwire.collect.walk import Row, Tally, merge, read_details
from jobwire.errors import BoardBroken, BoardError, BoardGone
from jobwire.model.board import Board
from jobwire.model.raw import RawPosting

_BASE = "https://jobs.jobvite.com"
_FEED = "https://app.jobvite.com/CompanyJobs/Xml.aspx"
_MAX_PAGES = 400
_SIZE = 50
_OTHERS = {
    "careers",
    "api",
    "support",
    "images",
    "static",
    "assets",
    "__assets__",
    "favicon",
    "employee",
    "search",
}
_PAGES = ("job", "jobs", "search")
_EID = re.compile(r"""companyEId["']?\s{0,5}[:=]\s{0,5}["']([A-Za-z0-9]{4,20})["']""")
_JOB = re.compile(r"/job/([A-Za-z0-9_-]{4,40})(?:[/?#]|$)")
_PAGER = re.compile(r"(\d{1,6})\s{0,20}-\s{0,20}(\d{1,6})\s{1,20}of\s{1,20}(\d{1,6})")


class Jobvite:
    name = "jobvite"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 2

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        if address is None or address.host != "jobs.jobvite.com":
            return None
        path = address.path
        if path[:2] == ("api", "company"):
            path = path[2:]
        elif path[:1] == ("careers",):
            path = path[1:]
        if path[2:3] and path[2].lower() in _PAGES:  # /en/acme/jobs
            path = address.drop_locale()
        if not path or path[0].lower() in _OTHERS or not is_slug(path[0]):
            return None
        return Board(ats=self.name, token=path[0], url=f"{_BASE}/{path[0]}")

    def find_in_page(self, url: str, html: str) -> list[Board]:
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        return f"{_BASE}/{board.token}/jobs"

    def read(self, board: Board, known: Known) -> Reader:
        response = yield _ask_page(board, 0, "")
        target = find_target(response)
        frame = ""
        if target and target.host == "search.jobvite.com":
            raise BoardGone(f"{response.url} leads to the vendor's search.")
        if 300 <= response.status < 400:
            frame = "&fr=true&nl=1"
            response = yield _ask_page(board, 0, frame)
        html = response.check().text
        tally = Tally()
        eid = _EID.search(html)
        done = bool(eid) and (yield from _read_feed(f"{_FEED}?c={eid[1] if eid else ''}", tally))
        if not done:
            yield from _read_pages(board, response, frame, known, tally, self.max_parallel)
        return tally.conclude(company=find_company(html, self.board_url(board)))


def _ask_page(board: Board, page: int, frame: str) -> Request:
    return Request(url=f"{_BASE}/{board.token}/search?p={page}{frame}", follow_redirects=False)


def _read_feed(url: str, tally: Tally) -> Generator[Step, Any, bool]:
    """Postings of the XML feed; False where it cannot be read."""
    try:
        response = yield Request(url=url, follow_redirects=False)
        root = read_xml(response.check(), "result")
    except BoardError:
        return False
    for item in find_elements(root, "job"):
        posting = tally.take(_read_item, item)
        if posting is not None:
            yield posting
    return True


def _read_item(item: Element) -> RawPosting:
    posting_id, title = find_field(item, "id"), find_title(find_field(item, "title"))
    url = find_url(find_field(item, "detail-url")) or find_url(find_field(item, "apply-url"))
    if not posting_id or not title or not url:
        raise BoardBroken("A job without id, title or URL.")
    date = find_field(item, "date")
    return RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=url,
        apply_url=find_url(find_field(item, "apply-url")) or url,
        description_html=find_field(item, "description", "briefdescription", "brief-description"),
        locations=keep_places([find_place(find_field(item, "location"))]),
        employment_type=find_field(item, "jobtype", "job-type"),
        department=find_field(item, "category", "department"),
        date_posted=find_day(date) or find_time(date),
        requisition_id=find_field(item, "requisitionid", "requisition-id"),
    )


def _read_pages(
    board: Board, first: Response, frame: str, known: Known, tally: Tally, parallel: int
) -> Generator[Step, Any, None]:
    """The board's pages, 50 rows each. One without pager is everything, unless it is full: not each language's
    pager is known.
    """
    response, declared = first, 0
    for page in range(_MAX_PAGES):
        try:
            links, last, total, table = _read_page(response, board)
        except BoardError as error:
            tally.bear(error)
            return
        before, declared = len(tally.ids), max(declared, total)
        rows = [row for link in links if (row := tally.take(_read_link, link, board)) is not None]
        if len(rows) < table or not is_whole(response.text):
            tally.miss("a page was cut off or holds rows without a link")
        yield from read_details(rows, known, tally, _add_detail, parallel=parallel)
        is_last = last >= total if total else len(rows) < _SIZE
        if is_last or len(tally.ids) == before:
            if len(tally.ids) + tally.skipped < declared:
                tally.miss(f"{len(tally.ids)} of {declared} declared postings were seen")
            return
        response = yield _ask_page(board, page + 1, frame)
    tally.cut(f"more than {_MAX_PAGES} pages")


def _read_page(response: Response, board: Board) -> tuple[list[LexborNode], int, int, int]:
    """(links to jobs, number of the last row, total, rows in the list): last and total 0 without pager."""
    html = response.check().text
    tree = read_html(html)
    links = [node for node in tree.css("a[href]") if _find_key(node, board)]
    if not links and "jv-" not in html:
        raise BoardBroken(f"{response.url} is not a page of Jobvite.")
    pager = _PAGER.search(tree.body.text(separator=" ") if tree.body else "")
    last, total = (int(pager[2]), int(pager[3])) if pager else (0, 0)
    return links, last, total, len(tree.css("td.jv-job-list-location"))


def _find_key(link: LexborNode, board: Board) -> str | None:
    url = find_url(link.attributes.get("href"), f"{_BASE}/{board.token}/")
    address = read_address(url) if url else None
    if address is None or address.host != "jobs.jobvite.com" or board.token not in address.path:
        return None
    key = _JOB.search("/" + "/".join(address.path))
    return key[1] if key else None


def _read_link(link: LexborNode, board: Board) -> Row | None:
    """Five layouts: name and place in cells, in blocks around or inside the link, or both in its text."""
    key = _find_key(link, board)
    row = link
    for _ in range(3):  # the row around the link, if the place is not inside it
        if row.css_first(".jv-job-list-location") is not None or row.tag in ("tr", "li") or row.parent is None:
            break
        row = row.parent
    place = row.css_first(".jv-job-list-location")
    text = find_title(place.text()) if place is not None else None
    inner = link.css_first(".jv-job-list-name, .title")
    span = link.css_first("span") if inner is None and place is None else None
    for extra in link.css(".jv-tag-new, .jv-job-list-location"):
        extra.decompose()
    if span is not None and "jv-tag-new" not in (span.attributes.get("class") or ""):
        text = find_title(span.text())
        span.decompose()
    title = find_title((inner or link).text())
    if key is None or not title:
        return None  # an icon or button beside the link that carries the title
    url = f"{_BASE}/{board.token}/job/{key}"
    posting = RawPosting(
        posting_id=key,
        title=title,
        listing_url=url,
        apply_url=f"{url}/apply",
        locations=keep_places([find_place(text)]),
        list_mark=make_mark([key, title, text]),
    )
    return Row(posting=posting, request=Request(url=url, follow_redirects=False))


def _add_detail(posting: RawPosting, response: Response) -> RawPosting:
    html = response.text
    tree = read_html(html)
    stated = find_postings(html, response.url)
    done = merge(posting, stated[0]) if len(stated) == 1 else posting
    node = tree.css_first(".jv-job-detail-description")
    if node is None and not stated:
        raise BoardBroken(f"{response.url}: no job on the page.")
    if done.description_html or node is None:
        return done
    return msgspec.structs.replace(done, description_html=(node.inner_html or "").strip() or None)


ATS = Jobvite()
