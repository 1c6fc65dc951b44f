"""What the SQL sinks do with rows: which statements, in which order, in which transaction."""

# ruff: noqa: S608  (see `table_sink`)

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Literal, TypeVar

import msgspec

from jobwire.sync.checkpoint import Checkpoint
from jobwire.sync.content import Content, Places, content_of_job, content_of_site
from jobwire.sync.page import Removal
from jobwire.sync.rows import JobRow, LocationRow, SentJob, SiteRow, storable
from jobwire.sync.sinks.base import Changes, Counts, Known, Refused, sort_rows
from jobwire.sync.sinks.table_sink import TableSink, Values
from jobwire.sync.sinks.tables import JOB_COLUMNS, LOCATION_COLUMNS, SITE_COLUMNS, TABLES

_Row = TypeVar("_Row", JobRow, SiteRow)
JOB_NAMES = tuple(name for name, _ in JOB_COLUMNS)
LOCATION_NAMES = tuple(name for name, _ in LOCATION_COLUMNS)
SITE_NAMES = tuple(name for name, _ in SITE_COLUMNS)
NAMES = {"jobs": JOB_NAMES, "career_sites": SITE_NAMES}


class SqlSink(TableSink):
    """A sink with tables and rows in them."""

    _suspected: Literal["none", "listed", "unseen"] = "none"
    """Which rows are: those in `sync_suspects`, or all active ones but those in `sync_seen`. While a full scan is
    under way it is the latter: a list a page is much less to write than a row taken off for each job."""

    def _touched(self, ids: Sequence[str]) -> None:
        """Told within the transaction, before jobs change or go and after they are new or changed."""
        return  # what is read from the tables needs no second telling

    def _migrate(self) -> None:
        super()._migrate()
        self._suspected = "unseen" if self._has_rows("sync_seen") else self._as_listed()

    def clear(self) -> None:
        super().clear()
        self._suspected = "none"

    # Rows

    def write_jobs(
        self, rows: Sequence[SentJob], removals: Sequence[Removal], checkpoint: Checkpoint | None
    ) -> Counts:
        try:
            return self._write_jobs(rows, removals, checkpoint)
        except Refused:
            return self._write_jobs(rows, removals, checkpoint, accept)

    def _write_jobs(
        self,
        rows: Sequence[SentJob],
        removals: Sequence[Removal],
        checkpoint: Checkpoint | None,
        accepted: Callable[[Changes], Changes] = lambda page: page,
    ) -> Counts:
        with self._transaction():
            page = accepted(self._compare(rows))
            self._put_jobs(page, [row.id for row in rows])
            page.counts.expired = sum(self._expire([r.id], r.reason, r.at) for r in removals)
            if checkpoint is not None:
                self._save(checkpoint)
        return page.counts

    def _compare(self, rows: Sequence[SentJob]) -> Changes:
        page = self._sort("jobs", rows, "expired_at IS NOT NULL")
        return Changes(page.counts, [job.row for job in page.new], [job.row for job in page.changed])

    def _sort(self, table: str, rows: Sequence[SentJob] | Sequence[SiteRow], expired: str) -> Changes:
        known = self._known(table, [row.id for row in rows], expired)
        unsure = [row.id for row in rows if row.id in known and (self.by_content or row.updated_at is None)]
        if unsure and table == "jobs":
            self._need_location_key()
        return sort_rows(rows, known, self._contents_of(table, unsure) if unsure else None)

    def _put_jobs(self, page: Changes, ids: Sequence[str]) -> None:
        """Write what is new or changed; `ids`, of all that came, are no longer suspected."""
        if page.changed:
            changed = [row.id for row in page.changed]
            self._touched(changed)
            self._replace("jobs", JOB_NAMES, [row[: len(JOB_NAMES)] for row in page.changed])
            self._forget_locations(changed)
        if page.new and self.by_content:  # a repair: whoever took the jobs may have left their locations
            self._forget_locations([row.id for row in page.new])
        if page.new:
            self._insert("jobs", JOB_NAMES, [row[: len(JOB_NAMES)] for row in page.new])
        written = [*page.new, *page.changed]
        if written:
            self._touched([row.id for row in written])
        places = [place for row in written for place in _places(row)]
        if places:
            self._insert("job_locations", LOCATION_NAMES, places)
        self._clear_of_suspicion(ids)

    def write_sites(self, rows: Sequence[SiteRow], checkpoint: Checkpoint | None) -> Counts:
        try:
            return self._write_sites(rows, checkpoint)
        except Refused:
            return self._write_sites(list(map(_as_accepted, rows)), checkpoint)

    def _write_sites(self, rows: Sequence[SiteRow], checkpoint: Checkpoint | None) -> Counts:
        with self._transaction():
            page = self._sort("career_sites", rows, "1 = 0")
            if page.changed:
                self._replace("career_sites", SITE_NAMES, page.changed)
            if page.new:
                self._insert("career_sites", SITE_NAMES, page.new)
            if checkpoint is not None:
                self._save(checkpoint)
        return page.counts

    def _known(self, table: str, ids: Sequence[str], expired: str) -> Known:
        found = self._look_up(
            f"SELECT id, updated_at, {expired} FROM {self._name(table)} WHERE id {self.among}", (self._ids(ids),)
        )
        return {id_: (self._get_time(updated_at), bool(is_expired)) for id_, updated_at, is_expired in found}

    def _look_up(self, statement: str, values: Values) -> list[Any]:
        return self._run(statement, values)

    # What is here

    def versions(self) -> Iterator[tuple[str, datetime | None]]:
        found = self._pages(f"SELECT id, updated_at FROM {self._name('jobs')} WHERE expired_at IS NULL AND", 5000)
        return ((id_, self._get_time(updated_at)) for rows in found for id_, updated_at in rows)

    def contents(self) -> Iterator[tuple[str, datetime | None, Content]]:
        return self._read_contents("jobs", "expired_at IS NULL AND")

    def site_contents(self) -> Iterator[tuple[str, datetime | None, Content]]:
        return self._read_contents("career_sites", "")

    def _read_contents(self, table: str, condition: str) -> Iterator[tuple[str, datetime | None, Content]]:
        updated_at = NAMES[table].index("updated_at")
        for rows in self._pages(f"{self._select_contents(table)} WHERE {condition}", 500):
            for row, content in self._with_contents(table, rows):
                yield row[0], row[updated_at], content

    def _pages(self, select: str, page: int) -> Iterator[list[Any]]:
        """Page by page in the order of the ids: a reader may take its time."""
        after = ""
        while True:
            rows = self._run(f"{select} id > ? ORDER BY id LIMIT {page:d}", (after,))
            yield rows
            if len(rows) < page:
                return
            after = rows[-1][0]

    def _contents_of(self, table: str, ids: Sequence[str]) -> dict[str, Content]:
        found = self._look_up(f"{self._select_contents(table)} WHERE id {self.among}", (self._ids(ids),))
        return {row[0]: content for row, content in self._with_contents(table, found)}

    def _select_contents(self, table: str) -> str:
        names = ("CAST(body AS VARCHAR)" if name == "body" else name for name in NAMES[table])
        return f"SELECT {', '.join(names)} FROM {self._name(table)}"

    def _with_contents(self, table: str, rows: Sequence[Values]) -> Iterator[tuple[Values, Content]]:
        kinds = dict(TABLES[table][0])
        times = [i for i, name in enumerate(NAMES[table]) if kinds[name] == "time"]
        places = self._places_of([row[0] for row in rows]) if table == "jobs" else {}
        for values in rows:
            row = list(values)
            for i in times:
                row[i] = self._get_time(row[i])
            yield row, content_of_job(row, places.get(row[0], ())) if table == "jobs" else content_of_site(row)

    def _places_of(self, ids: Sequence[str]) -> dict[str, Places]:
        found = self._look_up(
            f"SELECT {', '.join(LOCATION_NAMES)} FROM {self._name('job_locations')}"
            f" WHERE job_id {self.among} ORDER BY job_id, position",
            (self._ids(ids),),
        )
        return {id_: [row[1:] for row in rows] for id_, rows in groupby(found, key=lambda row: str(row[0]))}

    # Removals

    def suspect(self, ids: Sequence[str] | None, *, afresh: bool, besides: Sequence[str] = ()) -> None:
        with self._transaction():
            if afresh and self._suspected != "none":
                self._change(f"DELETE FROM {self._name('sync_suspects')}")
                self._change(f"DELETE FROM {self._name('sync_seen')}")
            if ids is None and not besides:
                if self._has_rows("jobs", "WHERE expired_at IS NULL"):
                    self._note_seen([])
                    self._suspected = "unseen"
                return
            among, values = ("NOT", besides) if ids is None else ("", ids)
            self._change(
                f"INSERT INTO {self._name('sync_suspects')} SELECT id FROM {self._name('jobs')}"
                f" WHERE expired_at IS NULL AND {among} (id {self.among}) ON CONFLICT DO NOTHING",
                (self._ids(values),),
            )
            self._suspected = self._as_listed()

    def tally(self, among: Sequence[str] | None = None) -> tuple[int, int]:
        if self._suspected == "unseen":
            with self._transaction():
                self._list_unseen()
        if self._suspected == "none":
            return 0, 0  # counting the active rows of a large table takes a while
        count = f"SELECT count(*) FROM {self._name('sync_suspects')}"
        if among is not None:
            return self._run(f"{count} WHERE id {self.among}", (self._ids(among),))[0][0], 0
        active = self._run(f"SELECT count(*) FROM {self._name('jobs')} WHERE expired_at IS NULL")
        return self._run(count)[0][0], active[0][0]

    def settle(self, checkpoint: Checkpoint, reason: str, at: datetime) -> int:
        expired = 0
        with self._transaction():
            if self._suspected != "none" and checkpoint.stream == "jobs":
                self._list_unseen()
                suspects = [row[0] for row in self._run(f"SELECT id FROM {self._name('sync_suspects')}")]
                expired = self._expire(suspects, reason, at)
            self._save(checkpoint)
        if checkpoint.stream == "jobs":
            self._suspected = "none"
        return expired

    def expire(self, ids: Sequence[str], reason: str, at: datetime) -> int:
        with self._transaction():
            return self._expire(ids, reason, at)

    def _expire(self, ids: Sequence[str], reason: str, at: datetime | None) -> int:
        """Within a transaction."""
        jobs = self._name("jobs")
        self._touched(ids)
        if self._suspected == "listed":
            self._forget_suspects(ids)
        if self.delete:
            self._forget_locations(ids)
            return self._change(f"DELETE FROM {jobs} WHERE id {self.among}", (self._ids(ids),))
        return self._change(
            f"UPDATE {jobs} SET expired_at = ?, expired_reason = ? WHERE expired_at IS NULL AND id {self.among}",
            (self._put_time(at or datetime.now(UTC)), reason, self._ids(ids)),
        )

    def _clear_of_suspicion(self, ids: Sequence[str]) -> None:
        if self._suspected == "unseen":
            self._note_seen(ids)
        elif self._suspected == "listed" and ids:
            self._forget_suspects(ids)

    def _note_seen(self, ids: Sequence[str]) -> None:
        text = msgspec.json.encode(ids).decode()
        self._change(f"INSERT INTO {self._name('sync_seen')} VALUES ({self.json_value})", (text,))

    def _list_unseen(self) -> None:
        """The full scan is complete: from here on suspects are rows of their own, and few."""
        if self._suspected == "unseen":
            seen, active = (
                self._name("sync_seen"),
                f"SELECT id FROM {self._name('jobs')} WHERE expired_at IS NULL",
            )
            self._change(
                f"INSERT INTO {self._name('sync_suspects')} {active} EXCEPT {self.spread.format(seen=seen)}"
            )
            self._change(f"DELETE FROM {seen}")
            self._suspected = self._as_listed()

    def _as_listed(self) -> Literal["none", "listed"]:
        return "listed" if self._has_rows("sync_suspects") else "none"

    def _forget_suspects(self, ids: Sequence[str]) -> None:
        self._change(f"DELETE FROM {self._name('sync_suspects')} WHERE id {self.among}", (self._ids(ids),))

    def _forget_locations(self, ids: Sequence[str]) -> None:
        self._need_location_key()
        self._change(f"DELETE FROM {self._name('job_locations')} WHERE job_id {self.among}", (self._ids(ids),))

    def _has_rows(self, table: str, condition: str = "") -> bool:
        return bool(self._run(f"SELECT 1 FROM {self._name(table)} {condition} LIMIT 1"))


def accept(page: Changes) -> Changes:
    """The page as every database takes it: texts without NUL, bodies that are printed anew."""
    return Changes(page.counts, list(map(_as_accepted, page.new)), list(map(_as_accepted, page.changed)))


def _as_accepted(row: _Row) -> _Row:
    texts = _without_nul(row)
    if isinstance(row, JobRow):
        texts["locations"] = tuple(place._replace(**_without_nul(place)) for place in row.locations)
    return row._replace(body=storable(row.body, row.id), **texts)


def _without_nul(row: JobRow | SiteRow | LocationRow) -> dict[str, Any]:
    return {name: value.replace("\0", "") for name, value in row._asdict().items() if isinstance(value, str)}


def _places(row: JobRow) -> Iterator[tuple[Any, ...]]:
    for position, place in enumerate(row.locations):
        yield (row.id, position, *place)
