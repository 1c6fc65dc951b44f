"""The raw posting: what an ATS said, typed, not interpreted. Input of `enrich`.

It carries no personal data: ATS files copy named fields only (a whitelist), so recruiters' names,
internal metadata and application forms never get here.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class RawLocation(msgspec.Struct, frozen=True, kw_only=True):
    """One place as the ATS states it: free text, structured parts, or both."""

    text: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    """Code or name, as it came."""
    latitude: float | None = None
    longitude: float | None = None


class RawPay(msgspec.Struct, frozen=True, kw_only=True):
    """One structured pay range in major units (50000, not 5000000 cents)."""

    min: float | None = None
    max: float | None = None
    currency: str | None = None
    period: str | None = None
    """As the ATS spells it: `per-year-salary`, `1 YEAR`, `hour`; None where it does not say."""
    title: str | None = None
    """Label of the range (level, region, "OTE", "Bonus") where there are several."""


class RawSection(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the description that the ATS keeps apart (Lever lists, Pinpoint, schema.org)."""

    heading: str
    html: str


class RawPosting(msgspec.Struct, frozen=True, kw_only=True):
    """One posting of one board."""

    posting_id: str
    """Identifier on the board; stable across edits."""
    title: str
    listing_url: str
    apply_url: str | None = None
    description_html: str | None = None
    """The whole description in HTML, entities unescaped to HTML once, sections included."""
    description_text: str | None = None
    """Plain text where the ATS has no HTML."""
    sections: tuple[RawSection, ...] = ()
    locations: tuple[RawLocation, ...] = ()
    employment_type: str | None = None
    workplace_type: str | None = None
    is_remote: bool | None = None
    experience_level: str | None = None
    department: str | None = None
    pay: tuple[RawPay, ...] = ()
    pay_text: str | None = None
    """Free-text pay field of the ATS (BambooHR, Breezy, Ashby's summary)."""
    date_posted: datetime | None = None
    """When the employer first published it; None where the ATS only knows creation or edit times."""
    valid_through: datetime | None = None
    requisition_id: str | None = None
    language: str | None = None
    """ISO 639-1 where stated."""
    company_name: str | None = None
    list_mark: str = ""
    """Fingerprint of the list row; an unchanged one saves the detail request next time."""


class RawCompany(msgspec.Struct, frozen=True, kw_only=True):
    """What a board or a career site says about its company."""

    name: str | None = None
    website: str | None = None
    logo_url: str | None = None
    description: str | None = None
    linkedin_url: str | None = None
    crunchbase_url: str | None = None
    industries: tuple[str, ...] = ()
