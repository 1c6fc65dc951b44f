"""Numbered lines of a file of any size, a bounded part of it in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from jobwire.collect.importing import MAX_LINE


def read_lines(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """(number, line) of each line that is not blank; of one longer than `MAX_LINE` bytes only that it is."""
    number = 0
    while line := file.readline(MAX_LINE + 2):
        number += 1
        whole = line
        while not line.endswith(b"\n") and len(line) > MAX_LINE:
            line = file.readline(MAX_LINE + 2)  # the rest of a monstrous line is skipped, not kept
        if whole.strip():
            yield number, whole
