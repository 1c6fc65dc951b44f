"""Values as ATS write them, to typed ones: times, numbers, languages, links. Unknown is None, never a guess."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from jobwire.model.raw import RawLocation, RawSection
from jobwire.model.times import EPOCH, parse_time

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?:\s.*)?")
_GERMAN_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\s.*)?")
_MONTH_FIRST = re.compile(r"([a-z]{3})[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", re.I)
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.?\s+([a-z]{3})[a-z]*\.?,?\s+(\d{4})", re.I)
_FIRST_YEAR, _LAST_YEAR = 1995, 2100


def find_time(value: object) -> datetime | None:
    """An aware UTC time from ISO 8601, epoch seconds or milliseconds, RFC 822, 6/18/26, June 18, 2026.

    A time without a zone is UTC. None for anything else and for years outside 1995..2100 (placeholders).
    """
    if isinstance(value, bool) or value is None:
        return None
    try:
        at = _from_epoch(value) if isinstance(value, int | float) else _from_text(str(value).strip()[:64])
    except (ValueError, OverflowError):
        return None
    return at if at and _FIRST_YEAR <= at.year <= _LAST_YEAR else None


def _from_epoch(number: float) -> datetime | None:
    """Seconds or milliseconds: 1995..2100 in the one is 1970 in the other, so the size tells which."""
    seconds = number / 1000 if abs(number) > 10_000_000_000 else number
    return EPOCH + timedelta(seconds=seconds)


def _from_text(text: str) -> datetime | None:
    if re.fullmatch(r"\d{10}|\d{13}", text):
        return _from_epoch(int(text))
    try:
        return parse_time(text)
    except ValueError:
        pass
    if found := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text):
        return _day(found[1], found[2], found[3])
    if found := _US_DATE.fullmatch(text):
        return _day(found[3], found[1], found[2])
    if found := _GERMAN_DATE.fullmatch(text):
        return _day(found[3], found[2], found[1])
    if found := _MONTH_FIRST.fullmatch(text):
        return _day(found[3], _MONTHS.get(found[1].lower(), 0), found[2])
    if found := _DAY_FIRST.fullmatch(text):
        return _day(found[3], _MONTHS.get(found[2].lower(), 0), found[1])
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, IndexError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _day(year: str, month: str | int, day: str) -> datetime:
    full_year = int(year) + 2000 if len(year) == 2 else int(year)
    return datetime(full_year, int(month), int(day), tzinfo=UTC)


def find_number(value: object) -> float | None:
    """A finite number from 75000, "75000", "75,000.50", "75.000,50", "$75k"; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        try:
            number = float(value)
        except OverflowError:
            return None
        return number if math.isfinite(number) else None
    if not isinstance(value, str) or len(value) > 40:
        return None
    found = re.fullmatch(r"[^\d\-]{0,6}(-?\d[\d.,'\u00a0\u202f ]*)(k)?[^\d]{0,12}", value.strip(), re.I)
    if not found:
        return None
    digits = re.sub(r"['\u00a0\u202f ]", "", found[1]).rstrip(".,")
    return _from_digits(digits) * (1000 if found[2] else 1)


def _from_digits(digits: str) -> float:
    """The last separator is a decimal point if one or two digits follow it, or if it differs from the others."""
    head, mark, tail = re.fullmatch(r"(.*?)(?:([.,])(\d*))?", digits).groups()  # type: ignore[union-attr]
    if mark and (
        len(tail) != 3
        or head in ("0", "-0")
        or (head.strip("-") and ("," in head or "." in head) and mark not in head)
    ):
        return float(re.sub(r"[.,]", "", head) + "." + (tail or "0"))
    return float(re.sub(r"[.,]", "", digits))


def find_flag(value: object) -> bool | None:
    """True or False from a bool, "true", "yes", 1; None where it is not said."""
    if isinstance(value, bool):
        return value
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
        str(value).strip().lower()
    )


def find_language(value: object) -> str | None:
    """ISO 639-1 code from "en", "en-US", "pt_BR"; None for anything else."""
    found = re.fullmatch(r"([a-z]{2})(?:[-_].{1,12})?", value.strip(), re.I) if isinstance(value, str) else None
    return found[1].lower() if found else None


def find_link(value: object, base: str = "") -> str | None:
    """An absolute http(s) URL, `base` filled in where it is relative; None for anything else."""
    if not isinstance(value, str) or not value.strip() or len(value) > 4000:
        return None
    try:
        url = urljoin(base, value.strip())
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def unescape_once(text: str) -> str:
    """HTML that came escaped as text (`&lt;p&gt;`) as HTML; one level only, `&amp;nbsp;` becomes `&nbsp;`."""
    return html.unescape(text)


def looks_escaped(text: str) -> bool:
    """Whether this is HTML escaped as text: escaped tags and no real one."""
    return bool(re.search(r"&lt;/?[a-zA-Z]", text)) and not re.search(r"</?[a-zA-Z]", text)


def join_sections(lead: str | None, sections: Iterable[RawSection], tail: str | None = None) -> str | None:
    """One HTML description of what the ATS keeps in parts; None if there is nothing in any of them."""
    parts = [lead or ""]
    for section in sections:
        heading = f"<h3>{html.escape(section.heading, quote=False)}</h3>\n" if section.heading else ""
        parts.append(heading + section.html)
    parts.append(tail or "")
    return "\n".join(part for part in parts if part.strip()) or None


def split_places(text: str | None) -> tuple[RawLocation, ...]:
    """The places of a free-text field that joins several with `;`, `|` or `•`, each once."""
    parts = re.split(r"\s*[;|•\n]\s*", text or "")
    return tuple(RawLocation(text=part.strip()) for part in dict.fromkeys(parts) if part.strip())


def drop_repeats(locations: Iterable[RawLocation | None]) -> tuple[RawLocation, ...]:
    """Each stated place once, in order; empty ones dropped."""
    nothing = RawLocation()
    return tuple(dict.fromkeys(place for place in locations if place is not None and place != nothing))


def get_node(data: Any, *path: str) -> Any:
    """The value at `path` of decoded JSON, or None."""
    node = data
    for name in path:
        node = node.get(name) if isinstance(node, dict) else None
    return node


def get_rows(data: Any, *path: str) -> list[Any]:
    """The list at `path` of decoded JSON, empty where it is missing or no list."""
    node = get_node(data, *path)
    return node if isinstance(node, list) else []
