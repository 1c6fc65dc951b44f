"""The ATS that jobwire reads: one pure file each, in a literal tuple. See docs/add-an-ats.md."""

from __future__ import annotations

from jobwire.collect.ats import (
    ashby,
    bamboohr,
    breezy,
    comeet,
    eightfold,
    gem,
    generic,
    greenhouse,
    icims,
    jazzhr,
    jibe,
    jobvite,
    join,
    lever,
    oracle,
    paylocity,
    personio,
    phenom,
    pinpoint,
    recruitee,
    rippling,
    smartrecruiters,
    successfactors,
    teamtailor,
    ukg,
    workable,
    workday,
)
from jobwire.collect.protocol import Ats

ATSS: tuple[Ats, ...] = (
    ashby.ATS,
    bamboohr.ATS,
    breezy.ATS,
    comeet.ATS,
    eightfold.ATS,
    gem.ATS,
    generic.ATS,
    greenhouse.ATS,
    icims.ATS,
    jazzhr.ATS,
    jibe.ATS,
    jobvite.ATS,
    join.ATS,
    lever.ATS,
    oracle.ATS,
    paylocity.ATS,
    personio.ATS,
    phenom.ATS,
    pinpoint.ATS,
    recruitee.ATS,
    rippling.ATS,
    smartrecruiters.ATS,
    successfactors.ATS,
    teamtailor.ATS,
    ukg.ATS,
    workable.ATS,
    workday.ATS,
)

_BY_NAME = {ats.name: ats for ats in ATSS}


def find_ats(name: str) -> Ats | None:
    """The ATS with this id, or None."""
    return _BY_NAME.get(name)


def get_ats(name: str) -> Ats:
    """The ATS with this id. Raises KeyError."""
    return _BY_NAME[name]
