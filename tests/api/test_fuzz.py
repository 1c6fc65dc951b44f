"""Whatever is sent: no 500, and what is not a key or a cursor is never taken for one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobwire.api.call import Call
from jobwire.api.decoding import parse_body
from jobwire.api.fields import Fields, list_ignored
from jobwire.api.filters import JOB_GROUPS, JOB_TIMES, read_job_filters, read_site_filters
from jobwire.errors import InvalidCursor, InvalidInput
from jobwire.model.cursor import MAX_LENGTH, Cursor, read_cursor, write_cursor

KEY = bytes(32)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def dump(value: Any) -> bytes:
    return json.dumps(value).encode()


NAMES = ("batch_size", "cursor", "stable_scan", *JOB_TIMES, *JOB_GROUPS)


@given(st.binary(max_size=300))
def test_any_bytes_as_a_body(raw: bytes) -> None:
    try:
        assert isinstance(parse_body(raw), dict)
    except InvalidInput as error:
        assert error.message


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), values, max_size=6))
def test_any_value_in_any_field(body: dict[str, Any]) -> None:
    fields = Fields(body, NAMES)
    for read in (read_job_filters, read_site_filters):
        try:
            filters = read(fields)
        except InvalidInput:
            continue
        assert len(write_cursor(Cursor(kind="jobs", seq=2**62, jobs=None), KEY)) < MAX_LENGTH
        assert filters == read(fields)


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=30)), max_size=8))
def test_any_query(pairs: list[tuple[str, str]]) -> None:
    fields = Fields.of_query(pairs, NAMES)
    try:
        read_job_filters(fields)
        fields.integer("batch_size", 1, 10)
    except InvalidInput:
        pass
    assert list_ignored(fields.ignored).isprintable() and list_ignored(fields.ignored).isascii()


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda raw: "1" + raw.decode("latin-1")))
def test_no_text_is_a_cursor(text: str) -> None:
    with pytest.raises(InvalidCursor):
        read_cursor(text, KEY, "jobs")


@given(st.integers(0, 200), st.integers(1, 255))
def test_no_altered_byte_of_a_cursor_is_accepted(place: int, change: int) -> None:
    good = write_cursor(Cursor(kind="jobs", seq=12_345, batch_size=7), KEY)
    place %= len(good)
    bad = good[:place] + chr(ord(good[place]) ^ (change % 127 or 1)) + good[place + 1 :]
    with pytest.raises(InvalidCursor):
        read_cursor(bad, KEY, "jobs")
    with pytest.raises(InvalidCursor):
        read_cursor(good, bytes([1] * 32), "jobs")


def test_the_largest_filters_still_fit_into_a_cursor() -> None:
    body = {"sources": [f"{n:04d}" + "ü" * 20 for n in range(200)]}
    cursor = Cursor(kind="jobs", seq=2**62, jobs=read_job_filters(Fields(body, NAMES)))
    assert len(write_cursor(cursor, KEY)) <= MAX_LENGTH
    with pytest.raises(InvalidInput, match="too large"):
        read_job_filters(Fields({"sources": [f"{n:04d}" + "ü" * 20 for n in range(400)]}, NAMES))


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_host_gives_a_url_that_is_safe_inside_json(host: bytes, scheme_header: bytes) -> None:
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [(b"host", host), (b"x-request-id", scheme_header)],
        "query_string": b"",
        "server": ("127.0.0.1", 80),
        "client": None,
    }
    call = Call(scope)
    assert json.loads(f'"{call.base_url}"') == call.base_url and call.base_url.startswith("http://")
    assert call.request_id.isascii() and call.request_id.isprintable()


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(key=st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=60))
def test_no_text_is_a_key(idle: Any, key: str) -> None:
    reply = idle.get("/api/jobs/expired", X_Api_Key=key)
    assert reply.status in (400, 401), (key, reply.data)


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(body=st.binary(max_size=100) | st.dictionaries(st.sampled_from(NAMES), values).map(dump))
def test_no_body_is_an_error_of_ours(idle: Any, body: bytes) -> None:
    for path in ("/api/jobs/feed", "/api/career-sites/feed"):
        assert idle.send("POST", path, body).status in (200, 400)
