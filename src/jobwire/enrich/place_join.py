"""Join the parts of a location text that belong together: a city with its region and country."""

from __future__ import annotations

from typing import NamedTuple

from jobwire.enrich.late import compile_late
from jobwire.enrich.place_parts import Part
from jobwire.enrich.place_words import LEADING_WORDS, NO_PLACE, STREET
from jobwire.enrich.places import City, Region, load_places
from jobwire.model.countries import COUNTRY_NAMES, fold_name

_CITY_STATES = frozenset(("SG", "HK", "MC", "MO", "GI"))
KNOWN_BY_REGION = frozenset(("US", "CA", "AU", "GB"))
# Codes that bare, outside an address, mean the country rather than the state of the US.
_COUNTRY_CODES = frozenset(("DE", "IN"))


_DEPARTMENT = compile_late(r"(?:0[1-9]|[1-8]\d|9[0-5]|2[AB])")
# Where towns are written with what lies between them and their region, and no list is meant.
_WITH_PROVINCE = frozenset(("PT", "IT"))
# Provinces of Spain that bear the name of their capital.
_SPANISH_PROVINCES = frozenset((
    "alicante", "albacete", "almeria", "avila", "badajoz", "barcelona", "burgos", "caceres", "cadiz",
    "castellon", "cordoba", "cuenca", "girona", "gerona", "granada", "guadalajara", "huelva", "huesca",
    "jaen", "leon", "lleida", "lerida", "lugo", "malaga", "ourense", "orense", "palencia", "pontevedra",
    "salamanca", "segovia", "sevilla", "seville", "soria", "tarragona", "teruel", "toledo", "valencia",
    "valladolid", "zamora", "zaragoza",
))  # fmt: skip


class Place(NamedTuple):
    """What one element of the text names; `text` is that element as written."""

    text: str
    city: City | None = None
    region: Region | None = None
    country: str | None = None
    new_city: str | None = None
    """A city that the table lacks, as written; only where a region vouches for it."""
    choices: tuple[City, ...] = ()
    """Other cities of the name, where nothing in the element tells which is meant."""
    is_macro: bool = False
    is_qualifier: bool = False
    """A time zone or a coast: no entry of its own beside any place."""

    @property
    def country_code(self) -> str | None:
        """Alpha-2, whether the country itself is meant or a place in it."""
        return self.city.country if self.city else self.country

    @property
    def key(self) -> tuple[object, ...]:
        """Two elements with the same key are one place."""
        if self.city:
            return (self.city.name, self.city.country, self.city.region)
        if self.country is None:
            return (fold_name(self.text),)
        return (self.new_city and fold_name(self.new_city), self.country, self.region)


def join_next(run: list[Part], i: int, hint: str | None) -> tuple[int, list[Place]]:
    """The places that begin at `i`, if any, and where they end."""
    part = run[i]
    if part.is_macro or part.is_qualifier:
        return i + 1, []
    if not part.is_place:
        return _join_unknown(run, i)
    if _is_region_list(run, i, hint):
        region = _pick_region(part, hint)
        return i + 1, [Place("", region=region, country=region.country)]
    return _join_city(run, i, hint)


def _join_unknown(run: list[Part], i: int) -> tuple[int, list[Place]]:
    """An unknown name before a region is a small city; anything else says nothing."""
    words = run[i].words
    if i + 1 < len(run) and run[i + 1].regions and _looks_like_city(words):
        regions = run[i + 1].regions
        after = run[i + 2] if i + 2 < len(run) else None
        if after and after.country:
            regions = tuple(r for r in regions if r.country == after.country)
        is_city_too = run[i + 1].cities and len(run[i + 1].name) > 3
        if regions and not is_city_too:
            region = next((r for r in regions if r.country == "US"), regions[0])
            end = i + 3 if after and after.country == region.country else i + 2
            return end, [Place("", region=region, country=region.country, new_city=words)]
    return i + 1, []


def _looks_like_city(words: str) -> bool:
    names = words.replace("-", " ").split()
    lower = words.lower()
    return (
        0 < len(names) <= 3
        and all(n[0].isupper() or n.lower() in ("of", "on", "upon", "de", "la", "the") for n in names)
        and words.replace("-", "").replace(" ", "").replace(".", "").replace("'", "").isalpha()
        and not STREET.search(lower)
        and "county" not in lower
        and not any(fold_name(n) in NO_PLACE or fold_name(n) in LEADING_WORDS - _DIRECTIONS for n in names)
    )


_DIRECTIONS = frozenset(("north", "south", "east", "west", "the", "of", "en", "e", "o", "a"))


def _is_region_list(run: list[Part], i: int, hint: str | None) -> bool:
    """Whether the run from `i` lists regions of one country: `CA, NY, TX`."""
    part, rest = run[i], run[i + 1 :]
    others = rest or run[:i]
    if (
        not part.regions
        or not any(other.regions for other in others)
        or any(not p.regions for p in run if p.is_place)
    ):
        return False
    shared = {r.country for r in part.regions}
    for other in others:
        if other.regions:
            shared &= {r.country for r in other.regions}
    if not shared or len({p.regions for p in run if p.regions}) < len([p for p in run if p.regions]):
        return False
    return len([p for p in run if p.regions]) > 2 or not any(p.holds(c) for c in part.cities for p in rest)


def _pick_region(part: Part, hint: str | None) -> Region:
    for country in (hint, "US"):
        for region in part.regions:
            if region.country == country:
                return region
    return part.regions[0]


def _join_city(run: list[Part], i: int, hint: str | None) -> tuple[int, list[Place]]:
    """The place that begins at `i`, and where it ends."""
    part = run[i]
    if part.name.endswith(" county") and i + 1 < len(run) and set(part.regions) & set(run[i + 1].regions):
        region = part.regions[0]  # `Dallas County, TX`
        return i + 2, [Place("", region=region, country=region.country)]
    end, cities = _follow(run, i)
    if end == i + 2 and not run[i + 1].regions and _is_region(part, run[i + 1]):
        return _join_region(run, i, hint)
    if end > i + 1 and not _is_better_apart(part, cities, run[i + 1 : end]):
        return end, [Place("", city=cities[0])]
    if _is_unlisted(run, i):
        region = next(r for r in run[i + 1].regions if r.country == "US")
        return i + 2, [Place("", region=region, country="US", new_city=part.words)]
    is_known_city = part.cities and (
        part.country in _CITY_STATES or (len(part.name) <= 3 and part.cities[0].thousands >= 400)
    )
    if part.country and not is_known_city:
        return _join_below(run, i, part.country, None) or _join_region(run, i, hint)
    if _is_region(part, run[i + 1] if i + 1 < len(run) else None):
        return _join_region(run, i, hint)
    if part.cities:
        return i + 1, [Place("", city=part.cities[0], choices=part.cities[1:])]
    return i + 1, [Place("", country=part.country)]


def _follow(run: list[Part], i: int) -> tuple[int, tuple[City, ...]]:
    """How far the parts after city `i` say where it lies, and the cities of the name that lie there."""
    cities = run[i].cities
    end = i + 1
    while cities and end < min(len(run), i + 5):
        narrowed = _narrow(cities, run[end])
        skip = 0
        if not narrowed and end + 1 < len(run) and _is_between(run[end], run[end + 1], cities):
            narrowed, skip = _narrow(cities, run[end + 1]), 1
        if not narrowed and run[end].name != run[i].name:
            break
        cities = narrowed or cities
        end += 1 + skip
    return end, cities


def _narrow(cities: tuple[City, ...], part: Part) -> tuple[City, ...]:
    """Those that lie where `part` says. `CA` is California before it is Canada, unless that is a hamlet."""
    in_region = tuple(c for c in cities if (c.country, c.region) in part.regions)
    in_country = tuple(c for c in cities if c.country == part.country)
    if not part.is_place and _DEPARTMENT.fullmatch(part.words):
        return tuple(c for c in cities if c.country == "FR")  # `Laval (53)`
    if in_region and in_country and in_region[0].thousands * 20 < in_country[0].thousands:
        return in_country
    return in_region or in_country


def _is_unlisted(run: list[Part], i: int) -> bool:
    """`Hamilton, NJ`: no such city in the table, but the code of a state after it vouches for one.

    A large city, and a code that is a city's nickname too (`Paris, NY`), are two places.
    """
    part, after = run[i], run[i + 1] if i + 1 < len(run) else None
    if not after or len(after.name) != 2 or after.is_first or not part.cities or part.regions or part.country:
        return False
    is_nickname = bool(after.cities) and after.cities[0].thousands >= 400
    return (
        any(r.country == "US" for r in after.regions)
        and part.cities[0].thousands < (200 if is_nickname else 1000)
        and _looks_like_city(part.words)
    )


def _is_between(part: Part, after: Part, cities: tuple[City, ...]) -> bool:
    """Whether `part` is a county or district on the way from a city to its region or country."""
    if part.is_macro or part.country or not (after.regions or after.country):
        return False
    inside, also = _narrow(cities, after), _narrow(part.cities, after)
    is_province = bool(inside and also) and _is_in_province(inside[0], also[0], part)
    return bool(inside) and (not also or is_province)


def _is_in_province(town: City, capital: City, part: Part) -> bool:
    """`Terrassa, Barcelona, Cataluña`: a town, and the province that its capital names."""
    if part.is_first or (town.country, town.region) != (capital.country, capital.region):
        return False
    if town.country == "ES":
        return part.name in _SPANISH_PROVINCES and fold_name(town.name) not in _SPANISH_PROVINCES
    return town.country in _WITH_PROVINCE and town.thousands < capital.thousands


def _is_better_apart(part: Part, cities: tuple[City, ...], rest: list[Part]) -> bool:
    """`Boston, New York` are two cities: the Boston in New York is a village, and New York is no mere region."""
    first = rest[0]
    if not first.cities or len(first.name) <= 3 or first.name == part.name or len(rest) > 1:
        return False
    return cities[0].thousands * 20 < part.cities[0].thousands and first.cities[0].thousands >= 100


def _is_region(part: Part, after: Part | None) -> bool:
    """Whether a name that is a region too means the region.

    `Berlin`, `New York`: the city. `Quebec`, `Georgia`, `Texas`: the region. `Washington`: the city unless a
    country follows.
    """
    country = after.country if after else None
    regions = [r for r in part.regions if country in (None, r.country)]
    cities = [c for c in part.cities if country in (None, c.country)]
    if not regions or not cities:
        return bool(regions)
    if len(part.name) <= 3:
        return cities[0].thousands < 400
    if part.name == "washington":
        return country is not None
    if part.name == "quebec":
        return True
    is_abroad = cities[0].country not in {r.country for r in regions}  # Freiburg is no name of Fribourg first
    if cities[0].thousands >= (100 if is_abroad else 300) and not any(
        r.country in KNOWN_BY_REGION for r in regions
    ):
        return False
    return (cities[0].country, cities[0].region) not in regions


def _join_region(run: list[Part], i: int, hint: str | None) -> tuple[int, list[Place]]:
    """A region with its country, a region with the city after it, or a country."""
    part = run[i]
    after = run[i + 1] if i + 1 < len(run) else None
    if after and after.country and (regions := [r for r in part.regions if r.country == after.country]):
        return i + 2, [Place("", region=regions[0], country=regions[0].country)]
    if (
        after
        and part.regions
        and after.name == part.name
        and (city := _city_of_its_name(_pick_region(part, hint)))
    ):
        return i + 2, [Place("", city=city)]  # `NY, NY`
    if part.country and not (part.regions and (_is_state(part, hint) or _is_nation(part))):
        return i + 1, [Place("", country=part.country)]
    region = _pick_region(part, hint)
    below = _join_below(run, i, region.country, region)
    return below or (i + 1, [Place("", region=region, country=region.country)])


def _city_of_its_name(region: Region) -> City | None:
    name = load_places().region_name(region.country, region.code) or ""
    cities = load_places().find_cities(fold_name(name))
    return next((city for city in cities if (city.country, city.region) == region), None)


def _is_state(part: Part, hint: str | None) -> bool:
    """Whether `CA`, `DE`, `Georgia` alone is a state of the US rather than a country."""
    us = any(r.country == "US" for r in part.regions)
    if hint and hint in (part.country, "US"):
        return hint == "US" and us
    return us and (part.name.upper() not in _COUNTRY_CODES)


def _is_nation(part: Part) -> bool:
    """England and Scotland are parts of the country that they also stand for."""
    own = fold_name(COUNTRY_NAMES[part.country]) if part.country else ""
    return len(part.name) > 3 and part.name != own and any(r.country == part.country for r in part.regions)


def _join_below(run: list[Part], i: int, country: str, region: Region | None) -> tuple[int, list[Place]] | None:
    """`Germany, Berlin, Munich`, `US, CA, San Francisco`: places after the country or region that holds them."""
    places: list[Place] = []
    j = i + 1
    while j < len(run):
        if j + 1 < len(run) and region is None:
            inner = [r for r in run[j].regions if r.country == country]
            cities = tuple(c for c in run[j + 1].cities if inner and (c.country, c.region) == inner[0])
            if cities and not _narrow(run[j].cities, run[j + 1]):
                places.append(Place("", city=cities[0]))
                j += 2
                continue
        cities = tuple(
            c for c in run[j].cities if c.country == country and (region is None or c.region == region.code)
        )
        is_own = run[j].country is not None or not cities or cities[0].thousands * 20 < run[j].cities[0].thousands
        if is_own or (len(run[j].name) <= 2 and run[j].regions):
            inner = [r for r in run[j].regions if r.country == country] if region is None else []
            if not inner or places or run[j].country:
                break
            return j + 1, [Place("", region=inner[0], country=country)]
        if j + 1 < len(run) and (stated := _pick_stated(cities, run[j + 1])):
            places.append(Place("", city=stated))
            j += 2
            continue
        if j + 1 < len(run) and _narrow(run[j].cities, run[j + 1]) and not _narrow(cities, run[j + 1]):
            break
        if _is_region(run[j], None):
            places.append(Place("", region=run[j].regions[0], country=country))
        else:
            places.append(Place("", city=cities[0]))
        j += 1
    return (j, places) if places else None


def _pick_stated(cities: tuple[City, ...], after: Part) -> City | None:
    """`USA - Atlanta, GA`: the city in the region that follows it."""
    inside = [c for c in cities if (c.country, c.region) in after.regions]
    is_own = len(after.name) > 3 and after.cities  # `US, Boston, New York` are two cities
    return inside[0] if inside and not is_own else None
