"""Content encodings: which one a client gets, and compressing a body for it."""

from __future__ import annotations

import sys
import zlib

from jobwire.api.answer import Answer
from jobwire.api.call import Call
from jobwire.api.options import ApiOptions

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["choose_encoding", "compress", "encode", "zstd"]
SMALLEST = 1_024
"""Bytes; smaller bodies are sent as they are."""
ENCODINGS = ("zstd", "gzip")
"""In the order of preference where a client likes both equally: zstd is three times as fast at the same size."""
ZSTD_LEVEL = 1
GZIP_LEVEL = 1
_GZIP_WINDOW = 31


def choose_encoding(accepted: str) -> str:
    """`zstd`, `gzip` or nothing, by an Accept-Encoding header's weights (RFC 9110, 12.5.3)."""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(",")[:32]:
        name, _, parameters = part.partition(";")
        weights[name.strip()] = _read_weight(parameters)
    rest = weights.get("*", 0.0)
    offers = {
        name: weights.get(name, weights.get("x-gzip", rest) if name == "gzip" else rest) for name in ENCODINGS
    }
    best = max(offers, key=lambda name: offers[name])
    plain = weights.get("identity", 0.0)  # not named, it is for when nothing else will do
    return best if offers[best] > 0 and offers[best] >= plain else ""


def compress(body: bytes, encoding: str) -> bytes:
    """One whole zstd frame or gzip member."""
    if encoding == "zstd":
        return zstd.compress(body, ZSTD_LEVEL)
    return zlib.compress(body, GZIP_LEVEL, wbits=_GZIP_WINDOW)


def encode(options: ApiOptions, call: Call, answer: Answer) -> Answer:
    """The answer with its body compressed, if the client offers it and it is worth it."""
    if not options.compress or answer.size < SMALLEST:
        return answer
    encoding = answer.encoding
    if not answer.parts:
        encoding = choose_encoding(call.headers.get("accept-encoding", ""))
        answer.body = compress(answer.body, encoding) if encoding else answer.body
    answer.headers = {**answer.headers, "Vary": "Accept-Encoding"}
    if encoding:
        answer.headers["Content-Encoding"] = encoding
    return answer


def _read_weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
