"""What flags, environment and a small TOML file tell `jobwire sync` together."""

from __future__ import annotations

import os
import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec

from jobwire.errors import ConfigError
from jobwire.sync import Options

NEVER = "never"
RESCANS = ("auto", "always", "never")
FROM_ENVIRONMENT = ("every", "reconcile_every", "rescan", "overlap")


class Target(msgspec.Struct, kw_only=True):
    """What flags, environment and configuration file say together."""

    source: str = ""
    key: str = ""
    sink: str = ""
    prefix: str = ""
    schema: str = ""
    delete: bool = False
    every: str = ""
    reconcile_every: str = "1d"
    rescan: Literal["auto", "always", "never"] = "auto"
    overlap: str = "15m"
    streams: tuple[str, ...] = ("jobs",)
    filters: dict[str, Any] = {}
    site_filters: dict[str, Any] = {}
    min_credits: float | None = None
    max_credits: float | None = None

    def options(self) -> Options:
        """For the engine. Raises ConfigError."""
        is_never = self.reconcile_every.strip().lower() == NEVER
        return Options(
            streams=self.streams,  # type: ignore[arg-type]
            filters=self.filters,
            site_filters=self.site_filters,
            min_credits=self.min_credits,
            max_credits=self.max_credits,
            reconcile_every=None if is_never else read_span("reconcile-every", self.reconcile_every),
            rescan=self.rescan,
            overlap=read_span("overlap", self.overlap),
        )


def read_target(flags: dict[str, Any], *, source_needed: bool = True) -> Target:
    """Flags over environment (JOBWIRE_FROM, JOBWIRE_KEY, JOBWIRE_TO, JOBWIRE_SYNC_...) over file. Raises
    ConfigError."""
    target = _read_config(flags["config"]) if flags.get("config") else Target()
    env = os.environ
    target.source = flags["source"] or env.get("JOBWIRE_FROM") or target.source
    target.sink = flags["sink"] or env.get("JOBWIRE_TO") or target.sink
    target.key = _read_key(flags) or env.get("JOBWIRE_KEY") or target.key
    for name in FROM_ENVIRONMENT:
        setattr(target, name, env.get(f"JOBWIRE_SYNC_{name.upper()}") or getattr(target, name))
    for name in ("prefix", "schema", "delete", "min_credits", "max_credits", *FROM_ENVIRONMENT):
        if flags.get(name) is not None:
            setattr(target, name, flags[name])
    if flags.get("streams"):
        target.streams = tuple(flags["streams"])
    for text in flags.get("filters") or ():
        _add_filter(target.filters, text)
    if target.rescan not in RESCANS:
        raise ConfigError(f"There is no rescan {target.rescan!r}.", hint=f"Known: {', '.join(RESCANS)}.")
    if source_needed and not target.source:
        raise ConfigError("Which feed?", hint="Name it with --from URL (or JOBWIRE_FROM).")
    if not target.sink:
        raise ConfigError("Which database?", hint="Name it with --to URL (or JOBWIRE_TO).")
    return target


def _read_config(path: Path) -> Target:
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Target)
    except (OSError, ValueError) as error:  # a wrong type is a ValueError of msgspec
        raise ConfigError(f"{path}: {error}.", hint="See docs/sync.md for its settings.") from error


def _read_key(flags: dict[str, Any]) -> str:
    path: Path | None = flags.get("key_file")
    if not path:
        return flags.get("key") or ""
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"The key file cannot be read: {error}.") from error


_LISTS = ("sources", "work_models", "employment_types", "experience_levels", "locations")


def _add_filter(filters: dict[str, Any], text: str) -> None:
    """`sources=lever`, `is_remote=true`, `locations=country:US,city:Austin`; a list grows with each."""
    name, sign, value = text.partition("=")
    if not sign or not value:
        raise ConfigError(f"--filter {text!r} is not NAME=VALUE.")
    if name == "locations":
        parts = [part.partition(":") for part in value.split(",")]
        filters.setdefault(name, []).append({key.strip(): part.strip() for key, _, part in parts})
    elif name in _LISTS:
        filters.setdefault(name, []).extend(value.split(","))
    elif name == "is_remote":
        filters[name] = value.lower() == "true"
    else:
        raise ConfigError(f"There is no filter {name!r}.", hint=f"Known: is_remote, {', '.join(_LISTS)}.")


def read_span(name: str, text: str) -> timedelta:
    """`90s`, `30m`, `2h`, `1d`; a bare number is minutes. Raises ConfigError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d)?", text.strip())
    if not found:
        raise ConfigError(f"--{name} {text!r} is no span of time.", hint="For example 30m, 2h or 1d.")
    unit = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400}[found[2] or "m"]
    return timedelta(seconds=float(found[1]) * unit)
