"""Paylocity: the board's page assigns all postings to `window.pageData`; details are HTML pages."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from selectolax.lexbor import LexborNode

from jobwire.collect.address import find_boards, read_address
from jobwire.collect.islands import find_assigned, read_html
from jobwire.collect.jsonld import find_postings
from jobwire.collect.protocol import Known, Reader, Request, Response, get_list, get_text, make_mark
from jobwire.collect.scalars import dig, find_bool, find_place, find_time, find_title, keep_places
from jobwire.collect.walk import Row, Tally, read_details
from jobwire.errors import BoardBroken
from jobwire.model.board import Board
from jobwire.model.raw import RawCompany, RawLocation, RawPosting

_BASE = "https://recruiting.paylocity.com/Recruiting/Jobs"
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NO_PLACES = {"hybrid", "remote", "on-site", "onsite", "fully remote", "hybrid remote"}


class Paylocity:
    name = "paylocity"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 3

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        if address is None or address.host != "recruiting.paylocity.com":
            return None
        path = [part.lower() for part in address.path]
        for word in ("all", "jobs", "feed"):
            at = path.index(word) + 1 if word in path else len(path)
            if at < len(path) and _GUID.fullmatch(path[at]):
                guid = path[at]
                return Board(ats=self.name, token=guid, url=f"{_BASE}/All/{guid}")
        if path[:3] == ["recruiting", "jobs", "list"] and len(path) > 3 and path[3].isdecimal():  # of old
            return Board(ats=self.name, token=path[3][:12], url=f"{_BASE}/List/{path[3][:12]}")
        return None

    def find_in_page(self, url: str, html: str) -> list[Board]:
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        return f"{_BASE}/{'List' if board.token.isdecimal() else 'All'}/{board.token}"

    def read(self, board: Board, known: Known) -> Reader:
        response = yield Request(url=self.board_url(board))
        data = find_assigned(response.check().text, "window.pageData")
        rows = get_list(data, "Jobs", url=response.url)
        tally = Tally()
        wanted = [row for item in rows if (row := _read_row(item, tally)) is not None]
        yield from read_details(wanted, known, tally, _add_detail, parallel=self.max_parallel)
        name = get_text(data, "ModuleTitle")
        return tally.conclude(company=RawCompany(name=name) if name else None)


def _read_row(item: Any, tally: Tally) -> Row | None:
    if dig(item, "IsInternal") is True:
        return None
    posting_id, title = get_text(item, "JobId"), find_title(dig(item, "JobTitle"))
    if not posting_id or not title:
        tally.skip()
        return None
    if not tally.add(posting_id):
        return None
    url = f"{_BASE}/Details/{posting_id}"
    posting = RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=url,
        apply_url=f"{_BASE}/Apply/{posting_id}",
        description_html=get_text(item, "Description"),
        locations=keep_places([_read_place(item)]),
        workplace_type=_read_workplace(item),
        is_remote=find_bool(item.get("IsRemote")),
        department=get_text(item, "HiringDepartment"),
        date_posted=find_time(item.get("PublishedDate")),
        list_mark=make_mark(item),
    )
    return Row(posting=posting, request=Request(url=url))


def _read_place(item: Any) -> RawLocation | None:
    """The address; the name may be no place ("Hybrid") or not meant to be shown."""
    place = dig(item, "JobLocation")
    name = get_text(item, "LocationName") or get_text(place, "Name")
    shown = dig(item, "ShouldDisplayLocation") is not False and (name or "").lower() not in _NO_PLACES
    return find_place(
        name if shown else None, get_text(place, "City"), get_text(place, "State"), get_text(place, "Country")
    )


def _read_workplace(item: Any) -> str | None:
    """IndeedRemoteType is 2 whether remote or not (seen 2026); beside IsRemote, 1 is `Hybrid Remote`."""
    words = (get_text(item, "LocationName") or "").lower()
    is_partly = find_bool(dig(item, "IsRemote")) and dig(item, "IndeedRemoteType") == 1
    return "hybrid" if "hybrid" in words or is_partly else None


def _add_detail(posting: RawPosting, response: Response) -> RawPosting:
    html = response.text
    tree = read_html(html)
    stated = find_postings(html, response.url)
    if len(stated) == 1:  # the only place where it states pay
        posting = msgspec.structs.replace(posting, pay=stated[0].pay, pay_text=stated[0].pay_text)
    fields = {}
    for header in tree.css(".job-listing-header")[:50]:
        value = _next_element(header)
        if value is not None:
            fields[header.text(strip=True).casefold()] = value
    description = fields.get("description")
    if description is None and not stated and tree.css_first(".job-preview-title, .job-preview-details") is None:
        raise BoardBroken(f"{response.url}: no job details.")
    kind = fields.get("job type")
    requirements = fields.get("requirements")
    parts = [
        node.inner_html.strip() for node in (description, requirements) if node is not None and node.inner_html
    ]
    return msgspec.structs.replace(
        posting,
        description_html="\n".join(parts)
        or (stated[0].description_html if stated else None)
        or posting.description_html,
        employment_type=(kind.text(strip=True) or None) if kind is not None else None,
    )


def _next_element(node: LexborNode) -> LexborNode | None:
    current = node.next
    while current is not None and current.tag == "-text":
        current = current.next
    return current


ATS = Paylocity()
