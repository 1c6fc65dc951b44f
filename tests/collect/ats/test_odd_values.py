"""Values in another form than usual cost neither a posting nor its id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from tests.collect.ats.conformance import load_case, play, with_body

from jobwire.model.visit import Completeness

Change = Callable[[Any], object]


def replay(ats: str, change: Change) -> Any:
    """The normal case with its list answer changed."""
    case = load_case(ats, "normal")
    data = msgspec.json.decode(case.answers()[0][1].body)
    change(data)
    before = play(case.ats, case.board, case.answer)
    return before, play(case.ats, case.board, with_body(case, 0, msgspec.json.encode(data)))


def test_a_number_with_a_point_is_the_same_id() -> None:
    before, after = replay("greenhouse", lambda d: [job.update(id=float(job["id"])) for job in d["jobs"]])
    assert after.ids == before.ids


def test_a_number_in_quotes_is_the_same_id() -> None:
    before, after = replay("recruitee", lambda d: [offer.update(id=str(offer["id"])) for offer in d["offers"]])
    assert after.ids == before.ids


def test_a_list_without_its_total_gives_its_rows() -> None:
    before, after = replay("smartrecruiters", lambda d: d.pop("totalFound"))
    assert after.ids == before.ids
    assert after.reading.completeness is Completeness.COMPLETE, "its short page is the end"


def test_a_posting_without_its_url_gets_that_of_the_site() -> None:
    before, after = replay("pinpoint", lambda d: [(row.pop("url", 0), row.pop("path", 0)) for row in d["data"]])
    assert after.ids == before.ids
    assert all(posting.listing_url.startswith("https://") for posting in after.postings)


@pytest.mark.parametrize("epoch", [1780000000, "1780000000", 1780000000000, "1780000000000"])
def test_an_epoch_in_the_place_of_a_date_is_read(epoch: object) -> None:
    _, after = replay("ashby", lambda d: [job.update(publishedAt=epoch) for job in d["jobs"]])
    assert {str(posting.date_posted) for posting in after.postings} == {"2026-05-28 20:26:40+00:00"}
