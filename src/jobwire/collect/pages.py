"""What the pages of a visit tell besides their postings: that theirs is over, or nothing, as the host refused."""

from __future__ import annotations

from collections.abc import Collection

from jobwire.collect.closed import says_closed
from jobwire.collect.memory import Memory
from jobwire.collect.protocol import Response
from jobwire.model.raw import RawPosting

CLOSED_KEPT = 500
"""Listed postings of a board whose pages say that they are over."""
WAITS = 5
"""Visits that a new posting waits for its page; then it is published as its list row shows it."""
WAITING_KEPT = 5_000


class Pages:
    """Of one visit."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._over: set[str] = set()
        self._read: dict[str, bool] = {}
        """posting id -> whether its page said that it is over, of pages that were read"""
        self._waits: dict[str, int] = {}
        self._refused = False

    def look(self, url: str, response: Response) -> None:
        """An answer, to a request of `url`."""
        if response.status in (401, 403, 408, 425, 429) or response.status >= 500:
            self._refused = True
        elif "html" in response.headers.get("content-type", "") and says_closed(response.text):
            self._over |= {_page_of(url), _page_of(response.url)}

    def refuse(self) -> None:
        """A request was not answered."""
        self._refused = True

    def note(self, posting: RawPosting) -> None:
        """A posting that was read, with its page if it has one."""
        self._read[posting.posting_id] = self.is_over(posting)

    def is_over(self, posting: RawPosting) -> bool:
        """Whether the posting's page said so during this visit."""
        return _page_of(posting.listing_url) in self._over

    def is_unread(self, posting: RawPosting) -> bool:
        """Whether a posting has no text because its page was refused."""
        has_text = bool(posting.description_html or posting.description_text)
        return self._refused and not has_text and not posting.list_mark

    def wait_for(self, posting: RawPosting) -> bool:
        """Whether an unread posting, a new one, waits for the next visit."""
        before = self._memory.waits.get(posting.posting_id, 0)
        if before >= WAITS or len(self._waits) >= WAITING_KEPT:
            return False
        self._waits[posting.posting_id] = before + 1
        return True

    def remember(self, active: Collection[str]) -> int:
        """Write the board's memory; `active` are its active postings. How many want another look soon."""
        before = set(self._memory.closed)
        closed = {key for key in before if self._read.get(key, True)} | {k for k, v in self._read.items() if v}
        self._memory.closed = sorted(closed.intersection(active))[:CLOSED_KEPT]
        self._memory.waits = self._waits
        return len(set(self._memory.closed) - before) + len(self._waits)


def _page_of(url: str) -> str:
    """A page's address, without what only tracks or scrolls."""
    return url.split("?")[0].split("#")[0].rstrip("/").lower()
