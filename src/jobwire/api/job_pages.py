"""`/jobs/{id}`: one job for people, and as schema.org JobPosting for the programs that read such pages.

The markup has what Google requires of a JobPosting (title, description, datePosted, hiringOrganization,
jobLocation, or TELECOMMUTE with applicantLocationRequirements) and what it recommends, as far as it is known.
Source: developers.google.com/search/docs/appearance/structured-data/job-posting.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msgspec
from markupsafe import Markup

from jobwire.api.answer import Answer
from jobwire.api.call import Call
from jobwire.api.console.page import format_place, readable, show
from jobwire.api.description import read_blocks, write_html
from jobwire.api.problems import Problem
from jobwire.api.server import Server
from jobwire.model.countries import COUNTRY_NAMES
from jobwire.model.ids import parse_id
from jobwire.model.job import Compensation, Job, Location
from jobwire.model.times import format_time

EMPLOYMENT_TYPES = {
    "full_time": "FULL_TIME",
    "part_time": "PART_TIME",
    "contract": "CONTRACTOR",
    "temporary": "TEMPORARY",
    "internship": "INTERN",
}
"""Google's values; it has VOLUNTEER, PER_DIEM and OTHER besides, which nothing of ours means."""
_read_job = msgspec.json.Decoder(Job).decode


@readable
def get_job_page(server: Server, call: Call) -> Answer:
    """The page of an active job; 410 for one that expired."""
    try:
        job_id = parse_id(call.params["id"])
    except ValueError:
        raise Problem("not_found", "Job ids are UUIDs; this is not one.") from None
    row = server.store.get_job(job_id)
    if row is None:
        return _show_missing(server, job_id)
    job = _read_job(b"".join(server.companies.embed([row], call.base_url)))
    return show(
        "posting.html",
        job=job,
        places=[place for place in map(format_place, job.locations) if place],
        blocks=read_blocks(job.description),
        listing_url=_check_link(job.listing_url),
        apply_url=_check_link(job.apply_url),
        website=_check_link(job.company.website),
        markup=_embed(describe_posting(job, f"{call.base_url}/jobs/{job.id}")),
    )


def describe_posting(job: Job, url: str) -> dict[str, Any]:
    """The job as schema.org/JobPosting; what is not known is left out."""
    remote = job.workplace_type == "remote"
    countries = dict.fromkeys(place.country for place in job.locations if place.country)
    found = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": job.title,
        "description": write_html(job),
        "datePosted": format_time(job.date_posted or job.created_at),
        "validThrough": format_time(job.valid_through) if job.valid_through else None,
        "employmentType": EMPLOYMENT_TYPES.get(job.employment_type or ""),
        "hiringOrganization": _drop_unknown(
            {
                "@type": "Organization",
                "name": job.company.name,
                "sameAs": job.company.website,
                "logo": job.company.logo_url,
            }
        ),
        "jobLocation": [place for place in map(_describe_place, job.locations) if place],
        "jobLocationType": "TELECOMMUTE" if remote else None,
        "applicantLocationRequirements": [
            {"@type": "Country", "name": COUNTRY_NAMES.get(code, code)} for code in countries if remote
        ],
        "baseSalary": _describe_pay(job.compensation),
        "directApply": False,
        "identifier": {"@type": "PropertyValue", "name": job.company.name, "value": job.id},
        "url": url,
    }
    return _drop_unknown(found)


def _show_missing(server: Server, job_id: str) -> Answer:
    last = server.store.get_log_row(job_id)
    if last is None or last.reason is None:
        raise Problem("not_found", "There is no job with this id.")
    return show("posting_gone.html", status=410, at=last.at, reason=last.reason)


def _describe_place(place: Location) -> dict[str, Any] | None:
    parts = {
        "addressLocality": place.city,
        "addressRegion": place.region,
        "addressCountry": place.country,
    }
    known = _drop_unknown(parts)
    if not known:
        return None
    found: dict[str, Any] = {"@type": "Place", "address": {"@type": "PostalAddress", **known}}
    if place.latitude is not None and place.longitude is not None:
        point = {"latitude": place.latitude, "longitude": place.longitude}
        found["geo"] = {"@type": "GeoCoordinates", **point}
    return found


def _describe_pay(pay: Compensation | None) -> dict[str, Any] | None:
    """An amount without its currency or its period says nothing."""
    if pay is None or not pay.currency or not pay.period or pay.min is pay.max is None:
        return None
    bounds = {"value": pay.min} if pay.min == pay.max else {"minValue": pay.min, "maxValue": pay.max}
    value = {"@type": "QuantitativeValue", **_drop_unknown(bounds), "unitText": pay.period.upper()}
    return {"@type": "MonetaryAmount", "currency": pay.currency, "value": value}


def _drop_unknown(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _embed(document: dict[str, Any]) -> Markup:
    """JSON for a script element, where no `<` can end or open anything. As data it needs no policy's leave."""
    return Markup(msgspec.json.encode(document).decode().replace("<", "\\u003c"))


def _check_link(url: str | None) -> str | None:
    """An address that a page may lead to: of the web, not of a script."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None
