"""`jobwire store`: copy, purge, status."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import click

from jobwire.cli.opening import data_option, now, open_store
from jobwire.cli.output import json_option, progress, write_json
from jobwire.settings import Settings


@click.group("store")
def store() -> None:
    """The change log and the books beside it."""


@store.command("copy")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def copy(source: str, target: str) -> None:
    """Copy everything between SQLite and PostgreSQL; ids, times and cursors stay valid. TO must be empty.

    \b
    jobwire store copy sqlite:///data/jobwire.db postgresql://localhost/jobwire
    """
    from jobwire.store.copy import copy_store
    from jobwire.store.open import open_store as open_

    with (
        closing(open_(source, clock=now, read_only=True)) as old,
        closing(open_(target, clock=now)) as new,
        progress() as bar,
    ):
        tasks: dict[str, object] = {}

        def show(what: str, done: int, total: int | None = None) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total, note="")
            bar.update(tasks[what], completed=done)  # type: ignore[arg-type]

        copy_store(old, new, show)
    click.echo(f"Copied. Point jobwire to it with --store {target.split('@')[-1]}.")


@store.command("purge")
@click.option("--dry-run", is_flag=True, help="Only say how many.")
@data_option
def purge(settings: Settings, dry_run: bool) -> None:
    """Drop removals that are older than they must be kept (setting removals_kept)."""
    kept = max(settings.removals_kept, timedelta(days=7))
    with closing(open_store(settings)) as opened:
        count = opened.purge_preview(kept) if dry_run else opened.purge(kept)
    click.echo(f"{count} removals older than {kept.days} days {'would go' if dry_run else 'are gone'}.")


@store.command("status")
@json_option
@data_option
def status(settings: Settings, as_json: bool) -> None:
    """Head and horizon of the log, and how many rows there are."""
    with closing(open_store(settings)) as opened:
        counts = opened.counts()
        facts = {
            "head": opened.head(),
            "horizon": opened.horizon(),
            "active": counts.active,
            "tombstones": counts.tombstones,
            "companies": counts.companies,
            "career_sites": counts.sites,
            "boards": counts.boards,
        }
    if as_json:
        write_json(facts)
    else:
        for name, value in facts.items():
            click.echo(f"{name:>13}  {value:,}")
