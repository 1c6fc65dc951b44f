"""Every benchmark runs, so that none rots, and the table of what they found says what the results say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def run(*command: str) -> str:
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "command",
    [
        ("depth.py",),
        ("pages.py",),
        ("filters.py",),
        ("search.py",),
        ("writes.py",),
        ("commit_order.py",),
        ("board_queue.py",),
        ("feed_http.py",),
        ("metering.py",),
        pytest.param(("overload.py",), marks=pytest.mark.soak),
        ("sync_backfill.py",),
        ("latency.py",),
        ("enrich.py",),
        ("start.py",),
        pytest.param(("collect.py",), marks=pytest.mark.soak),
    ],
    ids=lambda command: command[0].removesuffix(".py"),
)
def test_smoke(command: tuple[str, ...]) -> None:
    script, *arguments = command
    result = json.loads(run(str(BENCHMARKS / script), "--smoke", *arguments).splitlines()[-1])
    assert isinstance(result, dict) and result


def test_the_table_says_what_the_results_say() -> None:
    run(str(BENCHMARKS / "report.py"), "--check")
