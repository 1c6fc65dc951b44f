"""Real captured answers, where the folder of samples lies beside the repository: nothing lost, no exception."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.collect.ats.conformance import Played, play

from jobwire.collect.ats import get_ats
from jobwire.collect.protocol import Request, Response
from jobwire.model.board import Board

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the captures are not here")


def play_first(name: str, board: Board, body: bytes, details: dict[str, bytes] | None = None) -> Played:
    """`body` answers the first request; `details` what contains the key in its URL; everything else is 503."""
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        if len(asked) == 1:
            return Response(status=200, url=request.url, body=body)
        for part, detail in (details or {}).items():
            if part in request.url:
                return Response(status=200, url=request.url, body=detail)
        return Response(status=503, url=request.url)

    return play(get_ats(name), board, answer)


def read(path: str) -> bytes:
    return (SAMPLES / path).read_bytes()


def as_page(data: Any) -> bytes:
    script = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(data)}</script>'
    return f"<html><body>{script}</body></html>".encode()


@pytest.mark.parametrize(
    ("name", "path", "rows", "key", "board"),
    [
        ("teamtailor", "teamtailor/teamtailor.json", "items", "id", Board(ats="teamtailor", token="career")),
        ("bamboohr", "bamboohr/bamboohr.json", "result", "id", Board(ats="bamboohr", token="acme")),
        ("pinpoint", "pinpoint/pinpoint.json", "data", "id", Board(ats="pinpoint", token="acme")),
        (
            "eightfold",
            "eightfold/eightfold.json",
            "positions",
            "id",
            Board(
                ats="eightfold",
                token="albemarle",
                url="https://albemarle.eightfold.ai/careers?domain=albemarle.com",
            ),
        ),
    ],
)
def test_every_row_of_a_list_becomes_a_posting(name: str, path: str, rows: str, key: str, board: Board) -> None:
    body = read(path)
    expected = json.loads(body)[rows]
    played = play_first(name, board, body)
    assert played.ids == {str(row[key]) for row in expected}
    titles = {row.get("title") or row.get("jobOpeningName") or row.get("name") for row in expected}
    assert {posting.title for posting in played.postings} == {title.strip() for title in titles}
    assert all(posting.locations for posting in played.postings)


def test_rippling_rows_of_one_posting_are_one() -> None:
    played = play_first("rippling", Board(ats="rippling", token="acme"), read("rippling/rippling.json"))
    assert [posting.posting_id for posting in played.postings] == ["2f0674e6-f01f-4ecd-b459-e947241c211f"]
    assert [place.text for place in played.postings[0].locations] == ["Remote (New Jersey, US)", "New York, NY"]


def test_rippling_pages_are_read_where_the_list_is_gone() -> None:
    listed = json.loads(read("rippling/3rd-street-youth.board-nextdata.json"))
    detail = json.loads(read("rippling/3rd-street-youth.job-nextdata.json"))
    post = detail["props"]["pageProps"]["apiData"]["jobPost"]

    def answer(request: Request) -> Response:
        if "api.rippling.com" in request.url:
            return Response(status=404, url=request.url)
        body = as_page(listed) if "?page=0" in request.url else as_page(detail)
        is_known = "?page=0" in request.url or post["uuid"] in request.url
        return Response(status=200 if is_known else 503, url=request.url, body=body if is_known else b"")

    board = Board(ats="rippling", token="3rd-street-youth-center-clinic")
    played = play(get_ats("rippling"), board, answer)
    assert len(played.ids) == 9
    (read_whole,) = [posting for posting in played.postings if posting.posting_id == post["uuid"]]
    assert read_whole.description_html is not None
    assert post["description"]["role"] in read_whole.description_html
    assert read_whole.employment_type == "Salaried, full-time"
    assert read_whole.company_name == "3rd Street Youth Center & Clinic"
    assert "Pronouns" not in repr(played.postings)


def test_icims_cards_are_read() -> None:
    played = play_first("icims", Board(ats="icims", token="careers-wipfli"), read("icims/icims.html"))
    assert [(posting.posting_id, posting.title, posting.requisition_id) for posting in played.postings] == [
        ("8214", "Payroll Tax Specialist", "2026-8214"),
        ("8212", "Payroll Support Specialist", "2026-8212"),
    ]
    assert all(posting.locations[0].country == "US" for posting in played.postings)


def test_jobvite_rows_are_read() -> None:
    played = play_first("jobvite", Board(ats="jobvite", token="feedingamerica"), read("jobvite/jobvite.html"))
    assert [posting.posting_id for posting in played.postings] == ["octxAfww", "ohAzAfwK"]
    assert [posting.locations[0].text for posting in played.postings] == ["Chicago, Illinois"] * 2
    assert played.postings[0].title == "Manager, Development (Chicago/Hybrid)"


def test_oracle_rows_and_details_are_read() -> None:
    board = Board(ats="oracle", token="aecom", host="aecom.fa.us2.oraclecloud.com", site="CX_1")
    played = play_first(
        "oracle", board, read("oracle_orc/oracle_orc.json"), {"26876": read("oracle_orc/oracle_orc_detail.json")}
    )
    first, second = played.postings
    assert (first.posting_id, second.posting_id) == ("25587", "26876")
    assert second.description_html is not None
    assert "Own the implementation roadmap." in second.description_html
    assert len(second.locations) == 6
    assert second.workplace_type == "Hybrid"


def test_phenom_search_page_is_read() -> None:
    def answer(request: Request) -> Response:
        if "search-results?from=0" in request.url:
            return Response(status=200, url=request.url, body=read("phenom/phenom.html"))
        return Response(status=404, url=request.url)

    board = Board(
        ats="phenom", token="careers.example.com", url="https://careers.example.com/global/en/search-results"
    )
    played = play(get_ats("phenom"), board, answer)
    assert [posting.posting_id for posting in played.postings] == ["P-104461", "P-104504"]
    assert [posting.locations[0].country for posting in played.postings] == ["Netherlands", "Australia"]
    assert played.postings[0].listing_url == "https://careers.example.com/global/en/job/P-104461"
    assert (played.reading.completeness, played.reading.total) == ("partial", 52)


def test_paylocity_board_is_read() -> None:
    guid = "8759d8d9-b6f5-49b5-b817-f3c4f69a25ed"
    played = play_first("paylocity", Board(ats="paylocity", token=guid), read("paylocity/paylocity.html"))
    assert [posting.posting_id for posting in played.postings] == ["4141169", "4401262"]
    assert {posting.workplace_type for posting in played.postings} == {"hybrid"}
    assert {posting.locations[0].city for posting in played.postings} == {"Raleigh"}
    assert played.reading.company is not None
    assert played.reading.company.name == "North Carolina Advanced Energy Corporation"
