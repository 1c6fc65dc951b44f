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
from pathlib import Path
from typing import Any

import pytest

from jobwire.model.account import CREDIT

BOTH = pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)
PAID = "jw_live_workers0000000000"


@pytest.fixture
def workers(world: Any, tmp_path: Path, client_to: Any) -> Iterator[Any]:
    """A client of a server with four worker processes over the test's store."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("jobwire")), "serve", "--workers", "4", "--port", str(port)]
    command += ["--data", str(tmp_path), *(["--store", world.address] if "://" in world.address else [])]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONWARNINGS": "ignore"})
    client = client_to(port)
    try:
        client.wait_for(client.answers, 60)
        yield client
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


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
