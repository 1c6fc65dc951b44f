"""Job feeds in RSS, Atom and JSON Feed, to items of one shape."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

import msgspec

from jobwire.collect.markup import find_elements, find_field, read_xml
from jobwire.collect.posting_node import make_posting_id
from jobwire.collect.protocol import Response, get_list, get_text
from jobwire.collect.scalars import dig, find_amount, find_date, find_title, find_url
from jobwire.errors import BoardBroken
from jobwire.model.raw import RawPay

_MORE_TEXTS = ("examplesofduties", "qualifications", "supplementalinformation")
_ID_NAME = re.compile(r"id$|^p$|job|req|vacan|post|offer|stelle|nr$|number", re.IGNORECASE)
_NO_ID = re.compile(r"sess|^sid$|^[cu]id$|_cid$|visit|token|utm_", re.IGNORECASE)


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a feed; without title or link it is left out."""

    title: str
    url: str
    guid: str | None = None
    html: str | None = None
    published_at: datetime | None = None
    location: str | None = None
    department: str | None = None
    employment_type: str | None = None
    company: str | None = None
    pay: RawPay | None = None


def name_items(items: Sequence[Item]) -> list[str]:
    """The id of each item: its guid, else the part of its address that does not change from one time to the next.

    Where that part is the same for several items of the feed, their whole addresses tell them apart.
    """
    names = [(_find_name(item), make_posting_id(item.url, None)) for item in items]
    places: dict[str, set[str]] = {}
    for name, place in names:
        places.setdefault(name, set()).add(place)
    return [name if len(places[name]) == 1 else place for name, place in names]


def _find_name(item: Item) -> str:
    if item.guid and not find_url(item.guid):
        return item.guid[:200]
    path, _, query = make_posting_id(find_url(item.guid) or item.url, None).partition("?")
    last = path.rstrip("/").rpartition("/")[2]
    if not query or (re.search(r"\d|-.*-", last) and not last.endswith((".php", ".aspx", ".asp", ".jsp"))):
        return path
    pairs = [pair for pair in query.split("&") if not _NO_ID.search(pair.partition("=")[0])]
    named = [pair for pair in pairs if _ID_NAME.search(pair.partition("=")[0])]
    return f"{path}?{'&'.join(named or pairs)}"


def is_feed(response: Response) -> bool:
    """Whether the body begins as a feed does."""
    start = response.body[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"{"):
        return b"jsonfeed.org/version" in start
    return start.startswith(b"<") and (b"<rss" in start or b"<feed" in start or b"<rdf:rdf" in start)


def read_items(response: Response) -> tuple[list[Item], int]:
    """(items, entries that are none). Raises BoardBroken for anything but a feed."""
    if response.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        entries = get_list(response.json(), "items", url=response.url)
        found = [_read_json(entry, response.url) for entry in entries]
    else:
        root = read_xml(response)
        kind = root.tag.rsplit("}", 1)[-1].lower()
        if kind not in ("rss", "feed", "rdf"):
            raise BoardBroken(f"{response.url}: expected a feed, got <{root.tag[:40]}>.")
        elements = [*find_elements(root, "item"), *find_elements(root, "entry")]
        if not elements and kind != "feed" and next(find_elements(root, "channel"), None) is None:
            raise BoardBroken(f"{response.url}: a feed without a channel.")
        found = [_read_element(element, response.url) for element in elements]
    items = [item for item in found if item]
    return items, len(found) - len(items)


def _read_json(entry: Any, base: str) -> Item | None:
    title, url = find_title(dig(entry, "title")), find_url(dig(entry, "url"), base)
    if not title or not url:
        return None
    html = get_text(entry, "content_html") or get_text(entry, "content_text")
    published_at = find_date(dig(entry, "date_published"))
    return Item(title=title, url=url, guid=get_text(entry, "id"), html=html, published_at=published_at)


def _read_element(element: Element, base: str) -> Item | None:
    title = find_title(find_field(element, "title"))
    url = find_url(find_field(element, "link") or _find_href(element), base)
    if not title or not url:
        return None
    texts = [find_field(element, "encoded", "content", "description", "summary")]
    texts += [find_field(element, name) for name in _MORE_TEXTS]  # of governmentjobs.com
    return Item(
        title=title,
        url=url,
        guid=find_field(element, "guid", "id"),
        html="\n".join(text for text in texts if text) or None,
        published_at=find_date(find_field(element, "pubDate", "published", "date")),
        location=find_title(find_field(element, "location")),
        department=find_title(find_field(element, "department")),
        employment_type=find_title(find_field(element, "job_type", "jobtype", "employmentType")),
        company=find_title(find_field(element, "company", "employer")),
        pay=_read_pay(element),
    )


def _read_pay(element: Element) -> RawPay | None:
    least, most = (find_amount(find_field(element, name)) for name in ("minimumSalary", "maximumSalary"))
    currency = find_field(element, "salaryCurrency")
    if not currency or not (least or most):
        return None
    return RawPay(min=least, max=most, currency=currency, period=find_field(element, "salaryInterval"))


def _find_href(element: Element) -> str | None:
    """Atom: the alternate link."""
    links = [link for link in element if isinstance(link.tag, str) and link.tag.rsplit("}", 1)[-1] == "link"]
    for link in links:
        if link.get("rel", "alternate") == "alternate" and link.get("href"):
            return link.get("href")
    return None
