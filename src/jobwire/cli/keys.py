"""`jobwire keys`: who may ask."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import click
import msgspec

from jobwire.cli.accounts import SHOWN_ONCE, ensure_account, open_books, register_key
from jobwire.cli.opening import data_option, now
from jobwire.cli.output import err, format_age, json_option, write_json, write_table
from jobwire.model.account import FAMILIES, Key, check_secret, digest_secret, make_secret
from jobwire.settings import Settings
from jobwire.store.accounts import Accounts


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
    with open_books(settings) as books:
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


@keys.command("list")
@json_option
@data_option
def list_keys(settings: Settings, as_json: bool) -> None:
    """All keys, without their secrets."""
    with open_books(settings) as books:
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
    with open_books(settings) as books:
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
    with open_books(settings) as books:
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
