"""Real captures: every file of a supported ATS yields its jobs, nothing lost, no exception."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.collect.ats.conformance import play

from jobwire.collect.ats import find_ats
from jobwire.collect.protocol import Request, Response
from jobwire.model.board import Board

SAMPLES = Path(__file__).parents[3].parent / "shared" / "samples"
LISTS = {
    "greenhouse": ("jobs", "id"),
    "ashby": ("jobs", "id"),
    "lever": (None, "id"),
    "workday": ("jobPostings", "externalPath"),
    "smartrecruiters": ("content", "id"),
    "workable": ("jobs", "shortcode"),
    "recruitee": ("offers", "id"),
    "personio": (None, "id"),
}
FILES = sorted(path for name in LISTS for path in SAMPLES.glob(f"{name}/*")) if SAMPLES.is_dir() else []

pytestmark = pytest.mark.skipif(not FILES, reason="the samples are not here")


def load(path: Path) -> tuple[bytes, set[str]]:
    """(body of a list answer, the ids in it); a single job is put into a list of one."""
    body = path.read_bytes()
    name, id_field = LISTS[path.parent.name]
    if path.suffix == ".xml":
        return body, set(re.findall(r"<id>(.*?)</id>", body.decode()))
    data = json.loads(body)
    if path.parent.name == "greenhouse" and "jobs" not in data:
        data = {"jobs": [data], "meta": {"total": 1}}
    rows = data[name] if name else data
    return json.dumps(data).encode(), {str(row[id_field]) for row in rows}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_row_of_a_real_answer_becomes_a_posting(path: Path) -> None:
    ats = find_ats(path.parent.name)
    assert ats is not None
    body, ids = load(path)
    served: list[str] = []

    def answer(request: Request) -> Response:
        """The capture for the list; a page that was not captured is unreachable."""
        if not served:
            served.append(request.url)
            return Response(status=200, url=request.url, body=body)
        return Response(status=503, url=request.url)

    board = Board(ats=ats.name, token="acme", host=_host(ats.name), site="Careers")
    played = play(ats, board, answer)
    assert len(played.postings) == len(ids)
    if ats.name != "workday":  # there the id is the end of the path
        assert played.ids == ids
    for posting in played.postings:
        assert posting.title and posting.listing_url.startswith("https://")
        if ats.name in ("ashby", "lever", "recruitee"):
            assert posting.description_html and posting.locations


def _host(name: str) -> Any:
    return {"workday": "acme.wd5.myworkdayjobs.com", "personio": "acme.jobs.personio.de"}.get(name, "")
