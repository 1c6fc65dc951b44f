"""JSON islands in HTML pages: objects assigned in scripts, `__NEXT_DATA__`."""

from __future__ import annotations

import json
from typing import Any

from selectolax.lexbor import LexborHTMLParser

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
