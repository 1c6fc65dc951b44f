"""`jobwire doctor`: check everything that can be wrong, and say what to do."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

import click
import msgspec

from jobwire import __version__
from jobwire.cli.opening import data_option, fetcher, now, open_store
from jobwire.cli.output import err, format_age, format_bytes, json_option, out, write_json
from jobwire.errors import JobwireError
from jobwire.settings import Settings
from jobwire.store.base import Store


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    name: str
    ok: bool
    says: str
    todo: str = ""


@click.command("doctor")
@click.option("--network", is_flag=True, help="Also ask one public ATS, to see whether the internet is there.")
@json_option
@data_option
def doctor(settings: Settings, network: bool, as_json: bool) -> None:
    """Check settings, disk, store, log, boards, keys (and network), and say what to do. Exit code 1: trouble."""
    checks = [_check_python(), _check_disk(settings)]
    try:
        with closing(open_store(settings)) as store:
            checks += [_guarded(name, check, store) for name, check in _STORE_CHECKS]
    except JobwireError as error:
        checks.append(Check(name="store", ok=False, says=error.message, todo=error.hint))
    if network:
        checks.append(asyncio.run(_check_network(settings)))
    if as_json:
        write_json(checks)
    else:
        for check in checks:
            mark = "[green]ok [/green]" if check.ok else "[red]bad[/red]"
            out.print(mark, end=" ")
            out.print(f"{check.name:<9} {check.says} {check.todo}", markup=False)
    if any(not check.ok for check in checks):
        err.print("Something needs attention.")
        sys.exit(1)


def _check_python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check(name="versions", ok=True, says=f"jobwire {__version__}, Python {version}.")


def _check_disk(settings: Settings) -> Check:
    folder = settings.data if settings.data.exists() else settings.data.absolute().parent
    free = shutil.disk_usage(folder).free
    writable = os.access(folder, os.W_OK)
    return Check(
        name="disk",
        ok=writable and free > 500_000_000,
        says=f"{folder}: {format_bytes(free)} free{'' if writable else ', not writable'}.",
        todo="" if free > 500_000_000 else "Make room: the store grows with about 10 kB a job.",
    )


def _check_log(store: Store) -> Check:
    store.check()
    counts = store.counts()
    says = f"head {store.head():,}, {counts.active:,} active, {counts.tombstones:,} removed and remembered."
    page = store.page(0, 1)
    ok = bool(page.rows) == bool(counts.active)
    return Check(name="log", ok=ok, says=says, todo="" if ok else "Counts and rows differ: restore a backup.")


def _check_boards(store: Store) -> Check:
    late, troubled, total = [], [], 0
    for state in store.boards():
        total += 1
        if state.paused:
            continue
        if state.memory.get("failures", 0) >= 3:
            troubled.append(state.board.key)
        if state.next_visit_at and now() - state.next_visit_at > timedelta(hours=6):
            late.append(state)
    todo = ""
    if troubled:
        todo += f"In trouble: {', '.join(troubled[:5])} (`jobwire boards status`). "
    if late:
        oldest = min(s.next_visit_at for s in late if s.next_visit_at)
        todo += f"{len(late)} are overdue, since {format_age(oldest, now())}: does `jobwire collect` run?"
    return Check(name="boards", ok=not todo, says=f"{total} boards.", todo=todo)


def _check_keys(store: Store) -> Check:
    count = sum(1 for key in store.accounts.keys() if not key.revoked_at)
    todo = "" if count else "Make one: `jobwire keys add NAME`."
    return Check(name="keys", ok=bool(count), says=f"{count} valid keys.", todo=todo)


_STORE_CHECKS: tuple[tuple[str, Callable[[Store], Check]], ...] = (
    ("log", _check_log),
    ("boards", _check_boards),
    ("keys", _check_keys),
)


def _guarded(name: str, check: Callable[[Store], Check], store: Store) -> Check:
    try:
        return check(store)
    except JobwireError as error:
        return Check(name=name, ok=False, says=error.message, todo=error.hint)


async def _check_network(settings: Settings) -> Check:
    from jobwire.collect.protocol import Request

    url = "https://boards-api.greenhouse.io/robots.txt"
    try:
        async with fetcher(settings) as fetch:
            status = (await fetch(Request(url=url, conditional=False))).status
    except JobwireError as error:
        return Check(name="network", ok=False, says=error.message, todo="Is there a proxy or a firewall?")
    return Check(name="network", ok=True, says=f"{url} answered {status}.")
