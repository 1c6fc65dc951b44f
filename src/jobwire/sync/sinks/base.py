"""The contract of a sink: a database that sync fills. One contract suite runs against every one of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any

import msgspec

from jobwire.errors import ConfigError
from jobwire.sync.checkpoint import Checkpoint
from jobwire.sync.content import Content, find_content
from jobwire.sync.page import Removal
from jobwire.sync.rows import SentJob, SiteRow

Known = Mapping[str, tuple[datetime | None, bool]]
"""What a sink has: id to (updated_at, is expired)."""


class Counts(msgspec.Struct, kw_only=True):
    """What writing did to rows."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    reopened: int = 0
    expired: int = 0

    @property
    def changes(self) -> int:
        """Rows that are not as they were."""
        return self.new + self.changed + self.reopened + self.expired

    def add(self, other: Counts) -> None:
        for name in other.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class CompanyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A company profile; `body` None: the stored one is still right."""

    id: str
    body: bytes | None
    etag: str | None
    fetched_at: datetime


class Sink(ABC):
    """One database. Every writing method is one transaction: all of it is kept after a crash, or nothing.

    `prefix` is put before every table name (or file name), `delete` removes expired rows instead of marking
    them. Methods are called from one thread at a time. Errors: ConfigError where the target cannot be used,
    Locked where another run is at it, StoreMismatch where a newer jobwire wrote it.
    """

    url: str
    """The target as a person may see it: without a password."""
    by_content = False
    """Compare what jobs hold, too, and not only their `updated_at`: slower, for repairs."""

    def __init__(self, url: str, *, prefix: str = "", delete: bool = False) -> None:
        self.url = url
        self.prefix = check_name(prefix) if prefix else ""
        self.delete = delete

    @abstractmethod
    def check(self) -> None:
        """See that `open` can do its work, changing nothing. Raises ConfigError."""

    @abstractmethod
    def open(self, *, read_only: bool = False) -> None:
        """Connect. Unless `read_only`: take the lock of this target and make or migrate the tables."""

    @abstractmethod
    def close(self) -> None:
        """Let go of connection and lock; a transaction that is open is undone."""

    @abstractmethod
    def load(self, stream: str) -> Checkpoint | None:
        """The checkpoint that was saved last."""

    @abstractmethod
    def write_jobs(
        self, rows: Sequence[SentJob], removals: Sequence[Removal], checkpoint: Checkpoint | None
    ) -> Counts:
        """Upsert by id what is new or has another `updated_at`, expire the removals, save the checkpoint if there
        is one. The ids of both are no longer suspected. An expired row that comes back is active again. Where
        nothing differs and there is no checkpoint, nothing is written."""

    @abstractmethod
    def write_sites(self, rows: Sequence[SiteRow], checkpoint: Checkpoint | None) -> Counts:
        """The same for career sites, which do not expire."""

    @abstractmethod
    def suspect(self, ids: Sequence[str] | None, *, afresh: bool, besides: Sequence[str] = ()) -> None:
        """Note active rows (all of them for None, except those in `besides`) as gone unless they are written
        before `settle`."""

    @abstractmethod
    def tally(self, among: Sequence[str] | None = None) -> tuple[int, int]:
        """How many rows are suspected (of `among`, where given) and how many are active; the second counts only
        where the first is not 0."""

    @abstractmethod
    def settle(self, checkpoint: Checkpoint, reason: str, at: datetime) -> int:
        """Expire what is still suspected and save the checkpoint; answers how many rows expired."""

    @abstractmethod
    def expire(self, ids: Sequence[str], reason: str, at: datetime) -> int:
        """Expire rows by hand (repair after `verify`)."""

    @abstractmethod
    def versions(self) -> Iterator[tuple[str, datetime | None]]:
        """Id and `updated_at` of every active job, in any order."""

    @abstractmethod
    def contents(self) -> Iterator[tuple[str, datetime | None, Content]]:
        """Id, `updated_at` and content of every active job, in any order."""

    def site_contents(self) -> Iterator[tuple[str, datetime | None, Content]]:
        """The same of every career site."""
        return iter(())

    @abstractmethod
    def record(self, run: Mapping[str, Any]) -> None:
        """Keep the receipt of a run."""

    def note(self, run: Mapping[str, Any]) -> None:
        """Keep that a run found nothing new, where that needs no write to the database."""
        return  # where there is no place beside it

    def noted(self) -> dict[str, Any] | None:
        """The receipt of the last such run, where it is kept."""
        return None

    @abstractmethod
    def runs(self, limit: int = 10) -> list[dict[str, Any]]:
        """The latest receipts, newest first."""

    @abstractmethod
    def clear(self) -> None:
        """Empty every table, checkpoints included."""

    def interrupt(self) -> None:
        """Break off the statement under way, from another thread, where the target can do that."""
        return  # where it cannot, statements are short

    def index(self) -> None:
        """Build what only readers need; called after a scan that is complete."""
        return  # nothing to build where there are no indexes

    @abstractmethod
    def companies_to_fetch(self, limit: int) -> list[tuple[str, str | None]]:
        """Ids (and stored ETags) of companies without a profile, or with one older than their career site."""

    @abstractmethod
    def write_companies(self, rows: Iterable[CompanyRow]) -> Counts:
        """Keep profiles."""

    def __enter__(self) -> Sink:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Refused(ConfigError):
    """A value that JSON allows and this database does not: an escape, a number, a nesting."""


class Changes(msgspec.Struct):
    """A page sorted by what has to be done with it."""

    counts: Counts
    new: list[Any]
    changed: list[Any]


def sort_rows(rows: Sequence[Any], known: Known, contents: Mapping[str, Content] | None = None) -> Changes:
    """Which rows are new, which differ, which are as they were: those of the same `updated_at`, and of the same
    content where `contents` has their id."""
    sorted_rows = Changes(Counts(), [], [])
    counts = sorted_rows.counts
    for row in rows:
        had = known.get(row.id)
        if had is None:
            counts.new += 1
            sorted_rows.new.append(row)
        elif had[1]:
            counts.reopened += 1
            sorted_rows.changed.append(row)
        elif row.updated_at != had[0] or (
            contents and row.id in contents and contents[row.id] != find_content(row)
        ):
            counts.changed += 1
            sorted_rows.changed.append(row)
        else:
            counts.unchanged += 1
    return sorted_rows


def check_name(name: str) -> str:
    """A schema or table prefix that needs no quoting anywhere. Raises ConfigError."""
    if not (name.isascii() and name.replace("_", "a").isalnum() and not name[0].isdigit() and len(name) <= 40):
        raise ConfigError(
            f"{name!r} cannot be a schema or prefix.", hint="Letters, digits and _; not a digit first."
        )
    return name.lower()
