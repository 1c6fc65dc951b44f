"""`/openapi.json`: the true OpenAPI 3.1 document, made from the route table."""

from __future__ import annotations

import functools
from typing import Any

import msgspec

from jobwire.api.answer import JSON, Answer
from jobwire.api.auth import MAX_SECRET
from jobwire.api.call import Call
from jobwire.api.changes import LONGEST_WAIT_S, NDJSON
from jobwire.api.door import Endpoint
from jobwire.api.job_feeds import JSON_FEED, LARGEST, USUAL
from jobwire.api.problems import CONTENT_TYPE, TITLES
from jobwire.api.schemas import CURSOR, Schema, make_schemas, number_field, query_filters, time_field
from jobwire.api.search_schemas import GEOCODE_QUERY, make_search_schemas, search_query
from jobwire.api.server import Server

_ALWAYS = (
    "invalid_request",
    "request_too_large",
    "method_not_allowed",
    "request_timeout",
    "unsupported_encoding",
)
_KEYED = ("invalid_api_key", "not_entitled", "rate_limited")
_OBJECT: Schema = {"type": "object"}


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """What the route table does not say about an endpoint."""

    summary: str
    returns: str = ""
    """Schema of the answer; empty: an object."""
    reads: str = ""
    """Schema of the body."""
    query: dict[str, Schema] = {}
    required: tuple[str, ...] = ()
    """Names in the query that must be there."""
    status: int = 200
    errors: tuple[str, ...] = ()
    paged: bool = False
    content_type: str = JSON


_FEED = Operation(
    summary="Stream active jobs",
    returns="FeedPage",
    reads="FeedRequest",
    errors=("invalid_cursor", "insufficient_credits"),
    paged=True,
)
_EXPIRED = Operation(
    summary="List ids that expired",
    returns="ExpiredPage",
    query={
        "expired_since": time_field("Expired at or after; 24 hours ago if left out, at most 7 days ago."),
        "batch_size": number_field(1, 10_000, "Ids per page; 1000 if it is left out."),
        "limit": number_field(1, 10_000, "Another name of batch_size."),
        "cursor": CURSOR,
    },
    errors=("invalid_cursor", "lookback_exceeded"),
    paged=True,
)
_PUBLICATION = Operation(
    summary="Active jobs as JSON Feed 1.1",
    query={
        "cursor": CURSOR,
        "batch_size": number_field(1, LARGEST, f"Jobs per page; {USUAL} if it is left out."),
        "key": {"type": "string", "maxLength": MAX_SECRET, "description": "An API key, in place of a header."},
        **query_filters(),
    },
    errors=("invalid_cursor", "insufficient_credits"),
    paged=True,
    content_type=JSON_FEED,
)
OPERATIONS = {
    ("POST", "/api/jobs/feed"): _FEED,
    ("POST", "/api/feed/jobs"): msgspec.structs.replace(_FEED, summary="Stream active jobs (older path)"),
    ("GET", "/api/jobs/expired"): _EXPIRED,
    ("GET", "/api/feed/jobs/expired"): msgspec.structs.replace(_EXPIRED, summary="List expired ids (older path)"),
    ("POST", "/api/career-sites/feed"): Operation(
        summary="Stream career sites",
        returns="CareerSitesPage",
        reads="CareerSitesRequest",
        errors=("invalid_cursor", "insufficient_credits"),
        paged=True,
    ),
    ("GET", "/api/jobs/changes"): Operation(
        summary="Follow upserts and removals in the order of commit",
        returns="ChangesPage",
        query={
            "cursor": CURSOR,
            "batch_size": number_field(1, 1000, "Changes per page; 1000 if it is left out."),
            "wait": number_field(
                0, LONGEST_WAIT_S, "Seconds to wait at the end of the log for something to happen."
            ),
            **query_filters(),
        },
        errors=("invalid_cursor", "insufficient_credits", "resync_required"),
        paged=True,
    ),
    ("GET", "/api/jobs"): Operation(
        summary="Search jobs",
        returns="SearchPage",
        query=search_query(),
        errors=("insufficient_credits",),
    ),
    ("POST", "/api/jobs/search"): Operation(
        summary="Search jobs, with a body",
        returns="SearchPage",
        reads="SearchRequest",
        errors=("insufficient_credits",),
    ),
    ("GET", "/api/companies/{id}/jobs"): Operation(
        summary="Search the jobs of one company",
        returns="SearchPage",
        query=search_query(),
        errors=("insufficient_credits", "not_found"),
    ),
    ("GET", "/api/locations/geocode"): Operation(
        summary="Find the places that a text names",
        returns="GeocodeAnswer",
        query=GEOCODE_QUERY,
        required=("location",),
        errors=("insufficient_credits",),
    ),
    ("GET", "/feeds/jobs.json"): _PUBLICATION,
    ("GET", "/feeds/jobs.xml"): msgspec.structs.replace(
        _PUBLICATION, summary="Active jobs as the XML that job boards import", content_type="application/xml"
    ),
    ("GET", "/api/jobs/{id}"): Operation(summary="Get one job", returns="Job", errors=("not_found",)),
    ("GET", "/api/companies/{id}"): Operation(
        summary="Get a company's profile", returns="Company", errors=("not_found",)
    ),
    ("GET", "/health/live"): Operation(summary="Whether the process answers"),
    ("GET", "/health/ready"): Operation(summary="Whether the store answers"),
    ("GET", "/metrics"): Operation(summary="Prometheus metrics", content_type="text/plain"),
    ("GET", "/openapi.json"): Operation(summary="This document"),
    ("GET", "/api/admin/plans"): Operation(summary="List plans"),
    ("PUT", "/api/admin/plans/{name}"): Operation(summary="Make or replace a plan", reads="PlanBody"),
    ("GET", "/api/admin/accounts"): Operation(summary="List accounts with their balances"),
    ("POST", "/api/admin/accounts"): Operation(
        summary="Make an account", reads="AccountBody", status=201, errors=("conflict", "not_found")
    ),
    ("GET", "/api/admin/accounts/{id}"): Operation(summary="Get an account by id or name", errors=("not_found",)),
    ("PATCH", "/api/admin/accounts/{id}"): Operation(
        summary="Rename an account or change its plan", reads="AccountChange", errors=("not_found",)
    ),
    ("GET", "/api/admin/accounts/{id}/ledger"): Operation(
        summary="List a wallet's entries, newest first",
        query={"limit": number_field(1, 10_000, "Entries; 100 if it is left out.")},
        errors=("not_found",),
    ),
    ("POST", "/api/admin/accounts/{id}/ledger"): Operation(
        summary="Top up, grant or refund credits", reads="EntryBody", status=201, errors=("not_found",)
    ),
    ("GET", "/api/admin/accounts/{id}/usage"): Operation(
        summary="Usage by day, key and family",
        query={"since": time_field("From this day on; 30 days ago if it is left out.")},
        errors=("not_found",),
    ),
    ("GET", "/api/admin/keys"): Operation(
        summary="List keys",
        query={"account": {"type": "string", "maxLength": 500, "description": "Of this account, by id or name."}},
        errors=("not_found",),
    ),
    ("POST", "/api/admin/keys"): Operation(
        summary="Make a key, shown once", reads="KeyBody", status=201, errors=("not_found",)
    ),
    ("POST", "/api/admin/keys/{id}/revoke"): Operation(summary="End a key at once", errors=("not_found",)),
    ("POST", "/api/admin/keys/{id}/rotate"): Operation(
        summary="Replace a key, with an overlap", reads="RotationBody", status=201, errors=("not_found",)
    ),
}
"""Every route has its row here; a test compares."""


def get_openapi(server: Server, call: Call) -> Answer:
    """The document."""
    return Answer(body=server.openapi, headers={"Cache-Control": "public, max-age=300"})


@functools.cache
def describe(endpoints: tuple[Endpoint, ...]) -> bytes:
    """The document of these routes."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        operation = OPERATIONS[endpoint.method, endpoint.path]
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, operation)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "jobwire",
            "version": "1",
            "summary": "Job postings as a feed that keeps your database equal to it.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": _make_schemas(),
            "headers": _headers(),
            "responses": {code: _problem_response(code) for code in TITLES},
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }
    return msgspec.json.encode(document)


def _operation(endpoint: Endpoint, operation: Operation) -> dict[str, Any]:
    name = f"{endpoint.method} {endpoint.path}".replace("{", "").replace("}", "")
    described: dict[str, Any] = {
        "operationId": "_".join(part for part in name.lower().replace("/", " ").replace("-", "_").split()),
        "summary": operation.summary,
        "tags": ["admin" if endpoint.admin else endpoint.family or "general"],
        "parameters": _parameters(endpoint, operation),
        "responses": _responses(endpoint, operation),
    }
    if operation.reads:
        described["requestBody"] = _body(operation.reads)
    described["security"] = [{"key": []}, {"bearer": []}] if endpoint.keyed else []
    return described


def _make_schemas() -> dict[str, Schema]:
    return {**make_schemas(), **make_search_schemas()}


def _body(name: str) -> dict[str, Any]:
    """No body and null are an object without fields, where no field is required."""
    schema: Schema = {"$ref": f"#/components/schemas/{name}"}
    required = bool(_make_schemas()[name].get("required"))
    schema = schema if required else {"anyOf": [schema, {"type": "null"}]}
    return {"required": required, "content": {JSON: {"schema": schema}}}


def _parameters(endpoint: Endpoint, operation: Operation) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in endpoint.path.split("/") if part.startswith("{")]
    schema: Schema = {"type": "string", "minLength": 1, "maxLength": 100}
    if endpoint.path in ("/api/jobs/{id}", "/api/companies/{id}", "/api/companies/{id}/jobs"):
        schema = {"type": "string", "format": "uuid"}
    in_path = [{"name": name, "in": "path", "required": True, "schema": schema} for name in names]
    in_query = [
        {
            "name": name,
            "in": "query",
            "required": name in operation.required,
            "allowEmptyValue": name not in operation.required,
            "description": schema.get("description", ""),
            "schema": {key: value for key, value in schema.items() if key != "description"},
            **({"style": "form", "explode": True} if schema.get("type") == "array" else {}),
        }
        for name, schema in operation.query.items()
    ]
    return in_path + in_query


def _responses(endpoint: Endpoint, operation: Operation) -> dict[str, Any]:
    schema: Schema = {"$ref": f"#/components/schemas/{operation.returns}"} if operation.returns else _OBJECT
    content: dict[str, Any] = {operation.content_type: {"schema": schema}}
    if not operation.content_type.endswith("json"):
        content = {operation.content_type: {"schema": {"type": "string"}}}
    if operation.returns == "ChangesPage":
        content[NDJSON] = {
            "schema": {
                "type": "string",
                "description": "One change a line, the last of each batch with `cursor`.",
            }
        }
    names = ["X-Request-Id", "X-Ignored-Fields"]
    names += ["X-Has-More"] if operation.paged else []
    names += ["X-Credits-Balance", "X-Credits-Deducted"] if endpoint.metered else []
    names += list(_RATE_HEADERS) if endpoint.keyed else []
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    answers: dict[str, Any] = {
        str(operation.status): {"description": "Success.", "headers": headers, "content": content}
    }
    codes = [*_ALWAYS, *operation.errors, *(_KEYED if endpoint.keyed else ()), "temporarily_unavailable"]
    for code in codes:
        answers[str(TITLES[code][0])] = {"$ref": f"#/components/responses/{code}"}
    if operation.query:
        answers["414"] = {**_problem_response("invalid_request"), "description": "The query string is too long."}
        answers["431"] = {**_problem_response("invalid_request"), "description": "The headers are too large."}
    if endpoint.path == "/health/ready":
        answers["503"] = {"description": "The store does not answer.", "content": {JSON: {"schema": _OBJECT}}}
    return answers


def _problem_response(code: str) -> dict[str, Any]:
    names = {
        "rate_limited": ["Retry-After"],
        "temporarily_unavailable": ["Retry-After"],
        "insufficient_credits": ["X-Credits-Required", "X-Credits-Balance"],
        "method_not_allowed": ["Allow"],
    }.get(code, [])
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", *names)}
    schema = {"$ref": "#/components/schemas/Problem"}
    title = TITLES[code][1]
    return {"description": f"{title}.", "headers": headers, "content": {CONTENT_TYPE: {"schema": schema}}}


_RATE_HEADERS = {
    "X-RateLimit-Limit": "Requests allowed in the tightest window.",
    "X-RateLimit-Remaining": "Requests left in it.",
    "X-RateLimit-Reset": "When its oldest request leaves it, unix seconds.",
    "X-RateLimit-Group": "feed or general.",
}


def _headers() -> dict[str, Any]:
    texts = {
        "X-Request-Id": "Name of this request, also in the server's log.",
        "X-Ignored-Fields": "Fields of the request that were not used.",
        "X-Has-More": "As has_more in the body.",
        "X-Credits-Balance": "Credits left in the wallet.",
        "X-Credits-Deducted": "Credits that this answer cost.",
        "X-Credits-Required": "Credits that one row costs.",
        "Retry-After": "Seconds to wait before the same request is sent again.",
        "Allow": "Methods of this path.",
        **_RATE_HEADERS,
    }
    return {name: {"description": text, "schema": {"type": "string"}} for name, text in texts.items()}
