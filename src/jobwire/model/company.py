"""The company, in its three published shapes: summary in a job, career-site row, full profile.

Sources: feed-api.md "Company object", career-sites-feed-api.md "CareerSiteDto schema" and "Filters".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

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


class Provenance(msgspec.Struct, frozen=True):
    """Who said what stands in a field of a company."""

    by: Literal["site", "import", "board"]
    """The employer's own site or its ATS; a file of the operator; only what its board is called."""
    source: str = ""
    """URL of the page, or name of the file."""
    at: datetime | None = None
    """When it came to stand there; set by the store."""

    def outweighs(self, other: Provenance) -> bool:
        return _WEIGHTS[self.by] > _WEIGHTS[other.by]


_WEIGHTS = {"board": 0, "import": 1, "site": 2}
_NO_FACTS = frozenset(("id", "discovered_at", "updated_at", "profile", "provenance"))


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
    provenance: dict[str, Provenance] = {}
    """Field, or `profile.` and a key of the profile -> who said it. For the operator; never published."""

    def facts(self) -> Iterator[tuple[str, Any]]:
        """(name, value) of all that is stated, parts of the profile as `profile.<key>`; not id, not times."""
        for name in self.__struct_fields__:
            if name not in _NO_FACTS and (value := getattr(self, name)) not in (None, "", ()):
                yield name, value
        for key, value in self.profile.items():
            yield f"profile.{key}", value

    def said(self, provenance: Provenance) -> Company:
        """The same, all of it said by one source."""
        return msgspec.structs.replace(self, provenance={name: provenance for name, _ in self.facts()})

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
