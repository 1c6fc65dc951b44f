"""What can be said of the dependencies without asking anybody: the lock pins bytes, the licences let us ship them."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata, requires
from pathlib import Path

from packaging.requirements import Requirement

LOCK = Path(__file__).parents[1] / "requirements.lock"
EXTRAS = ("server", "postgres", "duckdb", "parquet", "dlt", "redis", "queue", "llm")
FREE = re.compile(r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Public.Domain|Zlib|CC0")
LINKED = ("psycopg", "psycopg-binary", "psycopg-pool")
"""Under the LGPL: used as they are, replaceable by whoever installs them."""


def test_the_lock_pins_every_package_to_known_bytes() -> None:
    packages = re.split(r"\n(?=[a-z0-9])", LOCK.read_text().strip())
    assert len(packages) > 100
    for package in packages:
        assert re.match(r"[a-z0-9.\-]+(\[[a-z,]+\])?==[0-9][^ ]* ", package), package.splitlines()[0]
        assert "--hash=sha256:" in package, package.splitlines()[0]


def shipped() -> set[str]:
    """Everything that `jobwire[all]` installs here."""
    found: set[str] = set()
    waiting = [("jobwire", frozenset(EXTRAS))]
    while waiting:
        name, extras = waiting.pop()
        try:
            needed = [Requirement(text) for text in requires(name) or ()]
        except PackageNotFoundError:
            continue  # of another platform
        for one in needed:
            if not one.marker or any(one.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                if one.name not in found:
                    waiting.append((one.name, frozenset(one.extras)))
                found.add(one.name)
    return found


def licence_of(name: str) -> str:
    told = metadata(name)
    classifiers = [text for text in told.get_all("Classifier") or () if text.startswith("License")]
    return told.get("License-Expression") or "; ".join(classifiers) or told.get("License") or "unknown"


def test_what_we_ship_with_has_a_licence_that_allows_it() -> None:
    names = shipped()
    assert {"msgspec", "starlette", "tantivy"} <= names
    for name in sorted(names - set(LINKED)):
        try:
            licence = licence_of(name)
        except PackageNotFoundError:
            continue
        assert FREE.search(licence), f"{name}: {licence}"
        assert not re.search(r"\bA?GPL|GNU General", licence), f"{name}: {licence}"
