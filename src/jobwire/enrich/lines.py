"""Cut a description into clean lines, and a paragraph into sentences."""

from __future__ import annotations

from typing import NamedTuple

from jobwire.enrich.headings import find_kind
from jobwire.enrich.late import compile_late

MAX_LINES = 1_500
MAX_LINE_CHARS = 20_000

_FEW_LINES = 6
_FEW_LABELS = 2
_LONG_TEXT = 600
_MAX_LABEL_CHARS = 60
_MIN_LABELLED_CHARS = 25
_BULLET = compile_late(
    r"^\s*(?:(?:\\-|-(?=[A-ZÀ-Ý\d])|\*(?=[A-ZÀ-Ý][^*]*$))\s*|(?:[-*•●▪■◦‣∙·○◆►–—✓✔]|\d{1,2}[.)]|[a-z]\))\s+)"
)
_MARKED = compile_late(r"(#{1,6})\s+(?=\S)|(?:\*\*|__|`)(?=[^\n*_`]{2,90}(?:\*\*|__|`):?\s*$)")
_INNER_BULLET = compile_late(r"\s*[•●▪◦‣∙]\s*")
_INNER_HEADING = compile_late(r"(?<=[.!?;:)\w])\s+(?=([A-ZÀ-Ý][\w'’ /&-]{2,45}):\s)")
_SENTENCE_END = compile_late(r"[.!?][\"”’)]?\s+(?=[\"“(]?[A-Z0-9À-Ý])")
_ABBREVIATION = compile_late(
    r"(?i:dr|mr|ms|mrs|st|vs|no|jr|sr|inc|ltd|etc|approx|min|max|e\.g|i\.e|z\.b|u\.s|u\.k|bzw|ggf|inkl|ca|"
    r"d\.h|p\.ej|bijv|nr|ref|dept)|[A-Za-z]"
)
_EMPHASIS = compile_late(r"\*\*|__|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)")


class Line(NamedTuple):
    text: str
    is_item: bool
    """One item of a list."""
    mark: str = ""
    """`#` for a heading of Markdown, `*` for a line in bold."""


def split_lines(text: str) -> list[Line]:
    """Clean lines without their bullets; a text poured into one line is cut at its bullets and headings."""
    raw = [line for line in text.split("\n", MAX_LINES)[:MAX_LINES] if line and not line.isspace()]
    is_long = len(text) > _LONG_TEXT
    if len(raw) <= _FEW_LINES and (is_long or text.count(": ") >= _FEW_LABELS):
        raw = [part for line in raw for part in _cut_poured(line[:MAX_LINE_CHARS], is_long=is_long)]
    lines: list[Line] = []
    has_inner_bullets = any(bullet in text for bullet in "•●▪◦‣∙")
    for line in raw:
        _add_line(lines, line[:MAX_LINE_CHARS], has_inner_bullets)
    return lines[:MAX_LINES]


def _cut_poured(line: str, *, is_long: bool) -> list[str]:
    """The parts of a text poured into one line: before known headings, of a long one before each label after
    a sentence."""
    parts: list[str] = []
    start = 0
    label_end = 0
    for found in _INNER_HEADING.finditer(line):
        after = line[found.start() - 1]
        if found.start() < label_end:
            continue  # `Skills:` of `Preferred Skills:`
        label_end = found.end(1)
        is_ended = after in ".!?;"
        if (is_ended and is_long) or ((is_long or is_ended) and find_kind(found[1], sure=after == ":")):
            parts.append(line[start : found.start()])
            start = found.end()
    return [*parts, line[start:]]


def _add_line(lines: list[Line], line: str, has_inner_bullets: bool) -> None:
    is_plain = line.startswith("- ")
    has_sign = not is_plain and (not line[0].isalpha() or line[1:2] == ")")
    marked = _MARKED.match(line) if has_sign else None
    if marked:
        if text := clean_line(line[marked.end() :].replace("`", "")):
            lines.append(Line(text, False, "#" if marked[1] else "*"))
        return
    bullet = _BULLET.match(line) if has_sign else None
    body = line[2:] if is_plain else line[bullet.end() :] if bullet else line
    parts = _INNER_BULLET.split(body) if has_inner_bullets and not body.isascii() else [body]
    for place, part in enumerate(parts):
        text = clean_line(part)
        is_item = is_plain or bool(bullet) or place > 0
        if not is_item and lines and _is_label(lines[-1]) and len(text) > _MIN_LABELLED_CHARS:
            lines[-1] = Line(f"{lines[-1].text} {text}", True)
        elif text and (text[0].isalnum() or any(c.isalnum() for c in text)):
            lines.append(Line(text, is_item))


def _is_label(line: Line) -> bool:
    """An item such as `Quality review:` whose text stands in a paragraph of its own below it."""
    return line.is_item and line.text.endswith(":") and len(line.text) <= _MAX_LABEL_CHARS


def clean_line(text: str) -> str:
    """Without emphasis marks and runs of blanks."""
    if "*" in text or "__" in text:
        text = _EMPHASIS.sub("", text)
    if "  " in text or not text.isprintable():
        text = " ".join(text.split())
    return text.strip(" ").lstrip("-–—•· ")


def lower(text: str) -> str:
    """`text` in lower case, every character at its place."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters have a longer small form
        lowered = "".join(c if len(c.lower()) > 1 else c.lower() for c in text)
    return lowered


def split_sentences(paragraph: str) -> list[str]:
    """Sentences of one paragraph, each with its end mark; abbreviations do not end one."""
    sentences: list[str] = []
    start = 0
    paragraph = paragraph[:MAX_LINE_CHARS]
    inner = paragraph[:-1]
    if "." not in inner and "!" not in inner and "?" not in inner:
        return [paragraph.strip()] if paragraph and not paragraph.isspace() else []
    for end in _SENTENCE_END.finditer(paragraph):
        last_word = paragraph[max(start, end.start() - 12) : end.start()].rsplit(None, 1)[-1:]
        if not last_word or not _ABBREVIATION.fullmatch(last_word[0].lstrip("(")):
            sentences.append(paragraph[start : end.end()].strip())
            start = end.end()
    rest = paragraph[start:].strip()
    return [*sentences, rest] if rest else sentences
