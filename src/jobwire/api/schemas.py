"""The shapes of the OpenAPI document: requests as they are read, answers as they are written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from jobwire.api.admin import ALL, AccountBody, AccountChange, EntryBody, KeyBody, PlanBody, RotationBody
from jobwire.api.changes import GROUPS
from jobwire.api.fields import MAX_ITEMS, MAX_TEXT
from jobwire.api.filters import SITE_TIMES, YEARS
from jobwire.api.problems import TITLES
from jobwire.model.company import CareerSite, Company, CompanySummary
from jobwire.model.job import Compensation, Job, Location, QualificationBucket, Qualifications, Skill
from jobwire.model.vocabulary import (
    COMPANY_TYPES,
    EMPLOYMENT_TYPES,
    EXPERIENCE_LEVELS,
    PERIODS,
    SKILL_TYPES,
    WORKPLACE_TYPES,
)

Schema = dict[str, Any]
_PREFIX = "#/components/schemas/"
_WATERMARKS = {
    "posted_after": "Everything posted, first indexed, re-opened or changed at or after this time: the watermark "
    "of incremental syncs. It may return more than you need, never less.",
    "updated_after": "Created, changed or re-opened at or after this time.",
}
_SITE_TIMES = {
    "updated_after": "`updated_at` is strictly greater.",
    "discovered_after": "First discovered at or after this time.",
    "discovered_before": "First discovered strictly before this time.",
}
_EXAMPLE_TIME = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
EXAMPLE_JOB = Job(
    id="0a3f1b6e-6c1c-5d2f-9d0c-2f1f6f2f7a11",
    title="Senior Backend Engineer",
    normalized_title="backend_engineer",
    company=CompanySummary(
        id="9d5c2f0b-8a52-5d8c-8d0a-41f0a4b5e7d2",
        name="Acme",
        website="https://acme.example",
        industries=("fintech",),
        details_url="https://feed.example/api/companies/9d5c2f0b-8a52-5d8c-8d0a-41f0a4b5e7d2",
    ),
    description="We build payment systems.\n\nYou will own services in Python.",
    listing_url="https://jobs.acme.example/backend",
    apply_url="https://jobs.acme.example/backend/apply",
    locations=(Location(location="Berlin, Germany", city="Berlin", region="Berlin", country="DE"),),
    compensation=Compensation(min=80_000, max=100_000, currency="EUR", period="year"),
    employment_type="full_time",
    workplace_type="hybrid",
    experience_level="senior",
    source="greenhouse",
    created_at=_EXAMPLE_TIME,
    updated_at=_EXAMPLE_TIME,
    qualifications=Qualifications(must_have=QualificationBucket(skills=(Skill(name="Python", type="hard"),))),
)


def nullable(schema: Schema) -> Schema:
    """The schema or null: null is absent."""
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return {**schema, "type": [*kinds, "null"], **({"enum": [*schema["enum"], None]} if "enum" in schema else {})}


def time_field(text: str) -> Schema:
    return {"type": "string", "format": "date-time", "description": text, "examples": ["2026-03-01T08:00:00Z"]}


def number_field(low: int, high: int, text: str) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high, "description": text}


CURSOR: Schema = {
    "type": "string",
    "description": "Opaque: `next_cursor` of the page before. Sent alone it continues the scan, for ever.",
}


def _list(items: Schema, text: str) -> Schema:
    return {"type": "array", "items": items, "maxItems": MAX_ITEMS, "description": text}


def _words(values: tuple[str, ...] = ()) -> Schema:
    return {"type": "string", "enum": list(values)} if values else {"type": "string", "maxLength": MAX_TEXT}


_CLOSED = "Any of them. Case, `-`, `_` and blanks do not matter; common other spellings are accepted too."
_PLACE: Schema = {
    "type": "object",
    "description": "A missing part is a wildcard.",
    "properties": {
        "country": {**nullable(_words()), "description": "ISO 3166-1 alpha-2 code or English name."},
        "region": nullable(_words()),
        "city": nullable(_words()),
    },
}
JOB_FILTERS: dict[str, Schema] = {
    **{name: time_field(text) for name, text in _WATERMARKS.items()},
    "locations": _list(_PLACE, "Any of these places."),
    "sources": _list(_words(), "ATS ids, any of them: greenhouse, lever, ashby, ... (open set)."),
    "work_models": _list(_words(WORKPLACE_TYPES), _CLOSED),
    "employment_types": _list(_words(EMPLOYMENT_TYPES), _CLOSED),
    "experience_levels": _list(_words(EXPERIENCE_LEVELS), _CLOSED),
    "is_remote": {
        "type": "boolean",
        "description": "Older form of work_models: true is remote, false is not remote.",
    },
}
_SITE_FILTERS: dict[str, Schema] = {
    **{name: time_field(_SITE_TIMES[name]) for name in SITE_TIMES},
    "industries": _list(_words(), "Any of these industry tags."),
    "company_sizes": _list(_words(), "Any of these bands: 1-10, 11-50, 51-200, ..."),
    "country_codes": _list(_words(), "ISO 3166-1 alpha-2, any of them."),
    "funding_stages": _list(_words(), "Any of them: seed, series_a, ..."),
    "company_types": _list(_words(COMPANY_TYPES), _CLOSED),
    "founded_after": number_field(*YEARS, "Founded in or after this year."),
    "is_agency": {"type": "boolean", "description": "Only agencies, or no agencies."},
}


def _request(fields: dict[str, Schema], example: dict[str, Any]) -> Schema:
    properties = {name: nullable(schema) for name, schema in fields.items()}
    text = "Every field is optional. Unknown fields are ignored and named in X-Ignored-Fields."
    return {"type": "object", "description": text, "properties": properties, "examples": [example]}


def _page(name: str, items: Schema, *, cursor: Schema | None = None, **more: Schema) -> Schema:
    properties = {
        name: {"type": "array", "items": items},
        "next_cursor": cursor or {"type": ["string", "null"], "description": "Null at the end of the log."},
        "has_more": {"type": "boolean"},
    }
    return {"type": "object", "properties": {**properties, **more}, "required": list(properties)}


def _ref(name: str) -> Schema:
    return {"$ref": _PREFIX + name}


def make_schemas() -> dict[str, Schema]:
    """All components by name."""
    return {**_written(), **_read(), **_pages(), "Problem": _problem()}


def _written() -> dict[str, Schema]:
    """The nouns as they are written: every field is always there."""
    _, found = msgspec.json.schema_components([Job, CareerSite], ref_template=_PREFIX + "{name}")
    for schema in found.values():
        _complete(schema)
    job = found["Job"]["properties"]
    for name, values in (
        ("employment_type", EMPLOYMENT_TYPES),
        ("workplace_type", WORKPLACE_TYPES),
        ("experience_level", EXPERIENCE_LEVELS),
    ):
        job[name] = nullable(_words(values))
    found["Compensation"]["properties"]["period"] = nullable(_words(PERIODS))
    found["Skill"]["properties"]["type"] = _words(SKILL_TYPES)
    for name in ("Job", "CompanySummary", "CareerSite"):
        found[name]["properties"]["id"] = {"type": "string", "format": "uuid"}
    found["Job"]["examples"] = [msgspec.to_builtins(EXAMPLE_JOB)]
    _, profile = msgspec.json.schema_components([Company], ref_template=_PREFIX + "{name}")
    company = profile["Company"]
    company["description"] = (
        "All that is known of a company. Beyond these fields: funding, leadership, ratings, press, ..."
    )
    del company["properties"]["profile"]
    company["properties"]["details_url"] = {"type": "string"}
    _complete(company)
    return {**found, "Company": company}


def _complete(schema: Schema) -> None:
    """What is written has all its fields, and its times are RFC 3339."""
    schema["required"] = list(schema["properties"])
    for name, field in schema["properties"].items():
        field.pop("default", None)
        if name.endswith("_at") or name in ("date_posted", "valid_through"):
            text = next((option for option in field.get("anyOf", ()) if option["type"] == "string"), field)
            text["format"] = "date-time"


def _read() -> dict[str, Schema]:
    """Request bodies."""
    page = {"cursor": CURSOR, "batch_size": number_field(1, 1000, "Jobs per page; 1000 if it is left out.")}
    sites = {"cursor": CURSOR, "batch_size": number_field(1, 50, "Rows per page; 50 if it is left out.")}
    stable = {"stable_scan": {"type": "boolean", "description": "Accepted; every scan is stable."}}
    example = {"batch_size": 5, "work_models": ["remote", "hybrid"]}
    bodies = (PlanBody, AccountBody, AccountChange, EntryBody, KeyBody, RotationBody)
    _, admin = msgspec.json.schema_components(bodies, ref_template=_PREFIX + "{name}")
    families = {"enum": list(ALL)}
    admin["PlanBody"]["properties"]["prices"]["propertyNames"] = families
    admin["PlanBody"]["properties"]["limits"]["propertyNames"] = {"enum": ["general", "feed"]}
    return {
        "FeedRequest": _request({**page, **JOB_FILTERS, **stable}, example),
        "CareerSitesRequest": _request({**sites, **_SITE_FILTERS}, {"industries": ["fintech"]}),
        **admin,
    }


def _pages() -> dict[str, Schema]:
    """Answers with a cursor."""
    upsert = {
        "type": "object",
        "properties": {"op": {"const": "upsert"}, "job": _ref("Job")},
        "required": ["op", "job"],
    }
    reasons = ["source_removed", "deadline", "board_gone", "withdrawn", "filter_exit"]
    remove = {
        "type": "object",
        "properties": {
            "op": {"const": "remove"},
            "id": {"type": "string", "format": "uuid"},
            "reason": {"type": "string", "enum": reasons},
            "at": {"type": "string", "format": "date-time"},
        },
        "required": ["op", "id", "reason", "at"],
    }
    total = {
        "type": ["integer", "null"],
        "minimum": 0,
        "description": "On the first page: about how many there are.",
    }
    kept = {"type": "string", "description": "Always there: keep it in the transaction that stores the rows."}
    return {
        "Change": {"oneOf": [upsert, remove]},
        "FeedPage": _page("jobs", _ref("Job"), estimated_total=total),
        "ExpiredPage": _page("job_ids", {"type": "string", "format": "uuid"}),
        "CareerSitesPage": _page("career_sites", _ref("CareerSite")),
        "ChangesPage": _page("changes", _ref("Change"), cursor=kept),
    }


def _problem() -> Schema:
    """Every failure."""
    texts = ("type", "title", "detail", "error", "message")
    properties: dict[str, Schema] = {name: {"type": "string"} for name in texts}
    properties["status"] = {"type": "integer"}
    properties["code"] = {"type": "string", "enum": sorted(TITLES)}
    example = {
        "type": "/docs/errors#invalid_request",
        "title": "Invalid request",
        "status": 400,
        "detail": "batch_size: cannot read 0. The nearest accepted value is 1 (range 1 to 1000).",
        "code": "invalid_request",
        "error": "Invalid request",
        "message": "batch_size: cannot read 0. The nearest accepted value is 1 (range 1 to 1000).",
    }
    return {"type": "object", "properties": properties, "required": list(properties), "examples": [example]}


def query_filters() -> dict[str, Schema]:
    """The filters of the change feed as query parameters."""
    text = "A JSON object with country, region, city; may be repeated. Or use country=, region=, city=."
    named = {
        name: _list(_words(), f"Jobs in any of these, by {name}.") for name in GROUPS if name not in JOB_FILTERS
    }
    return {
        **JOB_FILTERS,
        **named,
        "locations": _list({"type": "string", "contentMediaType": "application/json"}, text),
    }
