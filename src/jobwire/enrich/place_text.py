"""Read the places in a free location text, and settle what is ambiguous in the light of its neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from jobwire.enrich.place_join import KNOWN_BY_REGION, Place, join_next
from jobwire.enrich.place_parts import Part, guess_part, read_parts
from jobwire.enrich.place_words import EVERYWHERE, MACRO_MEMBERS
from jobwire.enrich.places import City, is_part

MAX_CHARS = 2000
MAX_PLACES = 60
MAX_GUESSES = 4
"""Parts of one text that are compared with all names; each costs some milliseconds."""
_EDGE = " \t\r,;|/-–—•·●:&+()[]"


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
    elif len(places) > 1 and all(place.is_qualifier for place in places):  # `EST/CST`
        begin, end = text.find(places[0].text), text.rfind(places[-1].text) + len(places[-1].text)
        places = [places[0]._replace(text=_slice(text, begin, end))]
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
    begin_of_last = begin
    wide: list[Part] = []
    while i < len(run):
        end, found = join_next(run, i, hint)
        if run[i].is_macro or run[i].is_qualifier:
            wide.append(run[i])
        if (
            places
            and found
            and (whole := _join_quarter(places[-1], found[0], text[run[i - 1].end : run[i].start]))
        ):
            places.pop()
            begin, found = begin_of_last, [whole]
        if found:
            words = _slice(text, begin, run[end - 1].end)
            places += [place._replace(text=words) for place in found]
            begin_of_last, begin = begin, run[end].start if end < len(run) else begin
        i = end
    if len(places) > 1 and _is_country_of(places[0], places[1:]):
        places = places[1:]  # `US - Remote (CA, NY)`
    if places:
        places[-1] = places[-1]._replace(text=_slice(text, text.rfind(places[-1].text), run[-1].end))
    return [*places, *_name_wide(text, wide, places)]


def _name_wide(text: str, wide: list[Part], places: list[Place]) -> list[Place]:
    """Macro-regions as entries of their own, unless they only say where the places lie: `EMEA - Spain`."""
    if any(place.city or place.new_city for place in places):
        return []
    countries = {place.country for place in places}
    own = [part for part in wide if not part.is_qualifier]
    if places:
        own = [
            p for p in own if p.name not in EVERYWHERE and not countries & MACRO_MEMBERS.get(p.name, frozenset())
        ]
    else:
        own = own or wide
    return [Place(_slice(text, p.start, p.end), is_macro=True, is_qualifier=p.is_qualifier) for p in own[:3]]


def _is_country_of(place: Place, others: list[Place]) -> bool:
    is_country = place.country is not None and place.region is None and place.new_city is None
    return is_country and all(other.country_code == place.country for other in others)


def _is_own_region(city: Place, region: Place) -> bool:
    """`Belo Horizonte/Minas Gerais` is one place."""
    if not city.city or not region.region or region.city or region.new_city:
        return False
    return (city.city.country, city.city.region) == (region.country, region.region.code)


def _join_quarter(one: Place, other: Place, between: str) -> Place | None:
    """The city, where a neighbour is a quarter of it: `London - Canary Wharf`, `Whitefield, Bangalore`."""
    if not one.city or not other.city:
        return None
    if _is_quarter(one, other.city, km=12):
        return other
    if between.strip()[-1:] not in ("(", "-", "–", "—"):  # a list, the larger first
        return None
    is_known = _is_quarter(other, one.city, km=20) or any(
        is_part(city, one.city, 3, 12) for city in _cities(other)
    )
    return one if is_known else None


def _cities(place: Place) -> tuple[City, ...]:
    return (place.city, *place.choices) if place.city else ()


def _is_quarter(small: Place, large: City, km: int) -> bool:
    """Whether `small` lies within `large`; quarters of Indian cities bear names of small towns overseas."""
    first, *_ = cities = _cities(small)
    if large.country == "IN" and large.thousands >= 1000 and first.country in KNOWN_BY_REGION:
        return first.thousands < 50
    return any(is_part(city, large, km=km) for city in cities)


def _slice(text: str, start: int, end: int) -> str:
    """The element as written, with its closing bracket, without separators at its edges."""
    words = text[max(start, 0) : end].strip(
        _EDGE.replace("(", "").replace(")", "").replace("[", "").replace("]", "")
    )
    if words.count("(") > words.count(")"):
        words = words + ")" if not words.endswith("(") else words[:-1].strip(_EDGE)
    return words.lstrip(")]").strip(_EDGE.replace("(", "").replace(")", ""))


# Deciding between cities of one name


def _settle(places: Iterable[Place], hint: str | None) -> list[Place]:
    """Bare names again, in the light of their neighbours: `Cambridge or Boston, MA`."""
    places = list(places)
    near = {(p.city.country, p.city.region) for p in places if p.city and _is_sure(p)}
    near |= {(p.region.country, p.region.code) for p in places if p.region}
    countries: list[str | None] = [hint] if hint else _sure_countries(places)
    return [_settle_one(place, near, countries) if place.choices and place.city else place for place in places]


def agreed_country(texts: Iterable[str]) -> str | None:
    """The one country of all places in `texts` that no other place of their name comes near."""
    countries = _sure_countries([place for text in texts for place in read_places(text) if place.country_code])
    return countries[0] if len(countries) == 1 else None


def _sure_countries(places: list[Place]) -> list[str | None]:
    return list(
        {place.country_code for place in places if not place.choices}
        or {place.country_code for place in places if _is_sure(place)}
    )


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
