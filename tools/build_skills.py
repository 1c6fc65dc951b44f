"""Build `enrich/data/skills.txt.gz`, the table of skill names, from O*NET, ESCO and our own list of terms.

    python tools/build_skills.py ONET_TECHNOLOGY_SKILLS.txt ESCO_EN.zip

The two files are public: O*NET 29.2 "Technology Skills" (onetcenter.org/database.html, text form) and ESCO
v1.1.1 (esco.ec.europa.eu, "ESCO dataset", classification, English, CSV). One row a name:
`Name <tab> hard|soft <tab> alias <tab> alias ...`; an alias with `!` needs its exact case, one with `~` also
a sign beside it; one with `^` is shown as itself. The result is the same bytes for the same input.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import re
import zipfile
from collections import Counter
from itertools import product
from pathlib import Path

TERMS = Path(__file__).with_name("skills_terms.txt")
TARGET = Path(__file__).parents[1] / "src/jobwire/enrich/data/skills.txt.gz"
MIN_OCCUPATIONS = 2
"""An O*NET example named for fewer occupations is too rare to be worth its risk."""
MAX_WORDS = 4
STEM = 5
"""Words that begin with the same letters, this many, are forms of one word."""
GENERAL_WORDS = frozenset(("skills", "management", "work", "analysis", "systems", "development", "design"))

_BRACES = re.compile(r"\{([^{}]*)\}")
_ACRONYM = re.compile(r"^(?P<words>.+?) (?P<short>[A-Z][A-Za-z]{0,1}[A-Z/]{1,5})$")
_GENERIC_END = re.compile(r" (?:software|systems?|programs?|tools?|platforms?)$", re.IGNORECASE)
_VENDOR = re.compile(
    r"^(?:Microsoft|Adobe|Autodesk|Oracle|IBM|Apache|Google|Amazon|SAP|Atlassian|Apple|The MathWorks|ESRI|"
    r"Intuit|"
    r"Dassault Systemes|Bentley|National Instruments|PTC|Cisco|Corel|Trimble|Epic Systems|StataCorp|"
    r"Wolfram Research) "
)
_ESCO_ODD = re.compile(
    r"[(),:]|\b(?:types? of|history|principles|parts|products|components|materials|equipment|techniques|"
    r"methods|"
    r"processes|concepts|characteristics|standards|regulations?|legislation|theory|functionality|varieties|"
    r"languages?|goods|industry|market|levels?|basic programmes|requirements)\b"
)
_TOO_GENERAL = frozenset(
    [
        "customer service",
        "team building",
        "work environment",
        "office software",
        "personal development",
        "communication",
        "social justice",
        "public health service",
        "primary school procedures",
        "company policies",
        "human resources department processes",
        "information structure",
        "user requirements",
        "work organisation",
        "health care system",
        "business model",
        "equal opportunities",
        "written communication",
        "data storage",
        "best practices",
        "life insurance",
        "health insurance",
        "dental insurance",
        "job market offers",
        "paid time off",
        "equal employment opportunity",
        "social security",
        "pension systems",
        "web browser",
        "word processing",
        "electronic mail",
        "internet browser",
        "operating system",
        "search engine",
        "social media sites",
        "video games",
        "legal case management",
        "fast paced",
        "high school",
        "open source model",
        "hybrid model",
        "software as a service",
        "full time",
        "on the job training",
        "electronic mail software",
    ]
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("onet", type=Path, help="O*NET technology skills, tab-separated text")
    parser.add_argument("esco", type=Path, help="ESCO CSV files in one zip")
    arguments = parser.parse_args()
    ordinary = read_ordinary_words(arguments.esco)
    table = read_terms(TERMS.read_text(encoding="utf-8"), ordinary)
    add_onet(table, arguments.onet, ordinary)
    add_esco(table, arguments.esco)
    TARGET.write_bytes(gzip.compress(print_table(table).encode(), compresslevel=9, mtime=0))
    print(f"{len(table.names)} names, {len(table.taken)} spellings, {TARGET.stat().st_size} bytes")


class Table:
    """Names with their aliases; the first who takes a spelling keeps it."""

    def __init__(self) -> None:
        self.names: dict[str, tuple[str, list[str]]] = {}
        self.taken: dict[str, str] = {}

    def add(self, name: str, kind: str, alias: str, mark: str = "") -> None:
        key = alias.lower()
        if (len(key) < 2 and mark != "~") or key in self.taken:
            return
        self.taken[key] = name
        self.names.setdefault(name, (kind, []))[1].append(mark + alias)


def read_terms(text: str, ordinary: frozenset[str]) -> Table:
    table = Table()
    kind, printed = "hard", frozenset[str]()
    for line in text.splitlines():
        if line.startswith("["):
            kind, _, style = line.strip("[]").partition(" ")
            printed = ordinary if style == "printed" else frozenset()
        elif line and not line.startswith("#"):
            for entry in line.split(" | "):
                add_entry(table, entry, kind, printed)
    return table


def add_entry(table: Table, entry: str, kind: str, printed: frozenset[str]) -> None:
    """One entry of the list of terms: `~Go = Golang; go lang`. Aliases made of `printed` words are shown."""
    head, _, rest = entry.partition(" = ")
    for name in expand_braces(head.strip()):
        bare = name.lstrip("~!-")
        for alias in (name, *rest.split(";")):
            alias = "" if alias.startswith("-") else alias.strip()
            mark = alias[:1] if alias[:1] in ("~", "!") else ""
            if not mark and is_other_name(alias, bare, printed):
                mark = "^"
            if alias:
                table.add(bare, kind, alias.lstrip("~!"), mark)


def is_other_name(alias: str, name: str, ordinary: frozenset[str]) -> bool:
    """Whether an alias is English and of other words than the name: not `Deutsch`."""
    words = re.findall(r"[a-z]+", alias.lower())
    stems = {word[:STEM] for word in re.findall(r"[a-z]+", name.lower()) if word not in GENERAL_WORDS}
    english = all(word in ordinary or len(word) < STEM - 1 for word in words)
    named = any(word in ordinary for word in words)
    return english and named and alias.isascii() and not any(word[:STEM] in stems for word in words)


def expand_braces(text: str) -> list[str]:
    parts = _BRACES.split(text)
    choices = [part.split(",") if place % 2 else [part] for place, part in enumerate(parts)]
    return ["".join(choice) for choice in product(*choices)]


def read_ordinary_words(esco: Path) -> frozenset[str]:
    """Lower-case words of ESCO's prose: a product name that is one of them cannot be told from the word."""
    words: set[str] = set()
    for row in read_esco(esco, "skills_en.csv"):
        words.update(re.findall(r"\b[a-z]{3,}\b", row["description"]))
    return frozenset(words)


def read_esco(esco: Path, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(esco) as archive:
        text = archive.read(name).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def add_onet(table: Table, path: Path, ordinary: frozenset[str]) -> None:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    hot = {row["Example"] for row in rows if row["Hot Technology"] == "Y"}
    for example, occupations in sorted(Counter(row["Example"] for row in rows).items()):
        if occupations >= MIN_OCCUPATIONS or example in hot:
            add_example(table, example.strip(), ordinary)


def add_example(table: Table, example: str, ordinary: frozenset[str]) -> None:
    bare = _VENDOR.sub("", _GENERIC_END.sub("", example))
    known = table.taken.get(bare.lower())
    acronym = _ACRONYM.match(_GENERIC_END.sub("", example))
    if known:
        table.add(known, "hard", example)
    elif acronym and is_acronym(acronym["words"], acronym["short"]):
        known = table.taken.get(acronym["short"].lower()) or table.taken.get(acronym["words"].lower())
        name = known or acronym["short"]
        table.add(name, "hard", acronym["short"], "!")
        table.add(name, "hard", acronym["words"])
    elif " " in example:
        if (
            not _GENERIC_END.search(example)
            and example.count(" ") < MAX_WORDS
            and example.lower() not in _TOO_GENERAL
        ):
            table.add(example, "hard", example)
    elif example.lower() not in ordinary and len(example) > 2:
        table.add(example, "hard", example, "!")


def is_acronym(words: str, short: str) -> bool:
    initials = "".join(word[0] for word in re.findall(r"[A-Za-z]+", words)).lower()
    return short.lower().replace("/", "") in (initials, initials[-len(short) :])


def add_esco(table: Table, path: Path) -> None:
    """ESCO's knowledge of two to four words; single words are too often ordinary ones (energy, logging)."""
    for row in read_esco(path, "skills_en.csv"):
        label = row["preferredLabel"].strip()
        if row["skillType"] != "knowledge" or not is_usable(label):
            continue
        name = table.taken.get(label.lower()) or label[0].upper() + label[1:]
        table.add(name, "hard", label)
        for alias in row["altLabels"].split("\n"):
            if is_usable(alias.strip()):
                table.add(name, "hard", alias.strip())


def is_usable(label: str) -> bool:
    return (
        1 <= label.count(" ") < MAX_WORDS
        and label.lower() not in _TOO_GENERAL
        and not _ESCO_ODD.search(label.lower())
    )


def print_table(table: Table) -> str:
    rows = ("\t".join((name, kind, *aliases)) for name, (kind, aliases) in table.names.items())
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    main()
