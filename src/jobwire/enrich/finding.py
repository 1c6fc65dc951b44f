"""What a step of the chain works on and what it answers: a value, and why (for `jobwire explain`)."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

from jobwire.model.raw import RawPosting

T = TypeVar("T")


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Input of every step: the posting, and what earlier steps made of it."""

    posting: RawPosting
    text: str
    """Description as plain text: line breaks kept, one list item a line, bullets as `- `."""
    language: str | None = None
    """ISO 639-1."""
    country: str | None = None
    """ISO 3166-1 alpha-2 of the job where it is unambiguous: decides what `$` means."""


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate that was seen and not taken."""

    value: str
    why: str


class Finding(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """A value and its reason. `value` is None (or empty) where nothing is known."""

    value: T
    rule: str = ""
    """Name of the rule that decided: `title-word`, `ats-field`, `line-with-cue`, ..."""
    origin: str = ""
    """Where it stood: `ats:employment_type`, `title`, `location`, `text`."""
    span: str = ""
    """The words that it was read from (at most 200 characters)."""
    rejected: tuple[Rejected, ...] = ()
