"""Does the copy equal the feed? A full scan, compared id by id: versions and content, kept on disk meanwhile."""

from __future__ import annotations

import sqlite3
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from jobwire.errors import JobwireError
from jobwire.model.times import to_micros
from jobwire.sync.answers import NotOffered
from jobwire.sync.client import FeedClient
from jobwire.sync.content import Content, find_content
from jobwire.sync.page import JobPage, Loop, SitePage
from jobwire.sync.sinks.base import Sink

BATCH = 1000
MAX_IDS = 1000
"""Ids that are named for each kind of difference."""


class _Differences(msgspec.Struct, kw_only=True):
    """Between a feed's rows and the copy's. `count` is how many ids differ; the lists name `MAX_IDS` each."""

    feed: int = 0
    """Rows of the feed."""
    copied: int = 0
    """Rows of the copy; of jobs, the active ones."""
    count: int = 0
    missing: list[str] = []
    """In the feed, not (or not active) in the copy."""
    extra: list[str] = []
    """(Active) in the copy, not in the feed."""
    different: list[str] = []
    """In both, with another `updated_at`."""
    altered: list[str] = []
    """In both and of the same version, but not of the same content: columns, locations or body."""
    filters: dict[str, Any] = {}
    """Of the copy, and so of the comparison."""


class SiteDrift(_Differences, kw_only=True):
    """Of career sites. They do not expire, so `extra` ones are kept, and are no part of `count`."""

    def lines(self, show: int = 20) -> list[str]:
        text = [f"career sites: drift {self.count:,}, {self.feed:,} in the feed, {self.copied:,} in the copy"]
        for kind in ("missing", "different", "altered"):
            text += [f"{kind} career site: {id_}" for id_ in getattr(self, kind)[:show]]
        if self.extra:
            text.append(f"{len(self.extra):,} career sites are kept that the feed no longer shows.")
        return text


class Drift(_Differences, kw_only=True):
    """Of jobs, and of career sites where they were compared."""

    companies: int = 0
    """Jobs whose company is told differently: no drift, for a better profile makes no new version of a job."""
    sites: SiteDrift | None = None
    """Of career sites, where they were compared; its `count` is part of ours."""
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
        return text + (self.sites.lines(show) if self.sites else [])


def verify(
    client: FeedClient,
    sink: Sink,
    *,
    filters: dict[str, Any] | None = None,
    streams: Sequence[str] = ("jobs", "career_sites"),
    on_page: Callable[[int], None] = lambda _: None,
) -> Drift:
    """Compare. `filters`: those of the copy, by default the ones it was filled with; `streams`: what to compare
    of that which was copied; `on_page` is told how many rows were read. The result is kept for `status` where
    the sink lets us."""
    drift = Drift()
    sink.open(read_only=True)
    try:
        if "jobs" in streams:
            _verify_jobs(client, sink, filters, drift, on_page)
        checkpoint = sink.load("career_sites") if "career_sites" in streams else None
        if checkpoint is not None:
            drift.sites = _verify_sites(client, sink, checkpoint.filters, on_page)
            drift.count += drift.sites.count if drift.sites else 0
    finally:
        sink.close()
    _keep(sink, drift)
    return drift


def _verify_jobs(
    client: FeedClient, sink: Sink, filters: dict[str, Any] | None, drift: Drift, on_page: Callable[[int], None]
) -> None:
    checkpoint = sink.load("jobs")
    drift.watermark = checkpoint.watermark if checkpoint else None
    chosen = drift.filters = filters or (checkpoint.filters if checkpoint else {})
    with _scratch() as db:
        _read_feed(lambda cursor: client.fetch_jobs(cursor=cursor, filters=chosen), db, on_page)
        drift.companies = _compare(db, sink.contents(), drift)


def _verify_sites(
    client: FeedClient, sink: Sink, filters: dict[str, Any], on_page: Callable[[int], None]
) -> SiteDrift | None:
    drift = SiteDrift(filters=filters)
    with _scratch() as db:
        try:
            _read_feed(lambda cursor: client.fetch_sites(cursor=cursor, filters=filters), db, on_page)
        except NotOffered:
            return None  # no longer: nothing to compare with
        _compare(db, sink.site_contents(), drift)
    drift.count -= len(drift.extra)
    return drift


@contextmanager
def _scratch() -> Iterator[sqlite3.Connection]:
    """A table for the feed's ids that is gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="jobwire-verify-") as folder,
        closing(sqlite3.connect(Path(folder) / "feed.db", isolation_level=None)) as db,
    ):
        db.execute("PRAGMA synchronous = OFF")
        db.execute("CREATE TABLE feed (id TEXT PRIMARY KEY, at INTEGER, row INTEGER, company INTEGER)")
        yield db


def _read_feed(
    fetch: Callable[[str | None], JobPage | SitePage], db: sqlite3.Connection, on_page: Callable[[int], None]
) -> None:
    cursor, rows, loop = None, 0, Loop()
    while True:
        page = fetch(cursor)
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
    db: sqlite3.Connection, copied: Iterator[tuple[str, datetime | None, Content]], drift: _Differences
) -> int:
    """What the copy has is taken off the feed's list: what is left there is missing. Answers how many rows tell
    of their company in another way."""
    companies = 0
    drift.feed = db.execute("SELECT count(*) FROM feed").fetchone()[0]
    while batch := list(islice(copied, BATCH)):
        drift.copied += len(batch)
        db.execute("BEGIN")
        for id_, updated_at, content in batch:
            found = db.execute("DELETE FROM feed WHERE id = ? RETURNING at, row, company", (id_,)).fetchone()
            if found is None:
                _name(drift, drift.extra, id_)
            elif found[0] != _micros(updated_at):
                _name(drift, drift.different, id_)
            elif found[1] != content.row:
                _name(drift, drift.altered, id_)
            else:
                companies += found[2] != content.company
        db.execute("COMMIT")
    drift.count += db.execute("SELECT count(*) FROM feed").fetchone()[0]
    drift.missing = [row[0] for row in db.execute("SELECT id FROM feed ORDER BY id LIMIT ?", (MAX_IDS,))]
    return companies


def _name(drift: _Differences, ids: list[str], id_: str) -> None:
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
