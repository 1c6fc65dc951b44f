"""The polite client against a real server on loopback that misbehaves in every way."""

from __future__ import annotations

import asyncio
import resource
import socket
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import brotli
import pytest
from aiohttp import web

from jobwire.collect.fetch import Fetcher, FetchOptions
from jobwire.collect.http_cache import HttpCache
from jobwire.collect.protocol import Request
from jobwire.errors import BoardBlocked, BoardBroken, BoardUnreachable

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Site:
    """A server whose handlers can be exchanged and which remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[web.BaseRequest] = []
        self.handlers: dict[str, Handler] = {}
        self.url = ""

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(request)
        handler = self.handlers.get(request.path)
        return await handler(request) if handler else web.Response(status=404)

    def count(self, path: str) -> int:
        return sum(request.path == path for request in self.asked)


@asynccontextmanager
async def serve() -> AsyncIterator[Site]:
    site = Site()
    runner = web.ServerRunner(web.Server(site.answer))
    await runner.setup()
    listener = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listener).start()
    site.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        yield site
    finally:
        await runner.cleanup()


class Hours:
    """Time that passes only where somebody sleeps."""

    def __init__(self) -> None:
        self.at = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)


def in_no_time(more: FetchOptions, hours: Hours | None = None, **given: object) -> Fetcher:
    """A fetcher whose waits cost nothing."""
    hours = hours or Hours()
    return Fetcher(more, sleep=hours.sleep, monotonic=hours, **given)


def options(**more: object) -> FetchOptions:
    base = {"allowed_hosts": frozenset({"127.0.0.1"}), "pause_s": 0.0, "robots": False, "timeout_s": 5.0}
    return FetchOptions(**{**base, **more})


def run(test: Callable[[Site], Awaitable[None]]) -> None:
    async def main() -> None:
        async with serve() as site:
            await test(site)

    asyncio.run(main())


def respond(status: int = 200, text: str = "", **headers: str) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(
            status=status, text=text, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    return handler


def test_a_page_arrives_with_status_headers_and_final_url() -> None:
    async def test(site: Site) -> None:
        site.handlers["/a"] = respond(302, Location="/b")
        site.handlers["/b"] = respond(200, "hello")
        async with Fetcher(options()) as fetch:
            response = await fetch(Request(url=f"{site.url}/a"))
        assert (response.status, response.text, response.url) == (200, "hello", f"{site.url}/b")
        assert "jobwire/" in site.asked[0].headers["User-Agent"]

    run(test)


def test_a_redirect_to_a_private_address_is_refused() -> None:
    async def test(site: Site) -> None:
        site.handlers["/a"] = respond(302, Location="http://169.254.169.254/latest")
        site.handlers["/b"] = respond(302, Location="http://localhost:1/")
        async with Fetcher(options()) as fetch:
            for path in ("/a", "/b"):
                with pytest.raises(BoardBlocked):
                    await fetch(Request(url=site.url + path))

    run(test)


def test_a_name_that_resolves_to_a_private_address_is_refused_when_connecting() -> None:
    async def main() -> None:
        name = socket.gethostname()  # resolves to this machine, and is no address literal
        try:
            socket.getaddrinfo(name, 80)
        except OSError:
            pytest.skip("this machine does not know its own name")
        async with Fetcher(options(allowed_hosts=frozenset(), tries=1)) as fetch:
            with pytest.raises((BoardBlocked, BoardUnreachable)):
                await fetch(Request(url=f"http://{name}:9/"))

    asyncio.run(main())


def test_endless_redirects_end() -> None:
    async def test(site: Site) -> None:
        site.handlers["/a"] = respond(302, Location="/a")
        async with Fetcher(options()) as fetch:
            with pytest.raises(BoardBroken, match="without end"):
                await fetch(Request(url=f"{site.url}/a"))
        assert site.count("/a") <= 6

    run(test)


def test_a_busy_host_is_asked_again_after_the_time_it_names() -> None:
    async def test(site: Site) -> None:
        async def busy(request: web.Request) -> web.Response:
            if site.count("/a") == 1:
                return web.Response(status=429, headers={"Retry-After": "7"})
            return web.Response(text="ok")

        site.handlers["/a"] = busy
        hours = Hours()
        async with in_no_time(options(), hours) as fetch:
            assert (await fetch(Request(url=f"{site.url}/a"))).text == "ok"
        assert max(hours.slept) >= 7

    run(test)


def test_a_long_retry_after_ends_the_visit_and_is_reported() -> None:
    async def test(site: Site) -> None:
        site.handlers["/a"] = respond(429, Retry_After="3600")
        async with in_no_time(options()) as fetch:
            with pytest.raises(BoardBlocked) as caught:
                await fetch(Request(url=f"{site.url}/a"))
        assert caught.value.retry_after_s == 3600
        assert site.count("/a") == 1

    run(test)


def test_a_server_error_is_tried_again_and_then_handed_on() -> None:
    async def test(site: Site) -> None:
        site.handlers["/a"] = respond(500)
        async with in_no_time(options()) as fetch:
            assert (await fetch(Request(url=f"{site.url}/a"))).status == 500
        assert site.count("/a") == 3

    run(test)


def test_an_answer_that_is_too_large_is_cut_off() -> None:
    async def test(site: Site) -> None:
        async def large(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            for _ in range(50):
                await response.write(b"x" * (1 << 20))
            return response

        site.handlers["/a"] = large
        async with Fetcher(options(max_bytes=4 << 20)) as fetch:
            with pytest.raises(BoardBroken, match="MiB"):
                await fetch(Request(url=f"{site.url}/a"))
            assert fetch.bytes == 0

    run(test)


def test_a_truncated_body_and_a_slow_drip_are_unreachable_not_empty() -> None:
    async def test(site: Site) -> None:
        async def cut(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            await response.prepare(request)
            await response.write(b"{")
            assert request.transport is not None
            request.transport.abort()
            return response

        release = asyncio.Event()

        async def drip(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            await response.write(b"x")
            await release.wait()
            return response

        site.handlers["/cut"], site.handlers["/drip"] = cut, drip
        async with Fetcher(options(tries=1, timeout_s=0.5)) as fetch:
            for path in ("/cut", "/drip"):
                with pytest.raises(BoardUnreachable):
                    await fetch(Request(url=site.url + path))
        release.set()

    run(test)


def test_a_closed_port_is_unreachable() -> None:
    async def main() -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        listener.close()
        async with in_no_time(options()) as fetch:
            with pytest.raises(BoardUnreachable):
                await fetch(Request(url=f"http://127.0.0.1:{port}/"))

    asyncio.run(main())


def test_an_unchanged_list_costs_a_304_and_keeps_its_body(tmp_path: Path) -> None:
    async def test(site: Site) -> None:
        async def tagged(request: web.Request) -> web.Response:
            if request.headers.get("If-None-Match") == '"v1"':
                return web.Response(status=304)
            return web.Response(text="body", headers={"ETag": '"v1"'})

        site.handlers["/a"] = tagged
        request = Request(url=f"{site.url}/a")
        async with Fetcher(options(), HttpCache(tmp_path)) as fetch:
            first, second = await fetch(request), await fetch(request)
        assert (first.text, second.text, second.status) == ("body", "body", 200)
        assert site.asked[1].headers["If-None-Match"] == '"v1"'
        for path in tmp_path.rglob("*"):
            if path.is_file():
                path.write_bytes(b"damaged")
        async with Fetcher(options(), HttpCache(tmp_path)) as fetch:
            assert (await fetch(request)).text == "body"
        assert "If-None-Match" not in site.asked[2].headers

    run(test)


def test_robots_txt_is_obeyed_and_read_once() -> None:
    async def test(site: Site) -> None:
        site.handlers["/robots.txt"] = respond(200, "User-agent: *\nDisallow: /secret\n")
        site.handlers["/open"] = respond(200, "ok")
        async with Fetcher(options(robots=True)) as fetch:
            assert (await fetch(Request(url=f"{site.url}/open"))).text == "ok"
            with pytest.raises(BoardBlocked, match="robots"):
                await fetch(Request(url=f"{site.url}/secret/1"))
        assert site.count("/robots.txt") == 1 and site.count("/secret/1") == 0

    run(test)


def test_a_missing_robots_txt_allows_and_a_broken_one_does_not() -> None:
    async def test(site: Site) -> None:
        site.handlers["/open"] = respond(200, "ok")
        async with in_no_time(options(robots=True)) as fetch:
            assert (await fetch(Request(url=f"{site.url}/open"))).text == "ok"
        site.handlers["/robots.txt"] = respond(503)
        async with in_no_time(options(robots=True)) as fetch:
            with pytest.raises(BoardUnreachable):
                await fetch(Request(url=f"{site.url}/open"))

    run(test)


def test_requests_to_one_host_are_paced() -> None:
    async def test(site: Site) -> None:
        site.handlers["/a"] = respond(200, "ok")
        hours = Hours()
        async with in_no_time(options(pause_s=2.0), hours) as fetch:
            for _ in range(3):
                await fetch(Request(url=f"{site.url}/a"))
        assert hours.slept == [2.0, 2.0]

    run(test)


def test_a_route_asks_elsewhere_and_reports_the_true_url() -> None:
    async def test(site: Site) -> None:
        site.handlers["/v1/boards/acme/jobs"] = respond(200, "routed")
        routes = {"boards-api.greenhouse.io": site.url}
        async with Fetcher(options(allowed_hosts=frozenset(), routes=routes)) as fetch:
            url = "https://boards-api.greenhouse.io/v1/boards/acme/jobs"
            response = await fetch(Request(url=url))
        assert (response.text, response.url) == ("routed", url)
        assert site.asked[0].headers["Host"] == "boards-api.greenhouse.io"

    run(test)


def test_robots_txt_is_read_again_after_a_day_and_idle_hosts_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("jobwire.collect.fetch.HOSTS_KEPT", 2)

    async def test(site: Site) -> None:
        now = [1_000.0]
        site.handlers["/a"] = respond(text="x")
        routes = {f"h{n}.example": site.url for n in range(5)}
        async with Fetcher(options(robots=True, routes=routes), monotonic=lambda: now[0]) as fetch:
            for _ in range(2):
                await fetch(Request(url="https://h0.example/a"))
            assert site.count("/robots.txt") == 1
            now[0] += 86_401
            await fetch(Request(url="https://h0.example/a"))
            assert site.count("/robots.txt") == 2
            for n in range(5):
                now[0] += 3_600
                await fetch(Request(url=f"https://h{n}.example/a"))
            assert len(fetch._hosts) <= 2

    run(test)


def test_a_host_that_wants_to_be_left_alone_is_not_asked_for_another_board() -> None:
    async def test(site: Site) -> None:
        site.handlers["/a"] = respond(429, Retry_After="86400")
        site.handlers["/b"] = respond(text="ok")
        hours = Hours()
        async with in_no_time(options(), hours) as fetch:
            for path in ("/a", "/b"):
                with pytest.raises(BoardBlocked) as caught:
                    await fetch(Request(url=site.url + path))
                assert caught.value.retry_after_s == 86_400
            assert site.count("/b") == 0 and hours.slept == []
            hours.at += 86_401
            assert (await fetch(Request(url=f"{site.url}/b"))).text == "ok"

    run(test)


def test_retry_after_may_be_a_date_by_the_clock_of_the_server() -> None:
    async def test(site: Site) -> None:
        date, until = "Mon, 01 Jun 2026 10:00:00 GMT", "Mon, 01 Jun 2026 12:00:00 GMT"
        site.handlers["/a"] = respond(429, Retry_After=until, Date=date)
        site.handlers["/b"] = respond(429, Retry_After="soon")
        for path, asked in (("/a", 7_200), ("/b", None)):
            async with in_no_time(options()) as fetch:
                with pytest.raises(BoardBlocked) as caught:
                    await fetch(Request(url=site.url + path))
            assert caught.value.retry_after_s == asked

    run(test)


def test_a_crawl_delay_counts_from_robots_txt_on() -> None:
    async def test(site: Site) -> None:
        site.handlers["/robots.txt"] = respond(text="User-agent: *\nCrawl-delay: 5\n")
        site.handlers["/a"] = respond(text="ok")
        hours = Hours()
        async with in_no_time(options(robots=True, pause_s=0.25), hours) as fetch:
            for _ in range(3):
                await fetch(Request(url=f"{site.url}/a"))
        assert hours.slept == [5.0, 5.0, 5.0]

    run(test)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_small_answer_that_unpacks_to_hundreds_of_megabytes_is_cut_off(coding: str) -> None:
    async def test(site: Site) -> None:
        bomb = pack_zeros(coding, 400)

        async def answer(request: web.Request) -> web.Response:
            return web.Response(body=bomb, headers={"Content-Encoding": coding})

        site.handlers["/a"] = answer
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        async with Fetcher(options(max_bytes=4 << 20)) as fetch:
            with pytest.raises((BoardBroken, BoardUnreachable)):
                await fetch(Request(url=f"{site.url}/a"))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        assert grown < 200, f"{grown:.0f} MB for {len(bomb)} bytes"

    run(test)


def pack_zeros(coding: str, mib: int) -> bytes:
    """So many MiB of zeros."""
    block = bytes(1 << 20)
    if coding == "br":
        packer = brotli.Compressor(quality=1)
        return b"".join(packer.process(block) for _ in range(mib)) + packer.finish()
    if coding == "zstd":
        from backports import zstd

        stream = zstd.ZstdCompressor(level=1)
        return b"".join(stream.compress(block) for _ in range(mib)) + stream.flush()
    made = zlib.compressobj(1, wbits=31 if coding == "gzip" else 15)
    return b"".join(made.compress(block) for _ in range(mib)) + made.flush()
