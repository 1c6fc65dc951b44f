"""What every ATS file must keep to, whatever its ATS sends."""

from __future__ import annotations

import builtins
import json
import re
import socket
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from tests.collect.ats.conformance import (
    FIXTURES,
    Case,
    Played,
    change_at,
    find_answer,
    find_paths,
    list_cases,
    load_case,
    play,
    spell_out,
    with_body,
    with_response,
)

from jobwire import errors
from jobwire.collect.ats import ATSS
from jobwire.collect.protocol import Response
from jobwire.errors import BoardBlocked, BoardError, BoardUnreachable
from jobwire.model.visit import Completeness

NAMES = [ats.name for ats in ATSS]
WALL = (
    b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"
)


@pytest.fixture(params=NAMES)
def normal(request: pytest.FixtureRequest) -> Case:
    return load_case(request.param, "normal")


@pytest.fixture
def played(normal: Case) -> Played:
    return play(normal.ats, normal.board, normal.answer)


@pytest.mark.parametrize("name", NAMES)
def test_has_the_cases_that_every_ats_needs(name: str) -> None:
    for case in ("normal", "empty", "gone"):
        assert (FIXTURES / name / case / "case.json").is_file()


@pytest.mark.parametrize(("name", "case_name"), list_cases())
def test_answers_become_the_expected_postings(name: str, case_name: str) -> None:
    case = load_case(name, case_name)
    if "error" in case.script:
        with pytest.raises(getattr(errors, case.script["error"])):
            play(case.ats, case.board, case.answer)
        return
    played = play(case.ats, case.board, case.answer)
    assert [spell_out(posting) for posting in played.postings] == case.script["postings"]
    reading = spell_out(played.reading)
    for field in ("completeness", "total", "company"):
        assert reading.get(field) == case.script["reading"].get(field), field


def test_names_are_ids_of_the_wire() -> None:
    assert sorted(set(NAMES)) == NAMES
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in NAMES)


def test_urls_are_absolute_and_dates_are_aware(played: Played) -> None:
    for posting in played.postings:
        for url in (posting.listing_url, posting.apply_url):
            assert url is None or (urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc), url
        for at in (posting.date_posted, posting.valid_through):
            assert at is None or at.utcoffset() == timedelta(0)


def test_postings_have_what_the_wire_needs(played: Played) -> None:
    assert len(played.ids) >= 2, "a normal board has several postings"
    assert len(played.postings) == len(played.ids), "no posting comes twice"
    for posting in played.postings:
        assert posting.title == posting.title.strip() and posting.title
        assert posting.description_html or posting.description_text
        assert "&lt;p&gt;" not in (posting.description_html or ""), "HTML is unescaped"


def test_a_second_reading_is_equal(normal: Case, played: Played) -> None:
    assert play(normal.ats, normal.board, normal.answer) == played


def test_touches_neither_network_nor_files(normal: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = normal.answers()

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("an ATS file does no I/O")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(builtins, "open", refuse)

    def answer(request: Any) -> Response:
        return find_answer(answers, request)

    assert play(normal.ats, normal.board, answer).postings


def test_no_personal_data_gets_out(normal: Case, played: Played) -> None:
    if not any(b"PRIVATE" in response.body for _, response in normal.answers()):
        pytest.skip("this format carries no personal data")
    out = msgspec.json.encode([played.postings, played.reading]).decode()
    assert "PRIVATE" not in out


def test_ids_do_not_depend_on_order_or_wording(normal: Case, played: Played) -> None:
    for index, (_, response) in enumerate(normal.answers()):
        data = _json_of(response)
        if data is None:
            continue
        turned = json.dumps(_reverse_rows(data)).encode()
        assert play(normal.ats, normal.board, with_body(normal, index, turned)).ids == played.ids


def test_a_known_row_is_not_asked_for_again(normal: Case, played: Played) -> None:
    known = {posting.posting_id: posting.list_mark for posting in played.postings}
    again = play(normal.ats, normal.board, normal.answer, known)
    assert again.ids == played.ids
    assert again.reading.completeness == played.reading.completeness
    if any(known.values()):
        assert len(again.requests) < len(played.requests)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, BoardBlocked),
        (403, BoardBlocked),
        (429, BoardBlocked),
        (500, BoardUnreachable),
        (503, BoardUnreachable),
    ],
)
def test_a_refused_list_says_nothing_about_its_jobs(normal: Case, status: int, error: type[BoardError]) -> None:
    refused = lambda response: Response(status=status, url=response.url)  # noqa: E731
    answer = with_response(normal, 0, refused, otherwise=status)
    with pytest.raises(error):
        play(normal.ats, normal.board, answer)


@pytest.mark.parametrize("body", [b"", WALL, b"null", b"{}", b"[]x", b"\xff\xfe\x00", b'{"jobs": {}}'])
def test_a_list_of_another_shape_is_never_an_empty_board(normal: Case, body: bytes) -> None:
    _never_complete_with_less(normal, with_body(normal, 0, body))


def test_a_cut_body_never_looks_complete(normal: Case) -> None:
    for index, (_, response) in enumerate(normal.answers()):
        for part in (0.3, 0.6, 0.95):
            cut = response.body[: int(len(response.body) * part)]
            _never_complete_with_less(normal, with_body(normal, index, cut))


def test_a_failed_page_never_looks_complete_and_loses_no_known_posting(normal: Case, played: Played) -> None:
    known = dict.fromkeys(played.ids, "an older mark")
    for index in range(1, len(normal.answers())):
        for status in (0, 429, 500):
            answer = with_response(normal, index, lambda r, status=status: Response(status=status, url=r.url))
            _never_complete_with_less(normal, answer)
            _never_complete_with_less(normal, answer, known)


def test_one_missing_field_costs_at_most_its_own_posting(normal: Case, played: Played) -> None:
    may_hide = normal.ats.name == "generic"  # a page without JobPosting is how such sites close a job
    for index, (_, response) in enumerate(normal.answers()):
        for body, in_row in _without_one_field(response):
            _costs_at_most_one(normal, played, index, body, in_row, may_hide)


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [None], {"x": 1}, True, -1e300])
def test_a_field_of_another_type_costs_at_most_its_own_posting(normal: Case, played: Played, value: Any) -> None:
    for index, (_, response) in enumerate(normal.answers()):
        data = _json_of(response)
        for path in find_paths(data):
            body = json.dumps(
                change_at(data, path, lambda parent, name: parent.__setitem__(name, value))
            ).encode()
            _costs_at_most_one(normal, played, index, body, _is_in_row(data, path), may_hide=True)


@pytest.mark.parametrize("row", [None, 7, "x", [], {}])
def test_a_row_that_is_none_is_skipped(normal: Case, played: Played, row: Any) -> None:
    data = _json_of(normal.answers()[0][1])
    for path in [path for path in find_paths(data) if isinstance(_at(data, path), list)] or [()]:
        rows = _at(data, path)
        if not isinstance(rows, list) or not rows or not isinstance(rows[0], dict):
            continue
        changed = json.loads(json.dumps(data))
        _at(changed, path).insert(0, row)
        result = _play_or_error(normal, with_body(normal, 0, json.dumps(changed).encode()))
        assert result is not None and result.ids == played.ids, f"lost by a bad row at {path}"


def test_the_board_page_is_recognised_again(normal: Case) -> None:
    if normal.ats.name == "generic":
        pytest.skip("any site may be one")
    board = normal.ats.find_in_url(normal.ats.board_url(normal.board))
    assert board is not None and board.key == normal.board.key


def test_a_page_that_links_to_the_board_names_it(normal: Case) -> None:
    if normal.ats.name == "generic":
        pytest.skip("a link to a site says nothing")
    link = normal.ats.board_url(normal.board)
    boards = normal.ats.find_in_page("https://www.example.com/careers", f'<p><a href="{link}">Jobs</a></p>')
    assert normal.board.key in [board.key for board in boards]


def _play_or_error(case: Case, answer: Any, known: Any = None) -> Played | None:
    """What came out, or None for a board error. Anything else is a crash and fails the test."""
    try:
        return play(case.ats, case.board, answer, known)
    except BoardError:
        return None


def _never_complete_with_less(case: Case, answer: Any, known: Any = None) -> None:
    whole = play(case.ats, case.board, case.answer)
    result = _play_or_error(case, answer, known)
    if result is not None and not result.ids >= whole.ids:
        assert result.reading.completeness is not Completeness.COMPLETE


def _costs_at_most_one(
    case: Case, whole: Played, index: int, body: bytes, in_row: bool, may_hide: bool = False
) -> None:
    result = _play_or_error(case, with_body(case, index, body))
    if result is None:
        assert not in_row and index == 0, f"one row broke the board: {body[:200]!r}"
        return
    lost = whole.ids - result.ids
    assert len(lost) <= 1 or not in_row, f"{lost} lost by {body[:200]!r}"
    if lost and not may_hide:
        assert result.reading.completeness is not Completeness.COMPLETE


def _json_of(response: Response) -> Any:
    try:
        return json.loads(response.body)
    except ValueError:
        return None


def _without_one_field(response: Response) -> list[tuple[bytes, bool]]:
    """Bodies without one field (JSON), element (XML) or line (HTML); and whether it is a row's."""
    data = _json_of(response)
    if data is not None:
        return [
            (
                json.dumps(change_at(data, path, lambda parent, name: parent.__delitem__(name))).encode(),
                _is_in_row(data, path),
            )
            for path in find_paths(data)
        ]
    text = response.body.decode()
    if text.lstrip().startswith("<?xml"):
        elements = re.finditer(r"<([A-Za-z:]+)(?:\s[^<>]*)?>[^<]*</\1>", text)
        in_row = "<sitemapindex" not in text  # an entry of an index stands for many postings
        return [((text[: found.start()] + text[found.end() :]).encode(), in_row) for found in elements]
    lines = text.splitlines(keepends=True)
    return [("".join(lines[:at] + lines[at + 1 :]).encode(), False) for at in range(len(lines))]


def _is_in_row(data: Any, path: tuple[Any, ...]) -> bool:
    """Whether the path leads into one of several list items; a list of one (Oracle's `items`) is an envelope."""
    return any(isinstance(name, int) and len(_at(data, path[:at])) > 1 for at, name in enumerate(path))


def _at(data: Any, path: tuple[Any, ...]) -> Any:
    for name in path:
        data = data[name]
    return data


def _reverse_rows(value: Any) -> Any:
    """The same data with lists of objects turned round."""
    if isinstance(value, dict):
        return {name: _reverse_rows(part) for name, part in value.items()}
    if isinstance(value, list):
        turned = [_reverse_rows(part) for part in value]
        return turned[::-1] if turned and all(isinstance(part, dict) for part in turned) else turned
    return value
