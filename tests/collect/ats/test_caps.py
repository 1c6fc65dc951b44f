"""What lies beyond an ATS's window: reached by narrower searches, or said to be out of reach."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.collect.ats.conformance import Played, play

from jobwire.collect.ats import get_ats
from jobwire.collect.protocol import Request, Response
from jobwire.model.board import Board
from jobwire.model.visit import Completeness


def as_json(request: Request, data: Any) -> Response:
    return Response(status=200, url=request.url, body=json.dumps(data).encode())


def play_known(name: str, board: Board, answer: Any, count: int) -> Played:
    """Play with all postings known by another mark: their detail pages fail, so that only the list counts."""
    return play(get_ats(name), board, answer, {str(number): "old" for number in range(count)})


def play_oracle(count: int, facets: dict[str, int]) -> Played:
    """Oracle with `count` requisitions, at most 10,000 a search; `facets` are categories and their sizes."""
    starts = {name: sum(list(facets.values())[:at]) for at, name in enumerate(facets)}

    def answer(request: Request) -> Response:
        if "Details" in request.url:
            return Response(status=500, url=request.url)
        offset = int(re.findall(r"offset=(\d+)", request.url)[0])
        category = re.findall(r"selectedCategoriesFacet=(\w+)", request.url)
        first, size = (starts[category[0]], facets[category[0]]) if category else (0, count)
        numbers = range(first + offset, first + min(offset + 200, size, 10_000))
        rows = [{"Id": str(number), "Title": f"Job {number}"} for number in numbers]
        values = [{"Id": name, "Name": name, "TotalCount": size} for name, size in facets.items()]
        page = {"TotalJobsCount": size, "requisitionList": rows, "categoriesFacet": values}
        return as_json(request, {"items": [page]})

    board = Board(ats="oracle", token="tern", host="tern.fa.oraclecloud.com", site="CX_1")
    return play_known("oracle", board, answer, count)


def test_oracle_reaches_beyond_its_window_by_categories() -> None:
    played = play_oracle(10_400, {"a": 6_000, "b": 4_400})
    assert len(played.ids) == 10_400
    assert played.reading.total == 10_400
    assert played.reading.completeness is not Completeness.TRUNCATED


def test_oracle_without_a_facet_that_covers_all_is_truncated() -> None:
    played = play_oracle(10_400, {"a": 300})
    assert len(played.ids) == 10_000
    assert played.reading.completeness is Completeness.TRUNCATED


def play_eightfold(count: int, departments: int) -> Played:
    """Eightfold with `count` positions, ten a call, 2,000 a search, in departments of equal size."""
    positions = [
        {"id": number, "name": f"Job {number}", "department": f"D&{number % departments}"}
        for number in range(count)
    ]

    def answer(request: Request) -> Response:
        query = parse_qs(urlsplit(request.url).query)
        if not request.url.startswith("https://acme.eightfold.ai/api/apply/v2/jobs?"):
            return Response(status=500, url=request.url)
        found = [row for row in positions if row["department"] == query.get("department", [row["department"]])[0]]
        start = int(query["start"][0])
        return as_json(request, {"positions": found[:2_000][start : start + 10], "count": len(found)})

    url = "https://acme.eightfold.ai/careers?domain=acme.com"
    return play_known("eightfold", Board(ats="eightfold", token="acme", url=url), answer, count)


def test_eightfold_reaches_beyond_its_window_by_departments() -> None:
    played = play_eightfold(2_100, departments=3)
    assert len(played.ids) == 2_100
    assert played.reading.completeness is not Completeness.TRUNCATED


def test_eightfold_with_one_department_is_truncated() -> None:
    played = play_eightfold(2_100, departments=1)
    assert len(played.ids) == 2_000
    assert played.reading.completeness is Completeness.TRUNCATED


def play_phenom(count: int, categories: int, countries: int) -> Played:
    """Phenom with `count` jobs, a hundred a call; a search that reaches 10,000 answers no hits."""
    jobs = [
        {
            "jobId": str(n),
            "title": f"Job {n}",
            "category": f"C{n % categories}",
            "country": f"L{n % 7 % countries}",
        }
        for n in range(count)
    ]

    @cache
    def search(selected: str) -> tuple[list[dict[str, str]], list[Any]]:
        chosen = json.loads(selected)
        found = [job for job in jobs if all(job[field] in values for field, values in chosen.items())]
        fields = ("category", "country")
        return found, [{"field": field, "value": Counter(job[field] for job in found)} for field in fields]

    def answer(request: Request) -> Response:
        body = request.json_body
        if body["ddoKey"] != "refineSearch":
            return Response(status=500, url=request.url)
        found, facets = search(json.dumps(body["selected_fields"]))
        start, size = body["from"], body["size"]
        total = len(found) if start + size < 10_000 else 0
        rows = found[start : start + size] if total else []
        return as_json(
            request, {"refineSearch": {"totalHits": total, "data": {"jobs": rows, "aggregations": facets}}}
        )

    board = Board(
        ats="phenom", token="careers.example.com", url="https://careers.example.com/us/en/search-results"
    )
    return play_known("phenom", board, answer, count)


def test_phenom_reaches_beyond_its_window_by_facets_of_facets() -> None:
    played = play_phenom(10_100, categories=1, countries=2)
    assert len(played.ids) == 10_100
    assert played.reading.completeness is not Completeness.TRUNCATED


def test_phenom_that_cannot_be_split_is_truncated() -> None:
    played = play_phenom(10_100, categories=1, countries=1)
    assert 9_800 <= len(played.ids) < 10_000
    assert played.reading.completeness is Completeness.TRUNCATED


def test_jibe_says_that_its_window_is_too_small() -> None:
    def answer(request: Request) -> Response:
        page = int(parse_qs(urlsplit(request.url).query)["page"][0])
        rows = [{"data": {"slug": f"{page}-{at}", "title": "Nurse"}} for at in range(100)]
        return as_json(request, {"jobs": rows, "totalCount": 6_000})

    played = play(get_ats("jibe"), Board(ats="jibe", token="acme"), answer)
    assert len(played.ids) == 5_100
    assert played.reading.completeness is Completeness.TRUNCATED


def test_a_host_that_refuses_is_left_alone() -> None:
    """After two batches without a readable detail page no further one is asked for."""
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(unquote(request.url))
        if request.url.endswith("/list"):
            rows = [{"id": str(number), "jobOpeningName": f"Job {number}"} for number in range(100)]
            return as_json(request, {"meta": {"totalCount": 100}, "result": rows})
        return Response(status=503, url=request.url)

    played = play(get_ats("bamboohr"), Board(ats="bamboohr", token="acme"), answer)
    assert len(played.ids) == 100
    assert len(asked) < 15
    assert played.reading.completeness is Completeness.COMPLETE, "the list was whole, and says why pages are not"
    assert "detail page" in played.reading.note
