"""Sitemaps: where robots.txt says that they are, and what they list; plain, gzipped, as XML or as lines."""

from __future__ import annotations

import re
import zlib
from urllib.parse import urljoin

import msgspec

from jobwire.collect.markup import find_elements, find_field, read_xml
from jobwire.collect.protocol import Response
from jobwire.collect.scalars import find_url
from jobwire.errors import BoardBroken

MAX_BYTES = 52_428_800
"""Of one unpacked sitemap: the limit of the sitemap protocol."""
_MAX_ENTRIES = 50_000
_GZIP = b"\x1f\x8b"
_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S{1,2000})", re.IGNORECASE | re.MULTILINE)


class Page(msgspec.Struct, frozen=True):
    """One entry: a URL and its `lastmod` as written ("" where it is not said)."""

    url: str
    changed: str = ""


class Sitemap(msgspec.Struct, frozen=True):
    """The content of one file: further sitemaps (an index) or pages."""

    children: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()
    unusable: int = 0
    """Entries without a URL, or beyond the limit of the protocol: what they hide is not known."""


def find_sitemaps(robots: str, url: str) -> list[str]:
    """The sitemaps that a robots.txt at `url` names."""
    found = (find_url(link, url) for link in _LINE.findall(robots[:500_000]))
    return list(dict.fromkeys(link for link in found if link))


def read_sitemap(response: Response) -> Sitemap:
    """The entries of a sitemap or an index. Raises BoardBroken for anything else."""
    body = unpack(response.body) if response.body.startswith(_GZIP) else response.body
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _read_lines(body, response.url)
    root = read_xml(msgspec.structs.replace(response, body=body))
    kind = root.tag.rsplit("}", 1)[-1]
    if kind not in ("urlset", "sitemapindex"):
        raise BoardBroken(f"{response.url}: expected a sitemap, got <{kind[:40]}>.")
    nodes = list(find_elements(root, "url" if kind == "urlset" else "sitemap"))
    entries = [
        Page(link, find_field(node, "lastmod") or "")
        for node in nodes[:_MAX_ENTRIES]
        if (link := find_url(find_field(node, "loc"), response.url))
    ]
    unusable = len(nodes) - len(entries)
    if kind == "urlset":
        return Sitemap(pages=tuple(entries), unusable=unusable)
    return Sitemap(children=tuple(entry.url for entry in entries), unusable=unusable)


def unpack(body: bytes) -> bytes:
    """A gzip body, unpacked. Raises BoardBroken if it is cut, damaged or a bomb."""
    stream = zlib.decompressobj(31)
    try:
        plain = stream.decompress(body, MAX_BYTES + 1)
    except zlib.error as error:
        raise BoardBroken(f"A gzipped sitemap is damaged: {error}.") from error
    if len(plain) > MAX_BYTES:
        raise BoardBroken(f"A gzipped sitemap is larger than {MAX_BYTES} bytes.")
    if not stream.eof:
        raise BoardBroken("A gzipped sitemap is cut.")
    return plain


def _read_lines(body: bytes, url: str) -> Sitemap:
    lines = [line.strip() for line in body[:MAX_BYTES].decode("utf-8", "replace").splitlines() if line.strip()]
    pages = tuple(Page(link) for line in lines[:_MAX_ENTRIES] if (link := find_url(line)))
    if not pages or len(pages) < len(lines[:_MAX_ENTRIES]):
        raise BoardBroken(f"{url}: neither XML nor a list of URLs.")
    more = max(len(lines) - _MAX_ENTRIES, 0)
    return Sitemap(pages=tuple(Page(urljoin(url, page.url)) for page in pages), unusable=more)
