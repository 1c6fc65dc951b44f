"""Sinks for tests: how to make one of each kind, and how another program would read it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyarrow.parquet

from jobwire.sync import Sink, open_sink

KINDS = ("sqlite", "postgres", "duckdb", "parquet", "ndjson")


@dataclass(frozen=True)
class Target:
    """A place to sync into: its URL, and `read(sql)` as an outsider (None where there is no SQL)."""

    kind: str
    url: str
    read: Callable[[str], list[tuple[Any, ...]]]
    has_tables: bool = True

    def open(self, **chosen: Any) -> Sink:
        return open_sink(self.url, **chosen)

    def active(self) -> dict[str, str]:
        """Active ids with the `updated_at` of their bodies, as the target's readers see them."""
        return {job["id"]: job["updated_at"] for job in self.bodies()}

    def bodies(self) -> list[dict[str, Any]]:
        if self.kind == "ndjson":
            path = Path(self.url.removeprefix("ndjson:///"))
            return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        if self.kind == "parquet":
            return [json.loads(row["body"]) for row in parquet_rows(self.url) if row["expired_at"] is None]
        rows = self.read("SELECT CAST(body AS VARCHAR) FROM jobs WHERE expired_at IS NULL")
        return [json.loads(row[0]) for row in rows]


def parquet_rows(url: str) -> list[dict[str, Any]]:
    folder = Path(url.removeprefix("parquet:"))
    if not (folder / "manifest.json").exists():
        return []
    files = json.loads((folder / "manifest.json").read_text())["files"]
    return [
        row for file in files for row in pyarrow.parquet.ParquetFile(folder / file["path"]).read().to_pylist()
    ]


def make_target(kind: str, folder: Path, dsn: str | None = None) -> Target:
    if kind == "postgres":
        assert dsn is not None
        return Target(kind, _as_url(dsn), lambda sql: _read_postgres(dsn, sql))
    if kind == "duckdb":
        return Target(
            kind, f"duckdb:///{folder}/copy.duckdb", lambda sql: _read_duckdb(folder / "copy.duckdb", sql)
        )
    if kind == "parquet":
        return Target(
            kind, f"parquet:{folder}/copy", lambda sql: _read_sqlite(folder / "copy/_rows.db", sql), False
        )
    if kind == "ndjson":
        rows = folder / "copy.ndjson.sync.db"
        return Target(kind, f"ndjson:///{folder}/copy.ndjson", lambda sql: _read_sqlite(rows, sql), False)
    return Target(kind, f"sqlite:///{folder}/copy.db", lambda sql: _read_sqlite(folder / "copy.db", sql))


def _as_url(dsn: str) -> str:
    parts = psycopg.conninfo.conninfo_to_dict(dsn)
    query = "&".join(f"{k}={v}" for k, v in parts.items() if k in ("host", "port"))
    return f"postgresql://{parts.get('user', '')}@/{parts['dbname']}?{query}"


def _read_sqlite(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def _read_postgres(dsn: str, sql: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as db:
        return db.execute(sql).fetchall()


def _read_duckdb(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(duckdb.connect(str(path))) as db:
        return db.execute(sql).fetchall()
