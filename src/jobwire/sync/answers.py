"""One HTTP answer: read within limits, its clock and credits understood, its errors sorted by what to do next."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec
import urllib3

from jobwire.errors import (
    ConfigError,
    InvalidCursor,
    InvalidInput,
    JobwireError,
    NotEntitled,
    OutOfCredits,
    RateLimited,
    ResyncRequired,
    StartOverError,
    StopError,
    Unauthorized,
    Unavailable,
)
from jobwire.sync.page import Headers
from jobwire.sync.rows import fold_keys

CHUNK_BYTES = 256 * 1024
DATE_GRAIN = timedelta(seconds=1)
"""A `Date` header is cut to whole seconds."""
MAX_AGE_S = 365 * 86_400.0
MAX_ANSWER_S = 1800.0
"""How long one answer may take to arrive, however steadily it trickles."""


class Stopped(StopError):
    """The caller asked to stop; everything that was written is a clean place to go on from."""


class NotOffered(StopError):
    """The server has no such endpoint or object (404, 405, 501)."""


class LookbackExceeded(StartOverError):
    """The server no longer lists removals that old: only a full scan can tell what is gone."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Status, body and what the headers say."""

    status: int
    body: bytes
    headers: Headers
    location: str | None = None
    etag: str | None = None
    retry_after_s: float | None = None


def read_answer(
    response: urllib3.BaseHTTPResponse,
    sent_at: datetime,
    elapsed: Callable[[], timedelta],
    stopped: Callable[[], bool],
    max_bytes: int,
) -> Answer:
    """The whole answer. Raises urllib3's errors where it is cut, ConfigError where it is too large."""
    server_now = _date(response.headers.get("Date"))
    at = sent_at if server_now is None else server_now - elapsed() - DATE_GRAIN
    at -= timedelta(seconds=min(_number(response.headers.get("Age")) or 0.0, MAX_AGE_S))
    body = _read_body(response, stopped, max_bytes)
    return Answer(
        status=response.status,
        body=body,
        location=response.headers.get("Location"),
        etag=response.headers.get("ETag"),
        retry_after_s=find_retry_after(response.headers.get("Retry-After"), server_now or sent_at),
        headers=Headers(
            at=at,
            bytes=len(body),
            credits_deducted=_number(response.headers.get("X-Credits-Deducted")),
            credits_balance=_number(response.headers.get("X-Credits-Balance")),
        ),
    )


def find_retry_after(text: str | None, now: datetime) -> float | None:
    """Seconds to wait: a number, or an HTTP date against the server's own clock. None where unreadable."""
    seconds = _number(text)
    if seconds is not None:
        return max(0.0, seconds)
    at = _date(text)
    return None if at is None else max(0.0, (at - now).total_seconds())


def raise_for(answer: Answer, *, has_cursor: bool) -> None:
    """Raise the error that `answer` stands for; a good one (2xx, 304) passes."""
    status = answer.status
    if 200 <= status < 300 or status == 304:
        return
    problem = _problem(answer.body)
    said = problem.get("detail") or problem.get("message") or problem.get("error") or problem.get("title")
    text = f"The server answered {status}" + (f": {_plain(said)}" if said else ".")
    raise _error(answer, status, problem, text, has_cursor)


def _error(answer: Answer, status: int, problem: dict[str, Any], text: str, has_cursor: bool) -> JobwireError:
    code = str(problem.get("code", ""))
    if 300 <= status < 400:
        where = _plain(answer.location or "nowhere")
        return ConfigError(f"The server redirects to {where}.", hint="Give that address; a key never follows.")
    if status == 400:
        return _bad_request(code, problem, text, has_cursor)
    if status == 409:
        cursor = problem.get("next_cursor") or problem.get("cursor")
        return ResyncRequired(text, cursor=cursor if isinstance(cursor, str) else "")
    if status == 429:
        return RateLimited(text, retry_after_s=answer.retry_after_s)
    if status in (408, 421, 425) or (status >= 500 and status != 501):
        return Unavailable(text, retry_after_s=answer.retry_after_s)
    kind = {401: Unauthorized, 402: OutOfCredits, 403: NotEntitled, 404: NotOffered, 405: NotOffered}
    return kind.get(status, NotOffered if status in (410, 501) else ConfigError)(text)


def _bad_request(code: str, problem: dict[str, Any], text: str, has_cursor: bool) -> JobwireError:
    words = " ".join(str(problem.get(name, "")) for name in ("title", "error", "message", "detail")).lower()
    if has_cursor and (code == "invalid_cursor" or "cursor" in words):
        return InvalidCursor(text)
    if code == "lookback_exceeded":
        return LookbackExceeded(text)
    return InvalidInput(text)


def _problem(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body[:65536])
    except (msgspec.DecodeError, RecursionError):
        return {}
    return fold_keys(found) if isinstance(found, dict) else {}


def _read_body(response: urllib3.BaseHTTPResponse, stopped: Callable[[], bool], max_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size, until = 0, time.monotonic() + MAX_ANSWER_S
    try:
        while chunk := response.read1(CHUNK_BYTES):
            size += len(chunk)
            chunks.append(chunk)
            if time.monotonic() > until:
                raise Unavailable(f"An answer that takes more than {MAX_ANSWER_S / 60:g} minutes.")
            if size > max_bytes:
                raise ConfigError(f"An answer of more than {max_bytes:,} bytes.", hint="Use smaller batches.")
            if stopped():
                raise Stopped("Stopped.")
    except BaseException:
        response.close()
        raise
    response.release_conn()
    return b"".join(chunks)


def _date(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _number(text: str | None) -> float | None:
    if not text or not re.fullmatch(r"\s*-?\d{1,15}(\.\d{1,15})?\s*", text):
        return None
    return float(text)


def _plain(said: object) -> str:
    """What a server says, fit for a terminal and a log line."""
    return "".join(c if c.isprintable() else " " for c in str(said)[:500])
