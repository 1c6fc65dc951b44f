"""Whole tables out of and into a SQLite store, for `store.copy`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from jobwire.db.sqlite import Database
from jobwire.store.records import Table


class Tables:
    """The part of the store that copies it."""

    _db: Database

    @contextmanager
    def dump(self) -> Iterator[Callable[[Table], Iterator[tuple[Any, ...]]]]:
        with self._db.snapshot() as connection:

            def read(table: Table) -> Iterator[tuple[Any, ...]]:
                columns, order = ", ".join(table.columns), table.order or table.columns[0]
                yield from connection.execute(f"SELECT {columns} FROM {table.name} ORDER BY {order}")  # noqa: S608

            yield read

    @contextmanager
    def fill(self) -> Iterator[Callable[[Table, Iterator[tuple[Any, ...]]], None]]:
        with self._db.write() as connection:

            def write(table: Table, rows: Iterator[tuple[Any, ...]]) -> None:
                marks = ", ".join("?" * len(table.columns))
                connection.execute(f"DELETE FROM {table.name}")  # noqa: S608
                connection.executemany(
                    f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})",  # noqa: S608
                    rows,
                )

            yield write
