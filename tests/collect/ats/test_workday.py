"""Workday's list: pages of 20, a total that stops at a cap, and facets that lead around it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from tests.collect.ats.conformance import Played, play

from jobwire.collect.ats import workday
from jobwire.collect.ats.workday import ATS, PAGE
from jobwire.collect.protocol import Request, Response
from jobwire.errors import BoardBroken
from jobwire.model.board import Board
from jobwire.model.visit import Completeness

CAP = 200
"""In these tests; the real one is ten times as large, and so slow."""
BOARD = Board(ats="workday", token="acme", host="acme.wd5.myworkdayjobs.com", site="Careers")


class Tenant:
    """A list as Workday plays it. `fields` maps a facet to a function from number to value (None: no value)."""

    def __init__(self, size: int, fields: dict[str, Any] | None = None, cap: int = CAP) -> None:
        self.size, self.fields, self.cap = size, fields or {}, cap
        self.failing: set[int] = set()
        """Offsets that answer 500."""
        self.pages = 0

    def __call__(self, request: Request) -> Response:
        if request.json_body is None:
            number = request.url.rsplit("_", 1)[-1]
            info = {
                "title": f"Job {number}",
                "jobDescription": "<p>x</p>",
                "jobReqId": number,
                "location": "Essen",
            }
            return self._reply(request, {"jobPostingInfo": info})
        self.pages += 1
        assert request.json_body["limit"] <= PAGE
        offset = request.json_body["offset"]
        if offset in self.failing:
            return Response(status=500, url=request.url)
        hits = [number for number in range(self.size) if self._fits(number, request.json_body["appliedFacets"])]
        at = offset if offset < self.cap else 0  # beyond the cap: page 1 again
        rows = [self._row(number) for number in hits[at : at + PAGE]]
        total = min(len(hits), self.cap) if offset == 0 else 0  # later pages declare 0
        return self._reply(request, {"total": total, "jobPostings": rows, "facets": self._facets(hits)})

    def _fits(self, number: int, facets: dict[str, list[str]]) -> bool:
        return all(self.fields[name](number) in values for name, values in facets.items())

    def _facets(self, hits: list[int]) -> list[dict[str, Any]]:
        facets = []
        for name, value_of in self.fields.items():
            counts = Counter(value for number in hits if (value := value_of(number)) is not None)
            values = [{"id": value, "count": count, "descriptor": value} for value, count in counts.items()]
            facets.append({"facetParameter": name, "values": values})
        return facets

    def _row(self, number: int) -> dict[str, Any]:
        path = f"/job/Essen/Job-{number}_R{number}"
        return {
            "title": f"Job {number}",
            "externalPath": path,
            "locationsText": "Essen",
            "bulletFields": [f"R{number}"],
        }

    def _reply(self, request: Request, data: Any) -> Response:
        return Response(status=200, url=request.url, body=json.dumps(data).encode())


def read(tenant: Tenant, known: dict[str, str] | None = None) -> Played:
    return play(ATS, BOARD, tenant, known)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large batches and a low cap: these tests are about the list."""
    monkeypatch.setattr(workday, "CAP", CAP)
    monkeypatch.setattr(ATS, "max_parallel", 1_000)


@pytest.mark.parametrize("size", [0, 1, PAGE, PAGE + 1, 187])
def test_all_pages_are_read(size: int) -> None:
    played = read(Tenant(size))
    assert played.ids == {f"R{number}" for number in range(size)}
    assert played.reading.completeness is Completeness.COMPLETE
    assert played.reading.total == size


def test_a_list_beyond_the_cap_is_split_by_a_facet() -> None:
    played = read(Tenant(450, {"jobFamilyGroup": lambda number: f"family {number % 7}"}))
    assert len(played.ids) == 450
    assert played.reading.completeness is Completeness.COMPLETE


def test_a_value_beyond_the_cap_is_split_by_a_second_facet() -> None:
    fields = {
        "timeType": lambda number: "part" if number % 10 == 0 else "full",
        "jobFamily": lambda number: f"family {number % 9}" if number % 3 else None,
        "workerSubType": lambda number: f"type {number % 4}",
    }
    played = read(Tenant(500, fields))
    assert len(played.ids) == 500
    assert played.reading.completeness is Completeness.COMPLETE


def test_a_list_beyond_the_cap_without_facets_is_truncated() -> None:
    played = read(Tenant(260))
    assert len(played.ids) == CAP
    assert played.reading.completeness is Completeness.TRUNCATED


def test_postings_that_no_facet_shows_make_it_less_than_complete() -> None:
    fields = {
        "timeType": lambda number: "full",
        "jobFamily": lambda number: f"family {number % 3}" if number < 250 else None,
    }
    played = read(Tenant(300, fields))
    assert len(played.ids) < 300
    assert played.reading.completeness is not Completeness.COMPLETE


def test_a_failed_page_makes_it_partial() -> None:
    tenant = Tenant(100)
    tenant.failing = {40}
    played = read(tenant)
    assert len(played.ids) == 80
    assert played.reading.completeness is Completeness.PARTIAL


def test_rows_that_move_while_the_list_is_read_are_found_by_reading_it_again() -> None:
    class Shrinking(Tenant):
        """One posting leaves after the first page: the rows behind it move up by one."""

        def __call__(self, request: Request) -> Response:
            response = super().__call__(request)
            if self.pages == 1:
                self.fields = {"gone": lambda number: number}
                self._fits = lambda number, facets: number != 3  # type: ignore[method-assign]
            return response

    played = read(Shrinking(60))
    assert {f"R{number}" for number in range(60) if number != 3} <= played.ids
    assert played.reading.completeness is Completeness.COMPLETE


def test_empty_rows_are_counted_by_the_total_but_are_no_postings() -> None:
    class Ghostly(Tenant):
        def _row(self, number: int) -> Any:
            return {} if number == 5 else None if number == 7 else super()._row(number)

    played = read(Ghostly(30))
    assert len(played.ids) == 28
    assert played.reading.completeness is Completeness.COMPLETE


def test_a_row_ages_without_becoming_new() -> None:
    class Ageing(Tenant):
        def _row(self, number: int) -> dict[str, Any]:
            return {**super()._row(number), "postedOn": f"Posted {self.size - number} Days Ago"}

    marks = {posting.posting_id: posting.list_mark for posting in read(Ageing(5)).postings}
    again = read(Ageing(6), marks)
    assert [posting.posting_id for posting in again.postings] == ["R5"]
    assert len(again.unchanged) == 5


def test_a_new_title_keeps_the_id() -> None:
    class Renamed(Tenant):
        def _row(self, number: int) -> dict[str, Any]:
            return {**super()._row(number), "externalPath": f"/job/Bonn/Better-Job_R{number}", "title": "Better"}

    assert read(Renamed(3)).ids == read(Tenant(3)).ids


def test_one_requisition_posted_twice_is_two_postings() -> None:
    class Twice(Tenant):
        def _row(self, number: int) -> dict[str, Any]:
            return {**super()._row(number), "externalPath": f"/job/City-{number}/Cook_R1", "bulletFields": ["R1"]}

    assert len(read(Twice(2)).ids) == 2


def without_site(*sites: str) -> Played:
    """Reading a board of which only the host is known; its robots.txt names these sites."""
    robots = "".join(f"Sitemap: https://{BOARD.host}/{site}/siteMap.xml\n" for site in sites).encode()
    tenant = Tenant(3)

    def answer(request: Request) -> Response:
        is_robots = request.url.endswith("/robots.txt")
        return Response(status=200, url=request.url, body=robots) if is_robots else tenant(request)

    return play(ATS, Board(ats="workday", token="acme", host=BOARD.host), answer)


def test_the_only_site_of_a_tenant_is_found() -> None:
    played = without_site("Careers")
    assert played.ids == {"R0", "R1", "R2"}
    assert played.requests[1].url == "https://acme.wd5.myworkdayjobs.com/wday/cxs/acme/Careers/jobs"


@pytest.mark.parametrize("sites", [(), ("Careers", "Campus")])
def test_a_board_without_a_site_says_what_it_needs(sites: tuple[str, ...]) -> None:
    with pytest.raises(BoardBroken, match="needs its site") as broken:
        without_site(*sites)
    assert all(site in broken.value.hint for site in sites)
