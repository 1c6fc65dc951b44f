"""Where sync writes to: one file per target, chosen by URL."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

from jobwire.errors import ConfigError
from jobwire.sync.sinks.base import Sink

HINT = "sqlite:///copy.db, postgresql://..., duckdb:///copy.duckdb, parquet:folder or ndjson:///jobs.ndjson."
FILES = ("sqlite", "duckdb", "parquet", "ndjson")
SUFFIXES = {".db": "sqlite", ".sqlite": "sqlite", ".sqlite3": "sqlite", ".duckdb": "duckdb", ".ndjson": "ndjson"}


def open_sink(url: str, *, prefix: str = "", schema: str = "", delete: bool = False) -> Sink:
    """The sink that `url` names, not yet connected. Paths are as in SQLAlchemy: `sqlite:///relative.db`,
    `sqlite:////absolute.db`; a bare file name is taken by its suffix.

    `prefix` comes before every table name, `schema` (PostgreSQL, DuckDB) holds the tables, `delete` removes
    expired rows; `?prefix=` and `?schema=` in the URL do the same. Raises ConfigError.
    """
    scheme, _, rest = url.partition(":")
    for suffix, name in SUFFIXES.items():
        if "://" not in url and url.endswith(suffix) and scheme not in FILES:
            scheme, rest = name, f"///{url}"
    if scheme in ("postgresql", "postgres"):
        from jobwire.sync.sinks.postgres_pair import PostgresPair

        return PostgresPair(*_split_options(url, prefix, schema), delete=delete)
    path, prefix, schema = _path(rest), *_options(rest, prefix, schema)
    if not path or scheme not in FILES:
        raise ConfigError(f"Not a sink: {url[:200]!r}.", hint=f"For example {HINT}")
    if schema and scheme != "duckdb":
        raise ConfigError(f"A {scheme} sink has no schemas.", hint="Use a prefix.")
    return _file_sink(scheme, path, prefix, schema, delete)


def _file_sink(scheme: str, path: str, prefix: str, schema: str, delete: bool) -> Sink:
    if scheme == "sqlite":
        from jobwire.sync.sinks.sqlite import SqliteSink

        return SqliteSink(path, prefix=prefix, delete=delete)
    if scheme == "duckdb":
        from jobwire.sync.sinks.duckdb import DuckdbSink

        return DuckdbSink(path, prefix=prefix, schema=schema, delete=delete)
    if scheme == "parquet":
        from jobwire.sync.sinks.parquet import ParquetSink

        return ParquetSink(path, prefix=prefix, delete=delete)
    from jobwire.sync.sinks.ndjson import NdjsonSink

    return NdjsonSink(path, prefix=prefix, delete=delete)


def _path(rest: str) -> str:
    path = rest.partition("?")[0]
    return unquote(path[3:] if path.startswith("///") else path)


def _options(rest: str, prefix: str, schema: str) -> tuple[str, str]:
    given = dict(parse_qsl(rest.partition("?")[2]))
    unknown = given.keys() - {"prefix", "schema"}
    if unknown:
        raise ConfigError(f"A sink has no option {min(unknown)!r}.", hint="There are prefix and schema.")
    return prefix or given.get("prefix", ""), schema or given.get("schema", "")


def _split_options(url: str, prefix: str, schema: str) -> tuple[str, str, str]:
    """A PostgreSQL URL without our own parameters: its others belong to libpq."""
    parts = urlsplit(url)
    given = [pair.partition("=") for pair in parts.query.split("&") if pair]
    ours = {name: unquote(value) for name, _, value in given if name in ("prefix", "schema")}
    query = "&".join(f"{name}={value}" for name, _, value in given if name not in ours)
    dsn = parts._replace(query=query).geturl()
    return dsn, prefix or ours.get("prefix", ""), schema or ours.get("schema", "")
