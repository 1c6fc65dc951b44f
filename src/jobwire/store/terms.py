"""Filter terms as they are kept: a JSON list in which each place is written once, not with all its wildcards."""

from __future__ import annotations

from collections.abc import Set
from functools import lru_cache
from itertools import product

import msgspec

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[str]).decode
NO_TERMS = "[]"


def pack_terms(terms: Set[str]) -> str:
    """JSON list of the terms from which `unpack_terms` makes all of `terms` again, in a fixed order."""
    implied: set[str] = set()
    for term in terms:
        implied.update(wider_places(term))
    # A place's wildcards are terms of every job that has the place; only foreign sets could lack one.
    assert implied <= terms, "a place without its wildcards"
    return _encode(sorted(terms - implied)).decode()


@lru_cache(maxsize=4_096)
def unpack_terms(packed: str) -> frozenset[str]:
    """All terms, wildcards included. Jobs share few distinct lists, hence the cache."""
    terms = set(_decode(packed))
    for term in tuple(terms):
        terms.update(wider_places(term))
    return frozenset(terms)


def list_terms(packed: str) -> list[str]:
    """What is packed, places without their wildcards."""
    return _decode(packed)


def merge_past(past: str, before: str, now: str) -> str:
    """The packed terms that a job ever had, of which those it has `now` may still be a part."""
    if before == now and past == NO_TERMS:
        return NO_TERMS
    return pack_terms(unpack_terms(past) | unpack_terms(before))


def past_terms(past: str, now: str) -> frozenset[str]:
    """Terms that a job ever had and has no more."""
    return unpack_terms(past) - unpack_terms(now) if past != NO_TERMS else frozenset()


@lru_cache(maxsize=4_096)
def wider_places(term: str) -> tuple[str, ...]:
    """The place terms that a place term implies: some of its parts left out."""
    parts = term[2:].split("|") if term.startswith("l:") else []
    if len(parts) != 3:  # not a place, or a name that contains the bar: kept as it is
        return ()
    options = [("", part) if part else ("",) for part in parts]
    wider = tuple(f"l:{c}|{r}|{t}" for c, r, t in product(*options) if c or r or t)
    return wider[:-1]  # the last has all parts: the term itself
