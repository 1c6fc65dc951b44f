"""The rows of wallets in SQLite: balances, the ledger, what is held and what was paid."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from pyroaring import BitMap64

from jobwire.model.account import LedgerEntry
from jobwire.model.times import to_micros
from jobwire.store.rows import entry_values, open_hold, text_of, usage_values
from jobwire.store.wallet import (
    NO_BITS,
    Charge,
    OpenHold,
    cut_chunk,
    find_chunks,
    join_charges,
    pack_bits,
    sum_charges,
)

_NOTHING = BitMap64()
_OPEN = "SELECT id, account_id, key_id, family, stream, price, seqs, rides, owed FROM holds WHERE "
"""Rows for `open_hold`."""


def read_balance(connection: sqlite3.Connection, account_id: str) -> int:
    row = connection.execute("SELECT balance FROM wallets WHERE account_id = ?", (account_id,)).fetchone()
    return int(row[0]) if row else 0


def set_balance(write: sqlite3.Connection, account_id: str, balance: int) -> None:
    write.execute(
        "INSERT INTO wallets (account_id, balance) VALUES (?, ?)"
        " ON CONFLICT (account_id) DO UPDATE SET balance = excluded.balance",
        (account_id, balance),
    )


def add_entries(write: sqlite3.Connection, entries: Sequence[LedgerEntry]) -> None:
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


def add_charges(write: sqlite3.Connection, charges: Sequence[Charge], at: datetime) -> None:
    """Book charges and remember what they paid for. The wallet was debited when they were held; what was paid
    meanwhile, by a page of a scan that was paid ahead, goes back to it."""
    fresh: list[Charge] = []
    for (account_id, stream), seqs in join_charges(charges).items():
        paid = find_paid(write, account_id, stream, seqs)
        too_much = 0
        for one in charges:
            if (one.hold.account_id, one.hold.stream) == (account_id, stream):
                fresh.append(Charge(one.hold, one.seqs - paid))
                too_much += one.amount - fresh[-1].amount
        for chunk in find_chunks(seqs):
            write.execute(
                "INSERT OR REPLACE INTO paid (account_id, stream, chunk, bits) VALUES (?, ?, ?, ?)",
                (account_id, stream, chunk, pack_bits(cut_chunk(paid | seqs, chunk))),
            )
        if too_much:
            set_balance(write, account_id, read_balance(write, account_id) + too_much)
    add_entries(write, sum_charges(fresh, at))


def put_hold(
    write: sqlite3.Connection,
    names: tuple[str, str, int, str, str, int],
    at: datetime,
    wanted: BitMap64,
    seqs: bytes,
    rides: bytes,
) -> None:
    """A new hold of a page that wants these positions; names: account, stream, id, key, family, price."""
    write.execute(
        "INSERT INTO holds (account_id, stream, id, key_id, family, price, at,"
        " first_seq, last_seq, seqs, rides, owed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*names, to_micros(at), wanted.min(), wanted.max(), seqs, rides, NO_BITS),
    )


def find_paid(connection: sqlite3.Connection, account_id: str, stream: str, seqs: BitMap64) -> BitMap64:
    """The positions that the account has paid for, in the chunks in which `seqs` lie."""
    paid = BitMap64()
    for chunk in find_chunks(seqs):
        row = connection.execute(
            "SELECT bits FROM paid WHERE account_id = ? AND stream = ? AND chunk = ?", (account_id, stream, chunk)
        ).fetchone()
        if row:
            paid |= BitMap64.deserialize(row[0])
    return paid


def find_held(connection: sqlite3.Connection, account_id: str, stream: str, seqs: BitMap64) -> BitMap64:
    """The positions that those open holds of the account pay for which could share one with `seqs`."""
    if not seqs:
        return seqs
    found = connection.execute(
        "SELECT seqs FROM holds WHERE account_id = ? AND stream = ? AND first_seq <= ? AND last_seq >= ?",
        (account_id, stream, seqs.max(), seqs.min()),
    )
    return _NOTHING.union(*(BitMap64.deserialize(seqs) for (seqs,) in found))


def find_hold(connection: sqlite3.Connection, account_id: str, stream: str, hold_id: int) -> OpenHold | None:
    row = connection.execute(
        _OPEN + "account_id = ? AND stream = ? AND id = ?", (account_id, stream, hold_id)
    ).fetchone()
    return open_hold(row) if row else None


def find_holds_of(connection: sqlite3.Connection, pattern: str) -> list[OpenHold]:
    """Of all accounts, in streams like this."""
    found = connection.execute(_OPEN + "stream LIKE ?", (pattern,))
    return [open_hold(row) for row in found]


def _open_holds(connection: sqlite3.Connection, account_id: str, stream: str) -> list[OpenHold]:
    found = connection.execute(_OPEN + "account_id = ? AND stream = ? ORDER BY id", (account_id, stream))
    return [open_hold(row) for row in found]


def chosen_holds(write: sqlite3.Connection, chosen: set[int]) -> list[tuple[list[OpenHold], list[OpenHold]]]:
    """(chosen, other open) holds of each account and stream that the chosen ones belong to."""
    groups = write.execute(
        "SELECT DISTINCT account_id, stream FROM holds WHERE id IN (SELECT value FROM json_each(?))",
        (text_of(sorted(chosen)),),
    ).fetchall()
    parts = []
    for account_id, stream in groups:
        holds = _open_holds(write, account_id, stream)
        parts.append(([h for h in holds if h.id in chosen], [h for h in holds if h.id not in chosen]))
    return parts


def write_back(write: sqlite3.Connection, done: Iterable[OpenHold], others: Iterable[OpenHold]) -> None:
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
