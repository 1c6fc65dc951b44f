"""The labelled sets as a floor under every field, and the scorer's own arithmetic."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

PATH = Path(__file__).parents[2] / "evaluation" / "score.py"


@pytest.fixture(scope="module")
def score() -> ModuleType:
    spec = importlib.util.spec_from_file_location("evaluation_score", PATH)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["evaluation_score"] = module
    spec.loader.exec_module(module)
    return module


def test_no_field_is_below_its_floor(score: ModuleType) -> None:
    scores = dict(score.score_all())
    floors = json.loads(score.FLOORS.read_text("utf-8"))
    assert {field.name for field in score.FIELDS} <= set(floors)
    assert score.find_drops(scores, floors) == []


def test_every_field_beats_its_baseline(score: ModuleType) -> None:
    for field in score.FIELDS:
        measures = score.score_field(field)
        assert measures["exact"] > measures["baseline"], field.name


def test_sets_are_large_and_without_repeats(score: ModuleType) -> None:
    least = {"titles": 150, "workplace": 100, "employment": 100, "flags": 80}
    for name, count in least.items():
        rows = [json.dumps(row, sort_keys=True) for row in score.read_rows(name)]
        assert len(rows) == len(set(rows)) >= count


def test_null_is_no_answer(score: ModuleType) -> None:
    measures = score.measure([("a", "a"), ("b", None), (None, "c"), (None, None)])
    assert measures == {"exact": 0.5, "precision": 0.5, "recall": 0.5, "cases": 4}


def test_a_drop_and_a_lost_field_are_named(score: ModuleType) -> None:
    drops = score.find_drops({"title": {"exact": 0.8}}, {"title": {"exact": 0.9}, "pay": {"exact": 0.5}})
    assert drops == ["title.exact: 0.800 is below 0.9", "pay.exact: 0.000 is below 0.5"]
