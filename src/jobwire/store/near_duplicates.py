"""Marks of near-duplicates: jobs of the same employer on other boards that read alike. Never served."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from jobwire.errors import InvalidInput
from jobwire.model.ids import parse_id
from jobwire.store.base import Store

_APART = "near_duplicates_apart"


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
    if list(marks) == read_near_duplicates(store, job_id):
        return
    if marks:
        store.put_meta(_name(job_id), msgspec.json.encode(marks))
    else:
        store.delete_meta(_name(job_id))


def delete_near_duplicates(store: Store) -> None:
    """Take all marks away."""
    store.delete_meta(_name(""))


def read_apart(store: Store) -> frozenset[tuple[str, str]]:
    """Pairs of job ids, the smaller one first, that a person told apart: they are marked no more."""
    stored = store.get_meta(_APART)
    return msgspec.json.decode(stored, type=frozenset[tuple[str, str]]) if stored else frozenset()


def put_apart(store: Store, a: str, b: str, *, apart: bool) -> tuple[str, str]:
    """Remember that two jobs are not the same opening, or take that back. Returns their ids in order.

    Raises InvalidInput where they are not two jobs of the store, or are not told apart when that is taken back.
    """
    ids = {_parse_job(a), _parse_job(b)}
    if len(ids) < 2:
        raise InvalidInput(f"{a} and {b} are one job.", hint="Name two.")
    pair = min(ids), max(ids)
    known = read_apart(store)
    if not apart and pair not in known:
        raise InvalidInput(f"{a} and {b} are not told apart.")
    for job_id in pair if apart else ():
        if store.get_log_row(job_id) is None:
            raise InvalidInput(
                f"There is no job {job_id} here.", hint="`jobwire duplicates` lists those that are marked."
            )
    store.put_meta(_APART, msgspec.json.encode(sorted(known | {pair} if apart else known - {pair})))
    return pair


def _parse_job(text: str) -> str:
    try:
        return parse_id(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is not the id of a job, which is a UUID.") from error


def _name(job_id: str) -> str:
    return f"near_duplicates:{job_id}"
