"""`GET /api/locations/geocode`."""

from __future__ import annotations

from typing import Any

import pytest

from jobwire.model.account import CREDIT

PATH = "/api/locations/geocode"


def test_a_city_has_all_its_parts(client: Any) -> None:
    answer = client.get(f"{PATH}?location=San+Francisco,+CA").json()
    place = answer["locations"][0]
    assert (answer["input"], answer["succeeded"], answer["method"], answer["error"]) == (
        "San Francisco, CA",
        True,
        "geonames",
        None,
    )
    assert place["display_name"] == "San Francisco, California, United States"
    assert (place["city"], place["region"], place["country_code"]) == ("San Francisco", "California", "US")
    assert (round(place["latitude"]), round(place["longitude"])) == (38, -122)


@pytest.mark.parametrize(("text", "names"), [("London, UK", ["London"]), ("Paris; Berlin", ["Paris", "Berlin"])])
def test_places(client: Any, text: str, names: list[str]) -> None:
    answer = client.get(f"{PATH}?location={text.replace(' ', '+')}").json()
    assert [place["city"] for place in answer["locations"]] == names


@pytest.mark.parametrize("text", ["zzqqx", "Remote", "EMEA", "%F0%9F%8C%8D", "12345678"])
def test_no_place_is_an_answer_that_costs_nothing(world: Any, client: Any, text: str) -> None:
    client.key = world.add_key("jw_live_geocoding00000000000", plan="payg", credits_=5 * CREDIT)
    reply = client.get(f"{PATH}?location={text}")
    answer = reply.json()
    assert (reply.status, answer["succeeded"], answer["locations"]) == (200, False, [])
    assert answer["error"] and reply.headers["X-Credits-Deducted"] == "0"


def test_every_call_costs_the_same(world: Any, client: Any) -> None:
    client.key = world.add_key("jw_live_geocoding00000000000", plan="payg", credits_=2 * CREDIT)
    for left in ("1", "0"):
        reply = client.get(f"{PATH}?location=Paris;+Berlin")
        assert (reply.headers["X-Credits-Deducted"], reply.headers["X-Credits-Balance"]) == ("1", left)
    assert client.get(f"{PATH}?location=Paris").status == 402


@pytest.mark.parametrize("query", ["", "?location=", "?location=+++", f"?location={'x' * 201}"])
def test_a_text_that_is_missing_or_too_long(client: Any, query: str) -> None:
    reply = client.get(PATH + query)
    assert (reply.status, reply.json()["field"]) == (400, "location")
