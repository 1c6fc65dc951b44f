"""Wallets as both stores keep them: what is held, booked and given back. Each adds how it reads and writes rows.

A page's hold is a transaction of its own. Of an account that scans on and on, a process may hold what the next
pages will cost in one go (`hold_ahead`), hand out parts of it from memory, and book many pages together. What one
process holds so, another one can ask back (`recall_ahead`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Generic, Protocol, TypeVar

from pyroaring import BitMap64

from jobwire.errors import InvalidInput
from jobwire.model.account import Hold, LedgerEntry
from jobwire.model.times import to_micros
from jobwire.store.base import Clock
from jobwire.store.rows import free_hold
from jobwire.store.wallet import (
    AHEAD,
    Charge,
    Funds,
    OpenHold,
    Use,
    cut_chunk,
    find_chunks,
    grant,
    join_charges,
    make_hold_id,
    pack_bits,
    release_hold,
    settle_holds,
    sum_charges,
    use_ahead,
)

SHARE = 10
"""At most a tenth of what is free at that moment is set aside ahead in one go."""
AHEAD_AGE = timedelta(minutes=2)
"""What is set aside ahead for longer belongs to a process that died: it is used for seconds only."""
C = TypeVar("C")
C_co = TypeVar("C_co", covariant=True)


class Database(Protocol[C_co]):
    """What both kinds of database offer."""

    def read(self) -> AbstractContextManager[C_co]: ...

    def write(self, *, durable: bool = True) -> AbstractContextManager[C_co]: ...


class Rows(ABC, Generic[C]):
    """A store's rows of wallets. Whoever changes any of an account has locked its wallet."""

    @abstractmethod
    def read_balance(self, connection: C, account_id: str) -> int: ...

    @abstractmethod
    def lock_wallet(self, write: C, account_id: str) -> int:
        """The balance, which nobody else changes until this transaction ends."""

    @abstractmethod
    def set_balance(self, write: C, account_id: str, balance: int) -> None: ...

    @abstractmethod
    def add_entries(self, write: C, entries: Sequence[LedgerEntry]) -> None:
        """To the ledger; charges also to the usage."""

    @abstractmethod
    def read_paid(self, connection: C, account_id: str, stream: str, chunks: Sequence[int]) -> Iterable[bytes]:
        """The bitmaps of these chunks, of those that exist."""

    @abstractmethod
    def set_paid(self, write: C, account_id: str, stream: str, chunk: int, bits: bytes) -> None: ...

    @abstractmethod
    def put_hold(self, write: C, hold: OpenHold, at: int, first: int, last: int) -> None:
        """A new hold, of a page that wants positions from `first` to `last`."""

    @abstractmethod
    def read_overlaps(
        self, connection: C, account_id: str, streams: Sequence[str], first: int, last: int
    ) -> Iterable[bytes]:
        """What open holds pay for whose pages want positions between these two."""

    @abstractmethod
    def open_holds(self, connection: C, account_id: str, stream: str) -> list[OpenHold]:
        """By id."""

    @abstractmethod
    def read_funds(self, connection: C, account_id: str) -> list[tuple[int, str, int, bytes]]:
        """(id, stream, price, positions that it pays for) of each open hold, and the balance as a price of id 0,
        all as they are at one moment."""

    @abstractmethod
    def find_streams(self, write: C, hold_ids: Sequence[int]) -> list[tuple[str, str]]:
        """(account, stream) of these holds, each once, in order."""

    @abstractmethod
    def find_stale(self, connection: C, before: int, ahead_before: int) -> list[int]:
        """Holds that were made before then; those made ahead, before the other time."""

    @abstractmethod
    def write_back(self, write: C, done: Iterable[OpenHold], others: Iterable[OpenHold]) -> None:
        """Delete `done`, update those of `others` that changed."""


class Books(Rows[C]):
    """The wallets of `store.accounts.Accounts`."""

    def __init__(self, database: Database[C], clock: Clock) -> None:
        self._db = database
        self._clock = clock
        self._spending: set[str] = set()
        """Accounts whose last page was not paid for: likely so is the next, which then is not looked at twice."""

    def add_entry(self, entry: LedgerEntry) -> int:
        with self._db.write() as write:
            balance = self.lock_wallet(write, entry.account_id) + entry.amount
            if balance < 0:
                raise InvalidInput("The wallet does not hold that much.", field="amount")
            self.add_entries(write, [entry])
            self.set_balance(write, entry.account_id, balance)
            return balance

    def balance(self, account_id: str) -> int:
        with self._db.read() as read:
            return self.read_balance(read, account_id)

    def funds(self, account_id: str) -> Funds:
        with self._db.read() as read:
            rows = self.read_funds(read, account_id)
        free = sum(price for hold_id, _, price, _ in rows if not hold_id)
        held = {hold_id: price * len(BitMap64.deserialize(seqs)) for hold_id, _, price, seqs in rows if hold_id}
        ahead = {hold_id: held.pop(hold_id) for hold_id, stream, _, _ in rows if stream.endswith(AHEAD)}
        return Funds(free, sum(held.values()), ahead)

    def hold(
        self, account_id: str, key_id: str, family: str, stream: str, seqs: Sequence[int], price: int
    ) -> Hold:
        wanted = BitMap64(seqs)
        if price <= 0 or account_id not in self._spending:
            with self._db.read() as read:
                if price <= 0 or wanted <= self._find_paid(read, account_id, stream, wanted):
                    return free_hold(account_id, len(seqs), self.read_balance(read, account_id))
        with self._db.write(durable=False) as write:
            balance = self.lock_wallet(write, account_id)
            held = self._find_held(write, account_id, [stream], wanted)
            unpaid = wanted - self._find_paid(write, account_id, stream, wanted)
            granted = grant(seqs, unpaid, held, balance, price)
            if not granted.seqs and not granted.rides:
                self._spending.discard(account_id)
                return free_hold(account_id, granted.granted, balance)
            hold = OpenHold(
                id=make_hold_id(),
                account_id=account_id,
                key_id=key_id,
                family=family,
                stream=stream,
                price=price,
                seqs=granted.seqs,
                rides=granted.rides,
            )
            self.put_hold(write, hold, to_micros(self._clock()), *_span(wanted))
            if hold.amount:
                self.set_balance(write, account_id, balance - hold.amount)
        self._spending.add(account_id)
        return hold.describe(balance - hold.amount, granted.granted)

    def settle(self, hold_ids: Iterable[int]) -> None:
        if not (chosen := {hold_id for hold_id in hold_ids if hold_id}):
            return
        with self._db.write() as write:
            charges: list[Charge] = []
            for arrived, others in self._chosen_holds(write, chosen):
                charges += settle_holds(arrived, others)
                self.write_back(write, arrived, others)
            self._charge(write, charges)

    def release(self, hold_ids: Iterable[int]) -> None:
        if not (chosen := {hold_id for hold_id in hold_ids if hold_id}):
            return
        with self._db.write(durable=False) as write:
            charges: list[Charge] = []
            for failed, others in self._chosen_holds(write, chosen):
                account_id = failed[0].account_id
                balance = self.read_balance(write, account_id)
                for hold in failed:
                    charge, balance = release_hold(hold, others, balance)
                    charges.append(charge)
                self.set_balance(write, account_id, balance)
                self.write_back(write, failed, others)
            self._charge(write, charges)

    def release_stale(self, older_than: timedelta) -> int:
        now = self._clock()
        times = (to_micros(now - older_than), to_micros(now - min(older_than, AHEAD_AGE)))
        with self._db.read() as read:
            stale = self.find_stale(read, *times)
        self.release(stale)
        return len(stale)

    def hold_ahead(
        self, account_id: str, key_id: str, family: str, stream: str, reach: range, price: int, least: int
    ) -> Hold | None:
        wanted, streams = BitMap64(reach), (stream, stream + AHEAD)
        with self._db.read() as read:  # most often it ends here, where it cannot be
            if self.read_balance(read, account_id) < SHARE * least * price:
                return None
            if wanted & self._find_held(read, account_id, streams, wanted):
                return None
        with self._db.write(durable=False) as write:
            balance = self.lock_wallet(write, account_id)
            if wanted & self._find_held(write, account_id, streams, wanted):
                return None
            seqs = wanted - self._find_paid(write, account_id, stream, wanted)
            most = balance // SHARE // price
            granted = len(reach) if len(seqs) <= most else seqs[most] - reach.start
            seqs &= BitMap64(reach[:granted])
            if granted < least or not seqs:
                return None
            hold = OpenHold(
                id=make_hold_id(),
                account_id=account_id,
                key_id=key_id,
                family=family,
                stream=stream + AHEAD,
                price=price,
                seqs=seqs,
            )
            self.put_hold(write, hold, to_micros(self._clock()), *_span(seqs))
            self.set_balance(write, account_id, balance - hold.amount)
        return hold.describe(balance - hold.amount, granted)

    def settle_ahead(self, uses: Iterable[Use]) -> set[int]:
        asked_back: set[int] = set()
        charges: list[Charge] = []
        with self._db.write() as write:
            for use in sorted(uses, key=lambda use: use.hold.account_id):
                balance = self.lock_wallet(write, use.hold.account_id)
                held = self.open_holds(write, use.hold.account_id, use.stream + AHEAD)
                hold = next((hold for hold in held if hold.id == use.hold.id), None)
                if hold is None:  # given back by who thought that this process had died
                    continue
                charge, pages, left_over = use_ahead(hold, use)
                charges.append(charge)
                if hold.seqs and hold.rides:
                    asked_back.add(hold.id)
                for page in pages:
                    self.put_hold(write, page, to_micros(self._clock()), *_span(page.seqs | page.rides))
                self.set_balance(write, hold.account_id, balance + left_over)
                self.write_back(write, [] if hold.seqs else [hold], [hold] if hold.seqs else [])
            self._charge(write, charges)
        return asked_back

    def recall_ahead(self, account_id: str) -> bool:
        if not (ahead := self.funds(account_id).ahead):
            return False
        with self._db.write(durable=False) as write:
            for asked, _ in self._chosen_holds(write, set(ahead)):
                for hold in asked:
                    hold.rides, hold.changed = hold.seqs, True
                self.write_back(write, [], asked)
        return True

    def _chosen_holds(self, write: C, chosen: set[int]) -> list[tuple[list[OpenHold], list[OpenHold]]]:
        """(chosen, other open) holds of each account and stream that the chosen ones belong to. Of what another
        process settled or released just before there is nothing."""
        parts = []
        for account_id, stream in self.find_streams(write, sorted(chosen)):
            self.lock_wallet(write, account_id)
            holds = self.open_holds(write, account_id, stream)
            if mine := [hold for hold in holds if hold.id in chosen]:
                parts.append((mine, [hold for hold in holds if hold.id not in chosen]))
        return parts

    def _charge(self, write: C, charges: Sequence[Charge]) -> None:
        """Book charges and remember what they paid for. The wallet was debited when they were held; what was paid
        meanwhile or by another one of these, by a page of a scan that was paid ahead, goes back to it."""
        fresh: list[Charge] = []
        for (account_id, stream), seqs in join_charges(charges).items():
            paid = self._find_paid(write, account_id, stream, seqs)
            too_much = 0
            for one in charges:
                if (one.hold.account_id, one.hold.stream) == (account_id, stream):
                    fresh.append(Charge(one.hold, one.seqs - paid))
                    too_much += one.amount - fresh[-1].amount
                    paid |= one.seqs
            for chunk in find_chunks(seqs):
                self.set_paid(write, account_id, stream, chunk, pack_bits(cut_chunk(paid, chunk)))
            if too_much:
                self.set_balance(write, account_id, self.read_balance(write, account_id) + too_much)
        self.add_entries(write, sum_charges(fresh, self._clock()))

    def _find_paid(self, connection: C, account_id: str, stream: str, seqs: BitMap64) -> BitMap64:
        """The positions that the account has paid for, in the chunks in which `seqs` lie."""
        return _join(self.read_paid(connection, account_id, stream, find_chunks(seqs)))

    def _find_held(self, connection: C, account_id: str, streams: Sequence[str], seqs: BitMap64) -> BitMap64:
        """The positions that those open holds of the account pay for which could share one with `seqs`."""
        return _join(self.read_overlaps(connection, account_id, streams, *_span(seqs))) if seqs else seqs


def _join(parts: Iterable[bytes]) -> BitMap64:
    return BitMap64().union(*map(BitMap64.deserialize, parts))


def _span(seqs: BitMap64) -> tuple[int, int]:
    return seqs.min(), seqs.max()
