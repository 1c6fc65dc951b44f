"""Findings as rows for people: the value of each field, the rule, where it stood, what was rejected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from jobwire.enrich.finding import Finding, Rejected

_MAX_VALUE_CHARS = 300


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One field of one job, as `jobwire explain` shows it."""

    field: str
    value: Any
    """As in the record; None or empty where nothing is known."""
    rule: str
    origin: str
    span: str
    rejected: tuple[Rejected, ...] = ()


def list_rows(findings: Mapping[str, Finding[Any]]) -> list[Row]:
    """One row for each field, in the order of the steps; `msgspec.json.encode` makes its JSON."""
    return [
        Row(
            field=field,
            value=finding.value,
            rule=finding.rule,
            origin=finding.origin,
            span=finding.span,
            rejected=finding.rejected,
        )
        for field, finding in findings.items()
    ]


def format_value(value: Any) -> str:
    """A value for a cell of a table: short, on one line, a dash for the unknown."""
    if value is None or value in ((), ""):
        return "-"
    if isinstance(value, str):
        text = value
    elif isinstance(value, tuple) and all(isinstance(part, str) for part in value):
        text = "; ".join(value)
    else:
        text = msgspec.json.encode(_without_unknown(msgspec.to_builtins(value))).decode()
    text = " ".join(text.split())
    return text if len(text) <= _MAX_VALUE_CHARS else f"{text[:_MAX_VALUE_CHARS]}..."


def _without_unknown(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: _without_unknown(part) for name, part in value.items()}
        return {name: part for name, part in kept.items() if part not in (None, [], {})}
    return [_without_unknown(part) for part in value] if isinstance(value, list) else value
