"""A total that is missing, or 0 on a later page, or a language that is not named: no proof that postings are absent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.collect.ats.conformance import Played, play

from jobwire.collect.ats import get_ats
from jobwire.collect.protocol import Request, Response
from jobwire.model.board import Board
from jobwire.model.visit import Completeness

GUID = "8759d8d9-b6f5-49b5-b817-f3c4f69a25ed"
HOST = "careers.acme.example"
BOARDS = {
    "smartrecruiters": Board(ats="smartrecruiters", token="Acme1"),
    "workday": Board(ats="workday", token="acme", host="acme.wd5.myworkdayjobs.com", site="Careers"),
    "oracle": Board(ats="oracle", token="tern", host="tern.fa.oraclecloud.com", site="CX_1"),
    "ukg": Board(ats="ukg", token="SUN1002SUN", host="recruiting2.ultipro.com", site=GUID),
    "eightfold": Board(ats="eightfold", token="acme", url="https://acme.eightfold.ai/careers?domain=acme.com"),
    "phenom": Board(ats="phenom", token=HOST, url=f"https://{HOST}/us/en/search-results"),
    "jibe": Board(ats="jibe", token="acme"),
    "successfactors": Board(ats="successfactors", token=HOST, host=HOST),
}
SIZES = {"workday": 20, "oracle": 200, "ukg": 50, "eightfold": 10, "successfactors": 10}
Total = Callable[[int, int], int | None]


def as_json(request: Request, data: Any) -> Response:
    return Response(status=200, url=request.url, body=json.dumps(data).encode())


def start_of(name: str, request: Request, size: int) -> int | None:
    """The first row that a list request asks for; None for another request."""
    query = parse_qs(urlsplit(request.url).query)
    body = request.json_body or {}
    if name == "smartrecruiters":
        return int(query["offset"][0]) if "offset" in query else None
    if name == "oracle":
        offset = re.search(r"offset=(\d+)", request.url)
        return int(offset[1]) if offset else None
    if name == "jibe":
        return (int(query["page"][0]) - 1) * size
    if name == "eightfold":
        return int(query["start"][0]) if "start" in query else None
    if name == "successfactors":
        return body["pageNumber"] * size if body else None
    if name == "ukg":
        return int(body["opportunitySearch"]["Skip"]) if body else None
    if name == "phenom":
        return int(body["from"]) if body.get("ddoKey") == "refineSearch" else None
    return int(body["offset"]) if body else None


def row_of(name: str, number: int) -> Any:
    title, key = f"Job {number}", str(number)
    return {
        "smartrecruiters": {"id": key, "name": title},
        "workday": {"title": title, "externalPath": f"/job/X/Job_R{number}", "bulletFields": [f"R{number}"]},
        "oracle": {"Id": key, "Title": title},
        "ukg": {"Id": f"00000000-0000-4000-8000-{number:012}", "Title": title},
        "eightfold": {"id": key, "name": title},
        "phenom": {"jobId": key, "title": title},
        "jibe": {"data": {"slug": key, "title": title}},
        "successfactors": {"response": {"id": key, "unifiedStandardTitle": title}},
    }[name]


def page_of(name: str, rows: list[Any], total: int | None) -> Any:
    def stated(field: str) -> dict[str, int]:
        return {} if total is None else {field: total}

    return {
        "smartrecruiters": {"content": rows, **stated("totalFound")},
        "workday": {"jobPostings": rows, **stated("total")},
        "oracle": {"items": [{"requisitionList": rows, "x": 1, **stated("TotalJobsCount")}]},
        "ukg": {"opportunities": rows, **stated("totalCount")},
        "eightfold": {"positions": rows, **stated("count")},
        "phenom": {"refineSearch": {"data": {"jobs": rows}, **stated("totalHits")}},
        "jibe": {"jobs": rows, **stated("totalCount")},
        "successfactors": {"jobSearchResult": rows, **stated("totalJobs")},
    }[name]


def read(name: str, count: int, total: Total, ends: int | None = None) -> Played:
    """Read `count` postings whose pages state `total(count, start)`; no page begins at `ends` or later."""
    size = SIZES.get(name, 100)

    def answer(request: Request) -> Response:
        start = start_of(name, request, size)
        if name == "successfactors" and start is None:
            return Response(status=404 if ".xml" in request.url else 200, url=request.url, body=b"<html></html>")
        if start is None:
            return Response(status=404, url=request.url)
        last = count if ends is None else min(ends, count)
        rows = [row_of(name, number) for number in range(start, min(start + size, last))]
        return as_json(request, page_of(name, rows, total(count, start)))

    known = {str(number): "old" for number in range(count)}
    return play(get_ats(name), BOARDS[name], answer, known if name != "workday" else None)


@pytest.mark.parametrize("name", BOARDS)
def test_without_a_total_all_pages_are_read_to_the_short_one(name: str) -> None:
    size = SIZES.get(name, 100)
    played = read(name, size * 2 + size // 2, lambda count, start: None)
    starts = {start_of(name, request, size) for request in played.requests} - {None}
    assert {0, size, size * 2} <= starts
    assert played.reading.completeness is Completeness.COMPLETE, played.reading.note


@pytest.mark.parametrize("name", BOARDS)
def test_a_total_of_0_on_a_later_page_does_not_make_it_complete(name: str) -> None:
    size = SIZES.get(name, 100)
    played = read(name, size * 3, lambda count, start: count if start == 0 else 0, ends=size)
    assert played.reading.completeness is Completeness.PARTIAL


@pytest.mark.parametrize("name", ["smartrecruiters", "workday"])
def test_an_empty_answer_without_a_total_proves_nothing(name: str) -> None:
    assert read(name, 0, lambda count, start: None).reading.completeness is Completeness.PARTIAL


def test_workday_that_states_a_total_of_0_and_shows_rows_is_read_on() -> None:
    played = read("workday", 50, lambda count, start: 0)
    starts = {request.json_body["offset"] for request in played.requests if request.json_body}
    assert starts == {0, 20, 40}


@pytest.mark.parametrize("name", ["smartrecruiters", "workday", "eightfold"])
def test_pages_that_repeat_themselves_without_a_total_prove_nothing(name: str) -> None:
    size = SIZES.get(name, 100)

    def answer(request: Request) -> Response:
        if start_of(name, request, size) is None:
            return Response(status=500, url=request.url)
        return as_json(request, page_of(name, [row_of(name, number) for number in range(size)], None))

    played = play(get_ats(name), BOARDS[name], answer)
    assert len(played.ids) == size
    assert played.reading.completeness is Completeness.PARTIAL


def play_jibe(counts: dict[str, int] | None, known: dict[str, str]) -> Played:
    """Jibe with two English postings and, where the query asks for it, one French."""

    def answer(request: Request) -> Response:
        is_french = "lang=fr" in request.url
        rows = [{"data": {"slug": slug, "title": "Nurse"}} for slug in (["f1"] if is_french else ["e1", "e2"])]
        named = {} if counts is None else {"languageCounts": counts}
        return as_json(request, {"jobs": rows, "totalCount": len(rows), **named})

    return play(get_ats("jibe"), BOARDS["jibe"], answer, known)


def test_jibe_that_names_no_languages_any_more_does_not_prove_the_others_absent() -> None:
    first = play_jibe({"en": 2, "fr": 1}, {})
    assert (first.ids, first.reading.completeness) == ({"e1", "e2", "f1"}, Completeness.COMPLETE)
    again = play_jibe(None, dict.fromkeys(first.ids, ""))
    assert (again.ids, again.reading.completeness) == ({"e1", "e2"}, Completeness.PARTIAL)


def test_jibe_whose_count_of_a_language_is_not_met_is_partial() -> None:
    assert play_jibe({"en": 5}, {}).reading.completeness is Completeness.PARTIAL


def play_site_builder(page: str, known: dict[str, str]) -> Played:
    """A Career Site Builder with a posting in Japanese and one in Spanish."""

    def answer(request: Request) -> Response:
        if request.json_body is None:
            is_search = request.url.endswith("/search/")
            return Response(status=200 if is_search else 404, url=request.url, body=page.encode())
        locale = request.json_body["locale"]
        keys = [key for key, spoken in (("1", "ja_JP"), ("2", "es_ES")) if spoken == locale]
        rows = [row_of("successfactors", int(key)) for key in keys]
        return as_json(request, page_of("successfactors", rows, len(rows)))

    return play(get_ats("successfactors"), BOARDS["successfactors"], answer, known)


def test_a_site_builder_that_names_no_locales_is_read_in_those_of_the_last_visit() -> None:
    first = play_site_builder('<a href="?locale=ja_JP">a</a><a href="?locale=es_ES">b</a></html>', {})
    marks = {"1": "ja_JP 0123", "2": "es_ES 4567"}
    again = play_site_builder("<html></html>", marks)
    asked = {request.json_body["locale"] for request in again.requests if request.json_body}
    assert {"ja_JP", "es_ES"} <= asked
    assert first.reading.completeness is again.reading.completeness is Completeness.COMPLETE
    blank = play_site_builder("<html></html>", dict.fromkeys(marks, ""))
    assert blank.reading.completeness is Completeness.PARTIAL


def test_robots_txt_that_fails_may_have_named_more_sitemaps() -> None:
    def answer(request: Request) -> Response:
        if request.url.endswith("/robots.txt"):
            return Response(status=503, url=request.url)
        if request.url.endswith("/sitemap.xml"):
            body = f"<urlset><url><loc>https://{HOST}/jobs/cook</loc></url></urlset>"
            return Response(status=200, url=request.url, body=body.encode())
        return Response(status=200, url=request.url, body=b"<html><body>Jobs</body></html>")

    board = Board(ats="generic", token=HOST, host=HOST, url=f"https://{HOST}")
    assert play(get_ats("generic"), board, answer).reading.completeness is Completeness.PARTIAL
