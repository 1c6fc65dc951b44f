"""A lock file for targets that are files: held by the process, let go by the system when it dies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

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
            holder = file.read(20).strip()
            file.close()
            by = f" (process {holder})" if holder else ""
            raise Locked(f"Another run{by} holds {self.path.name}.", hint="Wait for it to end.") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.close()  # and with it the lock
            self._file = None


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
