"""Workday: a POST list of 20 rows a page, split by facets beyond 2,000, and a detail page a posting."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any

import msgspec

from jobwire.collect.address import Address, find_boards, find_slug, read_address
from jobwire.collect.protocol import (
    Known,
    Reader,
    Reading,
    Request,
    Response,
    Step,
    get_list,
    get_text,
    make_mark,
)
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
from jobwire.collect.sitemap import find_sitemaps
from jobwire.collect.walk import Row, Tally, read_details
from jobwire.errors import BoardBroken, BoardError
from jobwire.model.board import Board
from jobwire.model.raw import RawCompany, RawLocation, RawPosting

PAGE = 20
"""Rows a page; more is a 400."""
CAP = 2_000
"""The largest total that a tenant admits to; what lies beyond is reached through facets only."""
_MOST_VALUES = 50
"""Facet values in one query."""
_DEPTH = 3
_SPLIT_BY = ("jobFamilyGroup", "jobFamily", "workerSubType", "timeType", "locationCountry", "locations")
_SHORT_HOST = re.compile(r"([a-z0-9][a-z0-9_-]*)(?:\.(wd\d+))?")
_LOCALE = re.compile(r"[a-z]{2}[-_][a-z]{2}", re.IGNORECASE)
_PAGES = ("job", "jobs", "details", "login", "apply", "introduceyourself", "userhome", "0", "1")
_COUNT_ONLY = re.compile(r"\d+ \w+")  # "3 Locations", "2 Standorte"
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


class Workday:
    name = "workday"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 4

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        tenant, site = _find_names(address) if address else (None, None)
        if not address or not tenant or re.fullmatch(r"wd\d+|www", tenant):
            return None
        board = Board(ats=self.name, token=tenant, host=address.host, site=site or "")
        return msgspec.structs.replace(board, url=self.board_url(board))

    def find_in_page(self, url: str, html: str) -> list[Board]:
        return [board for board in find_boards(url, html, self.find_in_url) if board.site]

    def board_url(self, board: Board) -> str:
        if board.host.endswith("myworkdaysite.com"):
            return f"https://{board.host}/recruiting/{board.token}/{board.site}"
        return f"https://{board.host}/{board.site}".rstrip("/")

    def read(self, board: Board, known: Known) -> Reader:
        if not board.host:
            raise BoardBroken(f"{board.key}: a Workday board needs its host.")
        if not board.site:
            board = yield from _find_site(board)
        walk = _Walk(board, self.board_url(board), self.max_parallel)
        yield from walk.read_slice({}, _DEPTH)
        if walk.misses_rows() and not walk.tally.notes:
            yield from walk.read_rest()
        names: Counter[str] = Counter()

        def complete(posting: RawPosting, response: Response) -> RawPosting:
            found = _add_detail(posting, response)
            names.update([found.company_name] if found.company_name else [])
            return found

        rows = list(walk.rows.values())
        yield from read_details(rows, known, walk.tally, complete, parallel=self.max_parallel, is_gone=_is_gone)
        # Single details name subsidiaries; only all of them together tell the company.
        company = RawCompany(name=names.most_common(1)[0][0]) if names and not known else None
        return walk.conclude(company)


def _find_names(address: Address) -> tuple[str | None, str | None]:
    """Tenant and site. Only the API's path names both wherever it is hosted; a site cannot be guessed."""
    label = _SHORT_HOST.fullmatch(address.find_labels("myworkdayjobs.com", "myworkdaysite.com") or "")
    path = _drop_language(address.path)
    if not label:
        return None, None
    if path[:2] == ("wday", "cxs") and len(path) > 3:
        return find_slug(path[2]), find_slug(path[3])
    if address.find_labels("myworkdaysite.com") and (path[:1] == ("recruiting",) or not label[2]):
        named = path[:1] == ("recruiting",) and len(path) > 2
        return (find_slug(path[1]), find_slug(path[2])) if named else (None, None)
    return label[1], find_slug(path[0], "wday", "robots.txt", "favicon.ico") if path else None


def _drop_language(path: tuple[str, ...]) -> tuple[str, ...]:
    """Without `en-US`, or an `en` that is no site because another name follows it."""
    if path and _LOCALE.fullmatch(path[0]):
        return path[1:]
    is_language = len(path) > 1 and len(path[0]) == 2 and path[0].isalpha() and path[1].lower() not in _PAGES
    return path[1:] if is_language else path


def _find_site(board: Board) -> Generator[Step, Any, Board]:
    """The only site of a tenant, from its robots.txt, which names a sitemap for each."""
    response: Response = yield Request(url=f"https://{board.host}/robots.txt")
    maps = (read_address(link) for link in find_sitemaps(response.check().text, response.url))
    sites = list(dict.fromkeys(link.path[0] for link in maps if link and len(link.path) > 1))
    if len(sites) != 1:
        known = ", ".join(sites[:20]) or "none is named"
        raise BoardBroken(
            f"{board.key}: a Workday board needs its site.", hint=f"Sites of {board.host}: {known}."
        )
    return msgspec.structs.replace(board, site=sites[0])


class _Walk:
    """The list of one board while it is read."""

    def __init__(self, board: Board, home: str, parallel: int) -> None:
        self.base = f"https://{board.host}/wday/cxs/{board.token}/{board.site}"
        self.home, self.parallel = home, parallel
        self.tally = Tally()
        self.rows: dict[str, Row] = {}
        """By external path."""
        self.ghosts = 0
        """Empty rows, which the total counts (seen 2026)."""
        self.declared = 0

    def ask(self, facets: dict[str, list[str]], offset: int) -> Request:
        body = {"appliedFacets": facets, "limit": PAGE, "offset": offset, "searchText": ""}
        return Request(url=f"{self.base}/jobs", json_body=body, headers={"Accept": "application/json"})

    def read_slice(self, facets: dict[str, list[str]], depth: int) -> Generator[Step, Any, None]:
        """All rows under these facets; a slice that reaches the cap is read in smaller ones."""
        response = yield self.ask(facets, 0)
        data = response.check().json()
        rows = get_list(data, "jobPostings", url=response.url)
        stated = find_int(dig(data, "total"))
        self._take(rows)
        if stated is None or stated < len(rows):
            yield from self._read_to_end(facets, len(rows))
            return
        total = stated
        if not facets:
            self.declared = total
        if total < CAP:
            yield from self._read_pages(facets, total)
            return
        if not facets:
            self.declared = max([self.declared, *(_sum_counts(name, values) for name, values in _facets(data))])
        split = _choose_facet(data, facets) if depth else None
        if split is None:
            self.tally.cut(f"the list ends at {total} rows and offers nothing to split it by")
            yield from self._read_pages(facets, total)
            return
        name, values = split
        for group in _group(values):
            yield from self.read_slice({**facets, name: group}, depth - 1)

    def read_rest(self) -> Generator[Step, Any, None]:
        """Rows that moved between pages while the board changed; or those that no facet shows, the newest."""
        if self.declared < CAP:
            yield from self.read_slice({}, _DEPTH)
        else:
            yield from self._read_pages({}, CAP)

    def _read_pages(self, facets: dict[str, list[str]], total: int) -> Generator[Step, Any, None]:
        """The pages after the first one. The total of later pages is not looked at: it can be 0."""
        offsets = list(range(PAGE, total, PAGE))
        for start in range(0, len(offsets), self.parallel):
            responses = yield [self.ask(facets, offset) for offset in offsets[start : start + self.parallel]]
            for response in responses:
                try:
                    self._take(get_list(response.check().json(), "jobPostings", url=response.url))
                except BoardError as error:
                    self.tally.miss(f"a page was not read: {error.message}")

    def _read_to_end(self, facets: dict[str, list[str]], last: int) -> Generator[Step, Any, None]:
        """The pages after the first one of `last` rows where no total is stated: only a short page is the end."""
        if not last:
            self.tally.miss("the answer is empty and states no total")
        for offset in range(PAGE, CAP, PAGE):
            if last < PAGE:
                return
            response = yield self.ask(facets, offset)
            try:
                rows = get_list(response.check().json(), "jobPostings", url=response.url)
            except BoardError as error:
                self.tally.miss(f"a page was not read: {error.message}")
                return
            before, last = self._count(), len(rows)
            self._take(rows)
            if last and self._count() == before:
                self.tally.miss("the answer states no total and repeats itself")
                return
        self.tally.cut(f"the answer states no total, and more than {CAP} rows are out of reach")

    def _take(self, rows: list[Any]) -> None:
        for item in rows:
            if not item:
                self.ghosts += 1
                continue
            path = dig(item, "externalPath")
            if isinstance(path, str) and path in self.rows:
                continue
            row = self.tally.take(_read_row, item, self.base, self.home, self.tally.ids)
            if row is not None:
                self.rows[str(path)] = row

    def _count(self) -> int:
        return len(self.rows) + self.ghosts + self.tally.skipped

    def misses_rows(self) -> bool:
        return self._count() < self.declared

    def conclude(self, company: RawCompany | None) -> Reading:
        return self.tally.conclude(max(self.declared - self.ghosts, 0), company)


def _facets(data: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """(parameter, values) of all facets, nested groups (`locationMainGroup`) opened."""
    stack = find_list(data, "facets")[:50]
    while stack:
        facet = stack.pop(0)
        values = [value for value in find_list(facet, "values") if isinstance(value, dict)]
        groups = [value for value in values if isinstance(value.get("values"), list)]
        stack.extend(groups[:50])
        name = get_text(facet, "facetParameter")
        leaves = [value for value in values if get_text(value, "id") and find_int(value.get("count"))]
        if name and leaves:
            yield name, leaves


def _sum_counts(name: str, values: list[dict[str, Any]]) -> int:
    """How many postings a facet proves; none for places, where one posting counts several times."""
    return 0 if "location" in name.lower() else sum(find_int(value.get("count")) or 0 for value in values)


def _choose_facet(data: Any, used: dict[str, list[str]]) -> tuple[str, list[dict[str, Any]]] | None:
    """The facet that covers the most postings; at a tie the one known to split well. Not one used already."""
    choices = [(name, values) for name, values in _facets(data) if name not in used and len(values) > 1]
    if not choices:
        return None

    def rank(choice: tuple[str, list[dict[str, Any]]]) -> tuple[int, int]:
        name, values = choice
        known = len(_SPLIT_BY) - _SPLIT_BY.index(name) if name in _SPLIT_BY else 0
        return sum(find_int(value.get("count")) or 0 for value in values), known

    return max(choices, key=rank)


def _group(values: list[dict[str, Any]]) -> list[list[str]]:
    """Ids of values in groups that stay under the cap together."""
    groups: list[list[str]] = []
    room = 0
    for value in sorted(values, key=lambda value: find_int(value.get("count")) or 0, reverse=True):
        count = find_int(value.get("count")) or 0
        if not groups or count > room or len(groups[-1]) >= _MOST_VALUES:
            groups.append([])
            room = CAP - 1
        groups[-1].append(str(value["id"]))
        room -= count
    return groups


def _read_row(item: Any, base: str, home: str, taken: set[str]) -> Row:
    path = get_text(item, "externalPath")
    if not path or not path.startswith("/"):
        raise BoardBroken("a row without a path")
    bullets = [
        text for value in find_list(item, "bulletFields") if isinstance(value, str) and (text := value.strip())
    ]
    named = [find_title(dig(item, "title")), get_text(item, "locationsText"), get_text(item, "timeType")]
    workplace = get_text(item, "remoteType")
    safe = _BAD_PERCENT.sub("%25", path).replace(" ", "%20")
    posting_id = _find_id(path, bullets)
    posting = RawPosting(
        posting_id=path if posting_id in taken else posting_id,
        title=named[0] or _title_of(path),
        listing_url=home + safe,
        apply_url=f"{home}{safe}/apply",
        locations=_read_list_place(named[1]),
        employment_type=named[2],
        workplace_type=workplace,
        requisition_id=next((text for text in bullets if re.search(r"\d", text) and " " not in text), None),
        list_mark=make_mark([path, *named, workplace, bullets]),  # without postedOn: it ages by itself
    )
    return Row(posting=posting, request=Request(url=base + safe, headers={"Accept": "application/json"}))


def _find_id(path: str, bullets: list[str]) -> str:
    """The requisition id at the end of the path with its `-1` for a second posting: outlives a new title."""
    last = path.rstrip("/").rsplit("/", 1)[-1]
    for bullet in bullets:
        at = last.rfind(f"_{bullet}")
        if at >= 0:
            return last[at + 1 :]
    return last.rsplit("_", 1)[-1] or last


def _title_of(path: str) -> str:
    """Some rows lack a title (10 of 7,210 seen); the path has one, without its punctuation."""
    slug = path.rstrip("/").rsplit("/", 1)[-1].rsplit("_", 1)[0]
    return " ".join(slug.replace("-", " ").split()) or slug


def _read_list_place(text: str | None) -> tuple[RawLocation, ...]:
    return () if not text or _COUNT_ONLY.fullmatch(text) else keep_places([find_place(text)])


def _is_gone(response: Response) -> bool:
    return response.status in (404, 410) or (response.status == 403 and b'"S22"' in response.body)


def _add_detail(posting: RawPosting, response: Response) -> RawPosting:
    data = response.json()
    info = dig(data, "jobPostingInfo")
    if not isinstance(info, dict):
        raise BoardBroken(f"{response.url}: no jobPostingInfo.")
    others = find_list(info, "additionalLocations")
    more = [find_place(get_text(place, "descriptor") or get_text(place)) for place in others]
    first = find_place(get_text(info, "location"), country=get_text(info, "country", "descriptor"))
    url = find_url(info.get("externalUrl")) or posting.listing_url
    return msgspec.structs.replace(
        posting,
        title=find_title(info.get("title")) or posting.title,
        listing_url=url,
        apply_url=f"{url}/apply",
        description_html=get_text(info, "jobDescription"),
        locations=keep_places([first, *more]) or posting.locations,
        employment_type=get_text(info, "timeType") or posting.employment_type,
        workplace_type=get_text(info, "remoteType") or posting.workplace_type,
        date_posted=find_time(info.get("startDate")),
        valid_through=find_time(info.get("endDate")),
        requisition_id=get_text(info, "jobReqId") or posting.requisition_id,
        company_name=find_title(dig(data, "hiringOrganization", "name")),
    )


ATS = Workday()
