"""A company changes its ATS: jobs keep their ids where the requisition proves it, the others end as board_gone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import msgspec
from tests.collect.openings import Employer, Opening, make_employers
from tests.collect.world import World, world

from jobwire.model.company import Company
from jobwire.store.records import Publication


def move(folder: Path, test: Callable[[World, Employer, Employer], Awaitable[None]], leads_to: str) -> None:
    """`test` gets a watched Greenhouse board, and the same company's next board, of Gem, that nobody watches."""
    (old,) = make_employers(["greenhouse"], 1, 12)
    new = Employer(ats="gem", token="employer2", name=old.name, openings=dict(old.openings))
    site = Employer(ats="generic", token="employer3", name=leads_to)

    async def run() -> None:
        async with world(folder, [old]) as found:
            await found.visit()
            for employer in (new, site):
                found.replica.employers[employer.token] = employer
            await test(found, old, new)

    asyncio.run(run())


def state_website(found: World, key: str, website: str) -> None:
    state = found.store.get_board(key)
    assert state
    company = found.store.get_company(state.company_id)
    assert company
    given = Company(id=company.id, name=company.name, website=website)
    found.store.publish(Publication(companies=(given,)))


def test_ids_stay_where_the_requisition_proves_it(tmp_path: Path) -> None:
    async def test(found: World, old: Employer, new: Employer) -> None:
        before = found.active()
        state_website(found, "greenhouse:employer1", "https://employer3.careers.example/")
        left = new.openings.pop(min(new.openings))  # was not taken along
        fresh = Opening(number=250_001)
        new.openings[fresh.number] = fresh
        old.fault = "404"
        visits = await found.visit(timedelta(hours=2))
        assert visits["greenhouse:employer1"].outcome == "gone"
        assert found.active() == before, "one bad visit is not a move"
        visits = await found.visit(timedelta(hours=2))
        assert visits["gem:employer2"].reopened == 0, "nothing had expired"
        after = found.active()
        assert after.keys() == before.keys() - {left.title} | {fresh.title}
        assert {after[title].id for title in after if title in before} == {
            before[title].id for title in before if title != left.title
        }
        row = found.store.get_log_row(before[left.title].id)
        assert row and row.reason == "board_gone"
        retired = found.store.get_board("greenhouse:employer1")
        assert retired and retired.paused and retired.memory["moved_to"] == "gem:employer2"
        heir = found.store.get_board("gem:employer2")
        assert heir and heir.company_id == retired.company_id and "moved from" in heir.memory["evidence"]
        again = await found.visit(timedelta(hours=2))
        assert again["gem:employer2"].outcome == "unchanged", "and the next visit finds nothing to do"

    move(tmp_path, test, "https://jobs.gem.com/employer2")


def test_another_opening_with_the_same_number_is_another_job(tmp_path: Path) -> None:
    async def test(found: World, old: Employer, new: Employer) -> None:
        before = found.active()
        state_website(found, "greenhouse:employer1", "https://employer3.careers.example/")
        new.openings = {
            number: msgspec.structs.replace(opening, name=f"Chief of Staff in Region {number}")
            for number, opening in old.openings.items()
        }
        old.fault = "404"
        for _ in range(3):
            await found.visit(timedelta(hours=2))
        assert not {job.id for job in found.active().values()} & {job.id for job in before.values()}

    move(tmp_path, test, "https://jobs.gem.com/employer2")


def test_a_board_that_lives_again_before_the_new_one_is_read_keeps_its_jobs(tmp_path: Path) -> None:
    async def test(found: World, old: Employer, new: Employer) -> None:
        before = found.active()
        state_website(found, "greenhouse:employer1", "https://employer3.careers.example/")
        new.openings = {250_001: Opening(number=250_001)}
        old.fault, new.fault = "empty", "500"
        for _ in range(2):
            visits = await found.visit(timedelta(hours=2))
        assert visits["gem:employer2"].outcome == "unreachable"
        old.fault = ""
        await found.visit(timedelta(hours=2))
        new.fault = ""
        visits = await found.visit(timedelta(hours=2))
        assert visits["gem:employer2"].new == 1
        assert visits["greenhouse:employer1"].outcome == "unchanged"
        assert before.items() <= found.active().items()
        state = found.store.get_board("greenhouse:employer1")
        assert state and not state.paused and not state.memory.get("moved_to")

    move(tmp_path, test, "https://jobs.gem.com/employer2")


def test_a_site_that_leads_nowhere_else_changes_nothing(tmp_path: Path) -> None:
    async def test(found: World, old: Employer, new: Employer) -> None:
        before = found.active()
        state_website(found, "greenhouse:employer1", "https://employer3.careers.example/")
        old.fault = "empty"
        for _ in range(2):
            await found.visit(timedelta(hours=2))
        assert found.active() == before
        assert [state.board.key for state in found.store.boards()] == ["greenhouse:employer1"]

    move(tmp_path, test, "https://boards.greenhouse.io/employer1")
