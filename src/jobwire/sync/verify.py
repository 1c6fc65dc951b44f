"""Does the copy equal the feed? A full scan, compared id by id: versions and content, kept on disk meanwhile."""

from __future__ import annotations

import sqlite3
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from jobwire.errors import JobwireError
from jobwire.model.times import to_micros
from jobwire.sync.client import FeedClient
from jobwire.sync.content import Content, find_content
from jobwire.sync.page import Loop
from jobwire.sync.sinks.base import Sink

BATCH = 1000
MAX_IDS = 1000
"""Ids that are named for each kind of difference."""


class Drift(msgspec.Struct, kw_only=True):
    """The differences. `count` is how many ids differ; the lists name up to `MAX_IDS` of each kind."""

    feed: int = 0
    """Jobs in the feed."""
    copied: int = 0
    """Active rows in the copy."""
    count: int = 0
    missing: list[str] = []
    """In the feed, not (or not active) in the copy."""
    extra: list[str] = []
    """Active in the copy, not in the feed."""
    different: list[str] = []
    """In both, with another `updated_at`."""
    altered: list[str] = []
    """In both and of the same version, but not of the same content."""
    companies: int = 0
    """Jobs whose company is told differently: no drift, for a better profile makes no new version of a job."""
    filters: dict[str, Any] = {}
    """Of the copy, and so of the comparison."""
    watermark: datetime | None = None
    """What changed in the feed since then is for the next run, not a fault of the copy."""

    def lines(self, show: int = 20) -> list[str]:
        """For a person; names up to `show` ids of each kind."""
        text = [f"drift {self.count:,}: {self.feed:,} jobs in the feed, {self.copied:,} active rows in the copy"]
        for kind in ("missing", "extra", "different", "altered"):
            text += [f"{kind}: {id_}" for id_ in getattr(self, kind)[:show]]
        if self.count and self.watermark:
            text.append(
                f"The copy is of {self.watermark:%Y-%m-%d %H:%M:%S} UTC; sync first if the feed changed since."
            )
        if self.companies:
            text.append(
                f"{self.companies:,} jobs tell of their company as it was; --repair brings what it is now."
            )
        return text


def verify(
    client: FeedClient,
    sink: Sink,
    *,
    filters: dict[str, Any] | None = None,
    on_page: Callable[[int], None] = lambda _: None,
) -> Drift:
    """Compare. `filters`: those of the copy, by default the ones it was filled with; `on_page` is told how many
    jobs were read. The result is kept for `status` where the sink lets us."""
    drift = Drift()
    sink.open(read_only=True)
    try:
        checkpoint = sink.load("jobs")
        drift.watermark = checkpoint.watermark if checkpoint else None
        chosen = drift.filters = filters or (checkpoint.filters if checkpoint else {})
        with _scratch() as db:
            _read_feed(client, chosen, db, on_page)
            drift.feed = db.execute("SELECT count(*) FROM feed").fetchone()[0]
            _compare(db, sink.contents(), drift)
    finally:
        sink.close()
    _keep(sink, drift)
    return drift


@contextmanager
def _scratch() -> Iterator[sqlite3.Connection]:
    """A table for the feed's ids that is gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="jobwire-verify-") as folder,
        closing(sqlite3.connect(Path(folder) / "feed.db", isolation_level=None)) as db,
    ):
        db.execute("PRAGMA synchronous = OFF")
        db.execute("CREATE TABLE feed (id TEXT PRIMARY KEY, at INTEGER, job INTEGER, company INTEGER)")
        yield db


def _read_feed(
    client: FeedClient, filters: dict[str, Any], db: sqlite3.Connection, on_page: Callable[[int], None]
) -> None:
    cursor, rows, loop = None, 0, Loop()
    while True:
        page = client.fetch_jobs(cursor=cursor, filters=filters)
        loop.check(page)
        db.execute("BEGIN")
        db.executemany(
            "INSERT OR REPLACE INTO feed VALUES (?, ?, ?, ?)",
            ((row.id, _micros(row.updated_at), *find_content(row)) for row in page.columns),
        )
        db.execute("COMMIT")
        rows += len(page.rows)
        on_page(rows)
        if not page.has_more:
            return
        cursor = page.next_cursor


def _compare(
    db: sqlite3.Connection, copied: Iterator[tuple[str, datetime | None, Content]], drift: Drift
) -> None:
    """What the copy has is taken off the feed's list: what is left there is missing."""
    while batch := list(islice(copied, BATCH)):
        drift.copied += len(batch)
        db.execute("BEGIN")
        for id_, updated_at, content in batch:
            found = db.execute("DELETE FROM feed WHERE id = ? RETURNING at, job, company", (id_,)).fetchone()
            if found is None:
                _name(drift, drift.extra, id_)
            elif found[0] != _micros(updated_at):
                _name(drift, drift.different, id_)
            elif found[1] != content.job:
                _name(drift, drift.altered, id_)
            else:
                drift.companies += found[2] != content.company
        db.execute("COMMIT")
    drift.count += db.execute("SELECT count(*) FROM feed").fetchone()[0]
    drift.missing = [row[0] for row in db.execute("SELECT id FROM feed ORDER BY id LIMIT ?", (MAX_IDS,))]


def _name(drift: Drift, ids: list[str], id_: str) -> None:
    drift.count += 1
    if len(ids) < MAX_IDS:
        ids.append(id_)


def _micros(at: datetime | None) -> int | None:
    return None if at is None else to_micros(at)


def _keep(sink: Sink, drift: Drift) -> None:
    record = {"id": uuid.uuid4().hex, "kind": "verify", "started_at": datetime.now(UTC).isoformat()}
    try:
        with sink:
            sink.record({**record, "drift": drift.count, "feed": drift.feed, "copied": drift.copied})
    except JobwireError:
        pass  # a run is at it, or we may only read: the answer is the caller's, keeping it is a courtesy
