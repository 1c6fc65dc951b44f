"""The Parquet sink: a folder of files by month of first indexing, and a manifest that is replaced at once.

`manifest.json` lists the files that together are the table: `{"version", "written_at", "rows", "files":
[{"path", "month", "rows"}]}`. Files are never changed: a month that changed gets a new one, and the old one is
removed after the new manifest is in place.
"""

# ruff: noqa: S608  (see `table_sink`)

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from jobwire.errors import ConfigError
from jobwire.sync.sinks.printed import PrintedSink
from jobwire.sync.sinks.tables import EXPIRY_COLUMNS, JOB_COLUMNS, VERSION
from jobwire.sync.times import find_time

GROUP_ROWS = 2000
"""Rows a row group: about 11 MB of JSON in memory."""
COLUMNS = JOB_COLUMNS + EXPIRY_COLUMNS


class _File(msgspec.Struct):
    path: str
    month: str
    rows: int


class _Manifest(msgspec.Struct):
    version: int
    written_at: datetime
    rows: int
    files: list[_File]


class ParquetSink(PrintedSink):
    """`path` is the folder; `_rows.db` in it keeps the rows. Times are UTC timestamps, lists are in `body`."""

    partition: ClassVar = "coalesce(substr(created_at, 1, 7), 'unknown')"

    def __init__(self, path: str | Path, *, prefix: str = "", delete: bool = False) -> None:
        self.folder = Path(path)
        target = self.folder / f"{prefix}manifest.json"
        super().__init__(self.folder / f"{prefix}_rows.db", target, prefix=prefix, delete=delete)
        self.url = f"parquet:{path}"

    def check(self) -> None:
        _pyarrow()
        if self.folder.exists() and not self.folder.is_dir():
            raise ConfigError(f"{self.folder} is not a folder.")
        if self.folder.exists():
            super().check()
        elif not os.access(self.folder.parent, os.W_OK):
            raise ConfigError(f"No right to make {self.folder}.")

    def open(self, *, read_only: bool = False) -> None:
        if not read_only:
            self.check()
            self.folder.mkdir(exist_ok=True)
        super().open(read_only=read_only)

    def _print(self, behind: Sequence[str]) -> None:
        had = self._read_manifest()
        kept = [file for file in had if file.month not in behind]
        files = kept + [file for month in behind if (file := self._print_month(month)) is not None]
        manifest = _Manifest(VERSION, datetime.now(UTC), sum(f.rows for f in files), sorted(files, key=_path_of))
        _replace_file(self.target, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        listed = {self.folder / file.path for file in files}
        for path in (self.folder / f"{self.prefix}jobs").glob("*/*.parquet"):
            if path not in listed:  # replaced, or left behind by a run that was killed while printing
                path.unlink()

    def _read_manifest(self) -> list[_File]:
        try:
            return msgspec.json.decode(self.target.read_bytes(), type=_Manifest).files
        except (FileNotFoundError, msgspec.DecodeError):
            return []

    def _print_month(self, month: str) -> _File | None:
        """One new file with all rows of the month; None where there are none left."""
        parquet = _pyarrow()
        name = f"{self.prefix}jobs/month={month}/{uuid.uuid4().hex}.parquet"
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        schema, rows, writer = _schema(), 0, None
        for group in self._groups(month):
            writer = writer or parquet.parquet.ParquetWriter(path, schema, compression="zstd")
            rows += len(group)
            writer.write_table(_table(group, schema))
        if writer is None:
            return None
        writer.close()
        _sync(path)
        return _File(name, month, rows)

    def _groups(self, month: str) -> Iterator[list[Any]]:
        names = ", ".join(name for name, _ in COLUMNS)
        found = self._db.execute(
            f"SELECT {names} FROM {self._name('jobs')} WHERE {self.partition} = ? ORDER BY id", (month,)
        )
        while group := found.fetchmany(GROUP_ROWS):
            yield group


def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ConfigError("The Parquet sink needs pyarrow.", hint='pip install "jobwire[parquet]"') from error
    return pyarrow


def _schema() -> Any:
    arrow = _pyarrow()
    types = {"text": arrow.string(), "number": arrow.float64(), "json": arrow.string()}
    types["time"] = arrow.timestamp("us", tz="UTC")
    return arrow.schema([(name, types[kind]) for name, kind in COLUMNS])


def _table(rows: list[Any], schema: Any) -> Any:
    columns = []
    for i, (_, kind) in enumerate(COLUMNS):
        values = [row[i] for row in rows]
        columns.append([find_time(value) for value in values] if kind == "time" else values)
    return _pyarrow().Table.from_arrays(
        [_pyarrow().array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema
    )


def _replace_file(path: Path, content: bytes) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(content)
    _sync(fresh)
    fresh.replace(path)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _path_of(file: _File) -> str:
    return file.path
