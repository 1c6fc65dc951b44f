"""The examples, run as a stranger runs them, while jobs are edited, expire and re-open: no drift."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

WATERMARK = Path(__file__).parents[2] / "examples" / "watermark.py"
DYING = """
import os, urllib.request
ask, left = urllib.request.urlopen, [{pages}]
def dying(*args, **named):
    left[0] -= 1
    return ask(*args, **named) if left[0] >= 0 else os._exit(9)
urllib.request.urlopen = dying
"""
PAGES = 2
"""Pages of the feed after which a run is killed, when it is."""


def run(client: Any, folder: Path, *, killed: bool = False) -> None:
    """One run of the program; `killed`: it ends while it asks for its third page."""
    environment = {
        "PATH": os.environ["PATH"],
        "JOBWIRE_URL": client.base,
        "JOBWIRE_KEY": client.key,
        "BATCH": "10",
    }
    program = f"import runpy; runpy.run_path({str(WATERMARK)!r})"
    if killed:
        program = f"{DYING.format(pages=PAGES)}{program}"
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, env=environment, timeout=60, check=False)
    assert done.returncode == (9 if killed else 0)


def copied(folder: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(folder / "jobs.db")) as db:
        return {key: json.loads(job) for key, job in db.execute("SELECT id, job FROM jobs")}


def active(client: Any) -> dict[str, Any]:
    return {job["id"]: job for page in client.pages() for job in page["jobs"]}


def test_a_program_written_from_the_page_alone_has_no_drift(world: Any, client: Any, tmp_path: Path) -> None:
    world.clock.now = datetime.now(UTC) - timedelta(hours=2)
    world.publish(*range(60))
    world.clock.now = datetime.now(UTC)
    run(client, tmp_path, killed=True)
    assert len(copied(tmp_path)) == 10 * PAGES
    world.clock.now = datetime.now(UTC)
    world.expire(*range(5))  # delivered before it was killed: the one gap of the widespread recipe
    run(client, tmp_path)
    assert copied(tmp_path) == active(client) and len(active(client)) == 55
    world.clock.now = datetime.now(UTC)
    world.publish(10, 11, title="edited")
    world.publish(100, 2)
    world.expire(20, 21)
    world.publish(21)
    run(client, tmp_path)
    assert copied(tmp_path) == active(client) and len(active(client)) == 56
    long_ago = (datetime.now(UTC) - timedelta(days=8)).isoformat()
    with closing(sqlite3.connect(tmp_path / "jobs.db")) as db, db:
        db.execute("UPDATE run SET last = ?", (long_ago,))
    world.expire(30)
    run(client, tmp_path)
    assert copied(tmp_path) == active(client) and len(active(client)) == 55
