"""HTML pages: JSON islands in their scripts, parents of a node, and whether they are whole."""

from __future__ import annotations

import json
import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from jobwire.errors import BoardBroken

MAX_DEPTH = 1_000
"""Blocks inside blocks. The HTML standard's rules are quadratic in the depth: 100,000 take minutes."""
_BLOCKS = (
    "div section article main aside nav header footer ul ol dl blockquote center fieldset details figure pre form"
)
_BLOCK = re.compile(rf"<(/?)(?:{_BLOCKS.replace(' ', '|')})\b", re.IGNORECASE)
_COMMENT = re.compile(r"<!--(?:-?>|.*?(?:--!?>|\Z))", re.DOTALL)  # unclosed: all the rest, as in browsers
_TRIES = 20
_DECODER = json.JSONDecoder(strict=False)
_GAP = 40
"""Characters that may stand between a marker and its object: ` = `, `(`, line breaks."""


def read_html(html: str) -> LexborHTMLParser:
    """The page as a tree. Raises BoardBroken where it is nested deeper than any real page."""
    depth = 0
    if html.count("<") > MAX_DEPTH:
        for found in _BLOCK.finditer(_COMMENT.sub("", html)):
            depth = max(depth + (-1 if found[1] else 1), 0)
            if depth > MAX_DEPTH:
                raise BoardBroken(f"A page with more than {MAX_DEPTH} blocks inside each other.")
    return LexborHTMLParser(html)


def find_assigned(html: str, marker: str) -> Any:
    """The JSON object or list that follows `marker` (`window.pageData`), or None."""
    start = html.find(marker)
    for _ in range(_TRIES):
        if start < 0:
            break
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
    node = read_html(html).css_first("script#__NEXT_DATA__")
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
