"""No job appears without its text because a host refused its page for a while."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.collect.openings import Opening, make_employers
from tests.collect.world import World, world

from jobwire.collect.pages import WAITS
from jobwire.collect.protocol import Request, Response
from jobwire.errors import BoardBlocked, BoardError, BoardUnreachable
from jobwire.model.visit import Visit


def refuse_pages(found: World, error: BoardError | None) -> None:
    """Detail pages are refused from now on, lists are not."""
    honest = found.fetch

    async def fetch(request: Request) -> Response:
        if error and not request.url.partition("?")[0].endswith("postings"):
            raise error
        return await honest(request)

    found.fetch = fetch  # type: ignore[assignment]


async def visit(found: World) -> Visit:
    (made,) = (await found.visit()).values()
    return made


@pytest.mark.parametrize("error", [BoardBlocked("429", retry_after_s=90), BoardUnreachable("500")])
def test_a_new_posting_waits_for_its_page(error: BoardError, tmp_path: Path) -> None:
    employer = make_employers(["smartrecruiters"], 1, 8)[0]

    async def run() -> None:
        async with world(tmp_path, [employer]) as found:
            await visit(found)
            count = len(found.active())
            fresh = Opening(number=max(employer.openings) + 1)
            employer.openings[fresh.number] = fresh
            honest = found.fetch
            refuse_pages(found, error)
            for _ in range(2):
                refused = await visit(found)
                assert (refused.new, refused.expired, len(found.active())) == (0, 0, count)
            found.fetch = honest
            read = await visit(found)
            assert (read.new, read.changed) == (1, 0)
            assert "What you will do" in found.active()[fresh.title].description

    asyncio.run(run())


def test_one_that_is_back_has_the_text_that_it_had_until_its_page_is_read(tmp_path: Path) -> None:
    employer = make_employers(["smartrecruiters"], 1, 12)[0]
    first = next(iter(employer.openings.values()))

    async def run() -> None:
        async with world(tmp_path, [employer]) as found:
            await visit(found)
            before = found.active()[first.title]
            first.is_open = False
            await visit(found)
            assert (await visit(found)).expired == 1
            first.is_open = True
            honest = found.fetch
            refuse_pages(found, BoardBlocked("429", retry_after_s=90))
            assert (await visit(found)).reopened == 1
            after = found.active()[first.title]
            assert (after.id, after.description) == (before.id, before.description)
            found.fetch = honest
            first.edition += 1
            assert (await visit(found)).changed == 1
            assert "New this season" in found.active()[first.title].description

    asyncio.run(run())


def test_it_does_not_wait_for_ever(tmp_path: Path) -> None:
    employer = make_employers(["smartrecruiters"], 1, 4)[0]

    async def run() -> None:
        async with world(tmp_path, [employer]) as found:
            refuse_pages(found, BoardUnreachable("500"))
            news = [(await visit(found)).new for _ in range(WAITS + 2)]
            assert news == [0] * WAITS + [len(employer.openings), 0]

    asyncio.run(run())
