"""Typed values out of a body or a query string: each problem names the field, the value and what is accepted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote

from jobwire.errors import InvalidInput
from jobwire.model.times import parse_time

MAX_ITEMS = 500
MAX_TEXT = 500
_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class Fields:
    """Named values that are taken one by one. Null is absent. What is not in `known` is ignored and named.

    `textual`: they come from a query string, where everything is text and lists are repeated or comma-separated.
    """

    def __init__(
        self, values: Mapping[str, Any], known: Iterable[str], *, textual: bool = False, inside: str = ""
    ) -> None:
        self._known = tuple(known)
        self._inside = inside
        self._values = {name: value for name, value in values.items() if value is not None}
        self._textual = textual
        self.ignored = [name for name in self._values if name not in self._known]

    @classmethod
    def of_query(cls, pairs: Iterable[tuple[str, str]], known: Iterable[str]) -> Fields:
        """Fields of a query string; `name[]=` is a repeated name's other spelling, an empty value is absent."""
        values: dict[str, list[str]] = {}
        for name, value in pairs:
            if value != "":
                values.setdefault(name.removesuffix("[]"), []).append(value)
        return cls(values, known, textual=True)

    def has(self, name: str) -> bool:
        return name in self._values

    def hint(self) -> str:
        """Did-you-mean for the ignored fields, for the log."""
        near = ((name, get_close_matches(name[:60], self._known, n=1)) for name in self.ignored[:20])
        return ", ".join(f"{name[:60]} -> {match[0]}" for name, match in near if match)

    def integer(self, name: str, low: int, high: int) -> int | None:
        """A whole number in `low`..`high`, or None."""
        value = self._scalar(name)
        if value is None:
            return None
        number = _to_integer(value, self._textual)
        if number is None:
            raise _wrong(name, value, f"Send a whole number from {low} to {high}.")
        if not low <= number <= high:
            nearest = low if number < low else high
            raise _wrong(name, value, f"The nearest accepted value is {nearest} (range {low} to {high}).")
        return number

    def flag(self, name: str) -> bool | None:
        """true or false, or None."""
        value = self._scalar(name)
        if self._textual and isinstance(value, str):
            value = _TRUTH.get(value.lower(), value)
        if value is None or isinstance(value, bool):
            return value
        raise _wrong(name, value, "Send true or false.")

    def text(self, name: str, longest: int = MAX_TEXT) -> str | None:
        """A string, or None."""
        value = self._scalar(name)
        return None if value is None else _check_text(self._inside + name, value, longest)

    def time(self, name: str) -> datetime | None:
        """A date-time in any ISO 8601 form, or None."""
        value = self._scalar(name)
        if value is None:
            return None
        try:
            return parse_time(_check_text(name, value, 64))
        except (ValueError, OverflowError):
            hint = "Send an RFC 3339 date-time such as 2026-01-31T08:00:00Z."
            raise _wrong(name, value, hint) from None

    def texts(self, name: str) -> list[str]:
        """A list of strings; absent and empty are alike."""
        return [_check_text(f"{name}[{i}]", item, MAX_TEXT) for i, item in enumerate(self._items(name))]

    def objects(self, name: str, known: Iterable[str]) -> list[Fields]:
        """A list of objects, each as Fields; what they hold beyond `known` is ignored and named too."""
        return [
            self._object(f"{name}[{i}]", item, known) for i, item in enumerate(self._items(name, split=False))
        ]

    def objects_or_texts(self, name: str, known: Iterable[str]) -> list[Fields | str]:
        """A list in which each item is an object or a string; strings are not split."""
        return [
            _check_text(f"{name}[{i}]", item, MAX_TEXT)
            if isinstance(item, str) and not (self._textual and item.lstrip().startswith("{"))
            else self._object(f"{name}[{i}]", item, known)
            for i, item in enumerate(self._items(name, split=False))
        ]

    def _object(self, name: str, item: Any, known: Iterable[str]) -> Fields:
        value = self._parse_object(item)
        if not isinstance(value, dict):
            example = json.dumps({next(iter(known)): "..."})
            raise _wrong(name, item, f"Send an object with {', '.join(known)}, such as {example}.")
        inner = Fields(value, known, inside=f"{name}.")
        self.ignored += [f"{name}.{unknown}" for unknown in inner.ignored]
        return inner

    def _items(self, name: str, *, split: bool = True) -> list[Any]:
        value = self._values.get(name, [])
        if self._textual and split:
            value = [part for item in value for part in item.split(",") if part.strip()]
        elif self._textual:
            value = [part for item in value for part in _unpack(item)]
        if not isinstance(value, list):
            raise _wrong(name, value, "Send a list.")
        if len(value) > MAX_ITEMS:
            raise InvalidInput(f"{name}: {len(value)} values.", field=name, hint=f"Send at most {MAX_ITEMS}.")
        return value

    def _scalar(self, name: str) -> Any:
        value = self._values.get(name)
        if not self._textual or value is None:
            return value
        if len(set(value)) > 1:
            raise InvalidInput(f"{name}: given {len(value)} times.", field=name, hint="Send one value.")
        return value[0]

    def _parse_object(self, item: Any) -> Any:
        if not self._textual or not isinstance(item, str):
            return item
        try:
            return json.loads(item)
        except (ValueError, RecursionError):
            return item


def list_ignored(names: Iterable[str]) -> str:
    """Names for a response header: escaped, bounded, so that nothing a caller sends can break out of it."""
    safe = [quote(name[:64].encode("utf-8", "replace"), safe="[].") for name in list(names)[:20]]
    return ", ".join(dict.fromkeys(safe))


def _unpack(text: str) -> list[Any]:
    """The items of a JSON list in a query string; anything else is one item."""
    if not text.lstrip().startswith("["):
        return [text]
    try:
        items: list[Any] = json.loads(text)
    except (ValueError, RecursionError):
        return [text]
    return items


def _to_integer(value: Any, textual: bool) -> int | None:
    if textual and isinstance(value, str):
        digits = value.strip().removeprefix("-")
        return int(value) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _check_text(name: str, value: Any, longest: int) -> str:
    if not isinstance(value, str):
        raise _wrong(name, value, "Send a string.")
    if len(value) > longest:
        raise InvalidInput(f"{name}: {len(value)} characters.", field=name, hint=f"Send at most {longest}.")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidInput(f"{name}: holds half a character.", field=name, hint="Send valid Unicode.") from None
    return value


def _wrong(name: str, value: Any, hint: str) -> InvalidInput:
    shown = json.dumps(value, default=str)
    return InvalidInput(f"{name}: cannot read {shown[:60]}.", field=name, hint=hint)
