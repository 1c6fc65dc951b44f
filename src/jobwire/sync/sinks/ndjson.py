"""The NDJSON sink: one file of the active jobs, one JSON object a line, replaced as a whole after each round."""

# ruff: noqa: S608  (see `table_sink`)

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from jobwire.sync.sinks.printed import PrintedSink


class NdjsonSink(PrintedSink):
    """`path` is the file that others read; `<path>.sync.db` beside it keeps the rows."""

    partition: ClassVar = "''"

    def __init__(self, path: str | Path, *, prefix: str = "", delete: bool = False) -> None:
        target = Path(path)
        super().__init__(target.with_name(f"{target.name}.sync.db"), target, prefix=prefix, delete=delete)
        self.url = f"ndjson:///{path}"

    def _print(self, behind: Sequence[str]) -> None:
        fresh = self.target.with_name(f".{self.target.name}.new")
        rows = self._db.execute(
            f"SELECT CAST(body AS BLOB) FROM {self._name('jobs')} WHERE expired_at IS NULL ORDER BY id"
        )
        with fresh.open("wb") as file:
            for (body,) in rows:  # between the tokens of JSON a line break is a space
                file.write(body.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.target)
