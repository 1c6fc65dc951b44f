"""XML feeds with each element empty, missing, doubled or in a namespace: nothing raises, and no posting is lost unsaid."""

from __future__ import annotations

import copy
from xml.etree import ElementTree as ET

import pytest
from tests.collect.ats.conformance import load_case, play, with_body

from jobwire.model.visit import Completeness


def spoil(root: ET.Element, number: int, how: str) -> bytes:
    """The document with its element `number` (in document order) spoiled."""
    tree = copy.deepcopy(root)
    node = list(tree.iter())[number]
    parent = next(each for each in tree.iter() if node in list(each))
    if how == "empty":
        node[:] = []
        node.text = ""
    elif how == "missing":
        parent.remove(node)
    elif how == "doubled":
        parent.insert(list(parent).index(node), copy.deepcopy(node))
    else:
        node.tag = f"{{urn:example}}{node.tag}"
    return ET.tostring(tree)


@pytest.mark.parametrize("how", ["empty", "missing", "doubled", "namespace"])
@pytest.mark.parametrize(
    ("name", "case_name", "file", "rows"),
    [("personio", "normal", "positions.xml", "position"), ("jobvite", "feed", "answer2.xml", "job")],
)
def test_no_element_costs_a_posting_unsaid(name: str, case_name: str, file: str, rows: str, how: str) -> None:
    case = load_case(name, case_name)
    index = next(at for at, (asked, _) in enumerate(case.answers()) if asked.get("file") == file)
    root = ET.fromstring(case.answers()[index][1].body)
    ids = play(case.ats, case.board, case.answer).ids
    for number, node in enumerate(root.iter()):
        if number == 0 or (node.tag == rows and how == "missing"):
            continue
        played = play(case.ats, case.board, with_body(case, index, spoil(root, number, how)))
        assert played.ids <= ids, node.tag
        assert played.ids == ids or played.reading.completeness is Completeness.PARTIAL, node.tag
