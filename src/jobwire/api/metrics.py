"""Prometheus metrics: what was asked, what was sent, what it cost, and how the parts are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from jobwire.errors import JobwireError
from jobwire.model.account import CREDIT

if TYPE_CHECKING:
    from jobwire.api.server import Server

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60)


class Metrics:
    """The counters of this process. `shared_dir`: where all workers of this server keep theirs."""

    def __init__(self, server: Server, shared_dir: str = "") -> None:
        self._registry = CollectorRegistry()
        self._shared_dir = shared_dir
        self._requests = Counter(
            "jobwire_requests", "Answered requests.", ("route", "method", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "jobwire_request_seconds",
            "Time to the last byte.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._rows = Counter("jobwire_rows", "Rows delivered.", ("route",), registry=self._registry)
        self._bytes = Counter("jobwire_sent_bytes", "Body bytes sent.", ("route",), registry=self._registry)
        self._credits = Counter("jobwire_credits", "Credits charged.", ("family",), registry=self._registry)
        self._problems = Counter("jobwire_problems", "Answers by error code.", ("code",), registry=self._registry)
        self._state = _State(server)
        self._registry.register(self._state)

    def count(self, route: str, method: str, status: int, seconds: float, rows: int, sent_bytes: int) -> None:
        """One answered request."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        self._rows.labels(route).inc(rows)
        self._bytes.labels(route).inc(sent_bytes)

    def count_refused(self, method: str, status: int, code: str, count: int) -> None:
        """Requests that were refused unread."""
        self._requests.labels("none", method, str(status)).inc(count)
        self._problems.labels(code).inc(count)

    def count_streamed(self, route: str, family: str, rows: int, amount: int) -> None:
        """Rows of a stream that were taken, and micro-credits booked for them."""
        self._rows.labels(route).inc(rows)
        self.count_credits(family, amount)

    def count_problem(self, code: str) -> None:
        self._problems.labels(code).inc()

    def count_credits(self, family: str, amount: int) -> None:
        """Micro-credits that were booked."""
        self._credits.labels(family).inc(amount / CREDIT)

    def render(self) -> bytes:
        """The text format."""
        if not self._shared_dir:
            return generate_latest(self._registry)
        everywhere = CollectorRegistry()
        MultiProcessCollector(everywhere, path=self._shared_dir)  # type: ignore[no-untyped-call]
        everywhere.register(self._state)
        return generate_latest(everywhere)


class _State(Collector):
    """Gauges that are read when somebody looks."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def collect(self) -> Iterable[GaugeMetricFamily]:
        server = self._server
        yield _gauge("breaker_open", "1 while the store is not asked.", int(server.breaker.open))
        yield _gauge("pending_requests", "Requests at work or waiting for a thread.", server.pool.pending)
        yield _gauge("unsent_bytes", "Answers that slow readers have not taken yet.", server.unsent_bytes)
        yield _gauge("waits", "Requests and upkeep that wait for the log to move.", server.tail.waiting)
        yield _gauge("index_ready", "1 once filters are answered by the index.", int(server.index.ready))
        yield _gauge("search_ready", "1 once the search index holds every job.", int(server.search.ready))
        yield _gauge("search_breaker_open", "1 while the engine is not asked.", int(server.search_breaker.open))
        try:
            head, counts = server.store.head(), server.store.counts()
        except JobwireError:
            return  # a store that is away has no numbers; breaker_open says so
        yield _gauge("log_head", "Newest seq of the log.", head)
        yield _gauge("index_lag", "Positions that the filter index is behind.", max(0, head - server.index.head))
        yield _gauge("search_lag", "Positions that the search index is behind.", max(0, head - server.search.seq))
        yield _gauge("active_jobs", "Active jobs.", counts.active)
        yield _gauge("tombstones", "Removals that are kept.", counts.tombstones)
        yield _gauge("companies", "Companies.", counts.companies)

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return ()


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"jobwire_{name}", text, value=value)
