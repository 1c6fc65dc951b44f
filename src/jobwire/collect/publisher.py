"""The publishing half of a visit: makes jobs of raw postings and publishes them in small portions."""

from __future__ import annotations

import asyncio
from datetime import datetime

import msgspec

from jobwire.collect.ats import get_ats
from jobwire.collect.memory import Memory
from jobwire.collect.moves import Heritage
from jobwire.collect.profile import make_company
from jobwire.enrich import ENRICH_VERSION, enrich
from jobwire.model.change import Removal
from jobwire.model.company import Company
from jobwire.model.filters import fold_country
from jobwire.model.ids import job_id
from jobwire.model.job import Job
from jobwire.model.raw import RawCompany, RawPosting
from jobwire.model.visit import RemovalReason
from jobwire.store.base import Store
from jobwire.store.changes import note_changes
from jobwire.store.records import BoardState, JobEntry, Posting, Publication, Published

CHUNK = 250
"""Entries a publication: short enough that nobody waits for it."""


class Publisher:
    """What one visit publishes, and the count of what that did."""

    def __init__(
        self,
        store: Store,
        state: BoardState,
        memory: Memory,
        started_at: datetime,
        sponsors: frozenset[str],
        holder: str = "",
    ) -> None:
        self.store, self.state, self.memory = store, state, memory
        self.board = state.board
        self.started_at, self.sponsors, self.holder = started_at, sponsors, holder
        self.heritage: Heritage | None = None
        self.countries: set[str] = set(memory.countries)
        self.new = self.changed = self.reopened = self.expired = 0
        self._pending: list[JobEntry] = []
        self._earlier: set[str] = set()
        """Ids of pending jobs that had a version before."""

    @property
    def moved(self) -> int:
        """Jobs that moved in the log."""
        return self.new + self.changed + self.reopened + self.expired

    async def add(self, posting: RawPosting, digest: bytes, before: Posting | None, members: list[str]) -> None:
        """Publish a posting, soon. `members`: the rows that it was merged of."""
        await asyncio.sleep(0)  # enriching takes a while: other visits' requests and leases come in between
        self._pending.append(self._make_entry(posting, digest, before, members))
        if before:
            self._earlier.add(before.job_id)
        if len(self._pending) >= CHUNK:
            await self.flush()

    async def flush(self) -> None:
        """Publish what waits."""
        if self._pending:
            pending, self._pending = self._pending, []
            earlier, self._earlier = self._earlier, set()
            entries = await asyncio.to_thread(note_changes, self.store, pending, earlier, self.started_at)
            companies = (self.make_company(),)
            await self.publish(Publication(companies=companies, entries=entries, board_key=self.board.key))

    async def expire(self, ids: list[str], reason: RemovalReason) -> None:
        for start in range(0, len(ids), CHUNK):
            removals = tuple(Removal(i, reason.value) for i in ids[start : start + CHUNK])
            await self.publish(Publication(removals=removals, board_key=self.board.key))

    async def publish(self, publication: Publication) -> Published:
        if self.holder:
            publication = msgspec.structs.replace(publication, holder=self.holder)
        done = await asyncio.to_thread(self.store.publish, publication)
        self.new += len(done.new)
        self.changed += len(done.changed)
        self.reopened += len(done.reopened)
        self.expired += len(done.expired)
        return done

    def make_company(self, stated: RawCompany | None = None) -> Company:
        """The company as this visit knows it; unknown parts stay as they are in the store."""
        return make_company(
            stated or RawCompany(),
            company_id=self.state.company_id,
            name=self.memory.company_name or _name_of(self.board.token),
            ats=self.board.ats,
            listing_url=self.board.url or get_ats(self.board.ats).board_url(self.board),
            discovered_at=self.state.added_at,
            country_codes=self.countries,
        )

    def _make_entry(
        self, posting: RawPosting, digest: bytes, before: Posting | None, members: list[str]
    ) -> JobEntry:
        self.memory.company_name = self.memory.company_name or (posting.company_name or "")
        job: Job = enrich(
            posting,
            source=self.board.ats,
            company=self.make_company().summarize(),
            job_id=before.job_id if before else self._find_job_id(posting),
            created_at=self.started_at,
            updated_at=self.started_at,
            sponsors=self.sponsors,
        )
        self.countries.update(
            fold_country(place.country).upper()
            for place in job.locations
            if place.country and len(place.country) == 2
        )
        return JobEntry(
            job=job,
            board_key=self.board.key,
            posting_id=posting.posting_id,
            list_mark=posting.list_mark,
            raw=encode(posting, members),
            view_digest=digest,
            requisition_id=posting.requisition_id,
            enrich_version=ENRICH_VERSION,
        )

    def _find_job_id(self, posting: RawPosting) -> str:
        """Of a posting that is new here: the one that it had on the board of before, where that is proven."""
        heir = self.heritage.claim(posting) if self.heritage else None
        return heir or job_id(self.board.key, posting.posting_id)


def encode(posting: RawPosting, members: list[str]) -> bytes:
    """The raw posting as it is kept; a merged one names its rows."""
    if not members:
        return msgspec.json.encode(posting)
    return msgspec.json.encode({**msgspec.to_builtins(posting), "members": members})


def _name_of(token: str) -> str:
    """A name for people until the board says its own."""
    return token.replace("-", " ").replace("_", " ").strip().title() or token
