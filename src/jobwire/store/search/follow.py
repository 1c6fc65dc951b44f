"""Keeps a search index equal to the log of jobs and to the companies' names: a follower of both logs."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import Protocol

import msgspec

from jobwire.errors import Unavailable
from jobwire.model.change import LogRow
from jobwire.model.company import Company
from jobwire.store.search.base import Engine, Found, Place, SearchQuery
from jobwire.store.search.document import make_document
from jobwire.store.search.words import relax

VERSION = 2
"""Of the documents: raised when they change, so that every index is made again."""
BATCH = 500
_COMPANIES = 500
_COMMIT_EVERY = 100
"""Batches, while the index is being made."""
Progress = Callable[[int, int], None]


class Log(Protocol):
    """What the follower needs of a store."""

    cursor_key: bytes

    def head(self) -> int: ...

    def horizon(self) -> int: ...

    def tail(self, after: int, limit: int, *, bodies: bool = True) -> list[LogRow]: ...

    def log_rows(self, seqs: Sequence[int]) -> list[LogRow]: ...

    def company_head(self) -> int: ...

    def company_tail(self, after: int, limit: int) -> list[tuple[int, Company]]: ...

    def get_company(self, company_id: str) -> Company | None: ...


class SearchIndex:
    """An engine that follows a log. Safe to use from several threads."""

    def __init__(self, log: Log, engine: Engine) -> None:
        self._log = log
        self._engine = engine
        self._following = threading.Lock()
        self._name = f"{VERSION}-{hashlib.sha256(log.cursor_key).hexdigest()[:16]}"
        self._place = Place(log=self._name)
        self._begun = False
        self._stopping = False
        self.trouble = ""
        """Why the engine did not answer when the log was last followed."""

    @property
    def seq(self) -> int:
        """Everything up to it is in the index, as far as this process saw."""
        return self._place.seq

    @property
    def ready(self) -> bool:
        """Whether the index holds every job; before that it must not be asked."""
        return self._place.whole

    def search(self, query: SearchQuery) -> Found:
        """One page; of the jobs with most of the words where none has them all. Raises Unavailable."""
        found = self._engine.search(query)
        for step in zip_longest(*map(relax, query.any_of), fillvalue=()):
            if found.total:
                break
            fewer = msgspec.structs.replace(query, any_of=tuple(words for some in step for words in some))
            found = msgspec.structs.replace(self._engine.search(fewer), relaxed=True)
        return found

    def follow(self, progress: Progress | None = None) -> bool:
        """Read all that is new; `progress` gets (seq reached, head). False: another process writes the index
        and has not come that far. Raises Unavailable; may be called again."""
        with self._following:
            try:
                end = self._follow(progress)
            except Unavailable as error:
                self.trouble = error.message
                raise
            self.trouble = ""
            return end

    def _follow(self, progress: Progress | None) -> bool:
        if not self._engine.own():
            self._see(self._engine.refresh())
            return self._place.whole and self._place.seq >= self._log.head()
        try:
            self._begin()
            self._follow_companies()
            self._follow_jobs(progress)
        except BaseException:
            self._begun = False  # what was put since the last commit is not to be relied on
            raise
        return True

    def stop(self) -> None:
        """End a `follow` that is under way after its next batch; it goes on from there another time."""
        self._stopping = True

    def close(self) -> None:
        """Give the index up to whoever asks next."""
        self.stop()
        with self._following:
            self._engine.close()

    def _begin(self) -> None:
        """Go on where the index was left, if it is one of this log's."""
        if not self._begun:
            place = self._engine.begin()
            self._see(place)
            unknown = place is None or place.log != self._name
            if (
                unknown
                or self._place.seq > self._log.head()
                or self._place.company_seq > self._log.company_head()
            ):
                self._clear()
            self._begun = True
        if self._log.horizon() > max(self._place.seq, self._place.first_head):
            self._clear()  # removals that it has not seen are forgotten

    def _clear(self) -> None:
        self._engine.clear()
        company_seq = self._log.company_head()
        self._commit(Place(log=self._name, first_head=self._log.head(), company_seq=company_seq))

    def _see(self, place: Place | None) -> None:
        self._place = place if place and place.log == self._name else Place(log=self._name)

    def _commit(self, place: Place) -> None:
        self._engine.commit(place)
        self._place = place

    def _follow_companies(self) -> None:
        """A company's name and industries are part of its jobs' documents."""
        place = self._place
        while found := self._log.company_tail(place.company_seq, _COMPANIES):
            seqs = self._engine.find_companies_jobs([company.id for _, company in found])
            for start in range(0, len(seqs), BATCH):
                self._write(self._log.log_rows(seqs[start : start + BATCH]))
            place = msgspec.structs.replace(place, company_seq=found[-1][0])
            if seqs:
                self._commit(place)
        self._place = place

    def _follow_jobs(self, progress: Progress | None) -> None:
        """What is new in the log. Up to where the head was when the index was begun, no job comes twice."""
        place, batches = self._place, 0
        while True:
            stopping, head = self._stopping, self._log.head()
            if place.whole and place.seq >= head:
                return
            rows = self._log.tail(place.seq, BATCH)
            self._write(rows, fresh=bool(rows) and rows[-1].seq <= place.first_head)
            end = len(rows) < BATCH
            seq = max([place.seq, *([head] if end else []), *(row.seq for row in rows[-1:])])
            place = msgspec.structs.replace(place, seq=seq, whole=place.whole or end)
            batches += 1
            if end or stopping or batches % _COMMIT_EVERY == 0:
                self._commit(place)
            if progress:
                progress(seq, max(head, seq))
            if end or stopping:
                return

    def _write(self, rows: Sequence[LogRow], *, fresh: bool = False) -> None:
        companies = {company_id: self._log.get_company(company_id) for company_id in _companies(rows)}
        if not fresh:
            self._engine.drop(row.id for row in rows)
        self._engine.put([make_document(row, companies[row.company_id]) for row in rows if row.body is not None])


def _companies(rows: Iterable[LogRow]) -> set[str]:
    return {row.company_id for row in rows if row.body is not None}
