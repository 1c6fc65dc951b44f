"""A posting that is absent after its stated deadline is believed to be over at once, and for that reason."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from tests.collect.openings import make_employers
from tests.collect.world import World, world

DAY = timedelta(days=1)


def reasons(found: World) -> list[str]:
    """Of all removals in the log."""
    return [row.reason for row in found.store.tail(0, 1_000) if row.reason]


def test_a_posting_that_is_absent_after_its_deadline_expires_at_once(tmp_path: Path) -> None:
    employer = make_employers(["recruitee"], 1, 8)[0]
    late, early, plain, *_ = employer.openings.values()
    late.closes_at, early.closes_at = "2026-06-03", "2026-08-01"

    async def run() -> None:
        async with world(tmp_path, [employer]) as found:
            await found.visit()
            for opening in (late, early, plain):
                opening.is_open = False
            found.clock.at += 5 * DAY
            await found.visit()
            gone = {late.title}
            assert {each.title for each in employer.openings.values()} - set(found.active()) == gone
            await found.visit()
            assert len(found.active()) == len(employer.openings) - 3
            assert reasons(found) == ["deadline", "source_removed", "source_removed"]

    asyncio.run(run())


def test_the_collector_drops_removals_that_are_older_than_they_are_kept(tmp_path: Path) -> None:
    employer = make_employers(["recruitee"], 1, 8)[0]

    async def run() -> None:
        async with world(tmp_path, [employer]) as found:
            await found.visit()
            next(iter(employer.openings.values())).is_open = False
            await found.visit()
            await found.visit()
            assert reasons(found) == ["source_removed"]
            await found.visit(29 * DAY)
            assert reasons(found) == ["source_removed"]
            await found.visit(2 * DAY)
            assert reasons(found) == []

    asyncio.run(run())
