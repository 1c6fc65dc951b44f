"""Credits: what a run has used, what it may still use, and when to warn."""

from __future__ import annotations

from jobwire.errors import StopError
from jobwire.sync.page import Headers

FIRST_PRICE = {"jobs": 1.0, "changes": 1.0, "sites": 50.0}
"""Credits a row to reckon with before the server named its price by charging it."""


class LimitReached(StopError):
    """The next row would cost more than this run may still use."""


class Budget:
    """`most`: credits per run (None: no limit). `least`: balance below which to warn."""

    def __init__(self, most: float | None, least: float | None) -> None:
        self.most, self.least = most, least
        self.used = 0.0
        self.balance: float | None = None
        self.warnings: list[str] = []
        self._prices = dict(FIRST_PRICE)

    def next_batch(self, wanted: int, what: str) -> int:
        """How many rows to ask for. Raises LimitReached where not one can be paid."""
        price = self._prices[what]
        if self.most is None or price <= 0:
            return wanted
        affordable = int((self.most - self.used) / price)
        if affordable < 1:
            raise LimitReached(
                f"Stopped at {self.used:g} of {self.most:g} credits; the next run goes on from here."
            )
        return min(wanted, affordable)

    def spend(self, headers: Headers, rows: int, what: str) -> None:
        """Take note of what a page cost. A free page may be one that was paid for before: the price stays."""
        deducted = headers.credits_deducted
        if deducted is not None:
            self.used += max(deducted, 0.0)
            if rows and deducted > 0:
                self._prices[what] = max(deducted / rows, 0.0)
        elif headers.credits_balance is None:
            self._prices[what] = 0.0  # nothing is metered here
        self.check_balance(headers.credits_balance)

    def check_balance(self, balance: float | None) -> None:
        if balance is None:
            return
        self.balance = balance
        if self.least is not None and balance < self.least and not self.warnings:
            self.warnings.append(f"Low balance: {balance:g} credits, less than {self.least:g}.")
