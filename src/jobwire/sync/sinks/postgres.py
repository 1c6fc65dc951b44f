"""The PostgreSQL sink: new rows by COPY, known ones by UPDATE from a staging table, a transaction a page."""

# ruff: noqa: S608  (names in statements are ours or went through `check_name`; values are always bound)

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, LiteralString

from jobwire.errors import ConfigError, JobwireError, Locked, StoreMismatch, Unavailable
from jobwire.sync.sinks.base import Refused, check_name
from jobwire.sync.sinks.copy_format import pack_rows
from jobwire.sync.sinks.sql import SqlSink
from jobwire.sync.sinks.table_sink import Values
from jobwire.sync.sinks.tables import LOCATION_KEY, TABLES, Kind

if TYPE_CHECKING:
    from psycopg import Connection, Error

SEND_BYTES = 4 * 1024 * 1024
LOCK_TRIES_S = (0.1, 0.4, 1.0, 2.0)
"""The server lets go of a killed client's lock when it notices the closed socket: at once, but not instantly."""
BODIES = ("jobs", "career_sites", "companies")
"""Tables whose bodies are kept in lz4, or else as they are: the older compression takes twice the time of all
the rest. (`ALTER TABLE ... SET STORAGE EXTENDED` asks for it where disk is dearer.)"""


class PostgresSink(SqlSink):
    """`dsn` as libpq takes it (URL or key=value); `schema` is made if it is not there."""

    types: ClassVar = {
        "text": "text",
        "number": "double precision",
        "time": "timestamptz",
        "json": "jsonb",
        "count": "integer",
    }
    among: ClassVar = "= ANY (?)"
    spread: ClassVar = "SELECT jsonb_array_elements_text(ids) FROM {seen}"
    json_value: ClassVar = "?::jsonb"

    def __init__(self, dsn: str, prefix: str = "", schema: str = "", *, delete: bool = False) -> None:
        psycopg = _psycopg()
        try:
            parts = psycopg.conninfo.conninfo_to_dict(dsn)
        except psycopg.Error as error:
            raise ConfigError("Not a PostgreSQL address.", hint=str(error).partition("\n")[0]) from error
        where = f"{parts.get('host') or 'localhost'}/{parts.get('dbname') or parts.get('user') or ''}"
        super().__init__(f"postgresql://{where}", prefix=prefix, delete=delete)
        self.schema = check_name(schema) if schema else ""
        self._dsn = dsn
        self._has_lz4 = False
        self._opened: Connection[Any] | None = None

    @property
    def _db(self) -> Connection[Any]:
        if self._opened is None:
            raise ConfigError("The sink is not open.")
        return self._opened

    def _name(self, table: str) -> str:
        name = super()._name(table)
        return f"{self.schema}.{name}" if self.schema else name

    def check(self) -> None:
        with _connect(self._dsn) as db:
            _check_rights(db, self.schema, [self._name(table) for table in TABLES])

    def open(self, *, read_only: bool = False) -> None:
        self._opened = db = _connect(self._dsn)
        try:
            if read_only:
                db.execute("SET default_transaction_read_only = on")
                self._require_tables()
                return
            _check_rights(db, self.schema, [self._name(table) for table in TABLES])
            _lock(db, f"{self.schema}.{self.prefix}", self.url)
            with self._transaction():
                self._prepare()
        except BaseException:
            self.close()
            raise

    def open_second(self) -> None:
        """Connect to tables that another connection made and locked."""
        self._opened = _connect(self._dsn)
        _widen(self._opened)
        # if the server dies, the last pages go together with their places; the end of a scan is committed by the
        # first connection, which waits for the disk and so for all that came before
        self._run("SET synchronous_commit = off")

    def _prepare(self) -> None:
        self._run("SET client_min_messages = warning")
        if self.schema and not self._run("SELECT 1 FROM pg_namespace WHERE nspname = ?", (self.schema,)):
            self._run(f"CREATE SCHEMA {self.schema}")
        self._has_lz4 = bool(
            self._run(
                "SELECT 1 FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)"
            )
        )
        self._migrate()

    def _migrate(self) -> None:
        is_new = not self._has_table("jobs")
        super()._migrate()
        self._check_bodies()
        self._index(*LOCATION_KEY)  # not later: it would wait for the page under way on the other connection
        for table in BODIES if is_new and not self._has_lz4 else ():
            self._run(f"ALTER TABLE {self._name(table)} ALTER body SET STORAGE EXTERNAL")

    def _check_bodies(self) -> None:
        """COPY's binary format says nothing of types: another one would take what we send for something else."""
        tables = [self._name(table) for table in BODIES]
        other = self._run(
            "SELECT attrelid::regclass::text FROM pg_attribute"
            " WHERE attname = 'body' AND atttypid <> 'jsonb'::regtype"
            " AND attrelid IN (SELECT to_regclass(t) FROM unnest(?::text[]) t)",
            (tables,),
        )
        if other:
            raise StoreMismatch(f"The column body of {other[0][0]} is no longer jsonb.", hint="Change it back.")

    def _spell(self, table: str, columns: Iterable[tuple[str, Kind]], key: Sequence[str]) -> str:
        body = "body jsonb COMPRESSION lz4" if self._has_lz4 else "body jsonb"
        return super()._spell(table, columns, key).replace("body jsonb", body)

    def _need_location_key(self) -> None:
        return  # it is there from the start

    def _index(self, table: str, columns: Sequence[str]) -> None:
        name = f"{self.prefix}{table}_{'_'.join(columns)}"
        if not _has_table(self._db, f"{self.schema}.{name}" if self.schema else name):  # asking locks nothing
            super()._index(table, columns)

    def _has_table(self, table: str) -> bool:
        return _has_table(self._db, self._name(table))

    def _missing(self) -> list[str]:
        found = self._run(
            "SELECT name FROM unnest(?::text[]) name WHERE to_regclass(name) IS NULL",
            ([self._name(table) for table in TABLES],),
        )
        return [table for table in TABLES if (self._name(table),) in found]

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()  # and with it the lock
            self._opened = None

    def interrupt(self) -> None:
        if self._opened is not None:
            self._opened.cancel_safe(timeout=2.0)

    def _run(self, statement: str, values: Values = ()) -> list[Any]:
        return self._run_on(self._db, statement, values)

    @staticmethod
    def _run_on(db: Connection[Any], statement: str, values: Values) -> list[Any]:
        cursor = db.execute(statement.replace("?", "%s"), values)
        return cursor.fetchall() if cursor.description else []

    def _change(self, statement: str, values: Values = ()) -> int:
        return self._db.execute(statement.replace("?", "%s"), values).rowcount

    def _insert(self, table: str, names: Sequence[str], rows: Sequence[Values]) -> None:
        self._copy(table, self._name(table), names, rows)

    def _replace(self, table: str, names: Sequence[str], rows: Sequence[Values]) -> None:
        self._run(  # where changed rows wait; made when there are some, for the catalog grows with each one
            f"CREATE TEMPORARY TABLE IF NOT EXISTS stage_{table} ON COMMIT DELETE ROWS"
            f" AS SELECT {', '.join(names)} FROM {self._name(table)} WITH NO DATA"
        )
        self._copy(table, f"stage_{table}", names, rows)
        changes = ", ".join(f"{name} = stage.{name}" for name in names[1:])
        if table == "jobs":
            changes += ", expired_at = NULL, expired_reason = NULL"
        self._run(f"UPDATE {self._name(table)} t SET {changes} FROM stage_{table} stage WHERE t.id = stage.id")

    def _copy(self, table: str, target: str, names: Sequence[str], rows: Sequence[Values]) -> None:
        kinds = dict(TABLES[table][0])
        statement = f"COPY {target} ({', '.join(names)}) FROM STDIN (FORMAT binary)"
        with self._db.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(pack_rows([kinds[name] for name in names], rows))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        psycopg = _psycopg()
        try:
            with self._db.transaction():
                yield
        except psycopg.Error as error:
            raise _told(error, self.url) from error


def _psycopg() -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise ConfigError("The PostgreSQL sink needs psycopg.", hint='pip install "jobwire[postgres]"') from error
    return psycopg


def _connect(dsn: str) -> Connection[Any]:
    psycopg = _psycopg()
    try:
        db: Connection[Any] = psycopg.connect(
            dsn, autocommit=True, connect_timeout=15, application_name="jobwire sync", client_encoding="UTF8"
        )
        db.execute("SET TIME ZONE 'UTC'")
    except psycopg.Error as error:
        said = str(error).strip().partition("\n")[0]
        raise ConfigError(f"Cannot connect to PostgreSQL: {said}.") from error
    return db


def _widen(db: Connection[Any]) -> None:
    """Let a local socket hold as much as the system allows: the server waits less often for our next turn.
    (TCP sees to that itself.)"""
    if os.name == "nt":
        return
    with socket.socket(fileno=os.dup(db.pgconn.socket)) as ours:
        if ours.family not in (socket.AF_INET, socket.AF_INET6):
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)


def _has_table(db: Connection[Any], name: str) -> bool:
    found = db.execute("SELECT to_regclass(%s)", (name,)).fetchone()
    return bool(found and found[0])


def _check_rights(db: Connection[Any], schema: str, tables: Sequence[str]) -> None:
    """All that writing needs, asked and not tried; in few questions, for the server may be far away."""
    if _asked(db, "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool"):
        raise ConfigError("This PostgreSQL server is read-only.", hint="Give the address of the primary.")
    rights = db.execute(
        "SELECT name, to_regclass(name) IS NULL, (SELECT bool_and(has_table_privilege(to_regclass(name), r))"
        " FROM unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) r) FROM unnest(%s::text[]) name",
        (list(tables),),
    ).fetchall()
    for name, is_missing, may_write in rights:
        if not is_missing and not may_write:
            raise ConfigError(f"No right to write the table {name}.", hint="GRANT ALL ON it to this user.")
    if not any(is_missing for _, is_missing, _ in rights):
        return
    where = schema or _asked(db, "SELECT current_schema()")
    if where and _asked(db, "SELECT count(*) FROM pg_namespace WHERE nspname = %s", where):
        if not _asked(db, "SELECT has_schema_privilege(%s, 'CREATE')", where):
            raise ConfigError(f"No right to make tables in schema {where}.", hint="GRANT CREATE ON SCHEMA.")
    elif not _asked(db, "SELECT has_database_privilege(current_database(), 'CREATE')"):
        raise ConfigError(f"No right to make the schema {where or 'public'}.", hint="GRANT CREATE ON DATABASE.")


def _asked(db: Connection[Any], statement: LiteralString, *values: str) -> Any:
    found = db.execute(statement, values).fetchone()
    return found[0] if found else None


def _lock(db: Connection[Any], target: str, url: str) -> None:
    """Held by the session: it ends with the connection, however that ends."""
    import time

    db.execute("SELECT set_config('tcp_keepalives_idle', '30', false)")
    for pause_s in (*LOCK_TRIES_S, None):
        if _asked(db, "SELECT pg_try_advisory_lock(hashtext('jobwire sync'), hashtext(%s))", target):
            return
        if pause_s is not None:
            time.sleep(pause_s)
    raise Locked(f"Another run is filling {url}.", hint="Wait for it to end.")


def _told(error: Error, url: str) -> JobwireError:
    psycopg = _psycopg()
    said = str(error).strip().partition("\n")[0]
    if isinstance(error, psycopg.errors.DiskFull):
        return ConfigError(
            f"{url}: {said}.", hint="Make room on the disk; the next run goes on where it stopped."
        )
    if isinstance(
        error, psycopg.DataError | psycopg.errors.ProgramLimitExceeded | psycopg.errors.StatementTooComplex
    ):
        return Refused(f"{url}: {said}.")
    if isinstance(error, psycopg.OperationalError):
        return Unavailable(f"{url}: {said}.")
    return ConfigError(f"{url}: {said}.", hint="Nothing of this page was written; run again to go on.")
