"""The file of ready bytes: what is put in comes out, whole, or is not taken at all."""

from __future__ import annotations

import errno
import os
import random
import resource
from pathlib import Path

import pytest

from jobwire.api.page_file import PageFile, join_parts


def test_parts_lie_one_behind_the_other(tmp_path: Path) -> None:
    file, pick = PageFile(tmp_path, 1 << 30), random.Random(3)
    everything: list[bytes] = []
    for count in (1, 2, 2_500):  # more than a system writes at once
        parts = [pick.randbytes(pick.choice((0, 1, 700))) for _ in range(count)]
        spans = file.append(parts)
        assert spans is not None
        assert [b"".join(span.read()) for span in spans] == parts
        everything += parts
        (one,) = join_parts(list(spans))
        assert not isinstance(one, bytes) and b"".join(one.read()) == b"".join(parts)
    assert file._end == sum(map(len, everything))


def test_what_does_not_fit_is_not_taken(tmp_path: Path) -> None:
    file = PageFile(tmp_path, 1_000)
    first = file.append([b"a" * 900])
    assert first and file.append([b"b" * 60, b"c" * 60]) is None
    assert file.append([b"d" * 100]) and b"".join(first[0].read()) == b"a" * 900


def test_a_disk_that_fills_up_costs_nothing_that_was_taken(tmp_path: Path) -> None:
    file, part = PageFile(tmp_path, 1 << 30), random.Random(5).randbytes(1 << 20)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100 << 20, hard))
    try:
        spans = [span for _ in range(110) for span in file.append([part]) or ()]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert 1 <= len(spans) <= 100
    assert file.append([part]) is None, "it stays full: what is there stays in use"
    assert all(b"".join(span.read()) == part for span in spans)


@pytest.mark.parametrize("error", [errno.EOPNOTSUPP, errno.EINVAL])
def test_a_file_system_that_cannot_reserve_takes_it_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    def refuse(*_: int) -> None:
        raise OSError(error, "cannot reserve")

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    (span,) = PageFile(tmp_path, 1 << 30).append([b"ready"]) or ()
    assert b"".join(span.read()) == b"ready"


def test_bytes_between_spans_stay_in_their_order(tmp_path: Path) -> None:
    file = PageFile(tmp_path, 1_000)
    a, b, c = file.append([b"one ", b"two ", b"three "]) or ()
    parts = join_parts([b"<", b"<", a, b, b"-", b"-", c, b">"])
    assert [part if isinstance(part, bytes) else b"".join(part.read()) for part in parts] == [
        *(b"<", b"<", b"one two ", b"-", b"-", b"three ", b">"),
    ]


def test_it_knows_what_the_system_holds(tmp_path: Path) -> None:
    file = PageFile(tmp_path, 1 << 30)
    (span,) = file.append([b"x" * 5_000_000]) or ()
    assert span.is_cached()
    os.fsync(file.fileno())
    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if span.is_cached():
        pytest.skip("this file system keeps everything in memory, or does not tell")
    span.load()
    assert span.is_cached()
