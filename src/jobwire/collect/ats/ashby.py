"""Ashby: one public call lists a whole board, descriptions and pay tiers included."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote

from jobwire.collect.address import Address, find_boards, read_address
from jobwire.collect.protocol import Known, Reader, Request, get_list, get_text
from jobwire.collect.scalars import (
    dig,
    find_bool,
    find_list,
    find_number,
    find_place,
    find_time,
    find_title,
    find_url,
    keep_places,
)
from jobwire.collect.walk import Tally, ask_company
from jobwire.errors import BoardBroken
from jobwire.model.board import Board
from jobwire.model.raw import RawLocation, RawPay, RawPosting

_NO_TOKENS = {"api", "_next", "static", "assets", "robots.txt", "favicon.ico", "sitemap.xml", "meeting", "embed"}
_LITERAL = "%-._~!$'()*+,@"
_NOT_BASE = {"EquityPercentage", "EquityCashValue"}


class Ashby:
    name = "ashby"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 4

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        token = _find_token(address) if address else None
        return Board(ats=self.name, token=token, url=f"https://jobs.ashbyhq.com/{token}") if token else None

    def find_in_page(self, url: str, html: str) -> list[Board]:
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        return f"https://jobs.ashbyhq.com/{quote(board.token, safe=_LITERAL)}"

    def read(self, board: Board, known: Known) -> Reader:
        token = quote(board.token, safe=_LITERAL)
        url = f"https://api.ashbyhq.com/posting-api/job-board/{token}?includeCompensation=true"
        response = yield Request(url=url)
        rows = get_list(response.check().json(), "jobs", url=response.url)
        tally = Tally()
        for row in rows:
            posting = tally.take(_read_row, row, self.board_url(board))
            if posting is not None:
                yield posting
        company = yield from ask_company(self.board_url(board), known)
        return tally.conclude(company=company)


def _find_token(address: Address) -> str | None:
    """The board's name, which may hold spaces and dots and stays percent-encoded: `Acme%20Inc.`."""
    path = address.drop_region()
    if address.host == "api.ashbyhq.com" and path[:2] == ("posting-api", "job-board"):
        path = path[2:]
    elif address.host != "jobs.ashbyhq.com":
        return None
    name = unquote(path[0]).strip() if path else ""
    if not name or len(name) > 100 or name.lower() in _NO_TOKENS or not any(letter.isalnum() for letter in name):
        return None
    return quote(path[0].strip(), safe=_LITERAL) if name.isprintable() and "/" not in name else None


def _read_row(row: Any, home: str) -> RawPosting | None:
    posting_id, title = get_text(row, "id"), find_title(dig(row, "title"))
    if not posting_id or not title:
        raise BoardBroken("a job without id or title")
    if dig(row, "isListed") is False:
        return None
    url = find_url(dig(row, "jobUrl")) or f"{home}/{posting_id}"
    return RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=url,
        apply_url=find_url(dig(row, "applyUrl")) or f"{url}/application",
        description_html=get_text(row, "descriptionHtml"),
        description_text=get_text(row, "descriptionPlain"),
        locations=_read_places(row),
        employment_type=get_text(row, "employmentType"),
        workplace_type=get_text(row, "workplaceType"),
        is_remote=find_bool(dig(row, "isRemote")),
        department=get_text(row, "department") or get_text(row, "team"),
        pay=_read_pay(row),
        pay_text=_read_pay_text(row),
        date_posted=find_time(dig(row, "publishedAt")),
    )


def _read_places(row: Any) -> tuple[RawLocation, ...]:
    return keep_places(_read_place(place) for place in [row, *find_list(row, "secondaryLocations")])


def _read_place(place: Any) -> RawLocation | None:
    address = dig(place, "address", "postalAddress") or dig(place, "address")  # the documentation shows it flat
    return find_place(
        get_text(place, "location"),
        get_text(address, "addressLocality"),
        get_text(address, "addressRegion"),
        get_text(address, "addressCountry"),
    )


def _shows_pay(row: Any) -> bool:
    return dig(row, "shouldDisplayCompensationOnJobPostings") is not False


def _read_pay(row: Any) -> tuple[RawPay, ...]:
    """Every money component of every tier; base pay has the tier's title, the rest says what it is."""
    if not _shows_pay(row):
        return ()
    ranges = [
        _read_component(part, get_text(tier, "title"))
        for tier in find_list(row, "compensation", "compensationTiers")
        for part in find_list(tier, "components")
    ]
    if not any(ranges):
        ranges = [_read_component(part, None) for part in find_list(row, "compensation", "summaryComponents")]
    return tuple(dict.fromkeys(pay for pay in ranges if pay))


def _read_component(part: Any, tier: str | None) -> RawPay | None:
    kind = get_text(part, "compensationType")
    least, most = find_number(dig(part, "minValue")), find_number(dig(part, "maxValue"))
    if kind in _NOT_BASE or not (least or most) or not get_text(part, "currencyCode"):
        return None
    title = tier if kind == "Salary" else " ".join(filter(None, [tier, kind]))
    period = get_text(part, "interval")
    return RawPay(min=least, max=most, currency=get_text(part, "currencyCode"), period=period, title=title)


def _read_pay_text(row: Any) -> str | None:
    if not _shows_pay(row):
        return None
    return get_text(row, "compensation", "compensationTierSummary") or get_text(
        row, "compensation", "scrapeableCompensationSalarySummary"
    )


ATS = Ashby()
