"""`/api/admin/...`: plans, accounts, wallets and keys, for holders of an admin key. Amounts are in credits."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from jobwire.api.answer import Answer, json_answer
from jobwire.api.call import Call
from jobwire.api.decoding import parse_body
from jobwire.api.fields import Fields
from jobwire.api.problems import Problem
from jobwire.api.server import Server
from jobwire.errors import InvalidInput
from jobwire.model.account import (
    CREDIT,
    Account,
    Key,
    LedgerEntry,
    Plan,
    check_secret,
    digest_secret,
    make_secret,
    visible_prefix,
)

Family = Literal["feed", "career_sites", "search", "geocode"]
ALL: tuple[Family, ...] = ("feed", "career_sites", "search", "geocode")
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Credits = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
Secret = Annotated[str, msgspec.Meta(pattern="^[!-~]{20,200}$")]
S = TypeVar("S", bound=msgspec.Struct)


class Window(msgspec.Struct, frozen=True):
    """A rolling window."""

    requests: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    seconds: Annotated[int, msgspec.Meta(ge=1, le=31 * 86_400)]


Windows = Annotated[list[Window], msgspec.Meta(max_length=5)]


class PlanBody(msgspec.Struct, frozen=True, kw_only=True):
    """A plan as it is sent and shown."""

    families: tuple[Family, ...] = ALL
    included: tuple[Family, ...] = ()
    prices: dict[Family, Credits] = {}
    limits: dict[Literal["general", "feed"], Windows] = {}


class AccountBody(msgspec.Struct, frozen=True, kw_only=True):
    """A new account."""

    name: Name
    plan: Name = "open"


class AccountChange(msgspec.Struct, frozen=True, kw_only=True):
    """What may change of an account; None stays as it is."""

    name: Name | None = None
    plan: Name | None = None


class EntryBody(msgspec.Struct, frozen=True, kw_only=True):
    """Credits that come in."""

    amount: Annotated[float, msgspec.Meta(gt=0, le=1e9)]
    kind: Literal["topup", "grant", "refund"] = "topup"
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class KeyBody(msgspec.Struct, frozen=True, kw_only=True):
    """A new key; `key` registers one that the operator already has."""

    account: Name
    name: Name
    key: Secret | None = None
    scopes: tuple[Family, ...] = ALL
    admin: bool = False
    sandbox: bool = False
    days: Annotated[int, msgspec.Meta(ge=1, le=3_650)] | None = None


class RotationBody(msgspec.Struct, frozen=True, kw_only=True):
    """How long the old key stays valid."""

    overlap_hours: Annotated[float, msgspec.Meta(ge=0, le=720)] = 24.0


def list_plans(server: Server, call: Call) -> Answer:
    return json_answer({"plans": [_show_plan(plan) for plan in server.accounts.plans()]})


def put_plan(server: Server, call: Call) -> Answer:
    """Make or replace a plan; it holds from the next request of its accounts on."""
    name, body = call.params["name"], _read(call, PlanBody)
    if not 1 <= len(name) <= 100:
        raise InvalidInput("A plan's name has 1 to 100 characters.", field="name")
    plan = Plan(
        name=name,
        families=body.families,
        included=body.included,
        prices={family: round(price * CREDIT) for family, price in body.prices.items()},
        limits={group: tuple((w.requests, w.seconds) for w in ws) for group, ws in body.limits.items()},
    )
    server.accounts.put_plan(plan)
    server.auth.forget()
    return json_answer(_show_plan(plan))


def list_accounts(server: Server, call: Call) -> Answer:
    return json_answer({"accounts": [_show_account(server, account) for account in server.accounts.accounts()]})


def add_account(server: Server, call: Call) -> Answer:
    """Make an account with an empty wallet."""
    body = _read(call, AccountBody)
    check_plan(server, body.plan)
    if any(account.name == body.name for account in server.accounts.accounts()):
        raise Problem("conflict", "There is an account with this name already.")
    account = Account(id=str(uuid.uuid4()), name=body.name, plan=body.plan, created_at=server.clock())
    server.accounts.put_account(account)
    return json_answer(_show_account(server, account), status=201)


def get_account(server: Server, call: Call) -> Answer:
    return json_answer(_show_account(server, find_account(server, call.params["id"])))


def change_account(server: Server, call: Call) -> Answer:
    """Give an account another name or plan."""
    account, body = find_account(server, call.params["id"]), _read(call, AccountChange)
    if body.plan is not None:
        check_plan(server, body.plan)
    account = msgspec.structs.replace(account, name=body.name or account.name, plan=body.plan or account.plan)
    server.accounts.put_account(account)
    server.auth.forget()
    return json_answer(_show_account(server, account))


def add_entry(server: Server, call: Call) -> Answer:
    """Add credits to a wallet."""
    account, body = find_account(server, call.params["id"]), _read(call, EntryBody)
    entry = LedgerEntry(
        account_id=account.id,
        at=server.clock(),
        amount=round(body.amount * CREDIT),
        kind=body.kind,
        note=body.note,
    )
    server.accounts.add_entry(entry)
    return json_answer({"entry": _show_entry(entry), **_show_funds(server, account)}, status=201)


def list_ledger(server: Server, call: Call) -> Answer:
    """Newest first; the balance is the sum of all entries."""
    account = find_account(server, call.params["id"])
    limit = call.query_fields(("limit",)).integer("limit", 1, 10_000) or 100
    entries = server.accounts.ledger(account.id, limit)
    return json_answer({"entries": [_show_entry(entry) for entry in entries], **_show_funds(server, account)})


def list_usage(server: Server, call: Call) -> Answer:
    """By day, key and family, of the last 30 days or since a date."""
    account = find_account(server, call.params["id"])
    since = call.query_fields(("since",)).time("since") or server.clock() - timedelta(days=30)
    rows = server.accounts.usage(account.id, since)
    names = ("day", "key_id", "family", "rows")
    return json_answer(
        {"usage": [{**dict(zip(names, row, strict=False)), "credits": row[4] / CREDIT} for row in rows]}
    )


def list_keys(server: Server, call: Call) -> Answer:
    """All keys, or those of one account; never a secret."""
    wanted = call.query_fields(("account",)).text("account")
    account_id = find_account(server, wanted).id if wanted else None
    keys = [key for key in server.accounts.keys() if account_id in (None, key.account_id)]
    return json_answer({"keys": [_show_key(key) for key in keys]})


def add_key(server: Server, call: Call) -> Answer:
    """Make a key; the answer shows its secret, once."""
    body = _read(call, KeyBody)
    account = find_account(server, body.account)
    secret = check_secret(body.key) if body.key else make_secret(sandbox=body.sandbox)
    ends = server.clock() + timedelta(days=body.days) if body.days else None
    key = make_key(
        server,
        secret,
        account_id=account.id,
        name=body.name,
        scopes=body.scopes,
        admin=body.admin,
        sandbox=body.sandbox or secret.startswith("jw_test_"),
        expires_at=ends,
    )
    return json_answer({**_show_key(key), "key": secret}, status=201)


def revoke_key(server: Server, call: Call) -> Answer:
    """End a key at once."""
    key = msgspec.structs.replace(find_key(server, call.params["id"]), revoked_at=server.clock())
    server.accounts.put_key(key)
    server.auth.forget()
    return json_answer(_show_key(key))


def rotate_key(server: Server, call: Call) -> Answer:
    """Make a key with the same rights; the old one stays valid for the overlap."""
    old, body = find_key(server, call.params["id"]), _read(call, RotationBody)
    secret = make_secret(sandbox=old.sandbox)
    rights: dict[str, Any] = {
        name: getattr(old, name) for name in ("account_id", "name", "scopes", "admin", "sandbox")
    }
    new = make_key(server, secret, **rights)
    ends = server.clock() + timedelta(hours=body.overlap_hours)
    old = msgspec.structs.replace(old, expires_at=min(filter(None, (old.expires_at, ends))))
    server.accounts.put_key(old)
    server.auth.forget()
    return json_answer({**_show_key(new), "key": secret, "replaces": _show_key(old)}, status=201)


def make_key(server: Server, secret: str, **rights: Any) -> Key:
    """Store the digest of a new key. Raises InvalidInput if it is registered already."""
    key = Key(
        id=str(uuid.uuid4()),
        prefix=visible_prefix(secret),
        digest=digest_secret(secret),
        created_at=server.clock(),
        **rights,
    )
    server.accounts.put_key(key)
    return key


def _read(call: Call, kind: type[S]) -> S:
    """The body as a `kind`. Raises InvalidInput naming the field."""
    values = parse_body(call.body)
    call.ignored = Fields(values, kind.__struct_fields__).ignored
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"{error}.", hint="See /openapi.json for what this path accepts.") from None


def find_account(server: Server, text: str) -> Account:
    """By id or name. Raises Problem."""
    found = next((account for account in server.accounts.accounts() if text in (account.id, account.name)), None)
    if found is None:
        raise Problem("not_found", "There is no account with this id or name.")
    return found


def find_key(server: Server, key_id: str) -> Key:
    """By id. Raises Problem."""
    found = next((key for key in server.accounts.keys() if key.id == key_id), None)
    if found is None:
        raise Problem("not_found", "There is no key with this id.")
    return found


def check_plan(server: Server, name: str) -> None:
    """Raises Problem if there is no such plan."""
    names = [plan.name for plan in server.accounts.plans()]
    if name not in names:
        raise Problem("not_found", f"There is no such plan. Plans: {', '.join(names)}.", field="plan")


def _show_plan(plan: Plan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "families": plan.families,
        "included": plan.included,
        "prices": {family: price / CREDIT for family, price in plan.prices.items()},
        "limits": {group: [Window(*window) for window in windows] for group, windows in plan.limits.items()},
    }


def _show_account(server: Server, account: Account) -> dict[str, Any]:
    return {**msgspec.to_builtins(account), **_show_funds(server, account)}


def _show_funds(server: Server, account: Account) -> dict[str, float]:
    """What is in the wallet; of that, what pages on their way and the next pages of scans may need; the rest."""
    funds = server.accounts.funds(account.id)
    return {
        "balance": funds.balance / CREDIT,
        "set_aside": funds.set_aside / CREDIT,
        "spendable": funds.free / CREDIT,
    }


def _show_entry(entry: LedgerEntry) -> dict[str, Any]:
    return {**msgspec.to_builtins(entry), "amount": entry.amount / CREDIT}


def _show_key(key: Key) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(key)
    del fields["digest"]
    return fields
