"""Upkeep that whichever process is there does: dropping old removals."""

from __future__ import annotations

from datetime import datetime, timedelta

from jobwire.model.times import format_time, parse_time
from jobwire.store.base import Store

PURGE_EVERY = timedelta(hours=6)
_PURGED = "purged_at"
"""When some process last dropped old removals."""


def purge_sometimes(store: Store, now: datetime, kept: timedelta) -> int:
    """Drop removals older than `kept`, unless somebody did within six hours or this store only reads a replica.

    Returns how many were dropped. Raises what the store raises.
    """
    last = store.get_meta(_PURGED)
    # A time ahead of now is of a clock that was wrong, and keeps nobody.
    if store.lags() or (last and abs(now - parse_time(last.decode())) < PURGE_EVERY):
        return 0
    store.put_meta(_PURGED, format_time(now).encode())
    return store.purge(kept)
