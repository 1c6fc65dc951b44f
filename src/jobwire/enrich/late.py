"""Patterns that are compiled when they are first used, so that importing the rules costs nothing."""

from __future__ import annotations

import re
from typing import Any, cast


class _LatePattern:
    """Stands for a compiled pattern; takes over its methods with the first of them that is called."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._given = pattern, flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(*self._given)
        for method in ("search", "match", "fullmatch", "sub", "finditer", "findall", "split", "pattern"):
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def compile_late(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`; an error in `pattern` shows at its first use (the tests use every one)."""
    return cast("re.Pattern[str]", _LatePattern(pattern, flags))
