"""Filters of the feeds, as terms: every row carries a set of terms, a filter is an AND of ORs of terms.

That one form is what the API parses requests into, what a cursor carries, what the stores evaluate row by row
and what the bitmap index evaluates for millions of rows at once, so they cannot disagree.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Set
from datetime import datetime
from itertools import product

import msgspec

from jobwire.model.company import Company
from jobwire.model.countries import find_country
from jobwire.model.job import Job, Location
from jobwire.model.regions import spell_region
from jobwire.model.vocabulary import fold, parse_source

Group = tuple[str, ...]


class JobFilters(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`groups` AND together; the terms of one group OR. The watermarks are those of contract section 2."""

    groups: tuple[Group, ...] = ()
    posted_after: datetime | None = None
    updated_after: datetime | None = None

    def match(self, terms: Set[str]) -> bool:
        return match_groups(self.groups, terms)


class SiteFilters(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Filters of the career-sites feed (career-sites-feed-api.md, "Filters")."""

    groups: tuple[Group, ...] = ()
    updated_after: datetime | None = None
    """Strictly greater."""
    discovered_after: datetime | None = None
    """Inclusive."""
    discovered_before: datetime | None = None
    """Exclusive."""
    founded_after: int | None = None
    """Inclusive year."""

    def match(self, terms: Set[str], discovered_at: datetime | None, founded_year: int | None) -> bool:
        """Whether a row passes all but `updated_after`, which is a position in the log."""
        if self.founded_after is not None and (founded_year is None or founded_year < self.founded_after):
            return False
        if self.discovered_after and (discovered_at is None or discovered_at < self.discovered_after):
            return False
        if self.discovered_before and (discovered_at is None or discovered_at >= self.discovered_before):
            return False
        return match_groups(self.groups, terms)


def match_groups(groups: Iterable[Group], terms: Set[str]) -> bool:
    return all(not terms.isdisjoint(group) for group in groups)


def fold_place(text: str | None) -> str:
    """Place names compare without case, accents and outer blanks."""
    if not text:
        return ""
    plain = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))


def fold_tag(text: str | None) -> str:
    """Tags (industries, sizes, stages) compare like places, and `-`, `_` and blanks are alike."""
    return fold(fold_place(text))


def fold_country(text: str | None) -> str:
    """Alpha-2 in lower case for a code or an English name, else the folded text."""
    return (find_country(text) or fold_place(text)).lower() if text else ""


def place_term(country: str | None, region: str | None, city: str | None) -> str:
    """Term of a place; a missing part is a wildcard. Parts are folded here."""
    return _term(fold_country(country), fold_place(region), fold_place(city))


def place_terms(location: Location) -> list[str]:
    """All terms under which a location can be asked for: each part given or left out (at most seven)."""
    country, region, city = (
        fold_country(location.country),
        fold_place(location.region),
        fold_place(location.city),
    )
    options = [("", part) if part else ("",) for part in (country, region, city)]
    return [_term(c, r, t) for c, r, t in product(*options) if c or r or t]


def _term(country: str, region: str, city: str) -> str:
    """Of folded parts. A code such as TX is its region's name, where the country allows it."""
    return f"l:{country}|{spell_region(country, region)}|{city}"


def job_terms(job: Job) -> frozenset[str]:
    """Every term of a job. Unknown is a term of its own (`w:`), so "not remote" can be asked."""
    terms = {
        f"s:{parse_source(job.source)}",
        f"w:{job.workplace_type or ''}",
        f"t:{job.employment_type or ''}",
        f"e:{job.experience_level or ''}",
    }
    for location in job.locations:
        terms.update(place_terms(location))
    return frozenset(terms)


def site_terms(company: Company) -> frozenset[str]:
    """Every term of a career site."""
    terms = {f"i:{fold_tag(name)}" for name in company.industries}
    terms.update(f"c:{fold_country(code)}" for code in company.country_codes)
    terms.update(
        (
            f"z:{fold_tag(company.company_size)}",
            f"f:{fold_tag(company.funding_stage)}",
            f"y:{company.company_type or ''}",
            "a:" if company.is_agency is None else f"a:{company.is_agency}",
        )
    )
    return frozenset(terms)
