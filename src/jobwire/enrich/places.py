"""The table of places: cities and regions by any of their names, loaded once when first asked."""

from __future__ import annotations

import lzma
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, cached_property, lru_cache
from math import cos, hypot, radians
from typing import NamedTuple

from jobwire.enrich.wordlists import DATA
from jobwire.model.countries import COUNTRY_NAMES, fold_name


class City(NamedTuple):
    """A city with its English name. `region` is the code that `Places.region_name` knows."""

    name: str
    country: str
    region: str
    latitude: float
    longitude: float
    thousands: int
    """Inhabitants."""


class Region(NamedTuple):
    """A first-level division: (alpha-2 country, code of GeoNames)."""

    country: str
    code: str


def is_part(small: City, large: City, times: int = 20, km: int = 20) -> bool:
    """Whether `small` is so much smaller than `large`, and so near, that it is a quarter or suburb of it."""
    if small.country != large.country or small.thousands * times >= large.thousands:
        return False
    north = small.latitude - large.latitude
    east = (small.longitude - large.longitude) * cos(radians(small.latitude))
    return hypot(north, east) * _KM_PER_DEGREE < km


_KM_PER_DEGREE = 111
_SAINTS = re.compile(r"\b(?:(saint|sankt)|(st)|(fort)|(ft)|(mount)|(mt))\b")
_SAINT_FORMS = ("st", "saint", "ft", "fort", "mt", "mount")


class Places:
    """Lookups by folded name (`fold_name`), each a step or two in a dictionary."""

    def __init__(self, table: bytes) -> None:
        regions, _, cities = table.partition(b"\n\n")
        self._region_names: dict[Region, str] = {}
        self._regions: dict[str, tuple[Region, ...]] = {}
        self._rows: list[str] = []  # biggest claim to a bare name first
        self._cities: dict[str, int | tuple[int, ...]] = {}
        self._read_regions(regions.split(b"\n"))
        self._read_cities(cities.split(b"\n"))

    def find_cities(self, name: str) -> tuple[City, ...]:
        """Every city called `name` (`model.countries.fold_name`), the best known first."""
        rows = self._find_rows(name)
        if match := _SAINTS.search(name):
            form = _SAINT_FORMS[(match.lastindex or 1) - 1]
            rows += self._find_rows(name[: match.start()] + form + name[match.end() :])
        return tuple(self._city(row) for row in rows)

    def _find_rows(self, name: str) -> tuple[int, ...]:
        found = self._cities.get(name, ())
        return (found,) if isinstance(found, int) else found

    def find_regions(self, name: str) -> tuple[Region, ...]:
        """Every region called `name` (folded) or with that code."""
        return self._regions.get(name, ())

    def region_name(self, country: str, code: str) -> str | None:
        """Its English name."""
        return self._region_names.get(Region(country, code))

    def find_near(self, name: str) -> str | None:
        """The best-known name of a city, region or country one slip away from `name`, or two where it is long."""
        near = {
            edit for edit in _edits(name) if edit in self._cities or edit in self._regions or edit in _countries()
        }
        if not near and 8 <= len(name) <= 40:
            near = set(self._find_two_away(name))
        return min(near, key=self._rank, default=None)

    def _rank(self, name: str) -> tuple[int, str]:
        found = self._cities.get(name, 0 if name in _countries() else len(self._rows))
        return (found if isinstance(found, int) else found[0], name)

    def _find_two_away(self, name: str) -> Iterator[str]:
        letters = _letter_bits(name)
        for length in range(len(name) - 2, len(name) + 3):
            for other, bits in self._buckets.get((name[0], length), ()):
                # An edit changes the set of letters by two at most: this spares nearly every comparison.
                if (bits ^ letters).bit_count() <= 4 and _is_within_two(name, other):
                    yield other

    @cached_property
    def _buckets(self) -> dict[tuple[str, int], list[tuple[str, int]]]:
        """Names of larger cities and of countries, with their letters, by first letter and length."""
        buckets: defaultdict[tuple[str, int], list[tuple[str, int]]] = defaultdict(list)
        for name in _countries():
            buckets[name[0], len(name)].append((name, _letter_bits(name)))
        for name, found in self._cities.items():
            row = found if isinstance(found, int) else found[0]
            if len(name) >= 6 and row < 20_000:
                buckets[name[0], len(name)].append((name, _letter_bits(name)))
        return buckets

    def _read_regions(self, lines: list[bytes]) -> None:
        for line in lines:
            country, code, name, keys = line.decode().split("\t")
            region = Region(country, code)
            self._region_names[region] = name
            for key in keys.split(";"):
                self._regions[key] = (*self._regions.get(key, ()), region)

    def _read_cities(self, lines: list[bytes]) -> None:
        """Lesser names last: a city that is called so comes before one that is also called so."""
        lesser: list[tuple[int, str]] = []
        for number, line in enumerate(lines):
            row, names, others = line.decode().rsplit("\t", 2)
            self._rows.append(row)
            self._add_key(row[: row.index("\t")].lower(), number)
            for name in names.split(";") if names else ():
                self._add_key(name, number)
            if others:
                lesser.append((number, others))
        for number, others in lesser:
            for name in others.split(";"):
                self._add_key(name, number)

    def _add_key(self, key: str, number: int) -> None:
        old = self._cities.get(key)
        if old is None:
            self._cities[key] = number
        else:
            self._cities[key] = (old, number) if isinstance(old, int) else (*old, number)

    @lru_cache(maxsize=8192)  # noqa: B019 - as above
    def _city(self, row: int) -> City:
        name, country, region, latitude, longitude, thousands = self._rows[row].split("\t")
        return City(name, country, region, float(latitude), float(longitude), int(thousands))


@cache
def load_places() -> Places:
    """The table in `data/places.txt.xz` (about half a second, 50 MB; see `data/places.md`)."""
    packed = (DATA / "places.txt.xz").read_bytes()
    return Places(lzma.decompress(packed))


@cache
def _countries() -> frozenset[str]:
    """Folded English names."""
    return frozenset(fold_name(name) for name in COUNTRY_NAMES.values())


def _letter_bits(name: str) -> int:
    """The set of the letters of `name` as bits."""
    bits = 0
    for letter in name:
        bits |= 1 << (ord(letter) & 63)
    return bits


_LETTERS = "abcdefghijklmnopqrstuvwxyz "


def _edits(name: str) -> Iterator[str]:
    """All texts one deletion, swap, replacement or insertion away. `name` is at most 40 characters."""
    if not 4 <= len(name) <= 40:
        return
    for cut in range(len(name) + 1):
        head, tail = name[:cut], name[cut:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in _LETTERS:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]


def _is_within_two(one: str, two: str) -> bool:
    """Whether at most two edits (a swap of neighbours is one) lead from `one` to `two`."""
    before: list[int] = []
    last = list(range(len(two) + 1))
    for i, left in enumerate(one, 1):
        row = [i]
        for j, right in enumerate(two, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (left != right))
            if before and j > 1 and left == two[j - 2] and one[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > 2:
            return False
        before, last = last, row
    return last[-1] <= 2
