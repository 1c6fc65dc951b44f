"""Everything of one store into another, of either kind: positions, times, cursors, accounts stay valid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from jobwire.errors import ConfigError
from jobwire.store.base import Store
from jobwire.store.records import Table

TABLES = (
    Table("meta", "name text, value bytea"),
    Table(
        "stats",
        "one int8, head int8, company_head int8, horizon int8, last_at int8, active int8, tombstones int8,"
        " companies int8, sites int8, boards int8",
    ),
    Table(
        "jobs",
        "seq int8, id text, company_id text, at int8, reason text, posted_ahead int8, terms text,"
        " past_terms text, source text, created_at int8, digest bytea, board_key text, posting_id text,"
        " list_mark text, view_digest bytea, requisition_id text, enrich_version int8,"
        " raw_digest bytea, misses int8, missed_at int8",
    ),
    Table("bodies", "seq int8, company_id text, body bytea"),
    Table("raws", "job_id text, raw bytea"),
    Table(
        "companies",
        "seq int8, id text, at int8, digest bytea, terms text, discovered_at int8, founded_year int8, site bytea,"
        " data bytea",
    ),
    Table(
        "boards",
        "key text, company_id text, added_at int8, paused bool, next_visit_at int8, last_success_at int8,"
        " board text, memory text",
    ),
    Table("visits", "board_key text, visit text", order="n"),
    Table("plans", "name text, plan text"),
    Table("accounts", "id text, account text"),
    Table("keys", "id text, digest bytea, last_used_at int8, key text"),
    Table(
        "ledger",
        "account_id text, at int8, amount int8, kind text, family text, key_id text, rows int8, note text",
        order="n",
    ),
    Table("usage", "account_id text, day text, key_id text, family text, rows int8, amount int8"),
    Table("paid", "account_id text, stream text, chunk int8, bits bytea"),
)
"""Leases and open holds are left behind: whoever had them does not work on the copy."""

_STEP = 1_000
Progress = Callable[[str, int], None]
"""Called with a table and how many of its rows were copied."""


def copy_store(source: Store, target: Store, progress: Progress | None = None) -> None:
    """Make `target`, which must be empty, equal to what `source` is at this moment; all or nothing.

    A cursor that one of them issued is valid on the other. Raises ConfigError when the target holds something.
    """
    if target.head() or target.company_head() or target.counts().boards or target.accounts.accounts():
        raise ConfigError("The target of a copy must be empty.", hint="Name a new file or a new database.")
    with source.dump() as read, target.fill() as write:
        for table in TABLES:
            write(table, _counted(table.name, read(table), progress))
        write(Table("wallets", "account_id text, balance int8"), iter(_balances(read).items()))
    target.cursor_key = source.cursor_key


def _balances(read: Callable[[Table], Iterator[tuple[Any, ...]]]) -> dict[str, int]:
    balances: dict[str, int] = {}
    for account_id, amount in read(Table("ledger", "account_id text, amount int8")):
        balances[account_id] = balances.get(account_id, 0) + amount
    return balances


def _counted(name: str, rows: Iterator[tuple[Any, ...]], progress: Progress | None) -> Iterator[tuple[Any, ...]]:
    count = 0
    for row in rows:
        yield row
        count += 1
        if progress and count % _STEP == 0:
            progress(name, count)
    if progress:
        progress(name, count)
