"""What sinks made of files that cannot be changed in place have in common.

Upserts need to know what was there, so the rows live in a SQLite file, which is also what a crash leaves intact.
The files that others read are printed from it, partition by partition, after each round: which ones are
behind is noted in the transaction of the rows.
"""

# ruff: noqa: S608  (see `table_sink`)

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from jobwire.errors import ConfigError
from jobwire.sync.checkpoint import Checkpoint
from jobwire.sync.page import Removal
from jobwire.sync.rows import SentJob
from jobwire.sync.sinks.base import Counts
from jobwire.sync.sinks.sqlite import SqliteSink


class PrintedSink(SqliteSink):
    """`rows` is the SQLite file, `target` what is printed."""

    partition: ClassVar[str]
    """SQL of a job's partition."""

    def __init__(self, rows: Path, target: Path, *, prefix: str, delete: bool) -> None:
        super().__init__(rows, prefix=prefix, delete=delete)
        self.target = target

    @abstractmethod
    def _print(self, behind: Sequence[str]) -> None:
        """Print these partitions anew, so that readers see all of the round or nothing of it."""

    def _migrate(self) -> None:
        super()._migrate()
        self._run(f"CREATE TABLE IF NOT EXISTS {self._name('sync_behind')} (part TEXT PRIMARY KEY) WITHOUT ROWID")
        if not self.target.exists():
            self._change(
                f"INSERT OR IGNORE INTO {self._name('sync_behind')}"
                f" SELECT DISTINCT {self.partition} FROM {self._name('jobs')}"
            )

    def _touched(self, ids: Sequence[str]) -> None:
        self._change(
            f"INSERT OR IGNORE INTO {self._name('sync_behind')}"
            f" SELECT DISTINCT {self.partition} FROM {self._name('jobs')} WHERE id {self.among}",
            (self._ids(ids),),
        )

    def write_jobs(
        self, rows: Sequence[SentJob], removals: Sequence[Removal], checkpoint: Checkpoint | None
    ) -> Counts:
        counts = super().write_jobs(rows, removals, checkpoint)
        if checkpoint is not None and checkpoint.scan is None:  # the end of the log: nothing to settle
            self._catch_up()
        return counts

    def settle(self, checkpoint: Checkpoint, reason: str, at: datetime) -> int:
        expired = super().settle(checkpoint, reason, at)
        self._catch_up()
        return expired

    def expire(self, ids: Sequence[str], reason: str, at: datetime) -> int:
        expired = super().expire(ids, reason, at)
        self._catch_up()
        return expired

    def clear(self) -> None:
        with self._transaction():
            self._change(
                f"INSERT OR IGNORE INTO {self._name('sync_behind')}"
                f" SELECT DISTINCT {self.partition} FROM {self._name('jobs')}"
            )
        super().clear()

    def _catch_up(self) -> None:
        behind = [row[0] for row in self._run(f"SELECT part FROM {self._name('sync_behind')} ORDER BY part")]
        if not behind and self.target.exists():
            return
        try:
            self._print(behind)
        except OSError as error:
            raise ConfigError(
                f"{self.target}: {error}.", hint="Make room, or the right to write there."
            ) from error
        with self._transaction():
            self._change(f"DELETE FROM {self._name('sync_behind')} WHERE part {self.among}", (self._ids(behind),))
