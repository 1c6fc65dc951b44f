"""Plans, accounts, keys and wallets in PostgreSQL."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import cast

from psycopg import errors

from jobwire.db.postgres import Connection
from jobwire.errors import InvalidInput
from jobwire.model.account import Account, Key, LedgerEntry, Plan
from jobwire.model.times import to_micros
from jobwire.store.postgres.wallets import Wallets
from jobwire.store.rows import ledger_entry, micros, read_key, text_of, to_account, to_plan


class PostgresAccounts(Wallets):
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
                "INSERT INTO accounts (id, account) VALUES (%s, %s)"
                " ON CONFLICT (id) DO UPDATE SET account = excluded.account",
                (account.id, text_of(account)),
            )

    def accounts(self) -> list[Account]:
        with self._db.read() as read:
            return [to_account(data) for (data,) in read.execute("SELECT account FROM accounts ORDER BY id")]

    def get_account(self, account_id: str) -> Account | None:
        with self._db.read() as read:
            row = read.execute("SELECT account FROM accounts WHERE id = %s", (account_id,)).fetchone()
            return to_account(row[0]) if row else None

    def put_key(self, key: Key) -> None:
        used = micros(key.last_used_at)
        with self._db.write() as write:
            try:
                write.execute(
                    "INSERT INTO keys (id, digest, last_used_at, key) VALUES (%s, %s, %s, %s)"
                    " ON CONFLICT (id) DO UPDATE SET digest = excluded.digest,"
                    " last_used_at = excluded.last_used_at, key = excluded.key",
                    (key.id, key.digest, used, text_of(key)),
                )
            except errors.UniqueViolation:
                raise InvalidInput("This key is registered already.", field="key") from None

    def keys(self) -> list[Key]:
        with self._db.read() as read:
            return [read_key(*row) for row in read.execute("SELECT key, last_used_at FROM keys ORDER BY id")]

    def find_key(self, digest: bytes) -> Key | None:
        with self._db.read() as read:
            row = read.execute("SELECT key, last_used_at FROM keys WHERE digest = %s", (digest,)).fetchone()
        key = read_key(*row) if row else None
        return key if key and hmac.compare_digest(key.digest, digest) else None

    def touch_keys(self, used: Mapping[str, datetime]) -> None:
        with self._db.write(durable=False) as write:
            write.cursor().executemany(
                "UPDATE keys SET last_used_at = greatest(last_used_at, %s) WHERE id = %s",
                [(to_micros(at), key_id) for key_id, at in sorted(used.items())],
            )

    def ledger(self, account_id: str, limit: int = 100) -> list[LedgerEntry]:
        with self._db.read() as read:
            found = read.execute(
                "SELECT account_id, at, amount, kind, family, key_id, rows, note FROM ledger"
                " WHERE account_id = %s ORDER BY n DESC LIMIT %s",
                (account_id, limit),
            )
            return [ledger_entry(row) for row in found]

    def usage(self, account_id: str, since: datetime) -> list[tuple[str, str, str, int, int]]:
        with self._db.read() as read:
            found = read.execute(
                "SELECT day, key_id, family, rows, amount FROM usage WHERE account_id = %s AND day >= %s"
                " ORDER BY day, key_id, family",
                (account_id, since.date().isoformat()),
            )
            return cast(list[tuple[str, str, str, int, int]], found.fetchall())


def write_plan(write: Connection, plan: Plan) -> None:
    write.execute(
        "INSERT INTO plans (name, plan) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET plan = excluded.plan",
        (plan.name, text_of(plan)),
    )
