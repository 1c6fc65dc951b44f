"""Score `enrich.compensation` on `compensation.ndjson`: exact pay of snippets and of whole texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jobwire.enrich.compensation import find_compensation
from jobwire.enrich.finding import Source
from jobwire.model.job import Compensation
from jobwire.model.raw import RawPosting

CASES = Path(__file__).with_name("compensation.ndjson")


def score() -> dict[str, float]:
    """Share of exactly right cases (all four fields, or rightly nothing), by kind."""
    right: dict[str, int] = {"snippet": 0, "text": 0}
    cases: dict[str, int] = {"snippet": 0, "text": 0}
    for line in CASES.read_text().splitlines():
        case = json.loads(line)
        cases[case["kind"]] += 1
        right[case["kind"]] += find_pay(case) == read_expected(case)
    return {
        "snippet": right["snippet"] / max(1, cases["snippet"]),
        "text": right["text"] / max(1, cases["text"]),
        "snippets": cases["snippet"],
        "texts": cases["text"],
    }


def find_pay(case: dict[str, Any]) -> Compensation | None:
    """What the step makes of one case."""
    posting = RawPosting(posting_id="1", title="", listing_url="")
    return find_compensation(Source(posting=posting, text=case["text"], country=case["country"])).value


def read_expected(case: dict[str, Any]) -> Compensation | None:
    return Compensation(**case["expected"]) if case["expected"] else None
