"""Cursors: opaque, signed places in a log that carry their scan with them and never expire (contract, section 4).

Text form: version digit, base64url payload, `.`, base64url MAC; only `A-Z a-z 0-9 - _ .`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import zlib

import msgspec

from jobwire.errors import InvalidCursor
from jobwire.model.filters import JobFilters, SiteFilters

MAX_LENGTH = 16_384
_VERSION = "1"
_HINT = "Drop the cursor and start the scan again without it."


class Cursor(msgspec.Struct, frozen=True, kw_only=True, array_like=True, omit_defaults=True):
    """A place: everything up to `seq` was delivered."""

    kind: str
    """jobs, expired, sites or changes."""
    seq: int
    batch_size: int = 0
    jobs: JobFilters | None = None
    sites: SiteFilters | None = None
    since: int = 0
    """expired: the lower bound, microseconds since 1970."""
    extra: str = ""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Cursor)


def write_cursor(cursor: Cursor, key: bytes) -> str:
    """Opaque text of `cursor`, signed with the store's `key`."""
    payload = zlib.compress(_encoder.encode(cursor), 1)
    return f"{_VERSION}{_to_text(payload)}.{_to_text(_sign(payload, key))}"


def read_cursor(text: str, key: bytes, kind: str) -> Cursor:
    """The cursor in `text`. Raises InvalidCursor: altered, cut off, of another server or another endpoint."""
    head, _, mac = text.partition(".")
    if len(text) > MAX_LENGTH or not head.startswith(_VERSION) or not mac:
        raise InvalidCursor("The cursor is not one that this server issued.", hint=_HINT)
    try:
        payload = _from_text(head[1:])
    except (ValueError, binascii.Error):
        raise InvalidCursor("The cursor was altered or cut off.", hint=_HINT) from None
    # Text is compared with text: base64 has unused bits, and a cursor must not have a second spelling.
    expected = f"{_VERSION}{_to_text(payload)}.{_to_text(_sign(payload, key))}"
    if not hmac.compare_digest(expected.encode(), text.encode("utf-8", "surrogatepass")):
        raise InvalidCursor("The cursor was altered, cut off, or issued by another server.", hint=_HINT)
    cursor = _decoder.decode(zlib.decompress(payload))
    if cursor.kind != kind:
        raise InvalidCursor(f"This cursor belongs to another endpoint ({cursor.kind}).", hint=_HINT)
    return cursor


def _sign(payload: bytes, key: bytes) -> bytes:
    return hmac.new(key, payload, hashlib.sha256).digest()[:16]


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_text(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
