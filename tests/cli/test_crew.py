"""A crew ends with its work, or when nothing helps; a death is said."""

from __future__ import annotations

import multiprocessing
import os
import signal
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


STAY = partial(time.sleep, 20)
"""Work that lasts until it is told to end; where it is forgotten it ends by itself, with 0."""


def have_it_stopped_twice() -> None:
    """As somebody does who presses Ctrl-C again, once the first one has arrived."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    signal.alarm(20)
    for number in (signal.SIGTERM, signal.SIGINT):
        os.kill(os.getppid(), number)
        signal.sigwait({signal.SIGTERM})


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


@pytest.mark.parametrize(
    ("moment", "number"),
    [(1, signal.SIGINT), (2, signal.SIGTERM), (3, signal.SIGINT)],
    ids=["1st", "2nd", "again"],
)
def test_a_stop_while_a_process_is_started_ends_all_and_starts_no_other(
    moment: int, number: signal.Signals
) -> None:
    """Of two; the third one is in place of the first, which died."""
    made: list[BaseProcess] = []

    def make() -> BaseProcess:
        target = partial(os._exit, 3) if moment == 3 and not made else STAY
        made.append(multiprocessing.get_context("spawn").Process(target=target))
        if len(made) == moment:
            os.kill(os.getpid(), number)
        return made[-1]

    stopped = Crew(2, make, lambda text: None)
    stopped.run()
    dead = [3] if moment == 3 else []
    assert [process.exitcode for process in made] == dead + [-signal.SIGTERM] * (moment - len(dead))
    assert (stopped.died, stopped.failed) == (len(dead), False)


def test_a_stop_while_one_that_died_waits_for_its_turn_ends_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "FIRST_PAUSE_S", 1_000.0)
    targets = iter([partial(os._exit, 3), STAY])
    make = multiprocessing.get_context("spawn").Process
    stopped = Crew(2, lambda: make(target=next(targets)), lambda text: os.kill(os.getpid(), signal.SIGTERM))
    stopped.run()
    assert (stopped.died, stopped.failed) == (1, False)


def test_each_stop_is_passed_on() -> None:
    context = multiprocessing.get_context("spawn")
    stopped = Crew(1, lambda: context.Process(target=have_it_stopped_twice), print)
    stopped.run()
    assert (stopped.stops, stopped.died) == (2, 0)


def test_where_one_cannot_be_started_none_stays_behind() -> None:
    made = [multiprocessing.get_context("spawn").Process(target=STAY)]

    def make() -> BaseProcess:
        if made[0].pid:
            raise OSError("too many processes")
        return made[0]

    with pytest.raises(OSError, match="too many"):
        Crew(2, make, print).run()
    made[0].join()
    assert made[0].exitcode == -signal.SIGTERM
