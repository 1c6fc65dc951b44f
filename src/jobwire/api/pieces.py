"""Ready-made pieces of the log, each of a fixed run of positions, for every scan that passes it.

A position is given once and only ever vacated. So a piece is true as long as its run holds as many jobs as it had
when the piece was made, which one count per page says, and its companies look the same.
"""

from __future__ import annotations

import os
import threading
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import msgspec
import structlog
from msgspec.structs import replace

from jobwire.api.embedding import Companies, group_of
from jobwire.api.page_file import PageFile
from jobwire.api.stitching import COMMA, Fragment, make_fragment
from jobwire.store.base import Row, Store

RUN = 50
"""Positions of a piece: small enough to outlive an edit somewhere, large enough to compress well."""
VIEWS = 8
"""Kinds of pieces kept: of each encoding, for each of the addresses by which clients know this server."""
FEW = 4
"""Gaps that are read one by one; with more, one page is read over all of them."""
_FULL = (1 << RUN) - 1
log = structlog.get_logger("jobwire.api")


class Piece(msgspec.Struct, frozen=True, gc=False):
    """All jobs of a run."""

    run: int
    places: int
    """A bit for each position that held a job."""
    jobs: Fragment
    comma: Fragment
    """Behind the jobs, where more follow."""
    groups: bytes
    """Of its companies, two bytes each (see `embedding.group_of`)."""
    version: int
    """Of the companies, when it was made."""

    @property
    def rows(self) -> int:
        return self.places.bit_count()

    @property
    def seqs(self) -> Sequence[int]:
        first = self.run * RUN + 1
        if self.places == _FULL:
            return range(first, first + RUN)
        return [first + n for n in range(RUN) if self.places >> n & 1]


class Stretch(msgspec.Struct, frozen=True):
    """Pieces in a row, none of them empty. Everything up to `seq` is in them."""

    pieces: list[Piece]
    seq: int

    @property
    def seqs(self) -> list[int]:
        return [seq for piece in self.pieces for seq in piece.seqs]

    @property
    def fragments(self) -> list[Fragment]:
        """With commas between them."""
        found = [fragment for piece in self.pieces for fragment in (piece.jobs, piece.comma)]
        return found[:-1]


class Pieces:
    """Pieces in a page file, found by their run. Safe to use from several threads."""

    def __init__(self, store: Store, companies: Companies, folder: Path | None, largest_bytes: int) -> None:
        self._store = store
        self._companies = companies
        self._folder = folder
        self._largest_bytes = largest_bytes
        self._views: OrderedDict[tuple[str, str], dict[int, Piece]] = OrderedDict()
        self._kept = self._found = self._unkept = 0
        """Pieces in the file; and since it was full, how many were found in it, and how many had no place."""
        self._making = threading.Lock()
        self._file = self._open()

    @property
    def enabled(self) -> bool:
        return self._file is not None

    def collect(self, after: int, limit: int, encoding: str, base_url: str) -> Stretch | None:
        """The pieces behind `after`, the end of a run, as many as `limit` rows allow; what lacks is made.

        None where no whole run lies between `after` and the head of the log.
        """
        head = self._store.head()
        self._companies.find(())
        counts, end = _select_runs(self._store.count_runs(after, RUN, limit), limit, head)
        if end <= after:
            return None
        view = self._views.get((encoding, base_url), {})
        pieces = {run: self._find(view, run, count) for run, count in counts}
        if None in pieces.values():
            pieces = self._complete(dict(counts), encoding, base_url)
        else:
            self._found += len(pieces)
        return Stretch([piece for piece in pieces.values() if piece], end)

    def _find(self, view: dict[int, Piece], run: int, count: int) -> Piece | None:
        """The piece of a run if it is true: none of its jobs moved away, and its companies look as they did."""
        piece = view.get(run)
        if piece is None or piece.rows != count:
            return None
        if piece.version == self._companies.version:
            return piece
        fresh = self._companies.last_change(memoryview(piece.groups).cast("H")) <= piece.version
        return piece if fresh else None

    def _complete(self, counts: dict[int, int], encoding: str, base_url: str) -> dict[int, Piece | None]:
        """A piece for each of these runs, from the file or made; None where all its jobs moved away meanwhile."""
        with self._making:  # who comes second finds what the first one made
            view = self._open_view(encoding, base_url)
            pieces = {run: self._find(view, run, count) for run, count in counts.items()}
            version = self._companies.version  # what is embedded from now on is at least as new
            gaps = [run for run, piece in pieces.items() if piece is None]
            self._found += len(pieces) - len(gaps)
            found = self._read(gaps, counts)
            made = [self._make(run, rows, version, encoding, base_url) for run, rows in found.items() if rows]
            return pieces | {piece.run: piece for piece in self._keep(view, made)}

    def _read(self, gaps: list[int], counts: dict[int, int]) -> dict[int, list[Row]]:
        """The jobs of each of these runs, with one look where they are many."""
        if len(gaps) <= FEW:
            pages = {run: self._store.page(run * RUN, counts[run]).rows for run in gaps}
            return {run: [row for row in rows if row.seq <= (run + 1) * RUN] for run, rows in pages.items()}
        by_run: dict[int, list[Row]] = {run: [] for run in gaps}
        most = sum(count for run, count in counts.items() if gaps[0] <= run <= gaps[-1])
        for row in self._store.page(gaps[0] * RUN, most).rows:
            if (row.seq - 1) // RUN in by_run:
                by_run[(row.seq - 1) // RUN].append(row)
        return by_run

    def _make(self, run: int, rows: list[Row], version: int, encoding: str, base_url: str) -> Piece:
        groups = map(group_of, {row.company_id for row in rows})
        return Piece(
            run=run,
            places=sum(1 << row.seq - 1 - run * RUN for row in rows),
            jobs=make_fragment(encoding, b"".join(self._companies.embed(rows, base_url))),
            comma=COMMA[encoding],
            groups=array("H", groups).tobytes(),
            version=version,
        )

    def _keep(self, view: dict[int, Piece], made: list[Piece]) -> list[Piece]:
        """The same pieces, in the file where there is room: one behind the other, as pages will send them."""
        data = b"".join(cast(bytes, part) for piece in made for part in (piece.jobs.data, piece.comma.data))
        span = self._file.append(data) if self._file else None
        if span is None:
            self._unkept += len(made)
            if self._unkept + self._found > self._kept:
                self._renew()
            return made
        at, kept = 0, []
        for piece in made:
            jobs = replace(piece.jobs, data=span.part(at, len(piece.jobs.data)))
            at += len(piece.jobs.data)
            comma = replace(piece.comma, data=span.part(at, len(piece.comma.data)))
            at += len(piece.comma.data)
            kept.append(replace(piece, jobs=jobs, comma=comma))
            view[piece.run] = kept[-1]
        self._kept += len(kept)
        self._found = 0
        return kept

    def _renew(self) -> None:
        """A new file if most of what is asked for is not in this one, as after many changes."""
        if self._unkept > self._found:
            self._views.clear()
            self._file, self._kept = self._open(), 0
        self._found = self._unkept = 0

    def _open_view(self, encoding: str, base_url: str) -> dict[int, Piece]:
        """Run -> its piece, of this kind; the kind not asked for longest gives way to a new one."""
        view = self._views.setdefault((encoding, base_url), {})
        self._views.move_to_end((encoding, base_url))
        if len(self._views) > VIEWS:
            self._views.popitem(last=False)
        return view

    def _open(self) -> PageFile | None:
        if not self._largest_bytes or not hasattr(os, "pwrite"):
            return None
        try:
            return PageFile(self._folder, self._largest_bytes)
        except OSError as error:
            log.warning("no file for ready pages: each is made anew", error=str(error))
            return None


def _select_runs(counts: list[tuple[int, int]], limit: int, head: int) -> tuple[list[tuple[int, int]], int]:
    """The whole runs that `limit` rows reach, and up to where they were looked at."""
    chosen: list[tuple[int, int]] = []
    for run, count in counts:
        if count > limit or (run + 1) * RUN > head:
            return chosen, run * RUN
        chosen.append((run, count))
        limit -= count
        if not limit:
            return chosen, (run + 1) * RUN
    return chosen, head // RUN * RUN
