"""A file of ready bytes that lives as long as its process: derived, never the truth, gone when the process ends.

Bytes go from it to a socket without passing through this process. It has no name, so nothing is left of it after
a crash and nothing of another run can be read from it by mistake; what it holds only its process knows.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import structlog

_READ_BYTES = 256 * 1024
_STEP = 64 << 20
"""Space is reserved in steps: writing is twice as fast then."""
_SHARE = 4
"""It may take a quarter of the free space."""
log = structlog.get_logger("jobwire.api")


class PageFile:
    """Append-only, of bounded size. Safe to use from several threads."""

    def __init__(self, folder: Path | None, largest_bytes: int) -> None:
        """Raises OSError where the folder takes no file."""
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115  # spans keep it open
        free = shutil.disk_usage(folder or tempfile.gettempdir()).free
        self._largest_bytes = min(largest_bytes, free // _SHARE)
        self._end = self._reserved = 0
        self._lock = threading.Lock()

    def append(self, data: bytes) -> Span | None:
        """Where `data` lies from now on; None if there is no room for it."""
        with self._lock:
            at, end = self._end, self._end + len(data)
            if end > self._largest_bytes:
                return None
            try:
                self._reserve(end)
                written = os.pwrite(self.fileno(), data, at)
            except OSError as error:
                log.warning("no room for ready pages", error=str(error))
                written = 0
            if written < len(data):  # a full disk: what is there stays in use
                self._largest_bytes = at
                return None
            self._end = end
            return Span(self, at, len(data))

    def _reserve(self, end: int) -> None:
        if end > self._reserved and hasattr(os, "posix_fallocate"):
            upto = max(end, min(self._reserved + _STEP, self._largest_bytes))
            os.posix_fallocate(self.fileno(), self._reserved, upto - self._reserved)
            self._reserved = upto

    def fileno(self) -> int:
        return self._file.fileno()


class Span(msgspec.Struct, frozen=True, gc=False):
    """A part of a page file, which it keeps open."""

    file: PageFile
    at: int
    size: int

    def __len__(self) -> int:
        return self.size

    def part(self, start: int, size: int) -> Span:
        return Span(self.file, self.at + start, size)

    def ends_at(self, other: Span) -> bool:
        """Whether the other one begins where this one ends."""
        return self.file is other.file and self.at + self.size == other.at

    def read(self) -> Iterator[bytes]:
        """Its bytes, in steps. Raises OSError."""
        for at in range(self.at, self.at + self.size, _READ_BYTES):
            yield os.pread(self.file.fileno(), min(_READ_BYTES, self.at + self.size - at), at)


Part = bytes | Span


def join_parts(parts: list[Part]) -> list[Part]:
    """The same bytes in as few parts as possible."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Span) and isinstance(last, Span) and last.ends_at(part):
            joined[-1] = Span(last.file, last.at, last.size + part.size)
        elif isinstance(part, bytes) and isinstance(last, bytes):
            joined[-1] = last + part
        else:
            joined.append(part)
    return joined
