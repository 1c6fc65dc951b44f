"""Score every field of `enrich` on its labelled set, beside a simple baseline; fail below the floors.

usage: score.py [--set-floors]

A set is `<name>.ndjson`, labelled by careful reading before the rules were tried on it. A field is one entry
of FIELDS here, or a module `score_<name>.py` beside this one whose `score()` returns its measures. The floors
are in `floors.json`; `--set-floors` writes what is reached now, less a little.
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from jobwire.enrich.employment import find_employment_type
from jobwire.enrich.finding import Finding, Source
from jobwire.enrich.flags import find_clearance, find_h1b_sponsor, find_work_auth
from jobwire.enrich.level import find_level
from jobwire.enrich.title import normalize_title
from jobwire.enrich.workplace import find_workplace_type
from jobwire.model.raw import RawLocation, RawPosting
from jobwire.model.vocabulary import find_value

HERE = Path(__file__).parent
FLOORS = HERE / "floors.json"
MARGIN = 0.02
Row = dict[str, Any]
Measures = dict[str, float]


class Field(NamedTuple):
    name: str
    data: str
    label: str
    find: Callable[[Source], Finding[Any]]
    baseline: Callable[[Row], Any]
    """What a first afternoon's rule answers."""


def read_rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (HERE / f"{name}.ndjson").read_text("utf-8").splitlines()]


def make_source(row: Row) -> Source:
    posting = RawPosting(
        posting_id="1",
        title=row.get("title", ""),
        listing_url="",
        locations=(RawLocation(text=row["location"]),) if "location" in row else (),
        employment_type=row.get("employment_type"),
        workplace_type=row.get("workplace_type"),
        is_remote=row.get("is_remote"),
    )
    return Source(posting=posting, text=row.get("text", ""))


def measure(pairs: list[tuple[Any, Any]]) -> Measures:
    """(expected, answered) pairs -> share of exact answers; precision and recall where null is no answer."""
    right = sum(want == got for want, got in pairs)
    hits = sum(want == got for want, got in pairs if want is not None)
    answered = sum(got is not None for _, got in pairs)
    expected = sum(want is not None for want, _ in pairs)
    return {
        "exact": right / len(pairs),
        "precision": hits / max(answered, 1),
        "recall": hits / max(expected, 1),
        "cases": len(pairs),
    }


def _judge(label: Any, got: Any) -> tuple[Any, Any]:
    """(expected, answered); a label that is a list holds several right answers."""
    if isinstance(label, list):
        return (got if got in label else label[0]), got
    return label, got


def score_field(field: Field) -> Measures:
    rows = [row for row in read_rows(field.data) if field.label in row]
    if field.data == "flags":
        rows = [row for row in rows if row["field"] == field.name]
    found = measure([_judge(row[field.label], field.find(make_source(row)).value) for row in rows])
    plain = measure([_judge(row[field.label], field.baseline(row)) for row in rows])
    return found | {"baseline": plain["exact"]}


def _title_words(row: Row) -> str:
    title = re.split(r"[,(–|]| - ", row["title"])[0]
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?i)\b(?:senior|sr\.?|junior|lead)\b", "", title).lower()).strip(
        "_"
    )


def _level_word(row: Row) -> str | None:
    words = {"intern": "entry", "junior": "entry", "senior": "senior", "lead": "lead", "director": "executive"}
    return next((level for word, level in words.items() if word in row["title"].lower()), None)


def _stated_employment(row: Row) -> str | None:
    stated = find_value("employment_type", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", row.get("employment_type", "")))
    words = f"{row['title']} {row.get('text', '')}".lower()
    return stated or next(
        (
            find_value("employment_type", w)
            for w in ("full-time", "part-time", "contract", "intern")
            if w in words
        ),
        None,
    )


def _stated_workplace(row: Row) -> str | None:
    stated = find_value("workplace_type", row.get("workplace_type", ""))
    words = f"{row['title']} {row.get('location', '')} {row.get('text', '')}".lower()
    return stated or next((value for value in ("hybrid", "remote", "onsite") if value in words), None)


def _flag_word(row: Row) -> bool | None:
    words = {
        "is_work_auth_required": "authori",
        "is_h1b_sponsor": "sponsor",
        "is_clearance_required": "clearance",
    }
    text = row["text"].lower()
    return None if words[row["field"]] not in text else not re.search(r"\b(?:no|not|unable|cannot)\b", text)


FIELDS = (
    Field("normalized_title", "titles", "normalized_title", normalize_title, _title_words),
    Field("experience_level", "titles", "experience_level", find_level, _level_word),
    Field("employment_type", "employment", "expected", find_employment_type, _stated_employment),
    Field("workplace_type", "workplace", "expected", find_workplace_type, _stated_workplace),
    Field("is_work_auth_required", "flags", "expected", find_work_auth, _flag_word),
    Field("is_h1b_sponsor", "flags", "expected", find_h1b_sponsor, _flag_word),
    Field("is_clearance_required", "flags", "expected", find_clearance, _flag_word),
)


def score_all() -> Iterator[tuple[str, Measures]]:
    """(field, measures) of every field with a set."""
    for field in FIELDS:
        yield field.name, score_field(field)
    for path in sorted(HERE.glob("score_*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module
        spec.loader.exec_module(module)
        yield from _flatten(path.stem.removeprefix("score_"), module.score())


def _flatten(name: str, measures: dict[str, Any]) -> Iterator[tuple[str, Measures]]:
    """A module may score one field, or several by name."""
    nested = {key: value for key, value in measures.items() if isinstance(value, dict)}
    if plain := {key: float(value) for key, value in measures.items() if key not in nested}:
        yield name, plain
    for key, value in nested.items():
        yield from _flatten(key, value)


def find_drops(scores: dict[str, Measures], floors: dict[str, Measures]) -> list[str]:
    """One line for every measure that is below its floor or gone."""
    return [
        f"{field}.{name}: {scores.get(field, {}).get(name, 0.0):.3f} is below {floor}"
        for field, wanted in floors.items()
        for name, floor in wanted.items()
        if scores.get(field, {}).get(name, 0.0) < floor
    ]


def show(field: str, measures: Measures) -> str:
    cells = (
        f"{name} {value:.3f}" if name != "cases" else f"cases {value:.0f}" for name, value in measures.items()
    )
    return f"{field:24} " + "  ".join(cells)


def write_floors(scores: dict[str, Measures]) -> None:
    floors = {
        field: {n: round(v - MARGIN, 3) for n, v in measures.items() if n != "baseline" and v <= 1}
        for field, measures in scores.items()
    }
    FLOORS.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n", "utf-8")


def main() -> int:
    scores = dict(score_all())
    for field, measures in scores.items():
        sys.stdout.write(show(field, measures) + "\n")
    if "--set-floors" in sys.argv:
        write_floors(scores)
    drops = find_drops(scores, json.loads(FLOORS.read_text("utf-8")))
    sys.stdout.write(("\n".join(drops) or "No field is below its floor.") + "\n")
    return 1 if drops else 0


if __name__ == "__main__":
    sys.exit(main())
