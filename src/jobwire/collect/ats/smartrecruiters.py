"""SmartRecruiters: a list of 100 rows a page and a detail page a posting; an unknown company looks empty."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any
from urllib.parse import quote

import msgspec

from jobwire.collect.address import Address, find_boards, find_slug, read_address
from jobwire.collect.protocol import Known, Reader, Request, Response, Step, get_list, get_text, make_mark
from jobwire.collect.scalars import (
    dig,
    find_bool,
    find_int,
    find_language,
    find_number,
    find_place,
    find_time,
    find_title,
    find_url,
    join_sections,
    keep_places,
    keep_sections,
)
from jobwire.collect.walk import Row, Tally, read_details
from jobwire.errors import BoardBroken, BoardError
from jobwire.model.board import Board
from jobwire.model.raw import RawCompany, RawLocation, RawPay, RawPosting

PAGE = 100
_MAX_PAGES = 500
_API = "https://api.smartrecruiters.com/v1/companies"
_HOME = "https://jobs.smartrecruiters.com"
_HOSTS = ("careers.smartrecruiters.com", "jobs.smartrecruiters.com")
_POSTING = re.compile(r"\d{9,20}(?:-.*)?")
_TOKEN_IN_SCRIPT = re.compile(r"company_?code[\"']?\s{0,9}[:=]\s{0,9}[\"']([\w-]{1,100})[\"']", re.IGNORECASE)
_NO_TOKENS = ("oneclick-ui", "company", "postings", "sr-jobs", "static", "assets", "robots.txt", "sitemap.xml")
_SECTIONS = ("companyDescription", "jobDescription", "qualifications", "additionalInformation")


class SmartRecruiters:
    name = "smartrecruiters"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 6

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        token = _find_token(address) if address else None
        return self._board(token) if token else None

    def _board(self, token: str) -> Board:
        return Board(ats=self.name, token=token, url=f"https://{_HOSTS[0]}/{token}")

    def find_in_page(self, url: str, html: str) -> list[Board]:
        boards = {board.key: board for board in find_boards(url, html, self.find_in_url)}
        if "smartrecruiters" in html:  # the widget is told its company in a script
            for token in _TOKEN_IN_SCRIPT.findall(html[:5_000_000]):
                board = self._board(token)
                boards.setdefault(board.key, board)
        return list(boards.values())

    def board_url(self, board: Board) -> str:
        return f"https://{_HOSTS[0]}/{quote(board.token, safe='%')}"

    def read(self, board: Board, known: Known) -> Reader:
        base = f"{_API}/{quote(board.token, safe='%')}/postings"
        tally = Tally()
        rows: dict[str, Row] = {}
        total = yield from _read_list(base, board.token, rows, tally, self.max_parallel)
        if len(rows) + tally.skipped < total and not tally.notes:  # rows move between pages while they change
            total = yield from _read_list(base, board.token, rows, tally, self.max_parallel)
        names = [name for row in rows.values() if (name := row.posting.company_name)]
        yield from read_details(list(rows.values()), known, tally, _add_detail, parallel=self.max_parallel)
        return tally.conclude(total, RawCompany(name=names[0]) if names else None)


def _find_token(address: Address) -> str | None:
    path = address.drop_region()
    if address.host == "api.smartrecruiters.com":
        return find_slug(path[2]) if path[:2] == ("v1", "companies") and len(path) > 2 else None
    if address.host in (
        "www.smartrecruiters.com",
        "smartrecruiters.com",
    ):  # the form of old: /{company}/{number}-{title}
        return find_slug(path[0]) if len(path) > 1 and _POSTING.fullmatch(path[1]) else None
    if address.host not in _HOSTS:
        return None
    if not path:
        return find_slug(address.query.get("company"))
    if path[0] == "ni" and len(path) > 2:  # a posting that is shown to those who have its link
        return find_slug(path[1])
    if path[:2] == ("oneclick-ui", "company"):
        return find_slug(path[2]) if len(path) > 2 else None
    return find_slug(path[0], *_NO_TOKENS)


def _read_list(
    base: str, token: str, rows: dict[str, Row], tally: Tally, parallel: int
) -> Generator[Step, Any, int]:
    """Fill `rows` from all pages; the total that the first one declares."""
    response = yield Request(url=f"{base}?limit={PAGE}&offset=0")
    data = response.check().json()
    items = get_list(data, "content", url=response.url)
    total = find_int(dig(data, "totalFound"))
    _take(items, base, token, rows, tally)
    if total is None:
        yield from _read_to_end(base, token, len(items), rows, tally)
        return len(rows) + tally.skipped
    offsets = list(range(PAGE, total, PAGE))
    for start in range(0, len(offsets), parallel):
        urls = [f"{base}?limit={PAGE}&offset={offset}" for offset in offsets[start : start + parallel]]
        responses = yield [Request(url=url) for url in urls]
        for page in responses:
            try:
                _take(get_list(page.check().json(), "content", url=page.url), base, token, rows, tally)
            except BoardError as error:
                tally.miss(f"a page was not read: {error.message}")
    return total


def _read_to_end(
    base: str, token: str, last: int, rows: dict[str, Row], tally: Tally
) -> Generator[Step, Any, None]:
    """The pages after the first one of `last` rows where no total is stated: only a short page is the end."""
    if not last:
        tally.miss("the answer is empty and states no total")
    for page in range(1, _MAX_PAGES):
        if last < PAGE:
            return
        response = yield Request(url=f"{base}?limit={PAGE}&offset={page * PAGE}")
        try:
            items = get_list(response.check().json(), "content", url=response.url)
        except BoardError as error:
            tally.miss(f"a page was not read: {error.message}")
            return
        before, last = len(rows) + tally.skipped, len(items)
        _take(items, base, token, rows, tally)
        if last and len(rows) + tally.skipped == before:
            tally.miss("the answer states no total and repeats itself")
            return
    tally.cut(f"more than {_MAX_PAGES} pages")


def _take(items: list[Any], base: str, token: str, rows: dict[str, Row], tally: Tally) -> None:
    for item in items:
        if get_text(item, "id") in rows:
            continue
        row = tally.take(_read_row, item, base, token)
        if row is not None:
            rows[row.posting.posting_id] = row


def _read_row(item: Any, base: str, token: str) -> Row:
    posting_id, title = get_text(item, "id"), find_title(dig(item, "name"))
    if not posting_id or not title:
        raise BoardBroken("a posting without id or name")
    place = dig(item, "location")
    url = f"{_HOME}/{get_text(item, 'company', 'identifier') or token}/{posting_id}"
    posting = RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=url,
        apply_url=url,
        locations=_read_places(place),
        employment_type=get_text(item, "typeOfEmployment", "label"),
        workplace_type="hybrid" if find_bool(dig(place, "hybrid")) else None,
        is_remote=find_bool(dig(place, "remote")),
        experience_level=_read_level(item),
        department=get_text(item, "department", "label"),
        date_posted=find_time(dig(item, "releasedDate")),
        requisition_id=get_text(item, "refNumber"),
        language=find_language(dig(item, "language", "code")),
        company_name=find_title(dig(item, "company", "name")),
        list_mark=make_mark(item),
    )
    return Row(posting=posting, request=Request(url=f"{base}/{posting_id}"))


def _read_places(place: Any) -> tuple[RawLocation, ...]:
    """City and region may be junk (a country as city, "REMOTE" as region); the country code is not."""
    city, region = get_text(place, "city"), get_text(place, "region")
    country = get_text(place, "country")
    found = find_place(
        get_text(place, "fullLocation"),
        None if (city or "").lower() == "remote" else city,
        None if (region or "").lower() == "remote" else region,
        country.upper() if country and len(country) == 2 else country,
        latitude=dig(place, "latitude"),
        longitude=dig(place, "longitude"),
    )
    return keep_places([found])


def _read_level(item: Any) -> str | None:
    level = get_text(item, "experienceLevel", "label")
    return None if level == "Not Applicable" else level


def _add_detail(posting: RawPosting, response: Response) -> RawPosting:
    data = response.json()
    stated = dig(data, "jobAd", "sections")
    if not isinstance(stated, dict):
        raise BoardBroken(f"{response.url}: no jobAd.")
    parts = [(find_title(dig(stated, name, "title")), dig(stated, name, "text")) for name in _SECTIONS]
    sections = keep_sections(*parts)
    url = find_url(dig(data, "postingUrl")) or posting.listing_url
    return msgspec.structs.replace(
        posting,
        listing_url=url,
        apply_url=find_url(dig(data, "applyUrl")) or url,
        description_html=join_sections(sections),
        sections=sections,
        pay=_read_pay(dig(data, "compensation")),
    )


def _read_pay(stated: Any) -> tuple[RawPay, ...]:
    least, most = find_number(dig(stated, "min")), find_number(dig(stated, "max"))
    if not least and not most:
        return ()
    currency, period = get_text(stated, "currency"), get_text(stated, "period")
    return (RawPay(min=least, max=most, currency=currency, period=period),)


ATS = SmartRecruiters()
