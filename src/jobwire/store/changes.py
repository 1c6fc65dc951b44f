"""What changed in a job: which fields each new version shows differently, kept beside its raw posting.

The log keeps the newest version only. A list of the last changes stands in the stored raw posting, out of
consumers' sight: `{"changes": [{"at": "...", "fields": ["title", "compensation"]}], ...}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from datetime import datetime
from typing import Any

import msgspec

from jobwire.model.wire import job_content
from jobwire.store.base import Store
from jobwire.store.records import JobEntry

KEPT = 20
"""Changes of one job that are remembered, the newest last."""
REOPENED = "re-opened"
_OPEN = b"null}"
"""Closes a stored body, which ends before its company."""
_BOOKKEEPING = frozenset({"id", "company", "created_at", "updated_at"})


class Change(msgspec.Struct, frozen=True):
    """One new version of a job."""

    at: datetime
    fields: tuple[str, ...]
    """The record's fields that differ from the version before, in the record's order; or REOPENED alone."""


class _Kept(msgspec.Struct, frozen=True):
    changes: tuple[Change, ...] = ()


def read_changes(raw: bytes | None) -> tuple[Change, ...]:
    """The changes that a stored raw posting tells of, oldest first."""
    return msgspec.json.decode(raw, type=_Kept).changes if raw else ()


def describe_change(change: Change) -> str:
    """For a person: `changed: title, compensation`."""
    return REOPENED if change.fields == (REOPENED,) else f"changed: {', '.join(change.fields)}"


def note_changes(
    store: Store, entries: Iterable[JobEntry], earlier: Set[str], at: datetime
) -> tuple[JobEntry, ...]:
    """The entries, each raw posting with the job's changes up to this one. `earlier`: ids that had a version."""
    return tuple(_note(store, entry, at) if entry.job.id in earlier else entry for entry in entries)


def carry_changes(store: Store, job_id: str, raw: bytes) -> bytes:
    """`raw` with the changes that the stored raw posting of the job tells of."""
    return _put(raw, read_changes(store.get_raw(job_id)))


def list_changed(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
    """Names of the fields of two records that differ, but for bookkeeping."""
    return tuple(name for name in after if name not in _BOOKKEEPING and after[name] != before.get(name))


def _note(store: Store, entry: JobEntry, at: datetime) -> JobEntry:
    row = store.get_log_row(entry.job.id)
    if row is None or entry.raw is None:
        return entry
    changes = read_changes(store.get_raw(entry.job.id))
    if row.body:
        before = msgspec.json.decode(row.body + _OPEN)
        fields = list_changed(before, msgspec.json.decode(job_content(entry.job) + b"}"))
    else:
        fields = (REOPENED,)
    if fields:
        changes = (*changes, Change(at, fields))[-KEPT:]
    return msgspec.structs.replace(entry, raw=_put(entry.raw, changes))


def _put(raw: bytes, changes: tuple[Change, ...]) -> bytes:
    return b'%b,"changes":%b}' % (raw[:-1], msgspec.json.encode(changes)) if changes else raw
