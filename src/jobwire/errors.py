"""Every exception of jobwire, sorted by what the caller should do next.

JobwireError
 +-- RetryError          the same call may succeed later; `retry_after_s` says when
 |    +-- Unavailable        a server or store does not answer now
 |    +-- RateLimited        asked too often
 +-- SkipError           this one item is unusable; go on with the next
 |    +-- InvalidInput       a field, its value and what would be accepted
 |    +-- BoardError         one board could not be read; nothing may be concluded from it
 |         +-- BoardGone         the ATS says that there is no such board
 |         +-- BoardBlocked      refused: 401, 403, 429, bot wall, robots.txt, private address
 |         +-- BoardBroken       answered, but not in the shape that we know
 |         +-- BoardUnreachable  no answer: DNS, connection, timeout, 5xx
 +-- StartOverError      the place you hold is no longer known; begin again
 |    +-- InvalidCursor
 |    +-- ResyncRequired
 +-- StopError           nothing will help but a person
      +-- Unauthorized
      +-- OutOfCredits
      +-- NotEntitled
      +-- ConfigError        a setting, a file, a right in the database
      +-- StoreMismatch      the database is of another version of jobwire
      +-- Locked             another run holds the lock
"""

from __future__ import annotations


class JobwireError(Exception):
    """Base of all. `hint` is one sentence for a person: what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class RetryError(JobwireError):
    """The same call may succeed later, at the earliest in `retry_after_s` seconds."""

    def __init__(self, message: str, *, retry_after_s: float | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class Unavailable(RetryError):
    """A server or a store does not answer now."""


class RateLimited(RetryError):
    """Asked too often."""


class SkipError(JobwireError):
    """This one item is unusable; go on with the next."""


class InvalidInput(SkipError):
    """A value that cannot be accepted. `field` names it as the sender wrote it ("" = the whole)."""

    def __init__(self, message: str, *, field: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field


class BoardError(SkipError):
    """One board could not be read. Nothing may be concluded about its jobs."""


class BoardGone(BoardError):
    """The ATS says that there is no such board. Needs confirmation before anything expires."""


class BoardBlocked(BoardError):
    """Refused: 401, 403, 429, a bot wall, robots.txt, a private address."""

    def __init__(self, message: str, *, retry_after_s: float | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class BoardBroken(BoardError):
    """Answered, but not in the shape that we know."""


class BoardUnreachable(BoardError):
    """No answer: DNS, connection, timeout, 5xx."""


class StartOverError(JobwireError):
    """The place you hold is no longer known; begin again."""


class InvalidCursor(StartOverError):
    """Tampered with, truncated, of another kind or from another server."""


class ResyncRequired(StartOverError):
    """Removals that you have not seen are no longer kept. `cursor` is a fresh starting point."""

    def __init__(self, message: str, *, cursor: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.cursor = cursor


class StopError(JobwireError):
    """Nothing will help but a person."""


class Unauthorized(StopError):
    """The key is missing, unknown or revoked."""


class OutOfCredits(StopError):
    """The wallet cannot pay for one row."""


class NotEntitled(StopError):
    """The plan lacks this API family."""


class ConfigError(StopError):
    """A setting, a file or a right in a database is wrong."""


class StoreMismatch(StopError):
    """The database was written by an older or newer jobwire."""


class Locked(StopError):
    """Another run holds the lock."""
