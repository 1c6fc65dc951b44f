"""Read a raw posting from a JSON object of somebody else's making: the input of `jobwire enrich FILE`."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from jobwire.errors import InvalidInput
from jobwire.model.countries import find_country
from jobwire.model.raw import RawLocation, RawPay, RawPosting
from jobwire.model.times import parse_time

# Names that people's own data use, best first.
_TITLE = ("title", "name", "job_title", "position", "text")
_LOCATION = (
    "locations",
    "location",
    "location_text",
    "location_raw",
    "job_location",
    "offices",
    "office",
    "place",
)
_DESCRIPTION = (
    "description_html",
    "description",
    "content",
    "description_text",
    "description_plain",
    "body",
    "html",
    "job_description",
)
_EMPLOYMENT = ("employment_type", "type", "job_type", "contract_type", "commitment", "schedule")
_WORKPLACE = ("workplace_type", "workplace", "work_model", "location_type", "work_mode", "job_location_type")
_REMOTE = ("is_remote", "remote", "remote_allowed")
_LEVEL = ("experience_level", "seniority", "seniority_level", "experience", "level")
_PAY = ("compensation", "salary", "pay", "salary_range", "pay_text", "salary_text", "base_salary")
_COMPANY = ("company_name", "company", "employer", "organization", "hiring_organization")
_URL = ("listing_url", "url", "job_url", "absolute_url", "hosted_url", "link")
_APPLY = ("apply_url", "application_url", "url_apply")
_POSTED = ("date_posted", "posted_at", "published_at", "first_published", "posted", "date")
_CLOSES = ("valid_through", "expires_at", "application_deadline", "deadline", "closes_at")
_LANGUAGE = ("language", "lang", "locale")
_ID = ("posting_id", "id", "job_id", "uuid", "external_id")
_REQUISITION = ("requisition_id", "req_id", "reference", "requisition")
_DEPARTMENT = ("department", "team", "category", "function")
_COUNTRY = ("country", "country_code", "country_hint")

_MAX_LOCATIONS = 200


def parse_record(record: object) -> RawPosting:
    """The raw posting in a JSON object; names of fields are read liberally (see the lists above).

    Only a title is needed. A `country` beside the location's text is a hint (see `find_country_hint`), without
    it a place. A date that cannot be read is left out. Raises InvalidInput for a field of a type that means
    nothing.
    """
    if not isinstance(record, Mapping):
        raise InvalidInput(f"Expected a JSON object, got {_type_name(record)}.")
    fields = {_fold(name): value for name, value in record.items() if value is not None}
    title = _text(fields, _TITLE)
    if not title:
        raise InvalidInput("title: missing or empty.", field="title", hint="Every posting needs a title.")
    country = _text(fields, _COUNTRY)
    url = _text(fields, _URL) or ""
    pay, pay_text = _parse_pay(fields)
    return RawPosting(
        posting_id=_text(fields, _ID) or _text(fields, _REQUISITION) or url or _fingerprint(record),
        title=title,
        listing_url=url,
        apply_url=_text(fields, _APPLY),
        description_html=_text(fields, _DESCRIPTION),
        locations=_parse_locations(fields, country),
        employment_type=_words(fields, _EMPLOYMENT),
        workplace_type=_words(fields, _WORKPLACE) or _remote_word(fields),
        is_remote=_flag(fields, _REMOTE),
        experience_level=_words(fields, _LEVEL),
        department=_named(fields, _DEPARTMENT),
        pay=pay,
        pay_text=pay_text,
        date_posted=_time(fields, _POSTED),
        valid_through=_time(fields, _CLOSES),
        requisition_id=_text(fields, _REQUISITION),
        language=_parse_language(_text(fields, _LANGUAGE)),
        company_name=_named(fields, _COMPANY),
    )


def find_country_hint(record: Mapping[str, Any]) -> str | None:
    """ISO 3166-1 alpha-2 of the record's `country` field, which may hold a code or a name."""
    text = _text({_fold(name): value for name, value in record.items()}, _COUNTRY)
    return find_country(text) if text else None


def _fold(name: object) -> str:
    """`jobTitle`, `Job Title`, `job-title` -> `job_title`."""
    text = str(name).strip()
    spaced = "".join(f"_{c}" if c.isupper() and i and text[i - 1].islower() else c for i, c in enumerate(text))
    return spaced.lower().replace("-", "_").replace(" ", "_")


def _type_name(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _wrong(field: str, value: object, expected: str) -> InvalidInput:
    return InvalidInput(f"{field}: expected {expected}, got {_type_name(value)}.", field=field)


def _find(fields: Mapping[str, Any], names: tuple[str, ...]) -> tuple[str, Any]:
    """The first of `names` that holds something."""
    for name in names:
        value = fields.get(name)
        if value is not None and value != "" and value != [] and value != {}:
            return name, value
    return names[0], None


def _text(fields: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    name, value = _find(fields, names)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _wrong(name, value, "a string")
    return str(value).strip() or None


def _words(fields: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """A text, or several (schema.org allows a list), joined."""
    name, value = _find(fields, names)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value[:20])
    return _named({name: value}, (name,)) if value is not None else None


def _named(fields: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """A text, or the name in an object."""
    name, value = _find(fields, names)
    if isinstance(value, Mapping):
        return _text(value, ("name", "label", "title", "id"))
    return _text({name: value}, (name,))


def _flag(fields: Mapping[str, Any], names: tuple[str, ...]) -> bool | None:
    name, value = _find(fields, names)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and value in (0, 1):
        return bool(value)
    if isinstance(value, str):
        return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
            value.strip().lower()
        )
    raise _wrong(name, value, "true or false")


def _remote_word(fields: Mapping[str, Any]) -> str | None:
    """`remote: "hybrid"`, which some boards say instead of a boolean."""
    value = _find(fields, _REMOTE)[1]
    if isinstance(value, str) and value.strip().lower() in ("hybrid", "remote", "onsite", "on-site"):
        return value.strip()
    return None


def _time(fields: Mapping[str, Any], names: tuple[str, ...]) -> datetime | None:
    name, value = _find(fields, names)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _wrong(name, value, "a date")
    try:
        if isinstance(value, str) and not value.strip().isdigit():
            return parse_time(value)
        seconds = float(value)
        return datetime.fromtimestamp(seconds / 1000 if abs(seconds) > 1e11 else seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None  # "3 days ago": unknown beats wrong


def _parse_locations(fields: Mapping[str, Any], country: str | None) -> tuple[RawLocation, ...]:
    name, value = _find(fields, _LOCATION)
    if value is None:  # no text; perhaps the parts stand beside each other
        city, region = _text(fields, ("city",)), _text(fields, ("region", "state", "province"))
        found = RawLocation(city=city, region=region, country=country)
        return (found,) if city or region or country else ()
    items = value if isinstance(value, list) else [value]
    return tuple(_parse_location(name, item) for item in items[:_MAX_LOCATIONS] if item)


def _parse_location(name: str, item: Any) -> RawLocation:
    if isinstance(item, str):
        return RawLocation(text=item.strip() or None)
    if not isinstance(item, Mapping):
        raise _wrong(name, item, "a string, an object or a list of these")
    parts = {_fold(key): value for key, value in item.items() if value is not None}
    address = parts.get("address")
    if isinstance(address, Mapping):  # schema.org Place
        parts |= {_fold(key): value for key, value in address.items() if value is not None}
    return RawLocation(
        text=_text(parts, ("location", "text", "name", "raw", "display_name")),
        city=_text(parts, ("city", "locality", "address_locality")),
        region=_text(parts, ("region", "state", "province", "address_region")),
        country=_named(parts, ("country_code", "country", "address_country")),
        latitude=_number(parts, ("latitude", "lat")),
        longitude=_number(parts, ("longitude", "lng", "lon")),
    )


def _number(fields: Mapping[str, Any], names: tuple[str, ...]) -> float | None:
    name, value = _find(fields, names)
    if value is None:
        return None
    try:
        number = float(value.replace(",", "")) if isinstance(value, str) else float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise _wrong(name, value, "a number") from error
    return number if math.isfinite(number) else None


def _parse_pay(fields: Mapping[str, Any]) -> tuple[tuple[RawPay, ...], str | None]:
    """Structured ranges and the free text of the pay field; also `salary_min`/`salary_max` of their own."""
    name, value = _find(fields, _PAY)
    if value is None:
        loose = {
            key.removeprefix("salary_").removeprefix("pay_").removeprefix("compensation_"): amount
            for key, amount in fields.items()
            if key.startswith(("salary_", "pay_", "compensation_"))
        } | {key: fields[f"{key}_salary"] for key in ("min", "max") if f"{key}_salary" in fields}
        found = _parse_range(loose)
        return (found,) if found else (), None
    if isinstance(value, str):
        return (), value.strip() or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (RawPay(min=float(value), max=float(value), currency=_text(fields, ("currency",))),), None
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, Mapping) for item in items):
        raise _wrong(name, value, "a text, a number or {min, max, currency, period}")
    ranges = [_parse_range({_fold(key): part for key, part in item.items()}) for item in items[:50]]
    return tuple(found for found in ranges if found), None


def _parse_range(parts: Mapping[str, Any]) -> RawPay | None:
    inner = parts.get("value")
    if isinstance(inner, Mapping):  # schema.org MonetaryAmount
        parts = {**parts, **{_fold(key): part for key, part in inner.items()}}
    elif inner is not None:
        parts = {"min": inner, "max": inner, **parts}
    low = _number(parts, ("min", "minimum", "min_value", "from", "low", "min_amount"))
    high = _number(parts, ("max", "maximum", "max_value", "to", "high", "max_amount"))
    if low is None and high is None:
        return None
    return RawPay(
        min=low,
        max=high,
        currency=_text(parts, ("currency", "currency_code")),
        period=_text(parts, ("period", "interval", "unit_text", "unit", "frequency")),
        title=_text(parts, ("title", "label", "name")),
    )


def _parse_language(text: str | None) -> str | None:
    """`en`, `en-US`, `en_GB` -> `en`; anything else is left to detection."""
    code = (text or "").lower().replace("_", "-").split("-")[0]
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None


def _fingerprint(record: object) -> str:
    """A stable id for a record that has none."""
    try:
        data = msgspec.json.encode(record, order="sorted")
    except (msgspec.EncodeError, TypeError, ValueError, RecursionError):
        data = repr(record).encode("utf-8", "replace")
    return hashlib.sha256(data).hexdigest()[:24]
