"""The replica is true to its models: every ATS file reads its format whole."""

from __future__ import annotations

import asyncio

import pytest
from tests.collect.formats import FORMATS
from tests.collect.openings import make_employers
from tests.collect.replica import Replica, fetcher, playing

from jobwire.collect.ats import ATSS
from jobwire.collect.trial import try_board
from jobwire.model.visit import Completeness


def test_every_ats_has_its_format() -> None:
    assert FORMATS.keys() == {ats.name for ats in ATSS}


@pytest.mark.parametrize("ats", FORMATS)
def test_a_board_is_read_whole(ats: str) -> None:
    (employer,) = make_employers([ats], 1, 120)

    async def read() -> None:
        async with playing(Replica([employer])) as replica, fetcher(replica) as fetch:
            trial = await try_board(replica.board(employer), fetch)
        assert {p.title for p in trial.postings} == {o.title for o in employer.openings.values()}, trial.note
        assert trial.completeness is Completeness.COMPLETE, trial.note
        assert all("What you will do" in (p.description_html or "") for p in trial.postings)

    asyncio.run(read())
