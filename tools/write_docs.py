"""Writes docs/settings.md and docs/commands.md from the settings and commands themselves.

`python tools/write_docs.py` writes them; `--check` only says whether they are up to date (a test does the same).
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from jobwire.cli.main import COMMANDS, cli
from jobwire.settings import SETTINGS

DOCS = Path(__file__).parents[1] / "docs"
NOTE = "*Written by `tools/write_docs.py` from the program itself.*"
SETTINGS_HEAD = """# Settings

Few, with defaults that suit one machine. Every setting can be given in four ways; the first that says something
counts: a flag of the command (where it has one), an environment variable `JOBWIRE_NAME`, a line in `jobwire.toml`
in the data folder, the default.

```toml
# data/jobwire.toml
store = "postgresql://localhost/jobwire"
contact = "https://example.com/bot"
parallel = 16
```
"""
SETTINGS_TAIL = """
What may be fetched and obeyed on other people's sites (`robots`, `pause`, `per_host`, `allow_hosts`) is explained
in [security](security.md); what to set for which size of installation in [operating](operating.md).
"""
COMMANDS_HEAD = """# Commands

Everything that `jobwire` does, as its `--help` says it. Commands whose results programs read have `--json`.

Exit codes: 0 all is well, 1 done but not all is well, 2 asked wrongly, 3 a person must look, 75 try again later,
77 key refused, 78 out of credits, 130 stopped. `jobwire sync` has its own, listed with it.
"""


def write_settings() -> str:
    """docs/settings.md."""
    lines = [SETTINGS_HEAD, "| setting | environment | default | meaning |", "|---|---|---|---|"]
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else ""
        lines.append(
            f"| `{setting.name}` | `JOBWIRE_{setting.name.upper()}` | {default} | {_cell(setting.meaning)} |"
        )
    return "\n".join([*lines, SETTINGS_TAIL, NOTE, ""])


def write_commands() -> str:
    """docs/commands.md."""
    parts = [COMMANDS_HEAD]
    context = click.Context(cli, info_name="jobwire")
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        parts += [_describe(*found) for found in _walk(command, f"jobwire {name}", 2)]
    return "\n".join([*parts, NOTE, ""])


def _walk(command: click.Command, name: str, level: int) -> Iterator[tuple[click.Command, str, int]]:
    """A command and all below it."""
    yield command, name, level
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from _walk(found, f"{name} {below}", level + 1)


def _describe(command: click.Command, name: str, level: int) -> str:
    context = click.Context(command, info_name=name, terminal_width=1_000)
    usage = " ".join(command.collect_usage_pieces(context))
    parts = [f"{'#' * level} {name}", "", f"`{name} {usage}`", "", _text(command.help or ""), ""]
    rows = [record for option in command.params if (record := option.get_help_record(context))]
    if rows:
        parts += ["| option | meaning |", "|---|---|"]
        parts += [f"| `{_cell(names)}` | {_cell(text)} |" for names, text in rows]
        parts.append("")
    return "\n".join(parts)


def _text(text: str) -> str:
    """Help as Markdown: what click keeps as it is (\\b) becomes a code block."""
    found = []
    for block in inspect.cleandoc(text).split("\n\n"):
        lines = block.split("\n")
        if lines[0] == "\b":
            language = "json" if lines[1].startswith("{") else "sh"
            found.append("\n".join([f"```{language}", *lines[1:], "```"]))
        else:
            found.append(block)
    return "\n\n".join(found)


def _cell(text: str) -> str:
    """Text inside a table."""
    return text.replace("|", "\\|").replace("\n", " ")


PAGES = {"settings.md": write_settings, "commands.md": write_commands}


def list_stale() -> list[str]:
    """Pages that differ from what they should say."""
    paths = {name: DOCS / name for name in PAGES}
    return [
        name
        for name, write in PAGES.items()
        if not paths[name].is_file() or paths[name].read_text(encoding="utf-8") != write()
    ]


def main() -> None:
    if "--check" in sys.argv:
        if stale := list_stale():
            sys.exit(f"Stale: {', '.join(stale)}. Run `python tools/write_docs.py`.")
        return
    for name, write in PAGES.items():
        (DOCS / name).write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    main()
