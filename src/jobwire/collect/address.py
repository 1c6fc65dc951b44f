"""Addresses: an untrusted URL taken apart, and the URLs that a page mentions."""

from __future__ import annotations

import html as entities
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

import msgspec

from jobwire.collect.islands import read_html
from jobwire.collect.protocol import Response
from jobwire.errors import BoardBroken
from jobwire.model.board import Board

MAX_URL = 2_000
MAX_PAGE = 5_000_000
"""Characters of a page that are searched for links."""

_MOST_OF_A_HOST = 60
_MOST_LINKS = 3_000
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,250}[a-z0-9])?")
_LINK = re.compile(r"(?:https?:)?//[^\s\"'<>`{}|\\^]{4,2000}", re.IGNORECASE)
_AROUND = " \t\r\n\f\v\0<>\"'`()[]{},;:!*…“”‘’"
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):(?!\d)", re.IGNORECASE)
_REGION = re.compile(r"[a-z]{2}[-_][A-Z]{2}")
_LOCALE = re.compile(r"[A-Za-z]{2}(?:[-_][A-Za-z]{2})?")
OWN_LABELS = frozenset(
    {
        *("www", "app", "api", "apis", "auth", "login", "dev", "developer", "developers", "trust", "status"),
        *("assets", "cdn", "cdn01", "cdn02", "images", "scripts", "static", "media"),
        *("blog", "docs", "documentation", "help", "care", "support", "community", "learn", "resources", "info"),
        *("go", "try", "marketing", "marketplace", "partners"),
    }
)
"""First labels that vendors keep for themselves."""
_FILE = re.compile(r"\.(?:js|css|map|json|xml|txt|html?|png|jpe?g|gif|svg|ico|woff2?)$", re.IGNORECASE)
_SLUG = re.compile(r"[A-Za-z0-9](?:[\w-]{0,98}[A-Za-z0-9_])?", re.ASCII)


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a URL that tell boards apart."""

    host: str
    """Lower case, without port."""
    path: tuple[str, ...] = ()
    """Segments, percent-encoding as it came."""
    query: dict[str, str] = {}
    """Decoded; the first value of a repeated name."""

    def find_labels(self, *domains: str) -> str | None:
        """What stands before one of `domains`: `acme` of acme.breezy.hr; None on any other host."""
        for domain in domains:
            if self.host.endswith("." + domain):
                return self.host[: -len(domain) - 1]
        return None

    def find_tenant(self, *domains: str, reserved: Collection[str] = ()) -> str | None:
        """The customer before one of `domains`; None where it is the vendor's own host, or several labels."""
        label = self.find_labels(*domains)
        return label if label and is_slug(label) and label not in OWN_LABELS and label not in reserved else None

    def drop_region(self) -> tuple[str, ...]:
        """The path without a leading `en-US`; a bare `en` may be a token."""
        is_region = len(self.path) > 1 and _REGION.fullmatch(self.path[0])
        return self.path[1:] if is_region else self.path

    def drop_locale(self) -> tuple[str, ...]:
        """The path without a leading `en` or `en-US`."""
        return self.path[1:] if self.path and _LOCALE.fullmatch(self.path[0]) else self.path


@lru_cache(maxsize=8_192)
def read_address(url: str) -> Address | None:
    """The parts of an http(s) URL, read as a browser does, also of one without scheme; None for anything else.

    A backslash is a slash, as in browsers, so that `https://evil.com\\@jobs.gem.com` is evil.com.
    """
    text = _trim(url)
    if not text or len(text) > MAX_URL:
        return None
    if scheme := _SCHEME.match(text):
        if scheme[1].lower() not in ("http", "https"):
            return None
        text = text[scheme.end() :]
    try:
        parts = urlsplit("https://" + text.lstrip("/"))
        host = (parts.hostname or "").rstrip(".")
        _ = parts.port  # raises where it is no port
        query = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return None
    if "." not in host or not _HOST.fullmatch(host):
        return None
    segments = (segment.partition(";")[0] for segment in parts.path.split("/"))
    return Address(host=host, path=tuple(filter(None, segments)), query=dict(reversed(query)))


def _trim(url: str) -> str:
    """Without what surrounds a URL in running text, and with slashes that are slashes."""
    text = re.sub(r"[\t\r\n]", "", url.strip(_AROUND)).replace("&amp;", "&")
    if text.endswith(".") and "%20" not in text:  # ends a sentence, rather than "Acme Inc."
        text = text.rstrip(_AROUND + ".")
    path = re.match(r"[^?#]*", text)
    end = path.end() if path else 0
    return text[:end].replace("\\", "/") + text[end:]


def is_slug(text: str) -> bool:
    """Whether this may be the token of a board: letters, digits, `-`, `_`."""
    return bool(_SLUG.fullmatch(text))


def find_slug(segment: str | None, *reserved: str) -> str | None:
    """The board token in a path segment, percent-decoded, with dots; None if it is none, a file or reserved."""
    text = unquote(segment or "").strip(_AROUND + "/\\")
    if _FILE.search(text):
        return None
    return text if is_slug(text.replace(".", "")) and text.lower() not in reserved else None


def find_target(response: Response) -> Address | None:
    """Where an answer leads: the target of a redirect, else the URL that answered."""
    if 300 <= response.status < 400:
        return read_address(urljoin(response.url, response.headers.get("location", "")))
    return read_address(response.url)


def find_boards(url: str, html: str, find: Callable[[str], Board | None]) -> list[Board]:
    """Boards that `find` sees in the URLs of a page: embedded ones first, then the most mentioned."""
    embedded, mentioned = _find_links(url, html)
    boards: Counter[str] = Counter()
    first: dict[str, Board] = {}
    for link, count in [*((link, 1_000) for link in embedded), *mentioned]:
        board = find(link)
        if board is not None:
            boards[board.key] += count
            first.setdefault(board.key, board)
    return [first[key] for key, _ in boards.most_common(20)]


@lru_cache(maxsize=2)
def _find_links(url: str, html: str) -> tuple[list[str], list[tuple[str, int]]]:
    """(embedded URLs, (URL, mentions)...); kept for the next ATS that looks at the same page."""
    text = html[:MAX_PAGE]
    try:
        tree = read_html(text)
    except BoardBroken:
        return [], []
    embedded = [
        urljoin(url, source)
        for node in tree.css("iframe[src], script[src], embed[src], iframe[data-src]")[:500]
        if (source := node.attributes.get("src") or node.attributes.get("data-src"))
        and len(source) <= MAX_URL
        and _is_joinable(source)
    ]
    plain = entities.unescape(text.replace("\\/", "/").replace("\\u002F", "/").replace("\\u002f", "/"))
    mentions = Counter(match.group() for match in _LINK.finditer(plain))
    return embedded, list(_thin_out(mentions))


def _thin_out(mentions: Counter[str]) -> Iterator[tuple[str, int]]:
    """The most mentioned links, at most 60 of one host and 3,000 in all: 25 ATS look at each of them."""
    hosts: Counter[str] = Counter()
    kept = 0
    for link, count in mentions.most_common(50_000):
        host = link.partition("//")[2].partition("/")[0].lower()
        hosts[host] += 1
        if hosts[host] <= _MOST_OF_A_HOST and kept < _MOST_LINKS:
            kept += 1
            yield link, count


def _is_joinable(url: str) -> bool:
    try:
        urlsplit(url)
    except ValueError:
        return False
    return True
