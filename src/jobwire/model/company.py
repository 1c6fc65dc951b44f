"""The company, in its three published shapes: summary in a job, career-site row, full profile.

Sources: feed-api.md "Company object", career-sites-feed-api.md "CareerSiteDto schema" and "Filters".
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class CompanySummary(msgspec.Struct, frozen=True, kw_only=True):
    """What is embedded in every job."""

    id: str
    name: str
    website: str | None = None
    logo_url: str | None = None
    summary: str | None = None
    industries: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    linkedin_url: str | None = None
    crunchbase_url: str | None = None
    details_url: str | None = None
    """Set by the server that answers; never stored."""


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of one company: the career-site row, its filter fields, and the rest in `profile`.

    One company is one row of the career-sites log. `updated_at` is the log's.
    """

    id: str
    name: str
    website: str | None = None
    logo_url: str | None = None
    summary: str | None = None
    industries: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    linkedin_url: str | None = None
    crunchbase_url: str | None = None
    ats: str | None = None
    """The ATS of its career site; a company without one is a profile only, not a career site."""
    listing_url: str | None = None
    discovered_at: datetime | None = None
    updated_at: datetime | None = None
    # What the career-sites feed filters on:
    company_size: str | None = None
    """Band: 1-10, 11-50, 51-200, ..."""
    country_codes: tuple[str, ...] = ()
    funding_stage: str | None = None
    company_type: str | None = None
    """for_profit or non_profit."""
    founded_year: int | None = None
    is_agency: bool | None = None
    profile: dict[str, Any] = {}
    """Everything else of a full profile (funding, leadership, ratings, press, ...), as it was imported."""

    def summarize(self, details_url: str | None = None) -> CompanySummary:
        """The part that is embedded in jobs."""
        return CompanySummary(
            id=self.id,
            name=self.name,
            website=self.website,
            logo_url=self.logo_url,
            summary=self.summary,
            industries=self.industries,
            categories=self.categories,
            linkedin_url=self.linkedin_url,
            crunchbase_url=self.crunchbase_url,
            details_url=details_url,
        )


class CareerSite(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `POST /api/career-sites/feed`."""

    id: str
    name: str
    website: str | None = None
    logo_url: str | None = None
    summary: str | None = None
    industries: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    linkedin_url: str | None = None
    crunchbase_url: str | None = None
    ats: str
    listing_url: str
    discovered_at: datetime | None = None
    updated_at: datetime
    details_url: str | None = None
