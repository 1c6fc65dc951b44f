"""Four worker processes on one wallet and one window, as `jobwire serve --workers 4` runs them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.api.conftest import Clock, World
from tests.store.cluster import Cluster

from jobwire.model.account import CREDIT
from jobwire.store.open import open_store

BOTH = pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)
PAID = "jw_live_workers0000000000"


@contextmanager
def running(world: Any, folder: Path, count: int) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """`jobwire serve` with this many worker processes over the test's store: its port, and the process."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("jobwire")), "serve", "--workers", str(count)]
    command += ["--port", str(port), "--data", str(folder)]
    command += ["--store", world.address] if "://" in world.address else []
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONWARNINGS": "ignore"})
    try:
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture
def workers(world: Any, tmp_path: Path, client_to: Any) -> Iterator[Any]:
    """A client of a server with four worker processes over the test's store."""
    with running(world, tmp_path, 4) as (port, _):
        client = client_to(port)
        client.wait_for(client.answers, 60)
        yield client


@BOTH
@pytest.mark.soak
def test_a_server_that_is_killed_amid_a_page_charges_nothing(world: Any, tmp_path: Path, client_to: Any) -> None:
    world.publish(*range(300), description="x" * 60_000)
    world.add_plan("metered", prices={"feed": CREDIT})
    world.add_key(PAID, plan="metered", account="payer", credits_=1000 * CREDIT)
    request = f"POST /api/jobs/feed HTTP/1.1\r\nHost: x\r\nX-Api-Key: {PAID}\r\nContent-Length: 0\r\n\r\n"
    with running(world, tmp_path, 1) as (port, process):
        client_to(port).wait_for(client_to(port).answers, 60)
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(request.encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
            process.kill()
            process.wait(30)
    assert world.accounts.balance("payer") == 700 * CREDIT  # set aside, until somebody finds it stale
    world.clock.now = datetime.now(UTC) + timedelta(hours=1)
    with running(world, tmp_path, 1) as (port, _):
        client = client_to(port, PAID)
        client.wait_for(client.answers, 60)
        assert world.accounts.release_stale(timedelta(minutes=15)) == 1
        assert world.accounts.balance("payer") == 1000 * CREDIT
        assert len(client.post("/api/jobs/feed").json()["jobs"]) == 300
        client.wait_for(lambda: sum(e.rows for e in world.accounts.ledger("payer") if e.kind == "charge") == 300)
    assert world.accounts.balance("payer") == 700 * CREDIT


@BOTH
@pytest.mark.soak
def test_four_workers_share_a_wallet_and_a_window(world: Any, workers: Any) -> None:
    world.publish(*range(1000))
    world.add_plan("shared", prices={"feed": CREDIT // 2}, limits={"general": ((30, 60),)})
    workers.key = world.add_key(PAID, plan="shared", account="shared", credits_=185 * CREDIT)
    open_key = world.add_key("jw_live_reader00000000000")
    pages = workers.post("/api/jobs/feed", {"batch_size": 50}, X_Api_Key=open_key).json()
    cursors = [pages["next_cursor"]]
    while len(cursors) < 19:
        pages = workers.post("/api/jobs/feed", {"cursor": cursors[-1]}, X_Api_Key=open_key).json()
        cursors.append(pages["next_cursor"])
    arrived: set[str] = set()
    lock = threading.Lock()

    def ask(n: int) -> int:
        body = {"cursor": cursors[n % 19]}
        reply = workers.post("/api/jobs/feed", body)
        with lock:
            arrived.update(job["id"] for job in reply.json().get("jobs", ()))
        return int(reply.status)

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(ask, range(200)))
    assert set(statuses) <= {200, 402}

    def rows() -> int:
        return sum(e.rows for e in world.accounts.ledger("shared", 10_000) if e.kind == "charge")

    workers.wait_for(lambda: rows() == len(arrived))
    ledger = world.accounts.ledger("shared", 10_000)
    assert sum(e.amount for e in ledger) == world.accounts.balance("shared") == 0 and len(arrived) == 370
    job = f"/api/jobs/{next(iter(arrived))}"
    with ThreadPoolExecutor(8) as pool:
        looks = list(pool.map(lambda _: workers.get(job).status, range(60)))
    assert looks.count(200) == 30 and looks.count(429) == 30


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL that may be killed."""
    server = Cluster()
    yield server
    server.remove()


@pytest.mark.soak
def test_a_killed_postgresql_is_503_and_back_within_15_seconds(
    cluster: Cluster, tmp_path: Path, client_to: Any
) -> None:
    """Under load, with two workers: nothing is charged that did not arrive, the wallet is the sum of its ledger."""
    clock = Clock()
    world = World(open_store(cluster.address, clock), clock, cluster.address)
    world.publish(*range(400))
    world.add_plan("metered", prices={"feed": CREDIT})
    world.add_key(PAID, plan="metered", account="payer", credits_=100_000 * CREDIT)
    stop, arrived = threading.Event(), set()
    seen: list[tuple[int, str | None]] = []

    def read(port: int) -> None:
        client, cursor = client_to(port, PAID), None
        while not stop.is_set():
            reply = client.post("/api/jobs/feed", {"cursor": cursor} if cursor else {"batch_size": 7})
            seen.append((reply.status, reply.headers.get("Retry-After")))
            if reply.status == 200:
                arrived.update(job["id"] for job in reply.json()["jobs"])
                cursor = reply.json()["next_cursor"]

    with running(world, tmp_path, 2) as (port, _), ThreadPoolExecutor(4) as pool:
        client = client_to(port)
        client.wait_for(client.answers, 60)
        readers = [pool.submit(read, port) for _ in range(4)]
        try:
            client.wait_for(lambda: len(arrived) > 50, 30)
            world.store.close()
            cluster.kill()
            client.wait_for(lambda: [status for status, _ in seen[-50:]] == [503] * 50, 30)
            cluster.start()
            client.wait_for(lambda: seen[-1][0] == 200, 15)
            client.wait_for(lambda: len(arrived) == 400, 30)
        finally:
            stop.set()
        assert all(reader.result() is None for reader in readers)
    assert {(status, wait) for status, wait in seen} == {(200, None), (503, "5")}
    store = open_store(cluster.address, clock)  # the servers have booked what they knew, and ended
    ledger = store.accounts.ledger("payer", 10_000)
    assert 0 < sum(entry.rows for entry in ledger) <= len(arrived) == 400
    assert sum(entry.amount for entry in ledger) == store.accounts.funds("payer").balance
    store.close()
