"""Accounts, plans, keys and the wallet. Money is integer micro-credits (1 credit = 1,000,000)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

import msgspec

from jobwire.errors import InvalidInput

CREDIT = 1_000_000
FAMILIES = ("feed", "career_sites", "search", "geocode")
"""API families: what a plan prices and a key may be scoped to. `feed` covers jobs, expired and changes."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What an account may use, at which price, how often."""

    name: str
    families: tuple[str, ...] = FAMILIES
    included: tuple[str, ...] = ()
    """Families that cost nothing."""
    prices: dict[str, int] = {}
    """Micro-credits per delivered row (geocode: per call)."""
    limits: dict[str, tuple[tuple[int, int], ...]] = {}
    """Group (`general`, `feed`) -> rolling windows as (requests, seconds)."""


LIMITS: dict[str, tuple[tuple[int, int], ...]] = {
    "general": ((360, 60), (10_000, 3_600), (100_000, 86_400)),
    "feed": ((120, 60), (5_000, 3_600), (50_000, 86_400)),
}
PRICES = {
    "feed": CREDIT // 2,
    "career_sites": 50 * CREDIT,
    "search": CREDIT,
    "geocode": CREDIT,
}
PLANS = (
    Plan(name="open", included=FAMILIES),
    Plan(name="payg", prices=PRICES, limits=LIMITS),
    Plan(name="feed", included=("feed",), prices=PRICES, limits=LIMITS),
)
"""The plans of a new store. `open`: private use, nothing metered, nothing limited."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    plan: str
    created_at: datetime


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """An API key as it is kept: never the secret, only its SHA-256."""

    id: str
    account_id: str
    name: str
    prefix: str
    """First characters, for people to recognise it by."""
    digest: bytes
    scopes: tuple[str, ...] = FAMILIES
    admin: bool = False
    """May use the admin API and the console."""
    sandbox: bool = False
    """Sees only a small fixed sample."""
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


class LedgerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the wallet's book; the balance is their sum."""

    account_id: str
    at: datetime
    amount: int
    """Micro-credits; negative for charges."""
    kind: str
    """topup, grant, refund or charge."""
    family: str | None = None
    key_id: str | None = None
    rows: int = 0
    note: str = ""


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """Credits set aside for one page until it is known whether the page was delivered."""

    id: int
    account_id: str
    amount: int
    balance: int
    """What the wallet holds after it."""
    seqs: bytes
    """Serialised bitmap of the positions that this hold pays for (the not yet paid ones)."""
    granted: int
    """How many of the asked rows, in order, may be delivered."""


def make_secret(*, sandbox: bool = False) -> str:
    """A new API key: 160 random bits behind a prefix that names what it is."""
    return f"jw_{'test' if sandbox else 'live'}_{secrets.token_hex(20)}"


def digest_secret(secret: str) -> bytes:
    """What is kept of a key. Keys are long and random, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).digest()


def visible_prefix(secret: str) -> str:
    """What may be shown of a key, for people to know it by: of one that is not of our making, little."""
    return secret[: 12 if secret.startswith("jw_") else 4]


def check_secret(secret: str) -> str:
    """A key that an operator brings along, of any shape that a header can carry. Raises InvalidInput."""
    if not 20 <= len(secret) <= 4_096 or not secret.isprintable() or secret != secret.strip():
        raise InvalidInput(
            "A key has 20 to 4,096 visible characters.", field="key", hint="Leave it out to have one made."
        )
    return secret
