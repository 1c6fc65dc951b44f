"""What goes into a store and comes out of it: publications, postings, boards, rows and pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from jobwire.model.board import Board
from jobwire.model.change import Removal
from jobwire.model.company import Company
from jobwire.model.job import Job
from jobwire.model.visit import Visit


class JobEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One job to publish, with what the collector keeps beside it (never served).

    `job.updated_at` is ignored; `job.created_at` counts only when the id is new.
    """

    job: Job
    board_key: str = ""
    """Empty for imports."""
    posting_id: str = ""
    list_mark: str = ""
    raw: bytes | None = None
    """The raw posting as JSON, for enriching again."""
    view_digest: bytes = b""
    """Digest of what a person would call the posting's content; the collector's guard against noise."""
    requisition_id: str | None = None
    enrich_version: int = 0


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one posting of a board between visits."""

    posting_id: str
    job_id: str
    active: bool
    list_mark: str = ""
    view_digest: bytes = b""
    requisition_id: str | None = None
    misses: int = 0
    """Consecutive complete visits that did not show it."""
    missed_at: datetime | None = None
    """Time of the first of them."""


class Miss(msgspec.Struct, frozen=True):
    """New absence count of a posting: 0 and None when it was seen again.

    It also carries what the collector wants remembered without a change in the log: after an edit that is only
    noise, the posting's new marks and raw text. None keeps what is stored.
    """

    posting_id: str
    misses: int
    missed_at: datetime | None
    list_mark: str | None = None
    view_digest: bytes | None = None
    raw: bytes | None = None


class BoardState(msgspec.Struct, frozen=True, kw_only=True):
    """A board and the memory of its visits. `memory` is the collector's own (schedule, held removals, ...)."""

    board: Board
    company_id: str
    added_at: datetime
    paused: bool = False
    next_visit_at: datetime | None = None
    last_success_at: datetime | None = None
    memory: dict[str, Any] = {}
    lost_visits: int = 0
    """Visits that were begun and never ended: their collectors died. A visit under way counts until it ends,
    but not in what `claim_boards` answers. Kept by the store."""


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """All that becomes visible in one transaction. Keep it at some 1,000 entries or fewer.

    A job that is both put and removed stays. A job's company that the store does not know and `companies` does
    not describe is made from the summary in the job. `board` ends the board's lease.

    With a `holder` nothing is written unless that worker is the last that claimed `board_key`: Locked is raised
    where another one has the board now, or where it was removed.
    """

    companies: tuple[Company, ...] = ()
    """Merged over what is known: a null or empty field never erases a known one."""
    entries: tuple[JobEntry, ...] = ()
    removals: tuple[Removal, ...] = ()
    board_key: str = ""
    misses: tuple[Miss, ...] = ()
    """Of postings of `board_key`."""
    board: BoardState | None = None
    visit: Visit | None = None
    holder: str = ""


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What a publication did. Ids of each kind, in the order given."""

    seq: int
    """Head of the log after it."""
    at: datetime
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()


class Row(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One active job on a page. `body` is open for its company (see `model.wire`)."""

    seq: int
    company_id: str
    body: bytes


class Page(msgspec.Struct, frozen=True):
    """Rows after a place in the log. `seq`: everything up to it was looked at. `end`: nothing follows.

    After a place beyond the head, as a replica that lags may be asked for, there is nothing, and not the end.
    """

    rows: list[Row]
    seq: int
    end: bool


class SitePage(msgspec.Struct, frozen=True):
    """Career-site rows, open for details_url, as (seq, company id, bytes)."""

    rows: list[tuple[int, str, bytes]]
    seq: int
    end: bool


class TermRow(msgspec.Struct, frozen=True, array_like=True):
    """One position of the job log as a filter sees it (see `model.change.LogRow`)."""

    seq: int
    removed: bool
    terms: str
    """Packed, see `store.terms`."""
    past_terms: frozenset[str]


class IdPage(msgspec.Struct, frozen=True):
    ids: list[str]
    seq: int
    end: bool


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """O(1): kept by the publisher, never counted per request."""

    active: int
    tombstones: int
    companies: int
    sites: int
    boards: int


class Table(msgspec.Struct, frozen=True):
    """A table as `copy` moves it: `layout` is "column type, ..." in PostgreSQL's short names of types."""

    name: str
    layout: str
    order: str = ""
    """Column that gives the order of the rows; left out: the first."""

    @property
    def columns(self) -> list[str]:
        return [field.split()[0] for field in self.layout.split(",")]

    @property
    def types(self) -> list[str]:
        return [field.split()[1] for field in self.layout.split(",")]
