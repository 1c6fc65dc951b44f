"""What an ATS file is: a pure generator that yields requests and postings and never touches a socket.

    def read(board, known):
        response = yield Request(url=f"https://api.example.com/{board.token}/jobs")
        for row in rows(response.json()):
            yield RawPosting(...)
        return Reading(Completeness.COMPLETE, total=len(rows))

The driver (`collect.drive`) carries requests out and sends back each Response, whatever its status; a
request that got no answer is thrown into the file as the BoardError that it means.
For a list of requests, fetched side by side, it sends back the list of responses in the same order; there a
request without an answer becomes a Response of status 0, so that one lost page costs one page.
A posting needs no answer (it sends None).
`known` maps the id of every active posting of the board to its list_mark of the last visit ("" where it has
none): where a list row's mark is unchanged the file yields `Unchanged(posting_id)` instead of asking for the
detail page again. An empty `known` means the first visit.
What walks have in common (counting, skipping a bad row, details in batches) is in `collect.walk`.

Errors are those of `jobwire.errors`: BoardGone, BoardBlocked, BoardBroken, BoardUnreachable.
A saved response is the test of an ATS file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Mapping
from typing import Any, Protocol, TypeAlias

import msgspec

from jobwire.errors import BoardBlocked, BoardBroken, BoardGone, BoardUnreachable
from jobwire.model.board import Board
from jobwire.model.raw import RawCompany, RawPosting
from jobwire.model.visit import Completeness


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP request. `json_body` makes it a JSON POST (unless `method` says otherwise)."""

    url: str
    method: str = ""
    json_body: Any = None
    headers: dict[str, str] = {}
    conditional: bool = True
    """May be sent with the validators of last time; a 304 is answered from the kept body."""
    follow_redirects: bool = True

    @property
    def verb(self) -> str:
        return self.method or ("POST" if self.json_body is not None else "GET")


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP answer, whole. `url` is the final one, after redirects."""

    status: int
    """0 where there was no answer (only inside a list of responses)."""
    url: str
    body: bytes = b""
    headers: dict[str, str] = {}
    """Lower-case names."""

    @property
    def text(self) -> str:
        """Body as text: charset of the content type, else UTF-8; wrong bytes become U+FFFD."""
        charset = "utf-8"
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.partition("=")
            if name.strip().lower() == "charset" and value:
                charset = value.strip().strip('"')
        try:
            return self.body.decode(charset, "replace").removeprefix("\ufeff")
        except LookupError:
            return self.body.decode("utf-8", "replace").removeprefix("\ufeff")

    def json(self) -> Any:
        """Body as JSON. Raises BoardBroken (HTML instead of JSON, cut off, not UTF-8)."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            try:  # rarely: a BOM, a lone surrogate, NaN
                return json.loads(self.body.decode("utf-8-sig", "replace"))
            except (ValueError, RecursionError) as error:
                raise BoardBroken(
                    f"{self.url} answered {self.status} with something that is not JSON: "
                    f"{self.body[:60].decode('utf-8', 'replace')!r}."
                ) from error

    def check(self) -> Response:
        """Itself if the status is 2xx. Raises the board error that the status means."""
        if 200 <= self.status < 300:
            return self
        message = f"{self.url} answered {self.status}."
        if self.status in (404, 410):
            raise BoardGone(message)
        if self.status in (401, 403, 407, 429, 451):
            raise BoardBlocked(message)
        if self.status >= 500 or self.status in (0, 408):
            raise BoardUnreachable(message)
        raise BoardBroken(message)


class Unchanged(msgspec.Struct, frozen=True):
    """The posting is still there; keep what we have of it, and its old list mark.

    Because its list row says that nothing changed, or because its detail page could not be read this time.
    """

    posting_id: str


class Reading(msgspec.Struct, frozen=True):
    """What the file returns at its end."""

    completeness: Completeness
    total: int | None = None
    """What the ATS itself declared, if it does."""
    company: RawCompany | None = None
    note: str = ""


Step: TypeAlias = Request | list[Request] | RawPosting | Unchanged
Answer: TypeAlias = Response | list[Response] | None
Reader: TypeAlias = Generator[Step, Any, Reading]
Known: TypeAlias = Mapping[str, str]


class Ats(Protocol):
    """One ATS. Implementations are modules' `ATS` objects, listed in `collect/ats/__init__.py`."""

    name: str
    """The id on the wire: `greenhouse`."""
    absence_is_proof: bool
    """A complete list without a posting proves that it is closed (with the absence rule)."""
    missing_detail_is_proof: bool
    """A 404 of the detail page proves it too. False for Lever: confidential postings answer 404."""
    max_parallel: int
    """Requests side by side that its host bears."""

    def find_in_url(self, url: str) -> Board | None:
        """The board that this URL belongs to (list, posting, API or embed URL), from the text alone."""

    def find_in_page(self, url: str, html: str) -> list[Board]:
        """Boards that the page at `url` embeds or links to, best evidence first."""

    def board_url(self, board: Board) -> str:
        """The page that people visit."""

    def read(self, board: Board, known: Known) -> Reader:
        """Walk the board."""


def get_list(data: Any, *path: str, url: str = "") -> list[Any]:
    """The list at `path` of decoded JSON. Raises BoardBroken where it is missing or no list."""
    node = data
    for name in path:
        node = node.get(name) if isinstance(node, dict) else None
    if not isinstance(node, list):
        where = ".".join(path) or "the answer"
        raise BoardBroken(f"{url or 'The board'}: expected a list at {where}, got {type(node).__name__}.")
    return node


def get_text(data: Any, *path: str) -> str | None:
    """The stripped text (numbers too) at `path`, or None where it is missing, empty or of another type."""
    node = data
    for name in path:
        node = node.get(name) if isinstance(node, dict) else None
    if isinstance(node, bool) or not isinstance(node, str | int | float):
        return None
    if isinstance(node, float) and node.is_integer() and abs(node) < 1e15:
        node = int(node)  # 4012345.0 is the id 4012345
    return str(node).strip() or None


def make_mark(row: Any) -> str:
    """Fingerprint of a list row, for `RawPosting.list_mark`."""
    return hashlib.sha256(msgspec.json.encode(row, order="sorted")).hexdigest()[:16]
