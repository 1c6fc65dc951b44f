"""Finished bytes: how a job is kept so that a page is made by joining, never by parsing and printing again.

A stored body is the job's JSON without its company, open at its end:

    {"id":"...","title":"...", ... ,"updated_at":"...","company":      + company bytes +  }

The company is spliced in when a page is made, so a better company profile shows at once in all its jobs.
Company bytes end in the same way, open before the value of `details_url`, because that names the server.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from jobwire.model.company import CareerSite, Company, CompanySummary
from jobwire.model.job import Job
from jobwire.model.times import format_time

_encoder = msgspec.json.Encoder()
_NO_COMPANY = CompanySummary(id="", name="")
_NO_TIME = datetime(1, 1, 1)  # noqa: DTZ001 - a placeholder that is never published


def job_content(job: Job) -> bytes:
    """The part of a body that does not depend on the log: `{"id":...` without company and updated_at, open."""
    fields = msgspec.to_builtins(job, builtin_types=(datetime,))
    del fields["company"], fields["updated_at"]
    return _encoder.encode(fields)[:-1]


def job_body(content: bytes, updated_at: datetime) -> bytes:
    """`job_content` completed with the log's time, open for the company."""
    return b'%b,"updated_at":"%b","company":' % (content, format_time(updated_at).encode())


def job_digest(job: Job) -> bytes:
    """Digest of what a consumer sees, without the log's own times and the company's details (16 bytes)."""
    bare = msgspec.structs.replace(
        job,
        company=CompanySummary(id=job.company.id, name=""),
        created_at=_NO_TIME,
        updated_at=_NO_TIME,
    )
    return hashlib.sha256(_encoder.encode(bare)).digest()[:16]


def company_bytes(company: Company) -> bytes:
    """The embedded company, open before the value of details_url."""
    return _encoder.encode(company.summarize(details_url=""))[: -len('""}')]


def site_bytes(company: Company, updated_at: datetime) -> bytes:
    """The career-site row, open before the value of details_url."""
    assert company.ats and company.listing_url  # only career sites are rows of that feed
    row = CareerSite(
        id=company.id,
        name=company.name,
        website=company.website,
        logo_url=company.logo_url,
        summary=company.summary,
        industries=company.industries,
        categories=company.categories,
        linkedin_url=company.linkedin_url,
        crunchbase_url=company.crunchbase_url,
        ats=company.ats,
        listing_url=company.listing_url,
        discovered_at=company.discovered_at,
        updated_at=updated_at,
        details_url="",
    )
    return _encoder.encode(row)[: -len('""}')]


def company_digest(company: Company) -> bytes:
    """Digest of all that a consumer can see of a company, without the log's own time (16 bytes)."""
    seen = msgspec.structs.replace(company, updated_at=None, provenance={})
    return hashlib.sha256(_encoder.encode(seen)).digest()[:16]


def close_company(opened: bytes, company_id: str, base_url: str) -> bytes:
    """Company or career-site bytes completed with this server's profile URL."""
    return b'%b"%b/api/companies/%b"}' % (opened, base_url.encode(), company_id.encode())


def close_job(body: bytes, company: bytes) -> bytes:
    """One whole job: stored body + closed company bytes."""
    return b"%b%b}" % (body, company)
