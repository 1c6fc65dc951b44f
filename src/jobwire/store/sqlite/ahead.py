"""Credits set aside for the next pages of a scan at once, while one process alone serves the store.

A page's hold is a transaction of its own. Of an account that scans on and on, the process may hold what the next
pages will cost in one go, hand out parts of it from memory, and book many pages together. That is exact only if
nobody else looks at the same wallet, so each server process takes a shared sign, and looks whether it is alone.
"""

from __future__ import annotations

import fcntl
import sqlite3
import threading
from collections.abc import Iterable
from io import TextIOWrapper

from pyroaring import BitMap64

from jobwire.db.sqlite import Database
from jobwire.model.account import Hold
from jobwire.store.base import Clock
from jobwire.store.sqlite.wallets import (
    add_charges,
    find_held,
    find_hold,
    find_holds_of,
    find_paid,
    put_hold,
    read_balance,
    set_balance,
    write_back,
)
from jobwire.store.wallet import NO_BITS, Charge, OpenHold, Use, make_hold_id, pack_bits

SHARE = 10
"""At most a tenth of the balance is set aside ahead."""
_MARK = " ahead"
"""Behind the stream of such holds: no other page rides on them."""


class SqliteAhead:
    """See `store.wallet.Ahead`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock
        self._lock = threading.Lock()
        self._servers = 0
        self._sign: TextIOWrapper | None = None

    def join(self) -> None:
        with self._lock:
            self._servers += 1
            if self._sign is None:
                try:
                    self._sign = self._db.path.with_name(f"{self._db.path.name}-serving").open("a+")
                    fcntl.lockf(self._sign, fcntl.LOCK_SH)
                except OSError:
                    return  # where no sign can be kept, nobody is known to be alone
        if self.alone():
            self._clear()

    def leave(self) -> None:
        with self._lock:
            self._servers -= 1
            if not self._servers and self._sign is not None:
                self._sign.close()
                self._sign = None

    def alone(self) -> bool:
        with self._lock:
            if self._servers != 1 or self._sign is None:
                return False
            try:
                fcntl.lockf(self._sign, fcntl.LOCK_EX | fcntl.LOCK_NB)  # one step from shared, or not at all
            except OSError:
                return False
            fcntl.lockf(self._sign, fcntl.LOCK_SH)
            return True

    def hold(
        self, account_id: str, key_id: str, family: str, stream: str, reach: range, price: int, least: int
    ) -> Hold | None:
        wanted = BitMap64(reach)
        with self._db.read() as read:
            if read_balance(read, account_id) < SHARE * least * price:
                return None
        with self._db.write(durable=False) as write:
            balance = read_balance(write, account_id)
            if any(wanted & find_held(write, account_id, of, wanted) for of in (stream, stream + _MARK)):
                return None
            seqs = wanted - find_paid(write, account_id, stream, wanted)
            most = balance // SHARE // price
            granted = len(reach) if len(seqs) <= most else seqs[most] - reach.start
            seqs &= BitMap64(reach[:granted])
            if granted < least or not seqs:
                return None
            hold = Hold(
                id=make_hold_id(),
                account_id=account_id,
                amount=price * len(seqs),
                balance=balance - price * len(seqs),
                seqs=pack_bits(seqs),
                granted=granted,
            )
            names = (account_id, stream + _MARK, hold.id, key_id, family, price)
            put_hold(write, names, self._clock(), seqs, hold.seqs, NO_BITS)
            set_balance(write, account_id, hold.balance)
            return hold

    def settle(self, uses: Iterable[Use]) -> None:
        with self._db.write() as write:
            charges: list[Charge] = []
            for use in uses:
                hold = find_hold(write, use.hold.account_id, use.stream + _MARK, use.hold.id)
                if hold is None:  # given back by who thought that its server had died
                    continue
                arrived, kept = hold.seqs & use.arrived, hold.seqs & (use.kept - use.arrived)
                self._give_back(write, hold, len(hold.seqs) - len(arrived) - len(kept))
                hold.seqs, hold.changed = kept, True
                write_back(write, [] if kept else [hold], [hold] if kept else [])
                hold.stream = use.stream
                charges.append(Charge(hold, arrived))
            add_charges(write, charges, self._clock())

    def _clear(self) -> None:
        """Give back what a server that died had held."""
        with self._db.write(durable=False) as write:
            for hold in find_holds_of(write, f"% {_MARK.strip()}"):
                self._give_back(write, hold, len(hold.seqs))
                write_back(write, [hold], [])

    def _give_back(self, write: sqlite3.Connection, hold: OpenHold, count: int) -> None:
        if count:
            balance = read_balance(write, hold.account_id) + hold.price * count
            set_balance(write, hold.account_id, balance)
