"""The job: the clean, published record, in the shape of the seeds' JobDto (feed-api.md, "JobDto schema").

Field order is the wire's order. Every field is always present on the wire; unknown is null, never a guess.
Date-times are aware UTC and are written with `Z`.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from jobwire.model.company import CompanySummary


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """One distinct place of a job. `country` is ISO 3166-1 alpha-2, `region` its English name."""

    location: str | None = None
    """Raw text of this element as the employer wrote it."""
    city: str | None = None
    region: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class Compensation(msgspec.Struct, frozen=True, kw_only=True):
    """Base pay. One value: min = max. "up to": min null. "from": max null."""

    min: int | float | None = None
    max: int | float | None = None
    currency: str | None = None
    """ISO 4217."""
    period: str | None = None
    """hour, day, week, month or year."""


class Skill(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    type: str
    """hard (technical) or soft (interpersonal)."""


class QualificationBucket(msgspec.Struct, frozen=True, kw_only=True):
    education: tuple[str, ...] = ()
    certifications: tuple[str, ...] = ()
    skills: tuple[Skill, ...] = ()


class Qualifications(msgspec.Struct, frozen=True, kw_only=True):
    must_have: QualificationBucket = QualificationBucket()
    preferred: QualificationBucket = QualificationBucket()


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One job as published. `id` is stable for ever (see `model.ids.job_id`)."""

    id: str
    title: str
    normalized_title: str | None = None
    company: CompanySummary
    description: str
    """Text; HTML is stripped, line breaks are kept."""
    summary: str | None = None
    listing_url: str
    apply_url: str
    locations: tuple[Location, ...] = ()
    compensation: Compensation | None = None
    employment_type: str | None = None
    workplace_type: str | None = None
    experience_level: str | None = None
    source: str
    """The ATS id: greenhouse, lever, ... (open set)."""
    created_at: datetime
    """First indexed here."""
    updated_at: datetime
    """Assigned by the change log in commit order, never by a caller."""
    date_posted: datetime | None = None
    valid_through: datetime | None = None
    qualifications: Qualifications = Qualifications()
    responsibilities: tuple[str, ...] = ()
    benefits: tuple[str, ...] = ()
    is_work_auth_required: bool | None = None
    is_h1b_sponsor: bool | None = None
    is_clearance_required: bool | None = None
