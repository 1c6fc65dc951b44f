"""Lever: one public call lists a whole board; a global and an EU region, told apart by host only."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from jobwire.collect.address import Address, find_boards, find_slug, read_address
from jobwire.collect.protocol import Known, Reader, Request, get_list, get_text
from jobwire.collect.scalars import (
    dig,
    find_list,
    find_number,
    find_place,
    find_title,
    find_url,
    join_sections,
    keep_places,
    keep_sections,
)
from jobwire.collect.walk import Tally, ask_company
from jobwire.errors import BoardBroken
from jobwire.model.board import Board
from jobwire.model.raw import RawLocation, RawPay, RawPosting, RawSection

_PAGE_HOSTS = ("jobs.lever.co", "jobs.eu.lever.co")
_API_HOSTS = ("api.lever.co", "api.eu.lever.co")
_EU = "jobs.eu.lever.co"
_NO_TOKENS = ("v0", "v1", "api", "assets", "static", "robots.txt", "favicon.ico", "sitemap.xml")


class Lever:
    name = "lever"
    absence_is_proof = True
    missing_detail_is_proof = False
    """Confidential postings answer 404 while their page is live."""
    max_parallel = 4

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        token = _find_token(address) if address else None
        if not address or not token:
            return None
        host = _EU if ".eu." in address.host else ""
        return Board(ats=self.name, token=token, host=host, url=f"https://{host or 'jobs.lever.co'}/{token}")

    def find_in_page(self, url: str, html: str) -> list[Board]:
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        return f"https://{board.host or 'jobs.lever.co'}/{board.token}"

    def read(self, board: Board, known: Known) -> Reader:
        response = yield self._list(board.token, board.host == _EU)
        if response.status == 404 and board.host != _EU:  # the token does not say its region
            response = yield self._list(board.token, in_eu=True)
        rows = get_list(response.check().json(), url=response.url)
        home = f"https://{_EU if 'api.eu.' in response.url else 'jobs.lever.co'}/{board.token}"
        tally = Tally()
        for row in rows:
            posting = tally.take(_read_row, row, home)
            if posting is not None:
                yield posting
        company = yield from ask_company(home, known)
        return tally.conclude(company=company)

    def _list(self, token: str, in_eu: bool) -> Request:
        host = "api.eu.lever.co" if in_eu else "api.lever.co"
        return Request(
            url=f"https://{host}/v0/postings/{quote(token, safe='%')}?mode=json",
            headers={"Accept": "application/json"},
        )


def _find_token(address: Address) -> str | None:
    path = address.drop_region()
    if address.host in _API_HOSTS:
        is_list = len(path) > 2 and path[0] in ("v0", "v1") and path[1] == "postings"
        return find_slug(path[2]) if is_list else None
    return find_slug(path[0], *_NO_TOKENS) if address.host in _PAGE_HOSTS and path else None


def _read_row(row: Any, home: str) -> RawPosting:
    posting_id, title = get_text(row, "id"), find_title(dig(row, "text"))
    if not posting_id or not title:
        raise BoardBroken("a posting without id or title")
    url = find_url(dig(row, "hostedUrl")) or f"{home}/{posting_id}"
    sections = _read_lists(row)
    return RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=url,
        apply_url=find_url(dig(row, "applyUrl")) or f"{url}/apply",
        description_html=_read_description(row, sections),
        sections=sections,
        locations=_read_places(row),
        employment_type=get_text(row, "categories", "commitment"),
        workplace_type=_read_workplace(row),
        experience_level=get_text(row, "categories", "level"),
        department=get_text(row, "categories", "department") or get_text(row, "categories", "team"),
        pay=_read_pay(dig(row, "salaryRange")),
        pay_text=get_text(row, "salaryDescriptionPlain"),
        requisition_id=get_text(row, "reqCode"),
    )


def _read_lists(row: Any) -> tuple[RawSection, ...]:
    """Headed lists; their content is bare `<li>` items, at times wrapped in `<div>`."""
    pairs = []
    for item in find_list(row, "lists"):
        content = get_text(item, "content") or ""
        if "<li" in content and not content.startswith(("<ul", "<ol")):
            content = f"<ul>{content}</ul>"
        pairs.append((find_title(dig(item, "text")), content))
    return keep_sections(*pairs)


def _read_description(row: Any, sections: tuple[RawSection, ...]) -> str | None:
    """All that the page shows. `descriptionPlain` is not used: it can be an unfilled template (seen 2026)."""
    opening, body = get_text(row, "opening") or "", get_text(row, "description")
    if body is None:
        body = get_text(row, "descriptionBody") or ""
    if opening not in body:  # `description` holds the opening already, as a rule
        body = f"{opening}\n{body}"
    ends = keep_sections((None, dig(row, "additional")), (None, dig(row, "salaryDescription")))
    return join_sections([*keep_sections((None, body)), *sections, *ends])


def _read_places(row: Any) -> tuple[RawLocation, ...]:
    """All locations; the country is that of the first one."""
    first = get_text(row, "categories", "location")
    names = [first] + [place for place in find_list(row, "categories", "allLocations") if isinstance(place, str)]
    names = list(dict.fromkeys(name.strip() for name in names if name and name.strip()))
    country = get_text(row, "country")
    places = [find_place(name, country=country if index == 0 else None) for index, name in enumerate(names)]
    return keep_places(places or [find_place(country=country)])


def _read_workplace(row: Any) -> str | None:
    stated = get_text(row, "workplaceType")
    return None if stated in (None, "unspecified") else stated


def _read_pay(stated: Any) -> tuple[RawPay, ...]:
    least, most = find_number(dig(stated, "min")), find_number(dig(stated, "max"))
    if not least and not most:
        return ()
    period, currency = get_text(stated, "interval"), get_text(stated, "currency")
    return (RawPay(min=least, max=most, currency=currency, period=period),)


ATS = Lever()
