"""What a page costs: credits are held before it is sent, booked when it was handed over, else given back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import msgspec

from jobwire.api.answer import format_credits
from jobwire.api.auth import Caller
from jobwire.api.problems import Problem
from jobwire.errors import Unavailable
from jobwire.model.account import CREDIT, PRICES, Hold
from jobwire.store.base import Accounts

GATHER_S = 0.25
"""Longest delay between a delivered page and its booking; a crash in between costs us, never the customer."""
BATCH = 16
"""So many delivered pages are booked at once without delay: each open hold is looked at by the account's next."""


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
        """Hold credits for these rows of a log. What the plan includes costs nothing and writes nothing.

        Raises Problem 402 if the wallet cannot pay for `at_least` of them.
        """
        price = find_price(caller, family)
        if seqs and family == "feed":
            self.reached[caller.account.id] = max(seqs)
        if price == 0 or not seqs:
            balance = self._accounts.balance(caller.account.id)
            return Charge(granted=len(seqs), headers=_describe(balance, 0))
        hold = self._accounts.hold(caller.account.id, caller.key.id, family, stream, seqs, price)
        if hold.granted < at_least:
            self.give_back(hold)
            raise _out_of_credits(price, hold.balance)
        return Charge(granted=hold.granted, hold=hold, headers=_describe(hold.balance, hold.amount))

    def book(self, hold: Hold) -> None:
        """The page was handed over: its hold becomes a charge, soon and durably."""
        self._add(self._delivered, hold)

    def give_back(self, hold: Hold) -> None:
        """The page was not handed over: its credits return to the wallet."""
        self._add(self._lost, hold)

    def release_stale(self) -> int:
        """Give back what servers that died had set aside."""
        return self._accounts.release_stale(self._hold_age)

    def close(self) -> None:
        """Book everything that is known, then stop."""
        self._hurry.set()
        self._booker.submit(self._write).result()
        self._booker.shutdown(wait=True)

    def flush(self) -> None:
        """Wait until everything known so far is written."""
        self._booker.submit(self._write).result()

    def _add(self, holds: list[int], hold: Hold) -> None:
        if not hold.id:  # all rows were paid before
            return
        with self._lock:
            holds.append(hold.id)
            if len(holds) >= BATCH:
                self._hurry.set()
            if self._booking is None or self._booking.done():
                self._booking = self._booker.submit(self._gather)

    def _gather(self) -> None:
        """Let some answers come together; a durable write costs as much as a quarter of a page."""
        self._hurry.wait(GATHER_S)
        self._hurry.clear()
        self._write()

    def _write(self) -> None:
        while True:
            with self._lock:
                delivered, self._delivered = self._delivered, []
                lost, self._lost = self._lost, []
                if not delivered and not lost:
                    self._booking = None
                    return
            if not (self._try(self._accounts.settle, delivered) and self._try(self._accounts.release, lost)):
                with self._lock:  # kept for the next page or the next round of upkeep
                    self._delivered += delivered
                    self._lost += lost
                    self._booking = None
                return

    def _try(self, write: Callable[[list[int]], None], hold_ids: list[int]) -> bool:
        try:
            if hold_ids:
                write(hold_ids)
        except Unavailable:
            return False
        return True


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
