"""Numbered SQL files, in order: which of them a database still lacks, and whether this program may open it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources.abc import Traversable

import msgspec

from jobwire.errors import StoreMismatch

_NAME = re.compile(r"(\d{4})_(\w+)\.sql")


class Migration(msgspec.Struct, frozen=True):
    number: int
    name: str
    sql: str


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


def find_pending(migrations: Sequence[Migration], version: int, *, migrate: bool) -> Sequence[Migration]:
    """What a database at `version` lacks. Raises StoreMismatch: newer, or behind and may not be migrated."""
    latest = len(migrations)
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
