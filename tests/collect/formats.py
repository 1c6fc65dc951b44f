"""The formats of the ATS, written from an employer's openings: what a real one would answer to a request."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import msgspec
from tests.collect.openings import Employer, Opening

from jobwire.model.board import Board


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it reached the replica."""

    host: str
    path: str
    query: dict[str, str] = {}
    body: Any = None

    @property
    def last(self) -> str:
        return self.path.rstrip("/").rsplit("/", 1)[-1]

    def number(self) -> int:
        """The opening that the path names."""
        found = re.findall(r"\d{6,12}", unquote(self.path)) or ["0"]
        return int(found[-1])


class Text(msgspec.Struct, frozen=True):
    """An answer that is not JSON."""

    text: str
    kind: str = "text/html"


Answer = Any
"""JSON-able data, a Text, or None for a 404."""
Write = Callable[[Employer, Ask], Answer]


class Format(msgspec.Struct, frozen=True):
    make_board: Callable[[str], Board]
    write: Write
    states_total: bool = False


def _page(title: str, body: str = "", head: str = "") -> Text:
    return Text(f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>")


def _split(place: str) -> tuple[str, str]:
    city, _, country = place.partition(", ")
    return city, country


def _schema(employer: Employer, opening: Opening) -> dict[str, Any]:
    """schema.org JobPosting."""
    return {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": opening.title,
        "description": employer.describe(opening),
        "identifier": {"@type": "PropertyValue", "name": employer.name, "value": str(opening.number)},
        "datePosted": opening.opened_at.isoformat(),
        "employmentType": "FULL_TIME",
        "hiringOrganization": {"@type": "Organization", "name": employer.name},
        "jobLocation": [
            {"@type": "Place", "address": {"addressLocality": _split(p)[0], "addressCountry": _split(p)[1]}}
            for p in opening.places
        ],
    }


def _schema_page(employer: Employer, opening: Opening | None) -> Answer:
    if opening is None:
        return None
    data = json.dumps(_schema(employer, opening))
    return _page(
        opening.title,
        f"<h1>{html.escape(opening.title)}</h1><div class='notice'>{opening.notice}</div>",
        f'<script type="application/ld+json">{data}</script>',
    )


def greenhouse(e: Employer, ask: Ask) -> Answer:
    if ask.path == f"/v1/boards/{e.token}":
        return {"name": e.name, "content": "<p>About us.</p>"}
    rows = [
        {
            "id": o.number,
            "title": o.title,
            "company_name": e.name,
            "requisition_id": o.requisition,
            "absolute_url": f"https://boards.greenhouse.io/{e.token}/jobs/{o.number}",
            "location": {"name": "; ".join(o.places)},
            "first_published": o.opened_at.isoformat(),
            "updated_at": e.touched_at().isoformat(),
            "content": html.escape(e.describe(o)),
        }
        for o in e.listed()
    ]
    return {"jobs": rows, "meta": {"total": e.total}}


def lever(e: Employer, ask: Ask) -> Answer:
    if not ask.path.startswith("/v0/"):
        return _page(e.name)
    skip, limit = int(ask.query.get("skip", 0)), int(ask.query.get("limit", 10_000))
    return [
        {
            "id": o.uuid,
            "text": o.title,
            "categories": {"location": o.places[0], "allLocations": list(o.places), "commitment": "Full-time"},
            "description": e.describe(o),
            "lists": [],
            "createdAt": int(o.opened_at.timestamp() * 1000),
            "hostedUrl": f"https://jobs.lever.co/{e.token}/{o.uuid}",
            "applyUrl": f"https://jobs.lever.co/{e.token}/{o.uuid}/apply",
        }
        for o in e.listed()[skip : skip + limit]
    ]


def ashby(e: Employer, ask: Ask) -> Answer:
    if "posting-api" not in ask.path:
        return _page(f"{e.name} Jobs")
    rows = [
        {
            "id": o.uuid,
            "title": o.title,
            "employmentType": "FullTime",
            "location": o.places[0],
            "secondaryLocations": [{"location": place} for place in o.places[1:]],
            "isListed": True,
            "publishedAt": o.opened_at.isoformat(timespec="milliseconds"),
            "jobUrl": f"https://jobs.ashbyhq.com/{e.token}/{o.uuid}",
            "applyUrl": f"https://jobs.ashbyhq.com/{e.token}/{o.uuid}/application",
            "descriptionHtml": e.describe(o),
        }
        for o in e.listed()
    ]
    return {"apiVersion": "1", "jobs": rows}


def workday(e: Employer, ask: Ask) -> Answer:
    if ask.last == "jobs":
        start, limit = ask.body["offset"], ask.body["limit"]
        rows = [
            {
                "title": o.title,
                "externalPath": f"/job/{_split(o.places[0])[0]}/{o.title.replace(' ', '-')}_R-{o.number}",
                "locationsText": o.places[0] if len(o.places) == 1 else f"{len(o.places)} Locations",
                "postedOn": f"Posted {2 + e.turn % 20} Days Ago",
                "bulletFields": [f"R-{o.number}"],
            }
            for o in e.listed()[start : start + limit]
        ]
        return {"total": e.total if start == 0 else 0, "jobPostings": rows, "facets": []}
    o = e.find(ask.number())
    if o is None:
        return None
    return {
        "jobPostingInfo": {
            "id": f"wid{o.number}",
            "title": o.title,
            "jobDescription": e.describe(o),
            "location": o.places[0],
            "additionalLocations": list(o.places[1:]),
            "startDate": o.opened_at.date().isoformat(),
            "timeType": "Full time",
            "jobReqId": f"R-{o.number}",
            "canApply": True,
            "posted": True,
            "externalUrl": f"https://{ask.host}/Careers/job/x/{o.number}",
        },
        "hiringOrganization": {"name": e.name},
    }


def smartrecruiters(e: Employer, ask: Ask) -> Answer:
    def row(o: Opening) -> dict[str, Any]:
        city, country = _split(o.places[0])
        return {
            "id": str(o.number),
            "name": o.title,
            "refNumber": o.requisition,
            "company": {"identifier": e.token, "name": e.name},
            "releasedDate": o.opened_at.isoformat(),
            "location": {"city": city, "country": country, "fullLocation": o.places[0]},
            "typeOfEmployment": {"label": "Full-time"},
            "customField": [{"fieldLabel": "Edition", "valueLabel": str(o.edition)}],
        }

    if ask.last != "postings":
        o = e.find(ask.number())
        text = e.describe(o) if o else ""
        sections = {"jobDescription": {"title": "Job Description", "text": text}}
        return {**row(o), "jobAd": {"sections": sections}} if o else None
    start, limit = int(ask.query["offset"]), int(ask.query["limit"])
    rows = [row(o) for o in e.listed()[start : start + limit]]
    return {"offset": start, "limit": limit, "totalFound": e.total, "content": rows}


def workable(e: Employer, ask: Ask) -> Answer:
    rows = [
        {
            "title": o.title,
            "shortcode": f"W{o.number}",
            "code": o.requisition,
            "employment_type": "Full-time",
            "url": f"https://apply.workable.com/j/W{o.number}",
            "application_url": f"https://apply.workable.com/j/W{o.number}/apply",
            "published_on": o.opened_at.date().isoformat(),
            "locations": [{"city": _split(p)[0], "country": _split(p)[1]} for p in o.places],
            "description": e.describe(o),
        }
        for o in e.listed()
    ]
    return {"name": e.name, "description": "<p>About</p>", "jobs": rows}


def recruitee(e: Employer, ask: Ask) -> Answer:
    rows = [
        {
            "id": o.number,
            "slug": f"job-{o.number}",
            "title": o.title,
            "status": "published",
            "locations": [{"city": _split(p)[0], "country": _split(p)[1]} for p in o.places],
            "employment_type_code": "fulltime",
            "description": e.describe(o),
            "published_at": o.opened_at.strftime("%Y-%m-%d %H:%M:%S UTC"),
            "close_at": o.closes_at or None,
            "updated_at": e.touched_at().strftime("%Y-%m-%d %H:%M:%S UTC"),
            "careers_url": f"https://{e.token}.recruitee.com/o/job-{o.number}",
            "company_name": e.name,
        }
        for o in e.listed()
    ]
    return {"offers": rows}


def personio(e: Employer, ask: Ask) -> Answer:
    if ask.path != "/xml":
        return _page(f"Jobs at {e.name}")
    rows = "".join(
        f"<position><id>{o.number}</id><subcompany>{e.name}</subcompany><office>{o.places[0]}</office>"
        f"<name>{o.title}</name><jobDescriptions><jobDescription><name>Tasks</name>"
        f"<value><![CDATA[{e.describe(o)}]]></value></jobDescription></jobDescriptions>"
        f"<schedule>full-time</schedule><createdAt>{o.opened_at.isoformat()}</createdAt></position>"
        for o in e.listed()
    )
    return Text(f'<?xml version="1.0" encoding="UTF-8"?><workzag-jobs>{rows}</workzag-jobs>', "text/xml")


def teamtailor(e: Employer, ask: Ask) -> Answer:
    if ask.last != "jobs.json":
        return None
    start = (int(ask.query.get("page", 1)) - 1) * 100
    items = [
        {
            "id": o.uuid,
            "title": o.title,
            "url": f"https://{e.token}.teamtailor.com/jobs/{o.number}-job",
            "date_published": o.opened_at.isoformat(),
            "content_html": e.describe(o),
            "_jobposting": _schema(e, o),
        }
        for o in e.listed()[start : start + 100]
    ]
    return {"version": "https://jsonfeed.org/version/1.1", "title": e.name, "items": items}


def bamboohr(e: Employer, ask: Ask) -> Answer:
    if ask.last == "company-info":
        return {"result": {"name": e.name}}
    if ask.last == "list":
        rows = [
            {
                "id": str(o.number),
                "jobOpeningName": o.title,
                "employmentStatusLabel": "Full-Time",
                "departmentLabel": f"Edition {o.edition}",
                "location": {"city": _split(o.places[0])[0], "state": None},
            }
            for o in e.listed()
        ]
        return {"meta": {"totalCount": e.total}, "result": rows}
    o = e.find(ask.number())
    if o is None:
        return None
    city, country = _split(o.places[0])
    job = {
        "jobOpeningName": o.title,
        "jobOpeningStatus": "Open",
        "employmentStatusLabel": "Full-Time",
        "location": {"city": city, "addressCountry": country},
        "description": e.describe(o),
        "datePosted": o.opened_at.date().isoformat(),
    }
    return {"meta": {}, "result": {"jobOpening": job}}


def breezy(e: Employer, ask: Ask) -> Answer:
    return [
        {
            "id": f"b{o.number}",
            "friendly_id": f"b{o.number}-job",
            "name": o.title,
            "url": f"https://{e.token}.breezy.hr/p/b{o.number}-job",
            "published_date": o.opened_at.isoformat(),
            "type": {"id": "fullTime", "name": "Full-Time"},
            "location": {"city": _split(o.places[0])[0], "name": o.places[0]},
            "company": {"name": e.name, "friendly_id": e.token},
            "description": e.describe(o),
        }
        for o in e.listed()
    ]


def rippling(e: Employer, ask: Ask) -> Answer:
    def row(o: Opening, place: str) -> dict[str, Any]:
        url = f"https://ats.rippling.com/{e.token}/jobs/{o.uuid}"
        department = {"id": "d", "label": f"Edition {o.edition}"}
        return {
            "uuid": o.uuid,
            "name": o.title,
            "department": department,
            "url": url,
            "workLocation": {"label": place, "id": place},
        }

    if ask.last == "jobs":
        return [row(o, place) for o in e.listed() for place in o.places]
    o = e.find(ask.number())
    if o is None:
        return None
    return {
        **row(o, o.places[0]),
        "description": {"company": "", "role": e.describe(o)},
        "workLocations": list(o.places),
        "createdOn": o.opened_at.isoformat(),
        "companyName": e.name,
    }


def pinpoint(e: Employer, ask: Ask) -> Answer:
    if ask.last != "postings.json":
        return _page(f"Careers at {e.name}")
    rows = [
        {
            "id": str(o.number),
            "title": o.title,
            "url": f"https://{e.token}.pinpointhq.com/en/postings/{o.uuid}",
            "path": f"/en/postings/{o.uuid}",
            "description": e.describe(o),
            "employment_type": "full_time",
            "job": {"id": str(o.number), "requisition_id": o.requisition},
            "location": {"city": _split(o.places[0])[0], "name": o.places[0]},
        }
        for o in e.listed()
    ]
    return {"data": rows}


def gem(e: Employer, ask: Ask) -> Answer:
    if ask.last != "job_posts":
        return _page(f"{e.name} Jobs")
    return [
        {
            "id": f"g{o.number}",
            "title": o.title,
            "requisition_id": o.requisition,
            "content": e.describe(o),
            "absolute_url": f"https://jobs.gem.com/{e.token}/g{o.number}",
            "location": {"name": "; ".join(o.places)},
            "employment_type": "full_time",
            "first_published_at": o.opened_at.isoformat(),
            "updated_at": e.touched_at().isoformat(),
        }
        for o in e.listed()
    ]


def jazzhr(e: Employer, ask: Ask) -> Answer:
    if ask.last != "jobs":
        number = ask.number()
        return _schema_page(e, e.find(number))
    rows = "".join(
        f'<tr id="row_job_20260412093000_J{o.number}"><td>'
        f'<a class="job_title_link" href="/apply/jobs/details/J{o.number}?&">{o.title}</a><br />'
        f'<span class="resumator_department">Edition {o.edition}</span></td><td>{o.places[0]}</td></tr>'
        for o in e.listed()
    )
    table = f'<table id="jobs_table"><tbody>{rows}</tbody></table>'
    return _page(f"{e.name} - Career Page", f'<div id="job_listings_wrapper">{table}</div>')


def generic(e: Employer, ask: Ask) -> Answer:
    base = f"https://{ask.host}"
    if ask.path == "/robots.txt":
        return Text(f"User-agent: *\nAllow: /\nSitemap: {base}/sitemap.xml\n", "text/plain")
    if ask.path == "/sitemap.xml":
        urls = "".join(
            f"<url><loc>{base}/jobs/{o.number}</loc><lastmod>2026-05-{1 + o.edition + o.touched:02d}</lastmod></url>"
            for o in e.listed()
        )
        about = f"<url><loc>{base}/about</loc></url>"
        return Text(
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{about}{urls}</urlset>', "text/xml"
        )
    if ask.path == "/":
        return _page(f"Careers at {e.name}", f'<h1>Jobs</h1><a href="{e.name}">All of them</a>')
    return _schema_page(e, e.find(ask.number()))


def icims(e: Employer, ask: Ask) -> Answer:
    if ask.last == "job":
        return _schema_page(e, e.find(ask.number()))
    page, rows = int(ask.query.get("pr", 0)), e.listed()
    pages = max(1, -(-len(rows) // 50))
    cards = "".join(
        f'<li class="iCIMS_JobCardItem"><span class="sr-only field-label">Job Locations</span>'
        f"<span>{o.places[0]}</span><a class='iCIMS_Anchor' "
        f'href="https://{ask.host}/jobs/{o.number}/job-x/job?in_iframe=1"><h3>{o.title}</h3></a></li>'
        for o in rows[page * 50 : page * 50 + 50]
    )
    head = f'<h2 class="iCIMS_SubHeader">Search Results Page {page + 1} of {pages}</h2>'
    return _page(e.name, f'<div class="iCIMS_ListingsPage">{head}<ul class="iCIMS_JobsTable">{cards}</ul></div>')


def jobvite(e: Employer, ask: Ask) -> Answer:
    if ask.last != "search":
        o = e.find(ask.number())
        text = e.describe(o) if o else ""
        body = f'<h2 class="jv-header">{o.title if o else ""}</h2>'
        detail = f'<div class="jv-job-detail-description">{text}</div>'
        return _page("Job", body + detail) if o else None
    page, rows = int(ask.query.get("p", 0)), e.listed()
    shown = rows[page * 50 : page * 50 + 50]
    lines = "".join(
        f'<tr><td class="jv-job-list-name"><a href="/{e.token}/job/o{o.number}">{o.title}</a></td>'
        f'<td class="jv-job-list-location">{o.places[0]}</td></tr>'
        for o in shown
    )
    first = page * 50 + 1
    count = f'<div class="jv-pagination">{first}-{first + len(shown) - 1} of {e.total}</div>' if shown else ""
    table = f'<table class="jv-job-list"><tbody>{lines}</tbody></table>'
    body = f"{table}{count}" if rows else "There are currently no open positions"
    page_text = f'<html><head><title>{e.name} Careers</title></head><body class="jv-page">{body}</body></html>'
    return Text(page_text)


def join(e: Employer, ask: Ask) -> Answer:
    company = {"id": 1, "name": e.name, "domain": e.token}

    def state(**more: Any) -> Text:
        data = {"props": {"pageProps": {"initialState": {"company": company, **more}}}}
        return _page("Jobs", f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(data)}</script>')

    def row(o: Opening) -> dict[str, Any]:
        city, country = _split(o.places[0])
        return {
            "id": o.number,
            "idParam": f"{o.number}-job",
            "title": o.title,
            "createdAt": o.opened_at.isoformat(),
            "employmentType": {"name": "Employee"},
            "category": {"name": f"Edition {o.edition}"},
            "city": {"cityName": city, "countryName": country},
        }

    if ask.last == e.token:
        start, rows = (int(ask.query["page"]) - 1) * 5, e.listed()
        pages = max(1, -(-e.total // 5))
        paging = {
            "page": start // 5 + 1,
            "pageCount": pages,
            "total": e.total,
            "rowCount": e.total,
            "pageSize": 5,
        }
        return state(jobs={"items": [row(o) for o in rows[start : start + 5]], "pagination": paging})
    o = e.find(ask.number())
    return state(job={**row(o), "description": e.describe(o), "schemaDescription": e.describe(o)}) if o else None


def comeet(e: Employer, ask: Ask) -> Answer:
    rows = [
        {
            "uid": f"C{o.number}",
            "name": o.title,
            "location": {"name": o.places[0], "city": _split(o.places[0])[0]},
            "employment_type": "Full-time",
            "time_updated": e.touched_at().isoformat(),
            "url_active_page": f"https://www.comeet.com/jobs/x/{e.token}/job/C{o.number}",
            "url_comeet_hosted_page": f"https://www.comeet.com/jobs/x/{e.token}/job/C{o.number}",
            "company_name": e.name,
            "custom_fields": {"details": [{"name": "Description", "value": e.describe(o)}]},
        }
        for o in e.listed()
    ]
    data = f"COMPANY_DATA = {json.dumps({'name': e.name})}; COMPANY_POSITIONS_DATA = {json.dumps(rows)};"
    return _page(f"Jobs at {e.name}", f"<script>{data}</script>")


def jibe(e: Employer, ask: Ask) -> Answer:
    start, limit = (int(ask.query["page"]) - 1) * int(ask.query["limit"]), int(ask.query["limit"])
    rows = [
        {
            "data": {
                "slug": str(o.number),
                "req_id": o.requisition,
                "title": o.title,
                "description": e.describe(o),
                "full_location": o.places[0],
                "employment_type": "FULL_TIME",
                "posted_date": o.opened_at.isoformat(),
                "update_date": e.touched_at().isoformat(),
                "hiring_organization": e.name,
            }
        }
        for o in e.listed()[start : start + limit]
    ]
    return {"jobs": rows, "totalCount": e.total, "count": len(rows)}


def oracle(e: Employer, ask: Ask) -> Answer:
    def row(o: Opening) -> dict[str, Any]:
        return {
            "Id": str(o.number),
            "Title": o.title,
            "PostedDate": o.opened_at.date().isoformat(),
            "PrimaryLocation": o.places[0],
            "secondaryLocations": [{"Name": place} for place in o.places[1:]],
            "ShortDescriptionStr": f"Edition {o.edition}",
        }

    finder = unquote(ask.query["finder"])
    if finder.startswith("ById"):
        o = e.find(int(re.findall(r'Id="?(\d+)', finder)[0]))
        if o is None:
            return {"items": [], "count": 0}
        return {"items": [{**row(o), "ExternalDescriptionStr": e.describe(o)}], "count": 1}
    start = int(re.findall(r"offset=(\d+)", finder)[0])
    limit = int(re.findall(r"limit=(\d+)", finder)[0])
    rows = [row(o) for o in e.listed()[start : start + limit]]
    return {"items": [{"SearchId": 1, "TotalJobsCount": e.total, "requisitionList": rows}]}


def eightfold(e: Employer, ask: Ask) -> Answer:
    def row(o: Opening) -> dict[str, Any]:
        return {
            "id": o.number,
            "name": o.title,
            "location": o.places[0],
            "locations": list(o.places),
            "department": f"Edition {o.edition}",
            "t_update": 1_785_900_000 + e.turn,
            "t_create": int(o.opened_at.timestamp()),
            "display_job_id": o.requisition,
            "job_description": "",
            "canonicalPositionUrl": f"https://{ask.host}/careers/job/{o.number}",
        }

    if ask.last != "jobs":
        o = e.find(ask.number())
        return {**row(o), "job_description": e.describe(o)} if o else None
    start, limit = int(ask.query["start"]), int(ask.query["num"])
    return {"positions": [row(o) for o in e.listed()[start : start + limit]], "count": e.total}


def phenom(e: Employer, ask: Ask) -> Answer:
    if ask.path != "/widgets":
        return _page(e.name)

    def row(o: Opening) -> dict[str, Any]:
        return {
            "jobId": str(o.number),
            "reqId": str(o.number),
            "jobSeqNo": f"S{o.number}",
            "title": o.title,
            "location": o.places[0],
            "category": f"Edition {o.edition}",
            "postedDate": o.opened_at.isoformat(),
            "applyUrl": f"https://{ask.host}/apply/{o.number}",
        }

    if ask.body["ddoKey"] == "jobDetail":
        o = e.find(int(re.findall(r"\d{6,}", json.dumps(ask.body))[0]))
        job = {**row(o), "description": e.describe(o)} if o else None
        return {"jobDetail": {"status": 200, "hits": int(bool(o)), "data": {"job": job} if o else {}}}
    start, size = ask.body["from"], ask.body["size"]
    rows = [row(o) for o in e.listed()[start : start + size]]
    search = {"status": 200, "hits": len(rows), "totalHits": e.total, "data": {"jobs": rows}}
    return {"refineSearch": search}


def paylocity(e: Employer, ask: Ask) -> Answer:
    if "/All/" in ask.path:
        rows = [
            {
                "JobId": o.number,
                "JobTitle": o.title,
                "LocationName": o.places[0],
                "PublishedDate": o.opened_at.isoformat(),
                "HiringDepartment": f"Edition {o.edition}",
                "IsInternal": False,
            }
            for o in e.listed()
        ]
        return _page("Jobs", f"<script>window.pageData = {json.dumps({'Jobs': rows})};</script>")
    o = e.find(ask.number())
    if o is None:
        return None
    body = (
        f'<div class="job-preview-title"><span>{o.title}</span></div><div class="job-preview-details">'
        f'<div class="job-listing-header">Description</div><div>{e.describe(o)}</div></div>'
    )
    return _page(o.title, body)


def ukg(e: Employer, ask: Ask) -> Answer:
    def row(o: Opening) -> dict[str, Any]:
        return {
            "Id": o.uuid,
            "Title": o.title,
            "RequisitionNumber": o.requisition,
            "FullTime": True,
            "JobCategoryName": f"Edition {o.edition}",
            "Locations": [{"LocalizedName": place} for place in o.places],
            "PostedDate": o.opened_at.isoformat(),
        }

    if ask.last == "LoadSearchResults":
        search = ask.body["opportunitySearch"]
        rows = e.listed()[search["Skip"] : search["Skip"] + search["Top"]]
        return {"opportunities": [row(o) for o in rows], "totalCount": e.total}
    if ask.last != "OpportunityDetail":
        return _page(e.name)
    o = e.find(int(ask.query["opportunityId"][-12:]))
    if o is None:
        return None
    data = json.dumps({**row(o), "Description": e.describe(o)})
    call = f"new US.Opportunity.CandidateOpportunityDetail({data});"
    return _page("Job", f"<script>$(function () {{ var opportunity = {call} }});</script>")


def successfactors(e: Employer, ask: Ask) -> Answer:
    base = f"https://{ask.host}"
    if ask.path == "/sitemap.xml":
        urls = "".join(f"<url><loc>{base}/job/x-Job-{o.number}/{o.number}/</loc></url>" for o in e.listed())
        return Text(f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>', "text/xml")
    if not ask.path.startswith("/job/"):
        return _page(f"Jobs at {e.name}") if ask.path in ("/", "/search/") else None
    o = e.find(ask.number())
    if o is None:
        return None
    return _page(
        o.title,
        f'<h1 id="job-title" itemprop="title">{o.title}</h1><p class="jobGeoLocation">{o.places[0]}</p>'
        f'<meta itemprop="hiringOrganization" content="{e.name}">'
        f'<span class="jobdescription">{e.describe(o)}</span>',
    )


def _named(ats: str, **more: str) -> Callable[[str], Board]:
    """A board whose parts may hold `{}` for the token."""

    def make(token: str) -> Board:
        parts = {name: value.format(token) for name, value in more.items()}
        return Board(ats=ats, **{"token": token, **parts})

    return make


def _make_comeet(token: str) -> Board:
    """Its tokens are uppercase pairs, so the name stands before."""
    code = f"4C.{int(token.removeprefix('employer')):03d}"
    return Board(ats="comeet", token=code, url=f"https://www.comeet.com/jobs/{token}/{code}")


FORMATS: dict[str, Format] = {
    "greenhouse": Format(_named("greenhouse"), greenhouse, True),
    "lever": Format(_named("lever"), lever),
    "ashby": Format(_named("ashby"), ashby),
    "workday": Format(_named("workday", host="{}.wd5.myworkdayjobs.com", site="Careers"), workday, True),
    "smartrecruiters": Format(_named("smartrecruiters"), smartrecruiters, True),
    "workable": Format(_named("workable"), workable),
    "recruitee": Format(_named("recruitee"), recruitee),
    "personio": Format(_named("personio", host="{}.jobs.personio.de"), personio),
    "teamtailor": Format(_named("teamtailor", host="{}.teamtailor.com"), teamtailor),
    "bamboohr": Format(_named("bamboohr"), bamboohr, True),
    "breezy": Format(_named("breezy"), breezy),
    "rippling": Format(_named("rippling"), rippling),
    "pinpoint": Format(_named("pinpoint"), pinpoint),
    "gem": Format(_named("gem"), gem),
    "jazzhr": Format(_named("jazzhr"), jazzhr),
    "generic": Format(
        _named(
            "generic", token="{}.careers.example", host="{}.careers.example", url="https://{}.careers.example"
        ),
        generic,
    ),
    "icims": Format(_named("icims", token="careers-{}"), icims),
    "jobvite": Format(_named("jobvite"), jobvite, True),
    "join": Format(_named("join"), join, True),
    "comeet": Format(_make_comeet, comeet),
    "jibe": Format(_named("jibe"), jibe, True),
    "oracle": Format(_named("oracle", host="{}.fa.em2.oraclecloud.com", site="CX_1"), oracle, True),
    "eightfold": Format(
        _named("eightfold", host="{}.eightfold.ai", url="https://{0}.eightfold.ai/careers?domain={0}.com"),
        eightfold,
        True,
    ),
    "phenom": Format(
        _named("phenom", host="{}.phenom.example", url="https://{}.phenom.example/us/en/search-results"),
        phenom,
        True,
    ),
    "paylocity": Format(_named("paylocity"), paylocity),
    "ukg": Format(
        _named("ukg", host="recruiting2.ultipro.com", site="4fbbaaba-d3de-4c8c-b7be-33c9ba238ae4"), ukg, True
    ),
    "successfactors": Format(_named("successfactors", host="{}.jobs.hr.cloud.sap"), successfactors),
}
