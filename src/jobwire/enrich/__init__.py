"""Make one clean record of a raw posting: an ordered list of pure functions, one version number."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from jobwire.enrich.compensation import find_compensation
from jobwire.enrich.duties import find_benefits, find_responsibilities
from jobwire.enrich.employment import find_employment_type
from jobwire.enrich.finding import Finding, Source
from jobwire.enrich.flags import find_clearance, find_h1b_sponsor, find_work_auth
from jobwire.enrich.html import calm_line, to_text, to_unicode
from jobwire.enrich.language import find_language
from jobwire.enrich.level import find_level
from jobwire.enrich.location import country_of, find_locations
from jobwire.enrich.qualifications import find_qualifications
from jobwire.enrich.record import find_country_hint, parse_record
from jobwire.enrich.sections import Sections, find_sections
from jobwire.enrich.sponsors import is_sponsor
from jobwire.enrich.summary import find_summary
from jobwire.enrich.title import normalize_title
from jobwire.enrich.workplace import find_workplace_type
from jobwire.model.company import CompanySummary
from jobwire.model.ids import company_id, job_id
from jobwire.model.job import Job, Location, Qualifications
from jobwire.model.raw import RawPosting

ENRICH_VERSION = 4
"""Raised whenever a rule or a table changes: stored postings of a lower version are enriched again."""

Findings = dict[str, Finding[Any]]

# field, the step that finds it, what stands there when the step fails
_OF_SOURCE: tuple[tuple[str, Callable[[Source], Finding[Any]], Any], ...] = (
    ("normalized_title", normalize_title, None),
    ("compensation", find_compensation, None),
    ("employment_type", find_employment_type, None),
    ("workplace_type", find_workplace_type, None),
    ("experience_level", find_level, None),
    ("is_work_auth_required", find_work_auth, None),
    ("is_h1b_sponsor", find_h1b_sponsor, None),
    ("is_clearance_required", find_clearance, None),
)
_OF_SECTIONS: tuple[tuple[str, Callable[[Source, Sections], Finding[Any]], Any], ...] = (
    ("summary", find_summary, None),
    ("qualifications", find_qualifications, Qualifications()),
    ("responsibilities", find_responsibilities, ()),
    ("benefits", find_benefits, ()),
)


def enrich(
    posting: RawPosting,
    *,
    source: str,
    company: CompanySummary,
    job_id: str,
    created_at: datetime,
    updated_at: datetime,
    country: str | None = None,
    sponsors: Collection[str] = (),
) -> Job:
    """The clean record of `posting`. Pure, never raises; a field that cannot be found is null or empty.

    `source` is the ATS id; `country` (alpha-2) is a hint for places and `$` where the posting itself is silent.
    `sponsors`: normalised names of employers with H-1B petitions, if the operator has such a list.
    """
    employer = company.name or posting.company_name or ""
    found = explain(posting, country=country, employer=employer, sponsors=sponsors)
    facts = {name: finding.value for name, finding in found.items() if name != "language"}
    return Job(
        id=job_id,
        company=company,
        listing_url=to_unicode(posting.listing_url),
        apply_url=to_unicode(posting.apply_url or posting.listing_url),
        source=source,
        created_at=created_at,
        updated_at=updated_at,
        date_posted=posting.date_posted,
        valid_through=posting.valid_through,
        **facts,
    )


def explain(
    posting: RawPosting, *, country: str | None = None, employer: str = "", sponsors: Collection[str] = ()
) -> Findings:
    """Field -> value and reason, of the same steps that make the record."""
    posting = _make_encodable(posting)
    text = _run(_find_description, "", posting)
    language = _run(find_language, None, posting, text.value)
    source = Source(posting=posting, text=text.value, language=language.value, country=country)
    locations = _run(find_locations, (), source)
    source = msgspec.structs.replace(source, country=country_of(locations.value) or country)
    found: Findings = {"title": _find_title(posting), "description": text, "language": language}
    found["locations"] = locations
    found |= {name: _run(find, empty, source) for name, find, empty in _OF_SOURCE}
    if found["is_h1b_sponsor"].value is None and may_sponsor(locations.value, employer, sponsors):
        found["is_h1b_sponsor"] = Finding(value=True, rule="h1b-employer", origin="operator:h1b", span=employer)
    sections = _run(_find_sections, Sections(), source).value
    return found | {name: _run(find, empty, source, sections) for name, find, empty in _OF_SECTIONS}


def may_sponsor(locations: Iterable[Location], employer: str, sponsors: Collection[str]) -> bool:
    """Whether a job in the US, whose text says nothing, is offered by one of `sponsors`."""
    return country_of(locations) == "US" and is_sponsor(employer, sponsors)


def enrich_record(record: Mapping[str, Any], *, at: datetime, sponsors: Collection[str] = ()) -> Job:
    """The clean record of somebody's own JSON object (see `record.parse_record`), made at `at`.

    Raises InvalidInput.
    """
    posting = parse_record(record)
    source = record.get("source") if isinstance(record.get("source"), str) else None
    name = posting.company_name or ""
    return enrich(
        posting,
        source=source or "file",
        company=CompanySummary(id=company_id(name), name=name),
        job_id=job_id(f"file:{name}", posting.posting_id),
        created_at=at,
        updated_at=at,
        country=find_country_hint(record),
        sponsors=sponsors,
    )


def _run(find: Callable[..., Finding[Any]], empty: Any, *given: Any) -> Finding[Any]:
    """What `find` says; one broken field must not cost a record, so a failure is a finding without a value."""
    try:
        return find(*given)
    except Exception as error:
        return Finding(value=empty, rule="failed", span=f"{type(error).__name__}: {error}"[:200])


def _find_title(posting: RawPosting) -> Finding[str]:
    return Finding(
        value=calm_line(posting.title), rule="as-published", origin="ats:title", span=posting.title[:200]
    )


def _find_description(posting: RawPosting) -> Finding[str]:
    origin = "ats:description_html" if posting.description_html else "ats:description_text"
    return Finding(value=to_text(posting), rule="html-to-text", origin=origin)


def _find_sections(source: Source) -> Finding[Sections]:
    return Finding(value=find_sections(source))


def _make_encodable(posting: RawPosting) -> RawPosting:
    """Without lone surrogates, which JSON from careless servers may hold and no encoder accepts."""
    try:
        msgspec.json.encode(posting)
    except UnicodeEncodeError:
        return msgspec.convert(_replace_surrogates(msgspec.to_builtins(posting)), RawPosting)
    return posting


def _replace_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {name: _replace_surrogates(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_replace_surrogates(part) for part in value]
    return value
