"""The store in one SQLite file: opening it and publishing to it."""

from __future__ import annotations

import secrets
import sqlite3
from importlib.resources import files
from pathlib import Path

from jobwire.db.migrate import read_migrations
from jobwire.db.sqlite import Database, apply_migrations
from jobwire.model.account import PLANS
from jobwire.model.times import to_micros
from jobwire.store.accounts import Accounts
from jobwire.store.base import Clock
from jobwire.store.draft import (
    CompanyMove,
    Draft,
    draft_companies,
    draft_publication,
    named_companies,
    prepare_entries,
)
from jobwire.store.records import Publication, Published
from jobwire.store.sqlite.accounts import SqliteAccounts, write_plan
from jobwire.store.sqlite.boards import Boards, check_holder, end_lease, write_board, write_misses, write_visit
from jobwire.store.sqlite.companies import CompanyLog, find_companies, write_companies
from jobwire.store.sqlite.jobs import JobLog, find_known, write_draft
from jobwire.store.sqlite.tables import Tables


class SqliteStore(JobLog, CompanyLog, Boards, Tables):
    """See `store.base.Store`. Several processes may open the same file."""

    def __init__(self, path: str | Path, clock: Clock, *, read_only: bool = False, migrate: bool = True) -> None:
        self._clock = clock
        self._db = Database(path, read_only=read_only)
        try:
            apply_migrations(
                self._db, read_migrations(files("jobwire.store") / "migrations" / "sqlite"), migrate=migrate
            )
            self.accounts: Accounts = SqliteAccounts(self._db, clock)
            self.cursor_key = self._found()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        self._db.close()

    def check(self) -> None:
        self._stat("head")

    def publish(self, publication: Publication) -> Published:
        prepared = prepare_entries(publication.entries)
        with self._db.write() as write:
            if publication.holder:
                check_holder(write, publication.board_key, publication.holder)
            head, company_head, last_at = write.execute(
                "SELECT head, company_head, last_at FROM stats"
            ).fetchone()
            at = max(to_micros(self._clock()), last_at + 1)
            companies, confirmed = draft_companies(
                publication, find_companies(write, named_companies(publication)), head=company_head, at=at
            )
            known = find_known(write, [*prepared, *(removal.id for removal in publication.removals)])
            draft = draft_publication(prepared, publication.removals, known)
            write_companies(write, companies, confirmed)
            write_draft(write, draft, head, at)
            _write_beside(write, publication)
            if draft.moves or companies:
                _count(write, draft, companies, at)
        return draft.published(head, at)

    def get_meta(self, name: str) -> bytes | None:
        with self._db.read() as read:
            row = read.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
            return row[0] if row else None

    def put_meta(self, name: str, value: bytes) -> None:
        with self._db.write() as write:
            write.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))

    def delete_meta(self, prefix: str) -> None:
        with self._db.write() as write:
            write.execute("DELETE FROM meta WHERE name >= ? AND name < ?", (prefix, prefix + "\U0010ffff"))

    def _found(self) -> bytes:
        """The key of a store's cursors; a new store gets it, and its plans, when it is first opened."""
        key = self.get_meta("cursor_key")
        if key is None:
            with self._db.write() as write:
                if write.execute(
                    "INSERT OR IGNORE INTO meta (name, value) VALUES ('cursor_key', ?)",
                    (secrets.token_bytes(32),),
                ).rowcount:
                    for plan in PLANS:
                        write_plan(write, plan)
            key = self.get_meta("cursor_key")
        assert key is not None
        return key


def _write_beside(write: sqlite3.Connection, publication: Publication) -> None:
    write_misses(write, publication.board_key, publication.misses)
    if publication.board:
        write_board(write, publication.board)
        end_lease(write, publication.board.board.key)
    if publication.visit:
        write_visit(write, publication.visit)


def _count(write: sqlite3.Connection, draft: Draft, companies: list[CompanyMove], at: int) -> None:
    """Move the heads and keep the counts."""
    appeared, expired, reopened = len(draft.new), len(draft.expired), len(draft.reopened)
    write.execute(
        "UPDATE stats SET head = head + ?, company_head = company_head + ?, last_at = ?, active = active + ?,"
        " tombstones = tombstones + ?, companies = companies + ?, sites = sites + ?",
        (
            len(draft.moves),
            len(companies),
            at,
            appeared + reopened - expired,
            expired - reopened,
            sum(not move.known for move in companies),
            sum(move.is_site - move.was_site for move in companies),
        ),
    )
