"""A file of ready bytes that lives as long as its process: derived, never the truth, gone when the process ends.

Bytes go from it to a socket without passing through this process. It has no name, so nothing is left of it after
a crash and nothing of another run can be read from it by mistake; what it holds only its process knows.
"""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import structlog

_READ_BYTES = 256 * 1024
_MOST_PARTS = 1_000
"""Written by one call; systems take 1,024."""
_STEP = 64 << 20
"""Space is reserved in steps: writing is twice as fast then."""
_SAMPLE_EVERY = 2 << 20
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

    def append(self, parts: Sequence[bytes]) -> list[Span] | None:
        """Where these parts lie from now on, one behind the other; None if there is no room for all of them."""
        starts = list(itertools.accumulate(map(len, parts), initial=0))
        with self._lock:
            at, end = self._end, self._end + starts[-1]
            if end > self._largest_bytes:
                return None
            try:
                self._reserve(end)
                self._write(parts, at)
            except OSError as error:
                log.warning("no room for ready pages", error=str(error))
                self._largest_bytes = at  # a full disk: what is there stays in use
                return None
            self._end = end
        return [Span(self, at + start, len(part)) for start, part in zip(starts, parts, strict=False)]

    def _write(self, parts: Sequence[bytes], at: int) -> None:
        for first in range(0, len(parts), _MOST_PARTS):
            some = parts[first : first + _MOST_PARTS]
            written = os.pwritev(self.fileno(), some, at)
            if written < sum(map(len, some)):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            at += written

    def _reserve(self, end: int) -> None:
        if end > self._reserved and hasattr(os, "posix_fallocate"):
            upto = max(end, min(self._reserved + _STEP, self._largest_bytes))
            try:
                os.posix_fallocate(self.fileno(), self._reserved, upto - self._reserved)
            except OSError as error:
                if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):  # some file systems cannot reserve
                    raise
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

    def ends_at(self, other: Span) -> bool:
        """Whether the other one begins where this one ends."""
        return self.file is other.file and self.at + self.size == other.at

    def join(self, other: Span) -> Span:
        """Both, where the other one begins where this one ends."""
        return Span(self.file, self.at, self.size + other.size)

    def is_cached(self) -> bool:
        """Whether its bytes come without waiting for a disk, as far as samples tell."""
        last = self.at + self.size - 1
        try:
            for at in (*range(self.at, last, _SAMPLE_EVERY), last):
                os.preadv(self.file.fileno(), [bytearray(1)], at, os.RWF_NOWAIT)
        except BlockingIOError:
            return False
        except (AttributeError, OSError):  # cannot be told here
            pass
        return True

    def load(self) -> None:
        """Read it, so that the system has it at hand."""
        for _ in self.read():
            pass

    def read(self) -> Iterator[bytes]:
        """Its bytes, in steps. Raises OSError."""
        for at in range(self.at, self.at + self.size, _READ_BYTES):
            yield os.pread(self.file.fileno(), min(_READ_BYTES, self.at + self.size - at), at)


Part = bytes | Span


def join_parts(parts: list[Part]) -> list[Part]:
    """The same bytes, those in one place of a file as one part."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Span) and isinstance(last, Span) and last.ends_at(part):
            joined[-1] = last.join(part)
        else:
            joined.append(part)
    return joined
