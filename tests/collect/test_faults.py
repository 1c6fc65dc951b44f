"""Whatever a site does wrong for a while, no open job expires, and afterwards all is as it was (invariant 4)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from tests.collect.formats import FORMATS
from tests.collect.openings import make_employers
from tests.collect.replica import PLAIN_FAULTS
from tests.collect.world import world

from jobwire.collect.pace import LocalPace
from jobwire.model.visit import Outcome

FAILED = {Outcome.GONE, Outcome.BLOCKED, Outcome.BROKEN, Outcome.UNREACHABLE}


def live_through(fault: str, names: list[str], folder: Path, **options: object) -> None:
    employers = make_employers(names, len(names), 4)

    async def run() -> None:
        async with world(folder, employers, **options) as found:
            await found.visit()
            before = found.active()
            assert len(before) == sum(len(employer.openings) for employer in employers)
            for employer in employers:
                employer.fault = fault
            for _ in range(2):
                for key, visit in (await found.visit(timedelta(hours=3))).items():
                    assert visit.expired == 0, f"{key}: {visit}"
                    assert visit.outcome in FAILED or fault in ("empty", "duplicates", "cap"), visit
                assert found.active() == before
            for employer in employers:
                employer.fault = ""
            after = await found.visit(timedelta(hours=3))
            assert found.active() == before
            wrong = {key: visit for key, visit in after.items() if visit.outcome is not Outcome.UNCHANGED}
            assert not wrong

    asyncio.run(run())


@pytest.mark.parametrize("fault", PLAIN_FAULTS)
def test_a_fault_costs_nothing(fault: str, tmp_path: Path) -> None:
    live_through(fault, list(FORMATS), tmp_path)


def test_a_cap_costs_nothing(tmp_path: Path) -> None:
    live_through("cap", [name for name, found in FORMATS.items() if found.states_total], tmp_path)


def test_a_board_that_is_empty_and_capped_by_turns_keeps_its_jobs(tmp_path: Path) -> None:
    employers = make_employers(["workday", "smartrecruiters"], 2, 8)

    async def run() -> None:
        async with world(tmp_path, employers) as found:
            await found.visit()
            before = found.active()
            for fault in ("empty", "cap") * 4:
                for employer in employers:
                    employer.fault = fault
                await found.visit(timedelta(hours=3))
            assert found.active() == before

    asyncio.run(run())


@pytest.mark.parametrize("fault", ["timeout", "drip"])
def test_a_site_without_end_costs_its_time_only(fault: str, tmp_path: Path) -> None:
    live_through(fault, ["greenhouse", "workday", "personio"], tmp_path, timeout_s=0.5)


@pytest.mark.parametrize("fault", ["cut", "huge"])
def test_a_body_that_is_not_whole_costs_nothing(fault: str, tmp_path: Path) -> None:
    live_through(fault, ["greenhouse", "lever", "jazzhr"], tmp_path, max_bytes=1_000_000)


def test_a_board_that_is_gone_ends_though_the_clock_was_ahead_once(tmp_path: Path) -> None:
    (employer,) = make_employers(["greenhouse"], 1, 4)
    ten_years = timedelta(days=3650)

    async def run() -> None:
        async with world(tmp_path, [employer], pace=LocalPace()) as found:
            await found.visit()
            employer.fault = "404"
            for after in (ten_years, -ten_years, timedelta(hours=12)):
                (visit,) = (await found.visit(after)).values()
                assert visit.expired == 0, "it is not gone for a whole day yet"
            (visit,) = (await found.visit(timedelta(hours=13))).values()
            assert visit.expired > 0 and not found.active()

    asyncio.run(run())
