"""Opening a search engine by its address."""

from __future__ import annotations

from pathlib import Path

from jobwire.errors import ConfigError
from jobwire.store.search.base import Engine


def open_engine(address: str = "") -> Engine:
    """The engine at `address`: a folder for the embedded one, empty for its memory, `postgresql://...`, or
    `typesense+http://KEY@host:8108`.

    Raises ConfigError, Unavailable.
    """
    if address.startswith(("postgresql://", "postgres://")):
        try:
            from jobwire.store.search.postgres import PostgresEngine
        except ModuleNotFoundError as error:
            raise ConfigError(
                "PostgreSQL needs its driver.", hint="Install it with `pip install jobwire[postgres]`."
            ) from error
        return PostgresEngine(address)
    if address.startswith(("typesense+http://", "typesense+https://")):
        from jobwire.store.search.typesense import TypesenseEngine

        return TypesenseEngine(address)
    from jobwire.store.search.tantivy import TantivyEngine

    return TantivyEngine(Path(address) if address else None)
