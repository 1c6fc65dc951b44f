"""kill -9 of server, collector and sync at random moments; then one clean run: nothing lost, copy equals truth."""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from jobwire.cli.accounts import ensure_account, register_key
from jobwire.cli.background import find_port, serve_sites
from jobwire.cli.boards import add_board
from jobwire.cli.demo_sites import Employer, load_employers, make_app
from jobwire.cli.opening import now
from jobwire.collect.detect import detect_url
from jobwire.model.ids import job_id
from jobwire.store.open import open_store

KEY = "kill-test-key-0123456789"


class Machine:
    """The three processes over one data folder and one copy."""

    def __init__(self, folder: Path, sites: str) -> None:
        self.folder, self.sites, self.port = folder, sites, find_port(0)
        self.copy = folder / "copy.db"

    def start(self, *args: str) -> subprocess.Popen[bytes]:
        env = {**os.environ, "JOBWIRE_DATA": str(self.folder), "JOBWIRE_KEY": KEY, "JOBWIRE_PAUSE": "0"}
        env |= {"JOBWIRE_ABSENCE_SPACING": "0", "JOBWIRE_ROUTES": f"*={self.sites}"}
        command = [sys.executable, "-c", "from jobwire.cli.main import main; main()", *args]
        return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def serve(self) -> subprocess.Popen[bytes]:
        return self.start("serve", "--port", str(self.port))

    def collect(self) -> subprocess.Popen[bytes]:
        return self.start("collect", "--once", "--now")

    def sync(self) -> subprocess.Popen[bytes]:
        return self.start("sync", "--from", f"http://127.0.0.1:{self.port}", "--to", f"sqlite:///{self.copy}")

    def head(self) -> int:
        with contextlib.closing(open_store(self.folder / "jobwire.db", clock=now)) as store:
            return store.head()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[tuple[Machine, list[Employer]]]:
    employers = load_employers()
    with serve_sites(make_app(employers)) as sites:
        with contextlib.closing(open_store(tmp_path / "jobwire.db", clock=now)) as store:
            register_key(store.accounts, ensure_account(store.accounts, "test"), "test", KEY)
            for employer in employers:
                board = detect_url(employer.career_site)
                assert board is not None
                add_board(store, board)
        yield Machine(tmp_path, sites), employers


def disturb(employers: list[Employer], chance: random.Random) -> None:
    """Employers edit, remove and re-open, a few at a time."""
    employer = chance.choice(employers)
    number = chance.randrange(len(employer.rows))
    act = chance.choice(["edit", "remove", "reopen"])
    if act == "edit":
        employer.edit(number, f"Also {chance.randrange(10**6)}")
    elif act == "reopen" or len(employer.open_rows()) > len(employer.rows) - 3:
        (employer.remove if act == "remove" else employer.reopen)(number)


def kill_after(process: subprocess.Popen[bytes], seconds: float) -> None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)  # it may also end by itself: then there is nothing to kill
    process.kill()
    process.wait()


def run_killing(machine: Machine, employers: list[Employer], times: int, seed: int) -> None:
    chance = random.Random(seed)
    server = machine.serve()
    head = machine.head()
    try:
        for turn in range(times):
            disturb(employers, chance)
            moment = chance.uniform(0.3, 1.6)
            victim = ("collect", "sync", "serve")[turn % 3]
            if victim == "serve":
                kill_after(server, moment)
                server = machine.serve()
            else:
                kill_after(machine.collect() if victim == "collect" else machine.sync(), moment)
            assert machine.head() >= head, "what was acknowledged is there"
            head = machine.head()
        for _ in range(3):  # the absence rule needs to see an absence twice, and more if it is a mass
            assert machine.collect().wait(120) == 0
        assert machine.sync().wait(120) == 0
    finally:
        server.kill()
        server.wait()


def check_equal(machine: Machine, employers: list[Employer]) -> None:
    for path in (machine.folder / "jobwire.db", machine.copy):
        with contextlib.closing(sqlite3.connect(path)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with contextlib.closing(open_store(machine.folder / "jobwire.db", clock=now)) as store:
        served = {msgspec.json.decode(row.body + b"null}")["id"]: row for row in store.page(0, 1000).rows}
        boards = {state.board.ats + state.board.token: state.board for state in store.boards()}
        truth = set()
        for employer in employers:
            board = boards[employer.ats + employer.token]
            postings = store.postings(board.key)
            opened = {row["title"] for row in employer.open_rows()}
            truth |= {p.job_id for p in postings.values() if p.active}
            assert len(opened) <= sum(p.active for p in postings.values()) == len(employer.open_rows())
            assert all(job_id(board.key, p.posting_id) == p.job_id for p in postings.values())
    with contextlib.closing(sqlite3.connect(machine.copy)) as database:
        copied = {row[0] for row in database.execute("SELECT id FROM jobs WHERE expired_at IS NULL")}
    assert copied == set(served) == truth


def test_twenty_kills_lose_nothing(machine: tuple[Machine, list[Employer]]) -> None:
    run_killing(*machine, times=20, seed=7)
    check_equal(*machine)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5))
def test_hundreds_of_kills_lose_nothing(machine: tuple[Machine, list[Employer]], seed: int) -> None:
    run_killing(*machine, times=100, seed=seed)
    check_equal(*machine)
