"""What a recorded visit met is met again when it is played back, answers and failures alike."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.collect.openings import make_employers
from tests.collect.replica import Replica, fetcher, playing

from jobwire.collect.protocol import Request
from jobwire.collect.recording import Player, Recorder
from jobwire.collect.trial import Trial, try_board
from jobwire.errors import BoardUnreachable, ConfigError


@pytest.mark.parametrize("fault", ["", "429", "403", "500", "404", "wall", "shape", "cut", "private"])
@pytest.mark.parametrize("ats", ["greenhouse", "workday"])
def test_a_visit_is_played_back(ats: str, fault: str, tmp_path: Path) -> None:
    employer = make_employers([ats], 1, 4)[0]
    employer.fault = fault
    path = tmp_path / "visit.jsonl"

    async def run() -> tuple[Trial, Trial]:
        async with playing(Replica([employer])) as replica, fetcher(replica) as fetch:
            board = replica.board(employer)
            with path.open("wb") as file:
                seen = await try_board(board, Recorder(fetch, file))
        return seen, await try_board(board, Player(path))

    seen, replayed = asyncio.run(run())
    assert (seen.outcome.value == "changed") is (not fault)
    assert replayed == seen


def test_what_was_not_recorded_is_not_made_up(tmp_path: Path) -> None:
    path = tmp_path / "visit.jsonl"
    path.write_bytes(b'{"verb":"GET","url":"https://a.example/"}\n\n')
    player = Player(path)
    for url in ("https://a.example/", "https://b.example/"):
        with pytest.raises(BoardUnreachable):
            asyncio.run(player(Request(url=url)))
    path.write_bytes(b"<html>")
    with pytest.raises(ConfigError):
        Player(path)
