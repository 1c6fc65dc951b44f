"""Turns at hosts: one at a time, the pause kept, a wish to be left alone honoured, by all who share the place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from jobwire.collect.pace import LocalPace, Pace, SqlitePace, open_pace
from jobwire.store.open import open_store

HOST = "boards.example"


@pytest.fixture(params=["local", "sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Pace]]:
    """Opens the same place again and again, as so many processes would."""
    if request.param == "local":
        pace = LocalPace()
        yield lambda: pace
        return
    url = f"sqlite:///{tmp_path / 'jobwire.db'}"
    if request.param == "postgres":
        url = postgres_url(request.getfixturevalue("postgres_dsn"))
    made: list[Pace] = []

    def open_() -> Pace:
        made.append(open_pace(url, tmp_path))
        return made[-1]

    yield open_
    for each in made:
        each.close()


def postgres_url(dsn: str) -> str:
    fields = psycopg.conninfo.conninfo_to_dict(dsn)
    name = fields.pop("dbname")
    url = f"postgresql:///{name}?" + "&".join(f"{key}={value}" for key, value in fields.items())
    with closing(open_store(url, clock=lambda: datetime.now(UTC))):
        return url


def test_a_turn_is_given_once_and_the_others_learn_how_long_to_wait(opened: Callable[[], Pace]) -> None:
    async def run() -> None:
        one, two = opened(), opened()
        assert await one.take_turn(HOST, 60.0) == 0
        for pace in (one, two):
            assert 55 < await pace.take_turn(HOST, 60.0) <= 60
        assert await two.take_turn("other.example", 60.0) == 0

    asyncio.run(run())


def test_a_turn_comes_again_and_each_caller_sets_the_pause_behind_its_own(opened: Callable[[], Pace]) -> None:
    async def run() -> None:
        one, two = opened(), opened()
        assert await one.take_turn(HOST, 0.0) == 0
        assert await two.take_turn(HOST, 60.0) == 0
        assert await one.take_turn(HOST, 0.0) > 55

    asyncio.run(run())


def test_a_host_rests_for_all_and_a_short_wish_does_not_end_a_long_one(opened: Callable[[], Pace]) -> None:
    async def run() -> None:
        one, two = opened(), opened()
        assert await one.take_turn(HOST, 0.0) == 0
        await one.rest(HOST, 3_600.0)
        await two.rest(HOST, 1.0)
        assert 3_590 < await two.take_turn(HOST, 0.0) <= 3_600
        await two.rest("never.asked.example", 60.0)
        assert await one.take_turn("never.asked.example", 0.0) > 55

    asyncio.run(run())


def test_side_by_side_one_gets_the_turn(opened: Callable[[], Pace]) -> None:
    async def run() -> None:
        paces = [opened() for _ in range(3)]
        waits = await asyncio.gather(*(pace.take_turn(HOST, 60.0) for pace in paces * 8))
        assert sum(wait == 0 for wait in waits) == 1

    asyncio.run(run())


def test_a_clock_that_is_set_back_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [2_000_000_000.0]
    monkeypatch.setattr("jobwire.collect.pace.time.time", lambda: now[0])

    async def run() -> None:
        with closing(SqlitePace(tmp_path / "hosts.db")) as pace:
            await pace.rest(HOST, 60.0)
            now[0] -= 86_400
            assert await pace.take_turn(HOST, 5.0) == 0
            assert await pace.take_turn(HOST, 5.0) == pytest.approx(5)
            now[0] += 86_400
            await pace.rest(HOST, 60.0)
            now[0] -= 86_400
            await pace.rest(HOST, 5.0)
            assert await pace.take_turn(HOST, 5.0) == pytest.approx(5), "the wrong time is forgotten"

    asyncio.run(run())


def test_the_database_s_clock_set_back_stops_nobody(postgres_dsn: str) -> None:
    url = postgres_url(postgres_dsn)

    async def run() -> None:
        with closing(open_pace(url, Path())) as pace:
            with psycopg.connect(postgres_dsn, autocommit=True) as db:
                db.execute(
                    "INSERT INTO jobwire.hosts SELECT %s, s + 90000, s + 86400 FROM jobwire.seconds_now() s",
                    (HOST,),
                )
            assert await pace.take_turn(HOST, 60.0) == 0
            assert await pace.take_turn(HOST, 60.0) > 55

    asyncio.run(run())


def test_hosts_of_long_ago_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [2_000_000_000.0]
    monkeypatch.setattr("jobwire.collect.pace.time.time", lambda: now[0])

    async def run() -> None:
        for _ in range(2):
            with closing(SqlitePace(tmp_path / "hosts.db")) as pace:
                await pace.take_turn(HOST, 5.0)
                now[0] += 2 * 86_400
        with closing(SqlitePace(tmp_path / "hosts.db")) as pace, pace._db.read() as read:
            assert read.execute("SELECT count(*) FROM hosts").fetchone() == (0,)

    asyncio.run(run())


def test_a_process_forgets_hosts_beyond_a_number() -> None:
    now = [0.0]
    pace = LocalPace(lambda: now[0], most=10)

    async def run() -> None:
        for number in range(40):
            now[0] += 1
            assert await pace.take_turn(f"h{number}.example", 5.0) == 0
        assert len(pace._next_at) <= 10
        assert await pace.take_turn("h39.example", 5.0) == 5.0

    asyncio.run(run())
