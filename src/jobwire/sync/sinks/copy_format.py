"""Rows in the binary format of PostgreSQL's COPY, made column by column: nothing to escape or to scan for."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Any

from jobwire.sync.sinks.tables import Kind

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
END = struct.pack(">h", -1)
NULL = struct.pack(">i", -1)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""From which PostgreSQL counts its microseconds."""
JSONB_VERSION = b"\x01"

_size = struct.Struct(">i").pack
_number = struct.Struct(">id").pack
_count = struct.Struct(">ii").pack
_time = struct.Struct(">iq").pack


def pack_rows(kinds: Sequence[Kind], rows: Iterable[Sequence[Any]]) -> bytes:
    """All of a COPY: the values of each row in the order of `kinds`; JSON as bytes, times aware."""
    columns = [
        part for kind, column in zip(kinds, zip(*rows, strict=True), strict=True) for part in _PACK[kind](column)
    ]
    parts = zip(repeat(struct.pack(">h", len(kinds))), *columns, strict=False)  # the first one has no end
    return b"".join(chain((SIGNATURE,), chain.from_iterable(parts), (END,)))


def _texts(column: Sequence[str | None]) -> list[list[bytes]]:
    return [[NULL if v is None else _size(len(text := v.encode())) + text for v in column]]


def _numbers(column: Sequence[float | None]) -> list[list[bytes]]:
    return [[NULL if v is None else _number(8, v) for v in column]]


def _counts(column: Sequence[int | None]) -> list[list[bytes]]:
    return [[NULL if v is None else _count(4, v) for v in column]]


def _times(column: Sequence[datetime | None]) -> list[list[bytes]]:
    return [[NULL if v is None else _time(8, _micros(v)) for v in column]]


def _micros(at: datetime) -> int:
    delta = at - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def _bodies(column: Sequence[bytes]) -> list[Sequence[bytes]]:
    """Two parts a value, so that no body is copied before all of it is joined."""
    return [[_size(len(body) + 1) + JSONB_VERSION for body in column], column]


_PACK: dict[Kind, Callable[[Any], Sequence[Sequence[bytes]]]] = {
    "text": _texts,
    "number": _numbers,
    "count": _counts,
    "time": _times,
    "json": _bodies,
}
