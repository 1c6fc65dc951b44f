"""Numbered SQL files, in order: which of them a database still lacks, and whether this program may open it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from importlib.resources.abc import Traversable

import msgspec

from jobwire.errors import StoreMismatch

_NAME = re.compile(r"(\d{4})_(\w+)\.sql")
_COMMENT = re.compile(r"--[^\n]*")


class Migration(msgspec.Struct, frozen=True):
    number: int
    name: str
    sql: str

    @property
    def mark(self) -> str:
        """Its name and a digest of its statements: what a database keeps of those that were applied to it."""
        statements = " ".join(_COMMENT.sub("", self.sql).split())
        return f"{self.name} {hashlib.sha256(statements.encode()).hexdigest()[:12]}"


def read_migrations(folder: Traversable) -> list[Migration]:
    """All `NNNN_name.sql` of `folder`, by number, without gaps from 1."""
    found = [
        Migration(int(match[1]), match[2], file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if (match := _NAME.fullmatch(file.name))
    ]
    found.sort(key=lambda migration: migration.number)
    if [m.number for m in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"migrations are not numbered 1, 2, 3, ...: {[m.number for m in found]}")
    return found


def find_pending(
    migrations: Sequence[Migration], applied: Sequence[str], *, migrate: bool
) -> Sequence[Migration]:
    """What a database lacks to which migrations with these marks were applied.

    Raises StoreMismatch: it is newer, it is behind and may not be migrated, or one of them was another one then.
    """
    version, latest = len(applied), len(migrations)
    for migration, mark in zip(migrations, applied, strict=False):
        if mark != migration.mark:
            raise StoreMismatch(
                f"The database's tables are not those of this jobwire: its step {migration.number} ({mark})"
                f" was another one than {migration.mark}.",
                hint="It was made by a development version. Name a new store, and fill it again.",
            )
    if version > latest:
        raise StoreMismatch(
            f"The database is at schema version {version}, this jobwire knows {latest}.",
            hint="Install the jobwire that wrote it, or a newer one.",
        )
    if version < latest and not migrate:
        raise StoreMismatch(
            f"The database is at schema version {version}, this jobwire needs {latest}.",
            hint="Start one jobwire that may migrate it, then the others.",
        )
    return migrations[version:]
