"""Personio: an XML feed of all positions, in the tenant's main language."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element  # only the type: `markup` parses

import msgspec
from selectolax.lexbor import LexborNode

from jobwire.collect.address import find_boards, find_target, is_slug, read_address
from jobwire.collect.islands import is_whole, read_html
from jobwire.collect.jsonld import find_company, find_postings
from jobwire.collect.markup import find_elements, find_field, read_xml
from jobwire.collect.posting_node import to_html
from jobwire.collect.protocol import Known, Reader, Request, Response
from jobwire.collect.scalars import find_amount, find_place, find_title, join_sections, keep_places, keep_sections
from jobwire.collect.walk import Row, Tally, ask_company, merge, read_details
from jobwire.errors import BoardBroken, BoardGone
from jobwire.model.board import Board
from jobwire.model.raw import RawLocation, RawPay, RawPosting, RawSection

_JOB_LINK = re.compile(r"/job/(\d{1,20})")
_DOMAINS = ("jobs.personio.de", "jobs.personio.com")
_OLD_HOST = re.compile(r"([a-z0-9][a-z0-9_-]{0,98})-jobs\.personio\.(de|com)")


class Personio:
    name = "personio"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 2

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        label = address.find_labels(*_DOMAINS) if address else None
        host = address.host if address else ""
        if address and (old := _OLD_HOST.fullmatch(address.host)):  # leads to the form of today
            label, host = old[1], f"{old[1]}.jobs.personio.{old[2]}"
        if not label or not is_slug(label) or label == "www":
            return None
        return Board(ats=self.name, token=label, host=host, url=f"https://{host}/")

    def find_in_page(self, url: str, html: str) -> list[Board]:
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        return f"https://{board.host or f'{board.token}.jobs.personio.de'}/"

    def read(self, board: Board, known: Known) -> Reader:
        home = self.board_url(board)
        response = yield Request(url=f"{home}xml", follow_redirects=False)
        if response.status == 404:
            return (yield from self._read_page(home, known))
        root = read_xml(_check(response))
        if root.tag.rsplit("}", 1)[-1] != "workzag-jobs":
            raise BoardBroken(f"{response.url}: expected workzag-jobs, got {root.tag[:60]}.")
        tally = Tally()
        for position in find_elements(root, "position"):
            posting = tally.take(_read_position, position, home)
            if posting is not None:
                yield posting
        company = yield from ask_company(home, known)
        return tally.conclude(company=company)

    def _read_page(self, home: str, known: Known) -> Reader:
        """Some tenants switch the feed off: then the page lists the positions, and theirs state JobPosting."""
        response = yield Request(url=home, follow_redirects=False)
        html = _check(response).text
        tally = Tally()
        links = read_html(html[:5_000_000]).css('a[href*="/job/"]')
        rows = [row for link in links if (row := tally.take(_read_link, link, home)) is not None]
        if not rows:  # proves nothing: it may be drawn by scripts
            raise BoardBroken(f"{response.url}: the feed is switched off and the page lists no position.")
        if not is_whole(html):
            tally.miss("the page was cut off")
        yield from read_details(rows, known, tally, _add_detail, parallel=self.max_parallel)
        return tally.conclude(company=find_company(html, home))


def _check(response: Response) -> Response:
    """A tenant that left is sent to the vendor's home page."""
    target = find_target(response)
    if 300 <= response.status < 400 and target and target.find_labels(*_DOMAINS) is None:
        raise BoardGone(f"{response.url} leads to {target.host}.")
    return response.check()


def _read_position(position: Element, home: str) -> RawPosting:
    posting_id, title = find_field(position, "id"), find_title(find_field(position, "name"))
    if not posting_id or not title:
        raise BoardBroken("a position without id or name")
    sections = _read_sections(position)
    url = f"{home}job/{posting_id}"
    return RawPosting(
        posting_id=posting_id,
        title=title,
        listing_url=url,
        apply_url=f"{url}#apply",
        description_html=join_sections(sections),
        sections=sections,
        locations=_read_places(position),
        employment_type=_read_employment(position),
        experience_level=find_field(position, "seniority"),
        department=find_field(position, "department"),
        pay=_read_pay(position),
        company_name=find_title(find_field(position, "subcompany")),
    )


def _read_link(link: LexborNode, home: str) -> Row | None:
    """A position on the page: nothing but its number is sure, the text of the link is title, office and more."""
    found = _JOB_LINK.search(link.attributes.get("href") or "")
    title = find_title(link.text(separator="\n").strip().partition("\n")[0])
    if not found:
        return None
    if not title:
        raise BoardBroken("a link to a position without text")
    url = f"{home}job/{found[1]}"
    posting = RawPosting(posting_id=found[1], title=title, listing_url=url, apply_url=f"{url}#apply")
    return Row(posting=posting, request=Request(url=url, follow_redirects=False))


def _add_detail(posting: RawPosting, response: Response) -> RawPosting:
    stated = find_postings(response.text, posting.listing_url)
    if not stated:
        raise BoardBroken(f"{response.url} states no JobPosting.")
    return msgspec.structs.replace(merge(posting, stated[0]), title=stated[0].title)


def _read_sections(position: Element) -> tuple[RawSection, ...]:
    """Headed parts; the HTML comes in CDATA or escaped."""
    parts = find_elements(position, "jobDescription")
    pairs = ((find_field(part, "name"), to_html(find_field(part, "value"))) for part in parts)
    return keep_sections(*((find_title(heading), html) for heading, html in pairs))


def _read_places(position: Element) -> tuple[RawLocation, ...]:
    """The office and all additional ones, which are inside an element of their own."""
    return keep_places(find_place(find_title(office.text)) for office in find_elements(position, "office"))


def _read_pay(position: Element) -> tuple[RawPay, ...]:
    """What the employer chose to publish: min, max, currencyCode and type of `salaryInformation` (seen 2026)."""
    stated = next(find_elements(position, "salaryInformation"), None)
    if stated is None:
        return ()
    least, most = find_amount(find_field(stated, "min")), find_amount(find_field(stated, "max"))
    currency, period = find_field(stated, "currencyCode", "currency"), find_field(stated, "type")
    return (
        (RawPay(min=least or None, max=most or None, currency=currency, period=period),) if least or most else ()
    )


def _read_employment(position: Element) -> str | None:
    """`permanent` says less than the schedule; `intern` and its like say more."""
    kind, schedule = find_field(position, "employmentType"), find_field(position, "schedule")
    return schedule or kind if kind in (None, "permanent") else kind


ATS = Personio()
