"""One visit: read a board, publish what is new or changed, judge what is absent, decide when to come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from jobwire.collect.absence import Absence, AbsenceRules, is_board_gone, judge_absence
from jobwire.collect.ats import get_ats
from jobwire.collect.drive import drive
from jobwire.collect.edits import sort_edits
from jobwire.collect.fetch import Fetch
from jobwire.collect.memory import Memory
from jobwire.collect.merging import Merged, Merging
from jobwire.collect.moves import Heritage, find_heritage
from jobwire.collect.noise import view_digest
from jobwire.collect.pages import Pages
from jobwire.collect.protocol import Ats, Reading, Request, Response, Unchanged
from jobwire.collect.publisher import Publisher, encode
from jobwire.collect.schedule import Rhythm, next_interval, spread
from jobwire.collect.trial import outcome_of
from jobwire.errors import BoardBlocked, BoardBroken, BoardError, JobwireError
from jobwire.model.company import Company
from jobwire.model.raw import RawPosting
from jobwire.model.visit import Completeness, Outcome, RemovalReason, Visit
from jobwire.store.base import Store
from jobwire.store.changes import carry_changes
from jobwire.store.records import BoardState, Miss, Posting, Publication

EDITS_COMPARED = 2_000
"""Edited postings of one board that are kept to look for boilerplate edits; beyond, each is taken as it is."""
OVERDUE_COMPARED = 200
"""Absent postings whose deadline and page are looked up."""
LAST_DAY = timedelta(days=1)
"""A deadline is often a day without a time, and that day counts."""
COUNTS_KEPT = 8


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
    holder: str = "",
) -> Visit:
    """Visit one board and record it. Board errors become outcomes; store errors are raised.

    `holder`: who holds the board's lease; Locked is raised where that is another one by now.
    """
    work = _Work(store, state, fetch, clock, rules or Rules(), progress, holder)
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
        holder: str,
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
        self.edits: dict[str, RawPosting] = {}
        self.doubted = 0
        self.pages = Pages(self.memory)
        self.marks: list[Miss] = []
        self.requests = self.bytes = 0
        self.heritage: Heritage | None = None
        self.merging = Merging({}, frozenset())
        self.publisher = Publisher(store, state, self.memory, self.started_at, rules.sponsors, holder)

    async def run(self) -> Visit:
        self.known = await asyncio.to_thread(self.store.postings, self.board.key)
        self.merging = Merging(self.memory.groups if self.rules.merge else {}, self.known.keys())
        self.heritage = await asyncio.to_thread(find_heritage, self.store, self.memory)
        self.publisher.heritage = self.heritage
        try:
            return await self._visit()
        except JobwireError:
            raise
        except Exception as error:  # a mistake of ours: this board waits with patience, the others go on
            return await self._end_failed(BoardBroken(f"jobwire failed: {type(error).__name__}: {error}"))

    async def _visit(self) -> Visit:
        try:
            reading = await self._read()
        except BoardError as error:
            await self._settle_new()
            await self.publisher.flush()  # what was read before the error is true all the same
            return await self._end_failed(error)
        if not self.seen and reading.completeness is not Completeness.COMPLETE:
            return await self._end_failed(BoardBroken(reading.note or "Nothing of it could be read."))
        await self._settle_groups(reading.completeness)
        await self._settle_edits()
        await self.publisher.flush()
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
        marks |= {key: "" for key in self.memory.doubted if key in active}
        last = self.memory.reread_at
        if last is not None and timedelta(0) <= self.started_at - last < self.rules.reread:
            return marks
        self.memory.reread_at = self.started_at
        return marks if last is None else dict.fromkeys(marks, "")

    async def _fetch(self, request: Request) -> Response:
        self.requests += 1
        try:
            response = await self.fetch(request)
        except BoardError:
            self.pages.refuse()
            raise
        self.bytes += len(response.body)
        self.pages.look(request.url, response)
        return response

    async def _take(self, posting: RawPosting) -> None:
        self.fetched += 1
        if posting.posting_id in self.seen:
            return  # the board repeats itself; the first one counts
        self.seen.add(posting.posting_id)
        self.pages.note(posting)
        before = self.known.get(posting.posting_id)
        if not (before and before.active) and self.pages.is_unread(posting):
            last = await self._load(before) if before else None
            if last:  # it is back: with the text that it had, until its page is read
                posting = msgspec.structs.replace(last, list_mark="")
            elif self.pages.wait_for(posting):
                return
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
        members = self.merging.list_members(posting.posting_id)
        await self.publisher.add(posting, digest, self.known.get(posting.posting_id), members)

    async def _settle_edits(self) -> None:
        """News is published, noise is remembered only, what is doubted waits for the next visit."""
        found = await asyncio.to_thread(sort_edits, self.edits, self.known, self.memory, self.store)
        self.doubted = len(found.doubted)
        for posting_id, posting in self.edits.items():
            if posting_id in found.doubted:
                continue
            digest = view_digest(posting)
            if posting_id not in found.noise:
                await self._add(posting, digest)
                continue
            before = self.known[posting_id]
            raw = encode(posting, self.merging.list_members(posting_id))
            raw = await asyncio.to_thread(carry_changes, self.store, before.job_id, raw)
            mark = Miss(posting_id, before.misses, before.missed_at, posting.list_mark, digest, raw)
            self.marks.append(mark)

    async def _end_read(self, reading: Reading) -> Visit:
        now = self.clock()
        active = {p.posting_id: p for p in self.known.values() if p.active}
        shown = self.merging.shown(self.seen)
        unsettled = self.pages.remember(active) + self.doubted
        late, over = await self._find_over([p for key, p in active.items() if key not in shown], reading, now)
        absence = self._judge_absence(active, reading.completeness, now, late | over)
        if reading.company and reading.company.name:
            self.memory.company_name = reading.company.name
        self.memory.failures = self.memory.gone_visits = 0
        self.memory.gone_since = None
        self.memory.held = absence.held
        for is_late, reason in ((False, RemovalReason.SOURCE_REMOVED), (True, RemovalReason.DEADLINE)):
            ids = [active[key].job_id for key in absence.expired if (key in late) is is_late]
            await self.publisher.expire(ids, reason)
        if self.heritage and self.seen and reading.completeness is Completeness.COMPLETE:
            await self._retire(self.heritage.old_key)
        outcome = self._outcome(absence)
        if self.seen:
            self.memory.moved_to = ""
        else:
            self.memory.empty_visits = self.memory.empty_visits + 1 if active else 0
        detail = "; ".join(filter(None, (reading.note, absence.note)))
        return await self._end(
            outcome,
            reading.completeness,
            detail,
            misses=(*self.marks, *absence.misses),
            company=self.publisher.make_company(reading.company),
            waiting=absence.waiting + unsettled,
        )

    def _judge_absence(
        self,
        active: dict[str, Posting],
        completeness: Completeness,
        now: datetime,
        overdue: frozenset[str] = frozenset(),
    ) -> Absence:
        shown, was_empty = self.merging.shown(self.seen), self.memory.empty_visits > 0
        if shown:
            self.memory.empty_visits = 0
        return judge_absence(active, shown, completeness, now, self.rules.absence, overdue, was_empty)

    async def _find_over(
        self, absent: list[Posting], reading: Reading, now: datetime
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Absent postings whose stated last day is over, and those whose own page says so.

        Only a few are looked at: more are a reason to doubt.
        """
        if reading.completeness is not Completeness.COMPLETE or len(absent) > OVERDUE_COMPARED:
            return frozenset(), frozenset()
        raws = {p.posting_id: raw for p in absent if (raw := await self._load(p))}
        late = {k for k, raw in raws.items() if raw.valid_through and raw.valid_through + LAST_DAY < now}
        over = {k for k, raw in raws.items() if self.pages.is_over(raw)}
        return frozenset(late), frozenset(over.union(self.memory.closed))

    async def _retire(self, old_key: str) -> None:
        """The board of before is over: what this one did not take over expires, and it is visited no more."""
        left = await asyncio.to_thread(lambda: list(self.store.active_ids(board_key=old_key)))
        await self.publisher.expire(left, RemovalReason.BOARD_GONE)
        old = await asyncio.to_thread(self.store.get_board, old_key)
        if old:
            await asyncio.to_thread(self.store.put_board, msgspec.structs.replace(old, paused=True))
        self.memory.moved_from = ""

    def _outcome(self, absence: Absence) -> Outcome:
        if not self.seen:
            return Outcome.EMPTY
        return Outcome.CHANGED if self.publisher.moved else Outcome.UNCHANGED

    async def _end_failed(self, error: BoardError) -> Visit:
        now = self.clock()
        outcome = outcome_of(error)
        self.memory.failures += 1
        if outcome is Outcome.GONE:
            self.memory.gone_since = min(self.memory.gone_since or now, now)  # not ahead, by a wrong clock
            self.memory.gone_visits += 1
            if is_board_gone(self.memory.gone_visits, self.memory.gone_since, now, self.rules.absence):
                await self.publisher.expire(
                    [p.job_id for p in self.known.values() if p.active], RemovalReason.BOARD_GONE
                )
        wait = error.retry_after_s if isinstance(error, BoardBlocked) else None
        active = {p.posting_id: p for p in self.known.values() if p.active}
        back = self._judge_absence(active, Completeness.PARTIAL, now).misses
        return await self._end(outcome, Completeness.PARTIAL, str(error), misses=back, retry_after_s=wait)

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
            new=self.publisher.new,
            changed=self.publisher.changed,
            expired=self.publisher.expired,
            reopened=self.publisher.reopened,
            requests=self.requests,
            bytes=self.bytes,
            detail=detail[:500],
        )
        interval = next_interval(
            timedelta(seconds=self.memory.interval_s) if self.memory.interval_s else None,
            outcome,
            self.publisher.moved,
            waiting,
            self.memory.failures,
            self.rules.rhythm,
            retry_after_s,
        )
        if not waiting and not self.memory.failures:
            self.memory.interval_s = interval.total_seconds()
        self.memory.last_outcome, self.memory.last_detail = outcome.value, visit.detail
        succeeded = outcome in (Outcome.CHANGED, Outcome.UNCHANGED, Outcome.EMPTY)
        if succeeded:
            self.memory.active = len(self.seen)
            self.memory.counts = [*self.memory.counts, len(self.seen)][-COUNTS_KEPT:]
        self.memory.countries = sorted(self.publisher.countries)
        self.memory.groups = self.merging.groups
        current = await asyncio.to_thread(self.store.get_board, self.board.key)
        state = msgspec.structs.replace(
            self.state,
            paused=current.paused if current else self.state.paused,  # somebody may have paused it meanwhile
            next_visit_at=spread(now, interval, self.board.key),
            last_success_at=now if succeeded else self.state.last_success_at,
            memory=msgspec.to_builtins(self.memory),
        )
        await self.publisher.publish(
            Publication(
                companies=(company,) if company else (),
                board_key=self.board.key,
                misses=misses,
                board=state,
                visit=visit,
            )
        )
        return visit
