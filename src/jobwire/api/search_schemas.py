"""The shapes of search and geocoding in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from jobwire.api.geocode import MAX_TEXT as MAX_PLACE
from jobwire.api.geocode import METHOD
from jobwire.api.schemas import JOB_FILTERS, Schema, nullable, number_field, time_field
from jobwire.api.search_query import (
    DEFAULT_PAGE,
    GROUPS,
    JOB_FIELDS,
    LARGEST_PAGE,
    LONGEST_QUERY,
    MOST_QUERIES,
    MOST_USD,
    WINDOW,
)
from jobwire.store.search.base import FACETS, SORTS

_TEXT: Schema = {"type": "string", "maxLength": 500}
_QUERY_TEXT = 'Words, "exact phrases", -excluded. Empty: every job.'
_FLAG: Schema = {"type": "boolean"}
_SIMPLE: dict[str, Schema] = {
    "query": {**_TEXT, "maxLength": LONGEST_QUERY, "description": _QUERY_TEXT},
    "q": {**_TEXT, "maxLength": LONGEST_QUERY, "description": "Another name of query."},
    "queries": {
        "type": "array",
        "items": _TEXT,
        "maxItems": MOST_QUERIES,
        "description": "Several queries; jobs that match any of them.",
    },
    "search_descriptions": {**_FLAG, "description": "Whether words may be found in descriptions too; true."},
    "search_description": {**_FLAG, "description": "Another name of search_descriptions."},
    "is_remote": JOB_FILTERS["is_remote"],
    "remote": {**_FLAG, "description": "Another name of is_remote."},
    "posted_after": time_field("Posted by the employer at or after it (first indexed, if it gave no date)."),
    "posted_before": time_field("Posted by the employer at or before it."),
    "discovered_after": time_field("First indexed at or after it."),
    "discovered_before": time_field("First indexed at or before it."),
    "updated_after": JOB_FILTERS["updated_after"],
    "min_salary_usd": number_field(
        0, MOST_USD, "Yearly pay reaches it. Other currencies are converted coarsely."
    ),
    "max_salary_usd": number_field(0, MOST_USD, "Yearly pay begins at or below it."),
    "sort": {"type": "string", "enum": list(SORTS), "description": "relevance, if it is left out."},
    "page": number_field(1, WINDOW, f"From 1; page x page_size is at most {WINDOW}."),
    "page_size": number_field(1, LARGEST_PAGE, f"Jobs per page; {DEFAULT_PAGE} if it is left out."),
}
_GROUP_TEXTS = {
    "countries": "Any of these countries, by code or English name.",
    "regions": "Any of these regions, by name.",
    "cities": "Any of these cities, by name.",
    "skills": "Any of these skills, by name.",
    "companies": "Any of these companies, by id or name.",
    "industries": "Any of these industry tags of the company.",
}


def search_query() -> dict[str, Schema]:
    """Everything as query parameters; lists are repeated or comma-separated."""
    return {
        **_SIMPLE,
        **_groups(_words("A text such as `Berlin, Germany`, or a JSON object.")),
        **_shape(["none"]),
    }


def make_search_schemas() -> dict[str, Schema]:
    """Components by name."""
    place = {
        "anyOf": [{"type": "string", "maxLength": 500}, JOB_FILTERS["locations"]["items"]],
        "description": "A text such as `Berlin, Germany` or `Remote`, or an object as in the feed.",
    }
    fields = {**_SIMPLE, **_groups({"type": "array", "items": place, "maxItems": 500}), **_shape([])}
    return {
        "SearchRequest": {
            "type": "object",
            "description": "Every field is optional. Unknown fields are ignored and named in X-Ignored-Fields.",
            "properties": {name: nullable(schema) for name, schema in fields.items()},
            "examples": [{"query": '"backend engineer" -manager', "work_models": ["remote"], "page_size": 50}],
        },
        "SearchPage": _page(),
        "GeocodeAnswer": _geocode_answer(),
    }


def _groups(places: Schema) -> dict[str, Schema]:
    """The filters that include, and those that exclude, under all their names."""
    found: dict[str, Schema] = {}
    for prefix in ("", "exclude_"):
        for name, (spellings, _) in GROUPS.items():
            schema = (
                {"locations": places, **JOB_FILTERS}[name] if name in JOB_FILTERS else _words(_GROUP_TEXTS[name])
            )
            schema = places if name == "locations" else schema
            schema = {**schema, "description": f"None of these {name}."} if prefix else schema
            for spelling in spellings:
                text = f"Another name of {prefix}{name}."
                found[prefix + spelling] = schema if spelling == name else {**schema, "description": text}
    return found


def _shape(nothing: list[str]) -> dict[str, Schema]:
    """Which parts of the answer are wanted."""
    facets: Schema = {"type": "string", "enum": [*FACETS, *nothing]}
    field: Schema = {"type": "string", "enum": list(JOB_FIELDS)}
    return {
        "include_facets": _list(facets, "Counts to give; all if it is left out, none for an empty list."),
        "include_fields": _list(field, "Fields of jobs to give, beside id; all if it is left out."),
        "exclude_fields": _list(field, "Fields of jobs to leave out."),
    }


def _list(items: Schema, text: str) -> Schema:
    return {"type": "array", "items": items, "maxItems": 500, "description": text}


def _words(text: str) -> Schema:
    return _list(_TEXT, text)


def _page() -> Schema:
    count: Schema = {"type": "integer", "minimum": 0}
    entry = {
        "type": "object",
        "properties": {"key": {"type": "string"}, "count": count, "name": {"type": "string"}},
        "required": ["key", "count"],
    }
    job = {
        "anyOf": [
            {"$ref": "#/components/schemas/Job"},
            {"type": "object", "description": "With include_fields or exclude_fields.", "required": ["id"]},
        ]
    }
    properties: dict[str, Any] = {
        "jobs": {"type": "array", "items": job},
        "total": {**count, "description": "Jobs that match, also beyond the pages that can be read."},
        "page": count,
        "page_size": count,
        "total_pages": {**count, "description": f"Pages that can be read: of the first {WINDOW} jobs."},
        "facets": {
            "type": "object",
            "description": "The ten most frequent values of all that matches.",
            "additionalProperties": {"type": "array", "items": entry},
        },
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


GEOCODE_QUERY: dict[str, Schema] = {
    "location": {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_PLACE,
        "pattern": r"\S",
        "description": "A text such as `San Francisco, CA`.",
        "examples": ["San Francisco, CA"],
    }
}


def _geocode_answer() -> Schema:
    text: Schema = {"type": ["string", "null"]}
    number: Schema = {"type": ["number", "null"]}
    place: dict[str, Schema] = {
        "display_name": {"type": "string"},
        **dict.fromkeys(("city", "region", "country", "country_code"), text),
        **dict.fromkeys(("latitude", "longitude"), number),
    }
    properties: dict[str, Schema] = {
        "input": {"type": "string"},
        "succeeded": {"type": "boolean"},
        "locations": {
            "type": "array",
            "items": {"type": "object", "properties": place, "required": list(place)},
        },
        "method": {"type": ["string", "null"], "enum": [METHOD, None]},
        "error": text,
    }
    return {"type": "object", "properties": properties, "required": list(properties)}
