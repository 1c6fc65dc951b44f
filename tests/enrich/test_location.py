"""The places of a posting."""

from __future__ import annotations

import importlib.util
import math
import time
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobwire.enrich.finding import Finding, Source
from jobwire.enrich.location import country_of, find_locations, geocode
from jobwire.enrich.place_text import read_places
from jobwire.enrich.places import load_places
from jobwire.model.countries import COUNTRY_NAMES
from jobwire.model.job import Location
from jobwire.model.raw import RawLocation, RawPosting


def find(
    *fields: RawLocation | str, country: str | None = None, **posting: object
) -> Finding[tuple[Location, ...]]:
    raws = tuple(RawLocation(text=field) if isinstance(field, str) else field for field in fields)
    raw = RawPosting(posting_id="1", title="Engineer", listing_url="", locations=raws, **posting)  # type: ignore[arg-type]
    return find_locations(Source(posting=raw, text="", country=country))


def entries(*fields: RawLocation | str, **rest: object) -> list[tuple[str | None, str | None, str | None]]:
    return [(place.city, place.region, place.country) for place in find(*fields, **rest).value]  # type: ignore[arg-type]


def test_each_place_of_a_list_is_one_entry_with_its_own_words() -> None:
    places = find("New York, NY; San Francisco, CA or Remote (US)").value
    assert [place.location for place in places] == ["New York, NY", "San Francisco, CA", "Remote (US)"]
    assert [place.city for place in places] == ["New York", "San Francisco", None]
    assert {place.country for place in places} == {"US"}


def test_coordinates_are_those_of_the_city() -> None:
    (munich,) = find("München, DE").value
    assert munich.latitude is not None and munich.longitude is not None
    assert math.dist((munich.latitude, munich.longitude), (48.137, 11.575)) < 0.1


def test_a_country_alone_has_no_coordinates() -> None:
    (germany,) = find("Deutschland").value
    assert germany == Location(location="Deutschland", country="DE")


def test_a_macro_region_is_only_its_words() -> None:
    assert find("Remote - EMEA").value == (Location(location="EMEA"),)
    assert find("Remote (UTC+1 to UTC+3)").value[0].country is None


@pytest.mark.parametrize(
    "text", ["2 Locations", "Hybrid", "Headquarters", "12 Main Street", "Remote", "N/A", "", "  ;, "]
)
def test_what_is_no_place_gives_no_entry(text: str) -> None:
    assert find(text).value == ()


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("Georgia", "GE", (None, None, "GE")),
        ("Georgia", "US", (None, "Georgia", "US")),
        ("Remote - CA", "CA", (None, None, "CA")),
        ("Remote - CA", "US", (None, "California", "US")),
        ("Cambridge", "US", ("Cambridge", "Massachusetts", "US")),
        ("Cambridge", None, ("Cambridge", "England", "GB")),
    ],
)
def test_the_country_of_the_job_decides_between_places_of_one_name(
    text: str, country: str | None, expected: tuple[str | None, str | None, str]
) -> None:
    assert entries(text, country=country) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("London - Canary Wharf", [("London", "England", "GB")]),
        ("Canary Wharf, London", [("London", "England", "GB")]),
        ("Tokyo, Japan (Shibuya)", [("Tokyo", "Tokyo", "JP")]),
        ("Manchester City Centre", [("Manchester", "England", "GB")]),
        ("Paris, Versailles", [("Paris", "Île-de-France", "FR"), ("Versailles", "Île-de-France", "FR")]),
        (
            "Boston (Seaport) or Cambridge, MA",
            [("Boston", "Massachusetts", "US"), ("Cambridge", "Massachusetts", "US")],
        ),
        ("Remote (within Europe), France", [(None, None, "FR")]),
        ("EMEA - Spain, Portugal", [(None, None, "ES"), (None, None, "PT")]),
        ("US, Europe", [(None, None, "US"), (None, None, None)]),
        ("US - Remote (CA, NY)", [(None, "California", "US"), (None, "New York", "US")]),
        ("Amsterdam (HQ) / Remote NL", [("Amsterdam", "North Holland", "NL"), (None, None, "NL")]),
        ("NY, NY", [("New York", "New York", "US")]),
        ("NA - USA - Chicago", [("Chicago", "Illinois", "US")]),
        ("Noida Sector 62, Uttar Pradesh", [("Noida", "Uttar Pradesh", "IN")]),
        ("Various locations across Germany", [(None, None, "DE")]),
    ],
)
def test_what_only_says_where_a_place_lies_is_no_entry(text: str, expected: list[tuple[str | None, ...]]) -> None:
    assert entries(text) == expected


def test_parts_beat_text() -> None:
    hq = RawLocation(text="Branch HQ", city="Columbus", region="Ohio ", country="United States")
    finding = find(hq)
    assert entries(hq) == [("Columbus", "Ohio", "US")]
    assert finding.value[0].location == "Branch HQ"
    assert finding.rule == "parts"


@pytest.mark.parametrize("text", ["Remote", "Remote - USA", "United States (Remote)"])
def test_the_office_address_of_a_remote_job_is_not_its_place(text: str) -> None:
    finding = find(RawLocation(text=text, city="San Francisco", region="CA", country="US"))
    assert [(place.city, place.country) for place in finding.value] == [(None, "US")]
    assert [rejected.value for rejected in finding.rejected] == ["San Francisco"]


def test_parts_that_repeat_the_country_or_say_remote_are_understood() -> None:
    assert entries(RawLocation(city="Dhaka", region="Bangladesh", country="Bangladesh")) == [
        ("Dhaka", "Dhaka", "BD")
    ]
    assert entries(RawLocation(city="Remote", country="US")) == [(None, None, "US")]
    assert entries(RawLocation(city="UNAVAILABLE", country="US")) == [(None, None, "US")]


def test_the_same_place_said_twice_is_one_entry() -> None:
    assert entries("Paris", "Paris, France", RawLocation(city="Paris", country="FR")) == [
        ("Paris", "Île-de-France", "FR")
    ]


def test_a_river_tells_two_towns_apart() -> None:
    assert entries("Frankfurt (Oder)", "Frankfurt am Main") == [
        ("Frankfurt (Oder)", "Brandenburg", "DE"),
        ("Frankfurt", "Hesse", "DE"),
    ]
    assert entries("Frankfurt oder Berlin") == [("Frankfurt", "Hesse", "DE"), ("Berlin", "Berlin", "DE")]


def test_a_quarter_of_an_indian_city_is_no_town_overseas() -> None:
    assert entries("Whitefield, Bangalore") == [("Bengaluru", "Karnataka", "IN")]
    assert [city for city, _, _ in entries("London, Bangalore")] == ["London", "Bengaluru"]


def test_coordinates_of_the_ats_serve_a_town_that_the_table_lacks() -> None:
    town = RawLocation(city="Nowherebury", region="TX", country="US", latitude=31.5, longitude=-99.5)
    (place,) = find(town).value
    assert (place.city, place.region, place.latitude) == ("Nowherebury", "Texas", 31.5)
    (place,) = find(RawLocation(city="Nowherebury", region="TX", country="US", latitude=0, longitude=0)).value
    assert place.latitude is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Philadelpia", ["Philadelphia"]),
        ("San Fransicso, CA", ["San Francisco"]),
        ("New Yrok", ["New York"]),
        ("Londno or Berlin", ["London", "Berlin"]),
        ("Munchen", ["Munich"]),
        ("Remote", []),
        ("Europe", []),
        ("qwertzuiop", []),
        ("", []),
    ],
)
def test_geocode_forgives_slips_and_knows_what_is_no_place(text: str, expected: list[str]) -> None:
    assert [place.city for place in geocode(text)] == expected


def test_geocode_finds_misspelt_countries_and_regions() -> None:
    assert [place.country for place in geocode("Untied States")] == ["US"]
    assert [place.region for place in geocode("Californa")] == ["California"]


def test_a_posting_is_read_exactly() -> None:
    assert read_places("Philadelpia") == ()


def test_country_of_is_the_one_that_all_share() -> None:
    assert country_of(find("Berlin; Hamburg").value) == "DE"
    assert country_of(find("Berlin; Paris").value) is None
    assert country_of(find("Remote - Europe").value) is None


def test_every_region_and_country_of_the_table_is_known() -> None:
    places = load_places()
    for name in ("san francisco", "london", "bengaluru", "munich", "toronto"):
        city = places.find_cities(name)[0]
        assert city.country in COUNTRY_NAMES
        assert places.region_name(city.country, city.region)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    for place in find(text).value:
        assert place.country is None or place.country in COUNTRY_NAMES
        assert place.latitude is None or -90 <= place.latitude <= 90


_WORDS = [
    "Berlin",
    "CA",
    "US",
    "Remote",
    "Georgia",
    "New York",
    "IN",
    "Paris",
    "EMEA",
    "or",
    "and",
    "of",
    "Main St 4",
]
_MARKS = [", ", " / ", "; ", " - ", "-", " (", ") ", " & ", " ", " or ", ": ", "|"]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_WORDS), st.sampled_from(_MARKS)), max_size=30))
def test_any_jumble_of_names_and_marks_is_read(pieces: list[tuple[str, str]]) -> None:
    text = "".join(word + mark for word, mark in pieces)
    keys = [(place.city, place.region, place.country, place.location) for place in find(text).value]
    assert len(keys) == len(set(keys))
    geocode(text)


@pytest.mark.parametrize(
    "text", ["-" * 100_000, "a, " * 30_000, "or " * 30_000, "(" * 50_000, "ber-lin " * 10_000]
)
def test_long_texts_take_no_longer(text: str) -> None:
    began = time.process_time()
    find(text)
    geocode(text)
    assert time.process_time() - began < 3


def load_scorer() -> ModuleType:
    path = Path(__file__).parents[2] / "evaluation" / "score_location.py"
    spec = importlib.util.spec_from_file_location("score_location", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_labelled_set_keeps_its_bar() -> None:
    result = load_scorer().score()
    assert result["cases"] >= 500
    assert result["f1"] >= 0.97


def test_siblings_agree_on_a_country() -> None:
    assert entries("Emmen", "Luzern")[0] == ("Emmen", "Lucerne", "CH")
    assert entries("Emmen", "Zwolle")[0] == ("Emmen", "Drenthe", "NL")
    assert entries("Córdoba", "Sevilla")[0] == ("Córdoba", "Andalusia", "ES")


def test_time_zones_are_one_entry() -> None:
    assert [place.location for place in find("Remote (EST/CST)").value] == ["EST/CST"]
