"""The tables of the SQL sinks: made, extended and indexed; and what sync itself keeps in them.

A subclass connects, spells types and placeholders, and knows the fastest way to put many rows in. Statements
are written with `?` for values; names in them are ours or went through `check_name`.
"""

# ruff: noqa: S608

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, ClassVar

import msgspec

from jobwire.errors import ConfigError, StoreMismatch
from jobwire.sync import checkpoint as checkpoints
from jobwire.sync.checkpoint import Checkpoint
from jobwire.sync.rows import storable
from jobwire.sync.sinks.base import CompanyRow, Counts, Sink
from jobwire.sync.sinks.tables import ADDED, INDEXES, LOCATION_KEY, MAX_RUNS, TABLES, VERSION, Kind

Values = Sequence[Any]


class TableSink(Sink):
    """A sink with tables; what is in `jobs` and `career_sites` is its subclasses'."""

    types: ClassVar[Mapping[Kind, str]]
    among: ClassVar[str]
    """Follows a column's name: it is one of the ids in the next value."""
    spread: ClassVar[str]
    """A query for all ids in the lists of the table `{seen}`."""
    json_value: ClassVar[str] = "?"
    """Placeholder for JSON text."""

    _indexed = False

    # What a subclass knows

    @abstractmethod
    def _run(self, statement: str, values: Values = ()) -> list[Any]:
        """Execute; answers the rows."""

    @abstractmethod
    def _change(self, statement: str, values: Values = ()) -> int:
        """Execute; answers how many rows were affected."""

    @abstractmethod
    def _transaction(self) -> AbstractContextManager[None]:
        """All of the block or nothing of it; the database's errors become ours."""

    @abstractmethod
    def _insert(self, table: str, names: Sequence[str], rows: Sequence[Values]) -> None:
        """Put in many new rows."""

    @abstractmethod
    def _replace(self, table: str, names: Sequence[str], rows: Sequence[Values]) -> None:
        """Overwrite many rows by their id, which are there and active afterwards."""

    @abstractmethod
    def _has_table(self, table: str) -> bool: ...

    def _missing(self) -> list[str]:
        """Tables that are not there yet."""
        return [table for table in TABLES if not self._has_table(table)]

    def _name(self, table: str) -> str:
        return f"{self.prefix}{table}"

    def _ids(self, ids: Sequence[str]) -> Any:
        """The value for `among`."""
        return list(ids)

    def _put_time(self, at: datetime | None) -> Any:
        return at

    def _get_time(self, value: Any) -> datetime | None:
        found: datetime | None = value
        return found

    def _spell(self, table: str, columns: Iterable[tuple[str, Kind]], key: Sequence[str]) -> str:
        """CREATE TABLE."""
        spelled = [f"{name} {self.types[kind]}" for name, kind in columns]
        keyed = [f"PRIMARY KEY ({', '.join(key)})"] if key else []
        return f"CREATE TABLE {self._name(table)} ({', '.join(spelled + keyed)})"

    # Tables

    def _migrate(self) -> None:
        """Make or extend the tables, within a transaction."""
        had = self._version()
        for table in self._missing():
            self._run(self._spell(table, *TABLES[table]))
        for version in range(had + 1, VERSION + 1):
            for table, column, kind in ADDED.get(version, ()) if had else ():
                self._run(f"ALTER TABLE {self._name(table)} ADD COLUMN {column} {self.types[kind]}")
        if had != VERSION:
            self._put_state("tables", msgspec.json.encode({"version": VERSION}).decode())

    def _version(self) -> int:
        """Of the tables that are there; 0 for none."""
        if not self._has_table("sync_state"):
            return 0
        text = self._get_state("tables")
        version = int(msgspec.json.decode(text)["version"]) if text else 0
        if version > VERSION:
            raise StoreMismatch(f"{self.url} was written by a newer jobwire.", hint="Upgrade jobwire.")
        return version

    def _require_tables(self) -> None:
        if not self._has_table("sync_state"):
            raise ConfigError(f"There are no tables in {self.url}.", hint="Nothing was synced to it yet.")

    def index(self) -> None:
        if self._indexed:
            return
        with self._transaction():
            for table, columns in INDEXES:
                self._index(table, columns)
        self._indexed = True

    def _need_location_key(self) -> None:
        """A job changed while the first scan is under way: find its locations without reading all of them."""
        if not self._indexed:
            self._index(*LOCATION_KEY)

    def _index(self, table: str, columns: Sequence[str]) -> None:
        name = f"{self.prefix}{table}_{'_'.join(columns)}"
        self._run(f"CREATE INDEX IF NOT EXISTS {name} ON {self._name(table)} ({', '.join(columns)})")

    def clear(self) -> None:
        with self._transaction():
            for table in TABLES:
                keep = " WHERE stream <> 'tables'" if table == "sync_state" else ""
                self._change(f"DELETE FROM {self._name(table)}{keep}")

    # Places and receipts

    def load(self, stream: str) -> Checkpoint | None:
        text = self._get_state(stream)
        return checkpoints.decode(text) if text else None

    def record(self, run: Mapping[str, Any]) -> None:
        runs = self._name("sync_runs")
        text = storable(msgspec.json.encode(run), str(run["id"])).decode()
        latest = f"SELECT id FROM {runs} ORDER BY started_at DESC LIMIT {MAX_RUNS}"
        with self._transaction():
            started_at = self._put_time(datetime.fromisoformat(run["started_at"]))
            self._change(f"INSERT INTO {runs} VALUES (?, ?, {self.json_value})", (run["id"], started_at, text))
            self._change(f"DELETE FROM {runs} WHERE id NOT IN ({latest})")

    def runs(self, limit: int = 10) -> list[dict[str, Any]]:
        runs = self._name("sync_runs")
        found = self._run(
            f"SELECT CAST(receipt AS VARCHAR) FROM {runs} ORDER BY started_at DESC, id LIMIT {limit:d}"
        )
        return [msgspec.json.decode(row[0]) for row in found]

    def _save(self, checkpoint: Checkpoint) -> None:
        self._put_state(checkpoint.stream, checkpoints.encode(checkpoint))

    def _put_state(self, stream: str, text: str) -> None:
        self._change(
            f"INSERT INTO {self._name('sync_state')} VALUES (?, ?, {self.json_value}) ON CONFLICT (stream)"
            f" DO UPDATE SET saved_at = excluded.saved_at, checkpoint = excluded.checkpoint",
            (stream, self._put_time(datetime.now(UTC)), text),
        )

    def _get_state(self, stream: str) -> str | None:
        found = self._run(
            f"SELECT CAST(checkpoint AS VARCHAR) FROM {self._name('sync_state')} WHERE stream = ?", (stream,)
        )
        return found[0][0] if found else None

    # Companies

    def companies_to_fetch(self, limit: int) -> list[tuple[str, str | None]]:
        found = self._run(
            f"SELECT w.id, max(c.etag) FROM ("
            f"  SELECT company_id AS id, NULL AS updated_at FROM {self._name('jobs')} WHERE expired_at IS NULL"
            f"  UNION SELECT id, updated_at FROM {self._name('career_sites')}) w"
            f" LEFT JOIN {self._name('companies')} c ON c.id = w.id"
            f" WHERE w.id IS NOT NULL AND (c.id IS NULL OR c.fetched_at < w.updated_at)"
            f" GROUP BY w.id ORDER BY w.id LIMIT {limit:d}"
        )
        return [(id_, etag) for id_, etag in found]

    def write_companies(self, rows: Iterable[CompanyRow]) -> Counts:
        counts, table = Counts(), self._name("companies")
        with self._transaction():
            for row in rows:
                at = self._put_time(row.fetched_at)
                if row.body is None:
                    counts.unchanged += self._change(
                        f"UPDATE {table} SET fetched_at = ? WHERE id = ?", (at, row.id)
                    )
                    continue
                had = self._run(f"SELECT 1 FROM {table} WHERE id = ?", (row.id,))
                counts.add(Counts(changed=1) if had else Counts(new=1))
                self._change(
                    f"INSERT INTO {table} VALUES (?, ?, ?, {self.json_value}) ON CONFLICT (id) DO UPDATE SET"
                    f" etag = excluded.etag, fetched_at = excluded.fetched_at, body = excluded.body",
                    (row.id, row.etag, at, storable(row.body, row.id).decode()),
                )
        return counts
