"""The rows of wallets in SQLite: balances, the ledger, what is held and what was paid."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from jobwire.model.account import LedgerEntry
from jobwire.store.books import Books
from jobwire.store.rows import entry_values, open_hold, text_of, usage_values
from jobwire.store.wallet import AHEAD, OpenHold, pack_bits


class Wallets(Books[sqlite3.Connection]):
    """See `store.books.Rows`. A transaction that writes is alone in the whole database."""

    def read_balance(self, connection: sqlite3.Connection, account_id: str) -> int:
        select = "SELECT balance FROM wallets WHERE account_id = ?"
        row = connection.execute(select, (account_id,)).fetchone()
        return int(row[0]) if row else 0

    def lock_wallet(self, write: sqlite3.Connection, account_id: str) -> int:
        return self.read_balance(write, account_id)

    def set_balance(self, write: sqlite3.Connection, account_id: str, balance: int) -> None:
        write.execute(
            "INSERT INTO wallets (account_id, balance) VALUES (?, ?)"
            " ON CONFLICT (account_id) DO UPDATE SET balance = excluded.balance",
            (account_id, balance),
        )

    def add_entries(self, write: sqlite3.Connection, entries: Sequence[LedgerEntry]) -> None:
        write.executemany(
            "INSERT INTO ledger (account_id, at, amount, kind, family, key_id, rows, note)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [entry_values(entry) for entry in entries],
        )
        write.executemany(
            "INSERT INTO usage (account_id, day, key_id, family, rows, amount) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET rows = rows + excluded.rows, amount = amount + excluded.amount",
            [usage_values(entry) for entry in entries if entry.kind == "charge"],
        )

    def read_paid(
        self, connection: sqlite3.Connection, account_id: str, stream: str, chunks: Sequence[int]
    ) -> Iterable[bytes]:
        for chunk in chunks:
            yield from _column(
                connection.execute(
                    "SELECT bits FROM paid WHERE account_id = ? AND stream = ? AND chunk = ?",
                    (account_id, stream, chunk),
                )
            )

    def set_paid(self, write: sqlite3.Connection, account_id: str, stream: str, chunk: int, bits: bytes) -> None:
        write.execute(
            "INSERT OR REPLACE INTO paid (account_id, stream, chunk, bits) VALUES (?, ?, ?, ?)",
            (account_id, stream, chunk, bits),
        )

    def put_hold(self, write: sqlite3.Connection, hold: OpenHold, at: int, first: int, last: int) -> None:
        write.execute(
            "INSERT INTO holds (account_id, stream, id, key_id, family, price, at,"
            " first_seq, last_seq, seqs, rides, owed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            hold.values(at, first, last),
        )

    def read_overlaps(
        self, connection: sqlite3.Connection, account_id: str, streams: Sequence[str], first: int, last: int
    ) -> Iterable[bytes]:
        for stream in streams:
            yield from _column(
                connection.execute(
                    "SELECT seqs FROM holds"
                    " WHERE account_id = ? AND stream = ? AND first_seq <= ? AND last_seq >= ?",
                    (account_id, stream, last, first),
                )
            )

    def open_holds(self, connection: sqlite3.Connection, account_id: str, stream: str) -> list[OpenHold]:
        found = connection.execute(
            "SELECT id, account_id, key_id, family, stream, price, seqs, rides, owed FROM holds"
            " WHERE account_id = ? AND stream = ? ORDER BY id",
            (account_id, stream),
        )
        return [open_hold(row) for row in found]

    def read_funds(self, connection: sqlite3.Connection, account_id: str) -> list[tuple[int, str, int, bytes]]:
        return connection.execute(
            "SELECT id, stream, price, seqs FROM holds WHERE account_id = ?"
            " UNION ALL SELECT 0, '', balance, NULL FROM wallets WHERE account_id = ?",
            (account_id, account_id),
        ).fetchall()

    def find_streams(self, write: sqlite3.Connection, hold_ids: Sequence[int]) -> list[tuple[str, str]]:
        return write.execute(
            "SELECT DISTINCT account_id, stream FROM holds WHERE id IN (SELECT value FROM json_each(?))"
            " ORDER BY account_id, stream",
            (text_of(hold_ids),),
        ).fetchall()

    def find_stale(self, connection: sqlite3.Connection, before: int, ahead_before: int) -> list[int]:
        return list(
            _column(
                connection.execute(
                    "SELECT id FROM holds WHERE at < ? OR at < ? AND stream LIKE ?",
                    (before, ahead_before, f"%{AHEAD}"),
                )
            )
        )

    def write_back(self, write: sqlite3.Connection, done: Iterable[OpenHold], others: Iterable[OpenHold]) -> None:
        write.executemany(
            "DELETE FROM holds WHERE account_id = ? AND stream = ? AND id = ?",
            [(hold.account_id, hold.stream, hold.id) for hold in done],
        )
        write.executemany(
            "UPDATE holds SET seqs = ?, rides = ?, owed = ? WHERE account_id = ? AND stream = ? AND id = ?",
            [
                (pack_bits(h.seqs), pack_bits(h.rides), pack_bits(h.owed), h.account_id, h.stream, h.id)
                for h in others
                if h.changed
            ],
        )


def _column(found: sqlite3.Cursor) -> Iterable[Any]:
    return (value for (value,) in found)
