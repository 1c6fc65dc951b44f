"""Oracle Recruiting Cloud: the candidate-experience REST API, 200 requisitions a page, 10,000 in a window.

Its parameters live inside `finder`; `expand` is required or the list is empty; `hasMore` means nothing;
pages may be short in the middle of a walk.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any
from urllib.parse import quote

import msgspec

from jobwire.collect.address import Address, find_boards, is_slug, read_address
from jobwire.collect.protocol import Known, Reader, Request, Response, Step, get_list, get_text, make_mark
from jobwire.collect.scalars import (
    dig,
    find_int,
    find_list,
    find_place,
    find_time,
    find_title,
    join_sections,
    keep_places,
    keep_sections,
)
from jobwire.collect.walk import Row, Tally, is_missing, keep_most, read_details
from jobwire.errors import BoardBroken, BoardError, BoardUnreachable
from jobwire.model.board import Board
from jobwire.model.raw import RawLocation, RawPosting

_LIMIT = 200
_WINDOW = 10_000
_FACETS = {
    "categoriesFacet": "selectedCategoriesFacet",
    "organizationsFacet": "selectedOrganizationsFacet",
    "locationsFacet": "selectedLocationsFacet",
}
_POD = re.compile(
    r"https:(?:\\?/){2}([a-z0-9-]{1,60}\.fa\.(?:[a-z0-9]{1,20}\.){0,3}oraclecloud\.com)\b", re.IGNORECASE
)
_SITE = re.compile(r"""siteNumber["']?\s{0,5}[:=]\s{0,5}["']([\w-]{1,40})["']""")
_CAREER_HOST = re.compile(r"(?:careers?|jobs?)[\w-]*\.", re.IGNORECASE)
_PAY_PROMPT = re.compile(
    r"(?:(?:posted|base|annual|hourly|estimated|target)\s+)*(?:pay|salary|compensation|wage)(?:\s+range)?\s*:?",
    re.I,
)
_LOCALE = re.compile(r"[a-z]{2}(?:-[A-Z]{2})?")
_VANITY_PAGES = ("job", "jobs", "requisitions", "my-profile")
_SECTIONS = (
    ("", "ExternalDescriptionStr"),
    ("Responsibilities", "ExternalResponsibilitiesStr"),
    ("Qualifications", "ExternalQualificationsStr"),
    ("", "CorporateDescriptionStr"),
    ("", "OrganizationDescriptionStr"),
)


class Oracle:
    name = "oracle"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 4

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        if address is None:
            return None
        if not _is_oracle(address.host):
            return self._find_vanity(address)
        site = _find_site(address, url)
        token = address.host.split(".")[0]
        if not site:
            return None
        page = f"https://{address.host}/hcmUI/CandidateExperience/en/sites/{site}"
        return Board(ats=self.name, token=token, host=address.host, site=site, url=page)

    def _find_vanity(self, address: Address) -> Board | None:
        """A pod behind the customer's career host: `/en/sites/{site}`, `/en/sites/{site}/job/{number}`."""
        path = address.path
        start = "hcmUI/CandidateExperience/" if path[:2] == ("hcmUI", "CandidateExperience") else ""
        path = path[2:] if start else path
        if not _CAREER_HOST.match(address.host) or len(path) < 3 or path[1] != "sites":
            return None
        if not _LOCALE.fullmatch(path[0]) or not is_slug(path[2]) or (path[3:] and path[3] not in _VANITY_PAGES):
            return None
        page = f"https://{address.host}/{start}{path[0]}/sites/{path[2]}"
        return Board(ats=self.name, token=address.host, host=address.host, site=path[2], url=page)

    def find_in_page(self, url: str, html: str) -> list[Board]:
        """Links; else the pod and the site number that a page on the customer's own domain is set up with."""
        found = find_boards(url, html, self.find_in_url)
        pod, site = _POD.search(html), _SITE.search(html)
        if found or pod is None or site is None:
            return found
        api = f"https://{pod[1].lower()}/hcmUI/CandidateExperience/en/sites/{site[1]}"
        return [board for board in [self.find_in_url(api)] if board is not None]

    def board_url(self, board: Board) -> str:
        if not _is_oracle(board.host):
            return board.url
        return f"https://{board.host}/hcmUI/CandidateExperience/en/sites/{board.site}"

    def read(self, board: Board, known: Known) -> Reader:
        if not _is_oracle(board.host):
            board = yield from _find_pod(board)
        tally = Tally()
        total, first = yield from self._read_window(board, known, tally, "")
        if total is not None and total > _WINDOW:
            queries = _split(first, total)
            for query in queries:
                yield from self._read_window(board, known, tally, query)
            if not queries or len(tally.ids) < total:
                tally.cut(f"{total} postings, {len(tally.ids)} within reach")
        return tally.conclude(total)

    def _read_window(self, board: Board, known: Known, tally: Tally, query: str) -> Generator[Step, Any, Any]:
        """Walk one search; returns its total and first page."""
        offset, total, first, empty = 0, None, None, 0
        while offset < min(total or _WINDOW, _WINDOW):
            try:
                response = yield Request(url=_list_url(board, query, offset), follow_redirects=False)
                page = _find_page(response)
                rows = _find_rows(page, response)
            except BoardError as error:
                tally.bear(error)
                break
            first, total = first or page, keep_most(total, find_int(page.get("TotalJobsCount")))
            wanted = [row for item in rows if (row := _read_row(item, board, tally)) is not None]
            yield from read_details(
                wanted, known, tally, _add_detail, parallel=self.max_parallel, is_gone=_is_closed
            )
            offset += len(rows)
            empty = 0 if rows else empty + 1
            if empty > 1 or (total is None and len(rows) < _LIMIT):  # an empty page is asked for once more
                break
        else:
            if total is None:
                tally.cut(f"the answer states no total, {_WINDOW} are within reach")
        return total, first


def _is_oracle(host: str) -> bool:
    labels = host.split(".")
    suffix = labels[-2:]
    is_cloud = suffix[0].removeprefix("oraclecloud").isdigit() or suffix[0] == "oraclecloud"
    return len(labels) > 2 and suffix[0].startswith("oraclecloud") and is_cloud and suffix[1] in ("com", "eu")


def _find_site(address: Address, url: str) -> str | None:
    """`.../hcmUI/CandidateExperience/en/sites/{site}/...`, also behind `#`, or `siteNumber=` of the API."""
    path = address.path
    if "#" in url and "sites" not in path:
        path = tuple(part for part in url.split("#", 1)[1].split("?")[0].split("/") if part)
    if "sites" in path[:-1]:
        return path[path.index("sites") + 1]
    for part in address.query.get("finder", "").replace(";", ",").split(","):
        if part.startswith("siteNumber="):
            return part.removeprefix("siteNumber=").strip("\"'") or None
    return None


def _find_pod(board: Board) -> Generator[Step, Any, Board]:
    """The pod and site number that a vanity host's page is set up with; the host itself, where it names none."""
    response: Response = yield Request(url=board.url)
    html = response.check().text
    pod, site = _POD.search(html), _SITE.search(html)
    host = pod[1].lower() if pod else board.host
    return msgspec.structs.replace(board, host=host, site=site[1] if site else board.site)


def _list_url(board: Board, query: str, offset: int) -> str:
    facets = "LOCATIONS%3BCATEGORIES%3BORGANIZATIONS"
    finder = f"findReqs;siteNumber={quote(board.site, safe='')},facetsList={facets},limit={_LIMIT}{query}"
    return (
        f"https://{board.host}/hcmRestApi/resources/latest/recruitingCEJobRequisitions?onlyData=true"
        "&expand=requisitionList.secondaryLocations,requisitionList.workLocation"
        f"&finder={finder},offset={offset},sortBy=POSTING_DATES_DESC"
    )


def _check(response: Response) -> Response:
    """A redirect is a passing failure of the pod, not the end of the board."""
    if 300 <= response.status < 400:
        raise BoardUnreachable(f"{response.url} answered {response.status}.")
    return response.check()


def _find_page(response: Response) -> dict[str, Any]:
    for page in get_list(_check(response).json(), "items", url=response.url):
        if isinstance(page, dict) and page:
            return page
    raise BoardBroken(f"{response.url}: no search result.")


def _find_rows(page: dict[str, Any], response: Response) -> list[Any]:
    if find_int(page.get("TotalJobsCount")) == 0:
        return []
    return get_list(page, "requisitionList", url=response.url)


def _split(page: Any, total: int) -> list[str]:
    """Searches that together reach every posting: the values of a facet whose counts cover the total."""
    for facet, parameter in _FACETS.items():
        values = [
            (get_text(value, "Id"), find_int(dig(value, "TotalCount")) or 0) for value in find_list(page, facet)
        ]
        counts = [count for _, count in values]
        if counts and max(counts) <= _WINDOW and sum(counts) >= total:
            return [f",{parameter}={quote(value, safe='')}" for value, _ in values if value]
    return []


def _read_row(item: Any, board: Board, tally: Tally) -> Row | None:
    posting_id, title = get_text(item, "Id"), find_title(dig(item, "Title"))
    if not posting_id or not title:
        tally.skip()
        return None
    if not tally.add(posting_id):
        return None
    page = (
        f"https://{board.host}/hcmUI/CandidateExperience/en/sites/{board.site}/job/{quote(posting_id, safe='')}"
    )
    posting = RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=page,
        apply_url=page,
        description_html=get_text(item, "ShortDescriptionStr"),
        locations=_read_places(item),
        employment_type=get_text(item, "JobSchedule") or get_text(item, "ContractType"),
        workplace_type=_read_workplace(item),
        department=get_text(item, "Department") or get_text(item, "JobFamily"),
        date_posted=find_time(item.get("PostedDate")),
        valid_through=find_time(item.get("PostingEndDate")),
        requisition_id=posting_id,
        language=(get_text(item, "Language") or "")[:2].lower() or None,
        list_mark=make_mark(item),
    )
    finder = f"ById;Id=%22{quote(posting_id, safe='')}%22,siteNumber={quote(board.site, safe='')}"
    base = f"https://{board.host}/hcmRestApi/resources/latest/recruitingCEJobRequisitionDetails"
    return Row(
        posting=posting,
        request=Request(url=f"{base}?expand=all&onlyData=true&finder={finder}", follow_redirects=False),
    )


def _read_workplace(item: Any) -> str | None:
    code = get_text(item, "WorkplaceTypeCode")
    return code.removeprefix("ORA_").lower() if code else get_text(item, "WorkplaceType")


def _read_places(item: Any) -> tuple[RawLocation, ...]:
    places = [find_place(get_text(item, "PrimaryLocation"), country=get_text(item, "PrimaryLocationCountry"))]
    others = _find_children(item, "secondaryLocations")
    places += [find_place(get_text(other, "Name"), country=get_text(other, "CountryCode")) for other in others]
    return keep_places(places)


def _find_children(item: Any, name: str) -> list[Any]:
    """An expanded child: a list, or a page with the list in it."""
    return find_list(item, name) or find_list(item, name, "items")


def _is_closed(response: Response) -> bool:
    """A requisition that is closed is an empty list, not a 404."""
    if response.status != 200:
        return is_missing(response)
    try:
        items = dig(response.json(), "items")
        return isinstance(items, list) and not items
    except BoardBroken:
        return False


def _add_detail(posting: RawPosting, response: Response) -> RawPosting:
    data = _check(response).json()
    detail = dig(data, "items", 0) if isinstance(dig(data, "items"), list) else data
    if not isinstance(detail, dict) or not get_text(detail, "Title"):
        raise BoardBroken(f"{response.url}: no requisition.")
    sections = keep_sections(*((heading, detail.get(name)) for heading, name in _SECTIONS))
    return msgspec.structs.replace(
        posting,
        description_html=join_sections(sections) or posting.description_html,
        sections=sections,
        locations=_join_places(posting, _read_places(detail)),
        employment_type=get_text(detail, "JobSchedule") or posting.employment_type,
        workplace_type=_read_workplace(detail) or posting.workplace_type,
        experience_level=get_text(detail, "JobLevel"),
        pay_text=_read_pay_text(detail),
        department=posting.department or get_text(detail, "Category"),
        date_posted=posting.date_posted or find_time(detail.get("ExternalPostedStartDate")),
        valid_through=posting.valid_through or find_time(detail.get("ExternalPostedEndDate")),
    )


def _read_pay_text(detail: Any) -> str | None:
    """The answer to an employer-made prompt that asks for the posted range; other prompts may be internal."""
    for field in _find_children(detail, "requisitionFlexFields")[:50]:
        if _PAY_PROMPT.fullmatch(get_text(field, "Prompt") or ""):
            return get_text(field, "Value")
    return None


def _join_places(posting: RawPosting, places: tuple[RawLocation, ...]) -> tuple[RawLocation, ...]:
    texts = {place.text for place in posting.locations}
    return keep_places([*posting.locations, *(place for place in places if place.text not in texts)])


ATS = Oracle()
