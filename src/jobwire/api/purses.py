"""Purses: what an account that scans on and on will need next, held in one go and handed out from memory.

A purse is one hold of the store (`store.wallet.Ahead`). A page that lies in its reach costs no write; what
arrived is booked for many pages together. A purse that no page was taken from for a moment gives back the rest.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import msgspec
from pyroaring import BitMap64

from jobwire.model.account import Hold
from jobwire.store.wallet import Ahead, Use, make_hold_id

DEPTH = 32
"""Pages held at once."""
AGE_S = 10.0
"""Nothing is taken from a purse that is older: far younger than a hold that counts as lost."""
FEW = 4
"""Purses of one account, as of scans that run side by side."""
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

    def take(self, wanted: BitMap64) -> BitMap64:
        """What a page of these positions pays for. Everything of this purse on it is on its way from now on."""
        pays = wanted & self.spare
        self.spare -= pays
        self.used = True
        return pays

    def close(self) -> None:
        """Hand out nothing more."""
        self.spare, self.reach = BitMap64(), range(0)

    def use(self, now: float) -> Use:
        """What is to be written of it now."""
        if not self.used or now - self.made_at > AGE_S:
            self.close()
        self.used = False
        kept = BitMap64.union(self.spare, *self.flying.values())
        return Use(self.hold, self.group.stream, self.arrived.copy(), kept)


class Purses:
    """The purses of this process. Safe to use from several threads."""

    def __init__(self, ahead: Ahead | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._ahead = ahead
        self._clock = clock
        self._lock = threading.Lock()
        self._purses: dict[str, list[Purse]] = {}
        self._flying: dict[int, Purse] = {}
        self._ends: dict[Group, int] = {}
        """Where the last page that cost something ended."""
        if ahead:
            ahead.join()

    def take(self, group: Group, seqs: Sequence[int]) -> Hold | None:
        """The hold of a page that goes on where the account's last one ended; None: it is to be held by itself.

        `seqs` ascend. The hold's `balance` is left for the caller to say.
        """
        if self._ahead is None or not self._ahead.alone():
            return None
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
            elif purse.reach:
                purse.spare |= (page & purse.mine) - purse.arrived
            return True

    def unspent(self, account_id: str) -> int:
        """Micro-credits that are set aside for no page yet."""
        with self._lock:
            return sum(len(purse.spare) * purse.group.price for purse in self._purses.get(account_id, ()))

    def close(self, account_id: str | None = None) -> bool:
        """Hand out nothing more, of one account or of all. Whether there was anything."""
        with self._lock:
            names = list(self._purses) if account_id is None else [account_id]
            purses = [purse for name in names for purse in self._purses.get(name, ())]
            found = any(purse.spare for purse in purses)
            for purse in purses:
                purse.close()
            return found

    def write(self) -> bool:
        """Book what arrived, give back what nobody takes. Whether to look again soon. Raises Unavailable."""
        with self._lock:
            now = self._clock()
            known = [(purse, purse.use(now)) for purses in self._purses.values() for purse in purses]
            uses = [(purse, use) for purse, use in known if use.arrived or use.kept != purse.mine]
        if uses and self._ahead:
            self._ahead.settle([use for _, use in uses])
        with self._lock:
            for purse, use in uses:
                purse.arrived -= use.arrived
                purse.mine = use.kept - use.arrived
                if not purse.mine:
                    self._purses[purse.group.account_id].remove(purse)
            self._purses = {name: purses for name, purses in self._purses.items() if purses}
            return bool(self._purses)

    def leave(self) -> None:
        """This server ends."""
        if self._ahead:
            self._ahead.leave()

    def _find(self, group: Group, seqs: Sequence[int]) -> Purse | None:
        for purse in self._purses.get(group.account_id, ()):
            if purse.group == group and seqs[0] in purse.reach and seqs[-1] in purse.reach:
                return purse if self._clock() - purse.made_at <= AGE_S else None
        return None

    def _open(self, group: Group, seqs: Sequence[int]) -> Purse | None:
        """A purse for this page and those that will likely follow it."""
        span = seqs[-1] - seqs[0] + 1
        if not 0 <= self._ends.get(group, seqs[0]) < seqs[0] or span < len(seqs):
            return None
        if len(self._purses.get(group.account_id, ())) >= FEW:
            return None
        assert self._ahead
        reach = range(seqs[0], seqs[0] + DEPTH * span)
        hold = self._ahead.hold(
            group.account_id, group.key_id, group.family, group.stream, reach, group.price, 2 * span
        )
        if hold is None:
            return None
        purse = Purse(group, hold, reach[: hold.granted], self._clock())
        with self._lock:
            self._purses.setdefault(group.account_id, []).append(purse)
        return purse

    def _take(self, purse: Purse, seqs: Sequence[int]) -> Hold | None:
        whole = seqs[-1] - seqs[0] + 1 == len(seqs)  # most pages are, and a range is a bitmap at once
        wanted = BitMap64(range(seqs[0], seqs[-1] + 1) if whole else seqs)
        with self._lock:
            if wanted.min() not in purse.reach or wanted.max() not in purse.reach:  # closed meanwhile
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
