"""Hostile answers: cut, damaged and of other types. A reader says so or reads what is there, and comes to an end."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from tests.collect.ats.conformance import Case, Played, list_cases, load_case, play, with_response

from jobwire.collect.protocol import Response
from jobwire.errors import BoardError
from jobwire.model.visit import Completeness

CASES = [key for key in list_cases() if "error" not in load_case(*key).script]
OTHERS: tuple[Any, ...] = (None, [], {}, 7, -1, "x", True, "", [None], {"a": 1}, "<", 1e308, "\u0000", "9" * 400)


@pytest.mark.parametrize(("name", "case_name"), CASES)
def test_a_cut_answer_is_an_error_or_not_complete_or_lost_nothing(name: str, case_name: str) -> None:
    """Also one of a later page, a detail page or a sitemap."""
    case = load_case(name, case_name)
    whole = play(case.ats, case.board, case.answer)
    for index, body in bodies(case):
        for share in (0.15, 0.4, 0.7, 0.95):
            played = replay(case, index, body[: int(len(body) * share)])
            if played and played.ids < whole.ids:
                assert is_partial(played) or is_partial(whole)


@pytest.mark.parametrize(("name", "case_name"), CASES)
def test_damage_raises_nothing_but_board_errors(name: str, case_name: str) -> None:
    case = load_case(name, case_name)
    dice = random.Random(zlib.crc32(f"{name} {case_name}".encode()))
    for index, body in bodies(case):
        for damaged in damage(body, dice):
            played = replay(case, index, damaged)
            for posting in played.postings if played else ():
                assert posting.posting_id and posting.title
                msgspec.json.encode(posting)


def bodies(case: Case) -> Iterator[tuple[int, bytes]]:
    for index, (_, response) in enumerate(case.answers()):
        if response.body:
            yield index, response.body


def replay(case: Case, index: int, body: bytes) -> Played | None:
    """None: the reader raised a board error. What the damage leads to that is not in the script is refused."""

    def change(response: Response) -> Response:
        return msgspec.structs.replace(response, body=body)

    try:
        return play(case.ats, case.board, with_response(case, index, change))
    except BoardError:
        return None


def is_partial(played: Played) -> bool:
    return played.reading.completeness is not Completeness.COMPLETE


def damage(body: bytes, dice: random.Random) -> Iterator[bytes]:
    for _ in range(3):
        at = dice.randrange(len(body))
        yield body[:at] + bytes([dice.randrange(256)]) + body[at + 1 :]
        yield body[:at] + body[at + dice.randrange(1, 120) :]
        yield body[:at] + body[max(0, at - 200) :]
    try:
        data = json.loads(body)
    except ValueError:
        return
    places = list(walk(data, ()))
    for place in dice.sample(places, min(len(places), 8)):
        yield json.dumps(put(data, place, dice.choice(OTHERS))).encode()


def walk(value: Any, place: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    yield place
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from walk(inner, (*place, step))


def put(value: Any, place: tuple[Any, ...], other: Any) -> Any:
    """A copy with `other` at `place`."""
    if not place:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = put(value[place[0]], place[1:], other)
    return copy
