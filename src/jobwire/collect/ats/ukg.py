"""UKG (UltiPro): `LoadSearchResults` lists opportunities, 50 a page; the detail page embeds one as JSON."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from jobwire.collect.address import find_boards, read_address
from jobwire.collect.islands import find_assigned
from jobwire.collect.protocol import Known, Reader, Request, Response, get_list, get_text, make_mark
from jobwire.collect.scalars import (
    dig,
    find_bool,
    find_int,
    find_list,
    find_place,
    find_time,
    find_title,
    keep_places,
)
from jobwire.collect.walk import Row, Tally, is_missing, keep_most, read_details
from jobwire.errors import BoardBroken, BoardError
from jobwire.model.board import Board
from jobwire.model.raw import RawLocation, RawPosting

_SIZE = 50
_MAX_PAGES = 400
_HOST = re.compile(r"recruiting\d{0,2}\.ultipro\.(?:com|ca)|[a-z0-9-]{1,60}\.rec\.pro\.ukg\.net")
_TENANT = re.compile(r"[A-Za-z0-9]{3,64}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_WORKPLACES = {0: "hybrid", 1: "onsite", 2: "remote"}


class Ukg:
    name = "ukg"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 3

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        if address is None or not _HOST.fullmatch(address.host) or len(address.path) < 3:
            return None
        tenant, word, board = address.path[:3]
        if word.lower() != "jobboard" or not _TENANT.fullmatch(tenant) or not _UUID.fullmatch(board):
            return None
        found = Board(ats=self.name, token=tenant.upper(), host=address.host, site=board.lower())
        return msgspec.structs.replace(found, url=self.board_url(found))

    def find_in_page(self, url: str, html: str) -> list[Board]:
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        host = board.host or "recruiting.ultipro.com"
        return f"https://{host}/{board.token}/JobBoard/{board.site}"

    def read(self, board: Board, known: Known) -> Reader:
        base, tally = self.board_url(board), Tally()
        total: int | None = None
        skip = 0
        for _ in range(_MAX_PAGES):
            try:
                response = yield _ask_page(base, skip)
                data = response.check().json()
                rows = get_list(data, "opportunities", url=response.url)
            except BoardError as error:
                tally.bear(error)
                break
            total = keep_most(total, find_int(dig(data, "totalCount")))
            wanted = [row for item in rows if (row := _read_row(item, base, tally)) is not None]
            yield from read_details(
                wanted, known, tally, _add_detail, parallel=self.max_parallel, is_gone=_is_closed
            )
            skip += len(rows)
            if not rows or (total is not None and skip >= total) or (total is None and len(rows) < _SIZE):
                break
        else:
            tally.cut(f"more than {_MAX_PAGES} pages")
        return tally.conclude(total)


def _ask_page(base: str, skip: int) -> Request:
    order = [{"Value": "postedDateDesc", "PropertyName": "PostedDate", "Ascending": False}]
    search = {"Top": _SIZE, "Skip": skip, "QueryString": "", "OrderBy": order, "Filters": []}
    return Request(
        url=f"{base}/JobBoardView/LoadSearchResults",
        json_body={"opportunitySearch": search},
        follow_redirects=False,
    )


def _read_row(item: Any, base: str, tally: Tally) -> Row | None:
    posting_id, title = get_text(item, "Id"), find_title(dig(item, "Title"))
    if not posting_id or not _UUID.fullmatch(posting_id) or not title:
        tally.skip()
        return None
    if not tally.add(posting_id):
        return None
    url = f"{base}/OpportunityDetail?opportunityId={posting_id}"
    posting = RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=url,
        apply_url=url,
        description_html=get_text(item, "BriefDescription"),
        locations=_read_places(item),
        employment_type=_read_schedule(item),
        workplace_type=_read_workplace(item),
        department=get_text(item, "JobCategoryName"),
        date_posted=find_time(item.get("PostedDate")),
        requisition_id=get_text(item, "RequisitionNumber"),
        list_mark=make_mark(item),
    )
    return Row(posting=posting, request=Request(url=url, follow_redirects=False))


def _read_schedule(item: Any) -> str | None:
    is_full = find_bool(dig(item, "FullTime"))
    return None if is_full is None else "full_time" if is_full else "part_time"


def _read_workplace(item: Any) -> str | None:
    kind = dig(item, "JobLocationType")
    return _WORKPLACES.get(kind) if isinstance(kind, int) and not isinstance(kind, bool) else None


def _read_places(item: Any) -> tuple[RawLocation, ...]:
    return keep_places(_read_place(place) for place in find_list(item, "Locations"))


def _read_place(place: Any) -> RawLocation | None:
    def part(name: str) -> str | None:
        value = dig(place, "Address", name)
        return get_text(value, "Name") or get_text(value, "Code") or get_text(value)

    text = get_text(place, "LocalizedName") or get_text(place, "LocalizedDescription")
    return find_place(text, part("City"), part("State"), part("Country"))


def _is_closed(response: Response) -> bool:
    """The page of a closed opportunity is the empty frame of the board, without an opportunity in it."""
    if response.status != 200:
        return is_missing(response)
    return "US.Opportunity" in response.text and "CandidateOpportunityDetail" not in response.text


def _add_detail(posting: RawPosting, response: Response) -> RawPosting:
    detail = find_assigned(response.text, "CandidateOpportunityDetail")
    if not isinstance(detail, dict) or (get_text(detail, "Id") or "").lower() != posting.posting_id.lower():
        raise BoardBroken(f"{response.url}: no opportunity.")
    return msgspec.structs.replace(
        posting,
        description_html=get_text(detail, "Description") or posting.description_html,
        locations=posting.locations or _read_places(detail),
        employment_type=posting.employment_type or _read_schedule(detail),
        workplace_type=posting.workplace_type or _read_workplace(detail),
    )


ATS = Ukg()
