"""The operator's list of H-1B employers: names, files, and what it may say about a job."""

from __future__ import annotations

import pytest

from jobwire.enrich import explain, may_sponsor
from jobwire.enrich.sponsors import (
    is_sponsor,
    normalize_employer,
    pack_employers,
    read_employers,
    unpack_employers,
)
from jobwire.errors import InvalidInput
from jobwire.model.job import Location
from jobwire.model.raw import RawLocation, RawPosting


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ACME SOFTWARE, L.L.C.", "Acme Software"),
        ("The Larch Company", "Larch"),
        ("BIRCH & ELM U.S. LLP", "Birch and Elm"),
        ("Société Mélèze SA", "SOCIETE MELEZE"),
        ("O'Rowan Media, Inc.", "ORowan Media"),
        ("AMAZIN.COM SERVICES LLC", "amazin.com services"),
    ],
)
def test_spellings_of_one_employer(one: str, other: str) -> None:
    assert normalize_employer(one) == normalize_employer(other) != ""


@pytest.mark.parametrize("name", ["", "LLC", "Inc.", "X Corp", "!!", "\x00"])
def test_a_name_that_tells_nothing_matches_nothing(name: str) -> None:
    assert not is_sponsor(name, {normalize_employer(name)} - {""})


HUB = (
    '\ufeffFiscal Year,Employer (Petitioner) Name,Tax ID,New Employment Approval,New Employment Denial,'
    'Continuation Approval\n2024,"ACME, INC.",1234,"1,002",3,0\n2024,REFUSED LLC,1,0,7,0\n2024,short\n'
    "2024,HOLDCO LLC DBA MAPLE LABS,9,0,0,1\n"
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (HUB, {"acme", "holdco", "maple labs"}),
        ("Fiscal Year\tEmployer\tInitial Approval\n2019\tAcme\t1\n2019\tNone Ltd\t0\n", {"acme"}),
        ("Employer\nAcme\n\nAcme\nInc\n", {"acme"}),
        ("employer,Initial Approval\nA\0cme,2\n", {"acme"}),
    ],
)
def test_files_of_several_years(text: str, names: set[str]) -> None:
    assert read_employers(text.splitlines(keepends=True)) == names


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", 'Employer\n"' + "x" * 200_000 + '"\n'])
def test_a_file_that_is_something_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_employers(text.splitlines(keepends=True))


def test_the_list_survives_the_store() -> None:
    assert unpack_employers(pack_employers({"acme", "maple labs"})) == {"acme", "maple labs"}
    assert unpack_employers(None) == unpack_employers(pack_employers(set())) == frozenset()


@pytest.mark.parametrize(
    ("place", "text", "employer", "expected", "rule"),
    [
        ("Austin, TX", "We cook.", "Acme, Inc.", True, "h1b-employer"),
        ("Austin, TX", "We cannot sponsor visas.", "Acme", False, "text-statement"),
        ("Berlin, Germany", "We cook.", "Acme", None, ""),
        ("", "We cook.", "Acme", None, ""),
        ("Austin, TX", "We cook.", "Acme Kitchens", None, ""),
    ],
)
def test_the_list_speaks_only_where_the_posting_is_silent(
    place: str, text: str, employer: str, expected: bool | None, rule: str
) -> None:
    posting = RawPosting(
        posting_id="1",
        title="Cook",
        listing_url="",
        description_text=text,
        locations=(RawLocation(text=place),) if place else (),
    )
    found = explain(posting, employer=employer, sponsors={"acme"})["is_h1b_sponsor"]
    assert found.value is expected
    assert not rule or found.rule == rule


def test_a_job_in_two_countries_is_not_marked() -> None:
    both = (Location(location="a", country="US"), Location(location="b", country="CA"))
    assert not may_sponsor(both, "Acme", {"acme"})
    assert may_sponsor(both[:1], "Acme", {"acme"})
