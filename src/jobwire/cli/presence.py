"""Collectors of one data folder know of each other, so that a killed one's boards need not wait."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator

from jobwire.settings import Settings
from jobwire.store.base import Store

NAME = "collectors.lock"


@contextlib.contextmanager
def collector_present(store: Store, settings: Settings) -> Iterator[None]:
    """Hold the sign that a collector is alive; the first one frees what dead ones had claimed.

    The system takes the sign from a process that ends, however it ends. A PostgreSQL store has collectors on
    other machines, so there only the lease decides.
    """
    if settings.store.startswith("postgres") or not settings.data.is_dir():
        yield
        return
    with (settings.data / NAME).open("a") as sign:
        try:
            fcntl.flock(sign, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pass  # others are alive, and their claims are theirs
        else:
            for state in list(store.boards()):
                store.release_board(state.board.key)
        fcntl.flock(sign, fcntl.LOCK_SH)
        yield
