"""The sample programs printed in the seeds, cut out of their pages, run against our server.

Only the base URL and the key are replaced. Skipped where the pages or node are not there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds"
VENDOR = "https://connect.jobo.world"
DUMP = {
    "python": "\nimport sys; json.dump(store, open(sys.argv[1], 'w'))\n",
    "javascript": "\nfs.writeFileSync(process.argv[2], JSON.stringify(Object.fromEntries(store)));\n",
}
LOAD = {
    "python": ("store = {}", "store = json.load(open(__import__('sys').argv[1]))"),
    "javascript": (
        "const store = new Map();",
        'const store = new Map(Object.entries(JSON.parse(fs.readFileSync(process.argv[2], "utf8"))));',
    ),
}

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds are not beside this repository")


class Program:
    """A sample program in a folder of its own; what it calls `store` is kept there between runs."""

    def __init__(self, page: str, language: str, client: Any, folder: Path) -> None:
        text = (SEEDS / page).read_text()
        code = re.search(rf"```{language}[^\n]*\n(.*?)```", text, re.DOTALL)
        assert code, f"{page} holds no {language} program"
        lines = code.group(1).split("\n")
        indent = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
        source = "\n".join(line[indent:] for line in lines)
        assert VENDOR in source and "YOUR_API_KEY" in source and LOAD[language][0] in source
        source = source.replace(VENDOR, client.base).replace("YOUR_API_KEY", client.key)
        source = source.replace(*LOAD[language]) + DUMP[language]
        self._folder = folder
        self._script = folder / ("sample.py" if language == "python" else "sample.mjs")
        self._script.write_text(source)
        self._store = folder / "store.json"
        self._store.write_text("{}")
        self._runner = sys.executable if language == "python" else shutil.which("node")

    def run(self) -> dict[str, Any]:
        """One run; the store after it."""
        environment = {"PATH": os.environ["PATH"], "NO_PROXY": "*"}
        done = subprocess.run(
            [str(self._runner), str(self._script), str(self._store)],
            cwd=self._folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        stored: dict[str, Any] = json.loads(self._store.read_text())
        return stored


@pytest.fixture(params=["python", "javascript"])
def language(request: Any) -> str:
    if request.param == "javascript" and not shutil.which("node"):
        pytest.skip("there is no node")
    if request.param == "python":
        pytest.importorskip("requests")
    return str(request.param)


def active(client: Any) -> dict[str, Any]:
    return {job["id"]: job for page in client.pages() for job in page["jobs"]}


def test_the_feed_programs_end_with_the_active_jobs(
    world: Any, client: Any, language: str, tmp_path: Path
) -> None:
    world.clock.now = datetime.now(UTC) - timedelta(hours=2)
    world.publish(*range(1200))
    program = Program("feed-api.md", language, client, tmp_path)
    world.clock.now = datetime.now(UTC)
    assert program.run() == active(client) and len(active(client)) == 1200
    world.clock.now = datetime.now(UTC)
    world.publish(5, 700, title="edited")
    world.publish(2000)
    world.expire(7, 8)
    world.expire(9)
    world.publish(9)
    assert program.run() == active(client) and len(active(client)) == 1199
    world.clock.now = datetime.now(UTC)
    world.publish(7, title="re-opened")
    assert program.run() == active(client)


def test_the_career_sites_programs_end_with_all_sites(
    world: Any, client: Any, language: str, tmp_path: Path
) -> None:
    from jobwire.store.records import Publication

    world.clock.now = datetime.now(UTC) - timedelta(hours=2)
    world.store.publish(Publication(companies=tuple(world.company(n) for n in range(120))))
    program = Program("career-sites-feed-api.md", language, client, tmp_path)
    world.clock.now = datetime.now(UTC)
    assert len(program.run()) == 120
    world.clock.now = datetime.now(UTC)
    world.store.publish(Publication(companies=(world.company(3, summary="new"), world.company(500))))
    stored = program.run()
    assert len(stored) == 121 and stored[world.company(3).id]["summary"] == "new"
