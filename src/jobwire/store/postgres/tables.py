"""Whole tables out of and into a PostgreSQL store, for `store.copy`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import sql

from jobwire.db.postgres import Database
from jobwire.store.postgres.jobs import PUBLISH_LOCK
from jobwire.store.records import Table

_NO_TIMEOUTS = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"


class Tables:
    """The part of the store that copies it."""

    _db: Database

    @contextmanager
    def dump(self) -> Iterator[Callable[[Table], Iterator[tuple[Any, ...]]]]:
        with self._db.snapshot() as connection:
            connection.execute(_NO_TIMEOUTS)

            def read(table: Table) -> Iterator[tuple[Any, ...]]:
                statement = sql.SQL("SELECT {} FROM {} ORDER BY {}").format(
                    _names(table), sql.Identifier(table.name), sql.Identifier(table.order or table.columns[0])
                )
                with connection.cursor(f"read_{table.name}", binary=True) as cursor:  # streams from the server
                    cursor.itersize = 500
                    yield from cursor.execute(statement)

            yield read

    @contextmanager
    def fill(self) -> Iterator[Callable[[Table, Iterator[tuple[Any, ...]]], None]]:
        with self._db.write() as connection:
            connection.execute(_NO_TIMEOUTS)
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (PUBLISH_LOCK,))

            def write(table: Table, rows: Iterator[tuple[Any, ...]]) -> None:
                name = sql.Identifier(table.name)
                flags = [index for index, kind in enumerate(table.types) if kind == "bool"]
                connection.execute(sql.SQL("DELETE FROM {}").format(name))
                statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(name, _names(table))
                with connection.cursor().copy(statement) as copy:
                    copy.set_types(table.types)
                    for row in rows:
                        copy.write_row(_with_flags(row, flags))

            yield write


def _names(table: Table) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, table.columns))


def _with_flags(row: tuple[Any, ...], flags: list[int]) -> tuple[Any, ...]:
    """SQLite keeps a truth value as 0 or 1."""
    return tuple(bool(value) if index in flags else value for index, value in enumerate(row)) if flags else row
