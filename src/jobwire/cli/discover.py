"""`jobwire discover`: from companies' websites to their boards, thousands at a time."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import click
import msgspec

from jobwire.cli.boards import add_board
from jobwire.cli.opening import data_option, fetch_options, fetcher, now, open_store
from jobwire.cli.output import err, json_option, progress, write_json
from jobwire.collect.ats import get_ats
from jobwire.collect.discover import Found, explore
from jobwire.collect.fetch import Fetch
from jobwire.collect.profile import make_company
from jobwire.errors import BoardUnreachable, JobwireError
from jobwire.model.board import Board
from jobwire.model.ids import company_id
from jobwire.settings import Settings
from jobwire.store.base import Store
from jobwire.store.records import Publication

KEPT = timedelta(days=7)
"""A website is not looked at again within this time."""
PATIENCE_S = 120.0
"""For one website, all its pages together."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the journal, `discovered.jsonl` in the data folder: a website that was looked at."""

    url: str
    at: datetime
    board: str | None = None
    why: str = ""


@click.command("discover")
@click.argument("targets", nargs=-1, required=True, metavar="URL|NAME|FILE...")
@click.option("--dry-run", is_flag=True, help="Only say what was found; add nothing.")
@click.option("--again", is_flag=True, help="Look also at websites that were looked at within a week.")
@json_option
@fetch_options
@data_option
def discover(settings: Settings, targets: tuple[str, ...], dry_run: bool, again: bool, as_json: bool) -> None:
    """Find the boards of companies from their websites and put them under watch.

    A target is a website, a company's name, or a FILE with one of them a line. It can be stopped and started
    again: what was looked at within the last week is not looked at again.
    """
    with closing(open_store(settings, must_exist=False)) as store:
        settings.data.mkdir(parents=True, exist_ok=True)
        journal = settings.data / "discovered.jsonl"
        known = {} if again else _read_journal(journal, now() - KEPT)
        wanted = list(dict.fromkeys(_expand(targets)))
        for url in wanted:
            if url in known:
                _say(known[url], as_json)
        left = [url for url in wanted if url not in known]
        lines = asyncio.run(_discover_all(left, store, settings, journal, dry_run, as_json))
    found = sum(line.board is not None for line in [*lines, *(known[url] for url in wanted if url in known)])
    err.print(f"{found} boards found at {len(wanted)} websites ({len(wanted) - len(left)} looked at before).")
    sys.exit(0 if found else 1)


def _expand(targets: Iterable[str]) -> Iterable[str]:
    for target in targets:
        path = Path(target)
        if path.is_file():
            lines = (line.split(" #")[0].strip() for line in path.read_text("utf-8", "replace").splitlines())
            yield from (line for line in lines if line and not line.startswith("#"))
        else:
            yield target.strip()


def _read_journal(path: Path, since: datetime) -> dict[str, Line]:
    """url -> what was found, of those looked at since; a line that was cut by a crash is skipped."""
    found: dict[str, Line] = {}
    if not path.exists():
        return found
    with path.open("rb") as file:
        for text in file:
            try:
                line = msgspec.json.decode(text, type=Line)
            except msgspec.DecodeError:
                continue
            if line.at >= since:
                found[line.url] = line
    return found


async def _discover_all(
    wanted: list[str], store: Store, settings: Settings, journal: Path, dry_run: bool, as_json: bool
) -> list[Line]:
    """Look at all websites, some at a time; each is written to the journal before the next takes its place."""
    queue = iter(wanted)
    lines: list[Line] = []
    async with fetcher(settings, shared=True) as fetch:
        with progress() as bar, journal.open("ab") as file:
            task = bar.add_task("Websites", total=len(wanted), note="")

            async def work() -> None:
                for url in queue:
                    found = await _look(url, fetch)
                    if found.evidence and not dry_run:
                        await asyncio.to_thread(add_found, store, url, found)
                    line = _make_line(url, found)
                    if not dry_run:
                        file.write(msgspec.json.encode(line) + b"\n")
                        file.flush()
                    lines.append(line)
                    _say(line, as_json)
                    boards = sum(line.board is not None for line in lines)
                    bar.update(task, advance=1, note=f"{boards} boards")

            await asyncio.gather(*(work() for _ in range(settings.parallel * 4)))
    return lines


async def _look(url: str, fetch: Fetch) -> Found:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await explore(url, fetch)
    except TimeoutError:
        return Found(note=str(BoardUnreachable(f"{url} took longer than {PATIENCE_S:.0f} s.")))
    except JobwireError as error:
        return Found(note=str(error))


def add_found(store: Store, url: str, found: Found) -> bool:
    """Put the best board under watch, with its company's profile and the evidence. False if it was known."""
    best = found.evidence[0]
    board: Board = best.board
    stated = found.profile.company
    if not add_board(store, board, evidence=best.why, website=stated.website or url, name=stated.name or ""):
        return False
    state = store.get_board(board.key)
    if state and stated.name:
        company = make_company(
            stated,
            company_id=company_id(board.key),
            name=stated.name,
            ats=board.ats,
            listing_url=state.board.url or get_ats(board.ats).board_url(board),
            discovered_at=state.added_at,
            links=found.profile.links,
        )
        store.publish(Publication(companies=(company,)))
    return True


def _make_line(url: str, found: Found) -> Line:
    best = found.evidence[0] if found.evidence else None
    why = best.why if best else found.note or "nothing found"
    return Line(url=url, at=now(), board=best.board.key if best else None, why=why)


def _say(line: Line, as_json: bool) -> None:
    if as_json:
        write_json({"url": line.url, "board": line.board, "why": line.why})
    else:
        click.echo(f"{line.board or 'none'}\t{line.url}\t{line.why}")
