"""Join: five postings a page in `__NEXT_DATA__`; details carry the description. Amounts are in minor units."""

from __future__ import annotations

from typing import Any

import msgspec

from jobwire.collect.address import find_boards, is_slug, read_address
from jobwire.collect.islands import find_next_data
from jobwire.collect.protocol import Known, Reader, Request, Response, get_list, get_text, make_mark
from jobwire.collect.scalars import (
    dig,
    find_int,
    find_number,
    find_place,
    find_title,
    find_url,
    join_sections,
    keep_places,
    keep_sections,
)
from jobwire.collect.walk import Row, Tally, keep_most, read_details
from jobwire.errors import BoardBroken, BoardError, BoardGone
from jobwire.model.board import Board
from jobwire.model.raw import RawCompany, RawLocation, RawPay, RawPosting

_MAX_PAGES = 400
_WHOLE = {
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
}
"""Currencies without minor unit (ISO 4217)."""


class Join:
    name = "join"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 3

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        if address is None or address.host not in ("join.com", "www.join.com"):
            return None
        path = address.drop_locale()
        if len(path) < 2 or path[0] != "companies" or not is_slug(path[1]):
            return None
        return Board(ats=self.name, token=path[1], url=f"https://join.com/companies/{path[1]}")

    def find_in_page(self, url: str, html: str) -> list[Board]:
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        return f"https://join.com/companies/{board.token}"

    def read(self, board: Board, known: Known) -> Reader:
        base, tally = self.board_url(board), Tally()
        company: RawCompany | None = None
        total: int | None = None
        for page in range(1, _MAX_PAGES + 1):
            try:
                response = yield Request(url=f"{base}?page={page}", follow_redirects=False)
                state = _find_state(response)
                rows = get_list(state, "jobs", "items", url=response.url)
            except BoardError as error:
                tally.bear(error)
                break
            company = company or _read_company(state)
            total = keep_most(total, _find_total(state))
            before = len(tally.ids) + tally.skipped
            wanted = [row for item in rows if (row := _read_row(item, base, tally)) is not None]
            yield from read_details(wanted, known, tally, _add_detail, parallel=self.max_parallel)
            pages = find_int(dig(state, "jobs", "pagination", "pageCount"))
            if len(tally.ids) + tally.skipped == before or (pages is not None and page >= pages):
                if pages is not None and page < pages:
                    tally.miss(f"page {page} of {pages} repeats others")
                break
        else:
            tally.cut(f"more than {_MAX_PAGES} pages")
        return tally.conclude(total, company)


def _find_state(response: Response) -> Any:
    if 300 <= response.status < 400:
        raise BoardGone(f"{response.url} leads elsewhere.")
    state = dig(find_next_data(response.check().text), "props", "pageProps", "initialState")
    if not isinstance(state, dict):
        raise BoardBroken(f"{response.url}: no __NEXT_DATA__ with a board.")
    return state


def _find_total(state: Any) -> int | None:
    pagination = dig(state, "jobs", "pagination")
    for name in ("total", "rowCount", "totalCount"):
        if (total := find_int(dig(pagination, name))) is not None:
            return total
    return None


def _read_company(state: Any) -> RawCompany | None:
    name = get_text(state, "company", "name")
    if not name:
        return None
    return RawCompany(
        name=name,
        website=find_url(dig(state, "company", "website")) or find_url(dig(state, "company", "websiteUrl")),
        logo_url=find_url(dig(state, "company", "logoUrl")),
    )


def _read_row(item: Any, base: str, tally: Tally) -> Row | None:
    posting_id, title = get_text(item, "id"), find_title(dig(item, "title"))
    if not posting_id or not title:
        tally.skip()
        return None
    if not tally.add(posting_id):
        return None
    url = f"{base}/{get_text(item, 'idParam') or posting_id}"
    posting = RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=url,
        apply_url=url,
        locations=_read_places(item),
        employment_type=get_text(item, "employmentType", "name"),
        workplace_type=get_text(item, "workplaceType"),
        department=get_text(item, "category", "name"),
        pay=_read_pay(item),
        list_mark=make_mark(item),
    )
    return Row(posting=posting, request=Request(url=url))


def _read_places(item: Any) -> tuple[RawLocation, ...]:
    city = dig(item, "city")
    country = (
        get_text(item, "country", "iso3166") or get_text(city, "countryCode") or get_text(city, "countryName")
    )
    return keep_places(
        [
            find_place(
                None,
                get_text(city, "cityName"),
                get_text(city, "regionName"),
                country,
                latitude=dig(city, "lat"),
                longitude=dig(city, "lng"),
            )
        ]
    )


def _read_pay(item: Any) -> tuple[RawPay, ...]:
    """Nothing where the employer does not show it."""
    if dig(item, "settings", "showSalary") is False:
        return ()
    low, high = _read_amount(dig(item, "salaryAmountFrom")), _read_amount(dig(item, "salaryAmountTo"))
    if not low and not high:
        return ()
    currency = get_text(item, "salaryAmountFrom", "currency") or get_text(item, "salaryAmountTo", "currency")
    return (RawPay(min=low, max=high, currency=currency, period=get_text(item, "salaryFrequency")),)


def _read_amount(amount: Any) -> float | None:
    number = find_number(dig(amount, "amount"))
    if number is None:
        return None
    return number if get_text(amount, "currency") in _WHOLE else number / 100


def _add_detail(posting: RawPosting, response: Response) -> RawPosting:
    job = dig(_find_state(response), "job")
    if not isinstance(job, dict):
        raise BoardBroken(f"{response.url}: no job in __NEXT_DATA__.")
    parts = ("intro", "tasks", "requirements", "benefits", "outro")
    text = get_text(job, "description") or join_sections(
        keep_sections(*((None, job.get(part)) for part in parts))
    )
    is_html = text is not None and "<" in text and ">" in text
    return msgspec.structs.replace(
        posting,
        description_html=text if is_html else None,
        description_text=None if is_html else text,  # markdown
        locations=_read_places(job) or posting.locations,
        language=(get_text(job, "language", "iso6391") or get_text(job, "language") or "")[:2].lower() or None,
    )


ATS = Join()
