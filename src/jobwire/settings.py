"""The only reader of environment and files: every setting with its unit, default and one sentence.

Precedence: command-line flag, environment (`JOBWIRE_...`), `jobwire.toml` in the data folder, default.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from jobwire.errors import ConfigError

FILE_NAME = "jobwire.toml"


class Setting(msgspec.Struct, frozen=True):
    """One row of docs/settings.md."""

    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting("data", "data", "Folder of the embedded store, the HTTP cache and jobwire.toml."),
    Setting("store", "", "Store URL: postgresql://...; empty is SQLite in the data folder."),
    Setting("replica", "", "Store URL that API processes read; empty is the store itself."),
    Setting(
        "search", "", "Where the search index is: postgresql://..., typesense+http://...; empty: the data folder."
    ),
    Setting("host", "127.0.0.1", "Address that the API listens on."),
    Setting("port", "8080", "Port that the API listens on."),
    Setting("workers", "1", "API processes."),
    Setting("public_url", "", "URL by which clients reach the API; empty is the request's own host."),
    Setting(
        "rate_limits_url",
        "",
        "redis://... that counts rate limits; empty is the store's PostgreSQL or, with SQLite, here.",
    ),
    Setting("public_per_minute", "6000", "Requests per address and process to what needs no key; 0 is no limit."),
    Setting("page_file", "8192", "Disk for ready pages of the feed, MB, all API processes together; 0 is none."),
    Setting("allow_hosts", "", "Private hosts that may be fetched, by name, comma-separated."),
    Setting("routes", "", "host=base-URL pairs, comma-separated: fetched there instead (* for all hosts)."),
    Setting("contact", "", "Address or URL in the user agent, for owners of career sites."),
    Setting("robots", "true", "Whether robots.txt is obeyed."),
    Setting("pause", "0.25", "Seconds between two requests to one host."),
    Setting("per_host", "4", "Requests to one host at the same time."),
    Setting("parallel", "8", "Boards visited at the same time by one collector process."),
    Setting("absence_spacing", "600", "Seconds between two visits whose absences count as two."),
    Setting("absence_misses", "2", "Complete visits without a posting before it expires."),
    Setting("visit_shortest", "900", "Shortest interval between two visits of a board, seconds."),
    Setting("visit_first", "3600", "Interval of a new board, seconds."),
    Setting("visit_longest", "86400", "Longest interval between two visits of a board, seconds."),
    Setting("merge", "true", "Whether one opening that a board lists once per place is one job."),
    Setting("removals_kept", "30", "Days that removals stay in the change feed (at least 7)."),
    Setting("llm_url", "", "Base URL of an OpenAI-compatible API for `jobwire enrich --llm`; empty is off."),
    Setting("llm_model", "", "Name of the model behind llm_url."),
    Setting("llm_key", "", "Key of that API; read from the environment only."),
    Setting("llm_calls_per_day", "1000", "Calls of that API a day (UTC), all processes together."),
    Setting("log", "text", "Log form of long-running commands: text or json."),
)
_NAMES = {setting.name for setting in SETTINGS}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Values, read once."""

    data: Path
    store: str
    replica: str
    search: str
    host: str
    port: int
    workers: int
    public_url: str
    rate_limits_url: str
    public_per_minute: int
    page_file_bytes: int
    allow_hosts: frozenset[str]
    routes: dict[str, str]
    contact: str
    robots: bool
    pause_s: float
    per_host: int
    parallel: int
    absence_spacing: timedelta
    absence_misses: int
    visit_shortest: timedelta
    visit_first: timedelta
    visit_longest: timedelta
    merge: bool
    removals_kept: timedelta
    llm_url: str
    llm_model: str
    llm_key: str
    llm_calls_per_day: int
    log: str

    @property
    def store_url(self) -> str:
        """Where the change log is: a URL for `store.open`."""
        return self.store or f"sqlite:///{self.data / 'jobwire.db'}"

    @property
    def fetching(self) -> dict[str, Any]:
        """How career sites are fetched: arguments of `collect.fetch.FetchOptions`."""
        return {
            "allowed_hosts": self.allow_hosts,
            "routes": self.routes,
            "contact": self.contact,
            "robots": self.robots,
            "pause_s": self.pause_s,
            "per_host": self.per_host,
        }


def read_settings(flags: Mapping[str, Any] | None = None, env: Mapping[str, str] | None = None) -> Settings:
    """All settings. `flags`: what the command line gave (None = not given). Raises ConfigError."""
    env = os.environ if env is None else env
    given = {name: value for name, value in (flags or {}).items() if value not in (None, "", ())}
    data = Path(str(given.get("data") or env.get("JOBWIRE_DATA") or "data"))
    from_file = _read_file(data / FILE_NAME)

    def value(name: str) -> str:
        for source in (given.get(name), env.get(f"JOBWIRE_{name.upper()}"), from_file.get(name)):
            if source is not None:
                return ",".join(source) if isinstance(source, list | tuple) else str(source)
        return next(s.default for s in SETTINGS if s.name == name)

    return Settings(
        data=data,
        store=_read_store("store", value("store")),
        replica=_read_store("replica", value("replica")),
        search=value("search"),
        host=value("host"),
        port=_number("port", value("port"), 0, 65_535),
        workers=_number("workers", value("workers"), 1, 256),
        public_url=value("public_url").rstrip("/"),
        rate_limits_url=value("rate_limits_url"),
        public_per_minute=_number("public_per_minute", value("public_per_minute"), 0, 10_000_000),
        page_file_bytes=_number("page_file", value("page_file"), 0, 1 << 24) << 20,
        allow_hosts=frozenset(_split(value("allow_hosts"))),
        routes=_read_routes(value("routes")),
        contact=value("contact"),
        robots=_truth("robots", value("robots")),
        pause_s=_seconds("pause", value("pause")),
        per_host=_number("per_host", value("per_host"), 1, 100),
        parallel=_number("parallel", value("parallel"), 1, 1_000),
        absence_spacing=timedelta(seconds=_seconds("absence_spacing", value("absence_spacing"))),
        absence_misses=_number("absence_misses", value("absence_misses"), 1, 100),
        visit_shortest=timedelta(seconds=_seconds("visit_shortest", value("visit_shortest"))),
        visit_first=timedelta(seconds=_seconds("visit_first", value("visit_first"))),
        visit_longest=timedelta(seconds=_seconds("visit_longest", value("visit_longest"))),
        merge=_truth("merge", value("merge")),
        removals_kept=timedelta(days=_number("removals_kept", value("removals_kept"), 7, 3_650)),
        llm_url=value("llm_url").rstrip("/"),
        llm_model=value("llm_model"),
        llm_key=env.get("JOBWIRE_LLM_KEY", ""),
        llm_calls_per_day=_number("llm_calls_per_day", value("llm_calls_per_day"), 0, 10_000_000),
        log=value("log"),
    )


def _read_store(name: str, text: str) -> str:
    if text and not text.startswith(("postgresql://", "postgres://", "sqlite:///")):
        raise ConfigError(
            f"{name}: {text[:80]!r} is no store.", hint="For example postgresql://localhost/jobwire."
        )
    return text


def _read_file(path: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.") from error
    if unknown := sorted(set(found) - _NAMES):
        raise ConfigError(f"{path}: unknown setting {unknown[0]!r}.", hint=f"Known: {', '.join(sorted(_NAMES))}.")
    if "llm_key" in found:
        raise ConfigError(f"{path}: llm_key is a secret.", hint="Set JOBWIRE_LLM_KEY in the environment.")
    return found


def _split(text: str) -> list[str]:
    return [part.strip().lower() for part in text.split(",") if part.strip()]


def _read_routes(text: str) -> dict[str, str]:
    routes = {}
    for pair in (part.strip() for part in text.split(",") if part.strip()):
        host, _, base = pair.partition("=")
        if not base.startswith(("http://", "https://")):
            raise ConfigError(f"routes: {pair!r} is not host=http://...")
        routes[host.strip().lower()] = base.strip()
    return routes


def _number(name: str, text: str, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        raise ConfigError(f"{name}: {text!r} is not a whole number.") from None
    if not least <= number <= most:
        raise ConfigError(f"{name}: {number} is not between {least} and {most}.")
    return number


def _seconds(name: str, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        raise ConfigError(f"{name}: {text!r} is not a number of seconds.") from None
    if not 0 <= seconds <= 366 * 86_400:
        raise ConfigError(f"{name}: {text} is not between 0 and a year, in seconds.")
    return seconds


def _truth(name: str, text: str) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off"):
        return False
    raise ConfigError(f"{name}: {text!r} is neither true nor false.")
