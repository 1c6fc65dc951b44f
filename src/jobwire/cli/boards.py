"""`jobwire boards`: add, try, detect, list, status, pause, resume, remove."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import click
import msgspec

from jobwire.cli.opening import data_option, fetch_options, fetcher, now, open_store
from jobwire.cli.output import err, format_age, format_bytes, json_option, out, write_json, write_table
from jobwire.collect.ats import get_ats
from jobwire.collect.detect import detect_page, detect_url
from jobwire.collect.discover import locate
from jobwire.collect.fetch import Fetch
from jobwire.collect.memory import Memory
from jobwire.collect.protocol import Request
from jobwire.collect.recording import Player, Recorder
from jobwire.collect.trial import Trial, try_board
from jobwire.enrich import enrich
from jobwire.errors import JobwireError
from jobwire.model.board import Board
from jobwire.model.change import Removal
from jobwire.model.company import CompanySummary
from jobwire.model.ids import company_id, job_id
from jobwire.model.visit import Outcome, RemovalReason
from jobwire.settings import Settings
from jobwire.store.base import Store
from jobwire.store.records import BoardState, Publication


@click.group("boards")
def boards() -> None:
    """A board is one company's list of postings on one ATS; most commands take its career-site URL."""


# --- add ------------------------------------------------------------------------------------------------


@boards.command("add")
@click.argument("urls", nargs=-1, metavar="[URL...]")
@click.option("--file", type=click.File("r"), help="One URL a line ('-': standard input); # comments.")
@json_option
@fetch_options
@data_option
def add(settings: Settings, urls: tuple[str, ...], file: IO[str] | None, as_json: bool) -> None:
    """Add boards by their URLs: a career site, a posting, or a company page that embeds or links to one.

    \b
    jobwire boards add https://boards.greenhouse.io/acme https://jobs.lever.co/acme
    """
    wanted = [*urls, *(_lines(file) if file else ())]
    if not wanted:
        raise click.UsageError("Name at least one URL, or --file.")
    failed = 0
    with closing(open_store(settings, must_exist=False)) as store:
        for url, board, why in asyncio.run(locate_all(wanted, settings)):
            fresh = add_board(store, board, evidence=why, website=url) if board else False
            failed += board is None
            _say_added(url, board, fresh, why, as_json)
    sys.exit(1 if failed else 0)


def add_board(store: Store, board: Board, *, evidence: str = "", website: str = "", name: str = "") -> bool:
    """Put a board under watch, due at once. False if it was there already.

    `evidence` says why it is thought to be the company's; `website` is where the search began.
    """
    if store.get_board(board.key):
        return False
    memory = Memory(evidence=evidence, website=website, company_name=name)
    url = board.url or get_ats(board.ats).board_url(board)
    state = BoardState(
        board=msgspec.structs.replace(board, url=url),
        company_id=company_id(board.key),
        added_at=now(),
        next_visit_at=now(),
        memory=msgspec.to_builtins(memory),
    )
    return store.put_board(state)


def _say_added(url: str, board: Board | None, fresh: bool, why: str, as_json: bool) -> None:
    if as_json:
        write_json({"url": url, "board": board.key if board else None, "new": fresh, "why": why})
    elif board:
        click.echo(f"{'added' if fresh else 'known'}  {board.key}  {url}")
    else:
        err.print(f"none   {url}: {why}", markup=False)


async def locate_all(urls: list[str], settings: Settings) -> list[tuple[str, Board | None, str]]:
    async with fetcher(settings) as fetch:
        return await asyncio.gather(*(_locate_one(url, fetch) for url in urls))


async def _locate_one(url: str, fetch: Fetch) -> tuple[str, Board | None, str]:
    try:
        found = await locate(url, fetch)
    except JobwireError as error:
        return url, None, str(error)
    return (url, found[0].board, found[0].why) if found else (url, None, "no ATS was recognised there.")


# --- try ------------------------------------------------------------------------------------------------


@boards.command("try")
@click.argument("url")
@click.option("--record", type=click.File("wb"), metavar="FILE", help="Write every exchange to FILE.")
@click.option("--replay", type=click.Path(path_type=Path), metavar="FILE", help="Answer from such a FILE.")
@json_option
@fetch_options
@data_option
def try_(settings: Settings, url: str, record: IO[bytes] | None, replay: Path | None, as_json: bool) -> None:
    """Read one board, store nothing, say what was seen: the outcome, and each job as it would be published."""
    trial = asyncio.run(_try(url, settings, record, replay))
    jobs = [_preview(trial.board, posting) for posting in trial.postings]
    if as_json:
        fields = msgspec.to_builtins(trial)
        fields["count"] = len(fields.pop("postings"))
        write_json({**fields, "jobs": jobs})
    else:
        _show_trial(trial, jobs)
    sys.exit(0 if trial.outcome in (Outcome.CHANGED, Outcome.EMPTY) else 1)


async def _try(url: str, settings: Settings, record: IO[bytes] | None, replay: Path | None) -> Trial:
    async with fetcher(settings) as live:
        fetch: Fetch = Player(replay) if replay else live
        if record:
            fetch = Recorder(fetch, record)
        found = await locate(url, fetch)
        if not found:
            raise click.ClickException(f"No ATS was recognised at {url}.")
        return await try_board(found[0].board, fetch)


def _preview(board: Board, posting: Any) -> Any:
    return enrich(
        posting,
        source=board.ats,
        company=CompanySummary(id=company_id(board.key), name=posting.company_name or board.token),
        job_id=job_id(board.key, posting.posting_id),
        created_at=now(),
        updated_at=now(),
    )


def _show_trial(trial: Trial, jobs: list[Any]) -> None:
    name = trial.company.name if trial.company else None
    out.print(
        f"{trial.board.key}  {name or ''}  outcome {trial.outcome.value}, {trial.completeness.value}: "
        f"{len(jobs)} jobs in {trial.requests} requests, {format_bytes(trial.bytes)}. {trial.note}",
        markup=False,
    )
    rows = [
        (
            job.title,
            "; ".join(place.location or place.city or place.country or "" for place in job.locations),
            job.workplace_type,
            job.employment_type,
            job.date_posted.date() if job.date_posted else None,
            len(job.description),
        )
        for job in jobs
    ]
    if rows:
        write_table("", ("title", "places", "workplace", "employment", "posted", "text"), rows)


# --- detect ---------------------------------------------------------------------------------------------


@boards.command("detect")
@click.argument("urls", nargs=-1, metavar="[URL...|-]")
@click.option("--file", type=click.File("r"), help="One URL a line ('-': standard input).")
@click.option("--fetch", "with_fetch", is_flag=True, help="Where the URL does not tell, look at the page.")
@json_option
@fetch_options
@data_option
def detect(
    settings: Settings, urls: tuple[str, ...], file: IO[str] | None, with_fetch: bool, as_json: bool
) -> None:
    """Say which ATS and board each URL belongs to, or `none`: one line each.

    \b
    jobwire boards detect https://boards.greenhouse.io/embed/job_board?for=acme
    jobwire boards detect --file urls.txt --json
    """
    source = file or (sys.stdin if urls == ("-",) else None)
    wanted: Iterator[str] = iter(urls) if source is None else _lines(source)
    if with_fetch:
        asyncio.run(_detect_with_pages(list(wanted), settings, as_json))
        return
    for url in wanted:
        _say_detected(url, detect_url(url), "url", as_json)


async def _detect_with_pages(urls: list[str], settings: Settings, as_json: bool) -> None:
    slots = asyncio.Semaphore(settings.parallel)
    async with fetcher(settings) as fetch:

        async def one(url: str) -> tuple[str, Board | None, str]:
            board = detect_url(url)
            if board:
                return url, board, "url"
            async with slots:
                try:
                    response = (await fetch(Request(url=url if "://" in url else f"https://{url}"))).check()
                except JobwireError as error:
                    return url, None, str(error)
            if board := detect_url(response.url):
                return url, board, f"redirect to {response.url}"
            found = detect_page(response.url, response.text)
            return (url, found[0].board, found[0].why) if found else (url, None, "nothing on the page")

        for task in [asyncio.create_task(one(url)) for url in urls]:
            _say_detected(*(await task), as_json)


def _say_detected(url: str, board: Board | None, why: str, as_json: bool) -> None:
    if as_json:
        write_json(
            {
                "url": url,
                "ats": board.ats if board else None,
                "token": board.token if board else None,
                "site": (board.site or None) if board else None,
                "host": (board.host or None) if board else None,
                "why": why,
            }
        )
    elif board:
        click.echo("\t".join(filter(None, (board.ats, board.token, board.site, url))))
    else:
        click.echo(f"none\t{url}")


# --- list, status, pause, remove ------------------------------------------------------------------------


@boards.command("list")
@json_option
@data_option
def list_(settings: Settings, as_json: bool) -> None:
    """All boards."""
    with closing(open_store(settings)) as store:
        states = list(store.boards())
    if as_json:
        for state in states:
            write_json(state)
    else:
        write_table("", ("board", "url", "paused"), [(s.board.key, s.board.url, s.paused or "") for s in states])


@boards.command("status")
@click.argument("board", required=False)
@json_option
@data_option
def status(settings: Settings, board: str | None, as_json: bool) -> None:
    """How each board does: last success, next visit, jobs and their trend, why not. One BOARD: its visits."""
    with closing(open_store(settings)) as store:
        if board:
            _show_visits(store, _find(store, board), as_json)
            return
        states = list(store.boards())
    if as_json:
        for state in states:
            write_json(state)
        return
    at = now()
    rows = [
        (
            s.board.key,
            s.memory.get("active", 0),
            "paused" if s.paused else s.memory.get("last_outcome", "not visited"),
            format_age(s.last_success_at, at),
            format_age(s.next_visit_at, at),
            _trend(s.memory.get("counts", [])),
        )
        for s in states
    ]
    write_table("", ("board", "jobs", "last visit", "last success", "next visit", "trend"), rows)
    _write_remarks((s.board.key, _remark(s.memory)) for s in states)


def _trend(counts: list[int]) -> str:
    """Postings listed at the last visits, the oldest first: `40 41 12`."""
    return " ".join(map(str, counts[-4:])) if len(set(counts)) > 1 else ""


def _remark(memory: dict[str, Any]) -> str:
    """Why not, for a person: where it went, how often it failed, what was held back."""
    failures = memory.get("failures", 0)
    parts = (
        f"moved to {memory['moved_to']}" if memory.get("moved_to") else "",
        f"{failures} visits failed" if failures > 1 else "",
        memory.get("last_detail", ""),
    )
    return "; ".join(filter(None, parts))


def _show_visits(store: Store, state: BoardState, as_json: bool) -> None:
    visits = store.visits(state.board.key)
    if as_json:
        for visit in visits:
            write_json(visit)
        return
    columns = ("at (UTC)", "outcome", "read", "postings", "new", "changed", "expired", "reopened")
    rows = [
        (
            f"{v.started_at:%m-%d %H:%M:%S}",
            v.outcome.value,
            v.completeness.value,
            v.fetched,
            v.new,
            v.changed,
            v.expired,
            v.reopened,
        )
        for v in visits
    ]
    write_table(state.board.key, columns, rows)
    _write_remarks((f"{v.started_at:%m-%d %H:%M:%S}", v.detail) for v in visits)


def _write_remarks(remarks: Iterable[tuple[str, str]]) -> None:
    """Long sentences, below a table: a line each."""
    said = [(name, remark) for name, remark in remarks if remark]
    if said:
        out.print()
    for name, remark in said:
        out.print(f"{name}: {remark}", markup=False)


@boards.command("pause")
@click.argument("board")
@data_option
def pause(settings: Settings, board: str) -> None:
    """Stop visiting a board; its jobs stay as they are."""
    _set_paused(settings, board, True)


@boards.command("resume")
@click.argument("board")
@data_option
def resume(settings: Settings, board: str) -> None:
    """Visit a paused board again, now."""
    _set_paused(settings, board, False)


def _set_paused(settings: Settings, name: str, paused: bool) -> None:
    with closing(open_store(settings)) as store:
        state = _find(store, name)
        store.put_board(msgspec.structs.replace(state, paused=paused, next_visit_at=now()))
    click.echo(f"{'paused' if paused else 'resumed'}  {state.board.key}")


@boards.command("remove")
@click.argument("board")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def remove(settings: Settings, board: str, yes: bool) -> None:
    """Forget a board; its active jobs expire as `withdrawn`."""
    with closing(open_store(settings)) as store:
        state = _find(store, board)
        ids = list(store.active_ids(board_key=state.board.key))
        if not yes:
            click.confirm(f"Forget {state.board.key} and expire its {len(ids)} jobs?", abort=True)
        for start in range(0, len(ids), 500):
            removals = tuple(Removal(i, RemovalReason.WITHDRAWN.value) for i in ids[start : start + 500])
            store.publish(Publication(removals=removals))
        store.delete_board(state.board.key)
    click.echo(f"removed  {state.board.key}  ({len(ids)} jobs expired)")


def _find(store: Store, name: str) -> BoardState:
    """By key or by any URL of it."""
    state = store.get_board(name)
    if state is None and (board := detect_url(name)):
        state = store.get_board(board.key)
    if state is None:
        raise click.ClickException(f"There is no board {name}. `jobwire boards list` names them.")
    return state


def _lines(file: IO[str]) -> Iterator[str]:
    for line in file:
        text = line.split(" #")[0].strip()
        if text and not text.startswith("#"):
            yield text
