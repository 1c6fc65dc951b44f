"""Bodies stitched from ready fragments: plain text, one gzip member, or zstd frames one after the other.

gzip: every fragment is raw deflate that ends at a byte with a full flush, so fragments can follow each other in
one member; its checksum is combined from theirs. (Several gzip members in a row would be shorter to write, but
curl and others stop after the first.) zstd: every decoder that HTTP clients use reads frame after frame.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import msgspec

from jobwire.api.compression import zstd
from jobwire.api.page_file import Part, Span, join_parts

LEVELS = {"gzip": 4, "zstd": 3}
"""A fragment is compressed once and sent often, so a little harder than a single answer."""
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_DEFLATE_END = b"\x03\x00"
_POLYNOMIAL = 0xEDB88320
_ONE = 1 << 31


class Fragment(msgspec.Struct, frozen=True, gc=False):
    """A part of a body, encoded. `shift` moves a checksum over its length (gzip)."""

    data: Part
    size: int
    crc: int = 0
    shift: int = 0


def make_fragment(encoding: str, text: bytes) -> Fragment:
    """Encode a part of a body: `gzip`, `zstd`, or as it is."""
    if not encoding:
        return Fragment(text, len(text))
    if encoding == "zstd":
        return Fragment(zstd.compress(text, LEVELS["zstd"]), len(text))
    deflate = zlib.compressobj(LEVELS["gzip"], zlib.DEFLATED, -zlib.MAX_WBITS)
    data = deflate.compress(text) + deflate.flush(zlib.Z_FULL_FLUSH)
    return Fragment(data, len(text), zlib.crc32(text), _shift(len(text)))


def join_fragments(fragments: Sequence[Fragment]) -> list[Fragment]:
    """The same text in fewer fragments, where they lie one behind the other in a file."""
    joined: list[Fragment] = []
    for fragment in fragments:
        last, data = joined[-1] if joined else None, fragment.data
        if last and isinstance(last.data, Span) and isinstance(data, Span) and last.data.ends_at(data):
            crc = _multiply(fragment.shift, last.crc) ^ fragment.crc
            shift = _multiply(fragment.shift, last.shift)
            joined[-1] = Fragment(last.data.join(data), last.size + fragment.size, crc, shift)
        else:
            joined.append(fragment)
    return joined


def stitch(encoding: str, fragments: Sequence[Fragment]) -> list[Part]:
    """The whole body."""
    parts = [fragment.data for fragment in fragments]
    if encoding != "gzip":
        return join_parts(parts)
    crc = size = 0
    for fragment in fragments:
        crc = _multiply(fragment.shift, crc) ^ fragment.crc
        size += fragment.size
    end = crc.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")
    return join_parts([_GZIP_HEAD, *parts, _DEFLATE_END + end])


def _multiply(a: int, b: int) -> int:
    """a * b modulo the CRC's polynomial; bit 31 is x^0."""
    product, bit = 0, _ONE
    while a:
        if a & bit:
            product ^= b
            a ^= bit
        bit >>= 1
        b = (b >> 1) ^ _POLYNOMIAL if b & 1 else b >> 1
    return product


def _squares() -> list[int]:
    """x^(2^n) for every n that a length in bits needs."""
    found = [1 << 30]
    for _ in range(40):
        found.append(_multiply(found[-1], found[-1]))
    return found


def _shift(size: int) -> int:
    """x^(8 * size): what a checksum is multiplied by when `size` bytes follow it."""
    bits, power, n = size * 8, _ONE, 0
    while bits:
        if bits & 1:
            power = _multiply(_SQUARES[n], power)
        bits, n = bits >> 1, n + 1
    return power


_SQUARES = _squares()
COMMA = {encoding: make_fragment(encoding, b",") for encoding in ("", *LEVELS)}
