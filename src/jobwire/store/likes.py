"""Marks of near-duplicates: jobs of the same employer on other boards that read alike. Never served."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from jobwire.store.base import Store


class Like(msgspec.Struct, frozen=True):
    """Another job that may be the same opening, and why it is thought so."""

    job_id: str
    board: str
    """Key of the board that lists it."""
    title: str
    likeness: float
    """Share of runs of words that the two texts have in common, estimated: 0.0 to 1.0."""


def read_likes(store: Store, job_id: str) -> list[Like]:
    """The likest first; empty where the job is not marked."""
    stored = store.get_meta(_name(job_id))
    return msgspec.json.decode(stored, type=list[Like]) if stored else []


def put_likes(store: Store, job_id: str, likes: Sequence[Like]) -> None:
    """Mark a job, or take its marks away. Writes only what differs."""
    if list(likes) != read_likes(store, job_id):
        store.put_meta(_name(job_id), msgspec.json.encode(likes) if likes else b"")


def _name(job_id: str) -> str:
    return f"likes:{job_id}"
