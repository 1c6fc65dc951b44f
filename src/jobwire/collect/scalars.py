"""Typed values out of untrusted JSON: each `find_*` answers None where there is nothing usable."""

from __future__ import annotations

import html as entities
import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from jobwire.model.raw import RawLocation, RawSection
from jobwire.model.times import parse_time

_YEARS = range(1990, 2101)
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})")
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_][a-z0-9-]{1,12})?", re.IGNORECASE)
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_MONTH = r"(?P<month>[a-z]{3})[a-z]*"
_MONTH_FIRST = re.compile(rf"{_MONTH}\.?\s+{_DAY},?\s+(?P<year>\d{{4}})", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"{_DAY}\.?\s+{_MONTH}\.?,?\s+(?P<year>\d{{4}})", re.IGNORECASE)
_AMOUNT = re.compile(r"[^\d\-]{0,6}(?P<digits>\d[\d.,'\s]*)(?P<k>k)?[^\d]{0,12}", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[-–—]\s*|\s+to\s+", re.IGNORECASE)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})")


def dig(data: Any, *path: str | int) -> Any:
    """The value at `path` of nested dicts and lists, or None."""
    node = data
    for name in path:
        if isinstance(name, str):
            node = node.get(name) if isinstance(node, dict) else None
        else:
            node = node[name] if isinstance(node, list) and -len(node) <= name < len(node) else None
    return node


def find_list(data: Any, *path: str | int) -> list[Any]:
    """The list at `path`; empty where there is none."""
    node = dig(data, *path)
    return node if isinstance(node, list) else []


def find_bool(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def find_int(value: Any) -> int | None:
    """A whole number, also one in a string."""
    number = find_number(value)
    return int(number) if number is not None and number.is_integer() else None


def find_number(value: Any) -> float | None:
    """A finite number, also one in a string."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value) if not isinstance(value, str) or len(value) <= 40 else math.nan
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def find_time(value: Any) -> datetime | None:
    """ISO 8601 or RFC 822 text, or an epoch in its place, to aware UTC."""
    if isinstance(value, int | float) or (isinstance(value, str) and _EPOCH.fullmatch(value.strip())):
        return None if isinstance(value, bool) else find_epoch(value)
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        at = parse_time(value)
    except ValueError:
        try:
            at = parsedate_to_datetime(value)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at if at.year in _YEARS else None


def find_epoch(value: Any) -> datetime | None:
    """Epoch seconds, or milliseconds where seconds would lie beyond the year 2100."""
    number = find_number(value)
    if number is None or number <= 0:
        return None
    try:
        at = datetime.fromtimestamp(number / 1_000 if number > 4_102_444_800 else number, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.year in _YEARS else None


def find_day(value: Any) -> datetime | None:
    """`8/7/2026` and `6/18/26` (month first), `20.11.23` (day first), `2026/11/23`."""
    text = value.strip() if isinstance(value, str) else ""
    slashed, dotted, year_first = _SLASHED.fullmatch(text), _DOTTED.fullmatch(text), _YEAR_FIRST.fullmatch(text)
    if year_first:
        year, month, day = (int(part) for part in year_first.groups())
    elif slashed:
        month, day, year = (int(part) for part in slashed.groups())
    elif dotted:
        day, month, year = (int(part) for part in dotted.groups())
    else:
        return None
    try:
        return datetime(year + 2_000 if year < 100 else year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def find_url(value: Any, base: str = "") -> str | None:
    """An absolute http(s) URL, joined to `base` where it is relative."""
    if not isinstance(value, str) or not value.strip() or len(value) > 2_000:
        return None
    try:
        url = urljoin(base, value.strip())
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and host and "." in host else None


def find_title(value: Any) -> str | None:
    """A title on one line; entities that the ATS left in it are resolved."""
    if not isinstance(value, str):
        return None
    return " ".join(entities.unescape(value).split()) or None


def find_place(
    text: str | None = None,
    city: str | None = None,
    region: str | None = None,
    country: str | None = None,
    *,
    latitude: Any = None,
    longitude: Any = None,
) -> RawLocation | None:
    """A location of what is known; None where nothing is."""
    if not (text or city or region or country):
        return None
    north, east = find_number(latitude), find_number(longitude)
    located = north is not None and east is not None and abs(north) <= 90 and abs(east) <= 180 and (north or east)
    return RawLocation(
        text=text,
        city=city,
        region=region,
        country=country,
        latitude=north if located else None,
        longitude=east if located else None,
    )


def keep_places(places: Iterable[RawLocation | None]) -> tuple[RawLocation, ...]:
    """Each place once, in order."""
    return tuple(dict.fromkeys(place for place in places if place is not None))


def keep_sections(*sections: tuple[str | None, Any]) -> tuple[RawSection, ...]:
    """(heading, HTML) pairs that have content."""
    return tuple(
        RawSection(heading=heading or "", html=html.strip())
        for heading, html in sections
        if isinstance(html, str) and html.strip()
    )


def join_sections(sections: Iterable[RawSection]) -> str | None:
    """One description of all sections, headings as `<h3>`."""
    parts = [
        f"<h3>{entities.escape(section.heading)}</h3>\n{section.html}" if section.heading else section.html
        for section in sections
    ]
    return "\n".join(parts) or None


def find_language(value: Any) -> str | None:
    """ISO 639-1 code from `en`, `en-US`, `pt_BR`."""
    found = _LANGUAGE.fullmatch(value.strip()) if isinstance(value, str) else None
    return found[1].lower() if found else None


def split_places(text: str | None) -> tuple[RawLocation, ...]:
    """The places of a free-text field that joins several with `;`, `|` or `•`."""
    parts = (part.strip() for part in re.split(r"[;|•\n]", text or ""))
    return keep_places(RawLocation(text=part) for part in parts if part)


def find_date(value: Any) -> datetime | None:
    """A time in any form met so far: ISO 8601, RFC 822, epoch, 6/18/26, 18.06.2026, `June 18, 2026`."""
    text = str(value).strip() if isinstance(value, int | float | str) and not isinstance(value, bool) else ""
    return find_time(text) or find_day(text) or _find_named_month(text)


def _find_named_month(text: str) -> datetime | None:
    found = _MONTH_FIRST.fullmatch(text[:40]) or _DAY_FIRST.fullmatch(text[:40])
    month = _MONTHS.find(found["month"].lower()) if found else -1
    if found is None or month < 0 or month % 3:
        return None
    try:
        return datetime(int(found["year"]), month // 3 + 1, int(found["day"]), tzinfo=UTC)
    except ValueError:
        return None


def find_amount(value: Any) -> float | None:
    """An amount of money, also as people write it: `75,000.50`, `75.000,50`, `$75k`, `1'000.-`."""
    found = _AMOUNT.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= 60 else None
    if not found:
        return find_number(value)
    digits = re.sub(r"['\s]", "", found["digits"]).rstrip(".,")
    head, mark, tail = re.fullmatch(r"(.*?)(?:([.,])(\d*))?", digits).groups()  # type: ignore[union-attr]
    if mark and _is_decimal(head, mark, tail):
        digits = f"{head.replace(',', '').replace('.', '')}.{tail}"
    else:
        digits = digits.replace(",", "").replace(".", "")
    return float(digits) * (1_000 if found["k"] else 1)


def find_range(value: Any) -> tuple[float | None, float | None]:
    """The two amounts of `50,000 - 60,000`, `25.50 to 30`; one amount twice; (None, None) where there is none."""
    amount = find_amount(value)
    if amount is not None or not isinstance(value, str) or len(value) > 100:
        return amount, amount
    parts = [find_amount(part) for part in _BETWEEN.split(value.strip())]
    if len(parts) != 2 or None in parts:
        return None, None
    return parts[0], parts[1]


def _is_decimal(head: str, mark: str, tail: str) -> bool:
    """Whether the last separator is a decimal point: not before exactly three digits, unless others differ."""
    return len(tail) != 3 or head in ("0", "") or (mark not in head and ("," in head or "." in head))
