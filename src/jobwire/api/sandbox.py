"""What sandbox keys see: the first rows of each log, whatever they ask."""

from __future__ import annotations

from jobwire.api.auth import Caller
from jobwire.model.filters import SiteFilters
from jobwire.store.base import Store
from jobwire.store.records import Page, SitePage


class Sandbox:
    """Cuts pages for sandbox keys; pages of all other keys pass through."""

    def __init__(self, store: Store, rows: int) -> None:
        self._store = store
        self._rows = rows

    def shows(self, caller: Caller, seq: int) -> bool:
        """Whether this caller may see the job at `seq`."""
        return not caller.key.sandbox or seq <= self.last_seq()

    def cut(self, caller: Caller, page: Page) -> Page:
        """A page of jobs, ended where the sample ends."""
        if not caller.key.sandbox:
            return page
        last = self.last_seq()
        rows = [row for row in page.rows if row.seq <= last]
        return Page(rows=rows, seq=page.seq, end=page.end or page.seq >= last)

    def cut_sites(self, caller: Caller, page: SitePage) -> SitePage:
        """A page of career sites, ended where the sample ends."""
        if not caller.key.sandbox:
            return page
        sample = self._store.site_page(SiteFilters(), 0, self._rows).rows
        last = sample[-1][0] if sample else 0
        rows = [row for row in page.rows if row[0] <= last]
        return SitePage(rows=rows, seq=page.seq, end=page.end or page.seq >= last)

    def last_seq(self) -> int:
        """Where the sample of jobs ends."""
        sample = self._store.page(0, self._rows).rows
        return sample[-1].seq if sample else 0
