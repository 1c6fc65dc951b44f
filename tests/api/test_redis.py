"""Rate limits in a real Redis: shared by processes, gone, back again. Skipped where no redis-server is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NotThere

from jobwire.api.limits import Limits
from jobwire.api.memory_windows import MemoryWindows
from jobwire.api.redis_windows import PREFIX, RedisWindows
from jobwire.api.windows import SharedWindows, Window, open_windows

MINUTE_AND_HOUR = ((3, 60), (5, 3600))
OTHER_PROCESS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from jobwire.api.windows import open_windows
windows = open_windows(sys.argv[1])
with ThreadPoolExecutor(4) as pool:
    print(sum(free for free, _ in pool.map(lambda _: windows.take("a", ((40, 60), (1_000, 3600))), range(50))))
"""


class RedisServer:
    """One redis-server on a socket of its own; nothing is kept when it ends."""

    def __init__(self, folder: Path) -> None:
        self.url = f"unix://{folder}/s"
        self._command = ["redis-server", "--port", "0", "--unixsocket", f"{folder}/s", "--save", ""]
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = folder

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, cwd=self._folder, stdout=subprocess.DEVNULL)
        with Redis.from_url(self.url) as probe:
            while True:
                try:
                    probe.ping()
                    return
                except NotThere:
                    assert self._process.poll() is None, "redis-server ended"

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def server() -> Iterator[RedisServer]:
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed")
    with tempfile.TemporaryDirectory(prefix="jw") as folder:  # a short path, as sockets need
        made = RedisServer(Path(folder))
        made.start()
        yield made
        made.kill()


@pytest.fixture
def redis(server: RedisServer) -> Iterator[Redis]:
    with Redis.from_url(server.url) as client:
        yield client


def make_older(redis: Redis, name: str, seconds: int) -> None:
    """By the Redis' clock nothing can wait here, so its rows are made older instead."""
    for hit, at in redis.zrange(PREFIX + name, 0, -1, withscores=True):
        redis.zadd(PREFIX + name, {hit: at - seconds})


def test_two_processes_take_exactly_what_is_there(server: RedisServer) -> None:
    windows = open_windows(server.url)
    command = [sys.executable, "-c", OTHER_PROCESS, server.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other, ThreadPoolExecutor(4) as pool:
        spans = ((40, 60), (1_000, 3600))
        taken = sum(free for free, _ in pool.map(lambda _: windows.take("a", spans), range(50)))
        assert other.stdout is not None
        assert taken + int(other.stdout.read()) == 40
    free, (minute, hour) = windows.take("a", spans)
    assert not free and (minute.count, hour.count) == (40, 40) and 0 <= minute.age_s < 60
    assert windows.take("b", ((1, 60),)) == (True, [Window()])
    windows.trim()
    windows.close()


def test_a_window_rolls_and_a_name_ends_with_its_longest(server: RedisServer, redis: Redis) -> None:
    windows = RedisWindows(server.url)
    assert [windows.take("a", MINUTE_AND_HOUR)[0] for _ in range(4)] == [True, True, True, False]
    assert 3_590 <= redis.ttl(PREFIX + "a") <= 3_600
    make_older(redis, "a", 61)
    free, (minute, hour) = windows.take("a", MINUTE_AND_HOUR)
    assert free and minute == Window() and (hour.count, round(hour.age_s)) == (3, 61)
    assert [windows.take("a", MINUTE_AND_HOUR)[0] for _ in range(2)] == [True, False]
    make_older(redis, "a", 3_600)
    assert windows.take("a", MINUTE_AND_HOUR) == (True, [Window(), Window()])
    assert redis.zcard(PREFIX + "a") == 1, "what no window reaches is dropped"
    make_older(redis, "a", -100)  # a clock that was set back
    assert windows.take("a", MINUTE_AND_HOUR)[1][0] == Window(1, 0.0)
    windows.close()


def test_servers_share_their_windows(server: RedisServer, world: Any, serve: Any) -> None:
    world.add_plan("tight", included=("feed",), limits={"feed": ((3, 60),)})
    key = world.add_key("jw_live_tight0000000000000", plan="tight")
    servers = [serve(rate_limits_url=server.url) for _ in range(2)]
    replies = [servers[n % 2].post("/api/jobs/feed", X_Api_Key=key) for n in range(5)]
    assert [reply.status for reply in replies] == [200, 200, 200, 429, 429]
    assert 55 <= int(replies[-1].headers["Retry-After"]) <= 60
    assert [reply.headers["X-RateLimit-Remaining"] for reply in replies] == ["2", "1", "0", "0", "0"]


def test_without_its_redis_a_server_goes_on_and_still_limits(server: RedisServer, world: Any, serve: Any) -> None:
    world.add_plan("tight", included=("feed",), limits={"feed": ((3, 60),)})
    key = world.add_key("jw_live_tight0000000000000", plan="tight")
    client = serve(rate_limits_url=server.url)
    assert client.post("/api/jobs/feed", X_Api_Key=key).headers["X-RateLimit-Remaining"] == "2"
    server.kill()
    replies = [client.post("/api/jobs/feed", X_Api_Key=key) for _ in range(4)]
    assert [reply.status for reply in replies] == [200, 200, 200, 429], "by a window of its own"
    assert client.get("/health/ready").json()["breaker"] == "closed"


def test_a_redis_that_comes_back_counts_again(server: RedisServer) -> None:
    now = [0.0]
    windows = SharedWindows(RedisWindows(server.url), MemoryWindows(), lambda: now[0])
    spans = ((2, 60),)
    assert windows.take("a", spans)[1] == [Window()]
    server.kill()
    assert windows.take("a", spans)[1] == [Window()]
    assert windows.take("a", spans)[1][0].count == 1, "counted here meanwhile"
    server.start()
    now[0] += 4.9
    assert windows.take("a", spans)[0] is False
    now[0] += 0.2
    assert windows.take("a", spans)[1] == [Window()], "shared again; what it held was in memory only"
    assert windows.take("a", spans)[1][0].count == 1
    windows.close()


def test_a_server_starts_without_its_redis() -> None:
    limits = Limits("redis://127.0.0.1:1", bad_keys_per_minute=2)
    limits.refuse("1.2.3.4")
    limits.trim()
    limits.close()
