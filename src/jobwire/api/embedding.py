"""The bytes of companies as they are embedded in jobs: a bounded cache that follows their log."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Iterable, Sequence

from jobwire.model.company import Company
from jobwire.model.wire import company_bytes
from jobwire.store.base import Row, Store

BATCH = 1_000
CHANGES_KEPT = 1_000
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
        self._changed: deque[str] = deque(maxlen=CHANGES_KEPT)
        """The company of each of the last versions."""
        self._forgot = 0
        """The last version before which changes are not known."""

    def embed(self, rows: Sequence[Row], base_url: str) -> list[bytes]:
        """The pieces of `rows` as finished jobs with commas between them."""
        base = base_url.encode()
        ids = {row.company_id for row in rows}
        ends = self.find(ids)
        closed = {company_id: base.join(ends[company_id]) + b"," for company_id in ids}
        pieces = [part for row in rows for part in (row.body, closed[row.company_id])]
        if pieces:
            pieces[-1] = pieces[-1][:-1]
        return pieces

    def find(self, ids: Iterable[str]) -> dict[str, Ends]:
        """The ends of these companies. The returned mapping may hold more and must not be changed."""
        with self._lock:
            self._follow()
            missing = [company_id for company_id in ids if company_id not in self._ends]
            if self._bytes > self._largest_bytes:
                self._ends, self._bytes = {key: self._ends[key] for key in ids if key in self._ends}, 0
                self.version += 1
                self._forgot = self.version
                self._changed.clear()
            for company_id in missing:
                found = self._store.get_company(company_id)
                self._keep(found or Company(id=company_id, name=""))
            return self._ends

    def changed_since(self, version: int) -> set[str] | None:
        """Companies that look different since then; None if that is not known any more."""
        with self._lock:
            known = len(self._changed)
            if version < self._forgot or self.version - version > known:
                return None
            return set(itertools.islice(self._changed, known - (self.version - version), None))

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
                if company.id in self._ends:
                    before = self._ends[company.id]
                    self._keep(company)
                    if before != self._ends[company.id]:
                        self.version += 1
                        self._changed.append(company.id)
            if len(found) < BATCH:
                break

    def _keep(self, company: Company) -> None:
        closing = b'/api/companies/%b"}}' % company.id.encode()
        ends = (company_bytes(company) + b'"', closing)
        self._bytes += 0 if company.id in self._ends else len(ends[0]) + len(closing) + 200
        self._ends[company.id] = ends
