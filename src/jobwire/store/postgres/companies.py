"""The log of companies in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable

from jobwire.db.postgres import Connection, Database
from jobwire.model.company import Company
from jobwire.model.filters import SiteFilters
from jobwire.model.times import to_micros
from jobwire.store.draft import CompanyMove
from jobwire.store.postgres.jobs import find_seq
from jobwire.store.records import SitePage
from jobwire.store.rows import company_values, time, to_company, to_json
from jobwire.store.terms import unpack_terms


class CompanyLog:
    """The part of the store that reads the log of companies."""

    _db: Database

    def company_head(self) -> int:
        with self._db.read() as read:
            return _company_head(read)

    def get_company(self, company_id: str) -> Company | None:
        with self._db.read() as read:
            return find_companies(read, [company_id]).get(company_id)

    def company_tail(self, after: int, limit: int) -> list[tuple[int, Company]]:
        with self._db.read() as read:
            found = read.execute(
                "SELECT seq, data FROM companies WHERE seq > %s ORDER BY seq LIMIT %s",
                (after, limit),
                binary=True,
            )
            return [(seq, to_company(data)) for seq, data in found]

    def site_page(self, filters: SiteFilters, after: int, limit: int, budget: int = 5_000) -> SitePage:
        with self._db.snapshot() as read:
            head = _company_head(read)
            if filters.updated_after:
                first = find_seq(read, "companies", "company_head", to_micros(filters.updated_after) + 1)
                after = max(after, first - 1)
            found = read.execute(
                "SELECT seq, id, terms, discovered_at, founded_year, site FROM companies"
                " WHERE seq > %s AND site IS NOT NULL ORDER BY seq LIMIT %s",
                (after, budget),
                binary=True,
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
                return SitePage(rows, max(head, after), after <= head)
            more = "SELECT 1 FROM companies WHERE seq > %s AND site IS NOT NULL LIMIT 1"
            return SitePage(rows, seen, read.execute(more, (seen,)).fetchone() is None)


def find_companies(connection: Connection, ids: Iterable[str]) -> dict[str, Company]:
    found = connection.execute("SELECT id, data FROM companies WHERE id = ANY(%s)", (list(ids),), binary=True)
    return {company_id: to_company(data) for company_id, data in found}


def write_companies(write: Connection, moves: Iterable[CompanyMove], confirmed: Iterable[Company]) -> None:
    """Write moves to the head of the log of companies, and new provenance where a company stands.

    The publisher keeps the counts.
    """
    for company in confirmed:
        write.execute("UPDATE companies SET data = %s WHERE id = %s", (to_json(company), company.id))
    for move in moves:
        if move.known:
            write.execute("DELETE FROM companies WHERE id = %s", (move.company.id,))
        write.execute(
            "INSERT INTO companies (seq, id, at, digest, terms, discovered_at, founded_year, site, data)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            company_values(move),
        )


def _company_head(read: Connection) -> int:
    row = read.execute("SELECT company_head FROM stats").fetchone()
    assert row is not None
    return int(row[0])
