"""What lists of jobs show of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from jobwire.api.server import Server
from jobwire.model.change import LogRow
from jobwire.model.job import Location
from jobwire.store.records import Row


class _Company(msgspec.Struct):
    name: str = ""


class Headline(msgspec.Struct):
    """A job in a list. `company.name` is empty where it is not known."""

    id: str
    title: str
    source: str
    company: _Company
    created_at: datetime
    date_posted: datetime | None = None
    locations: tuple[Location, ...] = ()
    workplace_type: str | None = None

    @property
    def posted_at(self) -> datetime:
        """By the employer; first indexed, where it gave no date."""
        return self.date_posted or self.created_at


_read_headlines = msgspec.json.Decoder(list[Headline]).decode


def read_headlines(server: Server, rows: Sequence[Row | LogRow]) -> dict[int, Headline]:
    """Those of the active rows, by position."""
    active = [Row(row.seq, row.company_id, row.body) for row in rows if row.body]
    pieces = server.companies.embed(active, "")
    found = _read_headlines(b"".join((b"[", *pieces, b"]")))
    return dict(zip((row.seq for row in active), found, strict=True))
