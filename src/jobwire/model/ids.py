"""Stable identifiers: name-based UUIDs, so the same posting has the same id on every server, for ever."""

from __future__ import annotations

import uuid

NAMESPACE = uuid.UUID("6e1c9a52-58cf-5d0a-9f0e-0d6a2f6f7c11")
"""Fixed for ever: changing it would change every id."""


def job_id(board_key: str, posting_id: str) -> str:
    """Id of posting `posting_id` of the board with key `ats:token[/site]`."""
    return str(uuid.uuid5(NAMESPACE, f"job\n{board_key}\n{posting_id}"))


def company_id(key: str) -> str:
    """Id of the company first met as `key`: a board key, or a website's host for imported companies."""
    return str(uuid.uuid5(NAMESPACE, f"company\n{key}"))


def parse_id(text: str) -> str:
    """Canonical lower-case form of a UUID. Raises ValueError."""
    if len(text) > 64:
        raise ValueError("not a UUID")
    return str(uuid.UUID(text))
