"""`GET /api/locations/geocode`: the places that a text names."""

from __future__ import annotations

import itertools
import secrets
import time
from typing import Any

from jobwire.api.answer import Answer, json_answer
from jobwire.api.call import Call
from jobwire.api.problems import Problem
from jobwire.api.server import Server
from jobwire.enrich.location import geocode
from jobwire.model.countries import COUNTRY_NAMES
from jobwire.model.job import Location

MAX_TEXT = 200
METHOD = "geonames"
_calls = itertools.count(int(time.time()) << 20 | secrets.randbits(20))
"""Every call is charged, so each is a position of its own; begun where no earlier or other process is."""


def get_places(server: Server, call: Call) -> Answer:
    """Cities, regions and countries with coordinates. What names no place costs nothing."""
    text = call.query_fields(("location",)).text("location", longest=MAX_TEXT)
    if text is None or not text.strip():
        raise Problem(
            "invalid_request",
            "location: it is missing. Send a text such as `location=Berlin, Germany`.",
            field="location",
        )
    places = geocode(text)
    charge = server.charge(call, "geocode", "geocode", [next(_calls)] if places else [])
    answer = json_answer(_describe(text, places), headers=charge.headers)
    answer.rows, answer.hold = len(places[:1]), charge.hold
    return answer


def _describe(text: str, places: tuple[Location, ...]) -> dict[str, Any]:
    return {
        "input": text,
        "succeeded": bool(places),
        "locations": [_show(place) for place in places],
        "method": METHOD if places else None,
        "error": None if places else "No place was found in this text. Name a city, a region or a country.",
    }


def _show(place: Location) -> dict[str, Any]:
    country = COUNTRY_NAMES.get(place.country or "", place.country)
    return {
        "display_name": ", ".join(dict.fromkeys(part for part in (place.city, place.region, country) if part)),
        "city": place.city,
        "region": place.region,
        "country": country,
        "country_code": place.country,
        "latitude": place.latitude,
        "longitude": place.longitude,
    }
