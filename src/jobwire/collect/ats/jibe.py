"""Jibe (iCIMS Attract): `/api/jobs` of the career site, 100 rows a page, 5,100 in a window, by language."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from jobwire.collect.address import find_boards, is_slug, read_address
from jobwire.collect.protocol import Known, Reader, Request, Step, get_list, get_text
from jobwire.collect.scalars import (
    dig,
    find_int,
    find_list,
    find_place,
    find_time,
    find_title,
    find_url,
    join_sections,
    keep_places,
    keep_sections,
)
from jobwire.collect.walk import Tally, keep_most
from jobwire.errors import BoardError
from jobwire.model.board import Board
from jobwire.model.raw import RawCompany, RawLocation, RawPosting

_LIMIT = 100
_MAX_PAGES = 51
_WORKPLACES = {
    "hybrid": "hybrid",
    "remote": "remote",
    "onsite": "onsite",
    "on-site": "onsite",
    "on site": "onsite",
}


class Jibe:
    name = "jibe"
    absence_is_proof = True
    missing_detail_is_proof = False
    max_parallel = 2

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        token = address.find_tenant("jibeapply.com") if address else None
        if not token:
            return None
        return Board(ats=self.name, token=token, url=f"https://{token}.jibeapply.com/jobs")

    def find_in_page(self, url: str, html: str) -> list[Board]:
        """A vanity host is a board of its own: its pages load Jibe's scripts."""
        address = read_address(url)
        if address and self.find_in_url(url) is None and ("jibecdn.com" in html or "data-jibe" in html):
            return [
                Board(ats=self.name, token=address.host, host=address.host, url=f"https://{address.host}/jobs")
            ]
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        return f"https://{_host(board)}/jobs"

    def read(self, board: Board, known: Known) -> Reader:
        tally = Tally()
        names: list[str] = []
        total, counts = yield from _read_language(board, tally, names, "")
        if counts is None and not tally.ids.issuperset(known):
            tally.miss("the answer does not count its languages: others may hold what is absent")
        languages = {name: count for name, count in (counts or {}).items() if count}
        if sum(languages.values()) > len(tally.ids) + tally.skipped:
            others = languages if len(languages) > 1 or not tally.ids else {}
            for language in others:
                yield from _read_language(board, tally, names, f"&lang={language}")
            total = sum(languages.values())
        return tally.conclude(total, RawCompany(name=names[0]) if names else None)


def _host(board: Board) -> str:
    return board.host or f"{board.token}.jibeapply.com"


def _read_language(board: Board, tally: Tally, names: list[str], query: str) -> Generator[Step, Any, Any]:
    """Walk one language; returns its total and the counts of all languages (None: it names none)."""
    total: int | None = None
    counts: dict[str, int] | None = None
    asked = 0
    for page in range(1, _MAX_PAGES + 1):
        url = f"https://{_host(board)}/api/jobs?page={page}&limit={_LIMIT}&internal=false{query}"
        try:
            response = yield Request(url=url)
            data = response.check().json()
            rows = get_list(data, "jobs", url=response.url)
        except BoardError as error:
            tally.bear(error)
            break
        total = keep_most(total, find_int(dig(data, "totalCount")))
        found = _read_counts(data)
        counts = counts if found is None else found
        asked += len(rows)
        for row in rows:
            posting = _read_posting(dig(row, "data"), board)
            if posting is None:
                tally.skip()
            elif tally.add(posting.posting_id) and dig(row, "data", "internal") is not True:
                names.extend([posting.company_name] if posting.company_name else [])
                yield posting
        if not rows or (total is not None and asked >= total) or (total is None and len(rows) < _LIMIT):
            break
    else:
        tally.cut(f"{total or 'more'} postings, only {_MAX_PAGES * _LIMIT} are shown")
    return total, counts


def _read_counts(data: Any) -> dict[str, int] | None:
    counts = dig(data, "languageCounts")
    if not isinstance(counts, dict):
        return None
    return {name: find_int(count) or 0 for name, count in counts.items() if is_slug(name)}


def _read_posting(data: Any, board: Board) -> RawPosting | None:
    posting_id, title = get_text(data, "slug"), find_title(dig(data, "title"))
    if not posting_id or not title:
        return None
    sections = keep_sections(
        ("Responsibilities", data.get("responsibilities")), ("Qualifications", data.get("qualifications"))
    )
    url = find_url(dig(data, "meta_data", "canonical_url")) or f"https://{_host(board)}/jobs/{posting_id}"
    return RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=url,
        apply_url=find_url(data.get("apply_url"), url) or url,
        description_html=join_sections([*keep_sections((None, data.get("description"))), *sections]),
        sections=sections,
        locations=keep_places(_read_place(place) for place in [data, *find_list(data, "additional_locations")]),
        employment_type=_stated(data, "employment_type"),
        workplace_type=_read_workplace(data),
        department=get_text(data, "department") or get_text(dig(data, "categories", 0), "name"),
        date_posted=find_time(data.get("posted_date")),
        requisition_id=get_text(data, "req_id"),
        language=(get_text(data, "language") or "")[:2].lower() or None,
        company_name=_stated(data, "hiring_organization"),
    )


def _stated(data: Any, name: str) -> str | None:
    """A value, unless it is one of Jibe's words for none."""
    text = get_text(data, name)
    return None if text and text.upper() in ("UNAVAILABLE", "OTHER", "N/A") else text


def _read_workplace(data: Any) -> str | None:
    """Tags mean something else for each tenant; only one that is a workplace word alone is taken as such."""
    for number in range(1, 21):
        for tag in find_list(data, f"tags{number}"):
            if isinstance(tag, str) and (found := _WORKPLACES.get(tag.strip().lower())):
                return found
    return None


def _read_place(data: Any) -> RawLocation | None:
    return find_place(
        _stated(data, "full_location"),
        _stated(data, "city"),
        _stated(data, "state"),
        _stated(data, "country_code") or _stated(data, "country"),
        latitude=dig(data, "latitude"),
        longitude=dig(data, "longitude"),
    )


ATS = Jibe()
