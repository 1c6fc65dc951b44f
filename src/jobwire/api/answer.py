"""What an endpoint gives back: ready bytes, and what is owed for them."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import msgspec

from jobwire.api.page_file import Part
from jobwire.api.problems import CONTENT_TYPE, Problem
from jobwire.model.account import CREDIT, Hold

JSON = "application/json"


class Answer(msgspec.Struct, kw_only=True):
    """One response: `body`, or `parts` of a larger one, or a `stream` of an unknown length."""

    body: bytes = b""
    parts: list[Part] = []
    stream: AsyncGenerator[bytes, None] | None = None
    status: int = 200
    content_type: str = JSON
    headers: dict[str, str] = {}
    rows: int = 0
    hold: Hold | None = None
    """Credits set aside for it: settled when it was handed to the socket, else given back."""
    encoding: str = ""
    """Content encoding that the body has already."""
    code: str = ""
    """Of a problem."""

    @property
    def size(self) -> int:
        """Bytes of its body, as they are sent."""
        return len(self.body) + sum(map(len, self.parts))


def json_answer(value: object, *, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """A small document, encoded here."""
    return Answer(body=msgspec.json.encode(value), status=status, headers=headers or {})


def problem_answer(problem: Problem) -> Answer:
    return Answer(
        body=problem.body(),
        status=problem.status,
        content_type=CONTENT_TYPE,
        headers=dict(problem.headers),
        code=problem.code,
    )


def format_credits(amount: int) -> str:
    """Micro-credits as a decimal number of credits without needless digits: 500000 -> 0.5."""
    whole, part = divmod(abs(amount), CREDIT)
    text = f"{whole}.{part:06d}".rstrip("0").rstrip(".") if part else str(whole)
    return f"-{text}" if amount < 0 else text
