"""The DuckDB sink: one file for analysis; rows go in column by column."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from jobwire.errors import ConfigError, Locked
from jobwire.sync.sinks.base import Refused, check_name
from jobwire.sync.sinks.lock import FileLock, FileNotes
from jobwire.sync.sinks.sql import SqlSink
from jobwire.sync.sinks.table_sink import Values
from jobwire.sync.sinks.tables import TABLES

MEMORY_LIMIT = "256MB"


class DuckdbSink(FileNotes, SqlSink):
    """`path` is the database file. Times are `TIMESTAMP`, in UTC."""

    types: ClassVar = {
        "text": "VARCHAR",
        "number": "DOUBLE",
        "time": "TIMESTAMP",
        "json": "JSON",
        "count": "INTEGER",
    }
    among: ClassVar = "IN (SELECT unnest(?::VARCHAR[]))"
    spread: ClassVar = "SELECT unnest(ids::VARCHAR[]) FROM {seen}"

    def __init__(self, path: str | Path, *, prefix: str = "", schema: str = "", delete: bool = False) -> None:
        super().__init__(f"duckdb:///{path}", prefix=prefix, delete=delete)
        self.path = Path(path)
        self.schema = check_name(schema) if schema else ""
        self._lock = FileLock(self.path.with_name(f"{self.path.name}.sync-lock"))
        self._opened: Any = None

    @property
    def _db(self) -> Any:
        if self._opened is None:
            raise ConfigError("The sink is not open.")
        return self._opened

    def _name(self, table: str) -> str:
        name = super()._name(table)
        return f"{self.schema}.{name}" if self.schema else name

    def check(self) -> None:
        _duckdb()
        folder = self.path.parent
        if not folder.is_dir():
            raise ConfigError(f"There is no folder {folder}.", hint="Make it, or give another path.")
        if not os.access(self.path if self.path.exists() else folder, os.W_OK):
            raise ConfigError(f"No right to write {self.path}.")

    def open(self, *, read_only: bool = False) -> None:
        self.check()
        if read_only:
            if not self.path.exists():
                raise ConfigError(f"There is no {self.path}.", hint="Nothing was synced to it yet.")
            self._connect(read_only=True)
            self._require_tables()
            return
        self._lock.take()
        try:
            self._connect(read_only=False)
            with self._transaction():
                if self.schema:
                    self._run(f"CREATE SCHEMA IF NOT EXISTS {self.schema}")
                self._migrate()
        except BaseException:
            self.close()
            raise

    def _connect(self, *, read_only: bool) -> None:
        duckdb = _duckdb()
        try:
            self._opened = duckdb.connect(
                str(self.path), read_only=read_only, config={"memory_limit": MEMORY_LIMIT, "threads": "2"}
            )
        except duckdb.IOException as error:
            raise Locked(f"{self.path} cannot be opened: {_first_line(error)}") from error
        except duckdb.Error as error:
            raise ConfigError(f"{self.path} cannot be opened: {_first_line(error)}") from error

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None
        self._lock.release()

    def interrupt(self) -> None:
        if self._opened is not None:
            self._opened.interrupt()

    def _has_table(self, table: str) -> bool:
        schema = self.schema or "main"
        return bool(
            self._run(
                "SELECT 1 FROM information_schema.tables WHERE table_schema = ? AND table_name = ?",
                (schema, f"{self.prefix}{table}"),
            )
        )

    def _run(self, statement: str, values: Values = ()) -> list[Any]:
        found: list[Any] = self._db.execute(statement, list(values)).fetchall()
        return found

    def _change(self, statement: str, values: Values = ()) -> int:
        return int(self._run(statement, values)[0][0])

    def _insert(self, table: str, names: Sequence[str], rows: Sequence[Values]) -> None:
        self._put("INSERT", table, names, rows)

    def _replace(self, table: str, names: Sequence[str], rows: Sequence[Values]) -> None:
        if table == "jobs":  # a column that the statement does not name keeps its value
            self._put(
                "INSERT OR REPLACE",
                table,
                (*names, "expired_at", "expired_reason"),
                [(*r, None, None) for r in rows],
            )
        else:
            self._put("INSERT OR REPLACE", table, names, rows)

    def _put(self, verb: str, table: str, names: Sequence[str], rows: Sequence[Values]) -> None:
        """A list a column: one statement a page; a row at a time takes a hundred times as long."""
        kinds = dict(TABLES[table][0])
        columns = [[_value(row[i]) for row in rows] for i in range(len(names))]
        lists = ", ".join(f"unnest(?::{self.types[kinds[name]]}[])" for name in names)
        self._run(f"{verb} INTO {self._name(table)} ({', '.join(names)}) SELECT {lists}", columns)

    def _put_time(self, at: datetime | None) -> datetime | None:
        return None if at is None else at.astimezone(UTC).replace(tzinfo=None)

    def _get_time(self, value: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if isinstance(value, datetime) else None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        duckdb = _duckdb()
        try:
            self._db.execute("BEGIN")
            yield
            self._db.execute("COMMIT")
        except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
            self._undo()
            raise Refused(f"{self.url}: {_first_line(error)}") from error
        except duckdb.Error as error:
            self._undo()
            raise ConfigError(f"{self.url}: {_first_line(error)}") from error
        except BaseException:
            self._undo()
            raise

    def _undo(self) -> None:
        try:
            self._db.execute("ROLLBACK")
        except _duckdb().Error:
            pass  # no transaction is open: the error that brought us here ended it


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError as error:
        raise ConfigError("The DuckDB sink needs duckdb.", hint='pip install "jobwire[duckdb]"') from error
    return duckdb


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _value(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value
