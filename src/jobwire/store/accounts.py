"""The contract of the books beside the log: keys, plans and wallets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from jobwire.model.account import Account, Hold, Key, LedgerEntry, Plan
from jobwire.store.wallet import Funds, Use


class Accounts(Protocol):
    """Keys, plans and wallets; kept in the same database, implemented in `accounts.py` of each store."""

    def put_plan(self, plan: Plan) -> None: ...

    def plans(self) -> list[Plan]: ...

    def put_account(self, account: Account) -> None: ...

    def accounts(self) -> list[Account]: ...

    def get_account(self, account_id: str) -> Account | None: ...

    def put_key(self, key: Key) -> None:
        """Insert or replace by id. Raises InvalidInput if another key has the same digest."""

    def keys(self) -> list[Key]: ...

    def find_key(self, digest: bytes) -> Key | None:
        """By the SHA-256 of the secret, in constant time with respect to its content."""

    def touch_keys(self, used: Mapping[str, datetime]) -> None:
        """Write last_used_at of several keys (callers collect them; never one write per request)."""

    def add_entry(self, entry: LedgerEntry) -> int:
        """Append to the ledger (topup, grant, refund). Returns the new balance.
        Raises InvalidInput if that would take the wallet below zero."""

    def balance(self, account_id: str) -> int:
        """Micro-credits; sum of the ledger less open holds."""

    def funds(self, account_id: str) -> Funds:
        """All of the wallet as it is at this moment, what is set aside of it included."""

    def ledger(self, account_id: str, limit: int = 100) -> list[LedgerEntry]:
        """Newest first."""

    def usage(self, account_id: str, since: datetime) -> list[tuple[str, str, str, int, int]]:
        """(day, key_id, family, rows, micro-credits), by day."""

    def hold(
        self, account_id: str, key_id: str, family: str, stream: str, seqs: Sequence[int], price: int
    ) -> Hold:
        """Set credits aside for the positions among `seqs` that this account has not paid for yet.

        Where the balance does not reach, only the longest affordable prefix of `seqs` is granted (rows that are
        paid already cost nothing). Under any concurrency the balance never goes below zero and no position is
        paid twice, open holds included. `stream` is the log that the positions belong to (jobs, sites).
        """

    def settle(self, hold_ids: Iterable[int]) -> None:
        """The pages arrived: book their holds as charges. Durable when it returns."""

    def release(self, hold_ids: Iterable[int]) -> None:
        """The pages did not arrive: give the credits back."""

    def release_stale(self, older_than: timedelta) -> int:
        """Give back holds whose server died, made ahead or not. Returns how many."""

    def hold_ahead(
        self, account_id: str, key_id: str, family: str, stream: str, reach: range, price: int, least: int
    ) -> Hold | None:
        """Set credits aside for the positions in `reach` that are not paid: all, or a prefix of `granted`
        positions, at least `least`, that takes no more than a tenth of what is free in the wallet; else
        nothing. Nor where another hold has one of them.

        Only its maker pays pages with it. A page that is held by itself may have some of its positions as well:
        what came both ways is charged once.
        """

    def settle_ahead(self, uses: Iterable[Use]) -> set[int]:
        """Book what arrived and was not paid meanwhile, give back what is not needed. Returns the holds that
        another process wants back. Durable when it returns."""

    def recall_ahead(self, account_id: str) -> bool:
        """Ask all processes for what they set aside ahead; they see it when they settle. Whether any was."""
