"""The engine: carries out the steps of `follow` with a client and a sink, and writes the receipt."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable, Generator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec

from jobwire.errors import ConfigError, JobwireError, Locked, RetryError
from jobwire.sync.answers import NotOffered, Stopped
from jobwire.sync.budget import Budget, LimitReached
from jobwire.sync.checkpoint import Checkpoint
from jobwire.sync.client import FeedClient
from jobwire.sync.companies import fetch_companies
from jobwire.sync.follow import follow_jobs, follow_sites
from jobwire.sync.lane import Lane
from jobwire.sync.page import ChangePage, ExpiredPage, JobPage, SitePage
from jobwire.sync.progress import Progress, Report, ignore
from jobwire.sync.receipt import Receipt, StreamReceipt, describe
from jobwire.sync.sinks import open_sink
from jobwire.sync.sinks.base import Sink
from jobwire.sync.steps import Fetch, Note, Rules, Settle, Step, Suspect, Tally, Write

Stream = Literal["jobs", "career_sites", "companies"]
LONGEST_PAUSE_S = 3600.0
"""A server that asks for more patience is asked again after this."""
STOP_S = 3.0
"""How long a page may go on being written after a stop."""
STREAMS: tuple[Stream, ...] = ("jobs",)


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller may choose. Credits are the server's, times are `timedelta`."""

    streams: tuple[Stream, ...] = STREAMS
    filters: dict[str, Any] = {}
    """Filters of `POST /api/jobs/feed`; jobs that leave them are removed from the sink."""
    site_filters: dict[str, Any] = {}
    batch_size: int = 1000
    min_credits: float | None = None
    """Below this balance the receipt carries a warning."""
    max_credits: float | None = None
    """Per run. No request is made that would cost more than what is left of it."""
    reconcile_every: timedelta | None = timedelta(days=1)
    rescan: Literal["auto", "always", "never"] = "auto"
    use_changes: bool = True
    overlap: timedelta = timedelta(minutes=15)
    max_companies: int = 1000
    """Profiles fetched per run."""


class Sync:
    """Keeps one sink equal to one feed.

    `source` is a base URL (with `key`) or a FeedClient; `sink` a URL (see `open_sink`) or a Sink.
    `run` answers a Receipt, or raises what stopped it, with the receipt in `self.receipt`.
    """

    def __init__(
        self,
        source: str | FeedClient,
        sink: str | Sink,
        *,
        key: str = "",
        options: Options | None = None,
        on_progress: Report = ignore,
        stop: threading.Event | None = None,
        now: Callable[[], datetime] | None = None,
        **chosen: Any,
    ) -> None:
        self.stop = stop or (source.stop if isinstance(source, FeedClient) else threading.Event())
        self.client = FeedClient(source, key, stop=self.stop, now=now) if isinstance(source, str) else source
        self.sink = open_sink(sink) if isinstance(sink, str) else sink
        self.options = options or Options(**chosen)
        self.receipt: Receipt | None = None
        self._on_progress = on_progress
        self._now = now or (lambda: datetime.now(UTC))

    # One run

    def run(self, *, full: bool = False, next_run_at: datetime | None = None) -> Receipt:
        """Bring every stream up to date. `full`: compare everything, whatever the checkpoint says, and also the
        content of jobs whose version is the same."""
        receipt = self.receipt = Receipt(
            id=uuid.uuid4().hex,
            source=self.client.base_url,
            sink=self.sink.url,
            started_at=self._now(),
            next_run_at=next_run_at,
        )
        with self.sink:
            run = _Run(self, receipt, full)
            try:
                run.follow_streams()
                receipt.outcome = "complete"
            except Stopped:
                receipt.outcome = "stopped"
            except LimitReached as error:
                receipt.outcome = "limit"
                receipt.notes.append(str(error))
            except BaseException as error:
                receipt.error = describe(error)
                raise
            finally:
                run.finish()
        return receipt

    def rebuild(self) -> Receipt:
        """Empty the sink and fill it again."""
        with self.sink:
            self.sink.clear()
        return self.run()

    def run_every(
        self,
        interval: timedelta,
        *,
        jitter: float = 0.1,
        on_receipt: Callable[[Receipt], None] = lambda _: None,
        on_error: Callable[[JobwireError], None] = lambda _: None,
        wait: Callable[[float], bool] | None = None,
        random: Callable[[], float] = random.random,
    ) -> None:
        """Run until `stop` is set, every `interval` plus or minus `jitter` of it.

        What time may heal (no answer, rate limits, another run's lock) is told to `on_error` and tried again;
        what it cannot (key, configuration) is raised. `wait(seconds)` answers True to stop.
        """
        wait = wait or self.stop.wait
        while not self.stop.is_set():
            pause_s = interval.total_seconds() * (1 + jitter * (2 * random() - 1))
            started = time.monotonic()
            try:
                on_receipt(self.run(next_run_at=self._now() + timedelta(seconds=pause_s)))
            except (RetryError, Locked) as error:
                on_error(error)
                named_s = getattr(error, "retry_after_s", None) or 0.0
                pause_s = max(pause_s, min(named_s, LONGEST_PAUSE_S))
            if wait(max(0.0, pause_s - (time.monotonic() - started))):
                return

    # Before a run

    def estimate(self) -> Estimate:
        """What the next run would fetch and cost, by asking for one job. Writes nothing."""
        checkpoint = self._peek()
        since = None
        if checkpoint and checkpoint.watermark and checkpoint.filters == self.options.filters:
            since = checkpoint.watermark - self.options.overlap
        page = self.client.fetch_jobs(posted_after=since, filters=self.options.filters, batch_size=1)
        price = (page.headers.credits_deducted or 0.0) / max(1, len(page.rows))
        total = page.estimated_total if page.has_more or page.estimated_total is not None else len(page.rows)
        size = max((len(row) for row in page.rows), default=0)
        return Estimate(
            since=since,
            jobs=total,
            requests=None if total is None else max(1, -(-total // self.options.batch_size)),
            bytes=None if total is None else total * size,
            credits=None if total is None else total * price,
            balance=page.headers.credits_balance,
        )

    def _peek(self) -> Checkpoint | None:
        self.sink.check()
        try:
            self.sink.open(read_only=True)
        except ConfigError:
            return None  # nothing there yet
        try:
            return self.sink.load("jobs")
        finally:
            self.sink.close()


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """Of the next run; None where the server does not say. Credits are an upper bound: a jobwire server
    does not charge for what was delivered before."""

    since: datetime | None
    jobs: int | None
    requests: int | None
    bytes: int | None
    credits: float | None
    balance: float | None


class _Run:
    """One run under way: three threads (rules; fetching; writing) and the receipt they fill."""

    def __init__(self, sync: Sync, receipt: Receipt, full: bool) -> None:
        self.sync, self.receipt, self.full = sync, receipt, full
        self.client, self.sink, self.options = sync.client, sync.sink, sync.options
        self.budget = Budget(sync.options.max_credits, sync.options.min_credits)
        self.fetching, self.writing = Lane("jobwire-fetch"), Lane("jobwire-write")
        self._clock = time.monotonic()
        self._before = (self.client.requests, self.client.retried, self.client.bytes)
        self._rows = 0
        self._total: int | None = None
        self._ahead: tuple[Fetch, Future[Any]] | None = None
        """The page that will be asked for next, on its way."""
        self._wrote = False
        """Something in the sink is not as it was before this run."""
        self.sink.by_content = full

    def follow_streams(self) -> None:
        for stream in self.options.streams:
            if stream == "companies":
                self._fetch_companies()
            else:
                self._follow(stream)
        self._report(self.options.streams[-1], "done")

    def finish(self) -> None:
        """Whatever happened: let the writer end its page, and keep the receipt."""
        receipt = self.receipt
        try:
            if not self.writing.drain(STOP_S if self.sync.stop.is_set() else None):
                self.sink.interrupt()
                self.writing.drain()
        except BaseException as error:
            receipt.outcome, receipt.error = "failed", receipt.error or describe(error)
        self.fetching.close()
        self.writing.close()
        requests, retried, size = self._before
        receipt.requests = self.client.requests - requests
        receipt.retried = self.client.retried - retried
        receipt.bytes = self.client.bytes - size
        receipt.credits_deducted, receipt.credits_balance = self.budget.used, self.budget.balance
        receipt.notes.extend(self.budget.warnings)
        receipt.ended_at = self.sync._now()
        receipt.seconds = round(time.monotonic() - self._clock, 3)
        try:
            if self._wrote or receipt.outcome != "complete":
                self.sink.record(receipt.to_dict())
            else:
                self.sink.note(receipt.to_dict())
        except JobwireError:
            if not receipt.error:  # a full disk refused the page, and now the receipt: the first one counts
                raise

    # Streams

    def _follow(self, stream: Literal["jobs", "career_sites"]) -> None:
        saved = self.sink.load(stream)
        rules = Rules(
            source=self.client.base_url,
            filters=self.options.filters if stream == "jobs" else self.options.site_filters,
            reconcile_every=self.options.reconcile_every,
            rescan=self.options.rescan,
            use_changes=self.options.use_changes,
            overlap=self.options.overlap,
            full=self.full,
        )
        self._rows, self._total = 0, None
        follow = follow_jobs if stream == "jobs" else follow_sites
        try:
            done = self._drive(follow(saved, rules), stream)
        except NotOffered as error:
            if stream == "jobs":
                raise ConfigError(f"{self.client.base_url} is no feed.", hint=str(error)) from error
            self.receipt.notes.append("The server has no career sites.")
            return
        if stream == "jobs":
            self.receipt.mode, self.receipt.watermark = done.mode or "feed", done.watermark

    def _drive(
        self, following: Generator[Step, Any, Checkpoint], stream: Literal["jobs", "career_sites"]
    ) -> Checkpoint:
        """Send each step's answer, or its error, back into the rules."""
        answer: Any = None
        failure: Exception | None = None
        while True:
            try:
                step = following.send(answer) if failure is None else following.throw(failure)
            except StopIteration as end:
                self.writing.drain()
                checkpoint: Checkpoint = end.value
                return checkpoint
            answer, failure = None, None
            try:
                answer = self._carry_out(step, stream)
            except (Stopped, LimitReached):
                raise
            except JobwireError as error:
                if not isinstance(step, Fetch):
                    raise
                failure = error

    def _carry_out(self, step: Step, stream: Literal["jobs", "career_sites"]) -> Any:
        if self.sync.stop.is_set():
            raise Stopped("Stopped.")
        if isinstance(step, Fetch):
            return self._fetch(step, stream)
        if isinstance(step, Write):
            self.writing.post(self._write, step.page, step.checkpoint, stream)
        elif isinstance(step, Suspect):
            self.receipt.full |= step.ids is None
            self.writing.post(self.sink.suspect, step.ids, afresh=step.afresh, besides=step.besides)
        elif isinstance(step, Settle):
            self.writing.post(self._settle, step)
        elif isinstance(step, Tally):
            self.writing.drain()
            return self.sink.tally(step.among)
        elif isinstance(step, Note):
            self.receipt.notes.append(step.text)
        return None

    # Fetching

    def _fetch(self, step: Fetch, stream: Literal["jobs", "career_sites"]) -> JobPage | SitePage | ExpiredPage:
        batch_size = step.batch_size
        if step.what != "expired":
            batch_size = self.budget.next_batch(batch_size or self._batch(step.what), step.what)
        filters = self.options.filters if stream == "jobs" else self.options.site_filters
        ask = msgspec.structs.replace(step, batch_size=batch_size)
        ahead, self._ahead = self._ahead, None
        if ahead is None or ahead[0] != msgspec.structs.replace(ask, probe=False):
            ahead = ask, self.fetching.begin(self.client.fetch, ask, filters)
        page: JobPage | SitePage | ExpiredPage = self.fetching.wait(self.sync.stop, ahead[1])
        if step.ahead and page.has_more and self._may_fetch_ahead(page):
            ask = msgspec.structs.replace(ask, cursor=page.next_cursor, probe=False)
            self._ahead = ask, self.fetching.begin(self.client.fetch, ask, filters)
        if isinstance(page, ExpiredPage):
            self._report("jobs", "sweep")
            return page
        self.budget.spend(page.headers, len(page.rows), step.what)
        if step.batch_size is None:
            self._total = page.estimated_total if step.cursor is None else self._total
        return page

    def _may_fetch_ahead(self, page: JobPage | SitePage | ExpiredPage) -> bool:
        """Not where a page that is not wanted in the end would have to be paid."""
        return self.options.max_credits is None and not page.headers.credits_deducted

    def _batch(self, what: str) -> int:
        return min(self.options.batch_size, 50 if what == "sites" else 1000)

    # Writing, in the writer's thread

    def _write(
        self, page: JobPage | SitePage, checkpoint: Checkpoint | None, stream: Literal["jobs", "career_sites"]
    ) -> None:
        receipt: StreamReceipt = getattr(self.receipt, stream)
        if isinstance(page, SitePage):
            counts = self.sink.write_sites(page.columns, checkpoint)
        else:
            removals = page.removals if isinstance(page, ChangePage) else []
            counts = self.sink.write_jobs(page.columns, removals, checkpoint)
        self._wrote |= checkpoint is not None or counts.changes > 0
        receipt.add(counts)
        receipt.fetched += len(page.rows)
        receipt.skipped += page.unusable
        self._rows += len(page.rows)
        self._report(stream, "scan")

    def _settle(self, step: Settle) -> None:
        is_jobs = step.checkpoint.stream == "jobs"
        if step.spare and not self._wrote and not (is_jobs and self.sink.tally()[0]):
            return
        self._wrote = True
        self.receipt.jobs.expired += self.sink.settle(step.checkpoint, step.reason, step.at)
        if is_jobs or "jobs" not in self.options.streams:
            self.sink.index()
        if is_jobs:
            self._report("jobs", "settle")

    def _report(self, stream: Stream, phase: Literal["scan", "sweep", "settle", "done"]) -> None:
        jobs = self.receipt.jobs
        self.sync._on_progress(
            Progress(
                stream=stream,
                phase=phase,
                rows=self._rows,
                total=self._total,
                bytes=self.client.bytes - self._before[2],
                seconds=time.monotonic() - self._clock,
                written=jobs.new + jobs.changed + jobs.reopened,
                expired=jobs.expired,
            )
        )

    def _fetch_companies(self) -> None:
        self._rows, self._total = 0, None
        for counts in fetch_companies(
            self.client, self.sink, self.options.max_companies, self.sync.stop, self.sync._now
        ):
            self._wrote = True
            self.receipt.companies.add(counts)
            self.receipt.companies.fetched += counts.new + counts.changed
            self._rows += counts.new + counts.changed + counts.unchanged
            self._report("companies", "scan")
