"""Workable: the public widget lists a whole account, descriptions included; else the career site's own API."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any
from urllib.parse import quote

import msgspec

from jobwire.collect.address import Address, find_boards, find_slug, read_address
from jobwire.collect.protocol import (
    Known,
    Reader,
    Reading,
    Request,
    Response,
    Step,
    Unchanged,
    get_list,
    get_text,
    make_mark,
)
from jobwire.collect.scalars import (
    dig,
    find_bool,
    find_int,
    find_list,
    find_number,
    find_place,
    find_time,
    find_title,
    find_url,
    keep_places,
)
from jobwire.collect.walk import Row, Tally, keep_most, read_details
from jobwire.errors import BoardBlocked, BoardBroken, BoardError, BoardGone
from jobwire.model.board import Board
from jobwire.model.raw import RawCompany, RawLocation, RawPay, RawPosting
from jobwire.model.visit import Completeness

_HOME = "https://apply.workable.com"
_NO_TOKENS = ("api", "j", "assets", "static", "robots.txt", "favicon.ico", "sitemap.xml")
_SEARCH: dict[str, Any] = {"query": "", "department": [], "location": [], "workplace": [], "worktype": []}
_MAX_PAGES = 1_000
"""Of ten jobs each."""
_OTHER_HOSTS = ("apply", "careers", "careers-page", "get", "id", "jobs")


class Workable:
    name = "workable"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 1
    """One host for all accounts, which refuses for hours when hurried."""

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        token = _find_token(address) if address else None
        return Board(ats=self.name, token=token, url=f"{_HOME}/{token}/") if token else None

    def find_in_page(self, url: str, html: str) -> list[Board]:
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        return f"{_HOME}/{board.token}/"

    def read(self, board: Board, known: Known) -> Reader:
        token = quote(board.token, safe="%")
        response = yield Request(url=f"{_HOME}/api/v1/widget/accounts/{token}?details=true")
        rows, name, failure = _open_widget(response)
        if failure or (known and not rows):  # one that had jobs may be empty by mistake
            tally = Tally()
            try:
                reading: Reading = yield from _read_site(token, known, tally)
            except BoardError:
                reading = Reading(Completeness.PARTIAL)
            if tally.ids:
                return reading
        if failure:
            raise failure
        tally = Tally()
        postings: dict[str, RawPosting] = {}
        for row in rows:
            posting = tally.read(_read_row, row)
            if posting is not None:
                postings[posting.posting_id] = _add_places(postings.get(posting.posting_id), posting)
        for posting in postings.values():
            tally.add(posting.posting_id)
            yield posting
        return tally.conclude(company=RawCompany(name=name) if name else None)


def _open_widget(response: Response) -> tuple[list[Any], str | None, BoardError | None]:
    """(rows, company name, why it is of no use). Raises BoardBlocked: who is refused asks nothing else."""
    try:
        data = response.check().json()
        rows, name = get_list(data, "jobs", url=response.url), find_title(dig(data, "name"))
    except BoardBlocked:
        raise
    except BoardError as error:
        return [], None, error
    if not rows and not name:
        return [], None, BoardGone(f"{response.url} knows no account of this name.")
    return rows, name, None


def _read_site(token: str, known: Known, tally: Tally) -> Generator[Step, Any, Reading]:
    """What the career site itself asks: a list in pages, each naming the token of the next, and a page a job.

    A job that the widget showed is kept as it is (it has no mark): the two word a job differently.
    """
    listed, total, page = [], None, ""
    for _ in range(_MAX_PAGES):
        try:
            url = f"{_HOME}/api/v3/accounts/{token}/jobs"
            response = yield Request(url=url, json_body={**_SEARCH, "token": page})
            data = response.check().json()
            rows = get_list(data, "results", url=response.url)
        except BoardError as error:
            tally.bear(error)
            break
        before, total = len(tally.ids), keep_most(total, find_int(dig(data, "total")))
        found = (tally.take(_read_listed, row, token) for row in rows)
        listed += [row for row in found if row is not None]
        page = get_text(data, "nextPage") or ""
        if not page:
            break
        if len(tally.ids) == before:
            tally.miss("a page repeats others, though it is not the last")
            break
    else:
        tally.cut(f"more than {_MAX_PAGES} pages")
    for row in listed:
        if known.get(row.posting.posting_id) == "":
            yield Unchanged(row.posting.posting_id)
    wanted = [row for row in listed if known.get(row.posting.posting_id) != ""]
    yield from read_details(wanted, known, tally, _complete, parallel=ATS.max_parallel)
    return tally.conclude(total)


def _read_listed(row: Any, token: str) -> Row:
    posting = msgspec.structs.replace(_read_row(row), list_mark=make_mark(row))
    url = f"{_HOME}/api/v2/accounts/{token}/jobs/{quote(posting.posting_id, safe='')}"
    return Row(posting=posting, request=Request(url=url))


def _complete(posting: RawPosting, response: Response) -> RawPosting:
    """The description with what the job's page shows below it."""
    data = response.json()
    if not find_title(dig(data, "title")):
        raise BoardBroken(f"{response.url} is no job.")
    parts = [get_text(data, name) for name in ("description", "requirements", "benefits")]
    return msgspec.structs.replace(posting, description_html="\n".join(filter(None, parts)) or None)


def _find_token(address: Address) -> str | None:
    """A short link `/j/{code}` names no account; `jobs.workable.com` is the marketplace."""
    path = address.drop_region()
    if address.host == "apply.workable.com":
        if path[:2] == ("api", "v1") and path[2:4] == ("widget", "accounts"):
            return find_slug(path[4]) if len(path) > 4 else None
        if path[:1] == ("api",) and path[2:3] == ("accounts",):
            return find_slug(path[3]) if len(path) > 3 else None
        return find_slug(path[0], *_NO_TOKENS) if path else None
    if address.host == "www.workable.com" and path[:2] == ("api", "accounts"):
        return find_slug(path[2]) if len(path) > 2 else None
    return address.find_tenant("workable.com", reserved=_OTHER_HOSTS)


def _read_row(row: Any) -> RawPosting:
    code, title = get_text(row, "shortcode"), find_title(dig(row, "title"))
    if not code or not title:
        raise BoardBroken("a job without shortcode or title")
    url = find_url(dig(row, "url")) or find_url(dig(row, "shortlink")) or f"{_HOME}/j/{code}"
    return RawPosting(
        posting_id=code,
        title=title,
        listing_url=url,
        apply_url=find_url(dig(row, "application_url")) or f"{_HOME}/j/{code}/apply",
        description_html=get_text(row, "description"),
        locations=_read_places(row),
        employment_type=get_text(row, "employment_type") or get_text(row, "type"),
        workplace_type=get_text(row, "workplace_type")
        or get_text(row, "location", "workplace_type")
        or get_text(row, "workplace"),
        is_remote=find_bool(dig(row, "telecommuting") if "telecommuting" in row else dig(row, "remote")),
        experience_level=get_text(row, "experience"),
        department=get_text(row, "department") or get_text(dig(row, "department", 0)),
        pay=_read_pay(dig(row, "salary")),
        date_posted=find_time(dig(row, "published_on") or dig(row, "published")),
        requisition_id=get_text(row, "code"),
    )


def _read_places(row: Any) -> tuple[RawLocation, ...]:
    """Stated locations; of a hidden one (remote jobs keep a city that nobody sees) only the country."""
    places = []
    for place in find_list(row, "locations"):
        country = get_text(place, "countryCode") or get_text(place, "country")
        shown = find_bool(dig(place, "hidden")) is not True
        city, region = (get_text(place, "city"), get_text(place, "region")) if shown else (None, None)
        places.append(find_place(None, city, region, country))
    stated = keep_places(places)
    if stated:
        return stated
    place = dig(row, "location")
    if isinstance(place, dict):  # the form of the other APIs
        names = ("country_code", "countryCode", "country")
        country = next(filter(None, (get_text(place, name) for name in names)), None)
        return keep_places([find_place(None, get_text(place, "city"), get_text(place, "region"), country)])
    return keep_places(
        [find_place(None, get_text(row, "city"), get_text(row, "state"), get_text(row, "country"))]
    )


def _read_pay(stated: Any) -> tuple[RawPay, ...]:
    least, most = find_number(dig(stated, "salary_from")), find_number(dig(stated, "salary_to"))
    if not least and not most:
        return ()
    return (RawPay(min=least or None, max=most or None, currency=get_text(stated, "salary_currency")),)


def _add_places(before: RawPosting | None, posting: RawPosting) -> RawPosting:
    """A job with several locations is listed once for each."""
    if before is None:
        return posting
    return msgspec.structs.replace(before, locations=keep_places([*before.locations, *posting.locations]))


ATS = Workable()
