"""Answers of a feed as they came: cut into the bytes of each object, read further only on demand."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import msgspec

from jobwire.model.company import CareerSite
from jobwire.model.job import Job
from jobwire.sync.checkpoint import Witness
from jobwire.sync.rows import JobRow, SiteRow, find_job, find_site, fold_keys
from jobwire.sync.times import find_time

WITNESS_AGE = timedelta(days=1)


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
    def mark(self) -> int:
        """The same for the same page sent again."""
        ends = (self.rows[0], self.rows[-1]) if self.rows else ()
        return hash((self.next_cursor, len(self.rows), ends))


class JobPage(Page, frozen=True, kw_only=True):
    """A page of `POST /api/jobs/feed`."""

    @cached_property
    def columns(self) -> list[JobRow]:
        """The jobs as rows, decoded once; of an id that comes twice the last, and none without an id."""
        found = {row.id: row for row in map(find_job, self.rows) if row is not None}
        return list(found.values())

    @property
    def unusable(self) -> int:
        """Objects that came without an id."""
        return sum(find_job(row) is None for row in self.rows) if len(self.columns) < len(self.rows) else 0

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
        """The sites as rows; of an id that comes twice the last, and none without an id."""
        found = {row.id: row for row in map(find_site, self.rows) if row is not None}
        return list(found.values())

    @property
    def unusable(self) -> int:
        """Objects that came without an id."""
        return sum(find_site(row) is None for row in self.rows) if len(self.columns) < len(self.rows) else 0

    @cached_property
    def career_sites(self) -> list[CareerSite]:
        return [msgspec.json.decode(row, type=CareerSite, strict=False) for row in self.rows]


class ExpiredPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of `GET /api/jobs/expired`."""

    job_ids: list[str]
    next_cursor: str | None
    has_more: bool
    headers: Headers
    cursor: str | None = None

    @property
    def mark(self) -> int:
        """The same for the same page sent again."""
        return hash((self.next_cursor, len(self.job_ids), *self.job_ids[:1], *self.job_ids[-1:]))


class Removal(msgspec.Struct, frozen=True):
    """A change of the log that removes. `reason`: see `model.visit.RemovalReason`."""

    id: str
    reason: str
    at: datetime | None


class ChangePage(JobPage, frozen=True, kw_only=True):
    """A page of `GET /api/jobs/changes`: `rows` are its upserts; of one id only the last change is kept."""

    removals: list[Removal]

    @property
    def mark(self) -> int:
        return hash((super().mark, tuple(removal.id for removal in self.removals)))


class _Jobs(msgspec.Struct, rename={"rows": "jobs"}):
    rows: list[msgspec.Raw]
    next_cursor: str | None = None
    has_more: bool | None = None
    estimated_total: int | None = None


class _Sites(msgspec.Struct, rename={"rows": "career_sites"}):
    rows: list[msgspec.Raw]
    next_cursor: str | None = None
    has_more: bool | None = None


class _Expired(msgspec.Struct):
    job_ids: list[str]
    next_cursor: str | None = None
    has_more: bool | None = None


class _Change(msgspec.Struct):
    op: str
    job: msgspec.Raw = msgspec.Raw()
    id: str | None = None
    reason: str | None = None
    at: str | None = None


class _Changes(msgspec.Struct):
    changes: list[_Change]
    next_cursor: str | None = None
    has_more: bool | None = None


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
    return ExpiredPage(job_ids=page.job_ids, **_place(page, cursor), headers=headers)


def parse_changes(body: bytes, headers: Headers, cursor: str | None) -> ChangePage:
    """Raises Malformed, also for an `op` that is not known: skipping it could lose a removal."""
    page = _decode(_changes, body, _Changes)
    upserts: dict[str, bytes] = {}
    removals: dict[str, Removal] = {}
    for change in page.changes:
        if change.op == "upsert" and (raw := bytes(change.job)):
            key = _id_of(raw) or f"?{len(upserts)}"
            upserts.pop(key, None)  # the last one counts, in its own place
            upserts[key] = raw
            removals.pop(key, None)
        elif change.op == "remove" and change.id:
            removals[change.id] = Removal(change.id, change.reason or "source_removed", find_time(change.at))
            upserts.pop(change.id, None)
        else:
            raise Malformed(f"a change that cannot be read: op {change.op[:40]!r}")
    return ChangePage(
        rows=list(upserts.values()), removals=list(removals.values()), **_place(page, cursor), headers=headers
    )


def _decode(decoder: msgspec.json.Decoder[Any], body: bytes, kind: type[Any]) -> Any:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass
    try:  # other casing, numbers as text, bytes that are not UTF-8
        text = body.decode("utf-8", "replace")
        outer = fold_keys(msgspec.json.decode(text, type=dict[str, msgspec.Raw]))
        return msgspec.json.decode(_join(outer), type=kind, strict=False)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise Malformed(f"not a page of the feed: {error}") from error


def _join(parts: dict[str, msgspec.Raw]) -> bytes:
    return b"{" + b",".join(msgspec.json.encode(k) + b":" + bytes(v) for k, v in parts.items()) + b"}"


def _place(page: Any, cursor: str | None) -> dict[str, Any]:
    """Where the page stands. A server that promises more but does not say where is malformed."""
    has_more = page.has_more if page.has_more is not None else bool(page.next_cursor)
    if has_more and not page.next_cursor:
        raise Malformed("has_more is true, but there is no next_cursor")
    place: dict[str, Any] = {"next_cursor": page.next_cursor or None, "has_more": has_more, "cursor": cursor}
    if hasattr(page, "estimated_total"):
        place["estimated_total"] = page.estimated_total
    return place


def _bytes(rows: list[msgspec.Raw]) -> list[bytes]:
    return [bytes(row) for row in rows]


def _id_of(raw: bytes) -> str | None:
    try:
        return _id.decode(raw).id
    except (msgspec.DecodeError, RecursionError):
        return None
