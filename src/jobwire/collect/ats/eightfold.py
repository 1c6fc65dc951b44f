"""Eightfold: two search APIs, ten rows a call, 2,000 in a window; replicas order rows differently.

v2 is `/api/apply/v2/jobs`; where it is switched off, PCSX `/api/pcsx/search` answers the same positions.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any
from urllib.parse import quote

import msgspec

from jobwire.collect.address import Address, find_boards, read_address
from jobwire.collect.protocol import Known, Reader, Request, Response, Step, get_list, get_text, make_mark
from jobwire.collect.scalars import (
    dig,
    find_epoch,
    find_int,
    find_list,
    find_place,
    find_title,
    find_url,
    keep_places,
)
from jobwire.collect.walk import Row, Tally, read_details
from jobwire.errors import BoardBlocked, BoardBroken, BoardError, BoardGone
from jobwire.model.board import Board
from jobwire.model.raw import RawLocation, RawPosting

_SIZE = 10
_WINDOW = 2_000
_OTHERS = ("engineering",)
_PID = re.compile(r"\d{11,18}(?:-|$)")
_JOB_HOST = re.compile(r"(?:career|jobs?|apply|explore)\.(?:[\w-]+\.){1,3}[a-z]{2,}", re.IGNORECASE)
_DOMAIN = re.compile(r"[a-z0-9][a-z0-9.-]{0,100}", re.IGNORECASE)
_IN_PAGE = re.compile(
    r"""["']?(?:domain|group_id|_EF_GROUP_ID)["']?\s{0,5}[:=]\s{0,5}["']([a-z0-9.-]{3,100})["']""", re.I
)


class Eightfold:
    name = "eightfold"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 4

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        if address is None:
            return None
        token = address.find_tenant("eightfold.ai", reserved=_OTHERS)
        if token:
            return self._make(token, address)
        return self._make(address.host, address) if _is_vanity(address) else None

    def _make(self, token: str, address: Address) -> Board:
        domain = address.query.get("domain", "")
        query = f"?domain={domain.lower()}" if _DOMAIN.fullmatch(domain) else ""
        return Board(ats=self.name, token=token, host=address.host, url=f"https://{address.host}/careers{query}")

    def find_in_page(self, url: str, html: str) -> list[Board]:
        address = read_address(url)
        if address and "_EF_GROUP_ID" in html and address.find_labels("eightfold.ai") is None:
            board = self._make(address.host, address)
            domain = _find_domain(html)
            return [
                msgspec.structs.replace(
                    board, url=f"https://{address.host}/careers?domain={domain}" if domain else board.url
                )
            ]
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        return board.url or f"https://{_host(board)}/careers"

    def read(self, board: Board, known: Known) -> Reader:
        address = read_address(self.board_url(board))
        domain = address.query.get("domain", "") if address else ""
        if not domain:
            response = yield Request(url=self.board_url(board))
            _check_home(response)
            domain = _find_domain(response.check().text) or f"{board.token}.com"
        api = _Api(_host(board), domain)
        tally = Tally()
        first = yield from api.open()
        total = yield from self._sweep(api, first, known, tally)
        if total is not None and len(tally.ids) < min(total, _WINDOW):  # the replicas' orders differ
            try:
                yield from self._sweep(api, None, known, tally)
            except BoardError as error:
                tally.bear(error)
        if total is not None and total > _WINDOW:
            yield from self._sweep_departments(api, first, total, known, tally)
        return tally.conclude(total)

    def _sweep(
        self, api: _Api, first: Response | None, known: Known, tally: Tally, query: str = ""
    ) -> Generator[Step, Any, Any]:
        """Walk one search; returns its total."""
        first = first or (yield api.ask(0, query))
        rows, total = api.read(first)
        yield from self._read_rows(api, rows, known, tally)
        if total is None:
            yield from self._read_to_end(api, len(rows), query, known, tally)
            return None
        starts = range(_SIZE, min(total, _WINDOW), _SIZE)
        for at in range(0, len(starts), self.max_parallel):
            responses = yield [api.ask(start, query) for start in starts[at : at + self.max_parallel]]
            for response in responses:
                try:
                    rows, _ = api.read(response)
                except BoardError as error:
                    tally.bear(error)
                    return total
                yield from self._read_rows(api, rows, known, tally)
        return total

    def _read_to_end(
        self, api: _Api, last: int, query: str, known: Known, tally: Tally
    ) -> Generator[Step, Any, None]:
        """The pages after the first one of `last` rows where no total is stated: only a short page is the end."""
        for start in range(_SIZE, _WINDOW, _SIZE):
            if last < _SIZE:
                return
            response = yield api.ask(start, query)
            try:
                rows, _ = api.read(response)
            except BoardError as error:
                tally.bear(error)
                return
            before, last = len(tally.ids) + tally.skipped, len(rows)
            yield from self._read_rows(api, rows, known, tally)
            if last and len(tally.ids) + tally.skipped == before:
                tally.miss("the answer states no total and repeats itself")
                return
        tally.cut(f"the answer states no total, {_WINDOW} are within reach")

    def _sweep_departments(
        self, api: _Api, first: Response, total: int, known: Known, tally: Tally
    ) -> Generator[Step, Any, None]:
        """Reach what lies beyond the window: one search for each department that the answers name."""
        for name in sorted(api.departments):
            try:
                yield from self._sweep(api, None, known, tally, f"&department={quote(name, safe='')}")
            except BoardError as error:
                tally.bear(error)
        if len(tally.ids) < total:
            tally.cut(f"{total} postings, {len(tally.ids)} within reach")

    def _read_rows(self, api: _Api, items: list[Any], known: Known, tally: Tally) -> Generator[Step, Any, None]:
        rows = [row for item in items if (row := api.read_row(item, tally)) is not None]
        yield from read_details(rows, known, tally, api.add_detail, parallel=self.max_parallel)


class _Api:
    """One of the two search APIs of a host."""

    def __init__(self, host: str, domain: str) -> None:
        self.host, self.domain = host, quote(domain, safe="")
        self.is_pcsx = False
        self.departments: set[str] = set()

    def open(self) -> Generator[Step, Any, Response]:
        """The first page of the API that answers. Raises the error of v2 where none does."""
        response: Response = yield self.ask(0)
        if response.status in (403, 404, 405):
            self.is_pcsx = True
            other: Response = yield self.ask(0)
            if other.status == 200:
                return other
            if response.status == 405:
                raise BoardBlocked(f"{response.url} answered 405.")
        return response.check()

    def ask(self, start: int, query: str = "") -> Request:
        if self.is_pcsx:
            url = f"https://{self.host}/api/pcsx/search?domain={self.domain}&query=&location=&start={start}"
        else:
            url = f"https://{self.host}/api/apply/v2/jobs?domain={self.domain}&start={start}&num={_SIZE}"
        return Request(url=url + query)

    def read(self, response: Response) -> tuple[list[Any], int | None]:
        """Positions and total of a page. Raises BoardError."""
        data = response.check().json()
        data = dig(data, "data") if self.is_pcsx else data
        rows = get_list(data, "positions", url=response.url)
        self.departments.update(name for row in rows if (name := _read_department(row)))
        return rows, find_int(dig(data, "count"))

    def read_row(self, item: Any, tally: Tally) -> Row | None:
        posting_id, title = get_text(item, "id"), find_title(dig(item, "name"))
        if not posting_id or not title:
            tally.skip()
            return None
        if not tally.add(posting_id) or item.get("isPrivate") is True:
            return None
        url = find_url(item.get("canonicalPositionUrl")) or f"https://{self.host}/careers/job/{posting_id}"
        posting = RawPosting(
            posting_id=posting_id,
            title=title,
            listing_url=url,
            apply_url=url,
            description_html=get_text(item, "job_description"),
            locations=_read_places(item),
            workplace_type=get_text(item, "work_location_option") or get_text(item, "workLocationOption"),
            department=_read_department(item),
            date_posted=find_epoch(item.get("postedTs")) or find_epoch(item.get("t_create")),
            requisition_id=_read_requisition(item),
            list_mark=make_mark(item),
        )
        return Row(posting=posting, request=self._ask_detail(posting_id))

    def _ask_detail(self, posting_id: str) -> Request:
        if self.is_pcsx:
            url = f"https://{self.host}/api/pcsx/position_details?position_id={posting_id}&domain={self.domain}&hl=en"
        else:
            url = f"https://{self.host}/api/apply/v2/jobs/{posting_id}?domain={self.domain}"
        return Request(url=url)

    def add_detail(self, posting: RawPosting, response: Response) -> RawPosting:
        data = response.json()
        data = dig(data, "data") if self.is_pcsx else data
        if not isinstance(data, dict) or not get_text(data, "name"):
            raise BoardBroken(f"{response.url}: no position.")
        html = get_text(data, "job_description") or get_text(data, "jobDescription")
        return msgspec.structs.replace(
            posting,
            description_html=html or posting.description_html,
            locations=_read_places(data) or posting.locations,
            workplace_type=posting.workplace_type
            or get_text(data, "work_location_option")
            or get_text(data, "workLocationOption"),
            requisition_id=posting.requisition_id or _read_requisition(data),
        )


def _host(board: Board) -> str:
    return board.host or f"{board.token}.eightfold.ai"


def _find_domain(html: str) -> str | None:
    match = _IN_PAGE.search(html)
    return match.group(1).lower() if match and "." in match.group(1) else None


def _check_home(response: Response) -> None:
    address = read_address(response.url)
    if address and address.host in ("eightfold.ai", "www.eightfold.ai"):
        raise BoardGone(f"{response.url} is the vendor's home page.")


def _read_places(item: Any) -> tuple[RawLocation, ...]:
    texts = [get_text(text) for text in find_list(item, "locations")]
    return keep_places(find_place(text) for text in texts or [get_text(item, "location")])


def _read_department(item: Any) -> str | None:
    """A name, or the first of a list of them."""
    return get_text(item, "department") or get_text(dig(item, "department", 0))


def _read_requisition(item: Any) -> str | None:
    for name in ("display_job_id", "displayJobId", "ats_job_id", "atsJobId"):
        if text := get_text(item, name):
            return text
    return None


def _is_vanity(address: Address) -> bool:
    """Whether a customer's host shows Eightfold's forms: `/careers?domain={its own}`, `/careers/job/{pid}`."""
    if address.path[:1] != ("careers",) or address.find_labels("eightfold.ai") is not None:
        return False
    is_twice = len(address.path) == 1 and bool(_JOB_HOST.match(address.host))
    if is_twice and "domain" not in address.query:  # `jobs.acme.com/careers`: all that were met are Eightfold's
        return True
    domain = address.query.get("domain", "").lower()
    if "." in domain and (address.host.endswith("." + domain) or _PID.fullmatch(address.query.get("pid", ""))):
        return True
    return len(address.path) > 2 and address.path[1] == "job" and bool(_PID.match(address.path[2]))


ATS = Eightfold()
