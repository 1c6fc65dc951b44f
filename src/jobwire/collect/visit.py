"""One visit: read a board, publish what is new or changed, judge what is absent, decide when to come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from jobwire.collect.absence import Absence, AbsenceRules, is_board_gone, judge_absence
from jobwire.collect.ats import get_ats
from jobwire.collect.drive import drive
from jobwire.collect.fetch import Fetch
from jobwire.collect.memory import Memory
from jobwire.collect.merging import Merged, Merging
from jobwire.collect.moves import Heritage
from jobwire.collect.noise import find_boilerplate_edits, find_common_edit, view_digest
from jobwire.collect.profile import make_company
from jobwire.collect.protocol import Ats, Reading, Request, Response, Unchanged
from jobwire.collect.schedule import Rhythm, next_interval, spread
from jobwire.collect.trial import outcome_of
from jobwire.enrich import ENRICH_VERSION, enrich
from jobwire.errors import BoardBlocked, BoardBroken, BoardError
from jobwire.model.change import Removal
from jobwire.model.company import Company
from jobwire.model.filters import fold_country
from jobwire.model.ids import job_id
from jobwire.model.job import Job
from jobwire.model.raw import RawCompany, RawPosting
from jobwire.model.visit import Completeness, Outcome, RemovalReason, Visit
from jobwire.store.base import BoardState, JobEntry, Miss, Posting, Publication, Published, Store

CHUNK = 250
"""Entries a publication: short enough that nobody waits for it."""
EDITS_COMPARED = 2_000
"""Edited postings of one board that are kept to look for boilerplate edits; beyond, each is taken as it is."""


COUNTS_KEPT = 8
MARKS_KEPT = 100
"""Lines of boilerplate edits that are remembered of one board."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What governs visits."""

    absence: AbsenceRules = AbsenceRules()
    rhythm: Rhythm = Rhythm()
    merge: bool = True
    """Whether one opening listed once per place is one job."""
    reread: timedelta = timedelta(days=7)
    """Detail pages are asked for again after this, whatever their list row says."""
    sponsors: frozenset[str] = frozenset()
    """Employers with H-1B petitions, as `enrich.sponsors` normalises them."""


Progress = Callable[[str, int], None]
"""Called with the board key and the number of postings read so far."""


async def visit_board(
    store: Store,
    state: BoardState,
    fetch: Fetch,
    clock: Callable[[], datetime],
    rules: Rules | None = None,
    progress: Progress | None = None,
) -> Visit:
    """Visit one board and record it. Board errors become outcomes; store errors are raised."""
    work = _Work(store, state, fetch, clock, rules or Rules(), progress)
    return await work.run()


class _Work:
    """The state of one visit while it runs."""

    def __init__(
        self,
        store: Store,
        state: BoardState,
        fetch: Fetch,
        clock: Callable[[], datetime],
        rules: Rules,
        progress: Progress | None,
    ) -> None:
        self.store, self.state, self.fetch, self.clock, self.rules = store, state, fetch, clock, rules
        self.board = state.board
        self.ats: Ats = get_ats(state.board.ats)
        self.memory = msgspec.convert(state.memory, Memory)
        self.progress = progress
        self.started_at = clock()
        self.known: dict[str, Posting] = {}
        self.seen: set[str] = set()
        self.fetched = 0
        self.pending: list[JobEntry] = []
        self.edits: dict[str, RawPosting] = {}
        self.marks: list[Miss] = []
        self.countries: set[str] = set(self.memory.countries)
        self.new = self.changed = self.reopened = self.expired = 0
        self.requests = self.bytes = 0
        self.heritage: Heritage | None = None
        self.merging = Merging(self.memory.groups if self.rules.merge else {}, frozenset())

    async def run(self) -> Visit:
        self.known = await asyncio.to_thread(self.store.postings, self.board.key)
        self.merging = Merging(self.memory.groups if self.rules.merge else {}, self.known.keys())
        if self.memory.moved_from:
            self.heritage = await asyncio.to_thread(Heritage, self.store, self.memory.moved_from)
        try:
            reading = await self._read()
        except BoardError as error:
            await self._settle_new()
            await self._flush()  # what was read before the error is true all the same
            return await self._end_failed(error)
        if not self.seen and reading.completeness is not Completeness.COMPLETE:
            return await self._end_failed(BoardBroken(reading.note or "Nothing of it could be read."))
        await self._settle_groups(reading.completeness)
        await self._settle_edits()
        await self._flush()
        return await self._end_read(reading)

    # --- reading ---------------------------------------------------------------------------------------

    async def _read(self) -> Reading:
        marks = self._make_marks()
        reading = Reading(Completeness.PARTIAL)
        async for item in drive(self.ats, self.board, marks, self._fetch):
            if isinstance(item, Reading):
                reading = item
            elif isinstance(item, Unchanged):
                self.fetched += 1
                self.seen.add(item.posting_id)
            else:
                await self._take(item)
            if self.progress and self.fetched % 25 == 0:
                self.progress(self.board.key, self.fetched)
        return reading

    def _make_marks(self) -> dict[str, str]:
        """Of what needs no detail page while its list row is the same; now and then all pages are read anew."""
        active = {p.posting_id: p.list_mark for p in self.known.values() if p.active}
        marks = active | self.merging.marks(active)
        due = self.memory.reread_at is None or self.started_at - self.memory.reread_at >= self.rules.reread
        if not due:
            return marks
        is_first = self.memory.reread_at is None
        self.memory.reread_at = self.started_at
        return marks if is_first else dict.fromkeys(marks, "")

    async def _fetch(self, request: Request) -> Response:
        self.requests += 1
        response = await self.fetch(request)
        self.bytes += len(response.body)
        return response

    async def _take(self, posting: RawPosting) -> None:
        self.fetched += 1
        if posting.posting_id in self.seen:
            return  # the board repeats itself; the first one counts
        self.seen.add(posting.posting_id)
        if not (self.rules.merge and self.merging.hold(posting)):
            await self._judge(posting)
        elif self.merging.is_full:
            await self._settle_new()

    async def _settle_new(self) -> None:
        for posting in self.merging.settle_new():
            await self._judge(posting)

    async def _settle_groups(self, completeness: Completeness) -> None:
        """Openings of several rows: their job changes where a row came, went or was edited."""
        complete = completeness is Completeness.COMPLETE
        for merged in self.merging.settle_groups(self.seen, complete, self.rules.absence.misses):
            await self._judge_merged(merged)
        await self._settle_new()
        for merged in self.merging.grown():
            await self._judge_merged(merged)

    async def _judge_merged(self, merged: Merged) -> None:
        before = self.known.get(merged.carrier)
        base = merged.base or self.edits.get(merged.carrier) or (await self._load(before) if before else None)
        if base:
            mark = base.list_mark if base.posting_id == merged.carrier else ""
            await self._judge(merged.make(base, mark))

    async def _load(self, before: Posting) -> RawPosting | None:
        raw = await asyncio.to_thread(self.store.get_raw, before.job_id)
        return msgspec.json.decode(raw, type=RawPosting) if raw else None

    async def _judge(self, posting: RawPosting) -> None:
        """Publish what is new, keep edits for comparison, drop what is the same."""
        before = self.known.get(posting.posting_id)
        digest = view_digest(posting)
        if before and before.active and before.view_digest == digest:
            if posting.list_mark != before.list_mark:
                self.marks.append(
                    Miss(posting.posting_id, before.misses, before.missed_at, list_mark=posting.list_mark)
                )
            return
        if before and before.active and len(self.edits) < EDITS_COMPARED:
            self.edits[posting.posting_id] = posting
            return
        await self._add(posting, digest)

    async def _add(self, posting: RawPosting, digest: bytes) -> None:
        self.pending.append(self._make_entry(posting, digest))
        if len(self.pending) >= CHUNK:
            await self._flush()

    async def _settle_edits(self) -> None:
        """Edited postings: real edits are published, a board-wide edit of boilerplate is only remembered."""
        if not self.edits:
            return
        active = sum(p.active for p in self.known.values())
        noise: frozenset[str] = frozenset()
        if len(self.edits) * 2 >= active or self.memory.boilerplate:
            edits = await asyncio.to_thread(self._load_edits)
            noise = find_boilerplate_edits(edits, active, frozenset(self.memory.boilerplate))
            marks = [*self.memory.boilerplate, *sorted(find_common_edit(edits, active))]
            self.memory.boilerplate = list(dict.fromkeys(marks))[-MARKS_KEPT:]
        for posting_id, posting in self.edits.items():
            digest = view_digest(posting)
            if posting_id not in noise:
                await self._add(posting, digest)
                continue
            before = self.known[posting_id]
            raw = self._encode(posting)
            mark = Miss(posting_id, before.misses, before.missed_at, posting.list_mark, digest, raw)
            self.marks.append(mark)

    def _load_edits(self) -> dict[str, tuple[RawPosting, RawPosting]]:
        pairs = {}
        for posting_id, after in self.edits.items():
            raw = self.store.get_raw(self.known[posting_id].job_id)
            if raw:
                pairs[posting_id] = (msgspec.json.decode(raw, type=RawPosting), after)
        return pairs

    def _make_entry(self, posting: RawPosting, digest: bytes) -> JobEntry:
        before = self.known.get(posting.posting_id)
        self.memory.company_name = self.memory.company_name or (posting.company_name or "")
        job: Job = enrich(
            posting,
            source=self.board.ats,
            company=self._company().summarize(),
            job_id=before.job_id if before else self._find_job_id(posting),
            created_at=self.started_at,
            updated_at=self.started_at,
            sponsors=self.rules.sponsors,
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
            raw=self._encode(posting),
            view_digest=digest,
            requisition_id=posting.requisition_id,
            enrich_version=ENRICH_VERSION,
        )

    def _encode(self, posting: RawPosting) -> bytes:
        """The raw posting as it is kept; a merged one names its rows."""
        members = self.merging.list_members(posting.posting_id)
        if not members:
            return msgspec.json.encode(posting)
        return msgspec.json.encode({**msgspec.to_builtins(posting), "members": members})

    def _find_job_id(self, posting: RawPosting) -> str:
        """Of a posting that is new here: the one that it had on the board of before, where that is proven."""
        heir = self.heritage.claim(posting) if self.heritage else None
        return heir or job_id(self.board.key, posting.posting_id)

    # --- publishing ------------------------------------------------------------------------------------

    async def _flush(self) -> None:
        if not self.pending:
            return
        entries, self.pending = tuple(self.pending), []
        await self._publish(Publication(companies=(self._company(),), entries=entries, board_key=self.board.key))

    async def _publish(self, publication: Publication) -> Published:
        done = await asyncio.to_thread(self.store.publish, publication)
        self.new += len(done.new)
        self.changed += len(done.changed)
        self.reopened += len(done.reopened)
        self.expired += len(done.expired)
        return done

    def _company(self, stated: RawCompany | None = None) -> Company:
        """The company as this visit knows it; unknown parts stay as they are in the store."""
        return make_company(
            stated or RawCompany(),
            company_id=self.state.company_id,
            name=self.memory.company_name or _name_of(self.board.token),
            ats=self.board.ats,
            listing_url=self.board.url or self.ats.board_url(self.board),
            discovered_at=self.state.added_at,
            country_codes=self.countries,
        )

    async def _end_read(self, reading: Reading) -> Visit:
        now = self.clock()
        active = {p.posting_id: p for p in self.known.values() if p.active}
        absence = judge_absence(
            active, self.merging.shown(self.seen), reading.completeness, now, self.rules.absence
        )
        if reading.company and reading.company.name:
            self.memory.company_name = reading.company.name
        self.memory.failures = self.memory.gone_visits = 0
        self.memory.gone_since = None
        self.memory.held = absence.held
        ids = [active[posting_id].job_id for posting_id in absence.expired]
        await self._expire(ids, RemovalReason.SOURCE_REMOVED)
        if self.heritage and self.seen and reading.completeness is Completeness.COMPLETE:
            await self._retire(self.heritage.old_key)
        outcome = self._outcome(absence)
        self.memory.empty_visits = self.memory.empty_visits + 1 if active and not self.seen else 0
        detail = "; ".join(filter(None, (reading.note, _describe_held(absence))))
        return await self._end(
            outcome,
            reading.completeness,
            detail,
            misses=(*self.marks, *absence.misses),
            company=self._company(reading.company),
            waiting=sum(1 for m in absence.misses if m.misses) or absence.held,
        )

    def _judge_absence(self, active: dict[str, Posting], completeness: Completeness, now: datetime) -> Absence:
        return judge_absence(active, self.merging.shown(self.seen), completeness, now, self.rules.absence)

    async def _retire(self, old_key: str) -> None:
        """The board of before is over: what this one did not take over expires, and it is visited no more."""
        left = await asyncio.to_thread(lambda: list(self.store.active_ids(board_key=old_key)))
        await self._expire(left, RemovalReason.BOARD_GONE)
        old = await asyncio.to_thread(self.store.get_board, old_key)
        if old:
            await asyncio.to_thread(self.store.put_board, msgspec.structs.replace(old, paused=True))
        self.memory.moved_from = ""

    def _outcome(self, absence: Absence) -> Outcome:
        if not self.seen:
            return Outcome.EMPTY
        moved = self.new or self.changed or self.reopened or self.expired
        return Outcome.CHANGED if moved else Outcome.UNCHANGED

    async def _end_failed(self, error: BoardError) -> Visit:
        now = self.clock()
        outcome = outcome_of(error)
        self.memory.failures += 1
        if outcome is Outcome.GONE:
            self.memory.gone_since = self.memory.gone_since or now
            self.memory.gone_visits += 1
            if is_board_gone(self.memory.gone_visits, self.memory.gone_since, now, self.rules.absence):
                await self._expire([p.job_id for p in self.known.values() if p.active], RemovalReason.BOARD_GONE)
        wait = error.retry_after_s if isinstance(error, BoardBlocked) else None
        active = {p.posting_id: p for p in self.known.values() if p.active}
        back = judge_absence(
            active, self.merging.shown(self.seen), Completeness.PARTIAL, now, self.rules.absence
        ).misses
        return await self._end(outcome, Completeness.PARTIAL, str(error), misses=back, retry_after_s=wait)

    async def _expire(self, ids: list[str], reason: RemovalReason) -> None:
        for start in range(0, len(ids), CHUNK):
            removals = tuple(Removal(i, reason.value) for i in ids[start : start + CHUNK])
            await self._publish(Publication(removals=removals, board_key=self.board.key))

    async def _end(
        self,
        outcome: Outcome,
        completeness: Completeness,
        detail: str,
        *,
        misses: tuple[Miss, ...] = (),
        company: Company | None = None,
        waiting: int = 0,
        retry_after_s: float | None = None,
    ) -> Visit:
        """Record the visit and when to come back, in one publication."""
        now = self.clock()
        visit = Visit(
            board_key=self.board.key,
            started_at=self.started_at,
            ended_at=now,
            outcome=outcome,
            completeness=completeness,
            fetched=self.fetched,
            new=self.new,
            changed=self.changed,
            expired=self.expired,
            reopened=self.reopened,
            requests=self.requests,
            bytes=self.bytes,
            detail=detail[:500],
        )
        moved = self.new + self.changed + self.reopened + self.expired
        interval = next_interval(
            timedelta(seconds=self.memory.interval_s) if self.memory.interval_s else None,
            outcome,
            moved,
            waiting,
            self.memory.failures,
            self.rules.rhythm,
            retry_after_s,
        )
        if not waiting and not self.memory.failures:
            self.memory.interval_s = interval.total_seconds()
        self.memory.last_outcome, self.memory.last_detail = outcome.value, visit.detail
        if outcome in (Outcome.CHANGED, Outcome.UNCHANGED, Outcome.EMPTY):
            self.memory.active = len(self.seen)
            self.memory.counts = [*self.memory.counts, len(self.seen)][-COUNTS_KEPT:]
        self.memory.countries = sorted(self.countries)
        self.memory.groups = self.merging.groups
        succeeded = outcome in (Outcome.CHANGED, Outcome.UNCHANGED, Outcome.EMPTY)
        current = await asyncio.to_thread(self.store.get_board, self.board.key)
        state = msgspec.structs.replace(
            self.state,
            paused=current.paused if current else self.state.paused,  # somebody may have paused it meanwhile
            next_visit_at=spread(now, interval, self.board.key),
            last_success_at=now if succeeded else self.state.last_success_at,
            memory=msgspec.to_builtins(self.memory),
        )
        await self._publish(
            Publication(
                companies=(company,) if company else (),
                board_key=self.board.key,
                misses=misses,
                board=state,
                visit=visit,
            )
        )
        return visit


def _describe_held(absence: Absence) -> str:
    if not absence.held:
        return ""
    return f"{absence.held} postings are absent at once; held until further visits agree"


def _name_of(token: str) -> str:
    """A name for people until the board says its own."""
    return token.replace("-", " ").replace("_", " ").strip().title() or token
