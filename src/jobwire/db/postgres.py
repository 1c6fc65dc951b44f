"""A PostgreSQL database opened properly: a pool, every wait bounded, lost connections replaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool

from jobwire.db.migrate import Migration, find_pending
from jobwire.errors import ConfigError, InvalidInput, StoreMismatch, Unavailable

Connection = psycopg.Connection[tuple[Any, ...]]

SCHEMA = "jobwire"
WAIT_S = 5.0
"""How long a call waits for a connection or a lock before it raises Unavailable."""
STATEMENT_S = 20.0
CONNECTIONS = 10
_MIGRATION_LOCK = 0x6A6F6201
_CONNECTION: dict[str, Any] = {
    "application_name": "jobwire",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "tcp_user_timeout": 15_000,
}


class Database:
    """One database, its tables in a schema of their own. Safe to use from several threads."""

    def __init__(self, dsn: str, *, read_only: bool = False, wait_s: float = WAIT_S) -> None:
        self.read_only = read_only
        self._wait_s = wait_s
        try:
            dsn = make_conninfo(**{**_CONNECTION, **conninfo_to_dict(dsn)})
        except psycopg.ProgrammingError as error:
            raise ConfigError(f"Not a PostgreSQL address: {str(error).strip()}.") from None
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            dsn,
            min_size=1,
            max_size=CONNECTIONS,
            timeout=wait_s,
            reconnect_timeout=3.0,  # then the next call tries anew: back soon after the server is
            max_idle=300.0,
            kwargs={"autocommit": True},
            configure=self._configure,
            open=False,
        )
        with self._translate():
            psycopg.connect(dsn).close()  # says why not, which the pool would not
            self._pool.open()

    def close(self) -> None:
        self._pool.close()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; each statement sees all that was committed before it began."""
        with self._translate(), self._pool.connection() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection for several statements that all see the same moment."""
        with self.read() as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection

    @contextmanager
    def write(self, *, durable: bool = True, wait_s: float | None = None) -> Iterator[Connection]:
        """A transaction, rolled back on any error. Not durable: a crash of the server may undo it, until the
        next durable one."""
        with self.read() as connection, connection.transaction():
            if not durable:
                connection.execute("SET LOCAL synchronous_commit = off")
            if wait_s is not None:
                connection.execute(f"SET LOCAL lock_timeout = {int(wait_s * 1000)}")
            yield connection

    def _configure(self, connection: Connection) -> None:
        connection.execute(
            f"SET search_path = {SCHEMA}; SET statement_timeout = {int(STATEMENT_S * 1000)};"
            f" SET lock_timeout = {int(self._wait_s * 1000)}; SET idle_in_transaction_session_timeout = 60000;"
            f" SET default_transaction_read_only = {'on' if self.read_only else 'off'}; SET jit = off"
        )

    @contextmanager
    def _translate(self) -> Iterator[None]:
        try:
            yield
        except errors.ReadOnlySqlTransaction as error:
            raise ConfigError("This database may only be read.", hint="Name the primary server.") from error
        except (errors.UndefinedTable, errors.UndefinedColumn) as error:
            raise StoreMismatch(f"The database lacks what jobwire keeps there: {error}.") from error
        except psycopg.DataError as error:
            raise InvalidInput(f"The database cannot keep this: {error}.") from error
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if not self._pool.closed and (isinstance(error, errors.AdminShutdown) or error.sqlstate is None):
                self._pool.check()  # the other idle connections are lost too: replace them now
            raise Unavailable(f"The database does not answer: {error}", retry_after_s=5) from error


def apply_migrations(database: Database, migrations: Sequence[Migration], *, migrate: bool = True) -> None:
    """Bring the schema up to date; several processes may try at once. Raises StoreMismatch."""
    with database.read() as connection:
        (replica,) = _one(connection, "SELECT pg_is_in_recovery()")
        migrate = migrate and not database.read_only and not replica
        pending = find_pending(migrations, _applied(connection), migrate=migrate)
    if not pending:
        return
    with database.write() as connection:
        connection.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(SCHEMA)))
        for migration in find_pending(migrations, _applied(connection), migrate=True):
            connection.execute(migration.sql.encode())
            connection.execute(
                "INSERT INTO schema_version (version, name) VALUES (%s, %s)", (migration.number, migration.mark)
            )


def _applied(connection: Connection) -> list[str]:
    """Marks of the migrations that made it."""
    (exists,) = _one(connection, f"SELECT to_regclass('{SCHEMA}.schema_version') IS NOT NULL")
    found = connection.execute("SELECT name FROM schema_version ORDER BY version") if exists else ()
    return [mark for (mark,) in found]


def _one(connection: Connection, statement: str) -> tuple[Any, ...]:
    row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row
