"""Where a scan is: begun by a request's filters, continued by a cursor alone."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from jobwire.api.decoding import MAX_BODY_BYTES
from jobwire.api.fields import Fields
from jobwire.api.filters import (
    JOB_GROUPS,
    SITE_GROUPS,
    Reader,
    list_different,
    read_job_filters,
    read_site_filters,
)
from jobwire.model.cursor import Cursor, read_cursor, write_cursor
from jobwire.model.filters import JobFilters, SiteFilters


class JobScan(msgspec.Struct, frozen=True, kw_only=True):
    """A scan of the job log. Everything up to `seq` was delivered."""

    kind: str
    filters: JobFilters
    seq: int = 0
    batch_size: int
    first: bool = True
    """Whether this is its first page."""

    def cursor(self, seq: int, key: bytes) -> str:
        """The cursor that continues it behind `seq`."""
        place = Cursor(kind=self.kind, seq=seq, batch_size=self.batch_size, jobs=self.filters)
        return write_cursor(place, key)


class SiteScan(msgspec.Struct, frozen=True, kw_only=True):
    """A scan of the career-sites log."""

    filters: SiteFilters
    seq: int = 0
    batch_size: int
    first: bool = True

    def cursor(self, seq: int, key: bytes) -> str:
        """The cursor that continues it behind `seq`."""
        place = Cursor(kind="sites", seq=seq, batch_size=self.batch_size, sites=self.filters)
        return write_cursor(place, key)


def read_job_scan(
    fields: Fields,
    key: bytes,
    *,
    kind: str,
    largest: int,
    groups: Mapping[str, Reader] = JOB_GROUPS,
) -> JobScan:
    """The scan that a request begins or continues. Raises InvalidInput, InvalidCursor."""
    batch_size = fields.integer("batch_size", 1, largest)
    cursor = find_cursor(fields, key, kind)
    if cursor is None:
        filters = read_job_filters(fields, groups)
        return JobScan(kind=kind, filters=filters, batch_size=batch_size or largest)
    filters = cursor.jobs or JobFilters()
    fields.ignored += list_different(fields, filters, groups)
    return JobScan(
        kind=kind,
        filters=filters,
        seq=cursor.seq,
        batch_size=batch_size or cursor.batch_size or largest,
        first=False,
    )


def read_site_scan(fields: Fields, key: bytes, *, largest: int) -> SiteScan:
    """The scan that a request begins or continues. Raises InvalidInput, InvalidCursor."""
    batch_size = fields.integer("batch_size", 1, largest)
    cursor = find_cursor(fields, key, "sites")
    if cursor is None:
        return SiteScan(filters=read_site_filters(fields), batch_size=batch_size or largest)
    filters = cursor.sites or SiteFilters()
    fields.ignored += list_different(fields, filters, SITE_GROUPS)
    return SiteScan(
        filters=filters,
        seq=cursor.seq,
        batch_size=batch_size or cursor.batch_size or largest,
        first=False,
    )


def find_cursor(fields: Fields, key: bytes, kind: str) -> Cursor | None:
    """The cursor of a request, if it sent one. Raises InvalidInput, InvalidCursor."""
    text = fields.text("cursor", longest=MAX_BODY_BYTES)
    return read_cursor(text, key, kind) if text else None
