"""Answers kept with their validators, so that an unchanged list costs a 304 and never loses its body."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import zlib
from pathlib import Path

import msgspec

from jobwire.collect.protocol import Response


class Kept(msgspec.Struct, frozen=True):
    url: str
    headers: dict[str, str]
    body: bytes

    def validators(self) -> dict[str, str]:
        found = {}
        if etag := self.headers.get("etag"):
            found["If-None-Match"] = etag
        if modified := self.headers.get("last-modified"):
            found["If-Modified-Since"] = modified
        return found


class HttpCache:
    """One file an answer, in `folder`. Derived data: it may be deleted at any time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, url: str) -> Kept | None:
        """The kept answer, or None. A damaged file is as good as none."""
        try:
            kept = msgspec.msgpack.decode(zlib.decompress(self._path(url).read_bytes()), type=Kept)
        except (OSError, zlib.error, msgspec.DecodeError):
            return None
        return kept if kept.url == url else None

    def put(self, url: str, response: Response) -> None:
        """Keep an answer that has a validator; forget the old one otherwise. A full disk costs speed only."""
        path = self._path(url)
        fresh = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}.new")
        try:
            if "etag" not in response.headers and "last-modified" not in response.headers:
                path.unlink(missing_ok=True)
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            data = msgspec.msgpack.encode(Kept(url, response.headers, response.body))
            fresh.write_bytes(zlib.compress(data, 1))
            fresh.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)

    def _path(self, url: str) -> Path:
        name = hashlib.sha256(url.encode()).hexdigest()
        return self._folder / name[:2] / name[2:34]
