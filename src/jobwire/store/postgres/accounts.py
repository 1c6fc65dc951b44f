"""Plans, accounts, keys and wallets in PostgreSQL."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

from psycopg import errors
from pyroaring import BitMap64

from jobwire.db.postgres import Connection, Database
from jobwire.errors import InvalidInput
from jobwire.model.account import Account, Hold, Key, LedgerEntry, Plan
from jobwire.model.times import to_micros
from jobwire.store.base import Clock
from jobwire.store.rows import (
    entry_values,
    free_hold,
    ledger_entry,
    micros,
    open_hold,
    read_key,
    text_of,
    to_account,
    to_plan,
    usage_values,
)
from jobwire.store.wallet import (
    Ahead,
    Charge,
    OpenHold,
    cut_chunk,
    find_chunks,
    grant,
    join_charges,
    make_hold_id,
    pack_bits,
    release_hold,
    settle_holds,
    sum_charges,
)

_NOTHING = BitMap64()


class PostgresAccounts:
    """See `store.base.Accounts`."""

    ahead: Ahead | None = None

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock
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

    def add_entry(self, entry: LedgerEntry) -> int:
        with self._db.write() as write:
            balance = _lock_wallet(write, entry.account_id) + entry.amount
            if balance < 0:
                raise InvalidInput("The wallet does not hold that much.", field="amount")
            _book(write, [entry])
            _set_balance(write, entry.account_id, balance)
            return balance

    def balance(self, account_id: str) -> int:
        with self._db.read() as read:
            return _balance(read, account_id)

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

    def hold(
        self, account_id: str, key_id: str, family: str, stream: str, seqs: Sequence[int], price: int
    ) -> Hold:
        wanted = BitMap64(seqs)
        if price <= 0 or account_id not in self._spending:
            with self._db.read() as read:
                if price <= 0 or wanted <= _paid(read, account_id, stream, wanted):
                    return free_hold(account_id, len(seqs), _balance(read, account_id))
        with self._db.write(durable=False) as write:
            balance = _lock_wallet(write, account_id)
            held = _held(write, account_id, stream, wanted)
            unpaid = wanted - _paid(write, account_id, stream, wanted)
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
            write.execute(
                "INSERT INTO holds (account_id, stream, id, key_id, family, price, at,"
                " first_seq, last_seq, seqs, rides, owed)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    *(account_id, stream, hold.id, key_id, family, price, to_micros(self._clock())),
                    *(wanted.min(), wanted.max(), hold.seqs, pack_bits(granted.rides), pack_bits(_NOTHING)),
                ),
            )
            if hold.amount:
                _set_balance(write, account_id, hold.balance)
        self._spending.add(account_id)
        return hold

    def settle(self, hold_ids: Iterable[int]) -> None:
        chosen = {hold_id for hold_id in hold_ids if hold_id}
        if not chosen:
            return
        with self._db.write() as write:
            charges: list[Charge] = []
            for arrived, others in _chosen_holds(write, chosen):
                charges += settle_holds(arrived, others)
                _write_back(write, arrived, others)
            self._charge(write, charges)

    def release(self, hold_ids: Iterable[int]) -> None:
        chosen = {hold_id for hold_id in hold_ids if hold_id}
        if not chosen:
            return
        with self._db.write(durable=False) as write:
            charges: list[Charge] = []
            for failed, others in _chosen_holds(write, chosen):
                balance = _lock_wallet(write, failed[0].account_id)
                for hold in failed:
                    charge, balance = release_hold(hold, others, balance)
                    charges.append(charge)
                _set_balance(write, failed[0].account_id, balance)
                _write_back(write, failed, others)
            self._charge(write, charges)

    def release_stale(self, older_than: timedelta) -> int:
        before = to_micros(self._clock() - older_than)
        with self._db.read() as read:
            stale = [hold_id for (hold_id,) in read.execute("SELECT id FROM holds WHERE at < %s", (before,))]
        self.release(stale)
        return len(stale)

    def _charge(self, write: Connection, charges: list[Charge]) -> None:
        """Book charges and remember what they paid for. The wallet was debited when the hold was made."""
        _book(write, sum_charges(charges, self._clock()))
        for (account_id, stream), seqs in join_charges(charges).items():
            for chunk in find_chunks(seqs):
                bits = cut_chunk(seqs, chunk)
                bits |= _paid(write, account_id, stream, bits)
                write.execute(
                    "INSERT INTO paid (account_id, stream, chunk, bits) VALUES (%s, %s, %s, %s)"
                    " ON CONFLICT (account_id, stream, chunk) DO UPDATE SET bits = excluded.bits",
                    (account_id, stream, chunk, pack_bits(bits)),
                )


def write_plan(write: Connection, plan: Plan) -> None:
    write.execute(
        "INSERT INTO plans (name, plan) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET plan = excluded.plan",
        (plan.name, text_of(plan)),
    )


def _balance(connection: Connection, account_id: str) -> int:
    row = connection.execute("SELECT balance FROM wallets WHERE account_id = %s", (account_id,)).fetchone()
    return int(row[0]) if row else 0


def _lock_wallet(write: Connection, account_id: str) -> int:
    """The balance, which nobody else changes until this transaction ends."""
    select = "SELECT balance FROM wallets WHERE account_id = %s FOR UPDATE"
    row = write.execute(select, (account_id,)).fetchone()
    if row is None:
        write.execute(
            "INSERT INTO wallets (account_id, balance) VALUES (%s, 0) ON CONFLICT DO NOTHING", (account_id,)
        )
        row = write.execute(select, (account_id,)).fetchone()
        assert row is not None
    return int(row[0])


def _set_balance(write: Connection, account_id: str, balance: int) -> None:
    write.execute(
        "INSERT INTO wallets (account_id, balance) VALUES (%s, %s)"
        " ON CONFLICT (account_id) DO UPDATE SET balance = excluded.balance",
        (account_id, balance),
    )


def _book(write: Connection, entries: Sequence[LedgerEntry]) -> None:
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


def _paid(connection: Connection, account_id: str, stream: str, seqs: BitMap64) -> BitMap64:
    """The positions that the account has paid for, in the chunks in which `seqs` lie."""
    paid = BitMap64()
    for (bits,) in connection.execute(
        "SELECT bits FROM paid WHERE account_id = %s AND stream = %s AND chunk = ANY(%s)",
        (account_id, stream, find_chunks(seqs)),
        binary=True,
    ):
        paid |= BitMap64.deserialize(bits)
    return paid


def _held(connection: Connection, account_id: str, stream: str, seqs: BitMap64) -> BitMap64:
    """The positions that those open holds of the account pay for which could share one with `seqs`."""
    if not seqs:
        return seqs
    found = connection.execute(
        "SELECT seqs FROM holds WHERE account_id = %s AND stream = %s AND first_seq <= %s AND last_seq >= %s",
        (account_id, stream, seqs.max(), seqs.min()),
        binary=True,
    )
    return _NOTHING.union(*(BitMap64.deserialize(seqs) for (seqs,) in found))


def _open_holds(connection: Connection, account_id: str, stream: str) -> list[OpenHold]:
    found = connection.execute(
        "SELECT id, account_id, key_id, family, stream, price, seqs, rides, owed FROM holds"
        " WHERE account_id = %s AND stream = %s ORDER BY id",
        (account_id, stream),
        binary=True,
    )
    return [open_hold(row) for row in found]


def _chosen_holds(write: Connection, chosen: set[int]) -> list[tuple[list[OpenHold], list[OpenHold]]]:
    """(chosen, other open) holds of each account and stream that the chosen ones belong to."""
    groups = write.execute(
        "SELECT DISTINCT account_id, stream FROM holds WHERE id = ANY(%s) ORDER BY account_id, stream",
        (sorted(chosen),),
    ).fetchall()
    parts = []
    for account_id, stream in groups:
        _lock_wallet(write, account_id)
        holds = _open_holds(write, account_id, stream)
        parts.append(([h for h in holds if h.id in chosen], [h for h in holds if h.id not in chosen]))
    return parts


def _write_back(write: Connection, done: Iterable[OpenHold], others: Iterable[OpenHold]) -> None:
    write.execute("DELETE FROM holds WHERE id = ANY(%s)", ([hold.id for hold in done],))
    write.cursor().executemany(
        "UPDATE holds SET seqs = %s, rides = %s, owed = %s WHERE id = %s",
        [(pack_bits(h.seqs), pack_bits(h.rides), pack_bits(h.owed), h.id) for h in others if h.changed],
    )
