"""iCIMS (classic): `/jobs/search?in_iframe=1` shows 20 cards a page; details are pages with JSON-LD.

Its JSON-LD is not to be trusted with dates: on a fifth of the boards `datePosted` is the moment of the request
(recognised by its milliseconds), and `validThrough` is always made up.
"""

from __future__ import annotations

import re

import msgspec
from selectolax.lexbor import LexborNode

from jobwire.collect.address import find_boards, find_target, read_address
from jobwire.collect.islands import find_parent, is_whole, read_html
from jobwire.collect.jsonld import find_postings
from jobwire.collect.protocol import Known, Reader, Request, Response, make_mark
from jobwire.collect.scalars import find_place, find_title, keep_places
from jobwire.collect.walk import Row, Tally, merge, read_details
from jobwire.errors import BoardBroken, BoardError, BoardGone
from jobwire.model.board import Board
from jobwire.model.raw import RawLocation, RawPosting

_MAX_PAGES = 500
_JOB = re.compile(r"/jobs/(\d{1,12})/(?:[^/?#]{1,300}/)?job(?:[/?#]|$)")
_PAGES = re.compile(r"Page\s{1,20}(\d{1,5})\s{1,20}of\s{1,20}(\d{1,5})", re.IGNORECASE)
_PLACE = re.compile(r"([A-Z]{2})(?:-([A-Z]{2,3}))?(?:-([^|]{1,80}))?")
_FIELDS = {"location": "place", "locations": "place", "job location": "place", "job locations": "place"}


class Icims:
    name = "icims"
    absence_is_proof = False
    missing_detail_is_proof = True
    max_parallel = 2

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        token = address.find_tenant("icims.com") if address else None
        if not token:
            return None
        return Board(ats=self.name, token=token, url=f"https://{token}.icims.com/jobs/search")

    def find_in_page(self, url: str, html: str) -> list[Board]:
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        return f"https://{board.token}.icims.com/jobs/search"

    def read(self, board: Board, known: Known) -> Reader:
        tally = Tally()
        for page in range(_MAX_PAGES):
            try:
                response = yield Request(
                    url=f"{self.board_url(board)}?ss=1&in_iframe=1&pr={page}", follow_redirects=False
                )
                links, cards, pages = _read_page(response)
            except BoardError as error:
                tally.bear(error)
                break
            before = len(tally.ids) + tally.skipped
            rows = [row for link in links if (row := tally.take(_read_card, link, board)) is not None]
            yield from read_details(rows, known, tally, _add_detail, parallel=self.max_parallel)
            if len(links) < cards or not is_whole(response.text):
                tally.miss("a page was cut off or holds cards without a link")
            if pages is not None and page + 1 >= pages:
                break
            if len(tally.ids) + tally.skipped == before:  # beyond the end the last page is repeated
                if pages is not None:
                    tally.miss(f"{page} of {pages} pages were seen")
                break
        else:
            tally.cut(f"more than {_MAX_PAGES} pages")
        return tally.conclude()


def _read_page(response: Response) -> tuple[list[LexborNode], int, int | None]:
    """(links to jobs, number of cards, number of pages that the page declares)."""
    target = find_target(response)
    if target and target.host in ("www.icims.com", "icims.com"):
        raise BoardGone(f"{response.url} leads to the vendor's home page.")
    html = response.check().text
    if "iCIMS_" not in html:
        raise BoardBroken(f"{response.url} is not a page of iCIMS.")
    tree = read_html(html)
    stated = _PAGES.search(tree.body.text() if tree.body else "")
    links = {
        key[1]: node
        for node in reversed(tree.css("a[href]"))
        if (key := _JOB.search(node.attributes.get("href") or "")) and find_title(node.text())
    }
    return (
        list(reversed(links.values())),
        len(tree.css("li.iCIMS_JobCardItem")),
        int(stated[2]) if stated else None,
    )


def _read_card(link: LexborNode, board: Board) -> Row:
    card = find_parent(link, "li") or find_parent(link, "div") or link
    heading = link.css_first("h1, h2, h3, h4")
    title = find_title(heading.text() if heading else link.text())
    path = _JOB.search(link.attributes.get("href") or "")
    if not title or path is None:
        raise BoardBroken("A card without a title.")
    fields = _read_fields(card)
    url = f"https://{board.token}.icims.com{path.group().rstrip('?#')}"
    posting = RawPosting(
        posting_id=path[1],
        title=title,
        listing_url=url,
        apply_url=url,
        locations=_split_places(fields.get("place")),
        department=fields.get("category") or fields.get("department"),
        employment_type=fields.get("position type") or fields.get("type"),
        requisition_id=fields.get("job id") or fields.get("id") or fields.get("requisition id"),
        list_mark=make_mark([title, url, fields]),
    )
    return Row(posting=posting, request=Request(url=f"{url}?in_iframe=1", follow_redirects=False))


def _read_fields(card: LexborNode) -> dict[str, str]:
    """Labelled values: `<span class=field-label>Job Locations</span><span>US</span>`, `<dt>ID</dt><dd>1</dd>`."""
    fields: dict[str, str] = {}
    for label in card.css("span.field-label, dt.iCIMS_JobHeaderField")[:40]:
        value = label.next
        while value is not None and value.tag == "-text":
            value = value.next
        name, text = find_title(label.text()), find_title(value.text() if value else None)
        if name and text:
            fields.setdefault(_FIELDS.get(name.lower(), name.lower()), text)
    return fields


def _split_places(text: str | None) -> tuple[RawLocation, ...]:
    """`US-ME-Portland | US-RI-Newport`."""
    places = []
    for part in (text or "").split("|"):
        coded = _PLACE.fullmatch(part.strip())
        country, region, city = coded.groups() if coded else (None, None, None)
        places.append(find_place(part.strip() or None, city, region, country))
    return keep_places(places)


def _add_detail(posting: RawPosting, response: Response) -> RawPosting:
    html = response.text
    tree = read_html(html)
    stated = find_postings(html, response.url)
    if stated:
        done = merge(posting, stated[0])
        at = done.date_posted
        made_up = at is not None and at.microsecond != 0
        return msgspec.structs.replace(done, date_posted=None if made_up else at, valid_through=None)
    parts = [node.inner_html or "" for node in tree.css("div.iCIMS_InfoMsg_Job, div.iCIMS_Expandable_Text")]
    if not parts:
        raise BoardBroken(f"{response.url}: no job on the page.")
    return msgspec.structs.replace(posting, description_html="\n".join(parts).strip() or None)


ATS = Icims()
