"""Job feeds in RSS, Atom and JSON Feed, to items of one shape."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

import msgspec

from jobwire.collect.markup import find_elements, find_field, read_xml
from jobwire.collect.protocol import Response, get_text
from jobwire.collect.scalars import dig, find_date, find_list, find_title, find_url
from jobwire.errors import BoardBroken


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a feed; without title or link it is left out."""

    title: str
    url: str
    guid: str | None = None
    html: str | None = None
    published_at: datetime | None = None


def is_feed(response: Response) -> bool:
    """Whether the body begins as a feed does."""
    start = response.body[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"{"):
        return b"jsonfeed.org/version" in start
    return start.startswith(b"<") and (b"<rss" in start or b"<feed" in start or b"<rdf:rdf" in start)


def read_items(response: Response) -> tuple[list[Item], int]:
    """(items, entries that are none). Raises BoardBroken for anything but a feed."""
    if response.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        entries = find_list(response.json(), "items")
        found = [_read_json(entry, response.url) for entry in entries]
    else:
        root = read_xml(response)
        if root.tag.rsplit("}", 1)[-1].lower() not in ("rss", "feed", "rdf"):
            raise BoardBroken(f"{response.url}: expected a feed, got <{root.tag[:40]}>.")
        elements = [*find_elements(root, "item"), *find_elements(root, "entry")]
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
    return Item(
        title=title,
        url=url,
        guid=find_field(element, "guid", "id"),
        html=find_field(element, "encoded", "content", "description", "summary"),
        published_at=find_date(find_field(element, "pubDate", "published", "date")),
    )


def _find_href(element: Element) -> str | None:
    """Atom: the alternate link."""
    links = [link for link in element if isinstance(link.tag, str) and link.tag.rsplit("}", 1)[-1] == "link"]
    for link in links:
        if link.get("rel", "alternate") == "alternate" and link.get("href"):
            return link.get("href")
    return None
