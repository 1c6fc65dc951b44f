"""From the bytes of one object to a row: the columns that people filter and join on, and the whole as JSON."""

from __future__ import annotations

import json
import math
import re
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import msgspec

from jobwire.sync.times import find_time

_SKEWED_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
MAX_ID = 200
"""Longest id that is taken; a UUID has 36 characters."""
MAX_INDEXED = 300
"""Longest text in a column with an index, which takes 2,700 bytes in PostgreSQL. `body` has all of it."""


class JobRow(NamedTuple):
    """One job. The order is that of `sinks.tables.JOB_COLUMNS`, without what only sync sets."""

    id: str
    title: str | None
    normalized_title: str | None
    company_id: str | None
    company_name: str | None
    source: str | None
    employment_type: str | None
    workplace_type: str | None
    experience_level: str | None
    country: str | None
    region: str | None
    city: str | None
    pay_min: float | None
    pay_max: float | None
    pay_currency: str | None
    pay_period: str | None
    listing_url: str | None
    apply_url: str | None
    created_at: datetime | None
    updated_at: datetime | None
    date_posted: datetime | None
    valid_through: datetime | None
    body: bytes
    locations: tuple[LocationRow, ...]


class LocationRow(NamedTuple):
    """One place of a job."""

    location: str | None
    city: str | None
    region: str | None
    country: str | None
    latitude: float | None
    longitude: float | None


class SiteRow(NamedTuple):
    """One career site, by its company's id."""

    id: str
    name: str | None
    website: str | None
    ats: str | None
    listing_url: str | None
    summary: str | None
    discovered_at: datetime | None
    updated_at: datetime | None
    body: bytes


_Indexed = Annotated[str, msgspec.Meta(max_length=MAX_INDEXED)]


class _Company(msgspec.Struct, gc=False):
    id: _Indexed | None = None
    name: str | None = None


class _Location(msgspec.Struct, gc=False):
    location: str | None = None
    city: _Indexed | None = None
    region: str | None = None
    country: _Indexed | None = None
    latitude: float | None = None
    longitude: float | None = None


class _Pay(msgspec.Struct, gc=False):
    min: float | None = None
    max: float | None = None
    currency: str | None = None
    period: str | None = None


class _Job(msgspec.Struct, gc=False):
    id: str
    title: str | None = None
    normalized_title: str | None = None
    company: _Company | None = None
    source: str | None = None
    employment_type: str | None = None
    workplace_type: str | None = None
    experience_level: str | None = None
    locations: list[_Location] | None = None
    compensation: _Pay | None = None
    listing_url: str | None = None
    apply_url: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    date_posted: str | None = None
    valid_through: str | None = None


class _Site(msgspec.Struct, gc=False):
    id: str
    name: str | None = None
    website: str | None = None
    ats: str | None = None
    listing_url: str | None = None
    summary: str | None = None
    discovered_at: str | None = None
    updated_at: str | None = None


_job = msgspec.json.Decoder(_Job)
_site = msgspec.json.Decoder(_Site)
_NO_COMPANY, _NO_PAY, _NO_PLACE = _Company(), _Pay(), _Location()


def spell_id(text: str) -> str:
    """An id as it is kept and compared: a UUID is the same in capitals, and no database takes a NUL."""
    if text.islower():
        return text if "\0" not in text else text.replace("\0", "")
    return text.lower() if _UUID.fullmatch(text) else text.replace("\0", "")


class SentJob(msgspec.Struct, frozen=True, gc=False):
    """A job as it came, read as far as telling its version needs; `row` has the rest, for what is written."""

    id: str
    updated_at: datetime | None
    body: bytes
    _found: _Job

    @property
    def created_at(self) -> datetime | None:
        return find_time(self._found.created_at)

    @property
    def date_posted(self) -> datetime | None:
        return find_time(self._found.date_posted)

    @property
    def row(self) -> JobRow:
        found = self._found
        company = found.company or _NO_COMPANY
        pay = found.compensation or _NO_PAY
        places = found.locations or []
        first = places[0] if places else _NO_PLACE
        return JobRow(
            self.id,
            found.title,
            found.normalized_title,
            company.id and spell_id(company.id),
            company.name,
            found.source,
            found.employment_type,
            found.workplace_type,
            found.experience_level,
            first.country,
            first.region,
            first.city,
            pay.min,
            pay.max,
            pay.currency,
            pay.period,
            found.listing_url,
            found.apply_url,
            self.created_at,
            self.updated_at,
            self.date_posted,
            find_time(found.valid_through),
            self.body,
            tuple(
                [LocationRow(p.location, p.city, p.region, p.country, p.latitude, p.longitude) for p in places]
            ),
        )


def find_job(raw: bytes) -> SentJob | None:
    """One job, or None where it has no id: nothing can be kept of it."""
    found, body = _read(raw, _job, _Job)
    if found is None:
        return None
    return SentJob(spell_id(found.id), find_time(found.updated_at), body, found)


def find_site(raw: bytes) -> SiteRow | None:
    """The row of one career site, or None where it has no id."""
    found, body = _read(raw, _site, _Site)
    if found is None:
        return None
    return SiteRow(
        spell_id(found.id),
        found.name,
        found.website,
        found.ats,
        found.listing_url,
        found.summary,
        find_time(found.discovered_at),
        find_time(found.updated_at),
        body,
    )


def _read(raw: bytes, decoder: msgspec.json.Decoder[Any], kind: type[Any]) -> tuple[Any, bytes]:
    """Decode once, strictly and fast; what does not fit is read again with patience."""
    try:
        if not raw.isascii():
            raw.decode()  # the parser looks only at the texts that it keeps
        found = decoder.decode(raw)
        return (found if 0 < len(found.id.strip("\0")) <= MAX_ID else None), raw
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    return _read_patiently(raw, kind)


def storable(raw: bytes, id_: str) -> bytes:
    """JSON that every database takes: no NUL, no lone surrogate, no number beyond a double. What cannot be read
    at all keeps its id only."""
    try:
        return _print(_storable(json.loads(raw.decode("utf-8", "replace"), parse_constant=lambda _: None)))
    except (ValueError, RecursionError):
        return _print({"id": id_})


def _print(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _read_patiently(raw: bytes, kind: type[Any]) -> tuple[Any, bytes]:
    try:
        found = json.loads(raw.decode("utf-8", "replace"), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None, raw
    if not isinstance(found, dict):
        return None, raw
    kept = _storable(found)
    fields = _fitting(fold_keys(kept), kind)
    if not 0 < len(fields.get("id") or "") <= MAX_ID:
        return None, raw
    return msgspec.convert(fields, kind), _print(kept)


def _storable(value: Any) -> Any:
    """Without NUL, lone surrogates and infinities, at any depth that the JSON parser accepts."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _fitting(found: dict[str, Any], kind: type[Any]) -> dict[str, Any]:
    """Only what fits the columns; numbers as text where text is meant, nothing where it makes no sense."""
    fitting: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        value = found.get(field.name)
        if field.name in _PARTS:
            fitting[field.name] = _part(value, _PARTS[field.name])
        elif field.name in _LISTS and isinstance(value, list):
            fitting[field.name] = [_part(item, _LISTS[field.name]) or {} for item in value]
        elif field.name in _NUMBERS:
            fitting[field.name] = float(value) if value is not None and _is_number(value) else None
        elif isinstance(value, str) or _is_number(value):
            fitting[field.name] = str(value)[: _LONGEST.get((kind, field.name))]
    return fitting


def fold_keys(found: dict[str, Any]) -> dict[str, Any]:
    """`nextCursor`, `NextCursor` and `next_cursor` alike; an exact spelling wins."""
    folded = {_SKEWED_CASE.sub("_", key).lower(): value for key, value in found.items()}
    return folded | {key: value for key, value in found.items() if key in folded}


def _part(value: Any, kind: type[Any]) -> dict[str, Any] | None:
    return _fitting(fold_keys(value), kind) if isinstance(value, dict) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


_PARTS: dict[str, type[Any]] = {"company": _Company, "compensation": _Pay}
_LISTS: dict[str, type[Any]] = {"locations": _Location}
_LONGEST: dict[tuple[type[Any], str], int] = {
    (_Company, "id"): MAX_INDEXED,
    (_Location, "city"): MAX_INDEXED,
    (_Location, "country"): MAX_INDEXED,
}
_NUMBERS = ("min", "max", "latitude", "longitude")
