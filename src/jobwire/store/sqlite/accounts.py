"""Plans, accounts, keys and wallets in SQLite."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from pyroaring import BitMap64

from jobwire.db.sqlite import Database
from jobwire.errors import InvalidInput
from jobwire.model.account import Account, Hold, Key, LedgerEntry, Plan
from jobwire.model.times import to_micros
from jobwire.store.base import Clock
from jobwire.store.rows import (
    free_hold,
    ledger_entry,
    micros,
    read_key,
    text_of,
    to_account,
    to_plan,
)
from jobwire.store.sqlite.ahead import SqliteAhead
from jobwire.store.sqlite.wallets import (
    add_charges,
    add_entries,
    chosen_holds,
    find_held,
    find_paid,
    put_hold,
    read_balance,
    set_balance,
    write_back,
)
from jobwire.store.wallet import Ahead, Charge, grant, make_hold_id, pack_bits, release_hold, settle_holds


class SqliteAccounts:
    """See `store.base.Accounts`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock
        self.ahead: Ahead | None = SqliteAhead(database, clock)
        self._spending: set[str] = set()
        """Accounts whose last page was not paid for: likely so is the next, which then is not looked at twice."""

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

    def add_entry(self, entry: LedgerEntry) -> int:
        with self._db.write() as write:
            balance = read_balance(write, entry.account_id) + entry.amount
            if balance < 0:
                raise InvalidInput("The wallet does not hold that much.", field="amount")
            add_entries(write, [entry])
            set_balance(write, entry.account_id, balance)
            return balance

    def balance(self, account_id: str) -> int:
        with self._db.read() as read:
            return read_balance(read, account_id)

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

    def hold(
        self, account_id: str, key_id: str, family: str, stream: str, seqs: Sequence[int], price: int
    ) -> Hold:
        wanted = BitMap64(seqs)
        if price <= 0 or account_id not in self._spending:
            with self._db.read() as read:
                if price <= 0 or wanted <= find_paid(read, account_id, stream, wanted):
                    return free_hold(account_id, len(seqs), read_balance(read, account_id))
        with self._db.write(durable=False) as write:
            balance = read_balance(write, account_id)
            held = find_held(write, account_id, stream, wanted)
            unpaid = wanted - find_paid(write, account_id, stream, wanted)
            granted = grant(seqs, unpaid, held, balance, price)
            if not granted.seqs and not granted.rides:
                self._spending.discard(account_id)
                return free_hold(account_id, granted.granted, balance)
            hold = Hold(
                id=make_hold_id(),
                account_id=account_id,
                amount=price * len(granted.seqs),
                balance=balance - price * len(granted.seqs),
                seqs=pack_bits(granted.seqs),
                granted=granted.granted,
            )
            names = (account_id, stream, hold.id, key_id, family, price)
            put_hold(write, names, self._clock(), wanted, hold.seqs, pack_bits(granted.rides))
            if hold.amount:
                set_balance(write, account_id, hold.balance)
        self._spending.add(account_id)
        return hold

    def settle(self, hold_ids: Iterable[int]) -> None:
        chosen = {hold_id for hold_id in hold_ids if hold_id}
        if not chosen:
            return
        with self._db.write() as write:
            charges: list[Charge] = []
            for arrived, others in chosen_holds(write, chosen):
                charges += settle_holds(arrived, others)
                write_back(write, arrived, others)
            add_charges(write, charges, self._clock())

    def release(self, hold_ids: Iterable[int]) -> None:
        chosen = {hold_id for hold_id in hold_ids if hold_id}
        if not chosen:
            return
        with self._db.write(durable=False) as write:
            charges: list[Charge] = []
            for failed, others in chosen_holds(write, chosen):
                balance = read_balance(write, failed[0].account_id)
                for hold in failed:
                    charge, balance = release_hold(hold, others, balance)
                    charges.append(charge)
                set_balance(write, failed[0].account_id, balance)
                write_back(write, failed, others)
            add_charges(write, charges, self._clock())

    def release_stale(self, older_than: timedelta) -> int:
        before = to_micros(self._clock() - older_than)
        with self._db.read() as read:
            stale = [hold_id for (hold_id,) in read.execute("SELECT id FROM holds WHERE at < ?", (before,))]
        self.release(stale)
        return len(stale)


def write_plan(write: sqlite3.Connection, plan: Plan) -> None:
    write.execute("INSERT OR REPLACE INTO plans (name, plan) VALUES (?, ?)", (plan.name, text_of(plan)))
