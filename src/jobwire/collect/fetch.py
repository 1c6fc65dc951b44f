"""The one polite HTTP client: robots.txt, pacing, limits, retries, conditional requests, no private hosts."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Protocol
from urllib.parse import urljoin, urlsplit, urlunsplit

import aiohttp
import msgspec
from protego import Protego

from jobwire import __version__
from jobwire.collect.guard import GuardedResolver, check_url
from jobwire.collect.http_cache import HttpCache
from jobwire.collect.pace import LocalPace, Pace
from jobwire.collect.protocol import Request, Response
from jobwire.errors import BoardBlocked, BoardBroken, BoardUnreachable

MIB = 1 << 20
_REDIRECTS = (301, 302, 303, 307, 308)
_RETRIED = (408, 425, 429, 500, 502, 503, 504)
_BUSY = (429, 503)
_KEPT_HEADERS = ("content-type", "location", "etag", "last-modified", "retry-after", "date", "link")

ROBOTS_KEPT_S = 86_400.0
"""RFC 9309: a robots.txt is not used for longer than a day."""
HOSTS_KEPT = 2_000
IDLE_S = 1_800.0
"""A host that was not asked for so long may be forgotten; no request takes nearly as long."""


class FetchOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Politeness and limits. Times in seconds."""

    user_agent: str = f"jobwire/{__version__} (+https://github.com/jobwire/jobwire)"
    contact: str = ""
    """Added to the user agent, so that an operator of a career site can reach you."""
    allowed_hosts: frozenset[str] = frozenset()
    """Private hosts that may be reached, by name (`127.0.0.1`, `127.0.0.1:9000`, `intranet`)."""
    routes: Mapping[str, str] = {}
    """Host -> base URL that is asked in its place (`*` for all): replay, tests, a caching proxy."""
    timeout_s: float = 60.0
    connect_timeout_s: float = 10.0
    max_bytes: int = 48 * MIB
    max_redirects: int = 5
    tries: int = 3
    backoff_s: float = 1.0
    max_wait_s: float = 60.0
    """A longer Retry-After ends the visit instead, and until then the host is not asked at all."""
    max_rest_s: float = 86_400.0
    """A host is believed that wants to be left alone for so long."""
    per_host: int = 4
    pause_s: float = 0.25
    """Between the starts of two requests to one host."""
    max_crawl_delay_s: float = 10.0
    robots: bool = True


class Fetch(Protocol):
    """What the driver needs: one request to one answer."""

    async def __call__(self, request: Request) -> Response: ...


class _Host:
    """What one process knows of a host; whose turn it is there says the pace."""

    def __init__(self, name: str, options: FetchOptions, now: float) -> None:
        self.name = name
        self.slots = asyncio.Semaphore(options.per_host)
        self.turn = asyncio.Lock()
        self.asked_at = now
        self.pause_s = options.pause_s
        self.robots: Protego | None = None
        self.robots_lock = asyncio.Lock()
        self.robots_until = 0.0
        """When robots.txt is to be read again (on the monotonic clock); 0 before the first time."""


class Fetcher:
    """Async context manager. Raises BoardBlocked, BoardBroken (too large) and BoardUnreachable; any status that
    is not a retried one comes back as a Response for the ATS file to judge."""

    def __init__(
        self,
        options: FetchOptions | None = None,
        cache: HttpCache | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        pace: Pace | None = None,
    ) -> None:
        """`pace`: shared with other processes; it is closed with the fetcher."""
        self.options = options or FetchOptions()
        self.requests = 0
        self.bytes = 0
        self._cache = cache
        self._sleep = sleep
        self._now = monotonic
        self._pace = pace or LocalPace(monotonic)
        self._hosts: dict[str, _Host] = {}
        self._session: aiohttp.ClientSession | None = None
        self._allowed = self.options.allowed_hosts | {
            urlsplit(base).hostname or "" for base in self.options.routes.values()
        }

    async def __aenter__(self) -> Fetcher:
        options = self.options
        agent = f"{options.user_agent} {options.contact}".strip()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=GuardedResolver(self._allowed), limit=256, ttl_dns_cache=60),
            timeout=aiohttp.ClientTimeout(
                total=options.timeout_s, connect=options.connect_timeout_s, sock_read=options.timeout_s / 2
            ),
            headers={"User-Agent": agent, "Accept-Language": "en, *;q=0.5"},
            cookie_jar=aiohttp.DummyCookieJar(),
            max_line_size=16_384,
            max_field_size=16_384,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session:
            await self._session.close()
        self._pace.close()

    async def __call__(self, request: Request) -> Response:
        """Carry out one request: robots, conditional headers, redirects (each hop checked), retries."""
        url, hops = request.url, 0
        while True:
            response = await self._ask(msgspec.structs.replace(request, url=url))
            location = response.headers.get("location")
            if response.status not in _REDIRECTS or not location or not request.follow_redirects:
                return response
            hops += 1
            if hops > self.options.max_redirects:
                raise BoardBroken(f"{request.url} redirects without end.")
            url = urljoin(url, location)
            if response.status == 303 or (response.status in (301, 302) and request.verb == "POST"):
                request = Request(url=url, headers=request.headers, method="GET")

    async def _ask(self, request: Request) -> Response:
        name = check_url(request.url, self._allowed)
        host = self._find_host(urlsplit(request.url).netloc.lower())
        if self.options.robots and not await self._may_fetch(host, request.url):
            raise BoardBlocked(f"robots.txt of {name} does not allow {request.url}.")
        cache = self._cache if request.conditional and request.verb == "GET" else None
        kept = await asyncio.to_thread(cache.get, request.url) if cache else None
        headers = {**request.headers, **(kept.validators() if kept else {})}
        response = await self._try(host, request, headers)
        if response.status == 304 and kept:
            return Response(status=200, url=request.url, body=kept.body, headers=kept.headers)
        if cache and response.status == 200:
            await asyncio.to_thread(cache.put, request.url, response)
        return response

    def _find_host(self, name: str) -> _Host:
        """The pacing of a host; of thousands, those that nobody asked lately are forgotten."""
        if name not in self._hosts:
            if len(self._hosts) >= HOSTS_KEPT:
                idle = self._now() - IDLE_S
                self._hosts = {n: host for n, host in self._hosts.items() if host.asked_at > idle}
            self._hosts[name] = _Host(name, self.options, self._now())
        return self._hosts[name]

    async def _try(self, host: _Host, request: Request, headers: dict[str, str]) -> Response:
        options = self.options
        for attempt in range(options.tries):
            last = attempt + 1 == options.tries
            wait = options.backoff_s * 2**attempt * random.uniform(0.5, 1.5)  # noqa: S311 - jitter, not a secret
            try:
                response = await self._send(host, request, headers)
            except ValueError as error:  # a URL or a host name that cannot be
                raise BoardBroken(f"{request.url[:200]} cannot be asked: {_describe(error)}") from error
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                if last:
                    raise BoardUnreachable(f"{request.url}: {_describe(error)}") from error
            else:
                if response.status not in _RETRIED:
                    return response
                asked = _retry_after_s(response)
                wait = max(wait, min(asked or 0, options.max_rest_s))
                last = last or wait > options.max_wait_s
                if response.status in _BUSY or asked:  # the whole host rests, not this request alone
                    silent = last and asked is None and response.status == 429
                    await self._pace.rest(host.name, options.max_wait_s if silent else wait)
                if last and response.status == 429:
                    when = "" if asked is None else f" and wants to be left alone for {asked:.0f} s"
                    raise BoardBlocked(f"{request.url} answered 429{when}.", retry_after_s=asked)
                if last:
                    return response
            await self._sleep(wait)
        raise AssertionError("unreachable")

    async def _send(self, host: _Host, request: Request, headers: dict[str, str]) -> Response:
        async with host.slots:
            await self._take_turn(host)
            target, sent = self._route(request.url, headers)
            assert self._session is not None, "use the fetcher as a context manager"
            self.requests += 1
            async with self._session.request(
                request.verb,
                target,
                json=request.json_body,
                headers=sent,
                allow_redirects=False,
            ) as answer:
                body = await self._read(request.url, answer)
                kept = {k: answer.headers[k] for k in _KEPT_HEADERS if k in answer.headers}
                return Response(status=answer.status, url=request.url, body=body, headers=kept)

    async def _take_turn(self, host: _Host) -> None:
        """Wait until the host may be asked. Raises BoardBlocked if it wants to be left alone for long."""
        async with host.turn:
            while wait := await self._pace.take_turn(host.name, host.pause_s):
                if wait > max(self.options.max_wait_s, host.pause_s):
                    raise BoardBlocked(
                        f"{host.name} wants to be left alone for {wait:.0f} s more.", retry_after_s=wait
                    )
                await self._sleep(wait)
            host.asked_at = self._now()

    async def _read(self, url: str, answer: aiohttp.ClientResponse) -> bytes:
        limit = self.options.max_bytes
        chunks: list[bytes] = []
        size = 0
        async for chunk in answer.content.iter_chunked(256 * 1024):
            size += len(chunk)
            if size > limit:
                raise BoardBroken(f"{url} answered more than {limit // MIB} MiB.")
            chunks.append(chunk)
        self.bytes += size
        return b"".join(chunks)

    def _route(self, url: str, headers: dict[str, str]) -> tuple[str, dict[str, str]]:
        parts = urlsplit(url)
        base = self.options.routes.get(parts.netloc.lower()) or self.options.routes.get("*")
        if not base or urlsplit(base).netloc == parts.netloc:
            return url, headers
        there = urlsplit(base)
        path = there.path.rstrip("/") + parts.path
        return (
            urlunsplit((there.scheme, there.netloc, path, parts.query, "")),
            {**headers, "Host": parts.netloc},
        )

    async def _may_fetch(self, host: _Host, url: str) -> bool:
        parts = urlsplit(url)
        if parts.path == "/robots.txt":
            return True
        async with host.robots_lock:
            if self._now() >= host.robots_until:
                await self._learn_robots(host, urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", "")))
        return host.robots is None or bool(host.robots.can_fetch(url, self.options.user_agent))

    async def _learn_robots(self, host: _Host, url: str) -> None:
        """RFC 9309: a 4xx means that all is allowed; a host that does not answer is not to be crawled now."""
        response = await self(Request(url=url, conditional=False))
        if response.status >= 500:
            raise BoardUnreachable(f"{url} answered {response.status}.")
        if response.status < 300:
            host.robots = Protego.parse(response.text[:500_000])
            delay = host.robots.crawl_delay(self.options.user_agent)
            if delay:
                host.pause_s = max(host.pause_s, min(float(delay), self.options.max_crawl_delay_s))
                await self._pace.rest(host.name, host.pause_s)
        host.robots_until = self._now() + ROBOTS_KEPT_S


def _retry_after_s(response: Response) -> float | None:
    """What Retry-After says, in seconds or as a date (by the server's own clock, where it states that)."""
    value = response.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value[:9])
    until = _read_date(value)
    if until is None:
        return None
    return max(until - (_read_date(response.headers.get("date", "")) or time.time()), 0.0)


def _read_date(value: str) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _describe(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time."
    return f"{type(error).__name__}: {error}"[:300]
