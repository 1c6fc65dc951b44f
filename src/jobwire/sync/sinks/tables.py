"""The tables of every SQL sink, by kind of column; each sink spells the kinds in its own types."""

from __future__ import annotations

from typing import Literal

Kind = Literal["text", "number", "time", "json", "count"]

VERSION = 1
"""Of the tables below. Raised with every addition; `ADDED` says what came when."""

JOB_COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("id", "text"),
    ("title", "text"),
    ("normalized_title", "text"),
    ("company_id", "text"),
    ("company_name", "text"),
    ("source", "text"),
    ("employment_type", "text"),
    ("workplace_type", "text"),
    ("experience_level", "text"),
    ("country", "text"),
    ("region", "text"),
    ("city", "text"),
    ("pay_min", "number"),
    ("pay_max", "number"),
    ("pay_currency", "text"),
    ("pay_period", "text"),
    ("listing_url", "text"),
    ("apply_url", "text"),
    ("created_at", "time"),
    ("updated_at", "time"),
    ("date_posted", "time"),
    ("valid_through", "time"),
    ("body", "json"),
)
"""In the order of `rows.JobRow`; `expired_at` and `expired_reason` follow in the table."""

EXPIRY_COLUMNS: tuple[tuple[str, Kind], ...] = (("expired_at", "time"), ("expired_reason", "text"))

LOCATION_COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("job_id", "text"),
    ("position", "count"),
    ("location", "text"),
    ("city", "text"),
    ("region", "text"),
    ("country", "text"),
    ("latitude", "number"),
    ("longitude", "number"),
)

SITE_COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("id", "text"),
    ("name", "text"),
    ("website", "text"),
    ("ats", "text"),
    ("listing_url", "text"),
    ("summary", "text"),
    ("discovered_at", "time"),
    ("updated_at", "time"),
    ("body", "json"),
)

COMPANY_COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("id", "text"),
    ("etag", "text"),
    ("fetched_at", "time"),
    ("body", "json"),
)

STATE_COLUMNS: tuple[tuple[str, Kind], ...] = (("stream", "text"), ("saved_at", "time"), ("checkpoint", "json"))

RUN_COLUMNS: tuple[tuple[str, Kind], ...] = (("id", "text"), ("started_at", "time"), ("receipt", "json"))

SUSPECT_COLUMNS: tuple[tuple[str, Kind], ...] = (("id", "text"),)

SEEN_COLUMNS: tuple[tuple[str, Kind], ...] = (("ids", "json"),)

TABLES: dict[str, tuple[tuple[tuple[str, Kind], ...], tuple[str, ...]]] = {
    "jobs": (JOB_COLUMNS + EXPIRY_COLUMNS, ("id",)),
    "job_locations": (
        LOCATION_COLUMNS,
        (),
    ),  # its key is an index: random ids, row by row, cost as much as the jobs
    "career_sites": (SITE_COLUMNS, ("id",)),
    "companies": (COMPANY_COLUMNS, ("id",)),
    "sync_state": (STATE_COLUMNS, ("stream",)),
    "sync_runs": (RUN_COLUMNS, ("id",)),
    "sync_suspects": (SUSPECT_COLUMNS, ("id",)),
    "sync_seen": (SEEN_COLUMNS, ()),  # a row a page of a full scan
}
"""Name to (columns, primary key)."""

LOCATION_KEY = ("job_locations", ("job_id", "position"))
INDEXES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("jobs", ("updated_at",)),
    ("jobs", ("company_id",)),
    ("jobs", ("expired_at",)),
    LOCATION_KEY,
    ("job_locations", ("country", "city")),
)
"""Built once the first scan is complete, so that a backfill does not pay for them row by row."""

ADDED: dict[int, tuple[tuple[str, str, Kind], ...]] = {}
"""Version to the (table, column, kind) that it added; tables that are new need no entry."""

MAX_RUNS = 1000
"""Receipts that are kept."""
