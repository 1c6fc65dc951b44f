"""An edit of what all pages of a board share is no news of the one page that happened to be read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.collect.openings import Employer, Opening
from tests.collect.world import World, world

from jobwire.model.visit import Visit

Story = Callable[[World, Employer], Awaitable[None]]


def employer_of(count: int) -> Employer:
    openings = {100_000 + n: Opening(number=100_000 + n) for n in range(count)}
    return Employer(ats="generic", token="employer1", name="Employer 1", openings=openings)


def tell(folder: Path, employer: Employer, story: Story) -> None:
    async def run() -> None:
        async with world(folder, [employer]) as found:
            first = await visit(found)
            assert first.new == len(employer.openings)
            assert (await visit(found)).requests < 5, "pages are not read again"
            await story(found, employer)

    asyncio.run(run())


async def visit(found: World) -> Visit:
    (made,) = (await found.visit()).values()
    return made


def test_a_page_read_alone_after_the_footer_changed_is_no_news(tmp_path: Path) -> None:
    async def story(found: World, employer: Employer) -> None:
        first, second, *_ = employer.openings.values()
        employer.footer = "We answer within nine days."
        first.touched = 1
        doubted = await visit(found)
        assert (doubted.changed, doubted.requests) == (0, 4)
        settled = await visit(found)
        assert settled.changed == 0 and settled.requests > 8
        second.touched = 1
        late = await visit(found)
        assert (late.changed, late.requests) == (0, 4), "the edit is known now"
        assert (await visit(found)).requests < 4

    tell(tmp_path, employer_of(30), story)


def test_a_real_edit_that_takes_away_a_common_line_is_published_at_the_next_visit(tmp_path: Path) -> None:
    async def story(found: World, employer: Employer) -> None:
        first = next(iter(employer.openings.values()))
        footer, describe = employer.footer, Employer.describe

        def differently(self: Employer, opening: Opening) -> str:
            text = describe(self, opening)
            return text.replace(footer, "You work nights.") if opening is first else text

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Employer, "describe", differently)
            first.touched = 1
            assert (await visit(found)).changed == 0
            assert (await visit(found)).changed == 1
            assert (await visit(found)).changed == 0

    tell(tmp_path, employer_of(30), story)


def test_a_real_edit_is_published_at_once(tmp_path: Path) -> None:
    async def story(found: World, employer: Employer) -> None:
        first, second, *_ = employer.openings.values()
        first.edition += 1
        assert (await visit(found)).changed == 1
        first.edition += 1
        assert (await visit(found)).changed == 1
        employer.footer = "We answer within nine days."
        second.edition += 1
        assert [(await visit(found)).changed for _ in range(3)] == [0, 1, 0], "words of its own, and the footer"

    tell(tmp_path, employer_of(30), story)


def test_an_edit_of_words_of_its_own_amid_a_doubted_footer_is_kept_apart(tmp_path: Path) -> None:
    async def story(found: World, employer: Employer) -> None:
        first, second, *_ = employer.openings.values()
        employer.footer = "We answer within nine days."
        first.touched = 1
        assert (await visit(found)).changed == 0
        second.edition += 1
        assert (await visit(found)).changed == 1
        assert second.title in found.active()

    tell(tmp_path, employer_of(30), story)


def test_a_small_board_is_believed(tmp_path: Path) -> None:
    async def story(found: World, employer: Employer) -> None:
        first = next(iter(employer.openings.values()))
        employer.footer = "We answer within nine days."
        first.touched = 1
        assert (await visit(found)).changed == 1

    tell(tmp_path, employer_of(5), story)
