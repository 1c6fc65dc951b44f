"""Invariant 1: the seeds' own recipe, as printed, ends equal to the server's active set; so does jobwire sync.

Jobs are published, edited, expired and re-opened between *and during* runs, on any schedule.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import urllib3
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.spine.spine import KEY, Spine, running

from jobwire.model.change import Removal
from jobwire.model.company import Company
from jobwire.model.ids import job_id
from jobwire.model.job import Job
from jobwire.store.records import JobEntry, Publication
from jobwire.sync import Sync

JOBS = [job_id("recipe", str(n)) for n in range(14)]
OVERLAP = timedelta(minutes=15)
COMPANY = Company(id="6e1c9a52-58cf-5d0a-9f0e-0d6a2f6f7c11", name="Acme")

# One write: which job, and whether it is published (new, edited, re-opened) or expired.
writes = st.lists(st.tuples(st.integers(0, len(JOBS) - 1), st.booleans()), max_size=4)
# One run: minutes before it, the writes before it, the writes during it (one batch a request), where it crashes.
runs = st.lists(
    st.tuples(st.integers(0, 5_000), writes, st.lists(writes, max_size=6), st.none() | st.integers(0, 6)),
    min_size=1,
    max_size=4,
)


class Crash(Exception):
    """The consumer's process ends here."""


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    with running(tmp_path_factory.mktemp("recipe"), "http://127.0.0.1:9") as found:
        yield found


EDITIONS = itertools.count()


def write(spine: Spine, batch: list[tuple[int, bool]]) -> None:
    for number, put in batch:
        at = spine.clock()
        job = Job(
            id=JOBS[number],
            title=f"Edition {next(EDITIONS)}",
            company=COMPANY.summarize(),
            description="text",
            listing_url="https://acme.example/1",
            apply_url="https://acme.example/1",
            source="lever",
            created_at=at,
            updated_at=at,
            date_posted=datetime.fromisoformat("2020-01-01T00:00:00+00:00"),  # late-indexed old postings
        )
        if put:
            spine.store.publish(Publication(companies=(COMPANY,), entries=(JobEntry(job=job),)))
        else:
            spine.store.publish(Publication(removals=(Removal(JOBS[number], "source_removed"),)))


def truth(spine: Spine) -> dict[str, str]:
    """id -> title of everything that is active on the server."""
    found = {}
    for row in spine.store.page(0, 1000).rows:
        body = json.loads(row.body + b"null}")
        found[body["id"]] = body["title"]
    return found


class Printed:
    """The seeds' Python program, step by step, with the same state file and the same order of writes to it."""

    def __init__(self, spine: Spine) -> None:
        self.spine = spine
        self.http = urllib3.PoolManager()
        self.state: dict[str, Any] = {"last_run_at": None, "cursor": None}
        self.store: dict[str, dict[str, Any]] = {}

    def run(self, before_request: Callable[[], None]) -> None:
        state = dict(self.state)
        this_run_at = self.spine.clock().isoformat()
        posted_after = None
        if state["last_run_at"]:
            posted_after = (datetime.fromisoformat(state["last_run_at"]) - OVERLAP).isoformat()
        cursor = state.get("cursor")
        while True:
            body: dict[str, Any] = {"batch_size": 3}
            if posted_after:
                body["posted_after"] = posted_after
            if cursor:
                body["cursor"] = cursor
            before_request()
            data = self._ask("POST", "/api/jobs/feed", json=body)
            for job in data["jobs"]:
                self.store[job["id"]] = job
            cursor = data["next_cursor"]
            self.state = {**state, "cursor": cursor}
            if not data["has_more"]:
                break
        if state["last_run_at"]:
            cursor = None
            while True:
                params = {"expired_since": state["last_run_at"], "batch_size": "2"}
                if cursor:
                    params["cursor"] = cursor
                before_request()
                data = self._ask("GET", "/api/jobs/expired", fields=params)
                for found in data["job_ids"]:
                    self.store.pop(found, None)
                cursor = data["next_cursor"]
                if not data["has_more"]:
                    break
        self.state = {"last_run_at": this_run_at, "cursor": None}

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        response = self.http.request(method, self.spine.url + path, headers={"X-Api-Key": KEY}, **more)
        assert response.status == 200, response.data
        return response.json()

    def titles(self) -> dict[str, str]:
        return {found: job["title"] for found, job in self.store.items()}


def interfere(spine: Spine, during: list[list[tuple[int, bool]]], crash_at: int | None) -> Callable[[], None]:
    """Before each request: the writes of its turn, and perhaps the end of the process."""
    turns = itertools.count()

    def before_request() -> None:
        turn = next(turns)
        if turn == crash_at:
            raise Crash
        if turn < len(during):
            write(spine, during[turn])

    return before_request


@settings(max_examples=40)
@given(st.lists(writes, max_size=2), runs)
def test_the_printed_recipe_ends_equal(spine: Spine, first: list[Any], plan: list[Any]) -> None:
    consumer = Printed(spine)
    for batch in first:
        write(spine, batch)
    consumer.run(lambda: None)  # a first run that ends; see the next test for one that does not
    for minutes, before, during, crash_at in plan:
        spine.clock.pass_(timedelta(minutes=min(minutes, 9_000)))
        write(spine, before)
        with contextlib.suppress(Crash):
            consumer.run(interfere(spine, during, crash_at))
    consumer.run(lambda: None)
    assert consumer.titles() == truth(spine)


def test_the_one_gap_of_the_printed_recipe(spine: Spine) -> None:
    """A first run that crashed is resumed without a sweep: what expired in between stays in the copy.

    The consumer page explains it; a resumed run that sweeps since the crashed run's start, as ours does, has no gap.
    """
    write(spine, [(n, True) for n in range(8)])
    consumer = Printed(spine)
    with contextlib.suppress(Crash):
        consumer.run(interfere(spine, [], 1))
    delivered = next(iter(consumer.store))
    write(spine, [(JOBS.index(delivered), False)])
    consumer.run(lambda: None)
    consumer.run(lambda: None)
    extra = consumer.titles().keys() - truth(spine).keys()
    assert extra == {delivered}
    assert truth(spine).items() <= consumer.titles().items(), "nothing is missing or stale, all the same"


def copied(path: Path) -> dict[str, str]:
    with contextlib.closing(sqlite3.connect(path)) as database:
        return dict(database.execute("SELECT id, title FROM jobs WHERE expired_at IS NULL"))


@settings(max_examples=30)
@given(plan=runs)
def test_jobwire_sync_ends_equal_with_a_crash_at_any_step(
    spine: Spine, tmp_path_factory: pytest.TempPathFactory, plan: list[Any]
) -> None:
    path = tmp_path_factory.mktemp("copy") / "copy.db"

    def run(before_step: Callable[[], None]) -> None:
        Sync(
            spine.client,
            f"sqlite:///{path}",
            on_progress=lambda _: before_step(),
            now=spine.clock,
            batch_size=3,
        ).run()

    for minutes, before, during, crash_at in plan:
        spine.clock.pass_(timedelta(minutes=minutes))
        write(spine, before)
        with contextlib.suppress(Crash):
            run(interfere(spine, during, crash_at))
    run(lambda: None)
    assert copied(path) == truth(spine)
