"""Ties what a page of the documentation says to the tests that prove it.

A test quotes the words that it proves, `@says("...")`, or a table whose rows it reads, `@says.table("...")`;
`says.elsewhere` names proofs in other files, `says.advice` lists words that promise nothing. `Page.gaps` is what
nobody proves, `Page.stale` what is quoted and no longer said.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from markdown_it import MarkdownIt
from markdown_it.token import Token

TESTS = Path(__file__).parents[1]
Test = TypeVar("Test", bound=Callable[..., object])
_SENTENCE_END = re.compile(r"(?<=[.;?!])\s+")
_CODE = re.compile(r"`[^`]+`")


class Page:
    """One page of docs/: its statements, and which of them are proven."""

    def __init__(self, name: str) -> None:
        text = (TESTS.parent / "docs" / f"{name}.md").read_text()
        found = list(_read(MarkdownIt("commonmark").enable("table").parse(text)))
        self.statements = [statement for _, statement in found]
        self._tables = {
            heading: [row for name, row in found if name == heading and " | " in row] for heading, _ in found
        }
        self._quotes: set[str] = set()
        self._proofs: set[str] = set()

    def __call__(self, *words: str) -> Callable[[Test], Test]:
        """Marks a test as the proof of each statement that holds one of these words."""
        self._quotes.update(words)
        return lambda test: test

    def table(self, heading: str) -> Callable[[Test], Test]:
        """Marks a test as the proof of all rows of the tables under a heading; it reads them with `rows`."""
        return self(*self._tables[heading])

    def rows(self, heading: str) -> list[list[str]]:
        """Cells of the tables under a heading, without the names of columns."""
        return [row.split(" | ") for row in self._tables[heading]]

    def elsewhere(self, proofs: dict[str, tuple[str, ...]]) -> None:
        """Words -> the tests that prove them, as `folder/test_file.py::test_name` or all of a file."""
        self._quotes.update(proofs)
        self._proofs.update(proof for several in proofs.values() for proof in several)

    def advice(self, *words: str) -> None:
        """What only leads the reader, or says what to do with that which is proven."""
        self._quotes.update(words)

    @property
    def gaps(self) -> list[str]:
        return [said for said in self.statements if not any(quote in said for quote in self._quotes)]

    @property
    def stale(self) -> list[str]:
        return [quote for quote in self._quotes if not any(quote in said for said in self.statements)]

    @property
    def lost(self) -> list[str]:
        """Proofs in other files that are not there (any more)."""
        return [proof for proof in self._proofs if not _exists(*proof.partition("::")[::2])]


def _exists(file: str, name: str) -> bool:
    path = TESTS / file
    if not path.is_file():
        return False
    functions = {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}
    return name in functions or not name


def _read(tokens: list[Token]) -> Iterator[tuple[str, str]]:
    """(heading, statement): a sentence, or the row of a table with its cells between ` | `."""
    heading, row, in_names = "", [], False
    for before, token in pairwise(tokens):
        if token.type in ("thead_open", "tbody_open"):
            in_names = token.type == "thead_open"
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and not in_names:
            yield heading, " | ".join(row)
        elif token.type == "inline" and before.type == "heading_open":
            heading = token.content
        elif token.type == "inline" and before.type in ("td_open", "th_open"):
            row.append(token.content)
        elif token.type == "inline":
            yield from ((heading, sentence) for sentence in _cut(" ".join(token.content.split())))


def _cut(text: str) -> list[str]:
    """Sentences and their halves; what stands in code is one."""
    hidden = _CODE.sub(lambda code: code[0].replace(". ", ".\0").replace("; ", ";\0"), text)
    return [sentence.replace("\0", " ") for sentence in _SENTENCE_END.split(hidden)]
