"""Personio: an XML feed of all positions, in the tenant's main language."""

from __future__ import annotations

from xml.etree.ElementTree import Element  # only the type: `markup` parses

from jobwire.collect.address import find_boards, find_target, is_slug, read_address
from jobwire.collect.markup import find_elements, find_field, read_xml
from jobwire.collect.posting_node import to_html
from jobwire.collect.protocol import Known, Reader, Request, Response
from jobwire.collect.scalars import find_place, find_title, join_sections, keep_places, keep_sections
from jobwire.collect.walk import Tally, ask_company
from jobwire.errors import BoardBroken, BoardGone
from jobwire.model.board import Board
from jobwire.model.raw import RawLocation, RawPosting, RawSection

_DOMAINS = ("jobs.personio.de", "jobs.personio.com")


class Personio:
    name = "personio"
    absence_is_proof = True
    missing_detail_is_proof = True
    max_parallel = 2

    def find_in_url(self, url: str) -> Board | None:
        address = read_address(url)
        label = address.find_labels(*_DOMAINS) if address else None
        if not address or not label or not is_slug(label) or label == "www":
            return None
        return Board(ats=self.name, token=label, host=address.host, url=f"https://{address.host}/")

    def find_in_page(self, url: str, html: str) -> list[Board]:
        return find_boards(url, html, self.find_in_url)

    def board_url(self, board: Board) -> str:
        return f"https://{board.host or f'{board.token}.jobs.personio.de'}/"

    def read(self, board: Board, known: Known) -> Reader:
        home = self.board_url(board)
        response = yield Request(url=f"{home}xml", follow_redirects=False)
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


def _check(response: Response) -> Response:
    """A tenant that left is sent to the vendor's home page; one with its feed switched off answers 404."""
    target = find_target(response)
    if 300 <= response.status < 400 and target and target.find_labels(*_DOMAINS) is None:
        raise BoardGone(f"{response.url} leads to {target.host}.")
    if response.status == 404:  # proves nothing: the page may list positions all the same
        raise BoardBroken(f"{response.url} answered 404: the feed is switched off, or the tenant left.")
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
        company_name=find_title(find_field(position, "subcompany")),
    )


def _read_sections(position: Element) -> tuple[RawSection, ...]:
    """Headed parts; the HTML comes in CDATA or escaped."""
    parts = find_elements(position, "jobDescription")
    pairs = ((find_field(part, "name"), to_html(find_field(part, "value"))) for part in parts)
    return keep_sections(*((find_title(heading), html) for heading, html in pairs))


def _read_places(position: Element) -> tuple[RawLocation, ...]:
    """The office and all additional ones, which are inside an element of their own."""
    return keep_places(find_place(find_title(office.text)) for office in find_elements(position, "office"))


def _read_employment(position: Element) -> str | None:
    """`permanent` says less than the schedule; `intern` and its like say more."""
    kind, schedule = find_field(position, "employmentType"), find_field(position, "schedule")
    return schedule or kind if kind in (None, "permanent") else kind


ATS = Personio()
