"""A lock file for targets that are files: held by the process, let go by the system when it dies.

Its first line names the process, its second one the last run that found nothing new: such a run leaves the
database as it is.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import msgspec

from jobwire.errors import Locked


class FileLock:
    """Exclusive between processes and between runs in one process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Raises Locked."""
        file = self.path.open("a+", encoding="ascii")
        try:
            _lock(file)
        except OSError as error:
            file.seek(0)
            holder = file.readline(20).strip()
            file.close()
            by = f" (process {holder})" if holder else ""
            raise Locked(f"Another run{by} holds {self.path.name}.", hint="Wait for it to end.") from error
        self._file = file
        self.note(self.noted())

    def note(self, text: str) -> None:
        """Keep a line beside the lock that is held."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.write(f"{os.getpid()}\n{text}\n")
            self._file.flush()

    def noted(self) -> str:
        """The line that was kept last, also while another process holds the lock."""
        try:
            return self.path.read_text("ascii").partition("\n")[2].strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def release(self) -> None:
        if self._file is not None:
            self._file.close()  # and with it the lock
            self._file = None


class FileNotes:
    """For a sink that is a file: what it keeps beside itself."""

    _lock: FileLock

    def note(self, run: Mapping[str, Any]) -> None:
        self._lock.note(msgspec.json.encode(run).decode("ascii", "replace"))

    def noted(self) -> dict[str, Any] | None:
        try:
            found = msgspec.json.decode(self._lock.noted())
        except msgspec.DecodeError:
            return None
        return found if isinstance(found, dict) else None


if os.name == "nt":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        file.seek(1 << 20)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        file.seek(0)
else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
