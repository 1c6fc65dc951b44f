"""What the SQL sinks have in common: which statements, in which order, in which transaction.

A subclass connects, spells types and placeholders, and knows the fastest way to put many rows in. Statements
are written with `?` for values; names in them are ours or went through `check_name`.
"""

# ruff: noqa: S608

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar

import msgspec

from jobwire.errors import ConfigError, StoreMismatch
from jobwire.sync import checkpoint as checkpoints
from jobwire.sync.checkpoint import Checkpoint
from jobwire.sync.content import Content, find_content
from jobwire.sync.page import Removal
from jobwire.sync.rows import JobRow, SiteRow, storable
from jobwire.sync.sinks.base import Changes, CompanyRow, Counts, Known, Refused, Sink, sort_rows
from jobwire.sync.sinks.tables import (
    ADDED,
    INDEXES,
    JOB_COLUMNS,
    LOCATION_COLUMNS,
    LOCATION_KEY,
    MAX_RUNS,
    SITE_COLUMNS,
    TABLES,
    VERSION,
    Kind,
)

Values = Sequence[Any]
_Row = TypeVar("_Row", JobRow, SiteRow)
UPDATED_AT = JobRow._fields.index("updated_at")
JOB_NAMES = tuple(name for name, _ in JOB_COLUMNS)
LOCATION_NAMES = tuple(name for name, _ in LOCATION_COLUMNS)
SITE_NAMES = tuple(name for name, _ in SITE_COLUMNS)


class SqlSink(Sink):
    """A sink with tables."""

    types: ClassVar[Mapping[Kind, str]]
    among: ClassVar[str]
    """Follows a column's name: it is one of the ids in the next value."""
    json_value: ClassVar[str] = "?"
    """Placeholder for JSON text."""

    _suspecting = False
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

    def _touched(self, ids: Sequence[str]) -> None:
        """Told within the transaction, before jobs change or go and after they are new or changed."""
        return  # what is read from the tables needs no second telling

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
        for table, (columns, key) in TABLES.items():
            if not self._has_table(table):
                self._run(self._spell(table, columns, key))
        for version in range(had + 1, VERSION + 1):
            for table, column, kind in ADDED.get(version, ()) if had else ():
                self._run(f"ALTER TABLE {self._name(table)} ADD COLUMN {column} {self.types[kind]}")
        if had != VERSION:
            self._put_state("tables", msgspec.json.encode({"version": VERSION}).decode())
        self._suspecting = self._has_suspects()

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
        self._suspecting = False

    # Rows

    def load(self, stream: str) -> Checkpoint | None:
        text = self._get_state(stream)
        return checkpoints.decode(text) if text else None

    def write_jobs(
        self, rows: Sequence[JobRow], removals: Sequence[Removal], checkpoint: Checkpoint | None
    ) -> Counts:
        try:
            return self._write_jobs(rows, removals, checkpoint)
        except Refused:
            return self._write_jobs([as_accepted(row) for row in rows], removals, checkpoint)

    def _write_jobs(
        self, rows: Sequence[JobRow], removals: Sequence[Removal], checkpoint: Checkpoint | None
    ) -> Counts:
        with self._transaction():
            page = self._compare(rows)
            self._put_jobs(page, [row.id for row in rows])
            page.counts.expired = sum(self._expire([r.id], r.reason, r.at) for r in removals)
            if checkpoint is not None:
                self._save(checkpoint)
        return page.counts

    def _compare(self, rows: Sequence[JobRow]) -> Changes:
        known = self._known("jobs", [row.id for row in rows], "expired_at IS NOT NULL")
        unsure = [row.id for row in rows if row.id in known and (self.by_content or row.updated_at is None)]
        return sort_rows(rows, known, self._contents_of(unsure) if unsure else None)

    def _contents_of(self, ids: Sequence[str]) -> dict[str, Content]:
        found = self._look_up(f"{self._select_contents()} WHERE id {self.among}", (self._ids(ids),))
        return {row[0]: find_content(self._get_row(row)) for row in found}

    def _select_contents(self) -> str:
        names = ", ".join("CAST(body AS VARCHAR)" if name == "body" else name for name in JOB_NAMES)
        return f"SELECT {names} FROM {self._name('jobs')}"

    def _get_row(self, row: Values) -> list[Any]:
        kinds = [kind for _, kind in JOB_COLUMNS]
        return [self._get_time(v) if kind == "time" else v for v, kind in zip(row, kinds, strict=True)]

    def _put_jobs(self, page: Changes, ids: Sequence[str]) -> None:
        """Write what is new or changed; `ids`, of all that came, are no longer suspected."""
        if page.changed:
            changed = [row.id for row in page.changed]
            self._touched(changed)
            self._replace("jobs", JOB_NAMES, [row[: len(JOB_NAMES)] for row in page.changed])
            self._forget_locations(changed)
        if page.new:
            self._insert("jobs", JOB_NAMES, [row[: len(JOB_NAMES)] for row in page.new])
        written = [*page.new, *page.changed]
        if written:
            self._touched([row.id for row in written])
        places = [place for row in written for place in _places(row)]
        if places:
            self._insert("job_locations", LOCATION_NAMES, places)
        if self._suspecting and ids:
            self._forget_suspects(ids)

    def write_sites(self, rows: Sequence[SiteRow], checkpoint: Checkpoint | None) -> Counts:
        try:
            return self._write_sites(rows, checkpoint)
        except Refused:
            return self._write_sites([as_accepted(row) for row in rows], checkpoint)

    def _write_sites(self, rows: Sequence[SiteRow], checkpoint: Checkpoint | None) -> Counts:
        with self._transaction():
            page = sort_rows(rows, self._known("career_sites", [row.id for row in rows], "1 = 0"))
            if page.changed:
                self._replace("career_sites", SITE_NAMES, page.changed)
            if page.new:
                self._insert("career_sites", SITE_NAMES, page.new)
            if checkpoint is not None:
                self._save(checkpoint)
        return page.counts

    def _known(self, table: str, ids: Sequence[str], expired: str) -> Known:
        found = self._look_up(
            f"SELECT id, updated_at, {expired} FROM {self._name(table)} WHERE id {self.among}", (self._ids(ids),)
        )
        return {id_: (self._get_time(updated_at), bool(is_expired)) for id_, updated_at, is_expired in found}

    def _look_up(self, statement: str, values: Values) -> list[Any]:
        return self._run(statement, values)

    def versions(self) -> Iterator[tuple[str, datetime | None]]:
        found = self._pages(f"SELECT id, updated_at FROM {self._name('jobs')}", 5000)
        return ((id_, self._get_time(updated_at)) for id_, updated_at in found)

    def contents(self) -> Iterator[tuple[str, datetime | None, Content]]:
        for values in self._pages(self._select_contents(), 500):
            row = self._get_row(values)
            yield row[0], row[UPDATED_AT], find_content(row)

    def _pages(self, select: str, page: int) -> Iterator[Any]:
        """The active jobs, page by page in the order of their ids: a reader may take its time."""
        after = ""
        while True:
            rows = self._run(f"{select} WHERE expired_at IS NULL AND id > ? ORDER BY id LIMIT {page}", (after,))
            yield from rows
            if len(rows) < page:
                return
            after = rows[-1][0]

    # Removals

    def suspect(self, ids: Sequence[str] | None, *, afresh: bool, besides: Sequence[str] = ()) -> None:
        suspects = self._name("sync_suspects")
        with self._transaction():
            if afresh and self._suspecting:
                self._change(f"DELETE FROM {suspects}")
            among, values = f"NOT (id {self.among})", besides
            if ids is not None:
                among, values = f"id {self.among}", _spellings(ids)
            if values or ids is None:
                self._change(
                    f"INSERT INTO {suspects} SELECT id FROM {self._name('jobs')}"
                    f" WHERE expired_at IS NULL AND {among} ON CONFLICT DO NOTHING",
                    (self._ids(values),),
                )
            self._suspecting = self._has_suspects()

    def tally(self, among: Sequence[str] | None = None) -> tuple[int, int]:
        if not self._suspecting:
            return 0, 0  # counting the active rows of a large table takes a while
        count = f"SELECT count(*) FROM {self._name('sync_suspects')}"
        if among is not None:
            return self._run(f"{count} WHERE id {self.among}", (self._ids(_spellings(among)),))[0][0], 0
        active = self._run(f"SELECT count(*) FROM {self._name('jobs')} WHERE expired_at IS NULL")
        return self._run(count)[0][0], active[0][0]

    def settle(self, checkpoint: Checkpoint, reason: str, at: datetime) -> int:
        expired = 0
        with self._transaction():
            if self._suspecting and checkpoint.stream == "jobs":
                suspects = [row[0] for row in self._run(f"SELECT id FROM {self._name('sync_suspects')}")]
                expired = self._expire(suspects, reason, at)
            self._save(checkpoint)
        self._suspecting = self._suspecting and checkpoint.stream != "jobs"
        return expired

    def expire(self, ids: Sequence[str], reason: str, at: datetime) -> int:
        with self._transaction():
            return self._expire(ids, reason, at)

    def _expire(self, ids: Sequence[str], reason: str, at: datetime | None) -> int:
        """Within a transaction."""
        jobs = self._name("jobs")
        self._touched(ids)
        if self._suspecting:
            self._forget_suspects(ids)
        if self.delete:
            self._forget_locations(ids)
            return self._change(f"DELETE FROM {jobs} WHERE id {self.among}", (self._ids(ids),))
        return self._change(
            f"UPDATE {jobs} SET expired_at = ?, expired_reason = ? WHERE expired_at IS NULL AND id {self.among}",
            (self._put_time(at or datetime.now(UTC)), reason, self._ids(ids)),
        )

    def _forget_suspects(self, ids: Sequence[str]) -> None:
        self._change(f"DELETE FROM {self._name('sync_suspects')} WHERE id {self.among}", (self._ids(ids),))

    def _forget_locations(self, ids: Sequence[str]) -> None:
        self._need_location_key()
        self._change(f"DELETE FROM {self._name('job_locations')} WHERE job_id {self.among}", (self._ids(ids),))

    def _has_suspects(self) -> bool:
        return bool(self._run(f"SELECT 1 FROM {self._name('sync_suspects')} LIMIT 1"))

    # Receipts and places

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


def as_accepted(row: _Row) -> _Row:
    """The row as every database takes it: texts without NUL, a body that is printed anew."""
    fields = row._asdict().items()
    texts: dict[str, Any] = {name: value.replace("\0", "") for name, value in fields if isinstance(value, str)}
    return row._replace(body=storable(row.body, row.id), **texts)


def _spellings(ids: Sequence[str]) -> list[str]:
    """A UUID is the same in capitals; a server may list removals in another case than its jobs."""
    return [
        *{spelled for id_ in ids for spelled in ((id_, id_.lower(), id_.upper()) if len(id_) == 36 else (id_,))}
    ]


def _places(row: JobRow) -> Iterator[tuple[Any, ...]]:
    for position, place in enumerate(row.locations):
        yield (row.id, position, *place)
