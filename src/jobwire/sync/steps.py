"""The steps of following a feed: what the rules ask for and order, and what the caller chose.

A step is a question (`Fetch`, `Tally`: the answer, or one of the errors in `errors.py`, is sent back) or
an order (`Write`, `Suspect`, `Settle`, `Note`: nothing is sent back; orders are carried out in their order).
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

import msgspec

from jobwire.sync.checkpoint import Checkpoint
from jobwire.sync.page import JobPage, SitePage

OVERLAP = timedelta(minutes=15)
"""As in the seeds: covers rows that a server shows late, and what is left of a difference of clocks."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller chose."""

    source: str
    filters: dict[str, Any] = {}
    reconcile_every: timedelta | None = timedelta(days=1)
    """How often a plain server that is not metered is scanned in full, besides where that is needed."""
    rescan: Literal["auto", "always", "never"] = "auto"
    """Full scan on every run where edits cannot be had otherwise: `auto` = unless it costs credits."""
    use_changes: bool = True
    overlap: timedelta = OVERLAP
    full: bool = False
    """Compare everything in the first round, whatever the checkpoint says."""
    catch_up: bool = True
    """After a long or a resumed round do another one, for what changed meanwhile."""


class Fetch(msgspec.Struct, frozen=True, kw_only=True):
    """Ask the server for one page."""

    what: Literal["jobs", "expired", "sites", "changes"]
    cursor: str | None = None
    since: datetime | None = None
    since_field: str = "posted_after"
    batch_size: int | None = None
    ahead: bool = False
    """Where there is a next page it will be asked for in the same way: it may be fetched meanwhile."""
    probe: bool = False
    """It may well not be there: do not insist."""


class Write(msgspec.Struct, frozen=True):
    """Rows and checkpoint in one transaction; ids in the page are no longer suspected.
    Without a checkpoint a `Settle` follows at once that brings it."""

    page: JobPage | SitePage
    checkpoint: Checkpoint | None


class Suspect(msgspec.Struct, frozen=True, kw_only=True):
    """Mark active rows as gone unless a page brings them: `ids`, or all of them (None)."""

    ids: list[str] | None
    afresh: bool = False
    """Forget earlier suspicions first."""
    besides: list[str] = []
    """Of all rows but these, which the only page of a scan brings."""


class Tally(msgspec.Struct, frozen=True):
    """How many rows are suspected (of `among`, where given), how many are active: answered as a pair."""

    among: list[str] | None = None


class Settle(msgspec.Struct, frozen=True, kw_only=True):
    """What is still suspected is gone: expire it, and save the checkpoint, in one transaction."""

    reason: str
    at: datetime
    checkpoint: Checkpoint
    spare: bool = False
    """The checkpoint is not worth a write of its own: the next run would begin in the same way without it."""


class Note(msgspec.Struct, frozen=True):
    """A sentence for the receipt."""

    text: str


Step: TypeAlias = Fetch | Write | Suspect | Tally | Settle | Note
Following: TypeAlias = Generator[Step, Any, Checkpoint]
