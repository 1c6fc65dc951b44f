"""The change log's entries as readers see them."""

from __future__ import annotations

from datetime import datetime

import msgspec


class LogRow(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One position of the job log: an upsert (body set) or a tombstone (body None)."""

    seq: int
    id: str
    company_id: str
    at: datetime
    """updated_at of an upsert, time of removal of a tombstone."""
    body: bytes | None = None
    """Finished JSON of the job up to and including `"company":`; see `model.wire`."""
    reason: str | None = None
    terms: frozenset[str] = frozenset()
    """Filter terms of the job now (empty for a tombstone)."""
    past_terms: frozenset[str] = frozenset()
    """Terms that it ever had and has no more (all of them for a tombstone)."""


class Removal(msgspec.Struct, frozen=True):
    """A job to take out of the feed, and why (`model.visit.RemovalReason`)."""

    id: str
    reason: str
