"""One schema.org JobPosting node to a raw posting: every spelling seen on real pages, junk left out."""

from __future__ import annotations

import hashlib
import html as entities
import re
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from jobwire.collect.scalars import (
    dig,
    find_amount,
    find_date,
    find_language,
    find_place,
    find_range,
    find_title,
    find_url,
    join_sections,
    keep_places,
    keep_sections,
    split_places,
)
from jobwire.model.raw import RawLocation, RawPay, RawPosting, RawSection

_JUNK = {
    "",
    "-",
    "n/a",
    "na",
    "null",
    "none",
    "other",
    "unavailable",
    "undefined",
    "unspecified",
    "not specified",
}
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")
_ESCAPED_TAG = re.compile(r"&(?:amp;)?lt;/?[a-zA-Z]")
_LITERAL_BREAK = re.compile(r"(?:\\r)?\\n(?=[\s<\\]|$)")
_TRACKING = re.compile(r"(?:^|(?<=&))(?:utm_\w+|gh_src|source|src|ref|fbclid|gclid)=[^&]*(?:&|$)", re.IGNORECASE)
_PARTS = (
    ("responsibilities", "Responsibilities"),
    ("qualifications", "Qualifications"),
    ("skills", "Skills"),
    ("educationRequirements", "Education"),
    ("experienceRequirements", "Experience"),
    ("jobBenefits", "Benefits"),
    ("benefits", "Benefits"),
    ("incentiveCompensation", "Benefits"),
    ("workHours", "Working hours"),
)


def read_posting(node: Any, by_id: dict[str, Any], url: str, *, alone: bool = True) -> RawPosting | None:
    """The posting that `node` on the page at `url` states, or None if it has no title.

    `alone` says that no other node of the page could be confused with it.
    """
    title = _first_text(dig(node, "title")) or _first_text(dig(node, "name"))
    if not title:
        return None
    listing_url = find_url(dig(node, "url"), url) or url
    identifier = _find_identifier(dig(node, "identifier"))
    lead, sections = _read_texts(node)
    kind = _first_text(dig(node, "jobLocationType"))
    organization = _resolve(dig(node, "hiringOrganization"), by_id)
    pay = _read_pay(node)
    return RawPosting(
        posting_id=make_posting_id(listing_url, identifier, "" if alone else title),
        title=title,
        listing_url=listing_url,
        description_html=join_sections([*keep_sections((None, lead)), *sections]),
        sections=sections,
        locations=_read_places(node, by_id),
        employment_type=_read_employment(node),
        workplace_type=kind,
        is_remote=True if kind and "telecommute" in kind.lower() else None,
        pay=pay,
        pay_text=None if pay else _read_pay_text(dig(node, "baseSalary")),
        date_posted=find_date(_first_text(dig(node, "datePosted"))),
        valid_through=find_date(_first_text(dig(node, "validThrough"))),
        requisition_id=identifier,
        language=find_language(_first_text(dig(node, "inLanguage"))),
        company_name=_first_text(organization) or _first_text(dig(organization, "name")),
    )


def make_posting_id(url: str, identifier: str | None, title: str = "") -> str:
    """The identifier where the URL confirms it (many sites give all postings one), else the URL's own part.

    `title` tells apart postings that share one URL.
    """
    parts = urlsplit(drop_tracking(url))
    place = parts.path.rstrip("/") or "/"
    place = f"{place}?{parts.query}" if parts.query else place
    if identifier and len(identifier) > 2 and identifier.lower() in place.lower():
        return identifier
    if not title:
        return place
    return f"{place}#{identifier or hashlib.sha256(title.encode()).hexdigest()[:12]}"


def drop_tracking(url: str) -> str:
    """Without parameters that only say where a visitor came from."""
    parts = urlsplit(url)
    return parts._replace(query=_TRACKING.sub("", parts.query).strip("&")).geturl()


def _find_identifier(value: Any) -> str | None:
    """A string, a number, or a PropertyValue, whose `name` is the organization or a label."""
    for item in value if isinstance(value, list) else [value]:
        text = _first_text(dig(item, "value")) if isinstance(item, dict) else _first_text(item)
        if text and text.lower() not in _JUNK and len(text) <= 200:
            return text
    return None


def _resolve(value: Any, by_id: dict[str, Any]) -> Any:
    """The node that `{"@id": ...}` refers to, the first of a list, else the value itself."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict) and set(value) <= {"@id", "@type"}:
        return by_id.get(str(value.get("@id")), value)
    return value


def _first_text(value: Any) -> str | None:
    """Text or number as one line of text; of a list the first."""
    if isinstance(value, list):
        value = next((item for item in value if item), None)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return find_title(value)


def _clean(value: Any) -> str | None:
    """A name of a place; None for the words that sites print where they know none."""
    text = _first_text(value)
    return None if text is None or text.lower() in _JUNK else text


def _read_texts(node: Any) -> tuple[str | None, tuple[RawSection, ...]]:
    """The description, and the parts that are stated apart and do not stand in it already."""
    lead = to_html(dig(node, "description"))
    plain = _squeeze(lead or "")
    parts = []
    for name, heading in _PARTS:
        html = _part_html(dig(node, name))
        if html and _squeeze(html)[:80] not in plain:
            parts.append((heading, html))
    return lead, keep_sections(*parts)


def _part_html(value: Any) -> str | None:
    if isinstance(value, list):
        items = [text for item in value[:100] if (text := _part_html(item))]
        return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>" if items else None
    if isinstance(value, dict):
        return to_html(dig(value, "description") or dig(value, "name") or dig(value, "credentialCategory"))
    return to_html(value)


def _squeeze(html: str) -> str:
    return re.sub(r"\W+", "", entities.unescape(_TAG.sub(" ", html))).lower()


def to_html(value: Any) -> str | None:
    """HTML of a text that is HTML, HTML escaped as text, or plain with line breaks."""
    if not isinstance(value, str) or not value.strip():
        return None
    text = _LITERAL_BREAK.sub("\n", value).strip()
    for _ in range(2):  # some escape it twice
        if not _TAG.search(text) and _ESCAPED_TAG.search(text):
            text = entities.unescape(text)
    if _TAG.search(text):
        return text
    plain = entities.escape(entities.unescape(text), quote=False)
    return "<p>" + re.sub(r"\r?\n", "<br>\n", plain) + "</p>"


def _read_employment(node: Any) -> str | None:
    value = dig(node, "employmentType")
    stated = value if isinstance(value, list) else [value]
    kinds = [_clean(dig(kind, "name") if isinstance(kind, dict) else kind) for kind in stated]
    return ", ".join(dict.fromkeys(kind for kind in kinds if kind)) or None


def _read_places(node: Any, by_id: dict[str, Any]) -> tuple[RawLocation, ...]:
    value = dig(node, "jobLocation")
    places = [_resolve(place, by_id) for place in (value if isinstance(value, list) else [value])][:500]
    places = [part for place in places for part in _split_place(place)][:500]
    addresses = Counter(str(dig(place, "address")) for place in places)
    stated = [_read_place(place, addresses[str(dig(place, "address"))] > 1) for place in places]
    wanted = dig(node, "applicantLocationRequirements")
    if not any(stated):  # remote: where the applicant must live
        regions = wanted if isinstance(wanted, list) else [wanted]
        stated = [find_place(_clean(dig(region, "name")) or _clean(region)) for region in regions[:500]]
    return keep_places(stated)


def _split_place(place: Any) -> list[Any]:
    """One place for each address, and for each town of an address that lists several."""
    if isinstance(place, str):
        return [part.text for part in split_places(place)]
    addresses = dig(place, "address")
    parts = []
    for address in addresses if isinstance(addresses, list) else [addresses]:
        towns = dig(address, "addressLocality")
        several = towns if isinstance(towns, list) and len(towns) > 1 else [towns]
        parts += [{**address, "addressLocality": town} if town else address for town in several]
    return [{**place, "address": part} for part in parts] if isinstance(place, dict) else [place]


def _read_place(place: Any, is_copied: bool) -> RawLocation | None:
    """`is_copied`: other places have the same address. Where its name differs, the name is right (seen 2025)."""
    if isinstance(place, str):
        return find_place(_clean(place))
    address, name = dig(place, "address"), _clean(dig(place, "name"))
    if isinstance(address, str):
        return find_place(_clean(address) or name)
    city, region = _clean(dig(address, "addressLocality")), _clean(dig(address, "addressRegion"))
    if is_copied and name and city and city.lower() not in name.lower():
        city = region = None
    country = dig(address, "addressCountry")
    return find_place(
        name,
        city,
        region,
        _clean(dig(country, "name")) or _clean(country),
        latitude=dig(place, "geo", "latitude") or dig(place, "latitude"),
        longitude=dig(place, "geo", "longitude") or dig(place, "longitude"),
    )


def _read_pay(node: Any) -> tuple[RawPay, ...]:
    stated = dig(node, "baseSalary")
    ranges = []
    for item in stated if isinstance(stated, list) else [stated]:
        values = dig(item, "value")
        several = values if isinstance(values, list) else []
        ranges += [_read_range({**item, "value": value}, node) for value in several[:50]] or [
            _read_range(item, node)
        ]
    return tuple(dict.fromkeys(pay for pay in ranges if pay))


def _read_range(stated: Any, node: Any) -> RawPay | None:
    """A MonetaryAmount (however it is spelled) or a bare number; None without a currency or above zero."""
    value = dig(stated, "value")
    amount = value if isinstance(value, dict) else stated
    least, most = find_amount(dig(amount, "minValue")), find_amount(dig(amount, "maxValue"))
    if not least and not most:
        single = dig(amount, "value") if isinstance(amount, dict) else stated
        least, most = find_range(single)
    stated_in = (dig(stated, "currency"), dig(amount, "currency"), dig(node, "salaryCurrency"))
    currency = next((name for value in stated_in if (name := _clean(value))), None)
    if not currency or max(least or 0, most or 0) <= 0:
        return None
    period = _clean(dig(amount, "unitText")) or _clean(dig(stated, "unitText")) or _clean(dig(amount, "unitCode"))
    return RawPay(min=least or None, max=most or None, currency=currency, period=period)


def _read_pay_text(stated: Any) -> str | None:
    """A salary in words."""
    value = dig(stated, "value")
    said = next((part for part in (stated, value, dig(value, "value")) if isinstance(part, str)), None)
    text = _clean(said)
    return text if text and find_amount(text) is None else None
