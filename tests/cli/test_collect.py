"""`jobwire collect` as a process of its own: stopped by Ctrl-C, in one process and in several."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from tests.cli.command import run
from tests.collect.openings import make_employers
from tests.collect.replica import Replica

from jobwire.cli.background import serve_sites
from jobwire.model.ids import company_id
from jobwire.store.open import open_store
from jobwire.store.records import BoardState

AT = datetime(2026, 6, 1, tzinfo=UTC)
PROGRAM = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))
from jobwire.cli.main import main
main()
"""


@contextmanager
def watched(data: Path, ats: list[str], faults: list[str]) -> Iterator[Replica]:
    """A replica, and a store in `data` that has its boards under watch."""
    replica = Replica(make_employers(ats, len(ats), 4))
    for employer, fault in zip(replica.employers.values(), faults, strict=True):
        employer.fault = fault
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", replica.answer)
    data.mkdir(exist_ok=True)
    with serve_sites(app) as replica.url, closing(open_store(data / "jobwire.db", clock=lambda: AT)) as store:
        for employer in replica.employers.values():
            board = replica.board(employer)
            store.put_board(BoardState(board=board, company_id=company_id(board.key), added_at=AT))
        yield replica


def start(data: Path, replica: Replica, *arguments: str, limit_bytes: int = 1 << 40) -> subprocess.Popen[str]:
    """In a session of its own, as a shell starts it: a terminal's Ctrl-C reaches the whole group.

    `limit_bytes`: no file may grow beyond it, which to a program looks like a full disk.
    """
    env = {**os.environ, "JOBWIRE_DATA": str(data), "JOBWIRE_ROUTES": f"*={replica.url}", "JOBWIRE_PAUSE": "0"}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(limit_bytes), "collect", *arguments],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def children(pid: int) -> set[int]:
    """The collectors that a process has started (not the multiprocessing's own tracker of resources)."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(child) for child in listed if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_once_finishes_and_twice_leaves_the_visits_under_way(tmp_path: Path, workers: str) -> None:
    with watched(tmp_path, ["greenhouse", "lever"], ["", "timeout"]) as replica:
        process = start(tmp_path, replica, "--workers", workers, "--json")
        with closing(open_store(tmp_path / "jobwire.db", clock=lambda: AT)) as store:
            slow = next(key for key in (s.board.key for s in store.boards()) if key.startswith("lever"))
            while not store.visits() or not any("employer2" in ask.path for ask in replica.asked):
                assert process.poll() is None, process.stderr and process.stderr.read()
                signal.sigtimedwait([], 0.05)
            os.killpg(process.pid, signal.SIGINT)
            assert process.stderr
            while "Once more leaves them" not in (line := process.stderr.readline()):
                assert line, "it ended at once"
            os.killpg(process.pid, signal.SIGINT)
            out, error = process.communicate(timeout=60)
            assert process.returncode == 0, error
            assert json.loads(out.splitlines()[-1])["boards"] == 1
            (free,) = store.claim_boards(datetime.now(UTC), 9, timedelta(minutes=1))
            assert free.board.key == slow
            assert "Traceback" not in error


def test_a_collector_that_dies_is_replaced(tmp_path: Path) -> None:
    with watched(tmp_path, ["greenhouse", "lever"], ["timeout", "timeout"]) as replica:
        process = start(tmp_path, replica, "--workers", "2")
        assert process.stderr
        while len(replica.asked) < 2:
            assert process.poll() is None
            signal.sigtimedwait([], 0.05)
        victims = children(process.pid)
        assert len(victims) == 2
        os.kill(min(victims), signal.SIGKILL)
        assert "A collector died (exit code -9)" in process.stderr.readline()
        while len(children(process.pid) - victims) != 1:
            assert process.poll() is None
            signal.sigtimedwait([], 0.05)
        os.kill(process.pid, signal.SIGTERM)
        os.kill(process.pid, signal.SIGTERM)
        _, error = process.communicate(timeout=60)
        assert process.returncode == 0, error
        assert "Traceback" not in error


def test_a_disk_that_is_full_costs_no_more_than_the_visit(tmp_path: Path) -> None:
    with watched(tmp_path, ["greenhouse", "lever"], ["", ""]) as replica:
        for limit_bytes in (100_000, 300_000, 500_000):  # it is full at another moment each time
            process = start(tmp_path, replica, "--once", limit_bytes=limit_bytes)
            out, error = process.communicate(timeout=60)
            assert process.returncode in (1, 75), out + error
            assert "Traceback" not in error and ("not recorded" in error or "does not answer" in error)
        env = {"JOBWIRE_ROUTES": f"*={replica.url}", "JOBWIRE_PAUSE": "0"}
        done = run("collect", "--once", data=tmp_path, **env)
        assert done.code == 0, done.err
        with closing(open_store(tmp_path / "jobwire.db", clock=lambda: AT)) as store:
            assert store.counts().active == sum(len(e.openings) for e in replica.employers.values())
