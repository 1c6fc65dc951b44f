"""HTML pages: JSON islands in their scripts, parents of a node, and whether they are whole."""

from __future__ import annotations

import json
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

_DECODER = json.JSONDecoder(strict=False)
_GAP = 40
"""Characters that may stand between a marker and its object: ` = `, `(`, line breaks."""


def find_assigned(html: str, marker: str) -> Any:
    """The JSON object or list that follows `marker` (`window.pageData`), or None."""
    start = html.find(marker)
    while start >= 0:
        start += len(marker)
        opening = [at for bracket in "{[" if (at := html.find(bracket, start, start + _GAP)) >= 0]
        if opening:
            try:
                return _DECODER.raw_decode(html, min(opening))[0]
            except (ValueError, RecursionError):
                pass  # the marker stands elsewhere too: go on
        start = html.find(marker, start)
    return None


def find_next_data(html: str) -> Any:
    """The data of a Next.js page, or None."""
    node = LexborHTMLParser(html).css_first("script#__NEXT_DATA__")
    if node is None:
        return None
    try:
        return json.loads(node.text(), strict=False)
    except (ValueError, RecursionError):
        return None


def find_parent(node: LexborNode, *tags: str) -> LexborNode | None:
    """The nearest ancestor with one of these tags."""
    current = node.parent
    while current is not None and current.tag not in tags:
        current = current.parent
    return current


def is_whole(html: str) -> bool:
    """Whether a page arrived to its end: a cut list looks like a shorter one."""
    return "</html" in html[-5_000:].lower()
