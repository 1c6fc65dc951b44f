"""Bodies are finished bytes; joining them gives the job that went in."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from jobwire.model import wire
from jobwire.model.company import Company
from jobwire.model.job import Compensation, Job, Location, QualificationBucket, Qualifications, Skill

AT = datetime(2026, 3, 4, 5, 6, 7, 890, UTC)
texts = st.text(max_size=200)
jobs = st.builds(
    Job,
    id=st.just("6e1c9a52-58cf-5d0a-9f0e-0d6a2f6f7c11"),
    title=texts,
    company=st.just(Company(id="c-1", name='Ac"me\u2028').summarize()),
    description=texts,
    locations=st.lists(st.builds(Location, city=texts, latitude=st.floats(-90, 90)), max_size=3).map(tuple),
    compensation=st.none() | st.builds(Compensation, min=st.integers(0, 10**6), currency=st.just("USD")),
    source=st.just("lever"),
    listing_url=texts,
    apply_url=texts,
    created_at=st.just(AT),
    updated_at=st.just(AT),
    qualifications=st.just(
        Qualifications(must_have=QualificationBucket(skills=(Skill(name="SQL", type="hard"),)))
    ),
)


@given(jobs)
def test_a_joined_body_is_the_job_with_every_field(job: Job) -> None:
    company = Company(id="c-1", name='Ac"me\u2028', categories=("b2b",))
    body = wire.job_body(wire.job_content(job), AT)
    whole = wire.close_job(body, wire.close_company(wire.company_bytes(company), "c-1", "https://x.example"))
    found = msgspec.json.decode(whole, type=Job)
    expected = company.summarize("https://x.example/api/companies/c-1")
    assert found == msgspec.structs.replace(job, company=expected)
    assert set(json.loads(whole)) == set(Job.__struct_fields__)


def test_the_digest_ignores_the_logs_times_and_the_companys_details() -> None:
    job = Job(
        id="i", title="t", company=Company(id="c", name="n").summarize(), description="", listing_url="u",
        apply_url="u", source="s", created_at=AT, updated_at=AT,
    )  # fmt: skip
    same = msgspec.structs.replace(
        job, updated_at=datetime(2027, 1, 1, tzinfo=UTC), company=Company(id="c", name="m").summarize()
    )
    assert wire.job_digest(job) == wire.job_digest(same)
    assert wire.job_digest(job) != wire.job_digest(msgspec.structs.replace(job, title="other"))
    other = msgspec.structs.replace(job, company=Company(id="d", name="n").summarize())
    assert wire.job_digest(job) != wire.job_digest(other)


def test_a_career_site_row_has_the_seeds_fields() -> None:
    company = Company(id="c", name="n", ats="lever", listing_url="https://jobs.lever.co/n", discovered_at=AT)
    row = json.loads(wire.close_company(wire.site_bytes(company, AT), "c", "http://h"))
    assert list(row) == [
        "id", "name", "website", "logo_url", "summary", "industries", "categories", "linkedin_url",
        "crunchbase_url", "ats", "listing_url", "discovered_at", "updated_at", "details_url",
    ]  # fmt: skip
    assert row["details_url"] == "http://h/api/companies/c" and row["updated_at"].endswith("Z")
