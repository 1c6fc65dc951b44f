"""What a page costs: credits are held before it is sent, booked when it was handed over, else given back."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import msgspec
from msgspec.structs import replace

from jobwire.api.answer import format_credits
from jobwire.api.auth import Caller
from jobwire.api.problems import Problem
from jobwire.api.purses import Group, Purses
from jobwire.errors import Unavailable
from jobwire.model.account import CREDIT, PRICES, Hold
from jobwire.store.accounts import Accounts

GATHER_S = 0.25
"""Longest delay between a delivered page and its booking; a crash in between costs us, never the customer."""
RECALL_S = 1.0
"""Longest wait for other processes to give back what they set aside ahead; they do so when they next book."""
BATCH = 32
"""So many pages with holds of their own are booked without delay: each is looked at by the account's next."""


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the asked rows may be sent, and what that holds."""

    granted: int
    hold: Hold | None = None
    headers: dict[str, str] = {}


class Metering:
    """Holds, and books them in batches from one thread: many answers, one write."""

    def __init__(self, accounts: Accounts, hold_age: timedelta) -> None:
        self._accounts = accounts
        self._hold_age = hold_age
        self._lock = threading.Lock()
        self._purses = Purses(accounts)
        self._delivered: list[int] = []
        self._lost: list[int] = []
        self._booker = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._booking: Future[None] | None = None
        self._hurry = threading.Event()
        self.reached: dict[str, int] = {}
        """By account, the last position that this process delivered from the feeds."""

    def charge(
        self, caller: Caller, family: str, stream: str, seqs: Sequence[int], *, at_least: int = 1
    ) -> Charge:
        """Hold credits for these rows of a log; those of the feed are in its order. What the plan includes costs
        nothing and writes nothing.

        Raises Problem 402 if the wallet cannot pay for `at_least` of them.
        """
        price = find_price(caller, family)
        if seqs and family == "feed":
            self.reached[caller.account.id] = seqs[-1]
        if price == 0 and not any(find_price(caller, other) for other in caller.plan.families):
            return Charge(granted=len(seqs), headers={"X-Credits-Deducted": "0"})  # no wallet to watch
        if price == 0 or not seqs:
            return Charge(granted=len(seqs), headers=_describe(self._purses.balance(caller.account.id), 0))
        hold = self._hold(Group(caller.account.id, caller.key.id, family, stream, price), seqs)
        if hold.granted < at_least:
            self.give_back(hold)
            raise _out_of_credits(price, hold.balance)
        return Charge(granted=hold.granted, hold=hold, headers=_describe(hold.balance, hold.amount))

    def balance(self, account_id: str) -> int:
        """Micro-credits that the account can spend, those that are set aside for its next pages included."""
        self._purses.forget()
        return self._purses.balance(account_id)

    def _hold(self, group: Group, seqs: Sequence[int]) -> Hold:
        """From the account's purse, if it scans on, else from its wallet."""
        if group.family != "feed":
            return self._hold_alone(group, seqs)
        if hold := self._purses.take(group, seqs):
            return replace(hold, balance=self._purses.balance(group.account_id))
        hold = self._hold_alone(group, seqs)
        self._purses.note(group, seqs, hold)
        return hold

    def _hold_alone(self, group: Group, seqs: Sequence[int]) -> Hold:
        """From the wallet, into which the account's purses are emptied where it does not reach."""
        names = (group.account_id, group.key_id, group.family, group.stream)
        hold = self._accounts.hold(*names, seqs, group.price)
        if hold.granted < len(seqs) and self._accounts.recall_ahead(group.account_id):
            self.give_back(hold)
            self._purses.close(group.account_id)
            self.flush()
            until = time.monotonic() + RECALL_S
            while self._accounts.funds(group.account_id).ahead and time.monotonic() < until:
                time.sleep(RECALL_S / 100)
            hold = self._accounts.hold(*names, seqs, group.price)
        return replace(hold, balance=self.balance(group.account_id))

    def book(self, hold: Hold) -> None:
        """The page was handed over: its hold becomes a charge, soon and durably."""
        self._note(hold, self._delivered, arrived=True)

    def give_back(self, hold: Hold) -> None:
        """The page was not handed over: its credits return to the wallet."""
        self._note(hold, self._lost, arrived=False)

    def release_stale(self) -> int:
        """Give back what servers that died had set aside."""
        return self._accounts.release_stale(self._hold_age)

    def close(self) -> None:
        """Book everything that is known, then stop."""
        self._purses.close()
        self.flush()
        self._booker.shutdown(wait=True, cancel_futures=True)

    def flush(self) -> None:
        """Wait until everything known so far is written."""
        self._hurry.set()
        self._booker.submit(self._write).result()

    def _note(self, hold: Hold, holds: list[int], *, arrived: bool) -> None:
        if not hold.id:  # all rows were paid before
            return
        landed = self._purses.land(hold.id, arrived=arrived)
        with self._lock:
            if not landed:
                holds.append(hold.id)
                if len(holds) >= BATCH:
                    self._hurry.set()
            self._soon()

    def _soon(self) -> None:
        if self._booking is None:
            self._booking = self._booker.submit(self._gather)

    def _gather(self) -> None:
        """Let some answers come together; a durable write costs as much as a quarter of a page."""
        self._hurry.wait(GATHER_S)
        self._hurry.clear()
        with self._lock:
            self._booking = None  # what lands from now on is for the next round
        if self._write():
            with self._lock:
                self._soon()

    def _write(self) -> bool:
        """Write what is known. Whether to look again soon, because a purse may be left alone."""
        try:
            again = self._purses.write()  # first: pages may have got holds of their own by it
            with self._lock:
                delivered, lost = list(self._delivered), list(self._lost)
            for write, holds, ids in (
                (self._accounts.settle, self._delivered, delivered),
                (self._accounts.release, self._lost, lost),
            ):
                if ids:
                    write(ids)
                    with self._lock:
                        del holds[: len(ids)]
            self._purses.forget()
            return again
        except Unavailable:
            return False  # kept for the next page or the next round of upkeep


def find_price(caller: Caller, family: str) -> int:
    """Micro-credits per row for this caller."""
    if family in caller.plan.included:
        return 0
    return caller.plan.prices.get(family, PRICES.get(family, CREDIT))


def describe_unspent(hold: Hold) -> dict[str, str]:
    """Headers of an answer that delivers nothing, and so gives its hold back."""
    return _describe(hold.balance + hold.amount, 0)


def _describe(balance: int, deducted: int) -> dict[str, str]:
    return {
        "X-Credits-Balance": format_credits(balance),
        "X-Credits-Deducted": format_credits(deducted),
    }


def _out_of_credits(price: int, balance: int) -> Problem:
    required, left = format_credits(price), format_credits(balance)
    return Problem(
        "insufficient_credits",
        f"One row costs {required} credits and the wallet holds {left}. Top it up, then send the same request "
        "again: the cursor stays valid and nothing was charged.",
        headers={"X-Credits-Required": required, "X-Credits-Balance": left, "X-Credits-Deducted": "0"},
        credits_required=price / CREDIT,
        credits_balance=balance / CREDIT,
    )
