"""Rolling windows that all servers on one PostgreSQL share: one statement a request, by the database's clock."""

from __future__ import annotations

from jobwire.api.windows import Spans, Window
from jobwire.db.postgres import Database

_TAKE = "SELECT free, counts, ages FROM take_hit(%s, %s, %s)"


class PostgresWindows:
    """See `windows.Windows`; the tables are the store's (migration 0003)."""

    def __init__(self, url: str) -> None:
        self._db = Database(url)

    def take(self, name: str, spans: Spans) -> tuple[bool, list[Window]]:
        mosts, seconds = zip(*spans, strict=True)
        with self._db.read() as connection:  # one statement is a transaction; an unlogged table waits for no disk
            row = connection.execute(_TAKE, (name, list(mosts), list(seconds))).fetchone()
        assert row is not None
        free, counts, ages = row
        return free, [Window(*window) for window in zip(counts, ages, strict=True)]

    def trim(self) -> None:
        with self._db.write(durable=False) as write:
            write.execute("DELETE FROM hits WHERE until <= extract(epoch FROM clock_timestamp())")

    def close(self) -> None:
        self._db.close()
