"""Every statement of docs/protocol.md has a test: a stranger can rely on that page alone."""

from __future__ import annotations

import importlib

from tests.api.protocol_page import says
from tests.api.statements import Page

CASES = ("test_protocol_promises", "test_protocol_feeds", "test_protocol_answers")
"""Where the statements are quoted and proven."""

for name in CASES:
    importlib.import_module(f"tests.api.{name}")


def test_every_statement_is_proven() -> None:
    assert says.gaps == []


def test_every_proof_is_of_something_that_is_said() -> None:
    assert says.stale == []


def test_proofs_in_other_files_are_there() -> None:
    assert says.lost == []


def test_a_page_that_says_more_or_less_is_noticed() -> None:
    page = Page("errors")
    assert page.gaps == page.statements and len(page.statements) > 20
    page("Failed requests cost no credits.", "words that nobody wrote")
    assert "Failed requests cost no credits." not in page.gaps
    assert page.stale == ["words that nobody wrote"]
    page.elsewhere({"Send it again.": ("api/test_feed.py::test_nothing", "api/test_feed.py")})
    assert page.lost == ["api/test_feed.py::test_nothing"]
