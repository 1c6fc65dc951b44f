"""One opening listed once per place is one job with all its places; nothing ends because it looked like another."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from tests.collect.openings import Employer, Opening
from tests.collect.world import Clock, World, world

from jobwire.cli.opening import visit_rules
from jobwire.collect.visit import Rules
from jobwire.model.job import Job
from jobwire.settings import read_settings
from jobwire.store.open import open_store

CITIES = ("Berlin, Germany", "Lyon, France", "Oslo, Norway")
Test = Callable[[World, Employer], Awaitable[None]]


def live(folder: Path, ats: str, test: Test) -> None:
    rows = {
        n: Opening(number=n, name="Waiter", place=city, text="wait") for n, city in enumerate(CITIES, 100_001)
    }
    rows[100_009] = Opening(number=100_009)
    employer = Employer(ats=ats, token="employer1", name="Employer 1", openings=rows)

    async def run() -> None:
        async with world(folder, [employer]) as found:
            await found.visit()
            await test(found, employer)

    asyncio.run(run())


def places(job: Job) -> list[str | None]:
    return sorted(place.city or "" for place in job.locations)


EVERY_KIND = pytest.mark.parametrize("ats", ["greenhouse", "smartrecruiters"])
"""With everything in the list, and with a detail page a posting."""


@EVERY_KIND
def test_rows_per_place_are_one_job_that_follows_its_rows(tmp_path: Path, ats: str) -> None:
    async def test(found: World, employer: Employer) -> None:
        jobs = found.active()
        assert len(jobs) == 2 and places(jobs["Waiter"]) == ["Berlin", "Lyon", "Oslo"]
        first = jobs["Waiter"].id
        raw = json.loads(found.store.get_raw(first) or b"")
        assert raw["members"] == ["100001", "100002", "100003"], "it can be explained"
        (again,) = (await found.visit()).values()
        assert (again.new, again.changed, again.expired) == (0, 0, 0)
        employer.openings[100_004] = Opening(
            number=100_004, name="Waiter", place="Leeds, United Kingdom", text="wait"
        )
        await found.visit()
        assert places(found.active()["Waiter"]) == ["Berlin", "Leeds", "Lyon", "Oslo"]
        employer.openings[100_001].is_open = False  # the row that the job was first met as
        for _ in range(2):
            await found.visit()
        job = found.active()["Waiter"]
        assert (job.id, places(job)) == (first, ["Leeds", "Lyon", "Oslo"])
        for opening in employer.openings.values():
            opening.is_open = opening.number == 100_009
        for _ in range(3):
            await found.visit()
        assert "Waiter" not in found.active(), "closed when its last row is"
        employer.openings[100_002].is_open = True
        await found.visit()
        assert found.active()["Waiter"].id == first, "and opened again under its old id"

    live(tmp_path, ats, test)


@EVERY_KIND
def test_a_row_that_goes_its_own_way_becomes_a_job(tmp_path: Path, ats: str) -> None:
    async def test(found: World, employer: Employer) -> None:
        before = found.active()["Waiter"]
        employer.openings[100_002].name = "Head Waiter"
        await found.visit()
        await found.visit()
        jobs = found.active()
        assert places(jobs["Waiter"]) == ["Berlin", "Oslo"] and jobs["Waiter"].id == before.id
        assert places(jobs["Head Waiter"]) == ["Lyon"]

    live(tmp_path, ats, test)


@EVERY_KIND
def test_it_can_be_undone(tmp_path: Path, ats: str) -> None:
    async def test(found: World, employer: Employer) -> None:
        first = found.active()["Waiter"].id
        await found.visit(timedelta(days=8), Rules(merge=False))
        page = found.store.page(0, 100)
        jobs = [json.loads(row.body + b"null}") for row in page.rows]
        waiters = [job for job in jobs if job["title"] == "Waiter"]
        assert len(waiters) == 3 and first in {job["id"] for job in waiters}
        assert all(len(job["locations"]) == 1 for job in waiters)

    live(tmp_path, ats, test)


def test_openings_of_one_title_with_other_words_stay_apart(tmp_path: Path) -> None:
    async def test(found: World, employer: Employer) -> None:
        employer.openings[100_005] = Opening(
            number=100_005, name="Waiter", place="Ghent, Belgium", text="wait at night"
        )
        await found.visit()
        page = found.store.page(0, 100)
        assert sum(b'"Waiter"' in row.body for row in page.rows) == 2

    live(tmp_path, "greenhouse", test)


def test_a_row_joins_a_job_that_stood_alone_and_twice_in_one_place_are_two(tmp_path: Path) -> None:
    async def test(found: World, employer: Employer) -> None:
        (alone,) = (job for title, job in found.active().items() if title != "Waiter")
        twin = Opening(number=100_010, name=alone.title, place="Ghent, Belgium", text="cook")
        employer.openings[100_009] = Opening(number=100_009, name=alone.title, place="Bonn, Germany", text="cook")
        await found.visit()
        employer.openings[100_010] = twin
        await found.visit()
        job = found.active()[alone.title]
        assert (job.id, places(job)) == (alone.id, ["Bonn", "Ghent"])
        employer.openings[100_011] = Opening(number=100_011, name=alone.title, place="Bonn, Germany", text="cook")
        await found.visit()
        assert sum(alone.title.encode() in row.body for row in found.store.page(0, 100).rows) == 2

    live(tmp_path, "greenhouse", test)


def test_the_setting_turns_merging_off(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "jobwire.db", clock=Clock())) as store:
        for given, merges in ((None, True), ("false", False)):
            settings = read_settings({"merge": given, "data": str(tmp_path)}, env={})
            assert visit_rules(settings, store).merge is merges


@EVERY_KIND
def test_the_row_that_carries_the_job_may_go_and_come_back(tmp_path: Path, ats: str) -> None:
    async def test(found: World, employer: Employer) -> None:
        first = found.active()["Waiter"].id
        for is_open, visits, cities in ((False, 3, ["Lyon", "Oslo"]), (True, 2, ["Berlin", "Lyon", "Oslo"])):
            employer.openings[100_001].is_open = is_open
            for _ in range(visits):
                (visit,) = (await found.visit()).values()
            assert places(found.active()["Waiter"]) == cities
            assert (visit.changed, found.active()["Waiter"].id) == (0, first), "and it stays like that"

    live(tmp_path, ats, test)
