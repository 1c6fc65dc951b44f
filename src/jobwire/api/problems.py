"""Error answers: one shape for every failure, and which error becomes which (contract, section 8)."""

from __future__ import annotations

from typing import Any

import msgspec

from jobwire import errors

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_S = 5
"""What a 503 asks for; the seeds' programs wait as long as it says."""

TITLES = {
    "invalid_request": (400, "Invalid request"),
    "invalid_cursor": (400, "Invalid cursor"),
    "lookback_exceeded": (400, "Lookback exceeded"),
    "invalid_api_key": (401, "Invalid API key"),
    "insufficient_credits": (402, "Insufficient credits"),
    "not_entitled": (403, "Not entitled"),
    "not_found": (404, "Not found"),
    "method_not_allowed": (405, "Method not allowed"),
    "request_timeout": (408, "Request timeout"),
    "conflict": (409, "Conflict"),
    "resync_required": (409, "Resync required"),
    "request_too_large": (413, "Request too large"),
    "unsupported_encoding": (415, "Unsupported content encoding"),
    "rate_limited": (429, "Rate limited"),
    "internal_error": (500, "Internal error"),
    "temporarily_unavailable": (503, "Temporarily unavailable"),
}
"""Code -> status and title. docs/errors.md explains each."""


class Problem(Exception):
    """An answer other than success. `detail` is a sentence for a person that says what to do next."""

    def __init__(self, code: str, detail: str, *, headers: dict[str, str] | None = None, **extras: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.status, self.title = TITLES[code]
        self.detail = detail
        self.headers = headers or {}
        self.extras = extras

    def body(self) -> bytes:
        """The problem document; `error` and `message` are for clients that read those names."""
        document = {
            "type": f"/docs/errors#{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "error": self.title,
            "message": self.detail,
        }
        return msgspec.json.encode(document | self.extras)


def to_problem(error: Exception) -> Problem:
    """The answer for any exception. What is not of ours is an internal error and says nothing of itself."""
    match error:
        case Problem():
            return error
        case errors.InvalidInput():
            return Problem("invalid_request", str(error), field=error.field or None)
        case errors.InvalidCursor():
            return Problem("invalid_cursor", str(error))
        case errors.ResyncRequired():
            return Problem("resync_required", str(error), cursor=error.cursor, next_cursor=error.cursor)
        case errors.Unauthorized():
            return Problem("invalid_api_key", str(error), headers={"WWW-Authenticate": "Bearer"})
        case errors.NotEntitled():
            return Problem("not_entitled", str(error))
        case errors.OutOfCredits():
            return Problem("insufficient_credits", str(error))
        case errors.RateLimited():
            return rate_limited(str(error), int(error.retry_after_s or 1))
        case errors.RetryError():
            return unavailable()
        case _:
            return Problem(
                "internal_error", "Something went wrong on our side. Try again; if it stays, report it."
            )


def rate_limited(detail: str, retry_after_s: int) -> Problem:
    """429 with the same number in the header and in the body."""
    return Problem(
        "rate_limited",
        detail,
        headers={"Retry-After": str(retry_after_s)},
        retry_after_seconds=retry_after_s,
    )


def unavailable(detail: str = "The store does not answer now.") -> Problem:
    """503 as the seeds' programs expect it."""
    return Problem(
        "temporarily_unavailable",
        f"{detail} Wait the seconds named in Retry-After, then send the same request again.",
        headers={"Retry-After": str(RETRY_AFTER_S)},
        retry_after_seconds=RETRY_AFTER_S,
    )
