"""Log lines: one event is one line, keys are never in it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
import structlog

from jobwire.api.logs import configure_logs


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_a_caller_sends_cannot_forge_a_line_and_keys_are_redacted(form: str) -> None:
    stream = io.StringIO()
    configure_logs(form, stream)
    path = '/x\nlevel=error event="forged"\x1b[31m jw_live_0123456789abcdef'
    structlog.get_logger().info("request", path=path, authorization="Bearer abc", status=200)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1 and "\x1b" not in lines[0]
    assert "0123456789abcdef" not in lines[0] and "Bearer" not in lines[0] and "jw_live_[redacted]" in lines[0]
    if form == "json":
        line = json.loads(lines[0])
        assert (line["event"], line["status"], line["level"]) == ("request", 200, "info")


def test_an_exception_is_part_of_its_line() -> None:
    stream = io.StringIO()
    configure_logs("json", stream)
    try:
        raise ValueError("jw_test_0123456789")
    except ValueError:
        structlog.get_logger().exception("internal error")
    line = json.loads(stream.getvalue())
    assert "ValueError" in line["exception"] and "0123456789" not in line["exception"]
