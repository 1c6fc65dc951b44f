"""URLs as people paste them and pages write them, taken apart so that nobody is fooled by them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from jobwire.model.board import Board

_JUNK = " \t\r\n\f\v\0<>\"'`()[]{},;:!*…“”‘’"
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):(?!\d)", re.I)
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_\-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9\-]{0,61}[a-z0-9]")
_SLUG = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._\-]{0,98}[A-Za-z0-9_\-])?")
_PAGE_CHARS = 4_000_000
_MOST_LINKS = 5_000


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A URL in parts. `host` is lower case without port, user or final dot; `path` keeps its percent-encoding."""

    host: str
    path: tuple[str, ...] = ()
    query: dict[str, str] = {}
    """Decoded; names in lower case, the first value of each."""

    def is_under(self, *domains: str) -> bool:
        """Whether the host is one of `domains` or a subdomain of one."""
        return any(self.host == domain or self.host.endswith("." + domain) for domain in domains)

    def subdomain(self, *domains: str) -> str | None:
        """What stands before `domain` in the host: `acme` of acme.recruitee.com; None if nothing does."""
        for domain in domains:
            if self.host.endswith("." + domain):
                return self.host[: -len(domain) - 1]
        return None

    def after_locale(self) -> tuple[str, ...]:
        """The path without a first segment such as `en-US` or `de_DE`."""
        if self.path and re.fullmatch(r"[a-z]{2}[-_][a-z]{2}", self.path[0], re.I):
            return self.path[1:]
        return self.path


def parse_link(url: str) -> Link | None:
    """The parts of an http(s) URL, read as a browser does; the scheme may be missing. None for anything else."""
    text = re.sub(r"[\t\r\n]", "", url.strip(_JUNK)).replace("&amp;", "&")
    if len(text) > 4000:
        return None
    if text.endswith(".") and "%20" not in text:  # the end of a sentence, rather than of "Acme Inc."
        text = text.rstrip(".")
    head, mark, tail = re.fullmatch(r"([^?#]*)([?#]?)(.*)", text, re.S).groups()  # type: ignore[union-attr]
    text = head.replace("\\", "/") + mark + tail
    if scheme := _SCHEME.match(text):
        if scheme[1].lower() not in ("http", "https"):
            return None
        text = text[scheme.end() :]
    try:
        parts = urlsplit("https://" + text.lstrip("/"))
        host = (parts.hostname or "").rstrip(".")
        _ = parts.port  # raises for a port that is none
        query = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return None
    if not _HOST.fullmatch(host):
        return None
    path = tuple(part.partition(";")[0] for part in parts.path.split("/"))
    names: dict[str, str] = {}
    for name, value in query:
        names.setdefault(name.lower(), value)
    return Link(host=host, path=tuple(part for part in path if part), query=names)


def find_slug(segment: str | None, *reserved: str) -> str | None:
    """A board token of letters, digits, `-`, `_` and `.`, percent-decoded; None if it is reserved or no token."""
    text = unquote(segment or "").strip(_JUNK + "/\\")
    if not _SLUG.fullmatch(text) or text.lower() in reserved:
        return None
    return text


def find_links(html: str, *domains: str) -> list[str]:
    """URLs of these domains in a page, as written, most telling first: scripts and frames, then by frequency."""
    page = _plain(html)
    lower = _lower(html)
    if not any(domain in lower for domain in domains):
        return []
    embedded: dict[str, int] = {}
    linked: dict[str, int] = {}
    for count, found in enumerate(_pattern(domains).finditer(page)):
        if count >= _MOST_LINKS:
            break
        group = embedded if found[1] else linked
        group[found[2]] = group.get(found[2], 0) + 1
    ranked = [*sorted(embedded, key=embedded.__getitem__, reverse=True)]
    ranked += sorted(linked, key=linked.__getitem__, reverse=True)
    return list(dict.fromkeys(ranked))


def find_boards(html: str, find: Callable[[str], Board | None], *domains: str) -> list[Board]:
    """The distinct boards that `find` sees in the page's URLs of `domains`, best evidence first."""
    return unique_boards(find(url) for url in find_links(html, *domains))


def unique_boards(boards: Iterable[Board | None]) -> list[Board]:
    """Each board once, in order."""
    return list({board.key: board for board in reversed([b for b in boards if b])}.values())[::-1]


@lru_cache(maxsize=64)
def _pattern(domains: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(re.escape(domain) for domain in domains)
    start = r"(?:(?:https?:)?//|(?<=[\"'=(]))"
    return re.compile(
        rf"(\bsrc\s{{0,9}}=\s{{0,9}}[\"']?)?({start}[\w.@:\-]{{0,200}}?(?:{names})(?![\w\-])[^\s\"'<>`\\]{{0,2000}})",
        re.I,
    )


@lru_cache(maxsize=2)
def _plain(html: str) -> str:
    """The page with the escapes of JSON and attributes undone where they stand in URLs."""
    page = html[:_PAGE_CHARS]
    for escaped, plain in (("\\/", "/"), ("\\u002F", "/"), ("\\u002f", "/"), ("\\u0026", "&"), ("&amp;", "&")):
        page = page.replace(escaped, plain)
    return page.replace("&#x2F;", "/").replace("&#47;", "/").replace("&quot;", '"')


@lru_cache(maxsize=2)
def _lower(html: str) -> str:
    return _plain(html).lower()
