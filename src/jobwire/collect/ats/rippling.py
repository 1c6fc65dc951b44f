"""Rippling: the board API lists one row per location; details carry description, dates and pay."""

from __future__ import annotations

from typing import Any

import msgspec

from jobwire.collect.address import Address, find_boards, is_slug, read_address
from jobwire.collect.islands import find_next_data
from jobwire.collect.protocol import Known, Reader, Request, Response, get_list, get_text, make_mark
from jobwire.collect.scalars import (
    dig,
    find_int,
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
from jobwire.collect.walk import Row, Tally, keep_most, read_details
from jobwire.errors import BoardBroken, BoardError
from jobwire.model.board import Board
from jobwire.model.raw import RawCompany, RawLocation, RawPay, RawPosting

_API = "https://api.rippling.com/platform/api/ats/v1/board"
_OTHERS = {"api", "platform", "static", "assets", "js", "css", "embed", "_next"}
_MAX_PAGES = 200


class Rippling:
    name = "rippling"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 4

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        token = _find_token(address) if address else None
        if not token or token in _OTHERS or not is_slug(token):
            return None
        return Board(ats=self.name, token=token, url=f"https://ats.rippling.com/{token}/jobs")

    def find_in_page(self, url: str, html: str) -> list[Board]:
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        return f"https://ats.rippling.com/{board.token}/jobs"

    def read(self, board: Board, known: Known) -> Reader:
        tally = Tally()
        base, ask = self.board_url(board), f"{_API}/{board.token}/jobs"
        response = yield Request(url=ask)
        total = None
        if response.status in (404, 410):  # the pages show the same postings
            ask = base
            items, total = yield from _read_pages(base, tally)
        else:
            items, total = yield from _read_api(ask, response, tally)
        postings = _merge(items, base, tally)
        rows = [Row(posting=each, request=Request(url=f"{ask}/{each.posting_id}")) for each in postings]
        names: list[str] = []

        def complete(posting: RawPosting, response: Response) -> RawPosting:
            done = _add_detail(posting, response)
            names.extend([done.company_name] if done.company_name else [])
            return done

        yield from read_details(rows, known, tally, complete, parallel=self.max_parallel)
        return tally.conclude(total, RawCompany(name=names[0]) if names else None)


def _find_token(address: Address) -> str | None:
    path = address.path
    if address.host == "api.rippling.com":
        return path[path.index("board") + 1] if "board" in path[:-1] else None
    labels = address.find_labels("rippling.com") or ""
    if labels.split(".")[0] != "ats":
        return None
    if "board" in path[:-1] and path[0] == "api":
        return path[path.index("board") + 1]
    path = path[1:] if path[:1] == ("embed",) else path
    if len(path) > 1 and path[1] != "jobs":
        path = Address(host=address.host, path=path).drop_locale()
    return path[0] if path else None


def _read_api(ask: str, response: Response, tally: Tally) -> Any:
    """All rows at once, or, in the newer form of the API, pages of them."""
    data = response.check().json()
    if isinstance(data, list):
        return data, None
    items = list(get_list(data, "items", url=response.url))
    total, pages = find_int(dig(data, "totalItems")), find_int(dig(data, "totalPages")) or 1
    for page in range(1, min(pages, _MAX_PAGES)):
        try:
            response = yield Request(url=f"{ask}?page={page}")
            items += get_list(response.check().json(), "items", url=response.url)
        except BoardError as error:
            tally.miss(f"a page was not read: {error.message}")
    return items, total


def _read_pages(base: str, tally: Tally) -> Any:
    """The list inside the hosted pages: structured locations, one row per posting, 20 a page."""
    items: list[Any] = []
    total: int | None = None
    for page in range(_MAX_PAGES):
        try:
            response = yield Request(url=f"{base}?page={page}")
            data = _find_list(response.check())
            rows = get_list(data, "items", url=response.url)
        except BoardError as error:
            if not items:
                raise
            tally.miss(f"a page was not read: {error.message}")
            return items, total
        total, pages = keep_most(total, find_int(dig(data, "totalItems"))), find_int(dig(data, "totalPages"))
        if rows == items[: len(rows)]:  # nothing, or the first page again
            return items, total
        items += rows
        if pages is not None and page + 1 >= pages:
            return items, total
    tally.cut(f"more than {_MAX_PAGES} pages")
    return items, None


def _find_list(response: Response) -> Any:
    for query in find_list(_page_props(response), "dehydratedState", "queries"):
        if "job-posts" in find_list(query, "queryKey"):
            return dig(query, "state", "data")
    return None


def _page_props(response: Response) -> Any:
    data = find_next_data(response.text)
    return dig(data, "props", "pageProps")


def _merge(items: list[Any], base: str, tally: Tally) -> list[RawPosting]:
    """One posting of all rows with the same id, with the locations of all."""
    groups: dict[str, list[Any]] = {}
    for item in items:
        posting_id = get_text(item, "uuid") or get_text(item, "id")
        if posting_id and find_title(dig(item, "name")):
            tally.add(posting_id)
            groups.setdefault(posting_id, []).append(item)
        else:
            tally.skip()
    return [_read_rows(posting_id, rows, base) for posting_id, rows in groups.items()]


def _read_rows(posting_id: str, rows: list[Any], base: str) -> RawPosting:
    row = rows[0]
    url = find_url(row.get("url"), base) or f"{base}/{posting_id}"
    places = [place for item in rows for place in find_list(item, "locations")]
    kinds = {kind for place in places if (kind := get_text(place, "workplaceType"))}
    labels = [get_text(item, "workLocation", "label") or get_text(item, "workLocation") for item in rows]
    return RawPosting(
        posting_id=posting_id,
        title=find_title(row.get("name")) or "",
        listing_url=url,
        apply_url=url,
        locations=keep_places([*map(_read_place, places), *map(find_place, labels)]),
        workplace_type=kinds.pop() if len(kinds) == 1 else None,
        department=get_text(row, "department", "label") or get_text(row, "department", "name"),
        language=(get_text(row, "language") or "")[:2].lower() or None,
        list_mark=make_mark(sorted(make_mark(item) for item in rows)),
    )


def _read_place(place: Any) -> RawLocation | None:
    country = get_text(place, "countryCode") or get_text(place, "country")
    return find_place(get_text(place, "name"), get_text(place, "city"), get_text(place, "state"), country)


def _add_detail(posting: RawPosting, response: Response) -> RawPosting:
    """The detail API's object; the hosted page carries the same one."""
    is_page = response.body.lstrip()[:1] == b"<"
    data = dig(_page_props(response), "apiData", "jobPost") if is_page else response.json()
    if not isinstance(data, dict) or not get_text(data, "uuid"):
        raise BoardBroken(f"{response.url}: no job post.")
    description = data.get("description")
    labels = [get_text(label) for label in find_list(data, "workLocations")]
    return msgspec.structs.replace(
        posting,
        title=find_title(data.get("name")) or posting.title,
        description_html=get_text(description)
        or join_sections(keep_sections((None, dig(description, "company")), (None, dig(description, "role")))),
        locations=_join_places(posting, labels),
        employment_type=get_text(data, "employmentType", "id") or get_text(data, "employmentType", "label"),
        department=get_text(data, "department", "name") or posting.department,
        pay=_read_pay(data),
        date_posted=find_time(data.get("createdOn")),
        company_name=get_text(data, "companyName"),
    )


def _join_places(posting: RawPosting, labels: list[str | None]) -> tuple[RawLocation, ...]:
    """Locations of list and detail: a label that the list has, structured or not, is no second place."""
    texts = {place.text for place in posting.locations}
    return keep_places([*posting.locations, *(find_place(label) for label in labels if label not in texts)])


def _read_pay(data: Any) -> tuple[RawPay, ...]:
    """A range for each place, where they differ."""
    pays = []
    for item in find_list(data, "payRangeDetails"):
        least, most = find_number(dig(item, "rangeStart")), find_number(dig(item, "rangeEnd"))
        if least or most:
            currency = get_text(item, "currency") or get_text(item, "currency", "code")
            title = get_text(item, "location", "name") or get_text(item, "location")
            period = get_text(item, "frequency")
            pays.append(RawPay(min=least, max=most, currency=currency, period=period, title=title))
    alike = {(pay.min, pay.max, pay.currency, pay.period) for pay in pays}
    return tuple(pays) if len(alike) > 1 else tuple(msgspec.structs.replace(pay, title=None) for pay in pays[:1])


ATS = Rippling()
