"""The PostgreSQL sink with two connections that write: while one page is compressed, so is the next.

Each page is still one transaction with its own checkpoint, and they are committed in their order: a page waits,
written, until the one before it is in. So after a crash there is always a page up to which all is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from jobwire.sync.checkpoint import Checkpoint
from jobwire.sync.page import Removal
from jobwire.sync.rows import SentJob
from jobwire.sync.sinks.base import Changes, Counts, Refused
from jobwire.sync.sinks.postgres import PostgresSink
from jobwire.sync.sinks.sql import accept
from jobwire.sync.sinks.table_sink import Values

if TYPE_CHECKING:
    from psycopg import Connection

WORTH_ROWS = 200
"""Smaller pages are written at once."""


class PostgresPair(PostgresSink):
    """The sink that `open_sink` gives. Its own connection holds the lock and does all but the large pages."""

    def __init__(self, dsn: str, prefix: str = "", schema: str = "", *, delete: bool = False) -> None:
        super().__init__(dsn, prefix, schema, delete=delete)
        self._writers = [_Writer(dsn, prefix, schema, delete=delete) for _ in range(2)]
        self._pool: ThreadPoolExecutor | None = None

    @property
    def _db(self) -> Connection[Any]:
        for writer in self._writers:
            writer.land()  # whatever else is read or written comes after the pages that are under way
        return super()._db

    def write_jobs(
        self, rows: Sequence[SentJob], removals: Sequence[Removal], checkpoint: Checkpoint | None
    ) -> Counts:
        if removals or checkpoint is None or checkpoint.scan is None or len(rows) < WORTH_ROWS:
            return super().write_jobs(rows, removals, checkpoint)
        first, second = self._writers
        self._writers = [second, first]  # the other one's turn is next
        first.land()
        if second.ids.intersection(row.id for row in rows):
            second.land()  # the same job again: one after the other
        page, ids = self._compare(rows), {row.id for row in rows}
        first.ids, first._suspected, first.by_content = ids, self._suspected, self.by_content
        first.flight = self._threads().submit(first.write, page, ids, checkpoint, second.flight)
        return page.counts

    def _look_up(self, statement: str, values: Values) -> list[Any]:
        """Beside the pages under way: none of them holds an id that is asked for."""
        return self._run_on(super()._db, statement, values)

    def _threads(self) -> ThreadPoolExecutor:
        self._pool = self._pool or ThreadPoolExecutor(len(self._writers), "jobwire-copy")
        return self._pool

    def close(self) -> None:
        for writer in self._writers:
            writer.close()
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None
        super().close()

    def interrupt(self) -> None:
        super().interrupt()
        for writer in self._writers:
            writer.interrupt()


class _Writer(PostgresSink):
    """One connection with at most one page under way."""

    flight: Future[None] | None = None
    ids: frozenset[str] | set[str] = frozenset()

    def land(self) -> None:
        """Wait for the page under way; raise what failed."""
        if self.flight is not None:
            flight, self.flight, self.ids = self.flight, None, frozenset()
            flight.result()

    def write(self, page: Changes, ids: set[str], checkpoint: Checkpoint, previous: Future[None] | None) -> None:
        """In a thread: all of a page, committed only after the one before it."""
        if self._opened is None:
            self.open_second()
        try:
            self._try(page, ids, checkpoint, previous)
        except Refused:
            self._try(accept(page), ids, checkpoint, previous)

    def _try(self, page: Changes, ids: set[str], checkpoint: Checkpoint, previous: Future[None] | None) -> None:
        with self._transaction():
            self._put_jobs(page, list(ids))
            if previous is not None:
                previous.result()
            self._save(checkpoint)

    def close(self) -> None:
        if self.flight is not None:
            self.interrupt()
            self.flight.exception()
            self.flight, self.ids = None, frozenset()
        super().close()
