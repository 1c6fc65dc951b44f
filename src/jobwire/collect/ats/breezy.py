"""Breezy HR: one call, `/json?verbose=true`, answers all postings."""

from __future__ import annotations

from typing import Any

from jobwire.collect.address import find_boards, find_target, read_address
from jobwire.collect.protocol import Known, Reader, Request, Response, get_list, get_text
from jobwire.collect.scalars import (
    dig,
    find_bool,
    find_list,
    find_place,
    find_time,
    find_title,
    find_url,
    keep_places,
)
from jobwire.collect.walk import Tally
from jobwire.errors import BoardGone
from jobwire.model.board import Board
from jobwire.model.raw import RawCompany, RawLocation, RawPosting

_OTHERS = ("assets-cdn", "attachments-cdn", "gallery-cdn")


class Breezy:
    name = "breezy"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 2

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        token = address.find_tenant("breezy.hr", reserved=_OTHERS) if address else None
        if not token:
            return None
        return Board(ats=self.name, token=token, url=f"https://{token}.breezy.hr/")

    def find_in_page(self, url: str, html: str) -> list[Board]:
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        return f"https://{board.token}.breezy.hr/"

    def read(self, board: Board, known: Known) -> Reader:
        base = self.board_url(board)
        response = yield Request(url=f"{base}json?verbose=true", follow_redirects=False)
        _check_home(response)
        rows = get_list(response.check().json(), url=response.url)
        tally = Tally()
        for row in rows:
            posting = _read_posting(row, base)
            if posting is None:
                tally.skip()
            elif tally.add(posting.posting_id):
                yield posting
        return tally.conclude(company=_read_company(rows))


def _check_home(response: Response) -> None:
    """A tenant that left is redirected to the vendor's home page."""
    target = find_target(response)
    if target and target.host in ("breezy.hr", "www.breezy.hr"):
        raise BoardGone(f"{response.url} leads to the vendor's home page.")


def _read_posting(row: Any, base: str) -> RawPosting | None:
    posting_id, title = get_text(row, "id"), find_title(dig(row, "name"))
    friendly_id = get_text(row, "friendly_id") or posting_id
    if not posting_id or not title:
        return None
    url = find_url(row.get("url"), base) or f"{base}p/{friendly_id}"
    places = find_list(row, "locations") or [row.get("location")]
    remotes = [remote for place in places if (remote := find_bool(dig(place, "is_remote"))) is not None]
    return RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=url,
        apply_url=url,
        description_html=get_text(row, "description"),
        locations=keep_places(_read_place(place) for place in places),
        employment_type=get_text(row, "type", "name") or get_text(row, "type", "id"),
        is_remote=any(remotes) if remotes else None,
        experience_level=get_text(row, "experience", "name"),
        department=get_text(row, "department"),
        pay_text=get_text(row, "salary"),
        date_posted=find_time(row.get("published_date")),
        company_name=get_text(row, "company", "name"),
    )


def _read_place(place: Any) -> RawLocation | None:
    return find_place(
        get_text(place, "name"),
        get_text(place, "city"),
        get_text(place, "state", "name"),
        get_text(place, "country", "id") or get_text(place, "country", "name"),
    )


def _read_company(rows: list[Any]) -> RawCompany | None:
    for row in rows:
        if name := get_text(row, "company", "name"):
            return RawCompany(name=name, logo_url=find_url(dig(row, "company", "logo_url")))
    return None


ATS = Breezy()
