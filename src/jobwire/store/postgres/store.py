"""The store in PostgreSQL: opening it and publishing to it."""

from __future__ import annotations

import secrets
from importlib.resources import files

from jobwire.db.migrate import read_migrations
from jobwire.db.postgres import Connection, Database, apply_migrations
from jobwire.errors import StoreMismatch
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
from jobwire.store.postgres.accounts import PostgresAccounts, write_plan
from jobwire.store.postgres.boards import Boards, check_holder, end_lease, write_board, write_misses, write_visit
from jobwire.store.postgres.companies import CompanyLog, find_companies, write_companies
from jobwire.store.postgres.jobs import PUBLISH_LOCK, JobLog, find_known, is_current, write_draft
from jobwire.store.postgres.tables import Tables
from jobwire.store.records import Publication, Published


class PostgresStore(JobLog, CompanyLog, Boards, Tables):
    """See `store.base.Store`. The address may be a streaming replica's: it reads, it does not write.

    A replica shows commits in the order in which they were made, so a cursor is valid on each; one that lags
    answers a place beyond its head with nothing, and not with the end.
    """

    def __init__(self, dsn: str, clock: Clock, *, read_only: bool = False, migrate: bool = True) -> None:
        self._clock = clock
        self._db = Database(dsn, read_only=read_only)
        try:
            apply_migrations(
                self._db, read_migrations(files("jobwire.store") / "migrations" / "postgres"), migrate=migrate
            )
            self.accounts: Accounts = PostgresAccounts(self._db, clock)
            self.cursor_key = self._found()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        self._db.close()

    def check(self) -> None:
        self.head()

    def publish(self, publication: Publication) -> Published:
        prepared = prepare_entries(publication.entries)
        ids = [*prepared, *(removal.id for removal in publication.removals)]
        # All that is heavy happens before the lock, on the word of what is stored now ...
        with self._db.read() as read:
            known = find_known(read, ids)
        draft = draft_publication(prepared, publication.removals, known)
        with self._db.write() as write:
            write.execute("SELECT pg_advisory_xact_lock(%s)", (PUBLISH_LOCK,))
            if publication.holder:
                check_holder(write, publication.board_key, publication.holder)
            head, company_head, last_at = _heads(write)
            if not is_current(write, known, ids):  # ... and again where another writer was faster
                draft = draft_publication(prepared, publication.removals, find_known(write, ids))
            at = max(to_micros(self._clock()), last_at + 1)
            companies, confirmed = draft_companies(
                publication, find_companies(write, named_companies(publication)), head=company_head, at=at
            )
            write_companies(write, companies, confirmed)
            write_draft(write, draft, head, at)
            _write_beside(write, publication)
            if draft.moves or companies:
                _count(write, draft, companies, at)
        return draft.published(head, at)

    def get_meta(self, name: str) -> bytes | None:
        with self._db.read() as read:
            row = read.execute("SELECT value FROM meta WHERE name = %s", (name,), binary=True).fetchone()
            return row[0] if row else None

    def put_meta(self, name: str, value: bytes) -> None:
        with self._db.write() as write:
            write.execute(
                "INSERT INTO meta (name, value) VALUES (%s, %s)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )

    def delete_meta(self, prefix: str) -> None:
        with self._db.write() as write:
            write.execute("DELETE FROM meta WHERE name >= %s AND name < %s", (prefix, prefix + "\U0010ffff"))

    def _found(self) -> bytes:
        """The key of a store's cursors; a new store gets it, and its plans, when it is first opened."""
        if (key := self.get_meta("cursor_key")) is None:
            with self._db.write() as write:
                if write.execute(
                    "INSERT INTO meta (name, value) VALUES ('cursor_key', %s) ON CONFLICT DO NOTHING",
                    (secrets.token_bytes(32),),
                ).rowcount:
                    for plan in PLANS:
                        write_plan(write, plan)
            key = self.get_meta("cursor_key")
        if key is None:
            raise StoreMismatch("The store has no key for its cursors.")
        return key


def _heads(write: Connection) -> tuple[int, int, int]:
    row = write.execute("SELECT head, company_head, last_at FROM stats").fetchone()
    assert row is not None
    head, company_head, last_at = row
    return head, company_head, last_at


def _write_beside(write: Connection, publication: Publication) -> None:
    write_misses(write, publication.board_key, publication.misses)
    if publication.board:
        write_board(write, publication.board)
        end_lease(write, publication.board.board.key)
    if publication.visit:
        write_visit(write, publication.visit)


def _count(write: Connection, draft: Draft, companies: list[CompanyMove], at: int) -> None:
    """Move the heads and keep the counts."""
    appeared, expired, reopened = len(draft.new), len(draft.expired), len(draft.reopened)
    write.execute(
        "UPDATE stats SET head = head + %s, company_head = company_head + %s, last_at = %s, active = active + %s,"
        " tombstones = tombstones + %s, companies = companies + %s, sites = sites + %s",
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
