"""Answers of a feed as they came: cut into the bytes of each object, read further only on demand."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from jobwire.errors import Unavailable
from jobwire.model.company import CareerSite
from jobwire.model.job import Job
from jobwire.sync.checkpoint import Witness
from jobwire.sync.rows import SentJob, SiteRow, find_job, find_site, fold_keys, spell_id
from jobwire.sync.times import find_time

_Row = TypeVar("_Row", SentJob, SiteRow)
WITNESS_AGE = timedelta(days=1)
MAX_REPEATS = 3
MAX_IDLE_PAGES = 1000
"""A server may answer with empty pages while it looks for rows that match; not without end."""


class Malformed(ValueError):
    """An answer that is not what the protocol promises; asking again may help."""


class Headers(msgspec.Struct, frozen=True, kw_only=True):
    """What every answer says beside its body. `at` is the server's clock when the request was sent."""

    at: datetime
    bytes: int = 0
    """Size of the body as it was used (decompressed)."""
    credits_deducted: float | None = None
    credits_balance: float | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One page: `rows` are the raw JSON bytes of its objects, in the server's order."""

    rows: list[bytes]
    next_cursor: str | None
    has_more: bool
    headers: Headers
    estimated_total: int | None = None
    cursor: str | None = None
    """The cursor that was asked for."""

    @property
    def content(self) -> int | None:
        """The same for the same rows; None where there are none."""
        return hash((len(self.rows), self.rows[0], self.rows[-1])) if self.rows else None

    @property
    def mark(self) -> int:
        """The same for the same page sent again."""
        return hash((self.next_cursor, self.content))


class JobPage(Page, frozen=True, kw_only=True):
    """A page of `POST /api/jobs/feed`."""

    @cached_property
    def columns(self) -> list[SentJob]:
        """The jobs, decoded once; of an id that comes twice the newest, and none without an id."""
        return _newest([row for row in map(find_job, self.rows) if row is not None])

    @property
    def unusable(self) -> int:
        """Objects that came without an id."""
        return sum(find_job(row) is None for row in self.rows) if len(self.columns) < len(self.rows) else 0

    def is_before(self, at: datetime) -> bool:
        """True where there are rows and all of them are of an earlier time."""
        times = [
            max((t for t in (row.updated_at, row.created_at, row.date_posted) if t is not None), default=at)
            for row in self.columns
        ]
        return bool(times) and max(times) < at

    def has_id(self, job_id: str) -> bool:
        return any(row.id == job_id for row in self.columns)

    def find_witness(self) -> Witness | None:
        """The latest edit of a job that was more than a day old when it was edited."""
        best: Witness | None = None
        for row in self.columns:
            if row.updated_at is None or row.created_at is None or (best and row.updated_at <= best.updated_at):
                continue
            if row.updated_at - max(row.created_at, row.date_posted or row.created_at) > WITNESS_AGE:
                best = Witness(id=row.id, updated_at=row.updated_at)
        return best

    @cached_property
    def jobs(self) -> list[Job]:
        """The jobs, typed. Raises `msgspec.ValidationError` where a job is not of the seeds' shape."""
        return [msgspec.json.decode(row, type=Job, strict=False) for row in self.rows]


class SitePage(Page, frozen=True, kw_only=True):
    """A page of `POST /api/career-sites/feed`."""

    @cached_property
    def columns(self) -> list[SiteRow]:
        """The sites as rows; of an id that comes twice the newest, and none without an id."""
        return _newest([row for row in map(find_site, self.rows) if row is not None])

    @property
    def unusable(self) -> int:
        """Objects that came without an id."""
        return sum(find_site(row) is None for row in self.rows) if len(self.columns) < len(self.rows) else 0

    def is_before(self, at: datetime) -> bool:
        """True where there are rows and all of them are of an earlier time."""
        return bool(self.columns) and all(
            row.updated_at is not None and row.updated_at < at for row in self.columns
        )

    @cached_property
    def career_sites(self) -> list[CareerSite]:
        return [msgspec.json.decode(row, type=CareerSite, strict=False) for row in self.rows]


def _newest(rows: list[_Row]) -> list[_Row]:
    """One row an id: of the latest `updated_at`, or the last one."""
    found = {row.id: row for row in rows}
    if len(found) < len(rows):
        for row in rows:
            had = found[row.id]
            if row.updated_at and had.updated_at and row.updated_at > had.updated_at:
                found[row.id] = row
    return list(found.values())


class Loop:
    """Notices a server that would keep its reader busy for ever: pages that go in a circle, or bring nothing."""

    def __init__(self) -> None:
        self._marks: set[int] = set()
        self._contents: set[int] = set()
        self._repeats = 0
        self._idle = 0

    def check(self, page: Page | ExpiredPage) -> None:
        """Raises Unavailable at the third page that came before, place and content alike (one page sent again
        is no loop), and after `MAX_IDLE_PAGES` in a row that were empty or known."""
        self._repeats += page.mark in self._marks
        self._marks.add(page.mark)
        self._idle = 0 if page.content is not None and page.content not in self._contents else self._idle + 1
        self._contents.add(page.content or 0)
        if page.has_more and self._repeats >= MAX_REPEATS:
            raise Unavailable(
                "The server sends the same pages again and again.", hint="Its cursor goes in a circle."
            )
        if page.has_more and self._idle >= MAX_IDLE_PAGES:
            raise Unavailable(
                f"The server sent {self._idle:,} pages in a row without anything new, and promises more.",
                hint="Its feed has no end.",
            )


class ExpiredPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of `GET /api/jobs/expired`."""

    job_ids: list[str]
    next_cursor: str | None
    has_more: bool
    headers: Headers
    cursor: str | None = None

    @property
    def content(self) -> int | None:
        """The same for the same ids; None where there are none."""
        ids = self.job_ids
        return hash((len(ids), ids[0], ids[-1])) if ids else None

    @property
    def mark(self) -> int:
        """The same for the same page sent again."""
        return hash((self.next_cursor, self.content))


class Removal(msgspec.Struct, frozen=True):
    """A change of the log that removes. `reason`: see `model.visit.RemovalReason`."""

    id: str
    reason: str
    at: datetime | None


class ChangePage(JobPage, frozen=True, kw_only=True):
    """A page of `GET /api/jobs/changes`: `rows` are its upserts; of one id only the last change is kept."""

    removals: list[Removal]

    @property
    def content(self) -> int | None:
        if not self.removals:
            return super().content
        return hash((super().content, tuple(removal.id for removal in self.removals)))


class _Place(msgspec.Struct, kw_only=True):
    """What follows the rows. A list that is null is empty, a cursor that is a number is its text."""

    next_cursor: str | int | None = None
    has_more: bool | None = None
    estimated_total: Any = None


class _Jobs(_Place, rename={"rows": "jobs"}):
    rows: list[msgspec.Raw] | None


class _Sites(_Place, rename={"rows": "career_sites"}):
    rows: list[msgspec.Raw] | None


class _Expired(_Place):
    job_ids: list[str | int | dict[str, Any] | None] | None


class _Change(msgspec.Struct):
    op: str
    job: msgspec.Raw = msgspec.Raw()
    id: str | None = None
    reason: str | None = None
    at: Any = None


class _Changes(_Place):
    changes: list[_Change] | None


class _Id(msgspec.Struct):
    id: str


_jobs = msgspec.json.Decoder(_Jobs)
_sites = msgspec.json.Decoder(_Sites)
_expired = msgspec.json.Decoder(_Expired)
_changes = msgspec.json.Decoder(_Changes)
_id = msgspec.json.Decoder(_Id)


def parse_jobs(body: bytes, headers: Headers, cursor: str | None) -> JobPage:
    """Raises Malformed."""
    page = _decode(_jobs, body, _Jobs)
    return JobPage(rows=_bytes(page.rows), **_place(page, cursor), headers=headers)


def parse_sites(body: bytes, headers: Headers, cursor: str | None) -> SitePage:
    """Raises Malformed."""
    page = _decode(_sites, body, _Sites)
    return SitePage(rows=_bytes(page.rows), **_place(page, cursor), headers=headers)


def parse_expired(body: bytes, headers: Headers, cursor: str | None) -> ExpiredPage:
    """Raises Malformed."""
    page = _decode(_expired, body, _Expired)
    place = _place(page, cursor)
    del place["estimated_total"]
    ids = [_expired_id(item) for item in page.job_ids or () if item is not None]
    return ExpiredPage(job_ids=ids, **place, headers=headers)


def _expired_id(item: str | int | dict[str, Any]) -> str:
    """An id, also where it comes as a number or in an object. Passing over one would lose a removal."""
    found = item if not isinstance(item, dict) else item.get("id") or item.get("job_id")
    if not isinstance(found, str | int) or isinstance(found, bool) or found == "":
        raise Malformed("an expired job without an id")
    return spell_id(str(found))


def parse_changes(body: bytes, headers: Headers, cursor: str | None) -> ChangePage:
    """Raises Malformed, also for an `op` that is not known: skipping it could lose a removal."""
    page = _decode(_changes, body, _Changes)
    upserts: dict[str, bytes] = {}
    removals: dict[str, Removal] = {}
    for change in page.changes or ():
        if change.op == "upsert" and (raw := bytes(change.job)):
            key = _id_of(raw) or f"?{len(upserts)}"
            upserts.pop(key, None)  # the last one counts, in its own place
            upserts[key] = raw
            removals.pop(key, None)
        elif change.op == "remove" and change.id:
            key = spell_id(change.id)
            removals[key] = Removal(key, change.reason or "source_removed", find_time(change.at))
            upserts.pop(key, None)
        else:
            raise Malformed(f"a change that cannot be read: op {change.op[:40]!r}")
    return ChangePage(
        rows=list(upserts.values()), removals=list(removals.values()), **_place(page, cursor), headers=headers
    )


def is_page(body: bytes, rows: str) -> bool:
    """False where it is a whole answer of another kind: a web page, or JSON without `rows`."""
    if body.lstrip()[:1] == b"<":
        return False
    try:
        found = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        return False
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return True  # cut, perhaps
    return rows in fold_keys(found)


def _decode(decoder: msgspec.json.Decoder[Any], body: bytes, kind: type[Any]) -> Any:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass
    try:  # other casing, numbers as text, bytes that are not UTF-8, half an emoji
        text = _ESCAPE.sub(_whole, body.decode("utf-8", "replace").lstrip("\ufeff"))
        outer = fold_keys(msgspec.json.decode(text, type=dict[str, msgspec.Raw]))
        return msgspec.json.decode(_join(outer), type=kind, strict=False)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise Malformed(f"not a page of the feed: {error}") from error


_ESCAPE = re.compile(r"\\(?:(u[dD][89abAB]..\\u[dD][c-fC-F]..)|(u[dD][89a-fA-F]..)|.)", re.DOTALL)
"""Any escape of a JSON text: a pair of surrogates, one without the other, or something else."""


def _whole(escape: re.Match[str]) -> str:
    """Half an emoji, which programs that cut texts write, is a character that nobody knows."""
    return r"\ufffd" if escape[2] else escape[0]


def _join(parts: dict[str, msgspec.Raw]) -> bytes:
    return b"{" + b",".join(msgspec.json.encode(k) + b":" + bytes(v) for k, v in parts.items()) + b"}"


def _place(page: Any, cursor: str | None) -> dict[str, Any]:
    """Where the page stands. A server that promises more but does not say where is malformed."""
    following = None if page.next_cursor in (None, "") else str(page.next_cursor)
    has_more = page.has_more if page.has_more is not None else following is not None
    if has_more and following is None:
        raise Malformed("has_more is true, but there is no next_cursor")
    total = _total(page.estimated_total)
    return {"next_cursor": following, "has_more": has_more, "cursor": cursor, "estimated_total": total}


def _total(said: object) -> int | None:
    """The server's estimate where it is one: it is shown to people, and never worth a failing page."""
    try:
        total = float(said) if isinstance(said, int | float | str) else -1.0
    except (ValueError, OverflowError):
        return None
    return int(total) if 0 <= total < 1e12 else None


def _bytes(rows: list[msgspec.Raw] | None) -> list[bytes]:
    return [bytes(row) for row in rows or ()]


def _id_of(raw: bytes) -> str | None:
    try:
        return spell_id(_id.decode(raw).id)
    except (msgspec.DecodeError, RecursionError):
        return None
