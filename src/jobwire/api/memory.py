"""What the allocator and the garbage collector are told: keep what pages need again and again, give back what
large jobs needed once."""

from __future__ import annotations

import ctypes
import gc
import sys
from functools import cache
from typing import Any

_KEEP = ((-1, 256 << 20), (-2, 16 << 20), (-3, 64 << 20), (-8, 1))
"""M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD, M_ARENA_MAX of mallopt(3): one heap, not one for each thread."""


def keep_memory() -> None:
    """Keep freed memory between pages: measured four times faster than giving it back each time."""
    _keeping.append(True)
    libc = _libc()
    if libc and hasattr(libc, "mallopt"):
        for parameter, value in _KEEP:
            libc.mallopt(parameter, value)


def settle_down() -> None:
    """What is here after the start is here to stay: collections that look at all of it hold every request, for
    more than 100 ms. Only in processes that `keep_memory` was called in."""
    if _keeping:
        gc.collect()
        gc.freeze()


_keeping: list[bool] = []


def give_memory_back() -> None:
    """Return what is free to the system, after work that is seldom and large, as building an index."""
    libc = _libc()
    if libc and hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)


@cache
def _libc() -> Any:
    """None where there is no glibc: other allocators need nothing."""
    try:
        return ctypes.CDLL(None) if sys.platform.startswith("linux") else None
    except OSError:
        return None
