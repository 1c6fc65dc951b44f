"""The store's contract: one compacted change log of jobs, one of companies, and the books beside them.

Both stores (`store.sqlite`, `store.postgres`) keep it; `tests/store/` proves it for each.

The log. Every published row has a `seq`. A job that is new, edited, re-opened or expired moves to the head: it
gets the next seq and a new time, its old position disappears and is never used again. `seq` and time are
assigned in commit order (one publisher at a time, inside the transaction that makes them visible), both rise
strictly from one publication to the next, even when the clock goes back. So a reader who has seen everything
up to `seq` will never miss a row by reading on from there.

A store is opened with a clock. All methods are synchronous and safe to call from several threads.
Errors: `Unavailable` when the database does not answer, `StoreMismatch` when it is of another version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol

from jobwire.model.change import LogRow
from jobwire.model.company import Company
from jobwire.model.filters import JobFilters, SiteFilters
from jobwire.model.visit import Visit
from jobwire.store.accounts import Accounts
from jobwire.store.records import (
    BoardState,
    Counts,
    IdPage,
    Page,
    Posting,
    Publication,
    Published,
    Row,
    SitePage,
    Table,
    TermRow,
)

Clock = Callable[[], datetime]
REMOVALS_KEPT = timedelta(days=30)
"""Default; never under 7 days (contract, section 6)."""
REMOVALS_KEPT_AT_LEAST = timedelta(days=7)
FENCE_WAIT_S = 2.0
"""How long `expired` waits for a publication in progress before it raises Unavailable."""
REPLICA_DELAY = timedelta(minutes=10)
"""How much further back `expired` looks where it cannot wait."""
VISITS_KEPT = 200
"""Per board; older ones are forgotten."""
VISIT_AHEAD_AT_MOST = timedelta(days=8)
"""Default; a host may ask to be left alone for a week."""


class Store(Protocol):
    """See the module's docstring."""

    cursor_key: bytes
    """32 random bytes made with the store; signs its cursors, on every replica, for ever."""
    accounts: Accounts
    """Keys, plans and wallets, in the same database."""

    def close(self) -> None: ...

    def check(self) -> None:
        """A cheap probe. Raises Unavailable."""

    # --- writing the log -------------------------------------------------------------------------------

    def publish(self, publication: Publication) -> Published:
        """Make a publication visible, all or nothing, durable when it returns.

        An entry whose digest (`model.wire.job_digest`) equals the stored one of an active job does not move
        (what the collector keeps beside it is updated). An expired job that is put again is re-opened with its
        old id and created_at. Removing an unknown or expired id does nothing. Tombstones keep all terms that
        the job ever had. A company whose digest is unchanged does not move.
        """

    def purge(self, kept: timedelta = REMOVALS_KEPT) -> int:
        """Drop tombstones older than `kept` (at least 7 days) and move the horizon. Returns how many."""

    # --- reading the log of jobs -----------------------------------------------------------------------

    def head(self) -> int:
        """seq of the newest visible row, 0 when there was none. Everything up to it is visible."""

    def lags(self) -> bool:
        """Whether this is a replica: it may not have come as far as a cursor that another server issued."""

    def horizon(self) -> int:
        """Removals up to this seq may be missing (purged): a follower behind it must start over."""

    def seq_at(self, at: datetime) -> int:
        """The first seq whose time is at or after `at` (head + 1 if none): where an incremental scan starts."""

    def page(self, after: int, limit: int) -> Page:
        """Active jobs with seq > after, in order, at most `limit`; one statement."""

    def count_runs(self, after: int, size: int, limit: int) -> list[tuple[int, int]]:
        """How many active jobs each run of `size` positions holds, from the one behind `after` (a multiple of
        `size`), as (number of the run, count), without empty ones; at least of those that `limit` jobs reach."""

    def rows(self, seqs: Sequence[int]) -> list[Row]:
        """The active jobs at these positions, in order; positions that were vacated are left out."""

    def scan(self, filters: JobFilters, after: int, limit: int, budget: int = 20_000) -> Page:
        """Active jobs with seq > after that pass `filters` (watermarks included), looking at `budget` positions.

        What answers until the filter index is built, and what it is checked against. posted_after passes a job
        whose time in the log *or* date_posted is at or after it (a date_posted ahead of the log is rare).
        """

    def posted_ahead(self, posted_after: datetime, after: int, before: int, limit: int) -> list[int]:
        """Positions in (after, before) of active jobs whose date_posted is later than their time in the log
        and at or after `posted_after`: the only ones that a position in the log does not find."""

    def tail(self, after: int, limit: int, *, bodies: bool = True) -> list[LogRow]:
        """Every position (upserts and tombstones) with seq > after, in order: what followers read."""

    def log_rows(self, seqs: Sequence[int]) -> list[LogRow]:
        """The log at these positions, tombstones too, in order; positions that were vacated are left out."""

    def term_tail(self, after: int, limit: int) -> list[TermRow]:
        """As `tail`, only what the filter index needs."""

    def expired(self, since: datetime, after: int, limit: int) -> IdPage:
        """Ids that are expired now and expired at or after `since`, in order.

        Waits for a publication in progress (bounded), so that nothing that expired before this call was made
        becomes visible after it: a consumer may take the time at which its run began as its next `since`.
        On a replica, whose delay it cannot know, it looks further back instead.
        """

    def get_job(self, job_id: str) -> Row | None:
        """The active job with this id."""

    def get_log_row(self, job_id: str) -> LogRow | None:
        """The job's position, be it active or a tombstone."""

    def active_ids(self, *, source: str | None = None, board_key: str | None = None) -> Iterator[str]:
        """Ids of active jobs, all, of a source or of a board. A stream."""

    def board_keys(self, job_ids: Sequence[str]) -> dict[str, str]:
        """job id -> key of its board, of those jobs that are known and came from one."""

    def counts(self) -> Counts: ...

    def purge_preview(self, kept: timedelta = REMOVALS_KEPT) -> int:
        """How many tombstones `purge` would drop."""

    # --- companies, the second log ---------------------------------------------------------------------

    def company_head(self) -> int: ...

    def get_company(self, company_id: str) -> Company | None: ...

    def company_tail(self, after: int, limit: int) -> list[tuple[int, Company]]:
        """Companies with seq > after, in order: what the cache of embedded company bytes follows."""

    def site_page(self, filters: SiteFilters, after: int, limit: int, budget: int = 5_000) -> SitePage:
        """Career sites with seq > after that pass `filters`, looking at `budget` positions."""

    # --- boards and visits -----------------------------------------------------------------------------

    def put_board(self, state: BoardState) -> bool:
        """Insert or replace. True if it was new."""

    def get_board(self, key: str) -> BoardState | None: ...

    def boards(self) -> Iterator[BoardState]:
        """All, by key. A stream."""

    def delete_board(self, key: str) -> bool:
        """Forget a board (its jobs are expired by the caller first)."""

    def claim_boards(
        self,
        now: datetime,
        limit: int,
        lease: timedelta,
        holder: str = "",
        farthest: timedelta = VISIT_AHEAD_AT_MOST,
    ) -> list[BoardState]:
        """Boards that are due, oldest first, not paused, leased so that no other worker gets them meanwhile.

        `holder` names the worker. A lease that lies further ahead than two of `lease`, or a visit further than
        `farthest`, is of a clock that was wrong, and does not count.
        """

    def renew_lease(self, key: str, until: datetime, holder: str = "") -> bool:
        """Keep a leased board until then; one that is not leased stays free. False: another worker has it now,
        or it is gone."""

    def release_board(self, key: str, holder: str | None = None, until: datetime | None = None) -> None:
        """Give a lease back early: that of `holder`, or (None) that of whoever died.

        A holder that says so is alive: its visit is not counted as lost, even where another one has the board.
        `until`: nobody gets the board before.
        """

    def postings(self, board_key: str) -> dict[str, Posting]:
        """posting_id -> Posting, active and expired ones, of one board."""

    def visits(self, board_key: str | None = None, limit: int = 50) -> list[Visit]:
        """Newest first."""

    def raw_postings(self, after: str, limit: int, *, below_version: int) -> list[tuple[str, str, int, bytes]]:
        """(job_id, board_key, enrich_version, raw) of active jobs enriched by an older version, by id."""

    def get_raw(self, job_id: str) -> bytes | None: ...

    # --- small things that outlive a process ------------------------------------------------------------

    def get_meta(self, name: str) -> bytes | None: ...

    def put_meta(self, name: str, value: bytes) -> None: ...

    def delete_meta(self, prefix: str) -> None:
        """Forget every name that begins so."""

    # --- for store.copy ---------------------------------------------------------------------------------

    def dump(self) -> AbstractContextManager[Callable[[Table], Iterator[tuple[Any, ...]]]]:
        """A function that streams tables, all as they are at one moment."""

    def fill(self) -> AbstractContextManager[Callable[[Table, Iterator[tuple[Any, ...]]], None]]:
        """A function that replaces what tables hold, all in one transaction."""
