"""`jobwire accounts`: wallets, and what was used of them; making accounts and keys for other commands."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

import click
import msgspec

from jobwire.cli.opening import data_option, now, open_store
from jobwire.cli.output import json_option, write_json, write_table
from jobwire.model.account import (
    CREDIT,
    FAMILIES,
    Account,
    Key,
    LedgerEntry,
    digest_secret,
    visible_prefix,
)
from jobwire.settings import Settings
from jobwire.store.accounts import Accounts

MOST_CREDITS = 1e9
"""Of one entry, and the highest price."""
SHOWN_ONCE = "Keep it: only its digest is stored, it is not shown again."


@contextmanager
def open_books(settings: Settings) -> Iterator[Accounts]:
    with closing(open_store(settings, must_exist=False)) as store:
        yield store.accounts


@click.group("accounts")
def accounts() -> None:
    """Accounts and their wallets. Amounts are in credits (1,000 credits = 1 USD)."""


@accounts.command("add")
@click.argument("name")
@click.option("--plan", metavar="PLAN", default="open", show_default=True)
@click.option("--credits", "credit", type=float, default=0.0, help="Granted at once.")
@data_option
def add_account(settings: Settings, name: str, plan: str, credit: float) -> None:
    """Make an account."""
    with open_books(settings) as books:
        if find_account(books, name):
            raise click.ClickException(f"There is an account {name!r} already.")
        account = ensure_account(books, name, plan)
        if credit:
            _book(books, account, credit, "grant", "with the account")
    click.echo(f"added  {name}  {plan}  {credit:,.2f} credits")


@accounts.command("list")
@json_option
@data_option
def list_accounts(settings: Settings, as_json: bool) -> None:
    """All accounts and what is left in their wallets; of that, what is set aside at this moment for pages that
    servers are sending or expect to send next.
    """
    with open_books(settings) as books:
        rows = [(account, books.funds(account.id)) for account in books.accounts()]
    if as_json:
        for account, funds in rows:
            amounts = {"credits": funds.balance, "set_aside": funds.set_aside, "spendable": funds.free}
            write_json(msgspec.to_builtins(account) | {name: n / CREDIT for name, n in amounts.items()})
        return
    table = [(a.name, a.plan, *(f"{n / CREDIT:,.2f}" for n in (f.balance, f.set_aside)), a.id) for a, f in rows]
    write_table("", ("name", "plan", "credits", "set aside", "id"), table)


@accounts.command("plan")
@click.argument("name")
@click.argument("plan")
@data_option
def set_plan(settings: Settings, name: str, plan: str) -> None:
    """Put an account on another plan."""
    with open_books(settings) as books:
        _check_plan(books, plan)
        books.put_account(msgspec.structs.replace(_account(books, name), plan=plan))
    click.echo(f"{name} is on plan {plan}.")


def _booking(kind: str, sign: int, text: str) -> click.Command:
    @click.argument("name")
    @click.argument("credit", type=click.FloatRange(min=0, min_open=True), metavar="CREDITS")
    @click.option("--note", default="", help="Kept in the ledger.")
    @data_option
    def command(settings: Settings, name: str, credit: float, note: str) -> None:
        with open_books(settings) as books:
            balance = _book(books, _account(books, name), sign * credit, kind, note)
        click.echo(f"{name}: {balance / CREDIT:,.2f} credits")

    return click.command(kind, help=text)(command)


accounts.add_command(_booking("topup", 1, "Add credits that were paid for."))
accounts.add_command(_booking("grant", 1, "Add credits as a gift."))
accounts.add_command(_booking("refund", 1, "Give credits back."))


@accounts.command("ledger")
@click.argument("name")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@data_option
def ledger(settings: Settings, name: str, limit: int, as_json: bool) -> None:
    """The wallet's book, newest entry first. The balance is its sum."""
    with open_books(settings) as books:
        entries = books.ledger(_account(books, name).id, limit)
    if as_json:
        for entry in entries:
            write_json(entry)
        return
    rows = [
        (f"{e.at:%Y-%m-%d %H:%M:%S}", e.kind, e.family, e.rows or "", f"{e.amount / CREDIT:,.2f}", e.note)
        for e in entries
    ]
    write_table("", ("at", "kind", "family", "rows", "credits", "note"), rows)


@accounts.command("usage")
@click.argument("name")
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True)
@json_option
@data_option
def usage(settings: Settings, name: str, days: int, as_json: bool) -> None:
    """What an account used, by day, key and API family."""
    with open_books(settings) as books:
        rows = books.usage(_account(books, name).id, now() - timedelta(days=days))
        names = {key.id: key.name for key in books.keys()}
    if as_json:
        for day, key_id, family, count, amount in rows:
            write_json({"day": day, "key": key_id, "family": family, "rows": count, "credits": amount / CREDIT})
        return
    shown = [(d, names.get(k, k), f, f"{n:,}", f"{a / CREDIT:,.2f}") for d, k, f, n, a in rows]
    write_table("", ("day", "key", "family", "rows", "credits"), shown)


def find_account(books: Accounts, name: str) -> Account | None:
    """By name or id."""
    return next((a for a in books.accounts() if name in (a.name, a.id)), None)


def _account(books: Accounts, name: str) -> Account:
    found = find_account(books, name)
    if found is None:
        raise click.ClickException(f"There is no account {name!r}. `jobwire accounts list` names them.")
    return found


def _book(books: Accounts, account: Account, credit: float, kind: str, note: str) -> int:
    if not abs(credit) <= MOST_CREDITS:  # nor is it what is no number
        raise click.BadParameter(f"{credit} credits cannot be booked.")
    entry = LedgerEntry(account_id=account.id, at=now(), amount=round(credit * CREDIT), kind=kind, note=note)
    return books.add_entry(entry)


def ensure_account(books: Accounts, name: str, plan: str | None = None) -> Account:
    """The account of this name, made with `plan` if there is none. Raises ClickException on a wrong plan."""
    _check_plan(books, plan or "open")
    found = find_account(books, name)
    if found:
        if plan and found.plan != plan:
            found = msgspec.structs.replace(found, plan=plan)
            books.put_account(found)
        return found
    account = Account(id=str(uuid.uuid4()), name=name, plan=plan or "open", created_at=now())
    books.put_account(account)
    return account


def register_key(
    books: Accounts,
    account: Account,
    name: str,
    secret: str,
    *,
    scopes: tuple[str, ...] = FAMILIES,
    admin: bool = False,
    sandbox: bool = False,
    expires_in: timedelta | None = None,
) -> Key:
    """Store a key's digest. Raises InvalidInput if the key is registered already."""
    at = now()
    key = Key(
        id=str(uuid.uuid4()),
        account_id=account.id,
        name=name,
        prefix=visible_prefix(secret),
        digest=digest_secret(secret),
        scopes=scopes,
        admin=admin,
        sandbox=sandbox,
        created_at=at,
        expires_at=at + expires_in if expires_in else None,
    )
    books.put_key(key)
    return key


def _check_plan(books: Accounts, plan: str) -> None:
    names = [known.name for known in books.plans()]
    if plan not in names:
        raise click.ClickException(f"There is no plan {plan!r}. Plans: {', '.join(names)}.")
