"""Forms of the formats that other employers, regions and years answer with: read like the usual ones."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.collect.ats.conformance import Played, play

from jobwire.collect.ats import get_ats
from jobwire.collect.protocol import Request, Response
from jobwire.errors import BoardGone
from jobwire.model.board import Board
from jobwire.model.raw import RawLocation, RawPay
from jobwire.model.visit import Completeness


def play_json(name: str, data: Any) -> Played:
    """The reader's yield of one list; every other request is refused."""
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.url)
        status = 200 if len(asked) == 1 else 503
        return Response(status=status, url=request.url, body=msgspec.json.encode(data))

    return play(get_ats(name), Board(ats=name, token="acme"), answer)


def test_oracle_behind_a_career_host_is_read_from_its_pod() -> None:
    board = get_ats("oracle").find_in_url("https://careers.acme.example/en/sites/Acme/job/1")
    assert board is not None
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.url)
        if "/sites/" in request.url:
            html = "<script>CX = {apiBaseUrl: \"https://tern.fa.ocs.oraclecloud.com:443\", siteNumber: 'CX_7'}</script>"
            return Response(status=200, url=request.url, body=html.encode())
        items = [{"TotalJobsCount": 1, "requisitionList": [{"Id": "1", "Title": "Cook"}]}]
        return Response(status=200, url=request.url, body=msgspec.json.encode({"items": items}))

    played = play(get_ats("oracle"), board, answer)
    assert played.ids == {"1"}
    assert asked[0] == "https://careers.acme.example/en/sites/Acme"
    assert all(url.startswith("https://tern.fa.ocs.oraclecloud.com/") and "CX_7" in url for url in asked[1:])


def test_a_secondary_place_of_ashby_is_read_in_the_flat_form_too() -> None:
    address = {"addressLocality": "Lyon", "addressCountry": "France"}
    job = {"id": "1", "title": "Cook", "secondaryLocations": [{"location": "Lyon", "address": address}]}
    (posting,) = play_json("ashby", {"jobs": [job]}).postings
    assert posting.locations == (RawLocation(text="Lyon", city="Lyon", country="France"),)


def test_bamboohr_takes_the_country_from_its_second_place() -> None:
    row = {"id": "1", "jobOpeningName": "Cook", "location": {"city": "Leeds"}, "atsLocation": {"country": "UK"}}
    (posting,) = play_json("bamboohr", {"result": [row]}).postings
    assert posting.locations == (RawLocation(city="Leeds", country="UK"),)
    row["atsLocation"] = {"city": "Lyon", "country": "France"}
    (posting,) = play_json("bamboohr", {"result": [row]}).postings
    assert posting.locations == (RawLocation(city="Leeds"),), "another place says nothing of this one"


def test_rippling_is_read_from_pages_of_the_newer_api() -> None:
    def answer(request: Request) -> Response:
        page = 1 if request.url.endswith("?page=1") else 0
        if "/jobs/" in request.url:
            return Response(status=503, url=request.url)
        items = [{"id": f"job-{page}", "name": "Cook", "locations": [{"name": "Lyon", "countryCode": "FR"}]}]
        body = {"items": items, "page": page, "totalItems": 2, "totalPages": 2}
        return Response(status=200, url=request.url, body=msgspec.json.encode(body))

    played = play(get_ats("rippling"), Board(ats="rippling", token="acme"), answer)
    assert played.ids == {"job-0", "job-1"}
    assert (played.reading.completeness, played.reading.total) == (Completeness.COMPLETE, 2)


def test_oracle_tells_pay_only_where_the_prompt_asks_for_it() -> None:
    def pay(*fields: tuple[str, str]) -> str | None:
        flex = {"items": [{"Prompt": prompt, "Value": value} for prompt, value in fields]}
        row = {"Id": "1", "Title": "Cook", "requisitionFlexFields": flex}
        bodies = [{"items": [{"TotalJobsCount": 1, "requisitionList": [row]}]}, {"items": [row]}]

        def answer(request: Request) -> Response:
            is_detail = "Details" in request.url
            return Response(status=200, url=request.url, body=msgspec.json.encode(bodies[is_detail]))

        board = Board(ats="oracle", token="tern", host="tern.fa.oraclecloud.com", site="CX_1")
        return play(get_ats("oracle"), board, answer).postings[0].pay_text

    assert pay(("Cost Centre", "PRIVATE"), ("Salary Range", "$50,000 - $60,000")) == "$50,000 - $60,000"
    assert pay(("Budgeted Salary", "PRIVATE"), ("Pay Grade", "7")) is None


def test_personio_publishes_pay_where_the_employer_chose_to() -> None:
    pay = "<min>48000.00</min><max>56000.00</max><currencyCode>EUR</currencyCode><type>yearly</type>"
    xml = (
        "<workzag-jobs><position><id>1</id><name>Cook</name>"
        f"<salaryInformation>{pay}</salaryInformation></position></workzag-jobs>"
    )

    def answer(request: Request) -> Response:
        status = 200 if request.url.endswith("/xml") else 503
        return Response(status=status, url=request.url, body=xml.encode())

    (posting,) = play(get_ats("personio"), Board(ats="personio", token="acme"), answer).postings
    assert posting.pay == (RawPay(min=48_000, max=56_000, currency="EUR", period="yearly"),)


def test_workable_is_read_in_the_form_of_the_account_api() -> None:
    place = {
        "city": "Lyon",
        "region": "Rhône",
        "country": "France",
        "country_code": "FR",
        "workplace_type": "hybrid",
    }
    salary = {"salary_from": 30000, "salary_to": 35000, "salary_currency": "EUR"}
    row = {"shortcode": "AB12", "title": "Cook", "state": "published", "location": place, "salary": salary}
    (posting,) = play_json("workable", {"name": "Acme", "jobs": [row]}).postings
    assert posting.locations == (RawLocation(city="Lyon", region="Rhône", country="FR"),)
    assert posting.workplace_type == "hybrid"
    assert posting.pay == (RawPay(min=30_000, max=35_000, currency="EUR"),)


def test_paylocity_states_pay_in_the_script_of_the_detail_page() -> None:
    job = {"JobId": 7, "JobTitle": "Cook", "Description": "You will cook for all of us and th"}
    salary = {"currency": "USD", "value": {"minValue": 20, "maxValue": 25, "unitText": "HOUR"}}
    node = {"@type": "JobPosting", "title": "Cook", "description": "<p>Cook.</p>", "baseSalary": salary}
    pages = {
        "/All/": f"<script>window.pageData = {msgspec.json.encode({'Jobs': [job]}).decode()};</script>",
        "/Details/7": f'<script type="application/ld+json">{msgspec.json.encode(node).decode()}</script>',
    }

    def answer(request: Request) -> Response:
        body = next(page for part, page in pages.items() if part in request.url)
        return Response(status=200, url=request.url, body=f"<html>{body}</html>".encode())

    guid = "8759d8d9-b6f5-49b5-b817-f3c4f69a25ed"
    (posting,) = play(get_ats("paylocity"), Board(ats="paylocity", token=guid), answer).postings
    assert posting.pay == (RawPay(min=20, max=25, currency="USD", period="HOUR"),)
    assert posting.description_html == "<p>Cook.</p>"


def test_eightfold_may_list_departments() -> None:
    position = {"id": 7, "name": "Cook", "department": ["Kitchen", "Canteen"], "location": "Lyon"}
    board = Board(ats="eightfold", token="acme", url="https://acme.eightfold.ai/careers?domain=acme.com")

    def answer(request: Request) -> Response:
        status = 503 if "/jobs/7" in request.url else 200
        return Response(
            status=status, url=request.url, body=msgspec.json.encode({"positions": [position], "count": 1})
        )

    (posting,) = play(get_ats("eightfold"), board, answer).postings
    assert posting.department == "Kitchen"


def test_a_board_of_greenhouse_in_the_eu_is_asked_for_there_before_it_is_gone() -> None:
    def answer(request: Request) -> Response:
        if ".eu." not in request.url:
            return Response(status=404, url=request.url)
        return Response(status=200, url=request.url, body=b'{"jobs": [{"id": 1, "title": "Cook"}]}')

    board = get_ats("greenhouse").find_in_url("https://job-boards.eu.greenhouse.io/acme")
    assert board is not None
    assert play(get_ats("greenhouse"), board, answer).ids == {"1"}
    with pytest.raises(BoardGone):
        play(get_ats("greenhouse"), Board(ats="greenhouse", token="acme"), answer)
