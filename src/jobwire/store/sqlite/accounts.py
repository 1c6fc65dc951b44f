"""Plans, accounts, keys and wallets in SQLite."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from jobwire.errors import InvalidInput
from jobwire.model.account import Account, Key, LedgerEntry, Plan
from jobwire.model.times import to_micros
from jobwire.store.rows import ledger_entry, micros, read_key, text_of, to_account, to_plan
from jobwire.store.sqlite.wallets import Wallets


class SqliteAccounts(Wallets):
    """See `store.accounts.Accounts`."""

    def put_plan(self, plan: Plan) -> None:
        with self._db.write() as write:
            write_plan(write, plan)

    def plans(self) -> list[Plan]:
        with self._db.read() as read:
            return [to_plan(plan) for (plan,) in read.execute("SELECT plan FROM plans ORDER BY name")]

    def put_account(self, account: Account) -> None:
        with self._db.write() as write:
            write.execute(
                "INSERT OR REPLACE INTO accounts (id, account) VALUES (?, ?)",
                (account.id, text_of(account)),
            )

    def accounts(self) -> list[Account]:
        with self._db.read() as read:
            return [to_account(data) for (data,) in read.execute("SELECT account FROM accounts ORDER BY id")]

    def get_account(self, account_id: str) -> Account | None:
        with self._db.read() as read:
            row = read.execute("SELECT account FROM accounts WHERE id = ?", (account_id,)).fetchone()
            return to_account(row[0]) if row else None

    def put_key(self, key: Key) -> None:
        used = micros(key.last_used_at)
        with self._db.write() as write:
            try:
                write.execute(
                    "INSERT INTO keys (id, digest, last_used_at, key) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (id) DO UPDATE SET digest = excluded.digest,"
                    " last_used_at = excluded.last_used_at, key = excluded.key",
                    (key.id, key.digest, used, text_of(key)),
                )
            except sqlite3.IntegrityError:
                raise InvalidInput("This key is registered already.", field="key") from None

    def keys(self) -> list[Key]:
        with self._db.read() as read:
            return [read_key(*row) for row in read.execute("SELECT key, last_used_at FROM keys ORDER BY id")]

    def find_key(self, digest: bytes) -> Key | None:
        with self._db.read() as read:
            row = read.execute("SELECT key, last_used_at FROM keys WHERE digest = ?", (digest,)).fetchone()
        key = read_key(*row) if row else None
        return key if key and hmac.compare_digest(key.digest, digest) else None

    def touch_keys(self, used: Mapping[str, datetime]) -> None:
        with self._db.write(durable=False) as write:
            write.executemany(
                "UPDATE keys SET last_used_at = max(coalesce(last_used_at, 0), ?) WHERE id = ?",
                [(to_micros(at), key_id) for key_id, at in used.items()],
            )

    def ledger(self, account_id: str, limit: int = 100) -> list[LedgerEntry]:
        with self._db.read() as read:
            found = read.execute(
                "SELECT account_id, at, amount, kind, family, key_id, rows, note FROM ledger"
                " WHERE account_id = ? ORDER BY n DESC LIMIT ?",
                (account_id, limit),
            )
            return [ledger_entry(row) for row in found]

    def usage(self, account_id: str, since: datetime) -> list[tuple[str, str, str, int, int]]:
        with self._db.read() as read:
            return read.execute(
                "SELECT day, key_id, family, rows, amount FROM usage WHERE account_id = ? AND day >= ?"
                " ORDER BY day, key_id, family",
                (account_id, since.date().isoformat()),
            ).fetchall()


def write_plan(write: sqlite3.Connection, plan: Plan) -> None:
    write.execute("INSERT OR REPLACE INTO plans (name, plan) VALUES (?, ?)", (plan.name, text_of(plan)))
