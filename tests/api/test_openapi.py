"""The OpenAPI document is true: complete, valid, and a fuzzer that reads it finds nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import jsonschema_rs
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.specs.openapi import checks as openapi_checks

from jobwire.api.app import ENDPOINTS
from jobwire.api.openapi import OPERATIONS, describe
from jobwire.api.problems import TITLES
from jobwire.api.schemas import EXAMPLE_JOB

DOCUMENT = json.loads(describe(ENDPOINTS))
SAME = ("/api/feed/jobs", "/api/feed/jobs/expired", "/openapi.json", "/metrics", "/health/live")
"""Older names of other paths, and paths that read nothing of a request."""


def refuses_what_is_wrong(ctx: Any, response: Any, case: Any) -> bool | None:
    """Unless it is only wrong as a value, not as it is sent: in a query string `true` is a text and `{}` is nothing."""
    try:
        return cast("bool | None", openapi_checks.negative_data_rejection(ctx, response, case))
    except AcceptedNegativeData:
        sent = parse_qs(urlsplit(response.request.url).query)
        schemas = {field.name: field.definition["schema"] for field in case.operation.query}
        wrong = {mutation.parameter for mutation in case.meta.phase.data.mutations}
        if not wrong <= schemas.keys() or not all(
            name not in sent or jsonschema_rs.is_valid(schemas[name], sent[name]) for name in wrong
        ):
            raise
        return None


CHECKS = (
    not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    refuses_what_is_wrong,
    openapi_checks.unsupported_method,
    openapi_checks.ignored_auth,
)


def test_every_route_is_described_and_nothing_else() -> None:
    assert {(e.method, e.path) for e in ENDPOINTS} == set(OPERATIONS)


def test_every_code_is_explained_on_the_errors_page() -> None:
    text = (Path(__file__).parents[2] / "docs" / "errors.md").read_text()
    assert [code for code in TITLES if f"## {code}\n" not in text] == []


def test_the_examples_keep_to_the_schemas() -> None:
    for name in ("Job", "Problem", "FeedRequest", "CareerSitesRequest"):
        schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
        for example in DOCUMENT["components"]["schemas"][name]["examples"]:
            jsonschema_rs.validate(schema, example)
    assert (
        msgspec.convert(DOCUMENT["components"]["schemas"]["Job"]["examples"][0], type(EXAMPLE_JOB)) == EXAMPLE_JOB
    )


def test_the_document_is_public(client: Any) -> None:
    client.key = ""
    assert client.get("/openapi.json").json() == DOCUMENT


@pytest.mark.parametrize("path", sorted({e.path for e in ENDPOINTS if not e.admin and e.path not in SAME}))
def test_a_fuzzer_finds_nothing(world: Any, serve: Any, path: str) -> None:
    client = serve(bad_keys_per_minute=100_000)
    world.publish(*range(30))
    world.expire(1, 2)
    client.wait_for(lambda: client.get("/api/jobs").status == 200)  # until then search answers 503
    fuzz(client, path, client.key)


def test_a_fuzzer_finds_nothing_in_administration(world: Any, serve: Any) -> None:
    client = serve(bad_keys_per_minute=100_000)
    key = world.add_key("jw_live_admin0000000000000", admin=True)
    for path in sorted({e.path for e in ENDPOINTS if e.admin}):
        fuzz(client, path, key, examples=2)


def fuzz(client: Any, path: str, key: str, examples: int = 4) -> None:
    """Requests made from the document, valid and not, with every check of the fuzzer."""
    load_all_checks()
    schema = schemathesis.openapi.from_url(f"{client.base}/openapi.json")
    for found in schema.include(path_regex=f"^{path.replace('{', '.').replace('}', '.')}$").get_all_operations():
        operation = found.ok()

        @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @_given(operation)
        def attack(case: Any) -> None:
            case.call_and_validate(headers={"X-Api-Key": key}, checks=CHECKS)

        attack()


def _given(operation: Any) -> Any:
    from hypothesis import given

    strategies = [operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode]
    return given(case=strategies[0] | strategies[-1])
