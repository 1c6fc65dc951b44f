"""The whole chain: one record of one posting, its explanation, and input from hell."""

from __future__ import annotations

import sys
import time
import unicodedata
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


_PIECES = (
    "remote hybrid onsite office 3 days a week ",
    "must be authorized to work without sponsorship ",
    "contract full-time intern ",
    "security clearance secret ",
    "$10 - $20 per hour ",
    "senior lead manager of the ",
    "Bachelor's degree in AWS Certified ",
    *(
        "a",
        "1",
        "A. ",
        "1. ",
        "$1 ",
        "BS, ",
        "501(c)(3",
        "R&D ",
        "a,b;c ",
        "•a: ",
        "&a",
        "a@a@",
        "12 000,00 ",
        "A:\n",
    ),
    *("((((", "[", "<", "<div>", "<li>x ", "<a href='", "</p>", "&#", "&lt;p&gt;", "- \n", "/ | - ", "**a", "__"),
    *(
        "word, ",
        "Berlin, ",
        "and ",
        "or ",
        "we offer ",
        "including ",
        "salary ",
        "up to ",
        "40 hours/week ",
        "m/w/",
    ),
    *("\u202e\u05d0 ", "\u0301", "\u200b", "\u4e2d", "\u0130", "\u01c5", "\U0001f642", "\ufb01", "\x00", "\x85"),
    *("\u3000", "\u20ac ", "\u5e74\u53ce ", "\u2022 ", "\u2019", "\u2014 "),
)


def _cost(unit: str, size: int, line: int) -> float:
    """CPU seconds for `size` characters of `unit`, in lines of `line`."""
    flat = (unit * (line // len(unit) + 1))[: line - 1] + "\n"
    text = (flat * (size // line + 1))[:size]
    posting = RawPosting(
        posting_id="1",
        title=text,
        listing_url="",
        description_text=text,
        pay_text=text,
        employment_type=text,
        workplace_type=text,
        experience_level=text,
        locations=(RawLocation(text=text),),
    )
    started = time.process_time()
    make(posting)
    return time.process_time() - started


@pytest.mark.parametrize("unit", _PIECES)
def test_a_hundred_kilobytes_of_anything_end_soon(unit: str) -> None:
    assert _cost(unit, 100_000, 100_000) < 5


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=6), st.sampled_from((590, 4_000, 20_000)))
def test_nothing_that_repeats_itself_takes_long(pieces: list[str], line: int) -> None:
    assert _cost("".join(pieces), 20_000, line) < 2


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.data())
def test_a_torn_posting_is_still_one(data: st.DataObject) -> None:
    text = POSTING.description_html or ""
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(text)))
        gone = data.draw(st.integers(0, 60))
        text = text[:at] + data.draw(st.sampled_from(_PIECES) | st.text(max_size=5)) + text[at + gone :]
    posting = msgspec.structs.replace(POSTING, description_html=text, title=text[:80], pay_text=text[-90:])
    assert [name for name, finding in explain(posting).items() if finding.rule == "failed"] == []
    msgspec.json.decode(msgspec.json.encode(make(posting)), type=Job)


def test_every_kind_of_character_may_stand_anywhere() -> None:
    kinds: dict[str, list[str]] = {}
    for point in range(sys.maxunicode + 1):
        if len(found := kinds.setdefault(unicodedata.category(chr(point)), [])) < 3:
            found.append(chr(point))
    assert len(kinds) == 30
    for characters in kinds.values():
        for sign in characters:
            text = "Senior, Cook 3 days in office: $10 - 20 per hour, BSc in SQL. Remote".replace(" ", f" {sign}")
            posting = RawPosting(
                posting_id="1", title=text, listing_url=sign, description_text=f"{sign}\n{text * 3}"
            )
            assert [name for name, finding in explain(posting).items() if finding.rule == "failed"] == [], sign
            msgspec.json.decode(msgspec.json.encode(make(posting)), type=Job)
