"""The whole chain: one record of one posting, its explanation, and input from hell."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import jobwire.enrich as chain
from jobwire.enrich import enrich, enrich_record, explain
from jobwire.errors import InvalidInput
from jobwire.model.company import CompanySummary
from jobwire.model.job import Job
from jobwire.model.raw import RawLocation, RawPay, RawPosting

AT = datetime(2026, 1, 1, tzinfo=UTC)
COMPANY = CompanySummary(id="8f2c5a52-58cf-5d0a-9f0e-0d6a2f6f7c11", name="Acme")

POSTING = RawPosting(
    posting_id="42",
    title="Sr. Data Engineer (m/f/d)",
    listing_url="https://example.com/42",
    description_html="""<p>You will build the pipelines of our lab. This is a hybrid role, three days a week
    in our Hamburg office.</p><h3>What you'll do</h3><ul><li>Design batch jobs</li><li>Watch over quality</li></ul>
    <h3>Requirements</h3><ul><li>5 years of Python</li><li>BSc in Computer Science</li></ul>
    <p>Visa sponsorship available. The salary is 70,000 - 90,000 EUR per year.</p>""",
    locations=(RawLocation(text="Hamburg, Germany"),),
    employment_type="FullTime",
)


def make(posting: RawPosting) -> Job:
    return enrich(posting, source="ashby", company=COMPANY, job_id="id", created_at=AT, updated_at=AT)


def test_one_clean_record() -> None:
    job = make(POSTING)
    assert (job.title, job.normalized_title, job.experience_level) == (POSTING.title, "data_engineer", "senior")
    assert (job.employment_type, job.workplace_type) == ("full_time", "hybrid")
    assert [(place.city, place.country) for place in job.locations] == [("Hamburg", "DE")]
    assert job.responsibilities == ("Design batch jobs", "Watch over quality")
    assert job.is_h1b_sponsor is True
    assert job.is_clearance_required is None
    assert job.apply_url == job.listing_url == "https://example.com/42"
    assert "- Design batch jobs\n- Watch over quality" in job.description
    assert job.compensation and (job.compensation.min, job.compensation.currency) == (70000, "EUR")


def test_the_record_is_the_values_of_its_explanation() -> None:
    job, findings = make(POSTING), explain(POSTING)
    for field, finding in findings.items():
        assert field == "language" or getattr(job, field) == finding.value
    assert set(findings) - {"language"} < {field.name for field in msgspec.structs.fields(Job)}


def test_explanations_carry_rule_origin_and_words() -> None:
    findings = explain(POSTING)
    assert findings["workplace_type"].rule == "days-in-office"
    assert findings["workplace_type"].span.startswith("This is a hybrid role")
    assert findings["employment_type"].origin == "ats:employment_type"
    assert all(len(finding.span) <= 200 for finding in findings.values())
    assert msgspec.json.decode(msgspec.json.encode(findings))["title"]["rule"] == "as-published"


def test_no_step_fails_on_a_real_posting() -> None:
    assert [name for name, finding in explain(POSTING).items() if finding.rule == "failed"] == []


def test_a_broken_step_costs_its_field_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(source: Any) -> Any:
        raise RuntimeError("boom")

    steps = tuple(
        (name, break_down if name == "workplace_type" else find, empty) for name, find, empty in chain._OF_SOURCE
    )
    monkeypatch.setattr(chain, "_OF_SOURCE", steps)
    job = make(POSTING)
    assert (job.workplace_type, job.employment_type) == (None, "full_time")
    assert explain(POSTING)["workplace_type"].span == "RuntimeError: boom"


def test_people_s_own_records() -> None:
    record = {"title": "Nurse", "location": "Paris", "country": "FR", "description": "Full-time position."}
    job = enrich_record(record, at=AT)
    assert (job.source, job.created_at, job.employment_type) == ("file", AT, "full_time")
    assert job.locations[0].country == "FR"
    assert enrich_record(record, at=AT).id == job.id
    with pytest.raises(InvalidInput):
        enrich_record({"location": "Paris"}, at=AT)


def test_lone_surrogates_are_replaced_everywhere() -> None:
    bad = "x \ud800 y"
    posting = RawPosting(
        posting_id="1",
        title=bad,
        listing_url=bad,
        description_html=bad,
        locations=(RawLocation(text=bad, city=bad),),
        pay_text=bad,
        employment_type=bad,
    )
    assert msgspec.json.decode(msgspec.json.encode(make(posting)))["title"] == "x ? y"


_TEXT = st.text(max_size=200) | st.sampled_from(
    [
        "\u202eremote\u202c hybrid",
        "\x00\x01\xff",
        "½ Prozent € $5",
        "𝕊𝕖𝕟𝕚𝕠𝕣",
        "İSTANBUL ofis",
        "-",
        "<li><p>x",
        "&lt;p&gt;",
    ]
)
_POSTINGS = st.builds(
    RawPosting,
    posting_id=st.just("1"),
    title=_TEXT,
    listing_url=st.just(""),
    description_html=st.none() | _TEXT,
    description_text=st.none() | _TEXT,
    locations=st.lists(
        st.builds(RawLocation, text=st.none() | _TEXT, city=st.none() | _TEXT, country=st.none() | _TEXT),
        max_size=3,
    ).map(tuple),
    pay=st.lists(
        st.builds(RawPay, min=st.none() | st.floats(), max=st.none() | st.floats(), period=st.none() | _TEXT),
        max_size=2,
    ).map(tuple),
    pay_text=st.none() | _TEXT,
    employment_type=st.none() | _TEXT,
    workplace_type=st.none() | _TEXT,
    experience_level=st.none() | _TEXT,
    language=st.none() | _TEXT,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(_POSTINGS)
def test_any_posting_becomes_a_record_without_a_failed_step(posting: RawPosting) -> None:
    msgspec.json.decode(msgspec.json.encode(make(posting)), type=Job)
    failed = {name: finding.span for name, finding in explain(posting).items() if finding.rule == "failed"}
    assert failed == {}


@pytest.mark.parametrize(
    "unit",
    [
        "remote hybrid onsite office 3 days a week ",
        "must be authorized to work without sponsorship ",
        "contract full-time intern ",
        "security clearance secret ",
        "$10 - $20 per hour ",
        "senior lead manager of the ",
        "a",
        "((((",
        "- \n",
        "word, ",
        "1",
        "\u202e\u05d0 ",
        "/ | - ",
        "Berlin, ",
        "<li>x ",
        "and ",
    ],
)
def test_a_hundred_kilobytes_of_anything_end_soon(unit: str) -> None:
    text = (unit * (100_000 // len(unit) + 1))[:100_000]
    posting = RawPosting(
        posting_id="1",
        title=text,
        listing_url="",
        description_text=text,
        pay_text=text,
        locations=(RawLocation(text=text),),
    )
    started = time.process_time()
    make(posting)
    assert time.process_time() - started < 5
