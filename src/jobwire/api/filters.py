"""The filters of the feeds as requests spell them, turned into the terms that the log is filtered by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from jobwire.api.fields import Fields
from jobwire.errors import InvalidInput
from jobwire.model.filters import Group, JobFilters, SiteFilters, fold_country, fold_tag, place_term
from jobwire.model.vocabulary import parse_source, parse_value

Reader = Callable[[Fields, str], Any]
MAX_TERM_BYTES = 10_000
"""Of all terms together, so that every cursor, which carries its filters, stays below its own limit."""


def _vocabulary(term: str, vocabulary: str) -> Reader:
    def read(fields: Fields, name: str) -> Group:
        return _group(term + parse_value(vocabulary, text, field=name) for text in fields.texts(name))

    return read


def _folded(term: str, fold: Callable[[str], str]) -> Reader:
    def read(fields: Fields, name: str) -> Group:
        return _group(term + fold(text) for text in fields.texts(name))

    return read


def _flag(yes: Group, no: Group) -> Reader:
    def read(fields: Fields, name: str) -> Group:
        flag = fields.flag(name)
        return () if flag is None else yes if flag else no

    return read


def _read_places(fields: Fields, name: str) -> Group:
    parts = ("country", "region", "city")
    places = [tuple(place.text(part) for part in parts) for place in fields.objects(name, parts)]
    if any(not any((part or "").strip() for part in place) for place in places):
        return ()  # a place without any part is anywhere
    return _group(place_term(*place) for place in places)


def _read_place_part(position: int) -> Reader:
    def read(fields: Fields, name: str) -> Group:
        places = ([None] * position + [text] + [None] * (2 - position) for text in fields.texts(name))
        return _group(place_term(*place) for place in places)

    return read


def _group(terms: Any) -> Group:
    return tuple(sorted(set(terms)))


JOB_GROUPS: Mapping[str, Reader] = {
    "locations": _read_places,
    "sources": _folded("s:", parse_source),
    "work_models": _vocabulary("w:", "workplace_type"),
    "employment_types": _vocabulary("t:", "employment_type"),
    "experience_levels": _vocabulary("e:", "experience_level"),
    "is_remote": _flag(("w:remote",), ("w:", "w:hybrid", "w:onsite")),  # unknown is not remote
}
"""Request field -> how it becomes a group of terms."""
PLACE_GROUPS: Mapping[str, Reader] = {
    "country": _read_place_part(0),
    "region": _read_place_part(1),
    "city": _read_place_part(2),
}
"""What a query string has besides, as it has no objects."""
JOB_TIMES = ("posted_after", "updated_after")
SITE_GROUPS: Mapping[str, Reader] = {
    "industries": _folded("i:", fold_tag),
    "company_sizes": _folded("z:", fold_tag),
    "country_codes": _folded("c:", fold_country),
    "funding_stages": _folded("f:", fold_tag),
    "company_types": _vocabulary("y:", "company_type"),
    "is_agency": _flag(("a:True",), ("a:", "a:False")),  # unknown is not an agency
}
SITE_TIMES = ("updated_after", "discovered_after", "discovered_before")
YEARS = (1, 9999)


def read_job_filters(fields: Fields, groups: Mapping[str, Reader] = JOB_GROUPS) -> JobFilters:
    """Raises InvalidInput."""
    times: dict[str, datetime | None] = {name: fields.time(name) for name in JOB_TIMES}
    return JobFilters(groups=_read_groups(fields, groups), **times)


def read_site_filters(fields: Fields) -> SiteFilters:
    """Raises InvalidInput."""
    times: dict[str, datetime | None] = {name: fields.time(name) for name in SITE_TIMES}
    year = fields.integer("founded_after", *YEARS)
    return SiteFilters(groups=_read_groups(fields, SITE_GROUPS), founded_after=year, **times)


def list_different(fields: Fields, filters: JobFilters | SiteFilters, groups: Mapping[str, Reader]) -> list[str]:
    """Filters sent beside a cursor that say something else than the cursor's own; unreadable ones do."""
    times = JOB_TIMES if isinstance(filters, JobFilters) else SITE_TIMES
    return [
        *(name for name in times if _differs(fields, name, Fields.time, getattr(filters, name))),
        *(name for name, read in groups.items() if _differs(fields, name, read, filters.groups)),
        *(["founded_after"] if isinstance(filters, SiteFilters) and _year_differs(fields, filters) else []),
    ]


def _differs(fields: Fields, name: str, read: Callable[[Fields, str], Any], own: Any) -> bool:
    if not fields.has(name):
        return False
    try:
        value = read(fields, name)
    except InvalidInput:
        return True
    return bool(value) and value not in own if isinstance(own, tuple) else value != own


def _year_differs(fields: Fields, filters: SiteFilters) -> bool:
    return _differs(fields, "founded_after", lambda f, name: f.integer(name, *YEARS), filters.founded_after)


def _read_groups(fields: Fields, groups: Mapping[str, Reader]) -> tuple[Group, ...]:
    found = [group for name, read in groups.items() if (group := read(fields, name))]
    size = sum(len(term.encode()) + 3 for group in found for term in group)
    if size > MAX_TERM_BYTES:
        raise InvalidInput("The filters together are too large.", hint="Ask for fewer values, or for all.")
    return tuple(found)
