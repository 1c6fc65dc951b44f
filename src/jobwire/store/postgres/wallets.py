"""The rows of wallets in PostgreSQL: balances, the ledger, what is held and what was paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from jobwire.db.postgres import Connection
from jobwire.model.account import LedgerEntry
from jobwire.store.books import Books
from jobwire.store.rows import entry_values, open_hold, usage_values
from jobwire.store.wallet import AHEAD, OpenHold, pack_bits


class Wallets(Books[Connection]):
    """See `store.books.Rows`. Wallets are locked in the order of their accounts."""

    def read_balance(self, connection: Connection, account_id: str) -> int:
        select = "SELECT balance FROM wallets WHERE account_id = %s"
        row = connection.execute(select, (account_id,)).fetchone()
        return int(row[0]) if row else 0

    def lock_wallet(self, write: Connection, account_id: str) -> int:
        select = "SELECT balance FROM wallets WHERE account_id = %s FOR UPDATE"
        row = write.execute(select, (account_id,)).fetchone()
        if row is None:
            write.execute(
                "INSERT INTO wallets (account_id, balance) VALUES (%s, 0) ON CONFLICT DO NOTHING", (account_id,)
            )
            row = write.execute(select, (account_id,)).fetchone()
            assert row is not None
        return int(row[0])

    def set_balance(self, write: Connection, account_id: str, balance: int) -> None:
        write.execute("UPDATE wallets SET balance = %s WHERE account_id = %s", (balance, account_id))

    def add_entries(self, write: Connection, entries: Sequence[LedgerEntry]) -> None:
        cursor = write.cursor()
        cursor.executemany(
            "INSERT INTO ledger (account_id, at, amount, kind, family, key_id, rows, note)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [entry_values(entry) for entry in entries],
        )
        cursor.executemany(
            "INSERT INTO usage (account_id, day, key_id, family, rows, amount) VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (account_id, day, key_id, family) DO UPDATE"
            " SET rows = usage.rows + excluded.rows, amount = usage.amount + excluded.amount",
            [usage_values(entry) for entry in entries if entry.kind == "charge"],
        )

    def read_paid(
        self, connection: Connection, account_id: str, stream: str, chunks: Sequence[int]
    ) -> Iterable[bytes]:
        found = connection.execute(
            "SELECT bits FROM paid WHERE account_id = %s AND stream = %s AND chunk = ANY(%s)",
            (account_id, stream, list(chunks)),
            binary=True,
        )
        return (bits for (bits,) in found)

    def set_paid(self, write: Connection, account_id: str, stream: str, chunk: int, bits: bytes) -> None:
        write.execute(
            "INSERT INTO paid (account_id, stream, chunk, bits) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (account_id, stream, chunk) DO UPDATE SET bits = excluded.bits",
            (account_id, stream, chunk, bits),
        )

    def put_hold(self, write: Connection, hold: OpenHold, at: int, first: int, last: int) -> None:
        write.execute(
            "INSERT INTO holds (account_id, stream, id, key_id, family, price, at,"
            " first_seq, last_seq, seqs, rides, owed)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            hold.values(at, first, last),
        )

    def read_overlaps(
        self, connection: Connection, account_id: str, streams: Sequence[str], first: int, last: int
    ) -> Iterable[bytes]:
        found = connection.execute(
            "SELECT seqs FROM holds"
            " WHERE account_id = %s AND stream = ANY(%s) AND first_seq <= %s AND last_seq >= %s",
            (account_id, list(streams), last, first),
            binary=True,
        )
        return (seqs for (seqs,) in found)

    def open_holds(self, connection: Connection, account_id: str, stream: str) -> list[OpenHold]:
        found = connection.execute(
            "SELECT id, account_id, key_id, family, stream, price, seqs, rides, owed FROM holds"
            " WHERE account_id = %s AND stream = %s ORDER BY id",
            (account_id, stream),
            binary=True,
        )
        return [open_hold(row) for row in found]

    def read_funds(self, connection: Connection, account_id: str) -> list[tuple[int, str, int, bytes]]:
        found = connection.execute(
            "SELECT id, stream, price, seqs FROM holds WHERE account_id = %s"
            " UNION ALL SELECT 0, '', balance, NULL FROM wallets WHERE account_id = %s",
            (account_id, account_id),
            binary=True,
        )
        return [(hold_id, stream, price, seqs) for hold_id, stream, price, seqs in found]

    def find_streams(self, write: Connection, hold_ids: Sequence[int]) -> list[tuple[str, str]]:
        found = write.execute(
            "SELECT DISTINCT account_id, stream FROM holds WHERE id = ANY(%s) ORDER BY account_id, stream",
            (list(hold_ids),),
        )
        return [(account_id, stream) for account_id, stream in found]

    def find_stale(self, connection: Connection, before: int, ahead_before: int) -> list[int]:
        found = connection.execute(
            "SELECT id FROM holds WHERE at < %s OR at < %s AND stream LIKE %s",
            (before, ahead_before, f"%{AHEAD}"),
        )
        return [hold_id for (hold_id,) in found]

    def write_back(self, write: Connection, done: Iterable[OpenHold], others: Iterable[OpenHold]) -> None:
        write.execute("DELETE FROM holds WHERE id = ANY(%s)", ([hold.id for hold in done],))
        write.cursor().executemany(
            "UPDATE holds SET seqs = %s, rides = %s, owed = %s WHERE id = %s",
            [(pack_bits(h.seqs), pack_bits(h.rides), pack_bits(h.owed), h.id) for h in others if h.changed],
        )
