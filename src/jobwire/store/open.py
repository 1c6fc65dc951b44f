"""Opening a store by its address."""

from __future__ import annotations

from pathlib import Path

from jobwire.errors import ConfigError
from jobwire.store.base import Clock, Store


def open_store(address: str | Path, clock: Clock, *, read_only: bool = False, migrate: bool = True) -> Store:
    """The store at `address`: a path, `sqlite:///path` or `postgresql://...`. Its accounts are `.accounts`.

    A new SQLite file is made where there is none; a PostgreSQL database must exist, its tables are made.
    Raises Unavailable, StoreMismatch, ConfigError.
    """
    text = str(address)
    if text.startswith(("postgresql://", "postgres://")):
        try:
            from jobwire.store.postgres.store import PostgresStore
        except ModuleNotFoundError as error:
            raise ConfigError(
                "PostgreSQL needs its driver.", hint="Install it with `pip install jobwire[postgres]`."
            ) from error
        return PostgresStore(text, clock, read_only=read_only, migrate=migrate)
    from jobwire.store.sqlite.store import SqliteStore

    if "://" in text and not text.startswith("sqlite:///"):
        raise ConfigError(f"Not a store: {text.split('://')[0]}://...", hint="Use a path or postgresql://...")
    return SqliteStore(text.removeprefix("sqlite:///"), clock, read_only=read_only, migrate=migrate)
