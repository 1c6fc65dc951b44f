"""JazzHR: `/apply/jobs` lists everything in one HTML table; details are pages, most with JSON-LD."""

from __future__ import annotations

import re

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

from jobwire.collect.address import find_boards, find_target, is_slug, read_address
from jobwire.collect.jsonld import find_company, find_postings
from jobwire.collect.protocol import Known, Reader, Request, Response, make_mark
from jobwire.collect.scalars import find_place, find_title, keep_places
from jobwire.collect.walk import Row, Tally, merge, read_details
from jobwire.errors import BoardBroken, BoardGone
from jobwire.model.board import Board
from jobwire.model.raw import RawPosting

_OTHERS = {"www", "app", "api", "help", "info"}
_KEY = re.compile(r"/apply/(?:jobs/details/)?([A-Za-z0-9_-]{4,40})(?:[/?#]|$)")


class JazzHR:
    name = "jazzhr"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 3

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        token = address.find_labels("applytojob.com", "theresumator.com") if address else None
        if not token or token in _OTHERS or not is_slug(token):
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
        tree = LexborHTMLParser(html)
        if tree.css_first("#jobs_table, #job_listings_wrapper") is None:
            raise BoardGone(f"{response.url} shows no job table: the tenant has left.")
        tally = Tally()
        rows = [
            row
            for node in tree.css("#jobs_table tr[id], #jobs_table tr:has(a.job_title_link)")
            if (row := tally.take(_read_row, node, base)) is not None
        ]
        yield from read_details(rows, known, tally, _add_detail, parallel=self.max_parallel)
        return tally.conclude(company=find_company(html, base))


def _read_row(node: LexborNode, base: str) -> Row | None:
    link = node.css_first("a.job_title_link")
    key = _KEY.search((link.attributes.get("href") or "") if link else "")
    if link is None and node.css_first("a") is None:
        return None  # a heading
    title = find_title(link.text() if link else None)
    if key is None or not title:
        raise BoardBroken("A row without key or title.")
    cells = node.css("td")
    department = node.css_first("span.resumator_department")
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
    stated = find_postings(html, response.url)
    done = merge(posting, stated[0]) if len(stated) == 1 else posting
    node = LexborHTMLParser(html).css_first("#job_description_wrapper .job_description, #job-description")
    if node is None and not stated:
        raise BoardBroken(f"{response.url}: no job on the page.")
    if node is None or done.description_html:
        return done
    return msgspec.structs.replace(done, description_html=(node.inner_html or "").strip() or None)


ATS = JazzHR()
