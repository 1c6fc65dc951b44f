"""BambooHR: `/careers/list` for all postings, `/careers/{id}/detail` for each."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import msgspec

from jobwire.collect.address import find_boards, find_target, read_address
from jobwire.collect.protocol import Known, Reader, Request, Response, get_list, get_text, make_mark
from jobwire.collect.scalars import (
    dig,
    find_bool,
    find_int,
    find_place,
    find_time,
    find_title,
    find_url,
    keep_places,
)
from jobwire.collect.walk import Row, Tally, read_details
from jobwire.errors import BoardBroken, BoardGone
from jobwire.model.board import Board
from jobwire.model.raw import RawCompany, RawLocation, RawPosting

_PAGES = {"careers", "jobs", "hiring"}
_WORKPLACES = {"0": "onsite", "1": "remote", "2": "hybrid"}


class BambooHR:
    name = "bamboohr"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 4

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        token = address.find_tenant("bamboohr.com", "bamboohr.co.uk") if address else None
        if not address or not token:
            return None
        if address.path and address.path[0].lower() not in _PAGES:
            return None
        return Board(ats=self.name, token=token, url=f"https://{token}.bamboohr.com/careers")

    def find_in_page(self, url: str, html: str) -> list[Board]:
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        return f"https://{board.token}.bamboohr.com/careers"

    def read(self, board: Board, known: Known) -> Reader:
        base = self.board_url(board)
        response = yield Request(url=f"{base}/list", follow_redirects=False)
        _check_home(response)
        data = response.check().json()
        rows = get_list(data, "result", url=response.url)
        tally = Tally()
        wanted = [row for item in rows if (row := _read_row(item, base, tally)) is not None]
        yield from read_details(wanted, known, tally, _add_detail, parallel=self.max_parallel)
        company = None if known or not rows else (yield from _read_company(base))
        return tally.conclude(find_int(dig(data, "meta", "totalCount")), company)


def _check_home(response: Response) -> None:
    """A tenant that left is redirected to the vendor's home page."""
    target = find_target(response)
    if target and target.host in ("www.bamboohr.com", "bamboohr.com"):
        raise BoardGone(f"{response.url} leads to the vendor's home page.")


def _read_row(item: Any, base: str, tally: Tally) -> Row | None:
    posting_id, title = get_text(item, "id"), find_title(dig(item, "jobOpeningName"))
    if not posting_id or not title:
        tally.skip()
        return None
    if not tally.add(posting_id):
        return None
    posting = RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=f"{base}/{posting_id}",
        apply_url=f"{base}/{posting_id}",
        locations=_read_places(item),
        employment_type=get_text(item, "employmentStatusLabel"),
        workplace_type=_WORKPLACES.get(get_text(item, "locationType") or ""),
        is_remote=find_bool(dig(item, "isRemote")),
        department=get_text(item, "departmentLabel"),
        list_mark=make_mark(item),
    )
    return Row(posting=posting, request=Request(url=f"{base}/{posting_id}/detail", follow_redirects=False))


def _read_places(item: Any) -> tuple[RawLocation, ...]:
    """`location` where it is filled; for remote postings `atsLocation` holds it, at times only its country."""
    own, other = _read_place(dig(item, "location")), _read_place(dig(item, "atsLocation"))
    if own and other and not own.country and other.city in (None, own.city):
        own = msgspec.structs.replace(own, country=other.country)
    return keep_places([own or other])


def _read_place(place: Any) -> RawLocation | None:
    region = get_text(place, "state") or get_text(place, "province")
    country = get_text(place, "addressCountry") or get_text(place, "country")
    return find_place(None, get_text(place, "city"), region, country)


def _add_detail(posting: RawPosting, response: Response) -> RawPosting:
    detail = dig(response.json(), "result", "jobOpening")
    if not isinstance(detail, dict):
        raise BoardBroken(f"{response.url}: no jobOpening.")
    return msgspec.structs.replace(
        posting,
        listing_url=find_url(detail.get("jobOpeningShareUrl")) or posting.listing_url,
        description_html=get_text(detail, "description"),
        locations=_read_places(detail) or posting.locations,
        employment_type=get_text(detail, "employmentStatusLabel") or posting.employment_type,
        workplace_type=_WORKPLACES.get(get_text(detail, "locationType") or "") or posting.workplace_type,
        experience_level=get_text(detail, "minimumExperience"),
        pay_text=get_text(detail, "compensation"),
        date_posted=find_time(detail.get("datePosted")),
    )


def _read_company(base: str) -> Generator[Request, Any, RawCompany | None]:
    """Asked on the first visit only: names seldom change."""
    response = yield Request(url=f"{base}/company-info", follow_redirects=False)
    if response.status != 200:
        return None
    try:
        data = response.json()
    except BoardBroken:
        return None  # the postings are read; a missing name is no reason to lose them
    name = get_text(data, "result", "name") or get_text(data, "result", "companyName")
    return RawCompany(name=name, logo_url=find_url(dig(data, "result", "logoUrl"))) if name else None


ATS = BambooHR()
