"""Options that many commands share, and the store that they open."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from jobwire.settings import Settings, read_settings

F = TypeVar("F", bound=Callable[..., Any])


def now() -> datetime:
    """The clock that every command hands down."""
    return datetime.now(UTC)


def data_option(command: F) -> F:
    """`--data DIR` and `--store URL`; the command gets `settings` in their place."""

    @click.option("--data", metavar="DIR", help="Folder of the store and its files. [default: data]")
    @click.option("--store", metavar="URL", help="postgresql://... in place of SQLite in the data folder.")
    @functools.wraps(command)
    def wrapped(data: str | None, store: str | None, **rest: Any) -> Any:
        return command(settings=read_settings({"data": data, "store": store, **_settings_of(rest)}), **rest)

    return wrapped  # type: ignore[return-value]


def _settings_of(flags: dict[str, Any]) -> dict[str, Any]:
    """Flags that have the name of a setting."""
    names = (
        "host", "port", "workers", "replica", "public_url", "allow_hosts", "routes", "parallel",
        "pause", "per_host", "log", "rate_limits_url",
    )  # fmt: skip
    return {name: flags.pop(name) for name in names if name in flags}


_FETCH_OPTIONS: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (
        ("--allow-host", "allow_hosts"),
        {"multiple": True, "metavar": "HOST", "help": "Private host that may be fetched, by name."},
    ),
    (
        ("--route", "routes"),
        {
            "multiple": True,
            "metavar": "HOST=URL",
            "help": "Fetch HOST from URL instead: replay, tests (* = all hosts).",
        },
    ),
    (
        ("--pause",),
        {"type": float, "metavar": "S", "help": "Seconds between two requests to one host. [default: 0.25]"},
    ),
    (
        ("--per-host",),
        {"type": int, "metavar": "N", "help": "Requests to one host side by side. [default: 4]"},
    ),
)


def fetch_options(command: F) -> F:
    """Flags of commands that fetch from career sites."""
    for names, arguments in _FETCH_OPTIONS:
        command = click.option(*names, **arguments)(command)
    return command


def open_store(settings: Settings, *, must_exist: bool = True) -> Any:
    """The store of `settings`, migrated. Raises ConfigError if there is none and it must exist."""
    from jobwire.errors import ConfigError
    from jobwire.store.open import open_store as open_

    if not settings.store and not settings.data.exists():
        if must_exist:
            raise ConfigError(
                f"There is no jobwire in {settings.data}.",
                hint="Begin with `jobwire up`, `jobwire boards add URL` or `jobwire import jobs FILE`.",
            )
        settings.data.mkdir(parents=True, mode=0o700)
    return open_(settings.store_url, clock=now)


def fetcher(settings: Settings, *, shared: bool = False) -> Any:
    """The polite client of `settings`, as an async context manager.

    `shared`: hosts are asked at one pace by all collectors of this store. Raises what opening that does.
    """
    from jobwire.collect.fetch import Fetcher, FetchOptions
    from jobwire.collect.http_cache import HttpCache
    from jobwire.collect.pace import open_pace

    pace = open_pace(settings.store_url, settings.data) if shared else None
    return Fetcher(FetchOptions(**settings.fetching), HttpCache(settings.data / "http-cache"), pace=pace)


def visit_rules(settings: Settings, store: Any) -> Any:
    """What governs visits: the settings, and what the operator imported."""
    from jobwire.collect.absence import AbsenceRules
    from jobwire.collect.schedule import Rhythm
    from jobwire.collect.visit import Rules
    from jobwire.enrich.sponsors import META, unpack_employers

    absence = AbsenceRules(
        spacing=settings.absence_spacing,
        misses=settings.absence_misses,
        mass_misses=max(settings.absence_misses + 1, 3),
    )
    rhythm = Rhythm(
        shortest=settings.visit_shortest,
        first=settings.visit_first,
        longest=settings.visit_longest,
        suspicion=max(settings.visit_shortest, settings.absence_spacing),
    )
    sponsors = unpack_employers(store.get_meta(META))
    return Rules(absence=absence, rhythm=rhythm, merge=settings.merge, sponsors=sponsors)
