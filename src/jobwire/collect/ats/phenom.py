"""Phenom: the `/widgets` endpoint of a branded career site, 100 rows a call, under 10,000 in a window.

Where it refuses, the search page embeds the same answer in `phApp.ddo`, ten rows a page.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any
from urllib.parse import quote

import msgspec

from jobwire.collect.address import find_boards, read_address
from jobwire.collect.islands import find_assigned
from jobwire.collect.protocol import Known, Reader, Request, Response, Step, get_list, get_text, make_mark
from jobwire.collect.scalars import (
    dig,
    find_int,
    find_list,
    find_place,
    find_time,
    find_title,
    find_url,
    keep_places,
)
from jobwire.collect.walk import Row, Tally, keep_most, read_details
from jobwire.errors import BoardBroken, BoardError
from jobwire.model.board import Board
from jobwire.model.raw import RawLocation, RawPosting

_SIZE = 100
_WINDOW = 9_900
"""from + size must stay under 10,000, or the total becomes 0."""
_FACETS = ("category", "country", "state", "city", "type")
_MARKERS = ("phenompeople.com", "phApp.ddo", "phApp =", "data-ph-id")
_LOCALE = re.compile(r"""["']?locale["']?\s{0,5}[:=]\s{0,5}["']([a-z]{2}_[A-Za-z]{2,8})["']""")
_SEARCH_WORD = re.compile(r"[a-z-]{0,30}search[a-z-]{0,30}")
_MAX_PAGES = 300

Selection = dict[str, list[str]]


class Phenom:
    name = "phenom"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 4

    def find_in_url(self, url: str) -> Board | None:
        """Phenom sites live on their customers' hosts: a path such as `/us/en/search-results` tells."""
        address = read_address(url)
        path = _find_locale_path(address.path) if address else None
        if address is None or path is None or not _is_phenom_page(address.path[2:]):
            return None
        return Board(
            ats=self.name,
            token=address.host,
            host=address.host,
            url=f"https://{address.host}/{path}/search-results",
        )

    def find_in_page(self, url: str, html: str) -> list[Board]:
        address = read_address(url)
        if address is None or address.find_labels("phenom.com", "phenompeople.com") is not None:
            return []
        if sum(marker in html for marker in _MARKERS) < 2:
            return find_boards(url, html, self.find_in_url)
        path = _find_locale_path(address.path) or _find_page_locale(html) or "us/en"
        search = f"https://{address.host}/{path}/search-results"
        return [Board(ats=self.name, token=address.host, host=address.host, url=search)]

    def board_url(self, board: Board) -> str:
        return board.url or f"https://{board.host or board.token}/us/en/search-results"

    def read(self, board: Board, known: Known) -> Reader:
        site = _Site(self.board_url(board))
        tally = Tally()
        response = yield site.ask({}, 0)
        if _is_search(response):
            total = yield from self._read_window(site, response, {}, known, tally, depth=0)
        else:
            total = yield from self._read_pages(site, known, tally)
        return tally.conclude(total)

    def _read_window(
        self, site: _Site, first: Response, selected: Selection, known: Known, tally: Tally, depth: int
    ) -> Generator[Step, Any, int | None]:
        """Walk one search; one that is too large is split by its largest facet."""
        found, total = _read_search(first.json(), first)
        if total is not None and total > _WINDOW:
            parts = _split(found, total, selected) if depth < 3 else []
            for part in parts:
                response = yield site.ask(part, 0)
                if _is_search(response):
                    yield from self._read_window(site, response, part, known, tally, depth + 1)
                else:
                    tally.miss(f"a search of {total} postings was refused")
            if parts:
                return total
            tally.cut(f"a search of {total} postings, {_WINDOW} within reach")
        yield from self._read_rows(site, found, known, tally)
        asked = len(find_list(found, "jobs"))
        last = asked
        while last and asked < min(_WINDOW if total is None else total, _WINDOW):
            if total is None and last < _SIZE:
                break
            try:
                response = yield site.ask(selected, asked)
                found, _ = _read_search(response.check().json(), response)
            except BoardError as error:
                tally.bear(error)
                break
            rows = find_list(found, "jobs")
            if not rows:
                break
            yield from self._read_rows(site, found, known, tally)
            last = len(rows)
            asked += last
        if total is None and asked >= _WINDOW:
            tally.cut(f"the answer states no total, {_WINDOW} are within reach")
        return total

    def _read_pages(self, site: _Site, known: Known, tally: Tally) -> Generator[Step, Any, int | None]:
        """The search pages themselves."""
        asked, total = 0, None
        for _ in range(_MAX_PAGES):
            try:
                response = yield Request(url=f"{site.search}?from={asked}&s=1")
                ddo = find_assigned(response.check().text, "phApp.ddo")
                found, stated = _read_search({"refineSearch": dig(ddo, "eagerLoadRefineSearch")}, response)
            except BoardError as error:
                tally.bear(error)
                return total
            rows, before = find_list(found, "jobs"), len(tally.ids) + tally.skipped
            total = keep_most(total, stated)
            yield from self._read_rows(site, found, known, tally)
            asked += len(rows)
            if not rows or (total is not None and asked >= total):
                return total
            if total is None and len(tally.ids) + tally.skipped == before:
                tally.miss("the pages state no total and repeat themselves")
                return total
        tally.cut(f"more than {_MAX_PAGES} pages")
        return total

    def _read_rows(self, site: _Site, found: Any, known: Known, tally: Tally) -> Generator[Step, Any, None]:
        rows = [row for item in find_list(found, "jobs") if (row := site.read_row(item, tally)) is not None]
        yield from read_details(rows, known, tally, _add_detail, parallel=self.max_parallel, is_gone=_is_closed)


class _Site:
    """Addresses and request bodies of one branded site."""

    def __init__(self, url: str) -> None:
        address = read_address(url)
        self.host = address.host if address else ""
        self.path = (_find_locale_path(address.path) if address else None) or "us/en"
        self.country, self.language = self.path.split("/")
        word = address.path[-1] if address and address.path else ""
        self.search = (
            f"https://{self.host}/{self.path}/{word if _SEARCH_WORD.fullmatch(word) else 'search-results'}"
        )

    def _ask(self, key: str, page: str, body: dict[str, Any]) -> Request:
        base = {
            "ddoKey": key,
            "lang": f"{self.language}_{self.country}",
            "country": self.country,
            "deviceType": "desktop",
            "pageName": page,
            "siteType": "external",
        }
        return Request(url=f"https://{self.host}/widgets", json_body=base | body, follow_redirects=False)

    def ask(self, selected: Selection, start: int) -> Request:
        body = {
            "sortBy": "",
            "subsearch": "",
            "from": start,
            "size": _SIZE,
            "jobs": True,
            "counts": True,
            "all_fields": list(_FACETS),
            "clearAll": False,
            "jdsource": "facets",
            "isSliderEnable": False,
            "keywords": "",
            "global": True,
            "selected_fields": selected,
        }
        return self._ask("refineSearch", "search-results", body)

    def read_row(self, item: Any, tally: Tally) -> Row | None:
        posting_id = get_text(item, "jobId")
        title = find_title(dig(item, "title"))
        if not posting_id or not title:
            tally.skip()
            return None
        if not tally.add(posting_id):
            return None
        url = f"https://{self.host}/{self.path}/job/{quote(posting_id, safe='')}"
        posting = RawPosting(
            posting_id=posting_id,
            title=title,
            listing_url=url,
            apply_url=find_url(item.get("applyUrl"), url) or url,
            description_html=get_text(item, "descriptionTeaser"),
            locations=_read_places(item),
            employment_type=get_text(item, "type"),
            workplace_type=get_text(item, "workplaceType") or get_text(item, "remote"),
            department=get_text(item, "category") or get_text(item, "department"),
            date_posted=find_time(item.get("postedDate")),
            requisition_id=get_text(item, "reqId") or posting_id,
            language=(get_text(item, "locale") or "").split("_")[0].lower()[:2] or None,
            list_mark=make_mark(item),
        )
        body = {"jobId": posting_id, "jobSeqNo": get_text(item, "jobSeqNo")}
        return Row(posting=posting, request=self._ask("jobDetail", "job", body))


def _find_locale_path(path: tuple[str, ...]) -> str | None:
    """`us/en` or `global/en` at the start of a path."""
    if len(path) >= 2 and re.fullmatch(r"[a-z]{2}|global", path[0]) and re.fullmatch(r"[a-z]{2}", path[1]):
        return f"{path[0]}/{path[1]}"
    return None


def _is_phenom_page(path: tuple[str, ...]) -> bool:
    """`search-results`, `job/{id}/{title}`, `c/{category}-jobs`."""
    if path[:1] == ("job",):
        return len(path) == 3 and any(letter.isdigit() for letter in path[1])
    return path == ("search-results",) or (len(path) == 2 and path[0] == "c" and path[1].endswith("-jobs"))


def _find_page_locale(html: str) -> str | None:
    """`us/en` from the page's `"locale":"en_us"`."""
    match = _LOCALE.search(html)
    if not match:
        return None
    language, country = match.group(1).lower().split("_")
    return f"{country}/{language}"


def _is_search(response: Response) -> bool:
    """A wrong request is answered 404 with a whole HTML page; so is a refused one at times with 200."""
    if response.status in (404, 410) or 300 <= response.status < 400:
        return False
    return response.check().body.lstrip()[:1] == b"{"


def _read_search(data: Any, response: Response) -> tuple[Any, int | None]:
    """(data with jobs and aggregations, total). Raises BoardBroken."""
    search = dig(data, "refineSearch")
    get_list(search, "data", "jobs", url=response.url)
    return dig(search, "data"), find_int(dig(search, "totalHits"))


def _split(found: Any, total: int, selected: Selection) -> list[Selection]:
    """Narrower searches by the first facet that is not selected yet and covers the total."""
    counts = {get_text(facet, "field"): dig(facet, "value") for facet in find_list(found, "aggregations")}
    for field in _FACETS:
        values = counts.get(field)
        if field in selected or not isinstance(values, dict):
            continue
        if sum(find_int(count) or 0 for count in values.values()) >= total:
            return [{**selected, field: [name]} for name, count in values.items() if find_int(count)]
    return []


def _read_places(item: Any) -> tuple[RawLocation, ...]:
    several = [get_text(text) for text in find_list(item, "multi_location")]
    if len(several) > 1:
        return keep_places(find_place(text) for text in several)
    return keep_places(
        [
            find_place(
                get_text(item, "location") or get_text(item, "cityStateCountry"),
                get_text(item, "city"),
                get_text(item, "state"),
                get_text(item, "country"),
                latitude=dig(item, "latitude"),
                longitude=dig(item, "longitude"),
            )
        ]
    )


def _is_closed(response: Response) -> bool:
    """An unknown id is answered 200 with an envelope of no hits; 404 means a wrong request."""
    if response.status != 200:
        return False
    try:
        return find_int(dig(response.json(), "jobDetail", "hits")) == 0
    except BoardBroken:
        return False


def _add_detail(posting: RawPosting, response: Response) -> RawPosting:
    data = response.json()
    job = dig(data, "jobDetail", "data", "job")
    if not isinstance(job, dict):
        raise BoardBroken(f"{response.url}: no job detail.")
    return msgspec.structs.replace(
        posting,
        description_html=get_text(job, "description")
        or get_text(job, "jobDescription")
        or posting.description_html,
        locations=posting.locations or _read_places(job),
        employment_type=posting.employment_type or get_text(job, "type"),
    )


ATS = Phenom()
