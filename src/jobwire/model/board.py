"""The board: one company's list of postings on one ATS."""

from __future__ import annotations

import msgspec


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """Identity of a board. `(ats, token)` is its key; `host` and `site` are what some ATS need besides.

    `token` is kept exactly as the ATS spells it (case, percent-encoding).
    For an ATS with several sites in a tenant (Workday, Oracle) the key includes the site.
    """

    ats: str
    token: str
    host: str = ""
    """Where it lives, when that is not implied: `acme.wd5.myworkdayjobs.com`, `jobs.eu.lever.co`."""
    site: str = ""
    url: str = ""
    """The career-site URL that people visit."""

    @property
    def key(self) -> str:
        """`ats:token` or `ats:token/site`: the stable text that job ids are derived from."""
        return f"{self.ats}:{self.token}/{self.site}" if self.site else f"{self.ats}:{self.token}"
