"""A dlt source over the same rules, for the warehouses that dlt loads: `pip install "jobwire[dlt]"`.

    import dlt
    from jobwire.sync.dlt import jobwire_source

    pipeline = dlt.pipeline("jobs", destination="bigquery", dataset_name="jobs")
    pipeline.run(jobwire_source("https://feed.example.com", dlt.secrets["jobwire_key"]))

The place in the feed lives in dlt's state, which is committed with the load. A full scan replaces the table, an
incremental one merges by `id`; removals arrive as `hard_delete`. Rows wait on disk until the scan is complete,
because of an id that comes twice only the last version may be loaded.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from jobwire.errors import ConfigError, JobwireError
from jobwire.sync import checkpoint as checkpoints
from jobwire.sync.checkpoint import Checkpoint
from jobwire.sync.client import FeedClient
from jobwire.sync.follow import follow_jobs, follow_sites
from jobwire.sync.page import ChangePage
from jobwire.sync.steps import Fetch, Rules, Settle, Step, Suspect, Tally, Write

try:
    import dlt
except ImportError as error:
    raise ConfigError("The dlt source needs dlt.", hint='pip install "jobwire[dlt]"') from error

GONE = "_gone"
"""The column that tells dlt to delete."""
BATCH = 1000


def jobwire_source(
    base_url: str,
    key: str,
    *,
    filters: dict[str, Any] | None = None,
    site_filters: dict[str, Any] | None = None,
    streams: Sequence[str] = ("jobs", "career_sites"),
    nesting: int = 1,
) -> Any:
    """A dlt source with the resources `jobs` and `career_sites`. `nesting`: how deep lists become child tables.

    Raises the errors of `jobwire.errors` while dlt extracts; nothing of that run is loaded then.
    """
    client = FeedClient(base_url, key)

    @dlt.source(name="jobwire", max_table_nesting=nesting, root_key=True)  # type: ignore[untyped-decorator,unused-ignore]
    def source() -> Iterator[Any]:
        if "jobs" in streams:
            yield _resource("jobs", client, filters or {}, {GONE: {"data_type": "bool", "hard_delete": True}})
        if "career_sites" in streams:
            yield _resource("career_sites", client, site_filters or {}, {})

    return source()


def _resource(stream: str, client: FeedClient, filters: dict[str, Any], columns: dict[str, Any]) -> Any:
    def extract() -> Iterator[Any]:
        state = dlt.current.resource_state(stream)
        saved = checkpoints.decode(state["checkpoint"]) if state.get("checkpoint") else None
        rules = Rules(source=client.base_url, filters=filters, catch_up=False)
        follow = follow_jobs if stream == "jobs" else follow_sites
        with _waiting_room() as room:
            done = _drive(follow(saved, rules), client, filters, room)
            if room.full:  # an empty feed must empty the table, too
                replace = dlt.mark.make_hints(write_disposition="replace")
                yield dlt.mark.with_hints([], replace)
            yield from room.rows()
        state["checkpoint"] = checkpoints.encode(done)

    return dlt.resource(extract, name=stream, primary_key="id", write_disposition="merge", columns=columns)


class _Room:
    """Rows and removals of one run, one of each id, in the order of the ids."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.full = False
        self.suspects: set[str] = set()
        self._db = db
        db.execute("PRAGMA synchronous = OFF")
        db.execute("CREATE TABLE waiting (id TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID")

    def put(self, rows: Sequence[Any]) -> None:
        self.suspects.difference_update(row.id for row in rows)
        with self._db:
            self._db.executemany(
                "INSERT OR REPLACE INTO waiting VALUES (?, ?)", ((row.id, row.body) for row in rows)
            )

    def remove(self, ids: Sequence[str]) -> None:
        self.suspects.difference_update(ids)
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO waiting VALUES (?, NULL)", ((id_,) for id_ in ids))

    def begin_full(self) -> None:
        """All that matters comes from now on."""
        self.full = True
        self.suspects.clear()
        with self._db:
            self._db.execute("DELETE FROM waiting")

    def rows(self) -> Iterator[list[dict[str, Any]]]:
        cursor = self._db.execute("SELECT id, body FROM waiting ORDER BY id")
        while found := cursor.fetchmany(BATCH):
            batch = [_item(id_, body) for id_, body in found if body is not None or not self.full]
            if batch:
                yield batch


@contextmanager
def _waiting_room() -> Iterator[_Room]:
    with (
        tempfile.TemporaryDirectory(prefix="jobwire-dlt-") as folder,
        closing(sqlite3.connect(Path(folder) / "waiting.db")) as db,
    ):
        yield _Room(db)


def _item(id_: str, body: bytes | None) -> dict[str, Any]:
    if body is None:
        return {"id": id_, GONE: True}
    item: dict[str, Any] = msgspec.json.decode(body)
    return {**item, "id": id_}  # as the removals spell it


def _drive(
    following: Generator[Step, Any, Checkpoint], client: FeedClient, filters: dict[str, Any], room: _Room
) -> Checkpoint:
    """Carry out the rules' steps without a database: what is suspected at the end is removed."""
    answer: Any = None
    failure: JobwireError | None = None
    while True:
        try:
            step = following.send(answer) if failure is None else following.throw(failure)
        except StopIteration as end:
            done: Checkpoint = end.value
            return done
        answer, failure = None, None
        if isinstance(step, Fetch):
            try:
                answer = client.fetch(step, filters)
            except JobwireError as error:
                failure = error
        elif isinstance(step, Tally):
            answer = (0, 0)  # what the warehouse holds is not known here
        else:
            _order(step, room)


def _order(step: Step, room: _Room) -> None:
    if isinstance(step, Write):
        room.put(step.page.columns)
        if isinstance(step.page, ChangePage):
            room.remove([removal.id for removal in step.page.removals])
    elif isinstance(step, Suspect) and step.ids is None:
        room.begin_full()
    elif isinstance(step, Suspect):
        if step.afresh:
            room.suspects.clear()
        room.suspects.update(step.ids or ())
    elif isinstance(step, Settle):
        room.remove(list(room.suspects))
