"""`jobwire discover`: from companies' websites to their boards."""

from __future__ import annotations

import asyncio
import sys
from contextlib import closing
from pathlib import Path

import click

from jobwire.cli.boards import add_board
from jobwire.cli.opening import data_option, fetch_options, fetcher, open_store
from jobwire.cli.output import err, json_option, progress, write_json
from jobwire.collect.detect import Evidence
from jobwire.collect.discover import locate
from jobwire.collect.fetch import Fetch
from jobwire.errors import JobwireError
from jobwire.settings import Settings
from jobwire.store.base import Store


@click.command("discover")
@click.argument("targets", nargs=-1, required=True, metavar="URL|FILE...")
@click.option("--dry-run", is_flag=True, help="Only say what was found; add nothing.")
@json_option
@fetch_options
@data_option
def discover(settings: Settings, targets: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Find the boards of companies from their websites and put them under watch.

    A target is a website or a FILE with one website a line. It can be stopped and started again: what was
    looked at within the last week is not looked at again.
    """
    wanted = list(dict.fromkeys(_expand(targets)))
    with closing(open_store(settings, must_exist=False)) as store:
        found = asyncio.run(_discover_all(wanted, store, settings, dry_run, as_json))
    err.print(f"{found} boards found at {len(wanted)} websites.")
    sys.exit(0 if found else 1)


def _expand(targets: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for target in targets:
        path = Path(target)
        if path.is_file():
            found.extend(line.strip() for line in path.read_text().splitlines() if line.strip())
        else:
            found.append(target)
    return found


async def _discover_all(wanted: list[str], store: Store, settings: Settings, dry_run: bool, as_json: bool) -> int:
    found = 0
    slots = asyncio.Semaphore(settings.parallel * 4)
    async with fetcher(settings) as fetch:

        async def one(url: str) -> tuple[str, list[Evidence], str]:
            async with slots:
                return await _look(url, fetch)

        with progress() as bar:
            task = bar.add_task("Websites", total=len(wanted), note="")
            for ended in asyncio.as_completed([one(url) for url in wanted]):
                url, evidence, trouble = await ended
                found += len(evidence[:1])
                if evidence and not dry_run:
                    await asyncio.to_thread(add_board, store, evidence[0].board)
                _say(url, evidence, trouble, as_json)
                bar.advance(task)
    return found


async def _look(url: str, fetch: Fetch) -> tuple[str, list[Evidence], str]:
    try:
        return url, await locate(url, fetch), ""
    except JobwireError as error:
        return url, [], str(error)


def _say(url: str, evidence: list[Evidence], trouble: str, as_json: bool) -> None:
    best = evidence[0] if evidence else None
    if as_json:
        board = best.board if best else None
        write_json({"url": url, "board": board, "why": best.why if best else trouble or "nothing found"})
    elif best:
        click.echo(f"{best.board.key}\t{url}\t{best.why}")
    else:
        click.echo(f"none\t{url}\t{trouble or 'nothing found'}")
