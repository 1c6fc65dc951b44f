"""Bring your own data: jobs and companies in the wire's shape, checked line by line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from jobwire.errors import InvalidInput
from jobwire.model.company import Company, Provenance
from jobwire.model.countries import find_country
from jobwire.model.ids import company_id, job_id, parse_id
from jobwire.model.job import Compensation, Job, Location, QualificationBucket, Qualifications, Skill
from jobwire.model.times import parse_time
from jobwire.model.vocabulary import parse_source, parse_value
from jobwire.store.base import Store

MAX_LINE = 8 << 20
"""Bytes; a longer line is refused."""
T = TypeVar("T")

_COMPANY_ID = "It must be a UUID, the same for all jobs of the company."
_COMPANY_FIELDS = {
    "id", "name", "website", "logo_url", "summary", "industries", "categories", "linkedin_url",
    "crunchbase_url", "ats", "listing_url", "discovered_at", "updated_at", "details_url", "company_size",
    "size", "country_codes", "countries", "country_code", "country", "funding_stage", "company_type",
    "founded_year", "founded", "is_agency",
}  # fmt: skip


def read_job(line: bytes, now: datetime, file: str = "") -> tuple[Job, Company]:
    """One line of `jobwire import jobs`: the job and its embedded company. Raises InvalidInput.

    `file` is what the company's fields are said by.
    """
    data = _read_object(line)
    company = read_embedded_company(_object(data, "company", required=True))
    source = parse_source(_text(data, "source", required=True))
    listing_url = _url(data, "listing_url", required=True)
    job = Job(
        id=_job_id(data, source, listing_url),
        title=_text(data, "title", required=True),
        normalized_title=_find_text(data, "normalized_title"),
        company=company.summarize(),
        description=_text(data, "description", required=True, empty=True),
        summary=_find_text(data, "summary"),
        listing_url=listing_url,
        apply_url=_url(data, "apply_url", required=True),
        locations=tuple(_read_location(item) for item in _objects(data, "locations")),
        compensation=_read_compensation(data),
        employment_type=_value(data, "employment_type"),
        workplace_type=_value(data, "workplace_type"),
        experience_level=_value(data, "experience_level"),
        source=source,
        created_at=min(_time(data, "created_at") or now, now),
        updated_at=now,
        date_posted=_time(data, "date_posted"),
        valid_through=_time(data, "valid_through"),
        qualifications=_read_qualifications(_object(data, "qualifications")),
        responsibilities=_texts(data, "responsibilities"),
        benefits=_texts(data, "benefits"),
        is_work_auth_required=_truth(data, "is_work_auth_required"),
        is_h1b_sponsor=_truth(data, "is_h1b_sponsor"),
        is_clearance_required=_truth(data, "is_clearance_required"),
    )
    return job, company.said(Provenance("import", file))


def read_company(line: bytes, now: datetime, file: str = "", known: Mapping[str, str] | None = None) -> Company:
    """One line of `jobwire import companies`: a career-site row or a full profile. Raises InvalidInput.

    What is not a field of ours is kept as part of the profile. `file` is what the fields are said by. `known`:
    ids of companies by what a line without an id is known by (see `known_companies`).
    """
    data = _read_object(line)
    company = _read_company(data, _find_company_id(data, known or {}))
    company = msgspec.structs.replace(company, discovered_at=company.discovered_at or now)
    return company.said(Provenance("import", file))


def read_embedded_company(data: Mapping[str, Any]) -> Company:
    """The company inside a job; its id is required (contract, section 3)."""
    if data.get("id") is None:
        raise InvalidInput("company.id is missing.", field="company.id", hint=_COMPANY_ID)
    company = _read_company(data, _uuid(data, "id", "company.", hint=_COMPANY_ID), "company.")
    # Where its jobs are listed is the career site's to say, and no part of a job.
    return msgspec.structs.replace(company, ats=None, listing_url=None, profile={})


def known_companies(store: Store) -> dict[str, str]:
    """The host of a website, or a career site -> the id of the one company of the store that has it."""
    ids: dict[str, set[str]] = {}
    after = 0
    while batch := store.company_tail(after, 1_000):
        after = batch[-1][0]
        for _, company in batch:
            for key in (_website_key(company.website or ""), _site_key(company.listing_url or "")):
                ids.setdefault(key, set()).add(company.id)
    return {key: min(found) for key, found in ids.items() if key and len(found) == 1}


def _read_company(data: Mapping[str, Any], own_id: str, prefix: str = "") -> Company:
    ats = _find_text(data, "ats", prefix)
    codes = _texts(data, "country_codes", prefix) or _texts(data, "countries", prefix)
    one = _find_text(data, "country_code", prefix) or _find_text(data, "country", prefix)
    return Company(
        id=own_id,
        name=_text(data, "name", prefix, required=True),
        website=_find_url(data, "website", prefix),
        logo_url=_find_url(data, "logo_url", prefix),
        summary=_find_text(data, "summary", prefix),
        industries=_texts(data, "industries", prefix),
        categories=_texts(data, "categories", prefix),
        linkedin_url=_find_url(data, "linkedin_url", prefix),
        crunchbase_url=_find_url(data, "crunchbase_url", prefix),
        ats=parse_source(ats) if ats else None,
        listing_url=_find_url(data, "listing_url", prefix),
        discovered_at=_time(data, "discovered_at", prefix),
        company_size=_find_text(data, "company_size", prefix) or _find_text(data, "size", prefix),
        country_codes=tuple(find_country(code) or code.upper() for code in codes or filter(None, (one,))),
        funding_stage=_find_text(data, "funding_stage", prefix),
        company_type=_value(data, "company_type", prefix),
        founded_year=_year(data, prefix),
        is_agency=_truth(data, "is_agency", prefix),
        profile={name: value for name, value in data.items() if name not in _COMPANY_FIELDS},
    )


def _find_company_id(data: Mapping[str, Any], known: Mapping[str, str]) -> str:
    if data.get("id") is not None:
        return _uuid(data, "id")
    key = _company_key(data)
    return known.get(key) or company_id(key)


def _company_key(data: Mapping[str, Any]) -> str:
    """What a company without an id is known by: its website's host, else its career site, else its name."""
    if website := _find_url(data, "website"):
        return _website_key(website)
    if site := _find_url(data, "listing_url"):
        return _site_key(site)
    return _text(data, "name", required=True).casefold()


def _website_key(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:  # what a career site says of itself may be anything
        return ""


def _site_key(url: str) -> str:
    host = _website_key(url)
    return f"{host}{urlsplit(url).path.rstrip('/')}" if host else ""


def _job_id(data: Mapping[str, Any], source: str, listing_url: str) -> str:
    return _uuid(data, "id") if data.get("id") is not None else job_id(f"import:{source}", listing_url)


# --- typed reading of untrusted values -----------------------------------------------------------------


def _read_object(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise InvalidInput(f"The line is longer than {MAX_LINE >> 20} MiB.")
    try:
        data = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(f"Not JSON: {error}.") from error
    if not isinstance(data, dict):
        raise InvalidInput(f"Expected an object, got {_kind(data)}.")
    return data


def _get(data: Mapping[str, Any], name: str, kind: type[T], prefix: str = "") -> T | None:
    value = data.get(name)
    if value is None:
        return None
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise InvalidInput(
            f"{prefix}{name}: expected {_kind_name(kind)}, got {_kind(value)}.", field=f"{prefix}{name}"
        )
    return value


def _text(
    data: Mapping[str, Any], name: str, prefix: str = "", *, required: bool = False, empty: bool = False
) -> str:
    value = _get(data, name, str, prefix)
    if value is None and required:
        raise InvalidInput(f"{prefix}{name} is missing.", field=f"{prefix}{name}")
    if value is not None and not value.strip() and not empty:
        raise InvalidInput(f"{prefix}{name} is empty.", field=f"{prefix}{name}")
    return value or ""


def _find_text(data: Mapping[str, Any], name: str, prefix: str = "") -> str | None:
    value = _get(data, name, str, prefix)
    return value if value and value.strip() else None


def _url(data: Mapping[str, Any], name: str, prefix: str = "", *, required: bool = False) -> str:
    value = _text(data, name, prefix, required=required).strip()
    parts = None
    try:
        parts = urlsplit(value)
    except ValueError:
        pass  # said below
    if parts is None or parts.scheme not in ("http", "https") or not parts.netloc:
        raise InvalidInput(f"{prefix}{name}: not an http(s) URL: {value[:100]!r}.", field=f"{prefix}{name}")
    return value


def _find_url(data: Mapping[str, Any], name: str, prefix: str = "") -> str | None:
    value = _find_text(data, name, prefix)
    if value and not urlsplit(value).scheme and "." in value:  # "acme.com", as people write websites
        data = {name: f"https://{value}"}
    return _url(data, name, prefix) if value else None


def _texts(data: Mapping[str, Any], name: str, prefix: str = "") -> tuple[str, ...]:
    return tuple(_each(data, name, str, prefix))


def _objects(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return _each(data, name, dict)


def _each(data: Mapping[str, Any], name: str, kind: type[T], prefix: str = "") -> list[T]:
    items = _get(data, name, list, prefix) or []
    for n, item in enumerate(items):
        if not isinstance(item, kind):
            where = f"{prefix}{name}[{n}]"
            raise InvalidInput(f"{where}: expected {_kind_name(kind)}, got {_kind(item)}.", field=where)
    return items


def _object(data: Mapping[str, Any], name: str, *, required: bool = False) -> dict[str, Any]:
    value = _get(data, name, dict)
    if value is None and required:
        raise InvalidInput(f"{name} is missing.", field=name)
    return value or {}


def _truth(data: Mapping[str, Any], name: str, prefix: str = "") -> bool | None:
    return _get(data, name, bool, prefix)


def _number(data: Mapping[str, Any], name: str, prefix: str) -> int | float | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        raise InvalidInput(f"{prefix}{name}: expected a number, got {_kind(value)}.", field=f"{prefix}{name}")
    return int(value) if value == int(value) else value


def _year(data: Mapping[str, Any], prefix: str) -> int | None:
    for name in ("founded_year", "founded"):
        value = _number(data, name, prefix)
        if value is not None:
            if not isinstance(value, int) or not 1000 <= value <= 3000:
                raise InvalidInput(f"{prefix}{name}: {value} is not a year.", field=f"{prefix}{name}")
            return value
    return None


def _time(data: Mapping[str, Any], name: str, prefix: str = "") -> datetime | None:
    text = _find_text(data, name, prefix)
    return _parse(text, parse_time, f"{prefix}{name}") if text else None


def _uuid(data: Mapping[str, Any], name: str, prefix: str = "", hint: str = "It must be a UUID.") -> str:
    text = _text(data, name, prefix, required=True)
    return _parse(text, parse_id, f"{prefix}{name}", hint=hint)


def _parse(text: str, parse: Callable[[str], T], field: str, hint: str = "") -> T:
    try:
        return parse(text)
    except ValueError as error:
        raise InvalidInput(f"{field}: {str(error)[:120]}.", field=field, hint=hint) from error


def _value(data: Mapping[str, Any], name: str, prefix: str = "") -> str | None:
    value = data.get(name)
    return None if value is None else parse_value(name, value, field=f"{prefix}{name}")


def _read_location(data: Mapping[str, Any]) -> Location:
    return Location(
        location=_find_text(data, "location", "locations[]."),
        city=_find_text(data, "city", "locations[]."),
        region=_find_text(data, "region", "locations[]."),
        country=_find_text(data, "country", "locations[]."),
        latitude=_degrees(data, "latitude", 90),
        longitude=_degrees(data, "longitude", 180),
    )


def _degrees(data: Mapping[str, Any], name: str, most: int) -> float | None:
    value = _number(data, name, "locations[].")
    if value is not None and abs(value) > most:
        raise InvalidInput(f"locations[].{name}: {value} is beyond {most} degrees.", field=f"locations[].{name}")
    return value


def _read_compensation(data: Mapping[str, Any]) -> Compensation | None:
    pay = _object(data, "compensation")
    if not any(value is not None for value in pay.values()):
        return None
    period = pay.get("period")
    currency = _find_text(pay, "currency", "compensation.")
    low, high = _number(pay, "min", "compensation."), _number(pay, "max", "compensation.")
    if low is not None and high is not None and low > high:
        raise InvalidInput(f"compensation: min {low} is above max {high}.", field="compensation.min")
    return Compensation(
        min=low,
        max=high,
        currency=currency.upper() if currency else None,
        period=None if period is None else parse_value("period", period, field="compensation.period"),
    )


def _read_qualifications(data: Mapping[str, Any]) -> Qualifications:
    return Qualifications(
        must_have=_read_bucket(_object(data, "must_have")), preferred=_read_bucket(_object(data, "preferred"))
    )


def _read_bucket(data: Mapping[str, Any]) -> QualificationBucket:
    return QualificationBucket(
        education=_texts(data, "education"),
        certifications=_texts(data, "certifications"),
        skills=tuple(_read_skill(item) for item in _objects(data, "skills")),
    )


def _read_skill(data: Mapping[str, Any]) -> Skill:
    kind = data.get("type")
    if kind is None:
        raise InvalidInput("skills[].type is missing.", field="skills[].type", hint="hard or soft.")
    return Skill(
        name=_text(data, "name", "skills[].", required=True),
        type=parse_value("skill_type", kind, field="skills[].type"),
    )


_KINDS = {str: "a string", list: "a list", dict: "an object", bool: "true or false"}


def _kind_name(kind: type[Any]) -> str:
    return _KINDS.get(kind, kind.__name__)


def _kind(value: object) -> str:
    if value is None:
        return "null"
    return _KINDS.get(type(value), "a number" if isinstance(value, int | float) else type(value).__name__)
