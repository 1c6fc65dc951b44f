"""Comeet (Spark Hire Recruit): the hosted page carries all positions with their content.

The careers API answers the same for a token that the page prints; it is asked only where the page carries
no positions, and the token goes nowhere else.
"""

from __future__ import annotations

import re
from typing import Any

from jobwire.collect.address import find_boards, is_slug, read_address
from jobwire.collect.islands import find_assigned
from jobwire.collect.protocol import Known, Reader, Request, Response, get_list, get_text
from jobwire.collect.scalars import (
    dig,
    find_bool,
    find_list,
    find_place,
    find_title,
    find_url,
    join_sections,
    keep_places,
    keep_sections,
)
from jobwire.collect.walk import Tally
from jobwire.errors import BoardBroken, BoardGone
from jobwire.model.board import Board
from jobwire.model.raw import RawCompany, RawLocation, RawPosting

_HOSTS = ("www.comeet.com", "comeet.com", "www.comeet.co", "comeet.co")
_UID = re.compile(r"[0-9A-Fa-f]{1,4}\.[0-9A-Fa-f]{1,4}")
_IN_WIDGET = re.compile(
    r"""company[-_]?uid["']?\s{0,9}[:=]\s{0,9}["']([0-9A-Fa-f]{1,4}\.[0-9A-Fa-f]{1,4})["']""", re.IGNORECASE
)
_URLS = ("url_comeet_hosted_page", "url_recruit_hosted_page", "url_active_page", "url_detected_page")


class Comeet:
    name = "comeet"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 2

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        if address is None or address.host not in _HOSTS:
            return None
        path = address.path
        if len(path) >= 3 and path[0] == "jobs" and _UID.fullmatch(path[2]) and is_slug(path[1]):
            return Board(
                ats=self.name, token=path[2].upper(), url=f"https://www.comeet.com/jobs/{path[1]}/{path[2]}"
            )
        if len(path) >= 4 and path[0] == "careers-api" and path[2] == "company" and _UID.fullmatch(path[3]):
            return Board(ats=self.name, token=path[3].upper())
        return None

    def find_in_page(self, url: str, html: str) -> list[Board]:
        """Links, one that names the hosted page first; else the company that the page's widget is set up with."""
        found = find_boards(url, html, self.find_in_url)
        uid = _IN_WIDGET.search(html) if not found and "comeet" in html.lower() else None
        if uid:
            return [Board(ats=self.name, token=uid[1].upper())]
        return sorted(found, key=lambda board: not board.url)

    def board_url(self, board: Board) -> str:
        return board.url or f"https://www.comeet.com/jobs/company/{board.token}"

    def read(self, board: Board, known: Known) -> Reader:
        response = yield Request(url=self.board_url(board))
        _check_home(response, board)
        html = response.check().text
        rows = find_assigned(html, "COMPANY_POSITIONS_DATA")
        company = find_assigned(html, "COMPANY_DATA")
        if rows is None and (token := get_text(company, "token")):
            base = f"https://www.comeet.co/careers-api/2.0/company/{board.token}/positions"
            response = yield Request(url=f"{base}?token={token}&details=true")
            rows = response.check().json()
        tally = Tally()
        for row in get_list(rows, url=self.board_url(board)):
            if dig(row, "is_internal") is True:
                continue
            posting = _read_posting(row, self.board_url(board))
            if posting is None:
                tally.skip()
            elif tally.add(posting.posting_id):
                yield posting
        return tally.conclude(company=_read_company(company, rows))


def _check_home(response: Response, board: Board) -> None:
    address = read_address(response.url)
    if address and address.host in _HOSTS and board.token not in (part.upper() for part in address.path):
        raise BoardGone(f"{response.url} is not the board of {board.token}.")
    if address is None:
        raise BoardBroken("The board's page has no address.")


def _read_company(company: Any, rows: list[Any]) -> RawCompany | None:
    name = get_text(company, "name") or get_text(rows[0] if rows else None, "company_name")
    if not name:
        return None
    website = find_url(dig(company, "website"))
    return RawCompany(name=name, website=website, logo_url=find_url(dig(company, "logo_url")))


def _read_posting(row: Any, base: str) -> RawPosting | None:
    posting_id, title = get_text(row, "uid"), find_title(dig(row, "name"))
    urls = [url for name in _URLS if (url := find_url(dig(row, name), base))]
    if not posting_id or not title:
        return None
    sections = keep_sections(*((get_text(part, "name"), dig(part, "value")) for part in _find_details(row)))
    url = urls[0] if urls else f"{base}/{posting_id}"
    return RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=url,
        apply_url=url,
        description_html=join_sections(sections),
        sections=sections,
        locations=keep_places([_read_place(row.get("location"))]),
        employment_type=get_text(row, "employment_type"),
        workplace_type=get_text(row, "workplace_type"),
        is_remote=find_bool(dig(row, "location", "is_remote")),
        experience_level=get_text(row, "experience_level"),
        department=get_text(row, "department"),
        company_name=get_text(row, "company_name"),
    )


def _find_details(row: Any) -> list[Any]:
    return find_list(row, "details") or find_list(row, "custom_fields", "details")


def _read_place(place: Any) -> RawLocation | None:
    if isinstance(place, str):
        return find_place(place.strip() or None)
    parts = (get_text(place, name) for name in ("name", "city", "state", "country"))
    return find_place(*parts)


ATS = Comeet()
