"""Recruitee: `/api/offers/` lists a whole board, on its subdomain or on the customer's own domain."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from jobwire.collect.address import Address, find_boards, read_address
from jobwire.collect.protocol import Known, Reader, Request, get_list, get_text
from jobwire.collect.scalars import (
    dig,
    find_bool,
    find_language,
    find_list,
    find_number,
    find_place,
    find_time,
    find_title,
    find_url,
    join_sections,
    keep_places,
    keep_sections,
)
from jobwire.collect.walk import Tally
from jobwire.errors import BoardBroken
from jobwire.model.board import Board
from jobwire.model.raw import RawCompany, RawLocation, RawPay, RawPosting

_OTHER_HOSTS = ("academy", "careers-analytics", "get", "hire", "jobs")
_MARKERS = ("recruiteecdn.com", "window.recruitee", "careers-analytics.recruitee.com")
_CLOSED = {"closed", "archived", "draft", "internal", "unpublished"}


class Recruitee:
    name = "recruitee"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 2

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        label = address.find_tenant("recruitee.com", reserved=_OTHER_HOSTS) if address else None
        if not label:
            return None
        return Board(ats=self.name, token=label, url=f"https://{label}.recruitee.com/")

    def find_in_page(self, url: str, html: str) -> list[Board]:
        """Linked boards; and the page's own host where the page is made by Recruitee on a customer's domain."""
        boards = find_boards(url, html, self.find_in_url)
        address = read_address(url)
        if not boards and address and any(marker in html for marker in _MARKERS) and _is_own(address):
            boards = [Board(ats=self.name, token=address.host, host=address.host, url=f"https://{address.host}/")]
        return boards

    def board_url(self, board: Board) -> str:
        return f"https://{board.host or board.token + '.recruitee.com'}/"

    def read(self, board: Board, known: Known) -> Reader:
        home = self.board_url(board)
        response = yield Request(url=f"{home}api/offers/")
        rows = get_list(response.check().json(), "offers", url=response.url)
        tally = Tally()
        company = None
        for row in rows:
            posting = tally.take(_read_row, row, home)
            if posting is not None:
                company = company or posting.company_name
                yield posting
        return tally.conclude(company=RawCompany(name=company) if company else None)


def _is_own(address: Address) -> bool:
    return not address.host.endswith("recruitee.com")


def _read_row(row: Any, home: str) -> RawPosting | None:
    posting_id, title = get_text(row, "id"), find_title(dig(row, "title"))
    if not posting_id or not title:
        raise BoardBroken("an offer without id or title")
    if get_text(row, "status") in _CLOSED:
        return None
    url = _find_page(row, home)
    sections = keep_sections((None, dig(row, "description")), ("Requirements", dig(row, "requirements")))
    return RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=url,
        apply_url=find_url(dig(row, "careers_apply_url")) or f"{url}/c/new",
        description_html=join_sections(sections),
        sections=sections,
        locations=_read_places(row),
        employment_type=get_text(row, "employment_type_code"),
        workplace_type=_read_workplace(row),
        is_remote=find_bool(dig(row, "remote")),
        experience_level=get_text(row, "experience_code"),
        department=get_text(row, "department"),
        pay=_read_pay(dig(row, "salary")),
        date_posted=find_time(dig(row, "published_at")),
        valid_through=find_time(dig(row, "close_at")),
        language=_read_language(row),
        company_name=find_title(dig(row, "company_name")),
    )


def _find_page(row: Any, home: str) -> str:
    """The page that the ATS states; it may lie on the customer's domain. Else the canonical one."""
    slug = get_text(row, "slug")
    stated = find_url(dig(row, "careers_url"))
    if stated and urlsplit(stated).path.strip("/"):
        return stated
    return f"{home}o/{slug}" if slug else home


def _read_places(row: Any) -> tuple[RawLocation, ...]:
    """All locations; the single fields repeat the first one. Country by code: its name is localised."""
    places = [
        find_place(
            get_text(place, "name"),
            get_text(place, "city"),
            get_text(place, "state"),
            get_text(place, "country_code") or get_text(place, "country"),
        )
        for place in find_list(row, "locations")
    ]
    stated = keep_places(places)
    if stated:
        return stated
    country = get_text(row, "country_code") or get_text(row, "country")
    region = get_text(row, "state_name") or get_text(row, "state_code")
    return keep_places([find_place(get_text(row, "location"), get_text(row, "city"), region, country)])


def _read_workplace(row: Any) -> str | None:
    """What is ticked; several ticks say nothing."""
    ticked = [name for name in ("remote", "hybrid", "on_site") if find_bool(dig(row, name))]
    return ticked[0] if len(ticked) == 1 else None


def _read_language(row: Any) -> str | None:
    """That of the only translation."""
    translations = dig(row, "translations")
    if not isinstance(translations, dict) or len(translations) != 1:
        return None
    return find_language(next(iter(translations)))


def _read_pay(stated: Any) -> tuple[RawPay, ...]:
    """Amounts are strings or null."""
    least, most = find_number(dig(stated, "min")), find_number(dig(stated, "max"))
    if not least and not most:
        return ()
    currency, period = get_text(stated, "currency"), get_text(stated, "period")
    return (RawPay(min=least or None, max=most or None, currency=currency, period=period),)


ATS = Recruitee()
