"""A crew ends with its work, or when nothing helps; a death is said."""

from __future__ import annotations

import multiprocessing
import os
import time
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from jobwire.cli import crew
from jobwire.cli.crew import Crew


def die_once(mark: Path) -> None:
    if not mark.exists():
        mark.touch()
        os._exit(9)


def hired(target: object, *args: object) -> tuple[Crew, list[str]]:
    said: list[str] = []
    make = partial(multiprocessing.get_context("spawn").Process, target=target, args=args)
    return Crew(2, make, said.append), said


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(crew, "_LOOK_S", 0.02)


def test_it_ends_when_all_have_done_their_work(tmp_path: Path) -> None:
    mark = tmp_path / "died"
    done, said = hired(die_once, mark)
    done.run()
    assert (1 <= done.died <= 2, done.failed) == (True, False)
    assert len(said) == done.died and "exit code 9" in said[0]


def test_processes_that_die_as_soon_as_they_start_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "SHORT_LIVES", 2)
    done, _ = hired(os._exit, 3)
    done.run()
    assert done.failed and done.died >= 2


def test_each_early_death_doubles_the_pause_and_a_long_life_ends_that() -> None:
    place = crew._Place(BaseProcess)
    assert place.plan_again() == 0.0, "its process was started long ago"
    place._started_at = time.monotonic()
    assert [place.plan_again() for _ in range(3)] == [0.001, 0.002, 0.004]
