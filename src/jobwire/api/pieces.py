"""Ready-made compressed pieces of the log, each of a fixed run of positions, for every scan that passes it.

A position's job never changes while it is there, so a piece is out of date only when one of its jobs moves away
or one of its companies looks different. The cache follows both logs and drops such pieces before it is asked.
"""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Iterator

import msgspec

from jobwire.api.embedding import Companies
from jobwire.api.stitching import COMMA, Fragment, make_fragment
from jobwire.store.base import Row, Store

RUN = 50
"""Positions of a piece: small enough to outlive an edit somewhere, large enough to compress well."""
CATCH_UP = 2_000
"""Changes that are followed one by one; after more the cache starts anew."""
FEW = 4
"""Gaps that are read one by one; with more, one page is read over all of them."""
_ID = slice(7, 43)
"""Where the id stands in a stored body: behind `{"id":"`."""
_OVERHEAD = 20_000
Key = tuple[int, str, str]


class Mark(msgspec.Struct, frozen=True):
    """How far both logs were followed."""

    seq: int
    version: int


class Piece(msgspec.Struct, frozen=True):
    """All jobs of a run, compressed together. No fragment: the run is empty by now."""

    seqs: tuple[int, ...]
    fragment: Fragment | None
    ids: tuple[bytes, ...]
    companies: frozenset[str]

    @property
    def held_bytes(self) -> int:
        return len(self.fragment.data if self.fragment else b"") + _OVERHEAD


class Stretch(msgspec.Struct, frozen=True):
    """Pieces in a row. Everything up to `seq` is in them."""

    pieces: list[Piece]
    seq: int

    @property
    def seqs(self) -> list[int]:
        return [seq for piece in self.pieces for seq in piece.seqs]

    def fragments(self, encoding: str) -> Iterator[Fragment]:
        """With commas between them."""
        filled = [piece.fragment for piece in self.pieces if piece.fragment]
        for n, fragment in enumerate(filled):
            if n:
                yield COMMA[encoding]
            yield fragment


class Pieces:
    """A bounded cache of pieces. Safe to use from several threads."""

    def __init__(self, store: Store, companies: Companies, largest_bytes: int) -> None:
        self._store = store
        self._companies = companies
        self._largest_bytes = largest_bytes
        self._pieces: OrderedDict[Key, Piece] = OrderedDict()
        self._keys_of: dict[int, set[Key]] = {}
        self._run_of: dict[bytes, int] = {}
        self._bytes = 0
        self._mark = Mark(store.head(), companies.version)
        self._lock = threading.Lock()

    @property
    def enabled(self) -> bool:
        return self._largest_bytes > 0

    def collect(self, after: int, limit: int, encoding: str, base_url: str) -> Stretch | None:
        """The pieces behind `after`, the end of a run, as many as `limit` rows allow; what lacks is made.

        None where no whole run lies between `after` and the head of the log.
        """
        mark = self._catch_up()
        first = after // RUN
        last = min(first + 2 * limit // RUN, mark.seq // RUN)
        plan = self._plan(range(first, last), limit, encoding, base_url)
        gaps = [run for run, piece in plan.items() if piece is None]
        for run, rows in self._read(gaps, after, limit).items():
            plan[run] = self._make(rows, encoding, base_url)
        pieces = list(itertools.takewhile(lambda piece: piece is not None, plan.values()))
        with self._lock:
            if mark == self._mark:  # else what was read may be older than the cache
                for run in gaps:
                    self._keep((run, encoding, base_url), plan[run])
        return Stretch([piece for piece in pieces if piece], (first + len(pieces)) * RUN) if pieces else None

    def _plan(self, runs: range, limit: int, encoding: str, base_url: str) -> dict[int, Piece | None]:
        """Run -> its cached piece or None, up to where the rows are enough."""
        plan: dict[int, Piece | None] = {}
        with self._lock:
            for run in runs:
                piece = self._pieces.get((run, encoding, base_url))
                limit -= len(piece.seqs) if piece else RUN
                if limit < 0:
                    break
                if piece:
                    self._pieces.move_to_end((run, encoding, base_url))
                plan[run] = piece
        return plan

    def _read(self, gaps: list[int], after: int, limit: int) -> dict[int, list[Row]]:
        """All jobs of each of these runs; with many of them, of those that one page reaches."""
        if len(gaps) <= FEW:
            found = {run: self._store.page(run * RUN, RUN).rows for run in gaps}
            return {run: [row for row in rows if row.seq <= (run + 1) * RUN] for run, rows in found.items()}
        page = self._store.page(after, limit)
        by_run: dict[int, list[Row]] = {run: [] for run in gaps if (run + 1) * RUN <= page.seq}
        for row in page.rows:
            if (row.seq - 1) // RUN in by_run:
                by_run[(row.seq - 1) // RUN].append(row)
        return by_run

    def _make(self, rows: list[Row], encoding: str, base_url: str) -> Piece:
        text = b"".join(self._companies.embed(rows, base_url))
        return Piece(
            seqs=tuple(row.seq for row in rows),
            fragment=make_fragment(encoding, text) if rows else None,
            ids=tuple(bytes(row.body[_ID]) for row in rows),
            companies=frozenset(row.company_id for row in rows),
        )

    def _keep(self, key: Key, piece: Piece | None) -> None:
        if piece is None or key in self._pieces:
            return
        self._pieces[key] = piece
        self._keys_of.setdefault(key[0], set()).add(key)
        self._run_of.update(dict.fromkeys(piece.ids, key[0]))
        self._bytes += piece.held_bytes
        while self._bytes > self._largest_bytes and self._pieces:
            self._drop(next(iter(self._pieces)))

    def _drop(self, key: Key) -> None:
        piece = self._pieces.pop(key)
        self._bytes -= piece.held_bytes
        keys = self._keys_of[key[0]]
        keys.discard(key)
        if not keys:
            del self._keys_of[key[0]]
            for job_id in piece.ids:
                self._run_of.pop(job_id, None)

    def _catch_up(self) -> Mark:
        """Drop what is out of date. Pieces read after this call may be kept while the mark stays the same."""
        head = self._store.head()
        self._companies.find(())
        with self._lock:
            version = self._companies.version
            seq = self._follow_jobs(head) if head > self._mark.seq else self._mark.seq
            if version != self._mark.version:
                self._follow_companies()
            self._mark = Mark(seq, version)
            return self._mark

    def _follow_jobs(self, head: int) -> int:
        rows = self._store.tail(self._mark.seq, CATCH_UP, bodies=False)
        if len(rows) == CATCH_UP:  # too much at once to look at each
            self._clear()
            return max(head, rows[-1].seq)
        for run in {self._run_of[job_id] for row in rows if (job_id := row.id.encode()) in self._run_of}:
            for key in list(self._keys_of.get(run, ())):
                self._drop(key)
        return max(head, rows[-1].seq) if rows else head

    def _follow_companies(self) -> None:
        changed = self._companies.changed_since(self._mark.version)
        if changed is None:
            self._clear()
            return
        for key in [key for key, piece in self._pieces.items() if not changed.isdisjoint(piece.companies)]:
            self._drop(key)

    def _clear(self) -> None:
        self._pieces.clear()
        self._keys_of.clear()
        self._run_of.clear()
        self._bytes = 0
