"""Purses: what an account that scans on and on will need next, held in one go and handed out from memory.

A purse is one hold of the store (`Accounts.hold_ahead`). A page that lies in its reach costs no write; what
arrived is booked for many pages together. A purse that no page was taken from for a moment, or that another
process asks for, gives back the rest; its pages on their way get holds of their own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import msgspec
from pyroaring import BitMap64

from jobwire.model.account import Hold
from jobwire.store.accounts import Accounts
from jobwire.store.wallet import Funds, Use, make_hold_id

DEPTH = 64
"""Pages held at once."""
FRESH_S = 0.25
"""So long a wallet is believed to be as it was read, but for what this process does with it."""
AGE_S = 10.0
"""Nothing is taken from a purse that is older: far younger than a hold that counts as lost."""
FEW = 4
"""Purses of one account, as of scans that run side by side."""
REST_S = 10.0
"""An account whose purses were asked for gets none for so long: its next short pages need not wait for them."""
MAX_ENDS = 10_000


class Group(msgspec.Struct, frozen=True):
    """What pages must have in common to be paid from one purse."""

    account_id: str
    key_id: str
    family: str
    stream: str
    price: int


class Purse:
    """One hold, and what became of its positions."""

    def __init__(self, group: Group, hold: Hold, reach: range, made_at: float) -> None:
        self.group = group
        self.hold = hold
        self.reach = reach
        self.made_at = made_at
        self.used = True
        """Whether a page was taken since it was looked at."""
        self.mine = BitMap64.deserialize(hold.seqs)
        """What it pays for, be it still there or handed out."""
        self.spare = self.mine.copy()
        self.flying: dict[int, BitMap64] = {}
        """Pages on their way."""
        self.arrived = BitMap64()
        """To be booked."""
        self.open = True

    @property
    def unspent(self) -> int:
        """Micro-credits of it that no page took."""
        spare = self.spare if self.open else self.mine - self.arrived - BitMap64().union(*self.flying.values())
        return self.group.price * len(spare)

    def covers(self, group: Group, seqs: Sequence[int]) -> bool:
        """Whether it may pay for a page of these positions."""
        return self.open and self.group == group and seqs[0] in self.reach and seqs[-1] in self.reach

    def take(self, wanted: BitMap64) -> BitMap64:
        """What a page of these positions pays for. Everything of this purse on it is on its way from now on."""
        pays = wanted & self.spare
        self.spare -= pays
        self.used = True
        return pays

    def close(self) -> None:
        """Hand out nothing more."""
        self.open = False
        self.spare = BitMap64()

    def use(self, now: float) -> Use:
        """What is to be written of it now."""
        if not self.used or now - self.made_at > AGE_S:
            self.close()
        self.used = False
        if not self.open:
            return Use(self.hold, self.group.stream, self.arrived.copy(), BitMap64(), self.flying)
        kept = self.spare.union(*self.flying.values())
        return Use(self.hold, self.group.stream, self.arrived.copy(), kept)


class Purses:
    """The purses of this process. Safe to use from several threads."""

    def __init__(self, accounts: Accounts, clock: Callable[[], float] = time.monotonic) -> None:
        self._accounts = accounts
        self._clock = clock
        self._lock = threading.Lock()
        self._purses: dict[str, list[Purse]] = {}
        self._flying: dict[int, Purse] = {}
        self._ends: dict[Group, int] = {}
        """Where the last page that cost something ended."""
        self._rests: dict[str, float] = {}
        """Accounts that get no purse, and until when."""
        self._funds: dict[str, tuple[float, Funds]] = {}
        """Wallets by account, and until when they are believed."""
        self._changes = 0
        """Of wallets, by this process."""

    def take(self, group: Group, seqs: Sequence[int]) -> Hold | None:
        """The hold of a page that goes on where the account's last one ended; None: it is to be held by itself.

        `seqs` ascend. The hold's `balance` is left for the caller to say.
        """
        with self._lock:
            purse = self._find(group, seqs)
        if purse is None:
            purse = self._open(group, seqs)
        return self._take(purse, seqs) if purse else None

    def note(self, group: Group, seqs: Sequence[int], hold: Hold) -> None:
        """A page was charged for: the next one may follow it."""
        with self._lock:
            if len(self._ends) >= MAX_ENDS:
                self._ends.clear()
            if hold.amount and seqs[0] <= seqs[-1]:
                self._ends[group] = seqs[-1]
            else:
                self._ends.pop(group, None)

    def land(self, hold_id: int, *, arrived: bool) -> bool:
        """What became of a page. False if no purse paid for it."""
        with self._lock:
            purse = self._flying.pop(hold_id, None)
            if purse is None:
                return False
            page = purse.flying.pop(hold_id)
            if arrived:
                purse.arrived |= page
                purse.spare -= page
            elif purse.open:
                purse.spare |= (page & purse.mine) - purse.arrived
            return True

    def balance(self, account_id: str) -> int:
        """Micro-credits that the account can spend: what is set aside for no page on its way.

        Of other processes' purses nobody knows here what pages took of them since they last wrote.
        """
        until, funds = self._funds.get(account_id, (0.0, None))
        if funds is None or until <= self._clock():
            changes = self._changes
            funds = self._accounts.funds(account_id)
            with self._lock:
                if changes == self._changes:
                    self._funds[account_id] = (self._clock() + FRESH_S, funds)
        with self._lock:
            own = {purse.hold.id: purse for purse in self._purses.get(account_id, ())}
            unspent = sum(purse.unspent for purse in own.values())
        return funds.free + unspent + sum(part for hold_id, part in funds.ahead.items() if hold_id not in own)

    def forget(self) -> None:
        """Wallets are not as they were read any more."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._changes += 1
        self._funds.clear()

    def close(self, account_id: str | None = None) -> None:
        """Hand out nothing more, of all or of one account, which then gets no purse for a while."""
        with self._lock:
            names = list(self._purses) if account_id is None else [account_id]
            for purse in [purse for name in names for purse in self._purses.get(name, ())]:
                purse.close()
            if account_id is not None:
                self._rest(account_id)

    def _rest(self, account_id: str) -> None:
        if len(self._rests) >= MAX_ENDS:
            self._rests.clear()
        self._rests[account_id] = self._clock() + REST_S

    def write(self) -> bool:
        """Book what arrived, give back what nobody takes. Whether to look again soon. Raises Unavailable."""
        uses = self._list_uses()
        asked_back = self._accounts.settle_ahead([use for _, use in uses]) if uses else set()
        with self._lock:
            for purse, use in uses:
                purse.arrived -= use.arrived
                purse.mine = use.kept - use.arrived
                if not purse.mine:
                    self._purses[purse.group.account_id].remove(purse)
                elif purse.hold.id in asked_back:
                    purse.close()
                    self._rest(purse.group.account_id)
            self._purses = {name: purses for name, purses in self._purses.items() if purses}
            if uses:
                self._forget()
        return self.write() if asked_back else bool(self._purses)

    def _list_uses(self) -> list[tuple[Purse, Use]]:
        """What is to be written now. A page of a purse that ends is no more on its way here, but by itself."""
        with self._lock:
            now = self._clock()
            known = [(purse, purse.use(now)) for purses in self._purses.values() for purse in purses]
            uses = [(purse, use) for purse, use in known if use.arrived or use.kept != purse.mine]
            for _, use in uses:
                for hold_id in use.pages:
                    self._flying.pop(hold_id, None)
            return uses

    def _find(self, group: Group, seqs: Sequence[int]) -> Purse | None:
        for purse in self._purses.get(group.account_id, ()):
            if purse.covers(group, seqs) and self._clock() - purse.made_at <= AGE_S:
                return purse
        return None

    def _open(self, group: Group, seqs: Sequence[int]) -> Purse | None:
        """A purse for this page and those that will likely follow it."""
        span = seqs[-1] - seqs[0] + 1
        if not 0 <= self._ends.get(group, seqs[0]) < seqs[0] or span < len(seqs):
            return None
        if len(self._purses.get(group.account_id, ())) >= FEW:
            return None
        if self._clock() < self._rests.get(group.account_id, 0.0):
            return None
        reach = range(seqs[0], seqs[0] + DEPTH * span)
        names = (group.account_id, group.key_id, group.family, group.stream)
        hold = self._accounts.hold_ahead(*names, reach, group.price, 2 * span)
        if hold is None:
            return None
        purse = Purse(group, hold, reach[: hold.granted], self._clock())
        with self._lock:
            self._purses.setdefault(group.account_id, []).append(purse)
            self._forget()
        return purse

    def _take(self, purse: Purse, seqs: Sequence[int]) -> Hold | None:
        whole = seqs[-1] - seqs[0] + 1 == len(seqs)  # most pages are, and a range is a bitmap at once
        wanted = BitMap64(range(seqs[0], seqs[-1] + 1) if whole else seqs)
        with self._lock:
            if not purse.covers(purse.group, seqs):  # closed meanwhile
                return None
            pays = purse.take(wanted)
            hold_id = make_hold_id()
            purse.flying[hold_id] = wanted & purse.mine
            self._flying[hold_id] = purse
        return Hold(
            id=hold_id,
            account_id=purse.group.account_id,
            amount=len(pays) * purse.group.price,
            balance=0,
            seqs=b"",
            granted=len(seqs),
        )
