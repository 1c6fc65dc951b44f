"""Company profiles for the rows that are here: fetched once, asked again only when their career site changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime

from jobwire.sync.answers import NotOffered, Stopped
from jobwire.sync.client import FeedClient
from jobwire.sync.sinks.base import CompanyRow, Counts, Sink

BATCH = 50
"""Profiles a transaction."""


def fetch_companies(
    client: FeedClient, sink: Sink, limit: int, stop: threading.Event, now: Callable[[], datetime]
) -> Iterator[Counts]:
    """Fetch up to `limit` missing or outdated profiles. A company that the server does not know is kept as
    an empty profile, so that it is not asked for again. Raises Stopped."""
    wanted = sink.companies_to_fetch(limit)
    for start in range(0, len(wanted), BATCH):
        rows = []
        for company_id, etag in wanted[start : start + BATCH]:
            if stop.is_set():
                raise Stopped("Stopped.")
            at = now()
            try:
                profile = client.fetch_profile(company_id, etag=etag)
                rows.append(CompanyRow(id=company_id, body=profile.body, etag=profile.etag, fetched_at=at))
            except NotOffered:
                rows.append(CompanyRow(id=company_id, body=b"{}", etag=None, fetched_at=at))
        yield sink.write_companies(rows)
