"""Does the server keep its throughput under four times the load that it can carry, and answer the rest quickly?

    python benchmarks/overload.py            # 20,000 jobs, 8 s a phase
    python benchmarks/overload.py --smoke

Where there are two cores, the server gets one and the load the other. First a few connections ask as fast as they
are answered: the best throughput. Then requests are sent at four times that rate, whatever the answers, by one
event loop that does next to nothing with them (pages are compressed: what a megabyte costs its reader is not to
be measured here); `lag` is how late that loop itself was, which is in every time below. Then the first phase
again. The goals: at least 80 % of the best throughput, refusals (503, 429) within a second, recovery by itself.
The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import cast

import corpus
import feed_http
import uvloop

FEW = 16
"""Connections that saturate the server."""
MOST = 1_500
"""Connections that the load may open; what finds none free is counted as broken."""


def make_request(rows: int) -> bytes:
    body = json.dumps({"batch_size": rows})
    return (
        f"POST /api/jobs/feed HTTP/1.1\r\nHost: x\r\nX-Api-Key: {feed_http.SECRET}\r\nAccept-Encoding: gzip\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


class Connection(asyncio.Protocol):
    """One request after the other; `done(connection, status, seconds)` is called when an answer is complete."""

    def __init__(self, request: bytes, done: Callable[[Connection, int, float], None]) -> None:
        self._request = request
        self._done = done
        self._head = b""
        self._left = 0
        self._status = 0
        self._due = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def ask(self, due: float) -> None:
        """Send a request that was due at this time."""
        assert self._transport
        self._due = due
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if not self._left:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._head[:end].lower()
            self._status = int(head[9:12])
            self._left = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            data, self._head = self._head[end + 4 :], b""
        self._left -= len(data)
        if not self._left:
            self._finish(self._status)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._due:
            self._finish(0)

    def close(self) -> None:
        if self._transport:
            self._transport.abort()

    def _finish(self, status: int) -> None:
        took, self._due = time.perf_counter() - self._due, 0.0
        self._done(self, status, took)


class Load:
    """Connections to one server, and what they were answered."""

    def __init__(self, port: int, rows: int) -> None:
        self._port = port
        self._request = make_request(rows)
        self._idle: deque[Connection] = deque()
        self._all: list[Connection] = []
        self.answers: list[tuple[int, float]] = []
        self.lags: list[float] = []
        self._opening: list[asyncio.Task[None]] = []
        self.until = 0.0

    async def run(self, rate: float, seconds: float) -> dict[str, float]:
        """`rate` requests a second; 0: as fast as FEW connections are answered."""
        loop = asyncio.get_running_loop()
        started = time.perf_counter()
        self.until = started + seconds
        if not rate:
            for _ in range(FEW):
                (await self._connect(self._again)).ask(time.perf_counter())
            await asyncio.sleep(seconds)
        else:
            for _ in range(64):
                self._idle.append(await self._connect(self._free))
            due = started
            while due < self.until:
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                self.lags.append(max(0.0, time.perf_counter() - due))
                if self._idle:
                    self._idle.popleft().ask(due)
                elif len(self._all) < MOST:
                    self._opening.append(loop.create_task(self._connect_and_ask(due)))
                else:
                    self.answers.append((0, 0.0))
                due += 1 / rate
        found = list(self.answers)
        for connection in self._all:
            connection.close()
        return describe(found, self.lags, seconds)

    async def _connect(self, done: Callable[[Connection, int, float], None]) -> Connection:
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(lambda: Connection(self._request, done), "127.0.0.1", self._port)
        self._all.append(made)
        return made

    async def _connect_and_ask(self, due: float) -> None:
        (await self._connect(self._free)).ask(due)

    def _again(self, connection: Connection, status: int, took: float) -> None:
        self.answers.append((status, took))
        if status and time.perf_counter() < self.until:
            connection.ask(time.perf_counter())

    def _free(self, connection: Connection, status: int, took: float) -> None:
        self.answers.append((status, took))
        if status:
            self._idle.append(connection)


def describe(answers: list[tuple[int, float]], lags: list[float], seconds: float) -> dict[str, float]:
    good = [took for status, took in answers if status == 200]
    refused = [took for status, took in answers if status in (503, 429)]
    return {
        "pages_per_s": round(len(good) / seconds, 1),
        "refused_per_s": round(len(refused) / seconds, 1),
        "broken": sum(status not in (200, 503, 429) for status, _ in answers),
        "page_p50_s": percentile(good, 0.5),
        "page_p99_s": percentile(good, 0.99),
        "refusal_p50_s": percentile(refused, 0.5),
        "refusal_p99_s": percentile(refused, 0.99),
        "refusal_max_s": percentile(refused, 1.0),
        "lag_p99_s": percentile(lags, 0.99),
    }


def percentile(values: list[float], part: float) -> float:
    return round(sorted(values)[min(len(values) - 1, int(len(values) * part))], 3) if values else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rows", type=int, default=200, help="of a page")
    parser.add_argument("--times", type=float, default=4.0)
    parser.add_argument("--smoke", action="store_true")
    options = parser.parse_args()
    jobs, seconds = (1_000, 1.0) if options.smoke else (options.jobs, options.seconds)
    cores = sorted(os.sched_getaffinity(0))
    phases: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = corpus.corpus(jobs, Path(folder))
        os.sched_setaffinity(0, cores[:1])  # of what is started from here on
        with feed_http.serving("jobwire", str(path)) as (port, _):
            os.sched_setaffinity(0, cores[1:] or cores)
            for name in ("best", "overload", "best again"):
                rate = options.times * phases["best"]["pages_per_s"] if name == "overload" else 0.0
                phases[name] = uvloop.run(Load(port, options.rows).run(rate, seconds))
                print(f"{name:10}", phases[name], flush=True)
                time.sleep(0.5)
    best = max(found["pages_per_s"] for found in phases.values())
    kept = {name: round(found["pages_per_s"] / best, 2) for name, found in phases.items()}
    print(
        json.dumps(
            {"jobs": jobs, "rows": options.rows, "times": options.times, "phases": phases, "of_best": kept}
        )
    )


if __name__ == "__main__":
    main()
