"""A simulated month with a hidden truth: openings open, change, close and re-open while sites fail now and then."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from pathlib import Path

import pytest
from tests.collect.formats import FORMATS
from tests.collect.openings import Employer, Opening, make_employers
from tests.collect.replica import PLAIN_FAULTS
from tests.collect.world import World, world

from jobwire.model.job import Job
from jobwire.model.visit import Completeness, Visit

TEXT_IN_LIST = (
    "greenhouse",
    "lever",
    "ashby",
    "workable",
    "recruitee",
    "personio",
    "teamtailor",
    "gem",
    "breezy",
)
"""Elsewhere a page is read when its row changes, so an edit of boilerplate is met posting by posting."""
GOOD = ("changed", "unchanged", "empty")


class Truth:
    """What really happened, and what the collector made of it."""

    def __init__(self, employers: list[Employer], seed: int) -> None:
        self.employers = employers
        self.random = random.Random(seed)
        self.ids: dict[str, str] = {}
        self.editions: dict[str, int] = {}
        self.versions: dict[str, Job] = {}
        self.closed: dict[str, tuple[Employer, int]] = {}
        """title of a closed opening that was published -> its employer, complete visits since"""
        self.in_time = self.late = self.reopened = self.mass = 0

    def pass_days(self, busy: float) -> None:
        """Chance events of one step."""
        for employer in self.employers:
            employer.fault = self.random.choice(PLAIN_FAULTS) if self.random.random() < 0.12 else ""
            if employer.ats in TEXT_IN_LIST and self.random.random() < 0.05:
                employer.footer = f"We answer within {self.random.randint(2, 30)} days."
            for opening in list(employer.openings.values()):
                if self.random.random() < busy:
                    self._happen(employer, opening)
            if self.random.random() < 0.4:
                fresh = Opening(number=max(employer.openings, default=employer_base(employer)) + 1)
                employer.openings[fresh.number] = fresh

    def _happen(self, employer: Employer, opening: Opening) -> None:
        kind = self.random.choice(("edit", "close", "reopen", "reopen"))
        if kind == "edit" and opening.is_open:
            opening.edition += 1
        elif kind == "close" and opening.is_open:
            opening.is_open = False
            if opening.title in self.ids:
                self.closed[opening.title] = (employer, 0)
        elif kind == "reopen" and not opening.is_open:
            opening.is_open = True
            self.closed.pop(opening.title, None)
            self.reopened += opening.title in self.ids

    def compare(self, found: World, visits: dict[str, Visit]) -> None:
        """After a round: never a false expiry, ids for ever, no change without an edit."""
        active = found.active()
        for employer in self.employers:
            visit = visits[found.replica.board(employer).key]
            self._count_closings(employer, visit, active)
            for opening in employer.openings.values():
                job = active.get(opening.title)
                if opening.is_open and opening.title in self.ids and opening.title not in self.closed:
                    self._check_open(opening, job, visit, employer.fault in ("", "duplicates"))
                if job:
                    self._check_version(opening, job)

    def _check_open(self, opening: Opening, job: Job | None, visit: Visit, honest: bool) -> None:
        read = honest and visit.outcome in GOOD and visit.completeness is Completeness.COMPLETE
        if job is None and (read or opening.title in self.versions):
            raise AssertionError(f"{opening.title} is open, but expired: {visit}")

    def _check_version(self, opening: Opening, job: Job) -> None:
        assert self.ids.setdefault(opening.title, job.id) == job.id, "an id for ever"
        before = self.versions.get(opening.title)
        if before is not None and before.updated_at != job.updated_at:
            assert self.editions[opening.title] != opening.edition, f"changed without an edit: {before} {job}"
        self.versions[opening.title] = job
        if before is None or before.updated_at != job.updated_at:
            self.editions[opening.title] = opening.edition

    def _count_closings(self, employer: Employer, visit: Visit, active: dict[str, Job]) -> None:
        complete = visit.outcome in GOOD and visit.completeness is Completeness.COMPLETE
        honest = employer.fault in ("", "duplicates")
        for title, (owner, visited) in list(self.closed.items()):
            if owner is not employer:
                continue
            visited += complete and honest
            if title not in active:
                self.in_time += visited <= 2
                self.late += visited > 2
                del self.closed[title]
                self.versions.pop(title, None)
            else:
                self.closed[title] = (owner, visited)
                if visited > 2:
                    self.late += 1
                    del self.closed[title]


def employer_base(employer: Employer) -> int:
    return int(employer.token.removeprefix("employer")) * 100_000


def live(folder: Path, boards: int, openings: int, rounds: int, busy: float) -> Truth:
    employers = make_employers(FORMATS, boards, openings)
    truth = Truth(employers, seed=boards)

    async def run() -> None:
        async with world(folder, employers) as found:
            truth.compare(found, await found.visit())
            for _ in range(rounds):
                truth.pass_days(busy)
                truth.compare(found, await found.visit(timedelta(hours=720 / rounds)))

    asyncio.run(run())
    return truth


def judge(truth: Truth) -> None:
    closings = truth.in_time + truth.late
    assert closings and truth.reopened
    assert truth.in_time >= 0.99 * closings, f"{truth.late} of {closings} closings were noticed late"


def test_a_month_of_many_small_boards(tmp_path: Path) -> None:
    judge(live(tmp_path, boards=len(FORMATS), openings=14, rounds=10, busy=0.1))


@pytest.mark.soak
@pytest.mark.timeout(7_200)
def test_a_month_of_300_boards_and_20_000_postings(tmp_path: Path) -> None:
    judge(live(tmp_path, boards=300, openings=67, rounds=60, busy=0.02))
