"""The contract of search engines: what is asked, what is found, what an engine keeps.

An engine is a follower's notebook (see `store.search.follow`), never the truth. It holds one document for each
active job and remembers the `Place` in the log that it has reached. It answers with positions in the log: a
position that was vacated meanwhile is one that `Store.rows` leaves out, so nothing stale is ever shown.

Only one process writes to an engine at a time (`own`); all others read what it wrote (`refresh`). Documents
become visible together with their place, at `commit`; a process that is killed before it leaves an index that
is a little older, and reading on from its place makes it right again: putting a document twice is putting it
once. All methods are safe to call from several threads, but writing is one thread's at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from jobwire.model.filters import Group
from jobwire.store.search.document import SearchDocument
from jobwire.store.search.words import Words

FACETS = (
    "work_model",
    "employment_type",
    "experience_level",
    "sources",
    "countries",
    "companies",
    "industries",
    "skills",
)
"""What results can be counted by."""
SORTS = ("relevance", "date", "salary")


class SearchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """All parts AND together."""

    any_of: tuple[Words, ...] = ()
    """What is looked for; any of them, or everything."""
    descriptions: bool = True
    """Whether words may also be found in descriptions."""
    groups: tuple[Group, ...] = ()
    """Terms as in `JobFilters`, and those of `document.job_search_terms`."""
    without: Group = ()
    """None of these terms."""
    posted_from: datetime | None = None
    """By the employer; by us, where the employer gave no date. Inclusive, as all bounds here."""
    posted_to: datetime | None = None
    created_from: datetime | None = None
    """First indexed."""
    created_to: datetime | None = None
    first_seq: int = 0
    last_seq: int | None = None
    min_usd: int | None = None
    """Yearly; passes jobs whose pay reaches it."""
    max_usd: int | None = None
    """Yearly; passes jobs whose pay begins at or below it."""
    sort: str = "relevance"
    offset: int = 0
    """A multiple of `limit`: pages."""
    limit: int = 25
    facets: tuple[str, ...] = ()
    facet_size: int = 10


class Found(msgspec.Struct, frozen=True):
    """Positions of one page in order, how many jobs match in all, and their counts by facet."""

    seqs: list[int]
    total: int
    facets: dict[str, list[tuple[str, int]]]
    relaxed: bool = False
    """No job has all the words; these have most of them. Engines leave it alone."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far an index has come, and of which log."""

    log: str
    """Names the log; an index of another one is of no use."""
    first_head: int = 0
    """Head of the log when the index was begun: removals up to it never mattered to it."""
    seq: int = 0
    company_seq: int = 0
    whole: bool = False
    """Whether it once reached the head: before that it knows only a part of the jobs."""


class Engine(Protocol):
    """See the module's docstring. Errors: `Unavailable`."""

    def own(self) -> bool:
        """Whether this process writes to the index, or now became the one that does."""

    def begin(self) -> Place | None:
        """Forget what was not committed. What the last commit reached; None for a new index."""

    def refresh(self) -> Place | None:
        """See what another process committed, and the place that it reached."""

    def clear(self) -> None:
        """Forget all documents; visible with the next commit, with which the first place is written."""

    def put(self, documents: Sequence[SearchDocument]) -> None:
        """Add documents of jobs that the index does not hold (or that were dropped just before)."""

    def drop(self, job_ids: Iterable[str]) -> None:
        """Remove the documents of these jobs."""

    def commit(self, place: Place) -> None:
        """Make all since the last commit visible and durable."""

    def find_companies_jobs(self, company_ids: Sequence[str]) -> list[int]:
        """Positions of these companies' jobs."""

    def search(self, query: SearchQuery) -> Found: ...

    def close(self) -> None: ...
