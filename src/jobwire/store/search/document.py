"""What of a job can be searched: made from its row in the log and its company."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from jobwire.model.change import LogRow
from jobwire.model.company import Company
from jobwire.model.countries import COUNTRY_NAMES
from jobwire.model.filters import fold_place
from jobwire.model.job import Compensation, Location, Qualifications
from jobwire.store.search.pay import yearly_usd
from jobwire.store.search.words import spell

MAX_BODY = 50_000
"""Characters of a description that are searched."""
MAX_VALUES = 100
"""Of one facet, of one job."""


class SearchDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One active job as engines keep it."""

    id: str
    seq: int
    company_id: str
    terms: frozenset[str]
    """For filters."""
    title: str
    role: str
    """Canonical title in words."""
    company: str
    skills: tuple[str, ...]
    facts: tuple[str, ...]
    """Places, kind of work: what people add to a query although there are filters for it."""
    body: str
    facets: dict[str, tuple[str, ...]]
    posted_at: datetime
    created_at: datetime
    usd: tuple[int, int] | None
    """A year's pay."""


class _Body(msgspec.Struct):
    """The part of a stored body that is searched."""

    title: str
    description: str
    source: str
    created_at: datetime
    normalized_title: str | None = None
    locations: tuple[Location, ...] = ()
    compensation: Compensation | None = None
    employment_type: str | None = None
    workplace_type: str | None = None
    experience_level: str | None = None
    date_posted: datetime | None = None
    qualifications: Qualifications = Qualifications()


_decode = msgspec.json.Decoder(_Body).decode


def make_document(row: LogRow, company: Company | None) -> SearchDocument:
    """The document of an active row."""
    assert row.body is not None
    job = _decode(row.body + b"null}")
    name = company.name if company else ""
    industries = company.industries if company else ()
    skills = _skills(job.qualifications)
    facets = {
        "work_model": job.workplace_type,
        "employment_type": job.employment_type,
        "experience_level": job.experience_level,
        "sources": job.source,
        "companies": row.company_id,
    }
    lists = {
        "countries": _distinct(place.country for place in job.locations),
        "industries": industries[:MAX_VALUES],
        "skills": skills,
    }
    return SearchDocument(
        id=row.id,
        seq=row.seq,
        company_id=row.company_id,
        terms=row.terms | search_terms(row.company_id, name, industries, skills),
        title=spell(job.title),
        role=(job.normalized_title or "").replace("_", " "),
        company=spell(name),
        skills=tuple(map(spell, skills)),
        facts=tuple(map(spell, _facts(job))),
        body=spell(job.description[:MAX_BODY]),
        facets={key: (value,) for key, value in facets.items() if value} | lists,
        posted_at=job.date_posted or job.created_at,
        created_at=job.created_at,
        usd=yearly_usd(job.compensation),
    )


def search_terms(company_id: str, name: str, industries: Iterable[str], skills: Iterable[str]) -> frozenset[str]:
    """The terms that search has besides those of the feeds."""
    return frozenset(
        (
            company_term(company_id),
            name_term(name),
            *(industry_term(industry) for industry in industries),
            *(skill_term(skill) for skill in skills),
        )
    )


def company_term(company_id: str) -> str:
    return f"k:{company_id}"


def name_term(name: str) -> str:
    return f"n:{fold_place(name)}"


def industry_term(industry: str) -> str:
    return f"i:{fold_place(industry)}"


def skill_term(skill: str) -> str:
    return f"q:{fold_place(skill)}"


def _skills(qualifications: Qualifications) -> tuple[str, ...]:
    buckets = (qualifications.must_have, qualifications.preferred)
    return _distinct(skill.name for bucket in buckets for skill in bucket.skills)


def _facts(job: _Body) -> tuple[str, ...]:
    """Words of where and how."""
    places = (
        part
        for place in job.locations[:MAX_VALUES]
        for part in (place.location, place.city, place.region, COUNTRY_NAMES.get(place.country or ""))
    )
    kinds = (job.workplace_type, (job.employment_type or "").replace("_", " "), job.experience_level)
    return _distinct((*places, *kinds))


def _distinct(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))[:MAX_VALUES]
