"""SmartRecruiters' list: pages of 100 and a total that moves."""

from __future__ import annotations

import json
from typing import Any

from tests.collect.ats.conformance import Played, play

from jobwire.collect.ats.smartrecruiters import ATS, PAGE
from jobwire.collect.protocol import Request, Response
from jobwire.model.board import Board
from jobwire.model.visit import Completeness

BOARD = Board(ats="smartrecruiters", token="Acme1")
API = "https://api.smartrecruiters.com/v1/companies/Acme1/postings"


class Company:
    """A list and its details. After page number `n` the posting `leaves[n]` is taken down."""

    def __init__(self, size: int, leaves: dict[int, int] | None = None) -> None:
        self.open = list(range(size))
        self.leaves = leaves or {}
        self.pages = 0
        self.failing: set[str] = set()

    def __call__(self, request: Request) -> Response:
        if request.url in self.failing:
            return Response(status=429, url=request.url)
        if "?" not in request.url:
            section = {"title": "Job Description", "text": "<p>x</p>"}
            return self._reply(request, {"jobAd": {"sections": {"jobDescription": section}}})
        offset = int(request.url.rsplit("=", 1)[1])
        rows = [
            {"id": str(n), "name": f"Job {n}", "company": {"name": "Acme"}}
            for n in self.open[offset : offset + PAGE]
        ]
        reply = self._reply(request, {"totalFound": len(self.open), "content": rows})
        self.pages += 1
        if self.pages in self.leaves:
            self.open.remove(self.leaves[self.pages])
        return reply

    def _reply(self, request: Request, data: Any) -> Response:
        return Response(status=200, url=request.url, body=json.dumps(data).encode())


def read(company: Company, known: dict[str, str] | None = None) -> Played:
    return play(ATS, BOARD, company, known)


def test_all_pages_are_read() -> None:
    played = read(Company(250))
    assert len(played.ids) == 250
    assert (played.reading.completeness, played.reading.total) == (Completeness.COMPLETE, 250)


def test_a_list_that_shrinks_while_it_is_read_is_read_again() -> None:
    played = read(Company(250, leaves={1: 7}))
    assert {str(n) for n in range(250) if n != 7} <= played.ids
    assert played.reading.completeness is Completeness.COMPLETE


def test_a_refused_page_makes_it_partial() -> None:
    company = Company(250)
    company.failing = {f"{API}?limit=100&offset=100"}
    played = read(company)
    assert len(played.ids) == 150
    assert played.reading.completeness is Completeness.PARTIAL


def test_only_new_and_changed_rows_are_asked_for() -> None:
    marks = {posting.posting_id: posting.list_mark for posting in read(Company(30)).postings}
    again = read(Company(31), {**marks, "4": "another"})
    assert {posting.posting_id for posting in again.postings} == {"4", "30"}
    assert len(again.requests) == 3


def test_a_host_that_refuses_is_left_alone_and_loses_nothing_known() -> None:
    marks = {posting.posting_id: "older" for posting in read(Company(100)).postings}
    company = Company(100)
    company.failing = {f"{API}/{n}" for n in range(100)}
    played = read(company, marks)
    assert played.ids == set(marks)
    assert len(played.requests) == 1 + 2 * ATS.max_parallel
    assert played.reading.completeness is Completeness.COMPLETE, "the list was whole, and says why pages are not"
    assert "detail page" in played.reading.note
