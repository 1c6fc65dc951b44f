"""`make run ARGS=--once`: the whole line of light, and it may be run twice."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from tests.cli.command import run


def test_the_demo_ends_with_a_copy_that_equals_the_feed_twice_in_a_row(tmp_path: Path) -> None:
    for _ in range(2):
        done = run("demo", "--once", "--json", "--data", tmp_path / "demo", "--port", "0")
        result = json.loads(done.out.splitlines()[-1])
        assert done.code == 0, done
        assert result["drift"] == 0 and result["active"] == result["copied"] == 58
        assert (result["new"], result["changed"], result["expired"], result["reopened"]) == (60, 2, 3, 1)


def test_it_shows_where_things_are_and_a_line_to_paste(tmp_path: Path) -> None:
    done = run("demo", "--once", "--data", tmp_path / "demo", "--port", "0")
    assert re.search(
        r"curl -s -X POST http://127\.0\.0\.1:\d+/api/jobs/feed -H 'X-Api-Key: jw_live_\w+'", done.out
    )
    assert "copy.db" in done.out and "the copy equals the feed" in done.out


def test_it_never_empties_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "precious.db").touch()
    assert run("demo", "--once", "--data", tmp_path, "--port", "0").code == 3
    assert (tmp_path / "precious.db").exists()


def test_left_running_it_goes_on_collecting(tmp_path: Path) -> None:
    program = "from jobwire.cli import demo, main; demo.PAUSE_S = 0.05; main.main()"
    arguments = ["demo", "--data", str(tmp_path / "demo"), "--port", "0"]
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=PIPE, stderr=PIPE, text=True
    ) as running:
        assert running.stdout
        line = next(line for line in running.stdout if line.startswith("curl"))
        ((url, _), (_, key), *_) = re.findall(r"(http://\S+?)/api|(jw_live_\w+)", line)
        cursor, seen = "", set[str]()
        while not {"upsert", "remove"} <= seen:
            query = urlencode({"cursor": cursor, "wait": 5} if cursor else {})
            request = Request(f"{url}/api/jobs/changes?{query}", headers={"X-Api-Key": key})
            with urlopen(request, timeout=20) as answer:
                page = json.load(answer)
            seen |= {change["op"] for change in page["changes"]} if cursor else set()
            cursor = page["next_cursor"]
        running.send_signal(signal.SIGTERM)
        running.communicate()
    assert running.returncode == 0
