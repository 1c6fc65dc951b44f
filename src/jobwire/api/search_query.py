"""A search request, read: what is looked for, which page, which fields of the jobs.

It accepts the names that clients of the seeds' vendor send: `q`, `work_model`, `remote`, ... beside the feed's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from difflib import get_close_matches
from functools import partial
from typing import Any, TypeVar

import msgspec

from jobwire.api.fields import Fields
from jobwire.api.filters import JOB_GROUPS, PLACE_GROUPS, Reader
from jobwire.enrich.location import geocode
from jobwire.errors import InvalidInput
from jobwire.model.filters import Group, fold_place, place_term
from jobwire.model.ids import parse_id
from jobwire.model.job import Job
from jobwire.store.search.base import FACETS, SORTS, SearchQuery
from jobwire.store.search.document import company_term, industry_term, name_term, skill_term
from jobwire.store.search.words import parse_words

T = TypeVar("T")
LARGEST_PAGE = 100
DEFAULT_PAGE = 25
WINDOW = 10_000
"""How deep one can page: page x page_size."""
MOST_QUERIES = 10
LONGEST_QUERY = 2_000
"""Characters of `query`; of its words the first 40 count."""
MOST_USD = 1_000_000_000
MAX_TERMS = 1_000
JOB_FIELDS = tuple(field.name for field in msgspec.structs.fields(Job))
_PARTS = ("country", "region", "city")


def _terms(make: Callable[[str], str]) -> Reader:
    def read(fields: Fields, name: str) -> Group:
        return tuple(make(text) for text in fields.texts(name))

    return read


def _read_places(fields: Fields, name: str) -> Group:
    """Objects as in the feed, or texts as people write them: `San Francisco`, `Remote`, `Berlin, Germany`."""
    terms: list[str] = []
    for place in fields.objects_or_texts(name, _PARTS):
        if isinstance(place, str):
            terms += find_places(place[:MAX_PLACE])
        else:
            terms.append(place_term(*(place.text(part) for part in _PARTS)))
    return () if "l:||" in terms else tuple(terms)


def find_places(text: str) -> list[str]:
    """Terms of the places that a text names; a name that no gazetteer knows is looked for as it is."""
    if not text.strip():
        return []
    if fold_place(text) == "remote":
        return ["w:remote"]
    found = [place_term(place.country, place.region, place.city) for place in geocode(text)]
    if found:
        return found
    return [place_term(*([None] * i + [text] + [None] * (2 - i))) for i in range(3)]


def _read_company(text: str) -> str:
    """Ids or names, whichever it is."""
    try:
        return company_term(parse_id(text))
    except ValueError:
        return name_term(text)


MAX_PLACE = 200
GROUPS: dict[str, tuple[tuple[str, ...], Reader]] = {
    "locations": (("locations", "location"), _read_places),
    "countries": (("countries", "country"), PLACE_GROUPS["country"]),
    "regions": (("regions", "region"), PLACE_GROUPS["region"]),
    "cities": (("cities", "city"), PLACE_GROUPS["city"]),
    "sources": (("sources",), JOB_GROUPS["sources"]),
    "work_models": (("work_models", "work_model"), JOB_GROUPS["work_models"]),
    "employment_types": (("employment_types", "employment_type"), JOB_GROUPS["employment_types"]),
    "experience_levels": (("experience_levels", "experience_level"), JOB_GROUPS["experience_levels"]),
    "skills": (("skills",), _terms(skill_term)),
    "companies": (("companies", "company_ids"), _terms(_read_company)),
    "industries": (("industries",), _terms(industry_term)),
}
"""Filters that include or, as `exclude_...`, leave out: their names and how they are read."""
_FLAGS = ("is_remote", "remote")
_TIMES = ("posted_after", "posted_before", "discovered_after", "discovered_before", "updated_after")
_WORDS = ("query", "q", "queries", "search_descriptions", "search_description")
_OTHERS = ("min_salary_usd", "max_salary_usd", "sort", "page", "page_size")
_SHAPE = ("include_facets", "include_fields", "exclude_fields")
FIELDS = (
    *_WORDS,
    *(name for names, _ in GROUPS.values() for name in names),
    *(f"exclude_{name}" for names, _ in GROUPS.values() for name in names),
    *_FLAGS,
    *_TIMES,
    *_OTHERS,
    *_SHAPE,
)


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `updated_after` is a place in the log, which only the store knows."""

    query: SearchQuery
    page: int
    page_size: int
    updated_after: datetime | None
    leave_out: frozenset[str]
    """Fields of jobs that are not wanted."""


def read_search(fields: Fields) -> Search:
    """Raises InvalidInput."""
    page_size = fields.integer("page_size", 1, LARGEST_PAGE) or DEFAULT_PAGE
    page = fields.integer("page", 1, WINDOW) or 1
    if page * page_size > WINDOW:
        raise InvalidInput(
            f"page: {page} of {page_size} jobs each is beyond the first {WINDOW} jobs. The nearest accepted page "
            f"is {WINDOW // page_size}.",
            field="page",
            hint="Narrow the search, or read all jobs with the feed.",
        )
    times = {name: fields.time(name) for name in _TIMES}
    query = SearchQuery(
        any_of=tuple(parse_words(text) for text in _read_queries(fields)),
        descriptions=_first(fields, Fields.flag, ("search_descriptions", "search_description")) is not False,
        groups=_read_groups(fields),
        without=_read_exclusions(fields),
        posted_from=times["posted_after"],
        posted_to=times["posted_before"],
        created_from=times["discovered_after"],
        created_to=times["discovered_before"],
        min_usd=fields.integer("min_salary_usd", 0, MOST_USD),
        max_usd=fields.integer("max_salary_usd", 0, MOST_USD),
        sort=_choose(fields, "sort", SORTS) or "relevance",
        offset=(page - 1) * page_size,
        limit=page_size,
        facets=_read_facets(fields),
    )
    return Search(
        query=query,
        page=page,
        page_size=page_size,
        updated_after=times["updated_after"],
        leave_out=_read_leave_out(fields),
    )


def _read_queries(fields: Fields) -> list[str]:
    """`query` (or `q`), and `queries`: any of them."""
    text = _first(fields, partial(Fields.text, longest=LONGEST_QUERY), ("query", "q"))
    queries = [text] if text and text.strip() else []
    queries += [text for text in fields.texts("queries") if text.strip()]
    if len(queries) > MOST_QUERIES:
        raise InvalidInput(
            f"queries: {len(queries)} queries.", field="queries", hint=f"Send at most {MOST_QUERIES}."
        )
    return queries


def _read_groups(fields: Fields) -> tuple[Group, ...]:
    found = [_union(fields, names, read) for names, read in GROUPS.values()]
    found += [JOB_GROUPS["is_remote"](fields, name) for name in _FLAGS]
    groups = tuple(group for group in found if group)
    _check_size(term for group in groups for term in group)
    return groups


def _read_exclusions(fields: Fields) -> Group:
    found: list[str] = []
    for names, read in GROUPS.values():
        found += _union(fields, [f"exclude_{name}" for name in names], read)
    _check_size(found)
    return tuple(dict.fromkeys(found))


def _read_facets(fields: Fields) -> tuple[str, ...]:
    """All of them unless a list says which; an empty list (in a query string: `none`) is none."""
    if not fields.has("include_facets"):
        return FACETS
    names = fields.texts("include_facets")
    return () if names == ["none"] else _choose_all(fields, "include_facets", FACETS)


def _read_leave_out(fields: Fields) -> frozenset[str]:
    left = frozenset(_choose_all(fields, "exclude_fields", JOB_FIELDS))
    if wanted := _choose_all(fields, "include_fields", JOB_FIELDS):
        left |= frozenset(JOB_FIELDS) - frozenset(wanted)
    return left - {"id"}


def _union(fields: Fields, names: Iterable[str], read: Reader) -> Group:
    return tuple(dict.fromkeys(term for name in names for term in read(fields, name)))


def _first(fields: Fields, read: Callable[[Fields, str], T | None], names: Iterable[str]) -> T | None:
    """The first of several names of a field that is given; all of them are checked."""
    values = [read(fields, name) for name in names]
    return next((value for value in values if value is not None), None)


def _choose(fields: Fields, name: str, accepted: tuple[str, ...]) -> str | None:
    text = fields.text(name)
    return None if text is None else _check_choice(name, text, accepted)


def _choose_all(fields: Fields, name: str, accepted: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_check_choice(name, text, accepted) for text in fields.texts(name)))


def _check_choice(name: str, text: str, accepted: tuple[str, ...]) -> str:
    value = text.strip().lower()
    if value in accepted:
        return value
    near = get_close_matches(value[:60], accepted, n=1, cutoff=0.5)
    nearest = f' Did you mean "{near[0]}"?' if near else ""
    hint = f"Accepted: {', '.join(accepted)}."
    raise InvalidInput(f'{name}: unknown value "{text[:60]}".{nearest}', field=name, hint=hint)


def _check_size(terms: Iterable[Any]) -> None:
    if sum(1 for _ in terms) > MAX_TERMS:
        raise InvalidInput("The filters together are too large.", hint="Ask for fewer values, or for all.")
