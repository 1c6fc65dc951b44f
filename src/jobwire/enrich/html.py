"""HTML, escaped HTML or plain text to calm plain text: line breaks kept, one list item a line."""

from __future__ import annotations

import html
import re
import unicodedata

from resiliparse.extract.html2text import extract_plain_text

from jobwire.enrich.late import compile_late
from jobwire.enrich.tables import write_columns
from jobwire.model.raw import RawPosting

MAX_CHARS = 2_000_000
"""Longer descriptions are cut: no real one comes near."""

_BLOCK = "p|div|li|ul|ol|h[1-6]|table|tr|td|section|article|dl|dt|dd|header|footer|main|body|html|pre|blockquote"
_INLINE = "br|b|i|u|a|em|strong|span|font|img|hr|sup|sub|small|script|style|meta|head|center|mark|code|label"
_TAG = compile_late(rf"</?(?:{_BLOCK}|{_INLINE})(?:\s[^<>]{{0,4000}})?/?>", re.IGNORECASE)
_BLOCK_TAG = compile_late(rf"</?(?:{_BLOCK})[\s/>]", re.IGNORECASE)
_ESCAPED_TAG = compile_late(rf"&lt;/?(?:{_BLOCK}|{_INLINE})(?:\s|/|&gt;)", re.IGNORECASE)
_LIST_TAG = compile_late(r"<(/?)[uo]l(?=[\s/>])", re.IGNORECASE)
_MAX_LIST_DEPTH = 40
"""Each level is indented: without a limit, lists within lists make a text of the square of their length."""
_INVISIBLE = compile_late(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffc]"
)
_LINE_END = compile_late(r"\r\n?|\x85|\u2028|\u2029")
_LINE_END_SIGNS = "\r\x85\u2028\u2029"
_BULLETS = frozenset("•●▪■◦‣∙·○◆►▶➢➤✓✔✅❖\uf0b7\uf0a7")
_DASHES = frozenset("*–—-")
_SECOND_BULLET = frozenset("•·*-")
_LISTED = compile_late(r" {2,40}\d{1,3}\. ")


def extract_text(source: str) -> str:
    """Plain text of `source`, which may be HTML, HTML with its entities escaped, or plain text already.

    Bullets come out as `- ` at the start of a line, paragraphs stay apart by at most one empty line.
    Never raises; time is linear in the length.
    """
    text = to_unicode(source[:MAX_CHARS])
    if _ESCAPED_TAG.search(text) and not _TAG.search(text):
        text = html.unescape(text)
    if not _TAG.search(text):
        return calm(html.unescape(text))
    text = _parse(text)
    if _ESCAPED_TAG.search(source) and _TAG.search(text):  # escaped twice: Greenhouse boards, Workday imports
        text = _parse(text)
    return calm(text)


def to_text(posting: RawPosting) -> str:
    """The whole description of a posting as plain text, from whichever form the ATS gave."""
    if posting.description_html and posting.description_html.strip():
        return extract_text(posting.description_html)
    parts = [extract_text(posting.description_text or "")]
    for section in posting.sections:
        parts += [calm_line(section.heading), extract_text(section.html)]
    return "\n\n".join(part for part in parts if part)


def calm(text: str) -> str:
    """`text` with quiet white space: no invisible characters, no runs of blanks or of empty lines."""
    if any(sign in text for sign in _LINE_END_SIGNS):
        text = _LINE_END.sub("\n", text)
    kept: list[str] = []
    is_waiting = False
    for raw in text.split("\n"):
        line = _calm_part(raw) if raw else raw
        if line in ("", "-"):
            is_waiting = is_waiting or bool(line)
            if kept and kept[-1]:
                kept.append("")
            continue
        if is_waiting and not line.startswith("- "):  # a bullet with its text in a paragraph below it
            line = f"- {line}"
        is_waiting = False
        if line.startswith("- ") and len(kept) > 1 and not kept[-1] and kept[-2].startswith("- "):
            kept.pop()
        kept.append(line)
    return "\n".join(kept).strip()


def _calm_part(raw: str) -> str:
    """One line without edges, its bullet or number of a list as `- `."""
    line = raw.strip(" ")
    if line[:1].isdigit() and (listed := _LISTED.match(raw)):
        line = f"- {raw[listed.end() :]}"
    if not line.isprintable():
        line = _INVISIBLE.sub("", line)
        line = " ".join(line.split())
    elif "  " in line:
        line = " ".join(line.split())
    if line and (line[0] in _BULLETS or (line[0] in _DASHES and line[1:2] in ("", " "))):
        body = line[2:] if line[1:2] in _SECOND_BULLET else line[1:]
        line = f"- {body.lstrip(' ')}".rstrip(" ")
    return line


def calm_line(text: str) -> str:
    """One line of text as it was published: entities and invisible characters resolved, blanks collapsed."""
    text = html.unescape(to_unicode(text))
    if not (text.isascii() and text.isprintable()):
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def to_unicode(text: str) -> str:
    """`text` in composed form and without lone surrogates, which no encoder downstream accepts."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text


def _parse(markup: str) -> str:
    if not _BLOCK_TAG.search(markup):  # a text with a few inline tags: its line breaks mean something
        markup = markup.replace("\n", "<br>")
    lowered = markup.lower()
    if "<table" in lowered:
        markup = write_columns(markup)
    if lowered.count("<ul") + lowered.count("<ol") > _MAX_LIST_DEPTH:
        markup = _flatten_lists(markup)
    text = extract_plain_text(markup, preserve_formatting=True, main_content=False, list_bullets=True)
    return str(text)


def _flatten_lists(markup: str) -> str:
    """`markup` whose lists deeper than `_MAX_LIST_DEPTH` are plain blocks."""
    depth = 0

    def rename(tag: re.Match[str]) -> str:
        nonlocal depth
        is_end = bool(tag[1])
        level = depth if is_end else depth + 1
        depth = max(0, depth - 1) if is_end else depth + 1
        return tag[0] if level <= _MAX_LIST_DEPTH else f"<{tag[1]}div"

    return _LIST_TAG.sub(rename, markup)
