"""JazzHR: `/apply/jobs` lists everything in one HTML table; details are pages, most with JSON-LD."""

from __future__ import annotations

import re

import msgspec
from selectolax.lexbor import LexborNode

from jobwire.collect.address import Address, find_boards, find_slug, find_target, read_address
from jobwire.collect.islands import find_parent, is_whole, read_html
from jobwire.collect.jsonld import find_company, find_postings
from jobwire.collect.protocol import Known, Reader, Request, Response, make_mark
from jobwire.collect.scalars import find_place, find_title, keep_places
from jobwire.collect.walk import Row, Tally, merge, read_details
from jobwire.errors import BoardBroken, BoardGone
from jobwire.model.board import Board
from jobwire.model.raw import RawPosting

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
        target = find_target(response)
        if target and target.host.endswith(("jazzhr.com", "jazz.co", "employinc.com")):
            raise BoardGone(f"{response.url} leads to the vendor's home page.")
        html = response.check().text
        links, total = _read_table(response)
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


def _read_table(response: Response) -> tuple[list[LexborNode], int]:
    """(links to jobs, number of rows). The same jobs stand in a block for small screens, too."""
    html = response.text
    tree = read_html(html)
    if tree.css_first("#jobs_table, #job_listings_wrapper, a.job_title_link") is None:
        if any(marker in html for marker in ("resumator", "JazzHR", "applytojob")):
            raise BoardGone(f"{response.url} shows no job table: the tenant has left.")
        raise BoardBroken(f"{response.url} is not a page of JazzHR.")
    return tree.css("a.job_title_link"), len(tree.css("tr[id^=row_job]"))


def _read_row(link: LexborNode, base: str) -> Row:
    key, title = _KEY.search(link.attributes.get("href") or ""), find_title(link.text())
    if key is None or not title:
        raise BoardBroken("A row without key or title.")
    row = find_parent(link, "tr")
    cells = row.css("td") if row is not None else []
    department = row.css_first("span.resumator_department") if row is not None else None
    text = find_title(cells[1].text()) if len(cells) > 1 else None
    name = find_title(department.text()) if department else None
    url = f"{base}/{key[1]}"
    posting = RawPosting(
        posting_id=key[1],
        title=title,
        listing_url=url,
        apply_url=url,
        locations=keep_places([find_place(text)]),
        department=name,
        list_mark=make_mark([key[1], title, text, name]),
    )
    return Row(posting=posting, request=Request(url=url))


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
