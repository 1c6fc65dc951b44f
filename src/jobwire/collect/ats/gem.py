"""Gem: one call to its job-board API answers all postings (Greenhouse's shape, content not escaped)."""

from __future__ import annotations

from typing import Any

from jobwire.collect.address import Address, find_boards, is_slug, read_address
from jobwire.collect.protocol import Known, Reader, Request, get_list, get_text
from jobwire.collect.scalars import (
    dig,
    find_list,
    find_place,
    find_time,
    find_title,
    find_url,
    keep_places,
    split_places,
)
from jobwire.collect.walk import Tally, ask_company
from jobwire.model.board import Board
from jobwire.model.raw import RawLocation, RawPosting

_OTHERS = {"api", "static", "assets", "_next", "favicon", "robots"}


class Gem:
    name = "gem"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 2

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        token = _find_token(address) if address else None
        if not token or token in _OTHERS or not is_slug(token):
            return None
        return Board(ats=self.name, token=token, url=f"https://jobs.gem.com/{token}")

    def find_in_page(self, url: str, html: str) -> list[Board]:
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        return f"https://jobs.gem.com/{board.token}"

    def read(self, board: Board, known: Known) -> Reader:
        response = yield Request(url=f"https://api.gem.com/job_board/v0/{board.token}/job_posts/")
        rows = get_list(response.check().json(), url=response.url)
        tally = Tally()
        for row in rows:
            posting = _read_posting(row, self.board_url(board))
            if posting is None:
                tally.skip()
            elif tally.add(posting.posting_id):
                yield posting
        company = yield from ask_company(self.board_url(board), known)
        return tally.conclude(company=company)


def _find_token(address: Address) -> str | None:
    if address.host == "jobs.gem.com" and address.path:
        return address.path[0]
    if address.host == "api.gem.com" and address.path[:2] == ("job_board", "v0") and len(address.path) > 2:
        return address.path[2]
    return None


def _read_posting(row: Any, base: str) -> RawPosting | None:
    posting_id, title = get_text(row, "id"), find_title(dig(row, "title"))
    if not posting_id or not title:
        return None
    url = find_url(row.get("absolute_url"), base + "/") or f"{base}/{posting_id}"
    return RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=url,
        apply_url=url,
        description_html=get_text(row, "content"),
        description_text=None if get_text(row, "content") else get_text(row, "content_plain"),
        locations=_read_places(row),
        employment_type=get_text(row, "employment_type"),
        workplace_type=get_text(row, "location_type"),
        department=get_text(dig(row, "departments", 0), "name"),
        date_posted=find_time(row.get("first_published_at")),
        requisition_id=get_text(row, "requisition_id"),
    )


def _read_places(row: Any) -> tuple[RawLocation, ...]:
    """The posting's location and those of its offices; an office without one counts by its name."""
    offices = [get_text(office, "location", "name") for office in find_list(row, "offices")]
    if not any(offices) and not get_text(row, "location", "name"):
        offices = [get_text(office, "name") for office in find_list(row, "offices")]
    return keep_places([*split_places(get_text(row, "location", "name")), *map(find_place, offices)])


ATS = Gem()
