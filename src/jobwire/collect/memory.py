"""What a board's state remembers from one visit to the next (`BoardState.memory`)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from jobwire.collect.merging import Groups


class Memory(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Kept as JSON; a field that a later version adds has its default in older boards."""

    interval_s: float = 0
    failures: int = 0
    gone_visits: int = 0
    gone_since: datetime | None = None
    empty_visits: int = 0
    """Visits in a row that found nothing where there were jobs."""
    countries: list[str] = []
    company_name: str = ""
    last_outcome: str = ""
    last_detail: str = ""
    active: int = 0
    held: int = 0
    counts: list[int] = []
    """Postings listed at the last complete visits, the newest last: the trend."""
    boilerplate: list[str] = []
    """Marks of lines that came or went all over the board, the newest last."""
    doubted: list[str] = []
    """Postings whose pages are read again at the next visit, because an edit may be boilerplate (`edits`)."""
    closed: list[str] = []
    """Listed postings whose own pages say that they are over: one absence is proof enough."""
    waits: dict[str, int] = {}
    """New postings whose pages were refused: for how many visits they wait now (`pages`)."""
    reread_at: datetime | None = None
    """When every detail page was asked for the last time."""
    groups: Groups = {}
    """Rows that are one opening (`merging`)."""
    website: str = ""
    """The company's website, where a board that moved is looked for."""
    evidence: str = ""
    """Why this board is thought to be the company's."""
    moved_from: str = ""
    """Key of the board that this one continues, until its jobs are taken over."""
    moved_to: str = ""
