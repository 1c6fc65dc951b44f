"""A table whose columns are the parts of a posting (tasks, needs, gets), written out column by column."""

from __future__ import annotations

import html
import re

from jobwire.enrich.headings import find_kind
from jobwire.enrich.late import compile_late

_TABLE = compile_late(r"<table(?=[\s>])|</table\s?>", re.IGNORECASE)
_ROW = compile_late(r"<tr(?:\s[^<>]{0,1000})?>", re.IGNORECASE)
_CELL = compile_late(r"<t[dh](?:\s[^<>]{0,1000})?>", re.IGNORECASE)
_END = compile_late(r"</?(?:td|th|tr|tbody|thead|tfoot|table)(?:\s[^<>]{0,1000})?>", re.IGNORECASE)
_ANY_TAG = compile_late(r"<[^<>]{1,1000}>")
_HAS_BLOCKS = compile_late(r"<(?:li|p|div|br)[\s/>]", re.IGNORECASE)
_MAX_COLUMNS = 6
_MIN_KNOWN = 2
"""Headings of columns that are parts of a posting."""
_KINDS = frozenset(("responsibilities", "must_have", "preferred", "benefits"))


def write_columns(markup: str) -> str:
    """`markup` whose tables of parts are headings with lists; other tables as they were. Linear."""
    parts: list[str] = []
    done, opened = 0, -1
    for tag in _TABLE.finditer(markup):
        if tag[0][1] != "/":
            opened = tag.start()  # of tables within tables the innermost
        elif opened >= 0:
            columns = _write_table(markup[opened : tag.end()])
            if columns:
                parts += [markup[done:opened], columns]
                done = tag.end()
            opened = -1
    return "".join([*parts, markup[done:]]) if parts else markup


def _write_table(table: str) -> str:
    rows = [[_END.sub("", cell) for cell in _CELL.split(row)[1:]] for row in _ROW.split(table)[1:]]
    heads = [html.unescape(_ANY_TAG.sub("", cell)).strip() for cell in rows[0]] if rows else []
    if len(rows) < 2 or not 2 <= len(heads) <= _MAX_COLUMNS or any(len(row) != len(heads) for row in rows):
        return ""
    kinds = {kind for head in heads if (kind := find_kind(head, sure=True)) in _KINDS}
    if len(kinds) < _MIN_KNOWN:
        return ""
    return "".join(
        f"<p>{rows[0][place]}</p>" + _write_cells([row[place] for row in rows[1:]]) for place in range(len(heads))
    )


def _write_cells(cells: list[str]) -> str:
    if any(_HAS_BLOCKS.search(cell) for cell in cells):
        return "".join(f"<div>{cell}</div>" for cell in cells)
    return f"<ul>{''.join(f'<li>{cell}</li>' for cell in cells if cell.strip())}</ul>"
