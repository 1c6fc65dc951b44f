"""A page that says that its position is filled is understood; a page that merely uses the words is not."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest
from tests.collect.openings import Employer, Opening
from tests.collect.world import World, world

from jobwire.collect.closed import says_closed

NOTICES = (
    "This job is no longer available.",
    "This position has been filled",
    "The position has already been filled. See our other openings!",
    "Sorry, this job posting has expired.",
    "We're sorry, but this role is no longer accepting applications.",
    "Unfortunately, this vacancy has now been closed.",
    "No longer accepting applications",
    "Applications for this role are closed",
    "Diese Stelle ist nicht mehr verfügbar.",
    "Die Position wurde bereits besetzt.",
    "Leider ist diese Stelle besetzt",
    "Diese Stellenanzeige ist leider nicht mehr online.",
    "Cette offre n’est plus disponible",
    "Ce poste a été pourvu.",
    "L'offre d'emploi n'est plus en ligne",
    "Esta oferta ya no está disponible",
    "El puesto ya ha sido cubierto.",
    "Deze vacature is vervuld",
    "De vacature is helaas niet meer beschikbaar",
    "Esta vaga já não está disponível",
    "A vaga foi preenchida.",
    "Questa posizione non è più disponibile",
)
OTHERS = (
    "We accept applications until this position has been filled.",
    "Open until filled. The position will be filled as soon as possible.",
    "The position is open until it is closed by the manager",
    "The role is filled with variety",
    "The job is closed on public holidays",
    "You have closed deals before and filled many a position.",
    "The job is never boring and has been for ten years",
    "If this job is no longer available, look at our other ones.",
    "Die Stelle ist ab sofort zu besetzen.",
    "Die Stelle ist zum 1. Mai zu besetzen und nicht befristet",
    "Le poste est à pourvoir immédiatement",
    "La oferta está abierta hasta que se cubra",
    "De vacature is open tot 1 mei",
    "A vaga está aberta",
)


@pytest.mark.parametrize("notice", NOTICES)
def test_a_notice_in_a_place_of_its_own(notice: str) -> None:
    assert says_closed(f"<html><body><div class=alert>\n  {notice}\n</div><h1>Cook</h1></body></html>")


@pytest.mark.parametrize("text", OTHERS)
def test_words_of_a_description_are_no_notice(text: str) -> None:
    assert not says_closed(f"<html><body><p>{text}</p></body></html>")


def test_what_a_script_or_a_template_could_show_is_not_shown() -> None:
    for tag in ("script", "template", "STYLE"):
        assert not says_closed(f"<body><{tag}>x = '<b>This job is no longer available</b>'</{tag}><p>Hi</p>")
    assert says_closed("<script>1</script><p>This job is no longer available</p><script>")


def test_hostile_pages_cost_little() -> None:
    for piece in ("<script>", ">" + " " * 300, "<p>this job", "sorry " * 50 + ">", "<" * 9 + ">" * 9):
        before = time.process_time()
        says_closed(piece * (2_000_000 // len(piece)))
        assert time.process_time() - before < 3


def test_a_page_that_says_so_never_ends_a_listed_job_and_makes_one_absence_enough(tmp_path: Path) -> None:
    openings = {100_000 + n: Opening(number=100_000 + n) for n in range(8)}
    employer = Employer(ats="generic", token="employer1", name="Employer 1", openings=openings)
    filled, back, plain, *_ = employer.openings.values()

    async def run() -> None:
        async with world(tmp_path, [employer]) as found:
            await found.visit()
            for opening in (filled, back):
                opening.notice, opening.touched = "This position has been filled.", 1
            for _ in range(3):
                await found.visit()
                assert len(found.active()) == 8, "it is listed"
            back.notice, back.touched = "", 2
            (visit,) = (await found.visit()).values()
            assert visit.changed == 0
            for opening in (filled, back, plain):
                opening.is_open = False
            await found.visit()
            assert {opening.title for opening in openings.values()} - set(found.active()) == {filled.title}
            await found.visit()
            assert len(found.active()) == 5
            assert {row.reason for row in found.store.tail(0, 1_000) if row.reason} == {"source_removed"}

    asyncio.run(run())


def test_a_page_that_says_so_is_looked_at_again_soon(tmp_path: Path) -> None:
    openings = {100_000 + n: Opening(number=100_000 + n) for n in range(8)}
    employer = Employer(ats="generic", token="employer1", name="Employer 1", openings=openings)
    first = openings[100_000]

    async def run() -> None:
        async with world(tmp_path, [employer]) as found:
            for _ in range(4):
                await found.visit()
            assert next_interval(found) > timedelta(hours=1)
            first.notice, first.touched = "This job is no longer available", 1
            await found.visit()
            assert next_interval(found) < timedelta(minutes=20)
            await found.visit()
            assert next_interval(found) > timedelta(minutes=20), "once"

    asyncio.run(run())


def next_interval(found: World) -> timedelta:
    (state,) = found.store.boards()
    assert state.next_visit_at
    return state.next_visit_at - found.clock()
