"""Accounts at the console: keys, wallets, usage."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import msgspec

from jobwire.api import admin
from jobwire.api.answer import Answer
from jobwire.api.call import Call
from jobwire.api.console.home import find_reached
from jobwire.api.console.overview import read_consumers
from jobwire.api.console.page import redirect, show
from jobwire.api.console.session import Form, Operator, acted, operated
from jobwire.api.problems import Problem
from jobwire.api.server import Server
from jobwire.errors import InvalidInput
from jobwire.model.account import CREDIT, Account, LedgerEntry, make_secret

MOST_SHOWN = 200
MOST_CREDITS = 1e9


@operated
def get_accounts(server: Server, call: Call, operator: Operator) -> Answer:
    """All accounts, the most recently active first."""
    consumers = read_consumers(server.store, server.clock(), MOST_SHOWN)
    plans = [plan.name for plan in server.accounts.plans()]
    return show(
        "accounts.html",
        operator=operator,
        consumers=consumers,
        plans=plans,
        now=server.clock(),
        head=server.store.head(),
        reached=find_reached(server),
    )


@acted
def post_accounts(server: Server, call: Call, operator: Operator, form: Form) -> Answer:
    """Make an account."""
    name, plan = _read_name(form), form.get("plan", "open")
    admin.check_plan(server, plan)
    if any(account.name == name for account in server.accounts.accounts()):
        raise Problem("conflict", "There is an account with this name already.")
    account = Account(id=str(uuid.uuid4()), name=name, plan=plan, created_at=server.clock())
    server.accounts.put_account(account)
    server.console.consumers.forget()
    return redirect(f"/console/accounts/{account.id}")


@operated
def get_account(server: Server, call: Call, operator: Operator) -> Answer:
    return _show(server, operator, call.params["id"])


@acted
def post_account(server: Server, call: Call, operator: Operator, form: Form) -> Answer:
    """Add a key (shown in the answer, once), revoke one, top up, change the plan."""
    account = admin.find_account(server, call.params["id"])
    acts = {"add_key": _add_key, "revoke": _revoke, "topup": _top_up, "plan": _change_plan}
    act = acts.get(form.get("action", ""))
    if act is None:
        raise Problem("invalid_request", "This form is not of these pages.")
    secret = act(server, account, form)
    server.auth.forget()
    server.console.consumers.forget()
    return _show(server, operator, account.id, secret) if secret else redirect(f"/console/accounts/{account.id}")


def _show(server: Server, operator: Operator, account_id: str, secret: str = "") -> Answer:
    account, now = admin.find_account(server, account_id), server.clock()
    keys = sorted(
        (key for key in server.accounts.keys() if key.account_id == account.id), key=lambda key: key.created_at
    )
    return show(
        "account.html",
        operator=operator,
        account=account,
        secret=secret,
        now=now,
        keys=keys,
        names={key.id: key.name for key in keys},
        balance=server.accounts.funds(account.id).balance / CREDIT,
        credit=CREDIT,
        ledger=server.accounts.ledger(account.id, 20),
        usage=server.accounts.usage(account.id, now - timedelta(days=30))[-60:],
        plans=[plan.name for plan in server.accounts.plans()],
    )


def _add_key(server: Server, account: Account, form: Form) -> str:
    rights: dict[str, Any] = {"admin": form.get("admin") == "on", "sandbox": form.get("sandbox") == "on"}
    secret = make_secret(sandbox=rights["sandbox"])
    admin.make_key(server, secret, account_id=account.id, name=_read_name(form), **rights)
    return secret


def _revoke(server: Server, account: Account, form: Form) -> str:
    key = admin.find_key(server, form.get("key", ""))
    if key.account_id != account.id:
        raise Problem("not_found", "This account has no such key.")
    server.accounts.put_key(msgspec.structs.replace(key, revoked_at=server.clock()))
    return ""


def _top_up(server: Server, account: Account, form: Form) -> str:
    try:
        amount = float(form.get("credits", ""))
    except ValueError:
        amount = 0.0
    if not 0 < amount <= MOST_CREDITS:
        raise InvalidInput("Send a number of credits above 0.", field="credits")
    entry = LedgerEntry(
        account_id=account.id,
        at=server.clock(),
        amount=round(amount * CREDIT),
        kind="topup",
        note=form.get("note", "")[:500],
    )
    server.accounts.add_entry(entry)
    return ""


def _change_plan(server: Server, account: Account, form: Form) -> str:
    plan = form.get("plan", "")
    admin.check_plan(server, plan)
    server.accounts.put_account(msgspec.structs.replace(account, plan=plan))
    return ""


def _read_name(form: Form) -> str:
    name = form.get("name", "")
    if not 1 <= len(name) <= 100:
        raise InvalidInput("A name has 1 to 100 characters.", field="name")
    return name
