"""Read the tables in `data/`: hand-written word lists are groups of phrases, `[group]` above each."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

DATA = Path(__file__).parent / "data"
"""Read as files: importing `importlib.resources` takes as long as a third of the rules."""
_GROUP = re.compile(r"\[[a-z_-]+\]")
_BRACES = re.compile(r"\{([^{}]*)\}")


def read_groups(name: str) -> dict[str, list[str]]:
    """The lines of `data/<name>` by their group, in order; `#` begins a comment."""
    groups: dict[str, list[str]] = {}
    group = ""
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if _GROUP.fullmatch(line):
            group = line.strip("[]")
        elif line and not line.startswith("#"):
            groups.setdefault(group, []).append(line)
    return groups


def split_phrases(lines: list[str]) -> list[str]:
    """`a {b,c} | d` -> `a b`, `a c`, `d`."""
    return [each.strip() for line in lines for part in line.split(" | ") for each in expand_braces(part.strip())]


def expand_braces(phrase: str) -> list[str]:
    """`a {b,c} d` -> `a b d`, `a c d`."""
    parts = _BRACES.split(phrase)
    choices = [part.split(",") if place % 2 else [part] for place, part in enumerate(parts)]
    return ["".join(choice) for choice in product(*choices)]
