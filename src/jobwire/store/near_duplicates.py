"""Marks of near-duplicates: jobs of the same employer on other boards that read alike. Never served."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from jobwire.store.base import Store


class NearDuplicate(msgspec.Struct, frozen=True):
    """Another job that may be the same opening, and why it is thought so."""

    job_id: str
    board: str
    """Key of the board that lists it."""
    title: str
    similarity: float
    """Share of runs of words that the two texts have in common, estimated: 0.0 to 1.0."""


def read_near_duplicates(store: Store, job_id: str) -> list[NearDuplicate]:
    """The most similar first; empty where the job is not marked."""
    stored = store.get_meta(_name(job_id))
    return msgspec.json.decode(stored, type=list[NearDuplicate]) if stored else []


def put_near_duplicates(store: Store, job_id: str, marks: Sequence[NearDuplicate]) -> None:
    """Mark a job, or take its marks away. Writes only what differs."""
    if list(marks) != read_near_duplicates(store, job_id):
        store.put_meta(_name(job_id), msgspec.json.encode(marks) if marks else b"")


def _name(job_id: str) -> str:
    return f"near_duplicates:{job_id}"
