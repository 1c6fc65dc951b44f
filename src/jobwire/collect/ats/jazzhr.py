"""JazzHR: one page lists everything, `/apply/jobs` as a table or `/apply` as a list; details are pages, most with
JSON-LD.

A career site shows one of the two or both; the other is a redirect or a page without postings.
"""

from __future__ import annotations

import re

import msgspec
from selectolax.lexbor import LexborNode

from jobwire.collect.address import Address, find_boards, find_slug, find_target, read_address
from jobwire.collect.islands import find_parent, is_whole, read_html
from jobwire.collect.jsonld import find_company, find_postings
from jobwire.collect.protocol import Known, Reader, Request, Response, make_mark
from jobwire.collect.scalars import find_title, split_places
from jobwire.collect.walk import Row, Tally, merge, read_details
from jobwire.errors import BoardBroken, BoardGone
from jobwire.model.board import Board
from jobwire.model.raw import RawPosting

_HEADING = ".list-group-item-heading"
_LISTS = f"#jobs_table, #job_listings_wrapper, a.job_title_link, .jobs-list, .job-board-list, {_HEADING} a[href]"
_KEY = re.compile(r"/apply/(?:jobs/details/)?([A-Za-z0-9_-]{4,40})(?:[/?#]|$)")


class JazzHR:
    name = "jazzhr"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 3

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        token = _find_token(address) if address else None
        if not token:
            return None
        return Board(ats=self.name, token=token, url=f"https://{token}.applytojob.com/apply")

    def find_in_page(self, url: str, html: str) -> list[Board]:
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        return f"https://{board.token}.applytojob.com/apply"

    def read(self, board: Board, known: Known) -> Reader:
        base = self.board_url(board)
        response = yield Request(url=f"{base}/jobs", follow_redirects=False)
        if not _shows_list(response):
            response = yield Request(url=base, follow_redirects=False)
        html = response.check().text
        links, total = _read_list(response)
        tally = Tally()
        if not is_whole(html):
            tally.miss("the page was cut off")
        rows = [row for link in links if (row := tally.take(_read_row, link, base)) is not None]
        yield from read_details(rows, known, tally, _add_detail, parallel=self.max_parallel)
        return tally.conclude(total, find_company(html, base))


def _find_token(address: Address) -> str | None:
    """The tenant's host, or the widget on an employer's page: `/widgets/basic/create/{tenant}`."""
    if address.host in ("app.jazz.co", "www.theresumator.com"):
        is_widget = len(address.path) > 3 and address.path[0] == "widgets" and address.path[2] == "create"
        return find_slug(address.path[3]) if is_widget else None
    return address.find_tenant("applytojob.com", "theresumator.com", reserved=("widgets",))


def _shows_list(response: Response) -> bool:
    """Whether the answer is a list, be it empty. Raises BoardGone where it leads to the vendor's home page."""
    target = find_target(response)
    if target and target.host.endswith(("jazzhr.com", "jazz.co", "employinc.com")):
        raise BoardGone(f"{response.url} leads to the vendor's home page.")
    if response.status != 200 and response.status not in (404, 410) and not 300 <= response.status < 400:
        response.check()
    return response.status == 200 and read_html(response.text).css_first(_LISTS) is not None


def _read_list(response: Response) -> tuple[list[LexborNode], int]:
    """(links to jobs, number of rows). The same jobs stand in a block for small screens, too."""
    html = response.text
    if not _shows_list(response):
        if any(marker in html for marker in ("resumator", "JazzHR", "applytojob")):
            raise BoardGone(f"{response.url} shows no list of jobs: the tenant has left.")
        raise BoardBroken(f"{response.url} is not a page of JazzHR.")
    tree = read_html(html)
    links = tree.css(f"a.job_title_link, {_HEADING} a[href]")
    counts = (len(tree.css(rule)) for rule in ("tr[id^=row_job]", _HEADING, "li.list-group-item"))
    return links, max(counts)


def _read_row(link: LexborNode, base: str) -> Row:
    key, title = _KEY.search(link.attributes.get("href") or ""), find_title(link.text())
    if key is None or not title:
        raise BoardBroken("A row without key or title.")
    text, department = _read_cells(link)
    url = f"{base}/{key[1]}"
    posting = RawPosting(
        posting_id=key[1],
        title=title,
        listing_url=url,
        apply_url=url,
        locations=split_places(text),
        department=department,
        list_mark=make_mark([key[1], title, text, department]),
    )
    return Row(posting=posting, request=Request(url=url))


def _read_cells(link: LexborNode) -> tuple[str | None, str | None]:
    """(place, department): cells of the table's row, or items of the list's entry that have an icon each."""
    row = find_parent(link, "tr")
    if row is not None:
        cells, department = row.css("td"), row.css_first("span.resumator_department")
        return find_title(cells[1].text()) if len(cells) > 1 else None, _text_of(department)
    entry = find_parent(link, "li")
    if entry is None:
        return None, None
    icons = [entry.css_first(f"li i.{name}") for name in ("fa-map-marker", "fa-sitemap")]
    texts = [_text_of(find_parent(icon, "li")) if icon is not None else None for icon in icons]
    return texts[0], texts[1]


def _text_of(node: LexborNode | None) -> str | None:
    return find_title(node.text()) if node is not None else None


def _add_detail(posting: RawPosting, response: Response) -> RawPosting:
    html = response.text
    tree = read_html(html)
    stated = find_postings(html, response.url)
    done = merge(posting, stated[0]) if len(stated) == 1 else posting
    node = tree.css_first("#job_description_wrapper .job_description, #job-description")
    if node is None and not stated:
        raise BoardBroken(f"{response.url}: no job on the page.")
    if node is None or done.description_html:
        return done
    return msgspec.structs.replace(done, description_html=(node.inner_html or "").strip() or None)


ATS = JazzHR()
