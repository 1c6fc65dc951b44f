"""`jobwire keys`, `accounts` and `plans`: who may ask, what it costs, what is left."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import click
import msgspec

from jobwire.cli.opening import data_option, now, open_store
from jobwire.cli.output import err, format_age, json_option, write_json, write_table
from jobwire.model.account import (
    CREDIT,
    FAMILIES,
    Account,
    Key,
    LedgerEntry,
    Plan,
    check_secret,
    digest_secret,
    make_secret,
)
from jobwire.settings import Settings
from jobwire.store.base import Accounts

SHOWN_ONCE = "Keep it: only its digest is stored, it is not shown again."


@contextmanager
def _books(settings: Settings) -> Iterator[Accounts]:
    with closing(open_store(settings, must_exist=False)) as store:
        yield store.accounts


# --- keys -----------------------------------------------------------------------------------------------


@click.group("keys")
def keys() -> None:
    """API keys. A key belongs to an account; the account's plan decides what it may ask and what it pays."""


@keys.command("add")
@click.argument("name")
@click.option("--key", "secret", metavar="EXISTING", help="Register a key you have ('-': standard input).")
@click.option("--account", metavar="NAME", help="Account it belongs to, made if new. [default: NAME]")
@click.option("--plan", metavar="PLAN", help="Plan of a new account. [default: open]")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(FAMILIES), help="Only these API families.")
@click.option("--admin", is_flag=True, help="May use the admin API and the console.")
@click.option("--test", "sandbox", is_flag=True, help="A sandbox key: sees a small fixed sample.")
@click.option("--days", type=click.IntRange(1, 3650), help="Ends after so many days.")
@json_option
@data_option
def add(
    settings: Settings,
    name: str,
    secret: str | None,
    account: str | None,
    plan: str | None,
    scopes: tuple[str, ...],
    admin: bool,
    sandbox: bool,
    days: int | None,
    as_json: bool,
) -> None:
    """Make a key and show it, once.

    \b
    jobwire keys add partner --plan payg
    jobwire keys add laptop --key "$MY_KEY"
    """
    given = sys.stdin.readline().strip() if secret == "-" else secret  # noqa: S105
    secret = check_secret(given) if given else make_secret(sandbox=sandbox)
    with _books(settings) as books:
        owner = ensure_account(books, account or name, plan)
        key = register_key(
            books,
            owner,
            name,
            secret,
            scopes=scopes or FAMILIES,
            admin=admin,
            sandbox=sandbox or secret.startswith("jw_test_"),
            expires_in=timedelta(days=days) if days else None,
        )
    shown = None if given else secret
    if as_json:
        write_json({"id": key.id, "name": name, "account": owner.name, "plan": owner.plan, "key": shown})
        return
    if shown:
        click.echo(shown)
    told = f"Key {name!r} of account {owner.name!r}, plan {owner.plan}."
    err.print(f"{told} {SHOWN_ONCE if shown else 'It is valid now.'}", markup=False)


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
        prefix=secret[:12],
        digest=digest_secret(secret),
        scopes=scopes,
        admin=admin,
        sandbox=sandbox,
        created_at=at,
        expires_at=at + expires_in if expires_in else None,
    )
    books.put_key(key)
    return key


@keys.command("list")
@json_option
@data_option
def list_keys(settings: Settings, as_json: bool) -> None:
    """All keys, without their secrets."""
    with _books(settings) as books:
        names = {account.id: account for account in books.accounts()}
        found = sorted(books.keys(), key=lambda key: key.created_at)
    if as_json:
        for key in found:
            write_json({**_describe(key), "account": names[key.account_id].name})
        return
    rows = [
        (
            key.id[:8],
            key.name,
            f"{key.prefix}...",
            names[key.account_id].name,
            names[key.account_id].plan,
            "all" if key.scopes == FAMILIES else ",".join(key.scopes),
            " ".join(filter(None, ("admin" if key.admin else "", "test" if key.sandbox else ""))),
            _state(key),
            format_age(key.last_used_at, now()),
        )
        for key in found
    ]
    write_table("", ("id", "name", "key", "account", "plan", "scopes", "kind", "state", "last used"), rows)


def _describe(key: Key) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(key)
    del fields["digest"]
    return fields


def _state(key: Key) -> str:
    at = now()
    if key.revoked_at and key.revoked_at <= at:
        return "revoked"
    ends = min(filter(None, (key.revoked_at, key.expires_at)), default=None)
    if ends is None:
        return "valid"
    return "expired" if ends <= at else f"ends {format_age(ends, at)}"


@keys.command("revoke")
@click.argument("key")
@data_option
def revoke(settings: Settings, key: str) -> None:
    """Make a key invalid at once. KEY: its id, its first characters, its name, or the key itself."""
    with _books(settings) as books:
        found = find_key(books, key)
        books.put_key(msgspec.structs.replace(found, revoked_at=now()))
    click.echo(f"revoked  {found.name}  {found.prefix}...")


@keys.command("rotate")
@click.argument("key")
@click.option("--overlap", type=click.IntRange(0, 720), default=24, show_default=True, metavar="HOURS",
              help="How long the old key stays valid.")  # fmt: skip
@data_option
def rotate(settings: Settings, key: str, overlap: int) -> None:
    """Make a new key with the same rights; the old one ends after the overlap."""
    with _books(settings) as books:
        old = find_key(books, key)
        account = books.get_account(old.account_id)
        assert account is not None, "a key has an account"
        secret = make_secret(sandbox=old.sandbox)
        register_key(books, account, old.name, secret, scopes=old.scopes, admin=old.admin, sandbox=old.sandbox)
        books.put_key(msgspec.structs.replace(old, expires_at=now() + timedelta(hours=overlap)))
    click.echo(secret)
    err.print(f"The old key {old.prefix}... ends in {overlap} hours. {SHOWN_ONCE}", markup=False)


def find_key(books: Accounts, text: str) -> Key:
    """By secret, id (or its beginning), prefix or name. Raises ClickException if none or several match."""
    if len(text) >= 20 and (exact := books.find_key(digest_secret(text))):
        return exact
    found = [
        key
        for key in books.keys()
        if key.name == text or (len(text) >= 4 and (key.id.startswith(text) or key.prefix.startswith(text)))
    ]
    valid = [key for key in found if _state(key) not in ("revoked", "expired")] or found
    if len(valid) != 1:
        raise click.ClickException(
            f"{len(valid) or 'no'} keys match {text[:12]!r}. `jobwire keys list` shows their ids."
        )
    return valid[0]


# --- accounts -------------------------------------------------------------------------------------------


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
    with _books(settings) as books:
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
    """All accounts and what is left in their wallets."""
    with _books(settings) as books:
        rows = [(account, books.balance(account.id) / CREDIT) for account in books.accounts()]
    if as_json:
        for account, balance in rows:
            write_json({**msgspec.to_builtins(account), "credits": balance})
        return
    write_table("", ("name", "plan", "credits", "id"), [(a.name, a.plan, f"{b:,.2f}", a.id) for a, b in rows])


@accounts.command("plan")
@click.argument("name")
@click.argument("plan")
@data_option
def set_plan(settings: Settings, name: str, plan: str) -> None:
    """Put an account on another plan."""
    with _books(settings) as books:
        _check_plan(books, plan)
        books.put_account(msgspec.structs.replace(_account(books, name), plan=plan))
    click.echo(f"{name} is on plan {plan}.")


def _booking(kind: str, sign: int, text: str) -> click.Command:
    @click.argument("name")
    @click.argument("credit", type=click.FloatRange(min=0, min_open=True), metavar="CREDITS")
    @click.option("--note", default="", help="Kept in the ledger.")
    @data_option
    def command(settings: Settings, name: str, credit: float, note: str) -> None:
        with _books(settings) as books:
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
    with _books(settings) as books:
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
    with _books(settings) as books:
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
    entry = LedgerEntry(account_id=account.id, at=now(), amount=round(credit * CREDIT), kind=kind, note=note)
    return books.add_entry(entry)


# --- plans ----------------------------------------------------------------------------------------------


@click.group("plans")
def plans() -> None:
    """Plans: which API families an account may use, at which price, how often."""


@plans.command("list")
@json_option
@data_option
def list_plans(settings: Settings, as_json: bool) -> None:
    """All plans."""
    with _books(settings) as books:
        found = books.plans()
    if as_json:
        for plan in found:
            write_json(plan)
        return
    rows = [(p.name, ", ".join(p.families), ", ".join(p.included), _prices(p), _limits(p)) for p in found]
    write_table("", ("name", "families", "included", "credits a row", "requests"), rows)


def _prices(plan: Plan) -> str:
    return ", ".join(f"{name} {price / CREDIT:g}" for name, price in plan.prices.items()) or "free"


def _limits(plan: Plan) -> str:
    groups = (
        f"{group}: " + ", ".join(f"{count:,}/{seconds}s" for count, seconds in windows)
        for group, windows in plan.limits.items()
    )
    return "; ".join(groups) or "unlimited"


@plans.command("set")
@click.argument("name")
@click.option(
    "--family", "families", multiple=True, type=click.Choice(FAMILIES), help="May be used. [default: all]"
)
@click.option("--included", multiple=True, type=click.Choice(FAMILIES), help="Costs nothing.")
@click.option("--price", "prices", multiple=True, metavar="FAMILY=CREDITS", help="Credits per delivered row.")
@click.option("--limit", "limits", multiple=True, metavar="GROUP=COUNT/SECONDS", help="Rolling window.")
@data_option
def set_(
    settings: Settings,
    name: str,
    families: tuple[str, ...],
    included: tuple[str, ...],
    prices: tuple[str, ...],
    limits: tuple[str, ...],
) -> None:
    """Make or replace a plan.

    \b
    jobwire plans set partner --included feed --price search=1 --limit feed=120/60 --limit feed=5000/3600
    """
    plan = Plan(
        name=name,
        families=families or FAMILIES,
        included=included,
        prices=_read_prices(prices),
        limits=_read_limits(limits),
    )
    with _books(settings) as books:
        books.put_plan(plan)
    click.echo(f"plan {name}: {_prices(plan)}; {_limits(plan)}")


def _read_prices(texts: tuple[str, ...]) -> dict[str, int]:
    prices = {}
    for text in texts:
        family, _, credit = text.partition("=")
        try:
            prices[family] = round(float(credit) * CREDIT)
        except ValueError:
            raise click.BadParameter(f"{text!r} is not FAMILY=CREDITS.", param_hint="--price") from None
        if family not in FAMILIES or prices[family] < 0:
            raise click.BadParameter(f"{text!r}: families are {', '.join(FAMILIES)}.", param_hint="--price")
    return prices


def _read_limits(texts: tuple[str, ...]) -> dict[str, tuple[tuple[int, int], ...]]:
    limits: dict[str, tuple[tuple[int, int], ...]] = {}
    for text in texts:
        group, _, window = text.partition("=")
        count, _, seconds = window.partition("/")
        if group not in ("general", "feed") or not count.isdigit() or not seconds.isdigit():
            raise click.BadParameter(f"{text!r} is not general|feed=COUNT/SECONDS.", param_hint="--limit")
        limits[group] = (*limits.get(group, ()), (int(count), int(seconds)))
    return limits


def _check_plan(books: Accounts, plan: str) -> None:
    names = [known.name for known in books.plans()]
    if plan not in names:
        raise click.ClickException(f"There is no plan {plan!r}. Plans: {', '.join(names)}.")
