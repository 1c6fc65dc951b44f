"""Who calls: keys are looked up by the SHA-256 of their secret and believed for a moment."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from jobwire.errors import NotEntitled, Unauthorized
from jobwire.model.account import Account, Key, Plan, digest_secret
from jobwire.store.accounts import Accounts

MAX_SECRET = 4_096
MAX_REMEMBERED = 10_000
_HINT = "Send a valid key in the X-Api-Key header."


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """A valid key with all that decides what it may do."""

    key: Key
    account: Account
    plan: Plan

    def check_family(self, family: str) -> None:
        """Raises NotEntitled if the plan or the key lacks this API family."""
        if family not in self.plan.families:
            raise NotEntitled(
                f"The plan {self.plan.name!r} does not include {family}.", hint="Ask for another plan."
            )
        if family not in self.key.scopes:
            raise NotEntitled(f"This key is not for {family}.", hint="Use a key with that scope.")

    def check_admin(self) -> None:
        """Raises NotEntitled unless this is an administrator's key."""
        if not self.key.admin:
            raise NotEntitled("This key is not an administrator's.", hint="Use an admin key.")


class Auth:
    """Looks keys up. Safe to use from several threads."""

    def __init__(self, accounts: Accounts, clock: Callable[[], datetime], ttl_s: float) -> None:
        self._accounts = accounts
        self._clock = clock
        self._ttl_s = ttl_s
        self._known: dict[bytes, tuple[float, Caller]] = {}
        self._used: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def identify(self, headers: Mapping[str, str]) -> Caller:
        """The caller whose key is in these headers. Raises Unauthorized."""
        secret = read_secret(headers)
        if not secret:
            raise Unauthorized("No API key was sent.", hint=_HINT)
        if len(secret) > MAX_SECRET:
            raise Unauthorized("This API key is too long to be one.", hint=_HINT)
        now = self._clock()
        caller = self._find(digest_secret(secret), now)
        if caller is None:
            raise Unauthorized("This API key is not known.", hint=_HINT)
        _check_validity(caller.key, now)
        with self._lock:
            self._used[caller.key.id] = now
        return caller

    def forget(self) -> None:
        """Believe nothing of what was looked up: keys, plans or accounts were changed by this process."""
        self._known.clear()

    def flush_used(self) -> None:
        """Write down when each key was last used, all in one go."""
        with self._lock:
            used, self._used = self._used, {}
        if used:
            self._accounts.touch_keys(used)

    def _find(self, digest: bytes, now: datetime) -> Caller | None:
        found = self._known.get(digest)
        if found and found[0] > now.timestamp():
            return found[1]
        caller = self._load(digest)
        if caller is not None:
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            self._known[digest] = (now.timestamp() + self._ttl_s, caller)
        return caller

    def _load(self, digest: bytes) -> Caller | None:
        key = self._accounts.find_key(digest)
        if key is None or not hmac.compare_digest(key.digest, digest):
            return None
        account = self._accounts.get_account(key.account_id)
        plans = {plan.name: plan for plan in self._accounts.plans()}
        if account is None or account.plan not in plans:
            return None
        return Caller(key=key, account=account, plan=plans[account.plan])


def read_secret(headers: Mapping[str, str]) -> str:
    """The key in `X-Api-Key` or `Authorization: Bearer`; empty if there is none."""
    secret = headers.get("x-api-key", "").strip()
    if not secret:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        secret = token.strip() if scheme.lower() == "bearer" else ""
    return secret


def _check_validity(key: Key, now: datetime) -> None:
    if key.revoked_at is not None and key.revoked_at <= now:
        raise Unauthorized("This API key was revoked.", hint=_HINT)
    if key.expires_at is not None and key.expires_at <= now:
        raise Unauthorized("This API key has expired.", hint=_HINT)
