"""Read the places in a free location text: join the parts that belong together, settle what is ambiguous."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from jobwire.enrich.place_parts import Part, guess_part, read_parts
from jobwire.enrich.place_words import EVERYWHERE, LEADING_WORDS, NO_PLACE, STREET
from jobwire.enrich.places import City, Region
from jobwire.model.countries import COUNTRY_NAMES, fold_name

MAX_CHARS = 2000
MAX_PLACES = 60
MAX_GUESSES = 4
"""Parts of one text that are compared with all names; each costs some milliseconds."""


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


_EDGE = " \t\r,;|/-–—•·●:&+()[]"
_CITY_STATES = frozenset(("SG", "HK", "MC", "MO", "GI"))
_KNOWN_BY_REGION = frozenset(("US", "CA", "AU", "GB"))
# Codes that bare, outside an address, mean the country rather than the state of the US.
_COUNTRY_CODES = frozenset(("DE", "IN"))


@lru_cache(maxsize=4_096)
def read_places(text: str, *, country: str | None = None, tolerant: bool = False) -> tuple[Place, ...]:
    """Each place that `text` names, in its order, none twice.

    `country` (alpha-2) is where the job is likely to be: it decides between places of one name.
    `tolerant` forgives slips of the pen.
    """
    text = text[:MAX_CHARS]
    runs: list[list[Part]] = []
    guesses = MAX_GUESSES if tolerant else 0
    for part in read_parts(text):
        if guesses and not part.is_place:
            part = guess_part(part)
            guesses -= 1
        if part.is_first or not runs:
            runs.append([])
        runs[-1].append(part)
    places = [place for run in runs for place in _join_parts(text, run, country)]
    if any(place.country_code for place in places):
        places = [place for place in places if not place.is_qualifier]
    if "/" in text:
        places = [place for i, place in enumerate(places) if not (i and _is_own_region(places[i - 1], place))]
    unique: dict[tuple[object, ...], Place] = {}
    for place in _settle(places, country)[:MAX_PLACES]:
        unique.setdefault(place.key, place)
    return tuple(unique.values())


def _join_parts(text: str, run: list[Part], hint: str | None) -> list[Place]:
    """The places of one element: each city with the region and country that follow or precede it."""
    places: list[Place] = []
    begin, i = run[0].start, 0
    spare: list[Part] = []
    while i < len(run):
        part = run[i]
        found: list[Place] = []
        if part.is_macro or part.is_qualifier:
            spare.append(part)
            end = i + 1
        elif not part.is_place:
            end, found = _join_unknown(run, i)
        elif _is_region_list(run, i, hint):
            end, found = (
                i + 1,
                [Place("", region=_pick_region(part, hint), country=_pick_region(part, hint).country)],
            )
        else:
            end, found = _join_city(run, i, hint)
        words = _slice(text, begin, run[end - 1].end)
        if places and found and _is_district(places[-1], found[0]):
            words = f"{places.pop().text}, {words}"
        places += [place._replace(text=words) for place in found]
        i = end
        if found and i < len(run):
            begin = run[i].start
    if places:
        places[-1] = places[-1]._replace(text=_slice(text, text.rfind(places[-1].text), run[-1].end))
    wide = [p for p in spare if not (p.is_qualifier or (places and p.name in EVERYWHERE))]
    if not places or (wide and not any(place.city or place.new_city for place in places)):
        places += [
            Place(_slice(text, p.start, p.end), is_macro=True, is_qualifier=p.is_qualifier)
            for p in (wide or spare)[:3]
        ]
    return places


def _is_own_region(city: Place, region: Place) -> bool:
    """`Belo Horizonte/Minas Gerais` is one place."""
    if not city.city or not region.region or region.city or region.new_city:
        return False
    return (city.city.country, city.city.region) == (region.country, region.region.code)


def _is_district(small: Place, large: Place) -> bool:
    """`Whitefield, Bangalore`: quarters of Indian cities bear names of small towns overseas."""
    one, other = small.city, large.city
    if not one or not other or other.country != "IN" or one.country not in _KNOWN_BY_REGION:
        return False
    return one.thousands < 50 and other.thousands >= 1000


def _slice(text: str, start: int, end: int) -> str:
    """The element as written, with its closing bracket, without separators at its edges."""
    words = text[max(start, 0) : end].strip(
        _EDGE.replace("(", "").replace(")", "").replace("[", "").replace("]", "")
    )
    if words.count("(") > words.count(")"):
        words = words + ")" if not words.endswith("(") else words[:-1].strip(_EDGE)
    return words.lstrip(")]").strip(_EDGE.replace("(", "").replace(")", ""))


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
    return bool(_narrow(cities, after)) and not _narrow(part.cities, after)


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
    if cities[0].thousands >= 300 and not any(r.country in _KNOWN_BY_REGION for r in regions):
        return False
    return (cities[0].country, cities[0].region) not in regions


def _join_region(run: list[Part], i: int, hint: str | None) -> tuple[int, list[Place]]:
    """A region with its country, a region with the city after it, or a country."""
    part = run[i]
    after = run[i + 1] if i + 1 < len(run) else None
    if after and after.country and (regions := [r for r in part.regions if r.country == after.country]):
        return i + 2, [Place("", region=regions[0], country=regions[0].country)]
    if part.country and not (part.regions and (_is_state(part, hint) or _is_nation(part))):
        return i + 1, [Place("", country=part.country)]
    region = _pick_region(part, hint)
    below = _join_below(run, i, region.country, region)
    return below or (i + 1, [Place("", region=region, country=region.country)])


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


# Deciding between cities of one name


def _settle(places: Iterable[Place], hint: str | None) -> list[Place]:
    """Bare names again, in the light of their neighbours: `Cambridge or Boston, MA`."""
    places = list(places)
    near = {(p.city.country, p.city.region) for p in places if p.city and _is_sure(p)}
    near |= {(p.region.country, p.region.code) for p in places if p.region}
    countries: list[str | None] = [hint] if hint else list({p.country_code for p in places if not p.choices})
    return [_settle_one(place, near, countries) if place.choices and place.city else place for place in places]


def _is_sure(place: Place) -> bool:
    """Nobody means the other cities of that name: there are none, or they are small beside it."""
    return all(city.thousands * 10 < place.city.thousands for city in place.choices if place.city)


def _settle_one(place: Place, near: set[tuple[str, str]], countries: list[str | None]) -> Place:
    assert place.city
    for city in (place.city, *place.choices):
        if (city.country, city.region) in near and city.thousands * 5 >= place.city.thousands:
            return place._replace(city=city)
    if place.city.country not in countries and len(countries) == 1:
        for city in place.choices:
            if city.country == countries[0] and city.thousands * 20 >= place.city.thousands:
                return place._replace(city=city)
    return place
