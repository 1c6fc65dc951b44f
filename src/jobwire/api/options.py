"""What an API process is told when it starts; `settings` fills it, nothing here reads the environment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec

from jobwire.store.base import REMOVALS_KEPT


def utc_now() -> datetime:
    return datetime.now(UTC)


class ApiOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Every knob of the API, with a default that suits one machine."""

    public_url: str = ""
    """URL by which clients reach this server, without a slash at its end; empty: the request's own host."""
    clock: Callable[[], datetime] = utc_now
    rate_limits_url: str = ""
    """Where rolling windows are counted: empty = this process, `file:///path` = this machine's workers,
    `postgresql://...` or `redis://...` = several machines."""
    metrics_dir: str = ""
    """Folder in which several workers share their metrics (prometheus-client's multi-process mode)."""
    threads: int = 6
    """Requests that talk to the store at the same time."""
    queue: int = 64
    """Requests that may wait for a thread; one more is answered 503 at once."""
    request_timeout_s: float = 15.0
    """Longest time from a whole request to its answer's first byte."""
    body_timeout_s: float = 15.0
    """Longest time for a request body to arrive."""
    send_timeout_s: float = 300.0
    """Longest time that a client may take to read one answer."""
    unsent_bytes: int = 256 * 1024 * 1024
    """Answers of slow readers held in memory, all together; beyond it the next request is answered 503."""
    compress: bool = True
    page_file_bytes: int = 8 << 30
    """Largest size of this process's file of ready pages, and never more than a quarter of the free space;
    0 makes every page anew."""
    page_file_dir: str = ""
    """Folder of that file; empty: the system's for temporary files."""
    key_ttl_s: float = 0.25
    """How long a looked-up key is believed: the delay with which a revocation is felt."""
    bad_keys_per_minute: int = 120
    """Refused keys per client address before it is answered 429."""
    public_per_minute: int = 6_000
    """Requests per client address and process to what needs no key (pages, companies) before it is answered 429;
    0 is no limit."""
    hold_age: timedelta = timedelta(minutes=15)
    """Credits set aside for longer than this belong to a server that died; longer than any answer takes."""
    removals_kept: timedelta = REMOVALS_KEPT
    """How long the change feed tells of a removal, at least; older ones are dropped now and then."""
    search_url: str = ""
    """Where the search index is (`store.search.open`): a folder, which any number of processes share, or a
    server's address; empty: in this process's memory."""
    search_pause_s: float = 0.5
    """Pause between two looks of the search index at the log: many changes, one commit."""
    sandbox_rows: int = 50
    """Size of the sample that sandbox keys see."""
    catch_up_s: float = 0.2
    """Pause between two looks at the end of the log: by the filter index and for callers who wait."""
