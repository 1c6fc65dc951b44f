"""A site of more pages than one visit may ask for is read in several, and complete only when all of it was."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.collect.openings import Employer, Opening
from tests.collect.world import World, world

from jobwire.collect.protocol import Response
from jobwire.collect.sitemap import read_sitemap
from jobwire.model.visit import Completeness, Visit


async def visit(found: World) -> Visit:
    (made,) = (await found.visit()).values()
    return made


def test_a_large_site_is_read_in_several_visits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobwire.collect.ats.generic.MAX_PAGES", 10)
    openings = {100_000 + n: Opening(number=100_000 + n) for n in range(25)}
    employer = Employer(ats="generic", token="employer1", name="Employer 1", openings=openings)

    async def run() -> None:
        async with world(tmp_path, [employer]) as found:
            for new in (10, 10, 5):
                made = await visit(found)
                assert (made.new, made.expired) == (new, 0)
                assert (made.completeness is Completeness.COMPLETE) is (new == 5)
            for opening in openings.values():
                opening.edition += 1
            fresh = Opening(number=200_000)
            employer.openings[fresh.number] = fresh
            changed = [await visit(found) for _ in range(3)]
            assert sum(made.changed for made in changed) == 25 and changed[0].new == 1
            assert all(made.expired == 0 for made in changed)

    asyncio.run(run())


def test_entries_beyond_the_protocol_s_limit_are_counted() -> None:
    entries = "".join(f"<url><loc>https://a.example/jobs/{n}</loc></url>" for n in range(50_010))
    for body in (f"<urlset>{entries}</urlset>", "\n".join(f"https://a.example/jobs/{n}" for n in range(50_010))):
        found = read_sitemap(Response(status=200, url="https://a.example/sitemap.xml", body=body.encode()))
        assert (len(found.pages), found.unusable) == (50_000, 10)
