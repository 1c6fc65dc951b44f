"""A description, which is plain text, as blocks for a page and as the HTML that other programs expect."""

from __future__ import annotations

import html
from itertools import pairwise

import msgspec

from jobwire.model.job import Job

_BULLETS = ("- ", "• ", "* ")
_LONGEST_HEADING = 80


class Block(msgspec.Struct):
    """Lines that belong together. `kind`: `text`, `list` or `heading`."""

    kind: str
    lines: list[str]


def read_blocks(text: str) -> list[Block]:
    """Paragraphs and lists; a short line alone before a list is its heading."""
    blocks: list[Block] = []
    apart = True
    for line in map(str.strip, text.split("\n")):
        kind = "list" if line.startswith(_BULLETS) else "text"
        if line:
            if not blocks or blocks[-1].kind != kind or (apart and kind == "text"):
                blocks.append(Block(kind, []))
            blocks[-1].lines.append(line[2:].strip() if kind == "list" else line)
        apart = not line
    for block, following in pairwise(blocks):
        if following.kind == "list" and block.kind == "text" and _heads(block.lines):
            block.kind = "heading"
    return blocks


def write_html(job: Job) -> str:
    """The description of a job in the three elements that Google names for JobPosting, and that importers of XML
    take too: `<p>`, `<ul>`, `<li>`; and `<br>`."""
    return "".join(map(_write, read_blocks(job.description)))


def _heads(lines: list[str]) -> bool:
    return len(lines) == 1 and len(lines[0]) <= _LONGEST_HEADING and lines[0][-1] not in ".!?,;"


def _write(block: Block) -> str:
    lines = [html.escape(line, quote=False) for line in block.lines]
    if block.kind == "list":
        return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"
    return f"<p>{'<br>'.join(lines)}</p>"
