"""What sync remembers between requests: saved in the same transaction as the rows it speaks of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """A job seen in a full scan that was edited long after it was posted: asked for by its edit time, it
    shows whether the server's `posted_after` returns edits."""

    id: str
    updated_at: datetime


class Scan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A scan in progress. Times are the server's."""

    full: bool
    started_at: datetime | None = None
    """When the round that this scan belongs to began: kept with the cursor, so a resumed run knows it."""
    since: datetime | None = None
    cursor: str | None = None
    pages: int = 0
    rows: int = 0
    total: int | None = None
    """As the server estimated it on the first page."""
    ended_at: datetime | None = None
    """The last page is written; only the settling is left."""
    confirming: bool = False
    """Second pass over the feed, because the first one would have removed most of the rows."""
    witness: Witness | None = None
    metered: bool = False


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where one stream of one database stands."""

    stream: str
    source: str
    """Base address of the feed."""
    filters: dict[str, Any] = {}
    mode: str = ""
    """`changes` (the change log), `feed` (the seeds' endpoints), "" (not yet known)."""
    cursor: str | None = None
    """Place in the change log."""
    watermark: datetime | None = None
    """Start of the last round that was completed; everything before it is here."""
    reconciled_at: datetime | None = None
    """Start of the last full scan: what was not in it is gone."""
    since_field: str = ""
    """What asks for edits: `updated_after`, `posted_after` (seen to return them), `none`, "" (not known)."""
    can_sweep: bool = True
    """False where the server has no `/expired`."""
    metered: bool = False
    """The last scan cost credits."""
    pages: int = 0
    """Pages of the last full scan."""
    scan: Scan | None = None


def encode(checkpoint: Checkpoint) -> str:
    return msgspec.json.encode(checkpoint).decode()


def decode(text: str) -> Checkpoint:
    return msgspec.json.decode(text, type=Checkpoint)
