"""The log of companies in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from jobwire.db.sqlite import Database
from jobwire.model.company import Company
from jobwire.model.filters import SiteFilters
from jobwire.model.times import to_micros
from jobwire.store.draft import CompanyMove
from jobwire.store.records import SitePage
from jobwire.store.rows import company_values, text_of, time, to_company, to_json
from jobwire.store.sqlite.jobs import find_seq
from jobwire.store.terms import unpack_terms


class CompanyLog:
    """The part of the store that reads the log of companies."""

    _db: Database

    def company_head(self) -> int:
        with self._db.read() as read:
            (head,) = read.execute("SELECT company_head FROM stats").fetchone()
            return int(head)

    def get_company(self, company_id: str) -> Company | None:
        with self._db.read() as read:
            return find_companies(read, [company_id]).get(company_id)

    def company_tail(self, after: int, limit: int) -> list[tuple[int, Company]]:
        with self._db.read() as read:
            found = read.execute(
                "SELECT seq, data FROM companies WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
            )
            return [(seq, to_company(data)) for seq, data in found]

    def site_page(self, filters: SiteFilters, after: int, limit: int, budget: int = 5_000) -> SitePage:
        with self._db.snapshot() as read:
            (head,) = read.execute("SELECT company_head FROM stats").fetchone()
            if filters.updated_after:
                first = find_seq(read, "companies", "company_head", to_micros(filters.updated_after) + 1)
                after = max(after, first - 1)
            found = read.execute(
                "SELECT seq, id, terms, discovered_at, founded_year, site FROM companies"
                " WHERE seq > ? AND site IS NOT NULL ORDER BY seq LIMIT ?",
                (after, budget),
            )
            rows: list[tuple[int, str, bytes]] = []
            looked, seen = 0, after
            for seq, company_id, terms, discovered, founded, site in found:
                looked, seen = looked + 1, seq
                if filters.match(unpack_terms(terms), time(discovered), founded):
                    rows.append((seq, company_id, site))
                    if len(rows) == limit:
                        break
            if looked < budget and len(rows) < limit:
                return SitePage(rows, max(head, after), True)
            more = "SELECT 1 FROM companies WHERE seq > ? AND site IS NOT NULL LIMIT 1"
            return SitePage(rows, seen, read.execute(more, (seen,)).fetchone() is None)


def find_companies(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, Company]:
    found = connection.execute(
        "SELECT id, data FROM companies WHERE id IN (SELECT value FROM json_each(?))",
        (text_of(list(ids)),),
    )
    return {company_id: to_company(data) for company_id, data in found}


def write_companies(
    connection: sqlite3.Connection, moves: Iterable[CompanyMove], confirmed: Iterable[Company]
) -> None:
    """Write moves to the head of the log of companies, and new provenance where a company stands.

    The publisher keeps the counts.
    """
    for company in confirmed:
        connection.execute("UPDATE companies SET data = ? WHERE id = ?", (to_json(company), company.id))
    for move in moves:
        if move.known:
            connection.execute("DELETE FROM companies WHERE id = ?", (move.company.id,))
        connection.execute(
            "INSERT INTO companies (seq, id, at, digest, terms, discovered_at, founded_year, site, data)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            company_values(move),
        )
