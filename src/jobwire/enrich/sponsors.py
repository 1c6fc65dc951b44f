"""Employers with approved H-1B petitions: the list an operator supplies, and whether a job's employer is on it.

The list is the public CSV of the USCIS H-1B Employer Data Hub (uscis.gov); no list comes with jobwire.
"""

from __future__ import annotations

import csv
import re
import unicodedata
import zlib
from collections.abc import Collection, Iterable, Iterator

from jobwire.errors import InvalidInput

MAX_NAMES = 2_000_000
MAX_LIST_BYTES = 256 << 20
"""Unpacked."""
META = "h1b_employers"
"""Under this name the store keeps the list."""

_ENDINGS = """
inc incorporated corp corporation co company companies llc llp lllp lp ltd limited plc pllc pc pa na gmbh ag
sa sas srl bv nv ab oy pty pvt private se kg usa us
"""
_LEGAL = frozenset(_ENDINGS.split())
"""Words at the end of a name that say what it is legally, not who it is."""
_LEAST_CHARS = 3
_EMPLOYER = re.compile(r"employer|petitioner|company")
_APPROVALS = re.compile(r"approval")
_ALSO = re.compile(r"\b(?:d/?b/?a|f/?k/?a|a/?k/?a)\b", re.IGNORECASE)


def normalize_employer(name: str) -> str:
    """The form in which names of employers are compared: `ACME SOFTWARE, L.L.C.` is `acme software`.

    Empty where nothing tells one employer from another.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", name[:200]) if not unicodedata.combining(c))
    plain = plain.casefold().replace("&", " and ")
    words = re.sub(r"[^\w ]", " ", re.sub(r"[.'’]", "", plain)).split()
    words = words[1:] if words[:1] == ["the"] else words
    while len(words) > 1 and words[-1] in _LEGAL:
        words.pop()
    joined = " ".join(words)
    return joined if len(joined) >= _LEAST_CHARS and joined not in _LEGAL else ""


def read_employers(lines: Iterable[str]) -> set[str]:
    """Normalised names of a CSV of the Data Hub: employers with at least one approval, where it counts them.

    Its columns were renamed over the years (`Employer`, `Employer (Petitioner) Name`; `Initial Approval`,
    `New Employment Approval`) and older files are separated by tabs. Raises InvalidInput.
    """
    rows = _read_rows(lines)
    head = [" ".join(cell.split()).casefold() for cell in next(rows, [])]
    employer = next((i for i, name in enumerate(head) if _EMPLOYER.search(name)), None)
    if employer is None:
        raise InvalidInput("The first line names no column of employers.", field="Employer")
    approvals = [i for i, name in enumerate(head) if _APPROVALS.search(name)]
    names: set[str] = set()
    for row in rows:
        if len(row) <= employer or (approvals and not _has_approval(row, approvals)):
            continue
        names |= {normalize_employer(name) for name in _ALSO.split(row[employer][:400])}
        if len(names) > MAX_NAMES:
            raise InvalidInput(f"More than {MAX_NAMES:,} employers.")
    return names - {""}


def is_sponsor(employer: str, employers: Collection[str]) -> bool:
    """Whether `employer`, as a posting calls it, is one of the normalised `employers`."""
    return bool(employers) and normalize_employer(employer) in employers


def pack_employers(names: Collection[str]) -> bytes:
    """The list as the store keeps it."""
    return zlib.compress("\n".join(sorted(names)).encode(), 9)


def unpack_employers(packed: bytes | None) -> frozenset[str]:
    """What `pack_employers` made; nothing for None."""
    if not packed:
        return frozenset()
    text = zlib.decompressobj().decompress(packed, MAX_LIST_BYTES).decode()
    return frozenset(text.split("\n")) - {""}


def _read_rows(lines: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(lines)
    first = next(rest, "").lstrip("\ufeff")
    delimiter = "\t" if first.count("\t") > first.count(",") else ","

    def clean() -> Iterator[str]:
        yield first
        yield from (line.replace("\0", "") for line in rest)

    try:
        yield from csv.reader(clean(), delimiter=delimiter)
    except csv.Error as error:
        raise InvalidInput(f"Not a CSV file: {error}.") from error


def _has_approval(row: list[str], columns: list[int]) -> bool:
    counts = (row[i].replace(",", "").strip() for i in columns if i < len(row))
    return any(count.isdigit() and int(count[:9]) > 0 for count in counts)
