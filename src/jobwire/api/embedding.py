"""The bytes of companies as they are embedded in jobs: a bounded cache that follows their log."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from zlib import crc32

from jobwire.model.company import Company
from jobwire.model.wire import company_bytes
from jobwire.store.base import Store
from jobwire.store.records import Row

BATCH = 1_000
GROUPS = 1 << 12
"""Companies are remembered in so many groups, by when one of each last changed."""
_WARM_BATCHES = 50
Ends = tuple[bytes, bytes]


class Companies:
    """Embedded company bytes by id, each as the two ends between which the server's own URL belongs.

    Every look brings it up to the head of the company log first, so that a better profile shows at once.
    """

    def __init__(self, store: Store, largest_bytes: int = 64 * 1024 * 1024) -> None:
        self._store = store
        self._largest_bytes = largest_bytes
        self._ends: dict[str, Ends] = {}
        self._bytes = 0
        self._seq = store.company_head()
        self._lock = threading.Lock()
        self.version = 0
        """Rises when a company that was embedded before may look different now."""
        self._changed = [0] * GROUPS
        """For each group, the last version in which one of its companies changed."""

    def embed(self, rows: Sequence[Row], base_url: str) -> list[bytes]:
        """The pieces of `rows` as finished jobs with commas between them."""
        if not rows:
            return []
        base = base_url.encode()
        ends = self.find([row.company_id for row in rows])
        closed: dict[str, bytes] = {}
        pieces: list[bytes] = []
        for row in rows:
            closing = closed.get(row.company_id)
            if closing is None:
                closing = closed[row.company_id] = base.join(ends[row.company_id]) + b","
            pieces.append(row.body)
            pieces.append(closing)
        pieces[-1] = pieces[-1][:-1]
        return pieces

    def find(self, ids: Collection[str]) -> dict[str, Ends]:
        """The ends of these companies. The returned mapping may hold more and must not be changed."""
        with self._lock:
            self._follow()
            missing = {company_id for company_id in ids if company_id not in self._ends}
            if self._bytes > self._largest_bytes:
                self._ends, self._bytes = {key: self._ends[key] for key in ids if key in self._ends}, 0
            for company_id in missing:
                found = self._store.get_company(company_id)
                self._keep(found or Company(id=company_id, name=""))
            return self._ends

    def last_change(self, groups: Iterable[int]) -> int:
        """The last version in which a company of these groups may have changed."""
        return max((self._changed[group] for group in groups), default=0)

    def warm(self) -> None:
        """Read the newest companies ahead of the first request."""
        with self._lock:
            after = 0
            for _ in range(_WARM_BATCHES):
                found = self._store.company_tail(after, BATCH)
                for _, company in found:
                    self._keep(company)
                if len(found) < BATCH or self._bytes > self._largest_bytes:
                    break
                after = found[-1][0]

    def _follow(self) -> None:
        while found := self._store.company_tail(self._seq, BATCH):
            for self._seq, company in found:
                before = self._ends.get(company.id)
                self._keep(company)
                if before != self._ends[company.id]:  # or not known any more: it may look different
                    self.version += 1
                    self._changed[group_of(company.id)] = self.version
            if len(found) < BATCH:
                break

    def _keep(self, company: Company) -> None:
        closing = b'/api/companies/%b"}}' % company.id.encode()
        ends = (company_bytes(company) + b'"', closing)
        self._bytes += 0 if company.id in self._ends else len(ends[0]) + len(closing) + 200
        self._ends[company.id] = ends


def group_of(company_id: str) -> int:
    """The group in which changes of a company are remembered."""
    return crc32(company_id.encode()) % GROUPS
