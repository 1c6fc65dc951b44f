"""Greenhouse: one public call lists a whole board, descriptions and pay ranges included."""

from __future__ import annotations

import html as entities
import re
from typing import Any
from urllib.parse import quote

from jobwire.collect.address import Address, find_boards, find_slug, read_address
from jobwire.collect.protocol import Known, Reader, Request, get_list, get_text
from jobwire.collect.scalars import (
    dig,
    find_int,
    find_language,
    find_list,
    find_number,
    find_place,
    find_time,
    find_title,
    find_url,
    keep_places,
    split_places,
)
from jobwire.collect.walk import Tally
from jobwire.errors import BoardBroken
from jobwire.model.board import Board
from jobwire.model.raw import RawCompany, RawLocation, RawPay, RawPosting

_API_HOSTS = (
    "boards-api.greenhouse.io",
    "api.greenhouse.io",
    "boards-api.eu.greenhouse.io",
    "api.eu.greenhouse.io",
)
_PAGE_HOSTS = (
    "boards.greenhouse.io",
    "job-boards.greenhouse.io",
    "boards.eu.greenhouse.io",
    "job-boards.eu.greenhouse.io",
)
_NO_TOKENS = ("embed", "v1", "api", "js", "assets", "users", "robots.txt", "favicon.ico", "sitemap.xml")
_TOKEN_IN_SCRIPT = re.compile(
    r"(?:\b(?:urlToken|boardToken|board_token)[\"']?\s{0,9}[:=]|job_board/js\?for=[\"']\s{0,9}\+)"
    r"\s{0,9}[\"']([\w-]{1,100})[\"']"
)

# Employers name these fields themselves; what is not listed here may be internal (hiring manager, budget,
# cost centre: all seen on public boards) and is never read.
_EMPLOYMENT_FIELDS = {"employment type", "time type", "job type", "position type", "contract type", "commitment"}
_WORKPLACE_FIELDS = {
    "workplace type",
    "work model",
    "working model",
    "working model eligibility",
    "work arrangement",
    "location type",
    "remote status",
    "remote type",
}
_LEVEL_FIELDS = {"experience level", "seniority", "seniority level", "career level"}
_PAY_FIELD = re.compile(
    r"(?:job post(?:ing)? |posted |public |base |annual )?(?:salary|pay|compensation)? ?range\b"
    r"(?!.*(?:budget|internal))"
)
_WORK_MODEL_ONLY = re.compile(
    r"(?:remote|hybrid|on-?site|in-?office|in office|flexible|distributed|multiple locations|various)[\s.]*"
)


class Greenhouse:
    name = "greenhouse"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 4

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        token = _find_token(address) if address else None
        if not address or not token:
            return None
        host = "job-boards.eu.greenhouse.io" if ".eu." in address.host else ""
        return self._board(token, host)

    def find_in_page(self, url: str, html: str) -> list[Board]:
        boards = {board.key: board for board in find_boards(url, html, self.find_in_url)}
        if "greenhouse" in html:
            for token in _TOKEN_IN_SCRIPT.findall(html):
                board = self._board(token, "")
                boards.setdefault(board.key, board)
        return list(boards.values())

    def _board(self, token: str, host: str) -> Board:
        url = f"https://{host or 'job-boards.greenhouse.io'}/{token}"
        return Board(ats=self.name, token=token, host=host, url=url)

    def board_url(self, board: Board) -> str:
        return f"https://{board.host or 'job-boards.greenhouse.io'}/{board.token}"

    def read(self, board: Board, known: Known) -> Reader:
        path = f"v1/boards/{quote(board.token, safe='%')}/jobs?content=true&pay_transparency=true"
        response = yield Request(url=f"https://boards-api.greenhouse.io/{path}")
        if response.status == 404 and board.host:  # one host answers for both regions, as a rule
            response = yield Request(url=f"https://boards-api.eu.greenhouse.io/{path}")
        data = response.check().json()
        rows = get_list(data, "jobs", url=response.url)
        tally = Tally()
        company = None
        for row in rows:
            posting = tally.take(_read_row, row, self.board_url(board))
            if posting is not None:
                company = company or posting.company_name
                yield posting
        return tally.conclude(find_int(dig(data, "meta", "total")), RawCompany(name=company) if company else None)


def _find_token(address: Address) -> str | None:
    path = address.drop_region()
    if address.host in _API_HOSTS or (address.host in _PAGE_HOSTS and path[:2] == ("v1", "boards")):
        return find_slug(path[2]) if path[:2] == ("v1", "boards") and len(path) > 2 else None
    if address.host not in _PAGE_HOSTS or not path:
        return None
    if path[0].lower() == "embed":  # /embed/job_app?token={job id} alone names no board
        return find_slug(address.query.get("for"))
    return find_slug(path[0], *_NO_TOKENS)


def _read_row(row: Any, board_url: str) -> RawPosting:
    posting_id, title = get_text(row, "id"), find_title(dig(row, "title"))
    if not posting_id or not title:
        raise BoardBroken("a job without id or title")
    url = find_url(dig(row, "absolute_url")) or f"{board_url}/jobs/{posting_id}"
    fields = _read_fields(row)
    return RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=url,
        apply_url=url,
        description_html=_read_content(dig(row, "content")),
        locations=_read_places(row),
        employment_type=_pick(fields, _EMPLOYMENT_FIELDS),
        workplace_type=_pick(fields, _WORKPLACE_FIELDS),
        experience_level=_pick(fields, _LEVEL_FIELDS),
        department=_read_departments(row),
        pay=_read_pay(row),
        date_posted=find_time(dig(row, "first_published")),
        valid_through=find_time(dig(row, "application_deadline")),
        requisition_id=get_text(row, "requisition_id"),
        language=find_language(dig(row, "language")),
        company_name=_read_company(row),
    )


def _read_content(content: Any) -> str | None:
    """HTML, escaped once inside the JSON; inner entities (`&amp;nbsp;`) stay entities."""
    if not isinstance(content, str) or not content.strip():
        return None
    return content.strip() if "<" in content else entities.unescape(content).strip()


def _read_places(row: Any) -> tuple[RawLocation, ...]:
    """The free-text location; where it holds only a work model the city stands in the offices."""
    places = split_places(get_text(row, "location", "name"))
    if places and not all(_WORK_MODEL_ONLY.fullmatch((place.text or "").lower()) for place in places):
        return places
    offices = find_list(row, "offices")
    stated = (find_place(get_text(office, "location") or get_text(office, "name")) for office in offices)
    return keep_places([*places, *stated])


def _read_departments(row: Any) -> str | None:
    names = (get_text(department, "name") for department in find_list(row, "departments"))
    return ", ".join(dict.fromkeys(name for name in names if name)) or None


def _read_fields(row: Any) -> dict[str, str]:
    """Employer-made select fields by lower-case name; the caller picks from them by whitelist."""
    fields: dict[str, str] = {}
    for item in find_list(row, "metadata"):
        name, kind, value = get_text(item, "name"), get_text(item, "value_type"), dig(item, "value")
        if not name or kind not in ("single_select", "multi_select", "short_text"):
            continue
        values = value if isinstance(value, list) else [value]
        text = ", ".join(part.strip() for part in values if isinstance(part, str) and part.strip())
        if text and len(text) <= 200:
            fields.setdefault(name.lower(), text)
    return fields


def _pick(fields: dict[str, str], names: set[str]) -> str | None:
    return next((fields[name] for name in fields if name in names), None)


def _read_pay(row: Any) -> tuple[RawPay, ...]:
    """Ranges of the pay block, in cents; else employer-made currency fields with the name of a posted range."""
    ranges = [
        RawPay(
            min=_from_cents(dig(item, "min_cents")),
            max=_from_cents(dig(item, "max_cents")),
            currency=get_text(item, "currency_type"),
            title=get_text(item, "title"),
        )
        for item in find_list(row, "pay_input_ranges")
    ]
    if not ranges:
        ranges = [pay for item in find_list(row, "metadata") if (pay := _read_pay_field(item))]
    return tuple(dict.fromkeys(pay for pay in ranges if pay.min or pay.max))


def _read_pay_field(item: Any) -> RawPay | None:
    name = get_text(item, "name") or ""
    if get_text(item, "value_type") != "currency_range" or not _PAY_FIELD.match(name.lower()):
        return None
    return RawPay(
        min=find_number(dig(item, "value", "min_value")),
        max=find_number(dig(item, "value", "max_value")),
        currency=get_text(item, "value", "unit"),
        title=name,
    )


def _from_cents(value: Any) -> float | None:
    cents = find_number(value)
    return cents / 100 if cents else None


def _read_company(row: Any) -> str | None:
    """Some boards are named after themselves: "Rubrik Job Board" (seen August 2026)."""
    name = get_text(row, "company_name")
    return re.sub(r"\s+job board$", "", name, flags=re.IGNORECASE) if name else None


ATS = Greenhouse()
