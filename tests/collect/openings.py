"""Employers as the replica plays them: openings that open, change, close and re-open, and what noise there is."""

from __future__ import annotations

import html
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

OPENED = datetime(2026, 5, 1, 9, tzinfo=UTC)
TRADES = ("Welder", "Nurse", "Data Analyst", "Cook", "Platform Engineer", "Bookkeeper", "Tram Driver", "Botanist")
PLACES = ("Berlin, Germany", "Lyon, France", "Oslo, Norway", "Austin, TX, United States", "Leeds, United Kingdom")
DUTIES = (
    "You keep the machines of the northern line running and write down what you changed",
    "Plan the week with two colleagues and answer for the result",
    "Explain numbers to people who did not ask for them",
    "Repair what others would throw away",
    "Train newcomers during their first ninety days",
    "Look after the budget of a small team",
)


class Opening(msgspec.Struct, kw_only=True):
    """One opening; `number` is unique in the whole replica, and so is the title."""

    number: int
    edition: int = 0
    is_open: bool = True
    name: str = ""
    """A title of its own."""
    place: str = ""
    text: str = ""
    closes_at: str = ""
    """Stated by Recruitee."""
    notice: str = ""
    """A line of its own on a page with JSON-LD."""
    touched: int = 0
    """How often the generic site's sitemap said that it changed, though it did not."""

    @property
    def title(self) -> str:
        return self.name or f"{TRADES[self.number % len(TRADES)]} No {self.number}"

    @property
    def places(self) -> tuple[str, ...]:
        if self.place:
            return (self.place,)
        first = self.number % len(PLACES)
        return PLACES[first : first + 1 + self.number % 2]

    @property
    def uuid(self) -> str:
        return f"00000000-0000-4000-8000-{self.number:012d}"

    @property
    def opened_at(self) -> datetime:
        return OPENED + timedelta(hours=self.number % 500)

    @property
    def requisition(self) -> str:
        return f"REQ-{self.title}"


class Employer(msgspec.Struct, kw_only=True):
    """One board of the replica. `turn` counts visits: it moves dates, blanks and the order of rows."""

    ats: str
    token: str
    name: str
    openings: dict[int, Opening] = {}
    fault: str = ""
    turn: int = 0
    footer: str = "We look forward to hearing from you."

    def listed(self) -> list[Opening]:
        """Open ones as this visit lists them: order means nothing."""
        found = [opening for opening in self.openings.values() if opening.is_open]
        if self.fault == "empty":
            return []
        if self.fault == "cap":
            found = found[: len(found) // 2]
        shift = self.turn % len(found) if found else 0
        rows = found[shift:] + found[:shift]
        return rows + rows if self.fault == "duplicates" else rows

    @property
    def total(self) -> int:
        """What the ATS states where it states a total."""
        return 0 if self.fault == "empty" else sum(opening.is_open for opening in self.openings.values())

    def find(self, number: int) -> Opening | None:
        opening = self.openings.get(number)
        return opening if opening and opening.is_open else None

    def describe(self, opening: Opening) -> str:
        """The description: its words depend on the opening and its edition, its blanks on the visit."""
        if opening.text:
            return f"<p>{self.name} hires a {opening.title}. You {opening.text}.</p>"
        lines = [DUTIES[(opening.number + step) % len(DUTIES)] for step in range(4)]
        if opening.edition:
            lines.append(f"New this season: project {opening.edition} of {opening.title}")
        blank = " " * (1 + self.turn % 3)
        items = "".join(f"<li>{html.escape(line)}{blank}</li>\n" for line in lines)
        return (
            f"<p>{self.name} hires a {opening.title}.</p>{blank}<h3>What you will do</h3><ul>{items}</ul>"
            f"<h3>Requirements</h3><ul><li>3 years of experience</li><li>English</li></ul><p>{self.footer}</p>"
        )

    def touched_at(self) -> datetime:
        """When the ATS claims that something was touched: it always does."""
        return OPENED + timedelta(days=40, minutes=self.turn)


def make_employers(ats_names: Iterable[str], count: int, openings: int, first: int = 1) -> list[Employer]:
    """`count` employers with about `openings` openings each, their ATS by turns."""
    names = list(ats_names)
    employers = []
    for number in range(first, first + count):
        ats = names[(number - first) % len(names)]
        employer = Employer(ats=ats, token=f"employer{number}", name=f"Employer {number}")
        for step in range(openings // 2 + (number * 7) % (openings + 1)):
            opening = Opening(number=number * 100_000 + step)
            employer.openings[opening.number] = opening
        employers.append(employer)
    return employers
