"""Every spelling of the wild comes to the emitted one; the unknown gets the nearest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobwire.errors import InvalidInput
from jobwire.model.vocabulary import find_value, parse_source, parse_value


@pytest.mark.parametrize(
    ("vocabulary", "text", "value"),
    [
        ("employment_type", "Full-Time", "full_time"), ("employment_type", "fulltime", "full_time"),
        ("employment_type", "freelance", "contract"), ("employment_type", "INTERN", "internship"),
        ("employment_type", "per-diem", "temporary"), ("employment_type", "temp", "temporary"),
        ("workplace_type", "on-site", "onsite"), ("workplace_type", "On Site", "onsite"),
        ("workplace_type", "in-office", "onsite"), ("experience_level", "entry level", "entry"),
        ("experience_level", "Lead/Staff", "lead"), ("experience_level", "principal", "lead"),
        ("period", "annual", "year"), ("period", "per-diem", "day"), ("company_type", "Non Profit", "non_profit"),
    ],
)  # fmt: skip
def test_spellings(vocabulary: str, text: str, value: str) -> None:
    assert find_value(vocabulary, text) == value


def test_an_unknown_value_names_field_value_and_nearest() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_value("workplace_type", "remoet", field="work_models")
    text = str(caught.value)
    assert "work_models" in text and "remoet" in text and 'Did you mean "remote"?' in text
    assert caught.value.field == "work_models"


@given(st.text(max_size=500) | st.integers() | st.none() | st.lists(st.text()))
def test_anything_is_a_value_or_a_clear_refusal(value: object) -> None:
    try:
        assert parse_value("employment_type", value, field="f") in (
            "full_time", "part_time", "contract", "internship", "temporary",
        )  # fmt: skip
    except InvalidInput as error:
        assert error.field == "f"


def test_sources_are_an_open_set_with_aliases() -> None:
    assert parse_source("lever_co") == "lever"
    assert parse_source("My-ATS") == "my_ats"
