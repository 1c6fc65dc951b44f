"""Walking a board: what is counted, what is asked for, what a failure costs."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from jobwire.collect.protocol import Request, Response, Unchanged
from jobwire.collect.walk import Row, Tally, ask_company, read_details
from jobwire.errors import BoardBlocked, BoardBroken
from jobwire.model.raw import RawPosting
from jobwire.model.visit import Completeness


def posting(number: int, mark: str = "new") -> RawPosting:
    return RawPosting(
        posting_id=str(number), title=f"Job {number}", listing_url="https://a.example", list_mark=mark
    )


def row(number: int, mark: str = "new") -> Row:
    return Row(posting=posting(number, mark), request=Request(url=f"https://a.example/{number}"))


def detail(listed: RawPosting, response: Response) -> RawPosting:
    if response.body == b"broken":
        raise ValueError("not a number")
    return RawPosting(posting_id=listed.posting_id, title="Detail", listing_url="https://a.example")


def walk(
    numbers: range, statuses: dict[int, Any], known: dict[str, str], parallel: int = 2
) -> tuple[list[Any], int, Tally]:
    """(steps that are no requests, pages asked for, tally)."""
    tally = Tally()
    steps, asked, sent = [], 0, None
    reader: Generator[Any, Any, None] = read_details(
        [row(n) for n in numbers], known, tally, detail, parallel=parallel
    )
    while True:
        try:
            step = reader.send(sent)
        except StopIteration:
            return steps, asked, tally
        sent = None
        if isinstance(step, list):
            asked += len(step)
            sent = [answer(request.url, statuses) for request in step]
        else:
            steps.append(step)


def answer(url: str, statuses: dict[int, Any]) -> Response:
    status = statuses.get(int(url.rsplit("/", 1)[1]), 200)
    return (
        Response(status=200, url=url, body=b"broken") if status == "broken" else Response(status=status, url=url)
    )


def test_new_and_changed_rows_are_read_and_unchanged_ones_are_not() -> None:
    steps, asked, tally = walk(range(4), {}, {"0": "new", "1": "old"})
    assert steps[0] == Unchanged("0")
    assert [step.title for step in steps[1:]] == ["Detail"] * 3
    assert asked == 3
    assert tally.conclude().completeness is Completeness.COMPLETE


def test_a_page_that_is_gone_takes_its_posting_along() -> None:
    steps, _, tally = walk(range(3), {1: 404}, {"1": "old"})
    assert [step.posting_id for step in steps] == ["0", "2"]
    assert tally.conclude().completeness is Completeness.COMPLETE


@pytest.mark.parametrize("status", [0, 403, 429, 500, "broken"])
def test_a_page_that_fails_loses_nothing(status: Any) -> None:
    steps, _, tally = walk(range(3), {0: status, 1: status}, {"1": "old"})
    assert Unchanged("1") in steps
    (first,) = [step for step in steps if step != Unchanged("1") and step.posting_id == "0"]
    assert first.title == "Job 0" and first.list_mark == "", "taken from the list, asked for again next time"
    assert tally.conclude().completeness is Completeness.COMPLETE, "all of them are listed"
    assert "a detail page was not read" in tally.conclude().note


def test_a_host_that_refuses_is_not_asked_on() -> None:
    steps, asked, _ = walk(range(100), dict.fromkeys(range(100), 429), {}, parallel=5)
    assert asked == 10
    assert len(steps) == 100


def test_a_host_that_refuses_at_times_is_asked_on() -> None:
    refused = {number: 429 for number in range(20) if number % 4}
    assert walk(range(20), refused, {}, parallel=5)[1] == 20


def test_a_tally_counts_each_posting_once_and_bad_rows_apart() -> None:
    def parse(value: Any) -> RawPosting | None:
        if value is None:
            return None
        return posting(int(value))

    tally = Tally()
    taken = [tally.take(parse, value) for value in ("1", "1", "x", None, "2")]
    assert [found.posting_id if found else None for found in taken] == ["1", None, None, None, "2"]
    reading = tally.conclude()
    assert (reading.completeness, tally.ids) == (Completeness.PARTIAL, {"1", "2"})
    assert "1 rows could not be read (first: invalid literal" in reading.note


@pytest.mark.parametrize(
    ("seen", "total", "completeness"),
    [(2, 2, Completeness.COMPLETE), (2, 3, Completeness.PARTIAL), (3, 2, Completeness.COMPLETE)],
)
def test_a_total_that_is_not_met_is_partial(seen: int, total: int, completeness: Completeness) -> None:
    tally = Tally()
    for number in range(seen):
        tally.add(str(number))
    assert tally.conclude(total).completeness is completeness


def test_a_cap_is_a_truncation_whatever_else_went_wrong() -> None:
    tally = Tally()
    tally.skip()
    tally.cut("only 2,000")
    reading = tally.conclude(5)
    assert reading.completeness is Completeness.TRUNCATED and "only 2,000" in reading.note


def test_board_errors_are_not_a_row_s() -> None:
    def refuse() -> RawPosting:
        raise BoardBlocked("no")

    with pytest.raises(BoardBlocked):
        Tally().take(refuse)


def test_the_company_is_asked_for_once_and_never_costs_the_board() -> None:
    with pytest.raises(StopIteration) as end:
        next(ask_company("https://a.example", {"1": ""}))
    assert end.value.value is None
    reader = ask_company("https://a.example", {})
    assert next(reader) == Request(url="https://a.example")
    with pytest.raises(StopIteration) as end:
        reader.throw(BoardBroken("no"))
    assert end.value.value is None
    reader = ask_company("https://a.example", {})
    next(reader)
    with pytest.raises(StopIteration) as end:
        reader.send(Response(status=200, url="https://a.example", body=b"<title>Jobs at Acme</title>"))
    assert end.value.value.name == "Acme"
