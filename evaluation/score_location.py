"""Score `enrich.location` on `locations.ndjson`: exact entries (city, region, country), and coordinates."""

from __future__ import annotations

import json
from pathlib import Path

from jobwire.enrich.finding import Source
from jobwire.enrich.location import find_locations
from jobwire.model.countries import fold_name
from jobwire.model.job import Location
from jobwire.model.raw import RawLocation, RawPosting

CASES = Path(__file__).with_name("locations.ndjson")
Entry = tuple[str, str, str]


def read_entry(place: Location) -> Entry:
    """What counts of a place; a macro-region counts by its text."""
    if place.country is None:
        return ("", "", "~")
    return (fold_name(place.city or ""), fold_name(place.region or ""), place.country)


def score() -> dict[str, float]:
    """Precision, recall and F1 over all entries, and the share of strings that are right as a whole."""
    right = found = expected = whole = cases = 0
    for line in CASES.read_text().splitlines():
        case = json.loads(line)
        got, want = find_entries(case), {read_entry(Location(**place)) for place in case["expected"]}
        right, found, expected = right + len(got & want), found + len(got), expected + len(want)
        whole, cases = whole + (got == want), cases + 1
    return {
        "precision": right / found,
        "recall": right / expected,
        "f1": 2 * right / (found + expected),
        "whole": whole / cases,
        "cases": cases,
    }


def find_entries(case: dict[str, object]) -> set[Entry]:
    """What the step makes of one case."""
    raw = case.get("raw") or [{"text": case["text"]}]
    assert isinstance(raw, list)
    posting = RawPosting(
        posting_id="1", title="", listing_url="", locations=tuple(RawLocation(**place) for place in raw)
    )
    return {read_entry(place) for place in find_locations(Source(posting=posting, text="")).value}
