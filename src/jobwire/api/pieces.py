"""Ready-made pieces of the log, each of a fixed run of positions, for every scan that passes it.

A position is given once and only ever vacated. So a piece is true as long as its run holds as many jobs as it had
when the piece was made, which one count per page says, and its companies look the same.
"""

from __future__ import annotations

import os
import threading
from array import array
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import cast

import msgspec
import structlog
from msgspec.structs import replace
from pyroaring import BitMap64

from jobwire.api.embedding import Companies, group_of
from jobwire.api.page_file import PageFile, Span
from jobwire.api.stitching import COMMA, Fragment, join_fragments, make_fragment
from jobwire.store.base import Store
from jobwire.store.records import Page, Row

AT_ONCE = 200
"""Jobs that are read from the store and joined at once, some 1.4 MB: measured a third faster than 1,000."""
RUN = 50
"""Positions of a piece: small enough to outlive an edit somewhere, large enough to compress well."""
STRETCHES = 2_000
"""Kept ready at most, of some 10 KB each."""
VIEWS = 8
"""Kinds of pieces kept: of each encoding, for each of the addresses by which clients know this server."""
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
    """Pieces in a row. Everything up to `seq` is in them."""

    runs: int
    fragments: list[Fragment]
    """With commas between the pieces."""
    seqs: Sequence[int]
    """Of their jobs."""
    seq: int
    end: bool
    """Whether nothing follows."""


class Pieces:
    """Pieces in a page file, found by their run. Safe to use from several threads."""

    def __init__(self, store: Store, companies: Companies, folder: Path | None, largest_bytes: int) -> None:
        self._store = store
        self._companies = companies
        self._folder = folder
        self._largest_bytes = largest_bytes
        self._views: OrderedDict[tuple[str, str], dict[int, Piece]] = OrderedDict()
        self._stretches: tuple[object, dict[object, Stretch]] = (None, {})
        """Those in the file, by what was asked, and the place of both logs at which they are true."""
        self._looked_at = BitMap64()
        """Runs that a page without compression was asked of."""
        self._kept = self._found = self._unkept = 0
        """Pieces in the file; and since it was full, how many were found in it, and how many had no place."""
        self._making = threading.Lock()
        self._file = self._open()

    def pay(self, after: int, limit: int, encoding: str) -> bool:
        """Whether pieces are worth their place in the file. Without compression that costs some times what it
        saves, so such a page is read from the store until somebody asks for it again."""
        if encoding or self._file is None:
            return self._file is not None
        first = after // RUN
        known = first in self._looked_at
        self._looked_at.add_range(first, max(first + 1, (after + limit) // RUN))
        return known

    def read(self, after: int, limit: int, base_url: str, head: int) -> Stretch | None:
        """The jobs behind `after` without compression, from the store; None where there is none up to `head`.

        Not many at a time: what was read is joined while the processor has it at hand.
        """
        fragments: list[Fragment] = []
        seqs: list[int] = []
        end = False
        while len(seqs) < limit and after < head and not end:
            page = read_page(self._store, after, min(AT_ONCE, limit - len(seqs)), head)
            after, end = page.seq, page.end
            if page.rows:
                jobs = b"".join(self._companies.embed(page.rows, base_url))
                fragments += [COMMA[""], make_fragment("", jobs)]
                seqs += [row.seq for row in page.rows]
        return Stretch(0, fragments[1:], seqs, after, end) if seqs else None

    def collect(self, after: int, limit: int, encoding: str, base_url: str, head: int) -> Stretch | None:
        """The pieces behind `after`, the end of a run, as many as `limit` rows allow; what lacks is made.

        None where no whole run lies between `after` and `head`, where the log's is.
        """
        self._companies.find(())
        state, asked = (head, self._companies.version), (after, limit, encoding, base_url)
        known_in, known = self._stretches
        if known_in != state or len(known) >= STRETCHES:
            known = {}
            self._stretches = (state, known)
        if found := known.get(asked):
            self._found += found.runs
            return found
        stretch = self._collect(after, limit, encoding, base_url, head)
        if stretch and all(isinstance(fragment.data, Span) for fragment in stretch.fragments):
            known[asked] = stretch
        return stretch

    def _collect(self, after: int, limit: int, encoding: str, base_url: str, head: int) -> Stretch | None:
        counts, end = _select_runs(self._store.count_runs(after, RUN, limit), limit, head)
        if end <= after:
            return None
        view = self._views.get((encoding, base_url), {})
        pieces = {run: self._find(view, run, count) for run, count in counts}
        if None in pieces.values():
            pieces = self._complete(dict(counts), encoding, base_url)
        else:
            self._found += len(pieces)
        # What was counted may be younger than `head`: a job that left this run meanwhile lies behind it.
        last = end >= head and self._store.head() == head
        return _join([piece for piece in pieces.values() if piece], end, last)

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
            made: list[Piece] = []
            for gaps in _list_gaps(pieces, counts):
                page = self._store.page(gaps[0] * RUN, sum(counts[run] for run in gaps))
                for run, rows in groupby(page.rows, lambda row: (row.seq - 1) // RUN):
                    if run in gaps:  # where jobs moved away meanwhile, some of what follows was read as well
                        made.append(self._make(run, list(rows), version, encoding, base_url))
            self._found += len(pieces) - len(made)
            return pieces | {piece.run: piece for piece in self._keep(view, made)}

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
        parts = [cast(bytes, part) for piece in made for part in (piece.jobs.data, piece.comma.data)]
        spans = self._file.append(parts) if self._file else None
        if spans is None:
            self._unkept += len(made)
            if self._unkept + self._found > self._kept:
                self._renew()
            return made
        kept = []
        for piece, jobs, comma in zip(made, spans[::2], spans[1::2], strict=True):
            piece = replace(piece, jobs=replace(piece.jobs, data=jobs), comma=replace(piece.comma, data=comma))
            kept.append(piece)
            view[piece.run] = piece
        self._kept += len(kept)
        self._found = 0
        return kept

    def _renew(self) -> None:
        """A new file if most of what is asked for is not in this one, as after many changes."""
        if self._unkept > self._found:
            self._views.clear()
            self._stretches = (None, {})
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
        if not self._largest_bytes or not hasattr(os, "pwritev"):
            return None
        try:
            return PageFile(self._folder, self._largest_bytes)
        except OSError as error:
            log.warning("no file for ready pages: each is made anew", error=str(error))
            return None


def read_page(store: Store, after: int, limit: int, head: int) -> Page:
    """A page of what was there when `head` was the log's: a job that moves meanwhile does not come twice."""
    page = store.page(after, limit)
    if page.seq <= head:
        return page
    return Page(rows=[row for row in page.rows if row.seq <= head], seq=head, end=False)


def _list_gaps(pieces: dict[int, Piece | None], counts: dict[int, int]) -> Iterator[list[int]]:
    """Runs without a piece that follow each other, with about AT_ONCE jobs at a time."""
    gaps: list[int] = []
    for run, piece in pieces.items():
        if gaps and (piece or sum(counts[gap] for gap in gaps) >= AT_ONCE):
            yield gaps
            gaps = []
        if piece is None:
            gaps.append(run)
    if gaps:
        yield gaps


def _join(pieces: list[Piece], seq: int, end: bool) -> Stretch:
    fragments = [fragment for piece in pieces for fragment in (piece.jobs, piece.comma)][:-1]
    return Stretch(len(pieces), join_fragments(fragments), _list_seqs(pieces), seq, end)


def _list_seqs(pieces: list[Piece]) -> Sequence[int]:
    """The positions of all jobs, in order; where none was vacated they take no memory."""
    if pieces:
        all_between = range(pieces[0].seqs[0], pieces[-1].seqs[-1] + 1)
        if len(all_between) == sum(piece.rows for piece in pieces):
            return all_between
    return array("Q", (seq for piece in pieces for seq in piece.seqs))


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
