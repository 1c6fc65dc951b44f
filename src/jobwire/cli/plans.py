"""`jobwire plans`: what accounts may use, at which price, how often."""

from __future__ import annotations

import re

import click

from jobwire.cli.accounts import MOST_CREDITS, open_books
from jobwire.cli.opening import data_option
from jobwire.cli.output import json_option, write_json, write_table
from jobwire.model.account import CREDIT, FAMILIES, Plan
from jobwire.settings import Settings

_LIMIT = re.compile(r"(general|feed)=([1-9]\d{0,6})/([1-9]\d{0,6})", re.ASCII)


@click.group("plans")
def plans() -> None:
    """Plans: which API families an account may use, at which price, how often."""


@plans.command("list")
@json_option
@data_option
def list_plans(settings: Settings, as_json: bool) -> None:
    """All plans."""
    with open_books(settings) as books:
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
    with open_books(settings) as books:
        books.put_plan(plan)
    click.echo(f"plan {name}: {_prices(plan)}; {_limits(plan)}")


def _read_prices(texts: tuple[str, ...]) -> dict[str, int]:
    prices = {}
    for text in texts:
        family, _, credit = text.partition("=")
        try:
            price = float(credit)
        except ValueError:
            price = -1.0
        if not 0 <= price <= MOST_CREDITS:
            raise click.BadParameter(f"{text!r} is not FAMILY=CREDITS.", param_hint="--price")
        if family not in FAMILIES:
            raise click.BadParameter(f"{text!r}: families are {', '.join(FAMILIES)}.", param_hint="--price")
        prices[family] = round(price * CREDIT)
    return prices


def _read_limits(texts: tuple[str, ...]) -> dict[str, tuple[tuple[int, int], ...]]:
    limits: dict[str, tuple[tuple[int, int], ...]] = {}
    for text in texts:
        found = _LIMIT.fullmatch(text)
        if not found:
            raise click.BadParameter(f"{text!r} is not general|feed=COUNT/SECONDS.", param_hint="--limit")
        group, count, seconds = found.groups()
        limits[group] = (*limits.get(group, ()), (int(count), int(seconds)))
    return limits
