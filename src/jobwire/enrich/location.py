"""The places of a posting: what its location fields say, in text, in parts, or both."""

from __future__ import annotations

from collections.abc import Iterable

from jobwire.enrich.finding import Finding, Rejected, Source
from jobwire.enrich.place_join import Place
from jobwire.enrich.place_text import agreed_country, read_places
from jobwire.enrich.place_words import NO_PLACE, PARTLY, REMOTE
from jobwire.enrich.places import load_places
from jobwire.model.countries import find_country, fold_name
from jobwire.model.job import Location
from jobwire.model.raw import RawLocation
from jobwire.model.vocabulary import find_value

MAX_FIELDS = 100


def find_locations(source: Source) -> Finding[tuple[Location, ...]]:
    """One entry per distinct place (ENRICH.md, "Locations"). Empty where the posting names none."""
    is_remote = _is_remote(source)
    places: dict[tuple[object, ...], Place] = {}
    origins: dict[tuple[object, ...], RawLocation] = {}
    rejected: list[Rejected] = []
    rules: list[str] = []
    fields = source.posting.locations[:MAX_FIELDS]
    hint = source.country or (agreed_country(raw.text or "" for raw in fields) if len(fields) > 1 else None)
    for raw in fields:
        rule, found, dropped = _read_field(raw, hint, is_remote)
        rules.append(rule)
        rejected.extend(dropped)
        for place in found:
            places.setdefault(place.key, place)
            origins.setdefault(place.key, raw if len(found) == 1 else RawLocation())
    return Finding(
        value=tuple(_publish(place, origins[key]) for key, place in places.items()),
        rule=", ".join(dict.fromkeys(rules)),
        origin="ats:locations" if rules else "",
        span="; ".join(place.text for place in places.values())[:200],
        rejected=tuple(rejected[:20]),
    )


def geocode(text: str) -> tuple[Location, ...]:
    """The places that `text` names, slips of the pen forgiven; empty for no place (macro-regions are none)."""
    return tuple(
        _publish(place, RawLocation()) for place in read_places(text, tolerant=True) if place.country_code
    )


def country_of(locations: Iterable[Location]) -> str | None:
    """The one country that all places with a country share, or None."""
    countries = {place.country for place in locations if place.country}
    return countries.pop() if len(countries) == 1 else None


def _is_remote(source: Source) -> bool:
    """Whether the ATS calls the job remote, as far as that goes without a word about hybrid."""
    posting = source.posting
    stated = find_value("workplace_type", posting.workplace_type or "")
    return stated == "remote" or (posting.is_remote is True and stated is None)


def _read_field(
    raw: RawLocation, hint: str | None, is_remote: bool
) -> tuple[str, tuple[Place, ...], tuple[Rejected, ...]]:
    """Rule, places and rejected places of one location field.

    Structured parts beat text, but the address of a purely remote job is often an office that nobody has
    to go to (43 of 172 such jobs of one ATS), so there the text stands.
    """
    stated = _read_parts(raw, hint)
    text = raw.text or ""
    named = read_places(text, country=(stated and stated.country_code) or hint)
    says_remote = bool(REMOTE.search(text)) and not PARTLY.search(text)
    if stated is None:
        return "text", named, ()
    if not named:
        if stated.city and (says_remote or (is_remote and not text)):
            country = Place(text or stated.text, country=stated.country_code)
            return "remote-keeps-country", (country,) if country.country else (), (_reject(stated, "office"),)
        return "parts", (stated._replace(text=text or stated.text),), ()
    if len(named) > 1:
        return "text-lists-more", named, ()
    return _choose(named[0], stated, says_remote or is_remote)


def _choose(named: Place, stated: Place, is_remote: bool) -> tuple[str, tuple[Place, ...], tuple[Rejected, ...]]:
    """Between the place of the text and the place of the parts."""
    if named.key == stated.key:
        return "parts-and-text", (named,), ()
    if stated.city is None and stated.new_city is None:
        if named.country_code == stated.country_code and (named.city or named.new_city or stated.region is None):
            return "text-is-closer", (named,), ()
        return ("parts", (stated._replace(text=named.text),), (_reject(named, "the parts say otherwise"),))
    if named.city is None and named.new_city is None:
        if is_remote:
            return "text-of-remote-job", (named,), (_reject(stated, "address of a remote job"),)
    elif named.country_code == stated.country_code and _region_of(named) == _region_of(stated):
        return "text-is-visible", (named,), (_reject(stated, "the text names a neighbour"),)
    return "parts", (stated._replace(text=named.text),), (_reject(named, "the parts say otherwise"),)


def _reject(place: Place, why: str) -> Rejected:
    name = place.city.name if place.city else place.new_city or place.text
    return Rejected(value=name[:200], why=why)


def _read_parts(raw: RawLocation, hint: str | None) -> Place | None:
    """The place that city, region and country state together."""
    country = find_country(raw.country) if raw.country else None
    parts = [raw.city or "", _as_code(raw.region or ""), country or raw.country or ""]
    text = ", ".join(part.strip() for part in parts if part.strip())
    if not text:
        return None
    found = [place for place in read_places(text, country=country or hint) if place.country_code]
    place = next((p for p in found if country in (None, p.country_code)), None)
    if place is None or not (place.city or place.new_city):
        place = _add_unknown_city(raw, place or (Place(text, country=country) if country else None))
    return place and place._replace(text=text)


def _as_code(region: str) -> str:
    """`ca` as a region field is a code, not a word."""
    return region.upper() if len(region.strip()) <= 3 else region


def _add_unknown_city(raw: RawLocation, place: Place | None) -> Place | None:
    """A field that is called city holds one, if it holds one plain name that is nothing else."""
    city = (raw.city or "").strip()
    if not place or not city or not city.replace(" ", "").replace("-", "").replace(".", "").isalpha():
        return place
    if (
        fold_name(city) in NO_PLACE
        or REMOTE.search(city)
        or PARTLY.search(city)
        or find_country(city)
        or read_places(city)
        or len(city) > 40
    ):
        return place
    return place._replace(new_city=city.title() if city.isupper() else city)


def _region_of(place: Place) -> str | None:
    if place.city:
        return place.city.region
    return place.region.code if place.region else None


def _publish(place: Place, raw: RawLocation) -> Location:
    """In the shape of the wire. Coordinates are the city's; else the ATS's, if it gave any for this place."""
    latitude, longitude = raw.latitude, raw.longitude
    if place.city:
        latitude, longitude = place.city.latitude, place.city.longitude
    elif not place.new_city or not _is_position(latitude, longitude):
        latitude = longitude = None
    country, region = place.country_code, _region_of(place)
    return Location(
        location=place.text or None,
        city=place.city.name if place.city else place.new_city,
        region=load_places().region_name(country, region) if country and region else None,
        country=country,
        latitude=latitude,
        longitude=longitude,
    )


def _is_position(latitude: float | None, longitude: float | None) -> bool:
    return (
        latitude is not None
        and longitude is not None
        and -90 <= latitude <= 90
        and -180 <= longitude <= 180
        and (latitude, longitude) != (0, 0)
    )
