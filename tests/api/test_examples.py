"""The examples, run as a stranger runs them, while jobs are edited, expire and re-open: no drift."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from jobwire.model.account import CREDIT

EXAMPLES = Path(__file__).parents[2] / "examples"
DYING = """
import json, os
left = [{left}]
def dying(what):
    def ask(*args, **named):
        left[0] -= 1
        return what(*args, **named) if left[0] >= 0 else os._exit(9)
    return ask
{what} = dying({what})
"""
REQUESTS, LINES = "__import__('urllib.request').request.urlopen", "json.loads"
"""What a program does again and again, and is killed at."""


def run(
    client: Any, folder: Path, name: str, *words: str, killed_at: str = "", after: int = 0, stops: bool = False
) -> None:
    """One run of a program; `killed_at`: it ends when it does that once more than `after` times.
    `stops`: it ends with a word to a person."""
    environment = {
        "PATH": os.environ["PATH"],
        "JOBWIRE_URL": client.base,
        "JOBWIRE_KEY": client.key,
        "BATCH": "10",
    }
    program = f"import runpy; runpy.run_path({str(EXAMPLES / name)!r})"
    if killed_at:
        program = f"{DYING.format(left=after, what=killed_at)}{program}"
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(command, cwd=folder, env=environment, timeout=60, check=False)
    assert done.returncode in ((0, 9) if killed_at else (int(stops),))


def copied(folder: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(folder / "jobs.db")) as db:
        return {key: json.loads(job) for key, job in db.execute("SELECT id, job FROM jobs")}


def active(client: Any) -> dict[str, Any]:
    return {job["id"]: job for page in client.pages() for job in page["jobs"]}


def test_a_program_written_from_the_page_alone_has_no_drift(world: Any, client: Any, tmp_path: Path) -> None:
    world.clock.now = datetime.now(UTC) - timedelta(hours=2)
    world.publish(*range(60))
    world.clock.now = datetime.now(UTC)
    run(client, tmp_path, "watermark.py", killed_at=REQUESTS, after=2)
    assert len(copied(tmp_path)) == 20
    world.clock.now = datetime.now(UTC)
    world.expire(*range(5))  # delivered before it was killed: the one gap of the widespread recipe
    run(client, tmp_path, "watermark.py")
    assert copied(tmp_path) == active(client) and len(active(client)) == 55
    world.clock.now = datetime.now(UTC)
    world.publish(10, 11, title="edited")
    world.publish(100, 2)
    world.expire(20, 21)
    world.publish(21)
    run(client, tmp_path, "watermark.py")
    assert copied(tmp_path) == active(client) and len(active(client)) == 56
    long_ago = (datetime.now(UTC) - timedelta(days=8)).isoformat()
    with closing(sqlite3.connect(tmp_path / "jobs.db")) as db, db:
        db.execute("UPDATE run SET last = ?", (long_ago,))
    world.expire(30)
    run(client, tmp_path, "watermark.py")
    assert copied(tmp_path) == active(client) and len(active(client)) == 55


def test_killed_anywhere_it_ends_equal(world: Any, client: Any, tmp_path: Path) -> None:
    """The stream of lines, killed while it reads, over edits, expiries, re-openings and a time away."""
    draw = random.Random(8)
    world.publish(*range(40))
    for turn in range(12):
        after = draw.randrange(40)
        run(client, tmp_path, "stream.py", "batch_size=7", killed_at=LINES, after=after)
        world.publish(*draw.sample(range(60), 4), title=f"turn {turn}")
        world.expire(*draw.sample(range(60), 6))
        if turn == 7:  # behind what is kept of removals
            world.clock.now += timedelta(days=31)
            world.publish(3)
            assert world.store.purge()
    run(client, tmp_path, "stream.py", "batch_size=7")
    assert copied(tmp_path) == active(client) and len(active(client)) > 10


def test_a_wallet_that_is_empty_amid_the_first_round_drops_nothing(
    world: Any, client: Any, tmp_path: Path
) -> None:
    world.publish(*range(30))
    everything = active(client)
    client.key = world.add_key("jw_live_payg00000000000000", plan="payg", credits_=5 * CREDIT)
    for paid in (10, 20):
        run(client, tmp_path, "stream.py", "batch_size=4", stops=True)
        assert len(copied(tmp_path)) == paid
        world.add_key(client.key, plan="payg", credits_=(5 if paid == 10 else 50) * CREDIT)
    run(client, tmp_path, "stream.py")
    assert copied(tmp_path) == everything
