"""The typed client of a feed: pages, removals, career sites, companies, changes; retries included."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec
import urllib3
import urllib3.exceptions

from jobwire import __version__
from jobwire.errors import ConfigError, RateLimited, RetryError, Unavailable
from jobwire.model.company import Company
from jobwire.model.job import Job
from jobwire.model.times import format_time
from jobwire.sync.answers import Answer, NotOffered, Stopped, raise_for, read_answer
from jobwire.sync.page import (
    ChangePage,
    ExpiredPage,
    JobPage,
    Loop,
    Malformed,
    SitePage,
    is_page,
    parse_changes,
    parse_expired,
    parse_jobs,
    parse_sites,
)
from jobwire.sync.steps import Fetch

MAX_BODY_BYTES = 512 * 1024 * 1024
JOB_BATCH = 1000
EXPIRED_BATCH = 10_000
SITE_BATCH = 50
PROBES = 3
"""Attempts to find out whether a server has a change log."""

T = TypeVar("T")


class Retries(msgspec.Struct, frozen=True, kw_only=True):
    """How long to keep trying one request. Waits double from `first_s` to `longest_s`, with jitter."""

    attempts: int = 8
    first_s: float = 0.5
    longest_s: float = 30.0
    longest_named_s: float = 120.0
    """A `Retry-After` above this ends the request with its error instead of a wait."""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A company profile: its JSON bytes, or None where the server says that ours is still right."""

    body: bytes | None
    etag: str | None


class FeedClient:
    """A feed at `base_url`, read with `key`. Safe to use from one thread at a time.

    Every method raises the errors of `jobwire.errors` by what to do next: RetryError after the last attempt,
    InvalidCursor and ResyncRequired (begin again), StopError (key, credits, address). `stop` ends waits;
    `on_retry` is told why a request is sent again, and in how many seconds.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        timeout_s: float = 60.0,
        retries: Retries | None = None,
        compress: bool | None = None,
        stop: threading.Event | None = None,
        now: Callable[[], datetime] | None = None,
        sleep: Callable[[float], None] | None = None,
        jitter: Callable[[], float] = random.random,
        on_retry: Callable[[RetryError, float], None] = lambda error, seconds: None,
    ) -> None:
        address = urlsplit(base_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ConfigError(
                f"Not the address of a feed: {base_url[:200]!r}.", hint="Give http(s)://host[:port]."
            )
        if not key:
            raise ConfigError("There is no API key.", hint="Set JOBWIRE_KEY, or give --key-file.")
        if not key.isascii() or not key.isprintable() or key != key.strip():
            raise ConfigError("The API key holds characters that a header cannot carry.")
        self.base_url = f"{address.scheme}://{address.netloc}{address.path.rstrip('/')}"
        self.stop = stop or threading.Event()
        self.requests = 0
        self.retried = 0
        self.bytes = 0
        self._retries = retries or Retries()
        self._now = now or (lambda: datetime.now(UTC))
        self._sleep = sleep or self._wait
        self._jitter = jitter
        self._on_retry = on_retry
        self._headers = _headers(key, _is_far(address.hostname) if compress is None else compress)
        self._timeout_s = timeout_s
        self._pool = urllib3.PoolManager(num_pools=2, maxsize=2, retries=False)

    def __repr__(self) -> str:
        return f"FeedClient({self.base_url!r})"  # never the key

    def close(self) -> None:
        self._pool.clear()

    def __enter__(self) -> FeedClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Pages

    def fetch_jobs(
        self,
        *,
        cursor: str | None = None,
        posted_after: datetime | None = None,
        updated_after: datetime | None = None,
        filters: dict[str, Any] | None = None,
        batch_size: int = JOB_BATCH,
    ) -> JobPage:
        """One page of active jobs."""
        body: dict[str, Any] = {**(filters or {}), "batch_size": batch_size}
        _put(body, cursor=cursor, posted_after=_text(posted_after), updated_after=_text(updated_after))
        return self._post("/api/jobs/feed", body, lambda a: parse_jobs(a.body, a.headers, cursor))

    def fetch_expired(
        self, *, since: datetime | None = None, cursor: str | None = None, batch_size: int = EXPIRED_BATCH
    ) -> ExpiredPage:
        """One page of ids that expired since `since` (the server's default is 24 hours ago)."""
        query: dict[str, Any] = {"batch_size": batch_size}
        _put(query, expired_since=_text(since), cursor=cursor)
        return self._get("/api/jobs/expired", query, lambda a: parse_expired(a.body, a.headers, cursor))

    def fetch_sites(
        self,
        *,
        cursor: str | None = None,
        updated_after: datetime | None = None,
        filters: dict[str, Any] | None = None,
        batch_size: int = SITE_BATCH,
    ) -> SitePage:
        """One page of career sites updated strictly after `updated_after`."""
        body: dict[str, Any] = {**(filters or {}), "batch_size": batch_size}
        _put(body, cursor=cursor, updated_after=_text(updated_after))
        return self._post("/api/career-sites/feed", body, lambda a: parse_sites(a.body, a.headers, cursor))

    def fetch_changes(
        self,
        *,
        cursor: str | None = None,
        filters: dict[str, Any] | None = None,
        batch_size: int = JOB_BATCH,
        wait_s: int = 0,
        attempts: int | None = None,
    ) -> ChangePage:
        """One page of the change log, jobwire's own. `wait_s` (0..60): hold the request until something happens;
        `attempts`: fewer than usual, where it may well not be there.

        Raises NotOffered where the server has none, ResyncRequired where `cursor` is too old.
        """
        query: dict[str, Any] = {"batch_size": batch_size}
        _put(query, cursor=cursor, wait=min(wait_s, 60) or None, **as_query(filters or {}))

        def read(answer: Answer) -> ChangePage:
            if cursor is None and not is_page(answer.body, "changes"):
                raise NotOffered("The server answers that path with something else.")
            return parse_changes(answer.body, answer.headers, cursor)

        return self._get("/api/jobs/changes", query, read, cursor, wait_s, attempts)

    def fetch(self, ask: Fetch, filters: dict[str, Any]) -> JobPage | SitePage | ExpiredPage:
        """The page that a step of the rules asks for."""
        size: dict[str, Any] = {} if ask.batch_size is None else {"batch_size": ask.batch_size}
        if ask.what == "expired":
            return self.fetch_expired(since=ask.since, cursor=ask.cursor)
        if ask.what == "changes":
            attempts = PROBES if ask.probe else None
            return self.fetch_changes(cursor=ask.cursor, filters=filters, attempts=attempts, **size)
        since: dict[str, Any] = {} if ask.since is None else {ask.since_field: ask.since}
        if ask.what == "sites":
            return self.fetch_sites(cursor=ask.cursor, filters=filters, **since, **size)
        return self.fetch_jobs(cursor=ask.cursor, filters=filters, **since, **size)

    # Single things

    def get_job(self, job_id: str) -> Job:
        """One job. Raises NotOffered where it, or the whole endpoint, is not there."""
        path = f"/api/jobs/{quote(job_id, safe='')}"
        return self._get(path, {}, lambda a: msgspec.json.decode(a.body, type=Job, strict=False))

    def get_company(self, company_id: str) -> Company:
        """One company, typed; what the type does not name is in `fetch_profile`'s bytes."""
        body = self.fetch_profile(company_id).body or b"{}"
        return msgspec.json.decode(body, type=Company, strict=False)

    def fetch_profile(self, company_id: str, *, etag: str | None = None) -> Profile:
        """The full profile as bytes; with `etag` only if it changed."""
        path = f"/api/companies/{quote(company_id, safe='')}"
        extra = {"If-None-Match": etag} if etag else {}

        def read(answer: Answer) -> Profile:
            if answer.status == 304:
                return Profile(body=None, etag=etag)
            if not isinstance(_load(answer.body), dict):
                raise Malformed("a company profile is a JSON object")
            return Profile(body=answer.body, etag=answer.etag)

        return self._try("GET", path, None, extra, read)

    # Iteration, for programs of their own

    def jobs(self, **request: Any) -> Iterator[Job]:
        """Every job of one scan, typed; arguments of `fetch_jobs`."""
        page, loop = self.fetch_jobs(**request), Loop()
        yield from page.jobs
        while page.has_more:
            loop.check(page)
            page = self.fetch_jobs(**{**request, "cursor": page.next_cursor})
            yield from page.jobs

    def expired_ids(self, since: datetime | None = None) -> Iterator[str]:
        """Every id that expired since `since`."""
        page, loop = self.fetch_expired(since=since), Loop()
        yield from page.job_ids
        while page.has_more:
            loop.check(page)
            page = self.fetch_expired(since=since, cursor=page.next_cursor)
            yield from page.job_ids

    # One request

    def _post(self, path: str, body: dict[str, Any], read: Callable[[Answer], T]) -> T:
        extra = {"Content-Type": "application/json"}
        return self._try("POST", path, msgspec.json.encode(body), extra, read, has_cursor="cursor" in body)

    def _get(
        self,
        path: str,
        query: dict[str, Any],
        read: Callable[[Answer], T],
        cursor: str | None = None,
        wait_s: int = 0,
        attempts: int | None = None,
    ) -> T:
        target = f"{path}?{urlencode(query, doseq=True)}" if query else path
        has_cursor = cursor is not None or "cursor" in query
        return self._try("GET", target, None, {}, read, has_cursor=has_cursor, wait_s=wait_s, attempts=attempts)

    def _try(
        self,
        method: str,
        target: str,
        body: bytes | None,
        extra: dict[str, str],
        read: Callable[[Answer], T],
        *,
        has_cursor: bool = False,
        wait_s: int = 0,
        attempts: int | None = None,
    ) -> T:
        for attempt in range(1, self._retries.attempts + 1):
            if self.stop.is_set():
                raise Stopped("Stopped.")
            try:
                answer = self._ask(method, target, body, extra, wait_s)
                raise_for(answer, has_cursor=has_cursor)
                return read(answer)
            except RetryError as error:
                failure: RetryError = error
            except (Malformed, msgspec.DecodeError) as error:
                failure = Unavailable(f"The server's answer cannot be read: {error}.")
            except urllib3.exceptions.HTTPError as error:
                failure = _no_answer(self.base_url, error)
            is_told_to_wait = isinstance(failure, RateLimited) or failure.retry_after_s is not None
            self._pause(attempt, failure, None if is_told_to_wait else attempts)
        raise AssertionError("the last attempt raises")

    def _ask(self, method: str, target: str, body: bytes | None, extra: dict[str, str], wait_s: int) -> Answer:
        self.requests += 1
        sent, clock = self._now(), time.monotonic()
        response = self._pool.request(
            method,
            self.base_url + target,
            body=body,
            headers={**self._headers, **extra},
            redirect=False,
            preload_content=False,
            timeout=urllib3.Timeout(connect=min(self._timeout_s, 15.0), read=self._timeout_s + wait_s),
        )
        answer = read_answer(
            response, sent, lambda: timedelta(seconds=time.monotonic() - clock), self.stop.is_set, MAX_BODY_BYTES
        )
        self.bytes += len(answer.body)
        return answer

    def _pause(self, attempt: int, failure: RetryError, most: int | None) -> None:
        """Wait before the next attempt, or raise the failure if there is none."""
        named = failure.retry_after_s
        too_long = named is not None and named > self._retries.longest_named_s
        if attempt >= min(most or self._retries.attempts, self._retries.attempts) or too_long:
            raise failure
        self.retried += 1
        grown = min(self._retries.longest_s, self._retries.first_s * 2 ** (attempt - 1))
        seconds = grown * (0.5 + self._jitter() / 2) if named is None else named + self._jitter() * 0.25
        self._on_retry(failure, seconds)
        self._sleep(seconds)

    def _wait(self, seconds: float) -> None:
        if self.stop.wait(seconds):
            raise Stopped("Stopped.")


def as_query(filters: dict[str, Any]) -> dict[str, Any]:
    """Filters of a JSON body as query parameters: lists repeat, locations as JSON objects."""
    query: dict[str, Any] = {}
    for name, value in filters.items():
        values = value if isinstance(value, list | tuple) else [value]
        query[name] = [_query_value(each) for each in values if each is not None]
    return query


def _query_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return msgspec.json.encode(value).decode() if isinstance(value, dict) else str(value)


def _headers(key: str, compress: bool) -> dict[str, str]:
    accepted = "zstd, gzip" if urllib3.response.HAS_ZSTD else "gzip"
    return {
        "X-Api-Key": key,
        "Accept": "application/json",
        "Cache-Control": "no-cache",  # a page that a proxy kept is of the past
        "Accept-Encoding": accepted if compress else "identity",
        "User-Agent": f"jobwire/{__version__}",
    }


def _is_far(host: str) -> bool:
    """On the same machine compression costs more than it saves."""
    return not (host in ("localhost", "::1") or host.startswith("127."))


def _put(target: dict[str, Any], **values: Any) -> None:
    target.update({name: value for name, value in values.items() if value is not None})


def _text(at: datetime | None) -> str | None:
    return None if at is None else format_time(at)


def _load(body: bytes) -> Any:
    return msgspec.json.decode(body)


def _no_answer(base_url: str, error: urllib3.exceptions.HTTPError) -> RetryError:
    if isinstance(error, urllib3.exceptions.LocationValueError):
        raise ConfigError(f"Not an address: {base_url}.") from error
    if isinstance(error, urllib3.exceptions.DecodeError):
        return Unavailable(f"The answer of {base_url} is not compressed as it says.")
    return Unavailable(f"No answer from {base_url}: {error}.", hint="Is it running, and is the address right?")
