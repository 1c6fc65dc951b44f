"""Cut a posting at its headings into blocks."""

from __future__ import annotations

import re

from jobwire.enrich.headings import find_kind, find_lead_in, fold_heading, match_heading
from jobwire.enrich.late import compile_late
from jobwire.enrich.lines import Line

LISTS = frozenset(("responsibilities", "must_have", "preferred", "benefits"))
"""Kinds of blocks that hold lists."""
_PLAIN_HEADINGS = frozenset(
    ("requirements", "requirement", "responsibilities", "qualifications", "benefits", "benefits & perks", "perks")
)
"""Of a posting whose headings bear bullets as well."""
_PAY = compile_late(r"(?:[A-Za-z]{2,8} ){0,3}(?:[A-Z]{0,3}[$€£]|(?:EUR|CHF|GBP|USD) )\s?\d(?:[^,;|]|,\d)*$")
_LAST = compile_late(r"^\s*(?:and|as well as|und|sowie|et|y|en|e)\s", re.IGNORECASE)
"""`Package: £40,000` is the line that names the pay, and begins no list."""
_MAX_SUBHEADING_CHARS = 70
_MAX_SUBHEADING_WORDS = 9
_MIN_MARKS = 2
"""Semicolons or commas that make a list of a line."""
_MAX_PART_CHARS = 60


class Block:
    """A heading and what stands below it, while the posting is read."""

    def __init__(self, kind: str, heading: str = "", parent: str = "") -> None:
        self.kind = kind
        """One of `headings.KINDS`, `vote`, `mixed`, `sub` (an unknown heading below `parent`), ""."""
        self.heading = heading
        self.parent = parent
        self.lines: list[Line] = []
        self.told_before = 0.0
        """Share of the duties before an unknown heading that have the form of a task."""

    def has_items(self) -> bool:
        return any(line.is_item for line in self.lines)


def read_blocks(lines: list[Line], stated: set[str]) -> list[Block]:
    """The blocks of a posting in their order; `stated`: folded headings that the ATS named."""
    blocks = [Block("")]
    for place, line in enumerate(lines):
        before_list = place + 1 < len(lines) and lines[place + 1].is_item
        block = (
            None
            if line.is_item and not (line.text.endswith(":") or line.text.lower() in _PLAIN_HEADINGS)
            else _open_block(line, before_list, blocks[-1], stated)
        )
        if block is None:
            blocks[-1].lines.append(line)
        else:
            blocks += _resume(blocks[-1], block)
    return blocks


def _resume(last: Block, block: Block) -> list[Block]:
    """`block`; a labelled line (`Schedule: ...`) amid a list without bullets does not end that list."""
    if not block.heading and block.kind not in LISTS:
        return [block, Block(last.kind, last.heading, last.parent)]
    return [block]


def _open_block(line: Line, before_list: bool, last: Block, stated: set[str]) -> Block | None:
    """The block that a line begins, or None for a line of the block before."""
    if line.is_item:  # a list whose headings are items themselves: `- Requirements:`
        kind = find_kind(line.text, sure=False)
        return Block(kind, line.text) if kind in LISTS and kind != last.kind else None
    if stated and fold_heading(line.text[:200]) in stated:
        return Block(find_kind(line.text, sure=True) or "vote", line.text)
    heading = match_heading(line.text, before_list=before_list or bool(line.mark))
    if heading and heading.rest and (heading.kind not in LISTS or _PAY.match(heading.rest)):
        return _open_label(line, "about_role" if heading.kind in LISTS else heading.kind, last)
    if (
        heading
        and heading.kind == last.kind == "benefits"
        and last.heading
        and not (before_list or line.mark or line.text.endswith(":"))
    ):
        return None  # `Health insurance` in a list without bullets
    is_same = heading is not None and heading.kind in (
        last.kind,
        *(("vote", "about_role") if before_list else ()),
    )
    if heading and not (_is_intro(line.text, last) and (is_same or not last.lines)):
        block = Block(heading.kind, line.text if not heading.rest else line.text[: -len(heading.rest)])
        block.lines += _split_rest(heading.kind, heading.rest)
        return block
    if line.mark == "#" or (before_list and len(line.text) <= _MAX_SUBHEADING_CHARS and _stands_out(line)):
        return Block("vote", line.text)
    return _open_sublist(line.text, last) if before_list else None


def _stands_out(line: Line) -> bool:
    """An unknown heading above a list that is none of the parts of the list before it."""
    return line.text.endswith("?") or line.mark == "*" or (line.text.isupper() and " " in line.text)


def _open_label(line: Line, kind: str, last: Block) -> Block | None:
    """`Location: Reno` is a line of its own, and no item of a list without bullets; `Pay: $20` may be one."""
    if kind != "about_role" or last.kind not in LISTS or last.has_items():
        return None
    block = Block(kind)
    block.lines.append(line)
    return block


def _is_intro(text: str, last: Block) -> bool:
    """A line between a heading and its list (`You will:` below `Responsibilities`) changes nothing."""
    return bool(last.heading) and last.kind in LISTS and not last.has_items() and text.endswith(":")


def _open_sublist(text: str, last: Block) -> Block | None:
    if text.endswith(":"):
        kind = find_lead_in(text)
        if _is_intro(text, last) and (not kind or not last.lines):
            return None
        if kind:
            return Block(kind, text if len(text) <= _MAX_SUBHEADING_CHARS else "")
    elif text.endswith((".", "!", ";", ",", "?")):
        return None
    if len(text) > _MAX_SUBHEADING_CHARS or text.count(" ") >= _MAX_SUBHEADING_WORDS:
        return None
    return Block("sub", text, parent=last.parent if last.kind == "sub" else last.kind)


def _split_rest(kind: str, rest: str) -> list[Line]:
    """The items behind a heading on its line: between semicolons, those of benefits between commas too."""
    signs = (";", " | ", ", ") if kind == "benefits" else (";", " | ")
    mark = next((sign for sign in signs if rest.count(sign) >= _MIN_MARKS), "")
    parts = [_LAST.sub("", part).strip() for part in rest.rstrip(".").split(mark)] if mark else []
    parts = [part for part in parts if part]
    if len(parts) <= _MIN_MARKS or (mark == ", " and max(map(len, parts)) > _MAX_PART_CHARS):
        return [Line(rest, False)] if rest else []
    return [Line(part, True) for part in parts]
