"""`GET /feeds/jobs.xml` and `GET /feeds/jobs.json`: active jobs as job boards and feed readers import them.

The XML is Indeed's, which other boards read too. Elements and their order: docs.indeed.com/indeed-apply/xml-feed.
Dates have the ISO form that it recommends and that ZipRecruiter's reference names as well; `jobtype` and
`remotetype` the values that public feeds of this form have. The JSON is JSON Feed 1.1: jsonfeed.org/version/1.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from jobwire.api.answer import Answer, json_answer
from jobwire.api.call import Call
from jobwire.api.console.page import format_number
from jobwire.api.description import write_html
from jobwire.api.feed import select_jobs
from jobwire.api.fields import Fields
from jobwire.api.filters import JOB_GROUPS, JOB_TIMES, PLACE_GROUPS
from jobwire.api.metering import Charge
from jobwire.api.scan import JobScan, read_job_scan
from jobwire.api.server import Server
from jobwire.model.job import Compensation, Job, Location
from jobwire.model.times import format_time

LARGEST = 500
USUAL = 100
GROUPS = {**JOB_GROUPS, **PLACE_GROUPS}
FIELDS = ("batch_size", "cursor", "key", *JOB_TIMES, *GROUPS)
XML = "application/xml; charset=utf-8"
JSON_FEED = "application/feed+json"
REMOTE_TYPES = {"remote": "Fully remote", "hybrid": "Hybrid remote"}
"""As importers of the XML spell them."""
VERSION = "https://jsonfeed.org/version/1.1"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""
_read_jobs = msgspec.json.Decoder(list[msgspec.Raw]).decode
_read_job = msgspec.json.Decoder(Job).decode


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One page: whole jobs as they stand in the feed, and where it goes on."""

    jobs: list[msgspec.Raw]
    next_url: str | None
    charge: Charge

    def headers(self) -> dict[str, str]:
        return {"X-Has-More": "true" if self.next_url else "false", **self.charge.headers}


def get_xml(server: Server, call: Call) -> Answer:
    """The XML that job boards import."""
    batch = _read_batch(server, call)
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<source>',
        _element("publisher", "jobwire"),
        _element("publisherurl", call.base_url),
        _element("lastBuildDate", format_datetime(server.clock(), usegmt=True)),
        *([_element("nextpage", batch.next_url)] if batch.next_url else []),
        *(_write_job(_read_job(raw)) for raw in batch.jobs),
        "</source>\n",
    ]
    return Answer(
        body="\n".join(parts).encode(),
        content_type=XML,
        headers=batch.headers(),
        rows=len(batch.jobs),
        hold=batch.charge.hold,
    )


def get_json(server: Server, call: Call) -> Answer:
    """JSON Feed 1.1; `_jobwire` of an item is the whole job."""
    batch = _read_batch(server, call)
    document = {
        "version": VERSION,
        "title": "Jobs",
        "home_page_url": call.base_url,
        "feed_url": call.base_url + call.path,
        **({"next_url": batch.next_url} if batch.next_url else {}),
        "items": [_make_item(raw, call.base_url) for raw in batch.jobs],
    }
    answer = json_answer(document, headers=batch.headers())
    answer.content_type, answer.rows, answer.hold = JSON_FEED, len(batch.jobs), batch.charge.hold
    return answer


def _read_batch(server: Server, call: Call) -> Batch:
    """Selected and charged as a page of `POST /api/jobs/feed` is."""
    fields = call.query_fields(FIELDS)
    scan = _read_scan(fields, server.store.cursor_key)
    page = server.sandbox.cut(call.caller, select_jobs(server, scan))
    charge = server.charge(call, "feed", "jobs", [row.seq for row in page.rows])
    rows = page.rows[: charge.granted]
    cut = len(rows) < len(page.rows)
    next_url = None
    if cut or not page.end:
        cursor = scan.cursor(rows[-1].seq if cut else page.seq, server.store.cursor_key)
        next_url = _make_next(call, cursor)
    jobs = _read_jobs(b"".join((b"[", *server.companies.embed(rows, call.base_url), b"]")))
    return Batch(jobs=jobs, next_url=next_url, charge=charge)


def _read_scan(fields: Fields, cursor_key: bytes) -> JobScan:
    """A cursor of the feed continues here too, in pages of this size."""
    scan = read_job_scan(fields, cursor_key, kind="jobs", largest=LARGEST, groups=GROUPS)
    usual = scan.first and not fields.has("batch_size")
    return msgspec.structs.replace(scan, batch_size=USUAL if usual else min(scan.batch_size, LARGEST))


def _make_next(call: Call, cursor: str) -> str:
    """The address of the next page. Who sent the key in the address can send it in no other way next time."""
    key = call.query_key()
    return f"{call.base_url}{call.path}?{urlencode({'cursor': cursor, **({'key': key} if key else {})})}"


def _make_item(raw: msgspec.Raw, base_url: str) -> dict[str, Any]:
    job = _read_job(raw)
    return {
        "id": job.id,
        "url": f"{base_url}/jobs/{job.id}",
        "external_url": job.listing_url,
        "title": job.title,
        "content_text": job.description,
        "authors": [{"name": job.company.name}],
        "date_published": format_time(job.date_posted or job.created_at),
        "date_modified": format_time(job.updated_at),
        "_jobwire": raw,
    }


def _write_job(job: Job) -> str:
    return "\n".join(("<job>", *(_element(name, text) for name, text in _list_elements(job)), "</job>"))


def _list_elements(job: Job) -> Iterator[tuple[str, str | None]]:
    """The format has one place a job: the first."""
    place = job.locations[0] if job.locations else Location()
    yield "title", job.title
    yield "date", format_time(job.date_posted or job.created_at)
    yield "referencenumber", job.id
    yield "url", job.listing_url
    yield "company", job.company.name
    yield "city", place.city
    yield "state", place.region
    yield "country", place.country
    yield "description", write_html(job)
    yield "salary", _write_pay(job.compensation)
    yield "jobtype", (job.employment_type or "").replace("_", "")
    yield "category", ", ".join(job.company.industries)
    yield "remotetype", REMOTE_TYPES.get(job.workplace_type or "")
    yield "expirationdate", format_time(job.valid_through) if job.valid_through else None


def _write_pay(pay: Compensation | None) -> str | None:
    """`EUR 42,000 - 50,000 per year`, as far as it is known."""
    if pay is None:
        return None
    bounds = [format_number(value) for value in dict.fromkeys((pay.min, pay.max)) if value is not None]
    period = f"per {pay.period}" if pay.period else None
    return " ".join(filter(None, (pay.currency, " - ".join(bounds), period))) if bounds else None


def _element(name: str, text: str | None) -> str:
    """The text as CDATA: without what XML cannot hold, and unable to end its section."""
    safe = _NOT_XML.sub("", text or "").replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{safe}]]></{name}>"
