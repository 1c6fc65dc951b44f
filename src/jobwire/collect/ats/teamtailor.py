"""Teamtailor: `/jobs.json`, a JSON Feed with a JobPosting in each item, 100 a page; else `/jobs.rss`."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any
from xml.etree.ElementTree import Element

import msgspec

from jobwire.collect.address import OWN_LABELS, find_boards, is_slug, read_address
from jobwire.collect.markup import find_elements, find_field, read_xml
from jobwire.collect.posting_node import read_posting
from jobwire.collect.protocol import (
    Known,
    Reader,
    Reading,
    Request,
    Response,
    Step,
    get_list,
    get_text,
)
from jobwire.collect.scalars import dig, find_place, find_time, find_title, find_url, keep_places
from jobwire.collect.walk import Tally
from jobwire.errors import BoardBroken, BoardError
from jobwire.model.board import Board
from jobwire.model.raw import RawCompany, RawPosting

_SIZE = 100
_MAX_PAGES = 200
_REGIONS = {"na", "eu", "au"}
_OTHERS = OWN_LABELS | {"careers-cdn", "tt"}


class Teamtailor:
    name = "teamtailor"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 2

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        labels = address.find_labels("teamtailor.com") if address else None
        token, _, region = (labels or "").partition(".")
        if not address or token in _OTHERS or not is_slug(token) or (region and region not in _REGIONS):
            return None
        return Board(
            ats=self.name, token=token, host=address.host, site=region, url=f"https://{address.host}/jobs"
        )

    def find_in_page(self, url: str, html: str) -> list[Board]:
        """A page that loads Teamtailor's assets is itself a career site, on the customer's own domain."""
        address = read_address(url)
        if address and address.find_labels("teamtailor.com") is None and "teamtailor-cdn.com" in html:
            return [
                Board(ats=self.name, token=address.host, host=address.host, url=f"https://{address.host}/jobs")
            ]
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        return f"https://{_host(board)}/jobs"

    def read(self, board: Board, known: Known) -> Reader:
        tally = Tally()
        company: RawCompany | None = None
        for page in range(1, _MAX_PAGES + 1):
            try:
                response = yield from _ask(f"{self.board_url(board)}.json", f"page={page}" if page > 1 else "")
                if page == 1 and response.status in (404, 406, 410):
                    reading: Reading = yield from _read_rss(self.board_url(board), tally)
                    return reading
                data = response.check().json()
                rows = get_list(data, "items", url=response.url)
            except BoardError as error:
                tally.bear(error)
                break
            before = len(tally.ids)
            for row in rows:
                company = company or _read_company(row)
                posting = tally.take(_read_item, row, self.board_url(board))
                if posting is not None:
                    yield posting
            is_last = len(rows) < _SIZE and not get_text(data, "next_url")
            if is_last or len(tally.ids) == before:
                if rows and not is_last:
                    tally.miss("a page repeats others, though it is not the last")
                break
        else:
            tally.cut(f"more than {_MAX_PAGES} pages")
        return tally.conclude(company=company)


def _host(board: Board) -> str:
    return board.host or f"{board.token}.{board.site + '.' if board.site else ''}teamtailor.com"


def _ask(feed: str, query: str) -> Generator[Step, Any, Response]:
    """A page of a feed; Teamtailor answers 400 at times without reason: it is asked once more."""
    url = f"{feed}?{query}" if query else feed
    response: Response = yield Request(url=url)
    if response.status == 400:
        response = yield Request(url=url, conditional=False)
    return response


def _read_company(row: Any) -> RawCompany | None:
    organization = dig(row, "_jobposting", "hiringOrganization")
    name = get_text(organization, "name")
    if not name:
        return None
    return RawCompany(
        name=name, website=find_url(dig(organization, "sameAs")), logo_url=find_url(dig(organization, "logo"))
    )


def _read_item(row: Any, base: str) -> RawPosting:
    posting_id, title = get_text(row, "id"), find_title(dig(row, "title"))
    url = find_url(dig(row, "url"), base)
    if not posting_id or not title or not url:
        raise BoardBroken("An item without id, title or url.")
    node = dict(row["_jobposting"]) if isinstance(dig(row, "_jobposting"), dict) else {}
    stated = read_posting({"title": title, **node, "url": url}, {}, url)
    posting = stated or RawPosting(posting_id=posting_id, title=title, listing_url=url)
    return msgspec.structs.replace(
        posting,
        posting_id=posting_id,
        title=title,
        apply_url=url,
        description_html=get_text(row, "content_html") or posting.description_html,
        date_posted=find_time(row.get("date_published")) or posting.date_posted,
        requisition_id=None,  # what stands in `identifier` is Teamtailor's number of the posting
    )


def _read_rss(base: str, tally: Tally) -> Generator[Step, Any, Any]:
    """The feed pages by `offset` and `per_page` (it ignores `page`); without them it shows the first hundred."""
    offset = 0
    for _ in range(_MAX_PAGES):
        try:
            response = yield from _ask(f"{base}.rss", f"offset={offset}&per_page={_SIZE}" if offset else "")
            items = list(find_elements(read_xml(response.check(), "rss"), "item"))
        except BoardError as error:
            tally.bear(error)
            break
        before = len(tally.ids)
        for item in items:
            posting = tally.take(_read_rss_item, item, base)
            if posting is not None:
                yield posting
        if len(items) < _SIZE:
            break
        if len(tally.ids) == before:
            tally.cut(f"the feed shows no more than {offset} postings")
            break
        offset += len(items)
    else:
        tally.cut(f"more than {_MAX_PAGES} pages")
    return tally.conclude()


def _read_rss_item(item: Element, base: str) -> RawPosting:
    url, title = find_url(find_field(item, "link"), base), find_title(find_field(item, "title"))
    posting_id = find_field(item, "guid") or url
    if not url or not title or not posting_id:
        raise BoardBroken("An item without link or title.")
    remote = find_field(item, "remoteStatus")
    places = [
        find_place(*(find_field(place, name) for name in ("name", "city", "region", "country")))
        for place in find_elements(item, "location")
    ]
    return RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=url,
        apply_url=url,
        description_html=find_field(item, "description"),
        locations=keep_places(places),
        workplace_type={"fully": "remote", "hybrid": "hybrid", "none": "onsite"}.get(remote or ""),
        department=find_field(item, "department"),
        date_posted=find_time(find_field(item, "pubDate")),
    )


ATS = Teamtailor()
