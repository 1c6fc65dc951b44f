"""A board's second list: read whole where the first is of no use, and never believed for more than it shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.collect.ats.conformance import Played, load_case, play

from jobwire.collect.ats import get_ats
from jobwire.collect.protocol import Request, Response
from jobwire.errors import BoardBlocked, BoardError, BoardGone, BoardUnreachable
from jobwire.model.board import Board
from jobwire.model.visit import Completeness

TEAMTAILOR = Board(ats="teamtailor", token="acme", host="acme.teamtailor.com")
WORKABLE = Board(ats="workable", token="acme")


def play_rss(count: int, *, pages: bool = True, broken_at: int = -1) -> Played:
    """Teamtailor with `count` jobs in its RSS feed, a hundred a page; `pages`: whether it heeds the offset."""

    def answer(request: Request) -> Response:
        parts = urlsplit(request.url)
        if parts.path != "/jobs.rss":
            return Response(status=404, url=request.url)
        query = parse_qs(parts.query)
        offset = int(query.get("offset", ["0"])[0])
        if offset == broken_at:
            return Response(status=500, url=request.url)
        first = offset if pages else 0
        items = "".join(
            f"<item><title>Job {n}</title><link>https://acme.teamtailor.com/jobs/{n}</link><guid>{n}</guid></item>"
            for n in range(first, min(first + 100, count))
        )
        return Response(status=200, url=request.url, body=f"<rss><channel>{items}</channel></rss>".encode())

    return play(get_ats("teamtailor"), TEAMTAILOR, answer)


@pytest.mark.parametrize(("count", "asked"), [(99, 2), (100, 3), (250, 4)])
def test_teamtailors_rss_is_read_to_its_end(count: int, asked: int) -> None:
    played = play_rss(count)
    assert played.ids == {str(n) for n in range(count)}
    assert played.reading.completeness is Completeness.COMPLETE
    assert len(played.requests) == asked


def test_teamtailors_rss_that_heeds_no_offset_is_truncated() -> None:
    played = play_rss(250, pages=False)
    assert len(played.ids) == 100
    assert played.reading.completeness is Completeness.TRUNCATED


def test_teamtailors_rss_with_a_lost_page_is_partial() -> None:
    played = play_rss(250, broken_at=100)
    assert len(played.ids) == 100
    assert played.reading.completeness is Completeness.PARTIAL


def play_workable(
    widget: Response, known: Mapping[str, str], change: Callable[[Request], Any] = lambda request: None
) -> Played:
    """Workable with this widget; `change` answers in the place of the career site's API where it wants to."""
    case = load_case("workable", "site")

    def answer(request: Request) -> Response:
        if "/widget/" in request.url:
            return widget
        changed = change(request)
        if changed is None:
            return case.answer(request)
        if isinstance(changed, int):
            return Response(status=changed, url=request.url)
        return Response(status=200, url=request.url, body=json.dumps(changed).encode())

    return play(get_ats("workable"), WORKABLE, answer, known)


def widget(data: Any = None, status: int = 200) -> Response:
    return Response(status=status, url="https://apply.workable.com/api/v1/widget", body=json.dumps(data).encode())


EMPTY = {"name": "Acme", "jobs": []}
IDS = {"AAAA000001", "AAAA000002", "AAAA000003"}


@pytest.mark.parametrize("first", [widget(status=500), widget(status=404), widget({"error": 1}), widget(EMPTY)])
def test_jobs_that_workables_widget_showed_are_kept_as_they_are(first: Response) -> None:
    played = play_workable(first, {"AAAA000001": "", "AAAA000002": "", "AAAA000009": ""})
    assert set(played.unchanged) == {"AAAA000001", "AAAA000002"}
    assert [posting.posting_id for posting in played.postings] == ["AAAA000003"]
    assert played.reading.completeness is Completeness.COMPLETE


def test_workables_site_asks_again_only_for_rows_that_changed() -> None:
    marks = {posting.posting_id: posting.list_mark for posting in play_workable(widget(status=500), {}).postings}
    played = play_workable(widget(status=500), {**marks, "AAAA000002": "another"})
    assert [posting.posting_id for posting in played.postings] == ["AAAA000002"]
    assert set(played.unchanged) == IDS - {"AAAA000002"}


def lose_second_page(request: Request) -> Any:
    return 503 if request.json_body and request.json_body["token"] else None


def end_early(request: Request) -> Any:
    rows = [{"shortcode": "AAAA000001", "title": "Account Executive"}]
    return {"total": 3, "results": rows} if request.json_body else None


def repeat(request: Request) -> Any:
    rows = [{"shortcode": "AAAA000001", "title": "Account Executive"}]
    return {"results": rows, "nextPage": "again"} if request.json_body else None


@pytest.mark.parametrize("change", [lose_second_page, end_early, repeat])
def test_less_than_all_of_workables_pages_is_partial(change: Callable[[Request], Any]) -> None:
    played = play_workable(widget(status=500), {}, change)
    assert "AAAA000001" in played.ids and "AAAA000003" not in played.ids
    assert played.reading.completeness is Completeness.PARTIAL


@pytest.mark.parametrize(
    ("status", "error"), [(404, BoardGone), (500, BoardUnreachable), (429, BoardBlocked), (403, BoardBlocked)]
)
def test_a_site_without_jobs_is_no_answer_to_what_became_of_workables_widget(
    status: int, error: type[BoardError]
) -> None:
    asked = []

    def answer(request: Request) -> Any:
        asked.append(request)
        return {"total": 0, "results": []}

    with pytest.raises(error):
        play_workable(widget(status=status), {"AAAA000001": ""}, answer)
    assert len(asked) == (0 if error is BoardBlocked else 1), "who is refused asks nothing else"


@pytest.mark.parametrize("found", [503, {"total": 0, "results": []}])
def test_workables_empty_widget_is_believed_where_the_site_says_no_more(found: Any) -> None:
    played = play_workable(widget(EMPTY), {"AAAA000001": ""}, lambda request: found)
    assert not played.ids
    assert played.reading.completeness is Completeness.COMPLETE
