"""Cut a free location text into parts, and say what each part may name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from jobwire.enrich.late import compile_late
from jobwire.enrich.place_words import (
    LEADING_WORDS,
    MACRO_REGIONS,
    NO_PLACE,
    QUALIFIER,
    STREET,
    TRAILING_WORDS,
)
from jobwire.enrich.places import City, Region, is_part, load_places
from jobwire.model.countries import find_country, fold_name


class Part(NamedTuple):
    """A stretch of the text and everything that its words may name."""

    start: int
    end: int
    name: str
    is_first: bool
    """A new element begins here: `;`, `/`, "or" stand before it."""
    cities: tuple[City, ...] = ()
    regions: tuple[Region, ...] = ()
    country: str | None = None
    is_macro: bool = False
    is_qualifier: bool = False
    words: str = ""
    """As written, for a part that names nothing we know."""

    def holds(self, city: City) -> bool:
        """Whether the part may say where `city` lies."""
        return self.country == city.country or (city.country, city.region) in self.regions

    @property
    def is_place(self) -> bool:
        return bool(self.cities or self.regions or self.country or self.is_macro or self.is_qualifier)


_BREAK = compile_late(r"[;|\n•·●]")
_SPLIT = compile_late(r"[,():\[\]]|\s[-–—]{1,3}\s?|[-–—]{1,3}\s")
_WEAK = compile_late(r"\s?[/&+]\s?|\s(?:or|and|oder|und|ou|et|y|o|e|en|of)\s", re.IGNORECASE)
_BLOCK = compile_late(r"(?<=\w)[ -](?:sector|phase|block|plot)[ -]?[\dIVX]{1,4}$", re.IGNORECASE)
_TIME_ZONES = compile_late(r"(?<=\w) time ?zones?$", re.IGNORECASE)
_DASH = compile_late(r"[-–—_]")
_WORD = compile_late(r"\S+")
_WORD_OR_PIECE = compile_late(r"[^\s\-–]+")
# The river that tells one town of the name from the other is part of the name.
_RIVER = compile_late(
    r"(?<=\bfrankfurt) ?(?: |\()(?:an der |a\. ?d\. ?)?(oder)\b\)?|(?<=\bhalle) ?\((saale)\)", re.IGNORECASE
)
_COUNTRY_WORDS = {
    "deutschlandweit": "DE", "bundesweit": "DE", "france entiere": "FR", "us only": "US", "usa only": "US",
    "uk wide": "GB", "osterreichweit": "AT", "schweizweit": "CH", "continental us": "US", "lower 48": "US",
    "conus": "US", "randstad": "NL", "suisse romande": "CH", "deutschschweiz": "CH",
    "us based": "US", "uk based": "GB",
}  # fmt: skip
# Short forms whose letters are the name of a town elsewhere; only with their full stop and behind a comma.
_MEXICAN_STATES = {
    "jal": "jalisco", "mor": "morelos", "gro": "guerrero", "ver": "veracruz", "son": "sonora", "sin": "sinaloa",
    "col": "colima", "nay": "nayarit", "dgo": "durango", "gto": "guanajuato", "mich": "michoacan",
    "tab": "tabasco", "zac": "zacatecas", "hgo": "hidalgo", "oax": "oaxaca", "pue": "puebla", "yuc": "yucatan",
}  # fmt: skip
_CODE_WORDS = frozenset(("us", "uk", "usa", "uae"))


def read_parts(text: str) -> Iterator[Part]:
    """The parts of `text`, a first part after each break."""
    text = _RIVER.sub(lambda found: (found[1] or found[2]).rjust(len(found[0])), text)
    start = 0
    for stop in [*(m.span() for m in _BREAK.finditer(text)), (len(text), len(text))]:
        is_first = True
        position = start
        for cut in [*(m.span() for m in _SPLIT.finditer(text, start, stop[0])), (stop[0], stop[0])]:
            for part in _expand(text, position, cut[0], is_first):
                yield part
                is_first = False
            position = cut[1]
        start = stop[1]


def _expand(text: str, start: int, end: int, is_first: bool, depth: int = 0) -> Iterator[Part]:
    """The part `text[start:end]`, or the parts that it consists of."""
    while start < end and text[start] in " \t/&+":
        is_first = is_first or text[start] in "/&+"  # "London (HQ) / Berlin"
        start += 1
    while end > start and text[end - 1] in " \t":
        end -= 1
    if start == end or end - start > 120:
        return
    part = _name(text, start, end, is_first) or _trim(text, start, end, is_first)
    if part is None and depth < 4:
        for pieces in (_split_weak, _split_dashes, _split_tail):
            cuts = pieces(text, start, end)
            if len(cuts) > 1:
                for number, (a, b) in enumerate(cuts):
                    breaks = is_first if number == 0 else pieces is _split_weak and not _is_code(text[a:b])
                    yield from _expand(text, a, b, breaks, depth + 1)
                return
    yield part or _find_inside(text, start, end, is_first)


def _name(text: str, start: int, end: int, is_first: bool) -> Part | None:
    """The part, if its whole text is a name that we know."""
    words = text[start:end]
    name = fold_name(words)
    part = Part(start, end, name, is_first, words=words)
    if not name or name in NO_PLACE:
        return None
    if name == "dc" and fold_name(text[max(0, start - 12) : start]).endswith("bogota"):
        return part._replace(is_qualifier=True)  # of Bogotá, not of Washington
    if name == "est":  # the time zone; nobody writes Estonia so
        return part._replace(is_qualifier=True)
    if (
        words.endswith(".")
        and (state := _MEXICAN_STATES.get(name.rstrip(".")))
        and text[:start].rstrip().endswith(",")
    ):
        return part._replace(regions=load_places().find_regions(state))
    is_code = len(name) <= 3 and name.isascii()
    is_typed_small = name != "or" and text.islower() and text[:start].endswith(", ")
    if is_code and not (words.isupper() or name in _CODE_WORDS or is_typed_small):
        cities = load_places().find_cities(name) if words.istitle() and len(name) == 3 else ()
        return part._replace(cities=cities) if cities else None
    country = find_country(_TIME_ZONES.sub("", words)) or _COUNTRY_WORDS.get(name)
    places = load_places()
    if name in MACRO_REGIONS and not (is_code and country and name != "na"):
        return part._replace(is_macro=True)
    part = part._replace(cities=_find_cities(name), regions=places.find_regions(name), country=country)
    if not part.is_place and QUALIFIER.fullmatch(name):
        return part._replace(is_qualifier=True)
    return part if part.is_place else None


def _find_cities(name: str) -> tuple[City, ...]:
    """The cities of the name; for a quarter that is called after its city the city: `Manchester City Centre`."""
    cities = load_places().find_cities(name)
    words = name.split() if cities else []
    for size in range(1, len(words)):
        whole = load_places().find_cities(" ".join(words[:size]))[:1]
        if whole and is_part(cities[0], whole[0], times=3):
            return whole
    return cities


def _trim(text: str, start: int, end: int, is_first: bool) -> Part | None:
    """The part, if it is a known name between words like "Greater", "office" and numbers."""
    if block := _BLOCK.search(text, start, end):
        end = block.start()
    words = [(m.start() + start, m.end() + start) for m in _WORD.finditer(text[start:end])]
    if not words or (len(words) < 2 and not block) or STREET.search(text[start:end].lower()):
        return None
    first, last = 0, len(words)
    while first < last:
        if {text[slice(*words[first])], text[slice(*words[last - 1])]} & {"/", "&", "+"}:
            return None  # a list, not a name
        if part := _name(text, words[first][0], words[last - 1][1], is_first):
            return part._replace(start=start, end=end)
        if _is_filler(text[slice(*words[first])], LEADING_WORDS):
            first += 1
        elif _is_filler(text[slice(*words[last - 1])], TRAILING_WORDS):
            last -= 1
        else:
            return None
    return None


def _is_filler(word: str, fillers: frozenset[str]) -> bool:
    return (
        fold_name(word) in fillers
        or any(c.isdigit() for c in word)
        or (not any(c.isalnum() for c in word) and word not in "/&+")
    )


def _split_weak(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """At `/`, `&`, "or" and the like."""
    return _cut(_WEAK, text, start, end)


def _is_code(words: str) -> bool:
    """`Belo Horizonte/MG`: the state, not a second place."""
    return len(words) == 2 and words.isupper() and bool(load_places().find_regions(words.lower()))


def _split_dashes(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """At dashes without space, where they join names: `US-CA-San Francisco`, not `Stoke-Newington`."""
    cuts = _cut(_DASH, text, start, end)
    if len(cuts) < 2:
        return []
    known = [_is_known(text, *cut) for cut in cuts]
    if not (all(known) or (known[0] and cuts[0][1] - cuts[0][0] <= 3)):
        return []
    first, second = (_name(text, *cut, False) for cut in cuts[:2])
    is_district = first and second and first.cities and not (first.country or second.country or second.regions)
    return [] if is_district and len(cuts) == 2 else cuts


def _is_known(text: str, start: int, end: int) -> bool:
    return _name(text, start, end, False) is not None or _is_filler(text[start:end], LEADING_WORDS)


def _split_tail(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Before a region or country that follows its city without a comma: `Sydney NSW 2000`, `Paris France`."""
    words = [(m.start() + start, m.end() + start) for m in _WORD.finditer(text[start:end])]
    while words and _is_filler(text[slice(*words[-1])], TRAILING_WORDS):
        words.pop()
    for first in range(max(1, len(words) - 3), len(words)):
        tail = _name(text, words[first][0], words[-1][1], False)
        if tail and (tail.regions or tail.country):
            head = _name(text, start, words[first - 1][1], False) or _trim(
                text, start, words[first - 1][1], False
            )
            if head and any(tail.holds(city) for city in head.cities):
                return [(start, words[first - 1][1]), (words[first][0], end)]
    return []


def _cut(pattern: re.Pattern[str], text: str, start: int, end: int) -> list[tuple[int, int]]:
    cuts = []
    for match in pattern.finditer(text, start, end):
        cuts.append((start, match.start()))
        start = match.end()
    return [(a, b) for a, b in [*cuts, (start, end)] if a < b]


def _find_inside(text: str, start: int, end: int, is_first: bool) -> Part:
    """A part with unknown words: a large city at its beginning or end, or nothing."""
    unknown = Part(start, end, "", is_first, words=text[start:end])
    lower = text[start:end].lower()
    if lower.endswith(" county"):
        return _find_county(unknown)
    if STREET.search(lower) or "county" in lower or "university" in lower:
        return unknown
    words = [(m.start() + start, m.end() + start) for m in _WORD_OR_PIECE.finditer(text[start:end])]
    for size in range(min(3, len(words) - 1), 0, -1):
        for a, b in ((words[0][0], words[size - 1][1]), (words[-size][0], words[-1][1])):
            part = _name(text, a, b, is_first)
            if part and part.cities and part.cities[0].thousands >= 100 and len(part.name) > 3:
                return part._replace(start=start, end=end)
    return unknown


def _find_county(unknown: Part) -> Part:
    """`San Diego County`: the state of the large city that the county is named after."""
    city = next(iter(load_places().find_cities(fold_name(unknown.words[: -len(" county")]))), None)
    if city is None or city.country != "US" or city.thousands < 100:
        return unknown
    return unknown._replace(name=fold_name(unknown.words), regions=(Region("US", city.region),))


def guess_part(part: Part) -> Part:
    """An unknown part as the nearest name that we know, if one is near."""
    name = fold_name(part.words)
    if part.is_place or len(name) < 4 or all(word in LEADING_WORDS for word in name.split()):
        return part
    near = load_places().find_near(name)
    guess = _name(near, 0, len(near), part.is_first) if near else None
    return guess._replace(start=part.start, end=part.end) if guess else part
