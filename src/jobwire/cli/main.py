"""The command line: names and one sentence each; a command's code is loaded when it is called."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from jobwire import __version__
from jobwire.errors import InvalidInput, JobwireError, Locked, OutOfCredits, RetryError, StopError, Unauthorized

COMMANDS: dict[str, tuple[str, str]] = {
    # name: (module:attribute, one sentence)
    "up": ("up:up", "Start everything: API, collector and, the first time, a key."),
    "demo": ("demo:demo", "Show the whole of jobwire working on sample career sites."),
    "serve": ("serve:serve", "Serve the feed over HTTP."),
    "collect": ("collect:collect", "Visit the boards that are due."),
    "discover": ("discover:discover", "Find the boards of companies from their websites."),
    "duplicates": ("duplicates:duplicates", "Mark what an employer lists on two boards in like words."),
    "boards": ("boards:boards", "Boards: add, try, detect, list, status, pause, remove."),
    "import": ("importing:importing", "Bring your own jobs or companies (NDJSON)."),
    "expire": ("importing:expire", "Take jobs down."),
    "export": ("exporting:export", "Write all that is active as NDJSON."),
    "enrich": ("enriching:enriching", "Make clean records of raw postings."),
    "explain": ("enriching:explaining", "Say for each field of a job where it comes from."),
    "sync": ("sync:sync", "Keep a database equal to a feed, ours or any other."),
    "keys": ("keys:keys", "API keys: add, list, revoke, rotate."),
    "accounts": ("accounts:accounts", "Accounts: add, list, top up, usage."),
    "plans": ("plans:plans", "Plans: list, set."),
    "store": ("storing:store", "The store: copy, purge, status."),
    "doctor": ("doctor:doctor", "Check settings, store, log and network, and say what to do."),
}
EXIT_FAILED, EXIT_USAGE, EXIT_STOP, EXIT_RETRY, EXIT_STOPPED = 1, 2, 3, 75, 130
"""1: done, not all well. 2: asked wrongly. 3: only a person can help. 75: try again later. 130: stopped."""


class LazyGroup(click.Group):
    """Loads a command's module when it is needed, so that `--help` and the client start at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name][0].partition(":")
        try:
            command = getattr(importlib.import_module(f"jobwire.cli.{module}"), attribute)
        except ModuleNotFoundError as error:
            if (error.name or "").split(".")[0] == "jobwire":
                raise
            raise click.ClickException(
                f"`jobwire {name}` needs the package {error.name}. Install jobwire[server] (or jobwire[all])."
            ) from error
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="jobwire")
def cli() -> None:
    """Collect job postings, make clean records of them, serve them as a feed, keep copies equal to it.

    Begin with `jobwire demo`, then `jobwire up --board https://boards.greenhouse.io/COMPANY`.
    Every setting can be a flag, an environment variable JOBWIRE_NAME, or a line in DATA/jobwire.toml.
    """


def main(args: Sequence[str] | None = None) -> None:
    """Entry point: errors become one clear sentence and an exit code, never a stack trace."""
    _open_closed_streams()
    try:
        cli.main(args=args, prog_name="jobwire", standalone_mode=False)
    except click.exceptions.Exit as exit_:
        sys.exit(exit_.exit_code)
    except (click.exceptions.Abort, KeyboardInterrupt):
        print("Stopped.", file=sys.stderr)  # noqa: T201
        sys.exit(EXIT_STOPPED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:  # `jobwire export | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except JobwireError as error:
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(exit_code(error))
    except OSError as error:  # a folder that cannot be made, a disk that is full
        where = f"{error.filename}: " if error.filename else ""
        print(f"Error: {where}{error.strerror or error}.", file=sys.stderr)  # noqa: T201
        sys.exit(EXIT_STOP)


def _open_closed_streams() -> None:
    """A stream that the caller has closed is an empty one: `jobwire serve >&-` runs."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode))  # noqa: SIM115 - for as long as we run


def exit_code(error: JobwireError) -> int:
    """What a script may conclude from the failure."""
    if isinstance(error, RetryError | Locked):
        return EXIT_RETRY
    if isinstance(error, Unauthorized):
        return 77
    if isinstance(error, OutOfCredits):
        return 78
    if isinstance(error, InvalidInput):
        return EXIT_USAGE
    return EXIT_STOP if isinstance(error, StopError) else EXIT_FAILED
