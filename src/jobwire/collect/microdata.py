"""schema.org JobPosting written as attributes of a page's elements (microdata), to the nodes that JSON-LD has."""

from __future__ import annotations

from collections import deque
from typing import Any

from selectolax.lexbor import LexborNode

from jobwire.collect.islands import read_html
from jobwire.errors import BoardBroken

_MAX_ITEMS = 500
_MAX_ELEMENTS = 20_000
_TEXTS = frozenset({"description", "responsibilities", "qualifications", "skills", "benefits", "jobBenefits"})
"""Properties whose markup counts."""
_LINKS = {"a": "href", "link": "href", "area": "href", "img": "src"}


def find_items(html: str) -> list[dict[str, Any]]:
    """A node for each JobPosting of the page that is written in this way."""
    if "itemtype" not in html or "JobPosting" not in html:
        return []
    try:
        elements = read_html(html).css('[itemscope][itemtype*="schema.org/JobPosting"]')
    except BoardBroken:
        return []
    return [_read_item(element) for element in elements[:_MAX_ITEMS]]


def _read_item(element: LexborNode) -> dict[str, Any]:
    """The properties of one item; one that is an item itself becomes a node in its turn."""
    root: dict[str, Any] = _start(element)
    queue = deque((child, root) for child in element.iter())
    for _ in range(_MAX_ELEMENTS):
        if not queue:
            break
        child, owner = queue.popleft()
        names = (child.attributes.get("itemprop") or "").split()
        is_item = "itemscope" in child.attributes
        value: Any = _start(child) if is_item else None
        for name in names:
            _add(owner, name, value if is_item else _read_value(child, name))
        if not is_item or names:
            queue.extend((inner, value if is_item else owner) for inner in child.iter())
    return root


def _start(element: LexborNode) -> dict[str, Any]:
    return {"@type": (element.attributes.get("itemtype") or "").rstrip("/").rpartition("/")[2]}


def _add(owner: dict[str, Any], name: str, value: Any) -> None:
    """A property that is given again becomes a list."""
    if name not in owner:
        owner[name] = value
    elif isinstance(owner[name], list):
        owner[name].append(value)
    else:
        owner[name] = [owner[name], value]


def _read_value(element: LexborNode, name: str) -> str | None:
    attributes = element.attributes
    stated = attributes.get("content") or attributes.get("datetime")
    if stated:
        return stated
    if name in _TEXTS:
        return (element.inner_html or "").strip() or None
    link = attributes.get(_LINKS.get(element.tag or "", ""))
    return (
        link if link and name in ("url", "sameAs", "logo", "image") else " ".join(element.text().split()) or None
    )
