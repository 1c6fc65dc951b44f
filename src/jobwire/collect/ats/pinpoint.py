"""Pinpoint: one call, `/postings.json`, answers all postings; also on customers' own domains."""

from __future__ import annotations

from typing import Any

from jobwire.collect.address import find_boards, read_address
from jobwire.collect.protocol import Known, Reader, Request, get_list, get_text
from jobwire.collect.scalars import (
    dig,
    find_number,
    find_place,
    find_time,
    find_title,
    find_url,
    join_sections,
    keep_places,
    keep_sections,
)
from jobwire.collect.walk import Tally, ask_company
from jobwire.model.board import Board
from jobwire.model.raw import RawPay, RawPosting, RawSection

_SECTIONS = ("key_responsibilities", "skills_knowledge_expertise", "benefits")


class Pinpoint:
    name = "pinpoint"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 2

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        token = address.find_tenant("pinpointhq.com") if address else None
        if not token:
            return None
        return Board(ats=self.name, token=token, url=f"https://{token}.pinpointhq.com")

    def find_in_page(self, url: str, html: str) -> list[Board]:
        found = find_boards(url, html, self.find_in_url)
        address = read_address(url)
        if not found and address and "pinpointhq.com" in html and "/postings/" in html:
            return [Board(ats=self.name, token=address.host, host=address.host, url=f"https://{address.host}")]
        return found

    def board_url(self, board: Board) -> str:
        return f"https://{board.host or board.token + '.pinpointhq.com'}"

    def read(self, board: Board, known: Known) -> Reader:
        base = self.board_url(board)
        rows: list[Any] = []
        for conditional in (True, False):  # one in 500 answers is empty without reason: ask again
            request = Request(url=f"{base}/postings.json", conditional=conditional, follow_redirects=False)
            response = yield request
            rows = get_list(response.check().json(), "data", url=response.url)
            if rows:
                break
        tally = Tally()
        for row in rows:
            posting = _read_posting(row, base)
            if posting is None:
                tally.skip()
            elif tally.add(posting.posting_id):
                yield posting
        company = yield from ask_company(self.board_url(board), known)
        return tally.conclude(company=company)


def _read_posting(row: Any, base: str) -> RawPosting | None:
    posting_id, title = get_text(row, "id"), find_title(dig(row, "title"))
    if not posting_id or not title:
        return None
    url = find_url(dig(row, "url"), base) or find_url(dig(row, "path"), base) or f"{base}/postings/{posting_id}"
    sections = _read_sections(row)
    hidden = row.get("compensation_visible") is False
    return RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=url,
        apply_url=url,
        description_html=join_sections([*keep_sections((None, row.get("description"))), *sections]),
        sections=sections,
        locations=keep_places(
            [
                find_place(
                    get_text(row, "location", "name"),
                    get_text(row, "location", "city"),
                    get_text(row, "location", "province"),
                )
            ]
        ),
        employment_type=get_text(row, "employment_type") or get_text(row, "employment_type_text"),
        workplace_type=get_text(row, "workplace_type"),
        department=get_text(row, "job", "department", "name") or get_text(row, "department", "name"),
        pay=() if hidden else _read_pay(row),
        pay_text=None if hidden else get_text(row, "compensation"),
        valid_through=find_time(row.get("deadline_at")),
        requisition_id=get_text(row, "job", "requisition_id"),
    )


def _read_sections(row: Any) -> tuple[RawSection, ...]:
    return keep_sections(*((get_text(row, f"{name}_header"), row.get(name)) for name in _SECTIONS))


def _read_pay(row: Any) -> tuple[RawPay, ...]:
    low, high = find_number(row.get("compensation_minimum")), find_number(row.get("compensation_maximum"))
    if not low and not high:
        return ()
    return (
        RawPay(
            min=low,
            max=high,
            currency=get_text(row, "compensation_currency"),
            period=get_text(row, "compensation_frequency"),
        ),
    )


ATS = Pinpoint()
