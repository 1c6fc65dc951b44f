"""Strict JSON for request bodies: what two parsers could read differently is refused, not guessed."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from jobwire.errors import InvalidInput

MAX_BODY_BYTES = 1 << 20
_EXACT = 1 << 53
_HINT = "Send one JSON object in UTF-8, or no body at all."


def parse_body(raw: bytes) -> dict[str, Any]:
    """The object in a request body; an empty body and `null` are an object without fields.

    Refused: duplicate names, NaN and infinities, numbers beyond a double, nesting beyond the parser's depth,
    invalid UTF-8, unpaired surrogates. Raises InvalidInput.
    """
    if not raw or raw.isspace():
        return {}
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"The body is not UTF-8 (byte {error.start}).", hint=_HINT) from None
    value = _decode(text.removeprefix("\ufeff"))
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidInput(f"The body is {_name(value)}, not an object.", hint=_HINT)
    return value


def _decode(text: str) -> Any:
    try:
        return _decoder.decode(text)
    except RecursionError:
        raise InvalidInput("The body is nested too deeply.", hint=_HINT) from None
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno}).", hint=_HINT
        ) from None
    except ValueError:  # an integer of thousands of digits
        raise InvalidInput("The body holds a number that is too long.", hint=_HINT) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    names = [name for name, _ in pairs]
    twice = next(name for name in names if names.count(name) > 1)
    raise InvalidInput(f"The field {json.dumps(twice[:60])} is given twice.", hint=_HINT)


def _refuse_constant(text: str) -> NoReturn:
    raise InvalidInput(f"{text} is not JSON.", hint=_HINT)


def _finite(text: str) -> float:
    """JSON has one kind of number: 50.0 is 50."""
    number = float(text)
    if math.isinf(number):
        raise InvalidInput(f"The number {text[:40]} is too large.", hint=_HINT)
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


def _name(value: object) -> str:
    return {list: "an array", str: "a string", bool: "true or false"}.get(type(value), "a number")


_decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite)
