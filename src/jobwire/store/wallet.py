"""The rules of holds: which positions a page pays for, and who pays when a page does not arrive.

A position that another open hold of the account already pays for is not paid again: the page *rides* on that
hold. If the rider arrives and the payer does not, the payer is charged for what the rider delivered (`owed`);
if the payer is released while the rider is still on its way, the rider takes over what it rode on.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from pyroaring import BitMap64

from jobwire.model.account import Hold, LedgerEntry

CHUNK_BITS = 16
"""A bitmap of paid positions spans 65,536 of them."""
NO_BITS = bytes(BitMap64().serialize())
AHEAD = " ahead"
"""Behind the stream of holds made ahead: no page rides on them."""


class OpenHold(msgspec.Struct, kw_only=True):
    """A hold as it is kept. Bitmaps of log positions."""

    id: int
    account_id: str
    key_id: str
    family: str
    stream: str
    price: int
    seqs: BitMap64
    rides: BitMap64 = msgspec.field(default_factory=BitMap64)
    """Of one made ahead: what another process wants back."""
    owed: BitMap64 = msgspec.field(default_factory=BitMap64)
    changed: bool = False
    """To be written back."""

    @property
    def amount(self) -> int:
        return self.price * len(self.seqs)

    def values(self, at: int, first: int, last: int) -> tuple[Any, ...]:
        """account_id, stream, id, key_id, family, price, at, first_seq, last_seq, seqs, rides, owed."""
        names = (self.account_id, self.stream, self.id, self.key_id, self.family, self.price)
        return (*names, at, first, last, pack_bits(self.seqs), pack_bits(self.rides), pack_bits(self.owed))

    def describe(self, balance: int, granted: int) -> Hold:
        """As its page is told of it: what the wallet has left, and how many rows it may deliver."""
        return Hold(
            id=self.id,
            account_id=self.account_id,
            amount=self.amount,
            balance=balance,
            seqs=pack_bits(self.seqs),
            granted=granted,
        )


class Grant(msgspec.Struct, frozen=True):
    """What a page may deliver: `granted` rows of those asked for, paying for `seqs`, riding for `rides`."""

    granted: int
    seqs: BitMap64
    rides: BitMap64


class Charge(msgspec.Struct, frozen=True):
    """Positions to book as paid by a hold."""

    hold: OpenHold
    seqs: BitMap64

    @property
    def amount(self) -> int:
        return self.hold.price * len(self.seqs)


class Use(msgspec.Struct, frozen=True):
    """What became of a hold made ahead: positions that arrived, and those that it still needs. Where it ends, the
    pages on their way that it paid for get holds of their own: id -> positions."""

    hold: Hold
    stream: str
    arrived: BitMap64
    kept: BitMap64
    pages: dict[int, BitMap64] = {}


class Funds(msgspec.Struct, frozen=True):
    """A wallet, in micro-credits."""

    free: int
    """What nothing is set aside of."""
    pages: int = 0
    """Set aside for pages on their way."""
    ahead: dict[int, int] = {}
    """Set aside for the next pages of scans, by hold."""

    @property
    def balance(self) -> int:
        """The sum of the ledger."""
        return self.free + self.set_aside

    @property
    def set_aside(self) -> int:
        return self.pages + sum(self.ahead.values())


def make_hold_id() -> int:
    """Never 0, nor that of another hold, open or gone, of any process: drawn at random."""
    return secrets.randbits(62) + 1


def join_charges(charges: Iterable[Charge]) -> dict[tuple[str, str], BitMap64]:
    """What was charged of each (account, stream)."""
    joined: dict[tuple[str, str], BitMap64] = {}
    for charge in charges:
        joined.setdefault((charge.hold.account_id, charge.hold.stream), BitMap64()).update(charge.seqs)
    return joined


def find_chunks(seqs: BitMap64) -> list[int]:
    """The chunks in which these positions lie."""
    chunks: list[int] = []
    passed = 0
    while passed < len(seqs):
        chunks.append(seqs[passed] >> CHUNK_BITS)
        passed = seqs.rank((chunks[-1] + 1 << CHUNK_BITS) - 1)
    return chunks


def cut_chunk(seqs: BitMap64, chunk: int) -> BitMap64:
    """The positions of `seqs` that lie in `chunk`."""
    return seqs & BitMap64(range(chunk << CHUNK_BITS, (chunk + 1) << CHUNK_BITS))


def pack_bits(bits: BitMap64) -> bytes:
    """For a column. Pages are mostly runs of positions: a few bytes instead of two each."""
    if not bits:
        return NO_BITS
    bits.run_optimize()
    return bytes(bits.serialize())


def grant(seqs: Sequence[int], unpaid: BitMap64, held: BitMap64, balance: int, price: int) -> Grant:
    """The longest prefix of `seqs` that `balance` can pay for; what is paid or held already costs nothing."""
    to_pay = unpaid - held
    if len(to_pay) * price <= balance:
        return Grant(len(seqs), to_pay, unpaid & held)
    granted, left = 0, balance // price
    while (left := left - (seqs[granted] in to_pay)) >= 0:  # ends: not all can be paid for
        granted += 1
    prefix = BitMap64(seqs[:granted])
    return Grant(granted, to_pay & prefix, unpaid & held & prefix)


def settle_holds(arrived: Sequence[OpenHold], others: Sequence[OpenHold]) -> list[Charge]:
    """The pages of `arrived` were delivered, those of `others` are still on their way."""
    for hold in arrived:
        for payer in others:
            if delivered := hold.rides & payer.seqs:
                payer.owed |= delivered
                payer.changed = True
    return [Charge(hold, hold.seqs) for hold in arrived]


def release_hold(hold: OpenHold, others: Iterable[OpenHold], balance: int) -> tuple[Charge, int]:
    """The page of `hold` did not arrive. What is to be charged nevertheless, and the balance afterwards."""
    charge = Charge(hold, hold.seqs & hold.owed)
    left = hold.seqs - hold.owed
    balance += hold.price * len(left)
    for rider in others:
        if part := left & rider.rides:
            affordable = BitMap64(list(part)[: balance // rider.price])
            rider.seqs |= affordable
            rider.rides -= part
            rider.changed = True
            left -= part
            balance -= rider.price * len(affordable)
    return charge, balance


def use_ahead(hold: OpenHold, use: Use) -> tuple[Charge, list[OpenHold], int]:
    """What is to be charged of a hold made ahead, the holds of its pages on their way if it ends, and the
    micro-credits that go back. `hold` keeps what is still needed.

    Of pages that have a position in common, the first pays for it and the others ride on that.
    """
    page = replace(hold, stream=use.stream, rides=BitMap64())
    charge = Charge(page, hold.seqs & use.arrived)
    left, taken, pages = hold.seqs - use.arrived, BitMap64(), []
    for hold_id, seqs in use.pages.items():
        if seqs := seqs & left:
            pages.append(replace(page, id=hold_id, seqs=seqs - taken, rides=seqs & taken, owed=BitMap64()))
            taken |= seqs
    hold.seqs, hold.changed = left & use.kept, True
    return charge, pages, hold.price * len(left - taken - hold.seqs)


def sum_charges(charges: Iterable[Charge], at: datetime) -> list[LedgerEntry]:
    """One ledger line for each account, key and family."""
    rows: dict[tuple[str, str, str], tuple[int, int]] = {}
    for charge in charges:
        if charge.seqs:
            group = (charge.hold.account_id, charge.hold.key_id, charge.hold.family)
            count, amount = rows.get(group, (0, 0))
            rows[group] = (count + len(charge.seqs), amount + charge.amount)
    return [
        LedgerEntry(
            account_id=account_id, at=at, amount=-amount, kind="charge", family=family, key_id=key_id, rows=count
        )
        for (account_id, key_id, family), (count, amount) in rows.items()
    ]
