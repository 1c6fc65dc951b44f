"""A local server that plays the sample employers' boards in the true formats of Greenhouse, Lever and Ashby."""

from __future__ import annotations

import html
import uuid
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import msgspec
from aiohttp import web

NAMESPACE = uuid.UUID("0f1d3a5e-5f0c-5d2b-8a54-5b7f6f2f9f10")
OPENED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Publication date of the first sample posting; the others follow, a day apart."""


class Employer:
    """One employer with a board that can be edited."""

    def __init__(self, data: dict[str, Any], roles: dict[str, dict[str, list[str]]]) -> None:
        self.name, self.ats, self.token = data["name"], data["ats"], data["token"]
        self.about, self.benefits = data["about"], data["benefits"]
        self.website = data["website"]
        self.rows = [
            {
                "number": number,
                "title": title,
                "role": roles[role],
                "team": team,
                "places": places,
                "type": kind,
                "model": model,
                "pay": pay,
                "open": True,
                "edits": 0,
            }
            for number, (title, role, team, places, kind, model, pay) in enumerate(data["jobs"])
        ]

    @property
    def career_site(self) -> str:
        """The URL that a person would know."""
        return {
            "greenhouse": f"https://boards.greenhouse.io/{self.token}",
            "lever": f"https://jobs.lever.co/{self.token}",
            "ashby": f"https://jobs.ashbyhq.com/{self.token}",
        }[self.ats]

    def edit(self, number: int, words: str) -> None:
        """A real edit: a new line in the text."""
        row = self.rows[number]
        row["role"] = {**row["role"], "does": [*row["role"]["does"], words]}
        row["edits"] += 1

    def remove(self, number: int) -> None:
        self.rows[number]["open"] = False

    def reopen(self, number: int) -> None:
        self.rows[number]["open"] = True

    def open_rows(self) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["open"]]

    def describe(self, row: dict[str, Any]) -> str:
        """HTML of a posting, as an employer would write it."""
        role = row["role"]
        parts = [
            f"<p>{html.escape(self.about)}</p>",
            f"<p>As {html.escape(row['title'])} you will join our {html.escape(row['team'])} team.</p>",
            _section("What you will do", role["does"]),
            _section("Requirements", role["needs"]),
            _section("Nice to have", role["nice"]),
            _section("What we offer", self.benefits),
            f"<p>{html.escape(self.name)} is an equal opportunity employer.</p>",
        ]
        return "".join(parts)

    def opened_at(self, row: dict[str, Any]) -> datetime:
        return OPENED + timedelta(days=row["number"], hours=row["number"] % 7)


def load_employers() -> list[Employer]:
    """The six sample employers, fresh."""
    folder = files("jobwire.cli") / "demo_data"
    roles = msgspec.json.decode((folder / "roles.json").read_bytes())
    return [Employer(data, roles) for data in msgspec.json.decode((folder / "employers.json").read_bytes())]


def make_app(employers: list[Employer]) -> web.Application:
    """Answers for the API hosts of the three ATS, told apart by path."""
    app = web.Application()
    by_key = {(employer.ats, employer.token): employer for employer in employers}

    def find(ats: str, token: str) -> Employer:
        employer = by_key.get((ats, token))
        if employer is None:
            raise web.HTTPNotFound(
                text='{"status":404,"error":"Board not found"}', content_type="application/json"
            )
        return employer

    async def greenhouse(request: web.Request) -> web.Response:
        return _json(greenhouse_list(find("greenhouse", request.match_info["token"])))

    async def greenhouse_name(request: web.Request) -> web.Response:
        employer = find("greenhouse", request.match_info["token"])
        return _json({"name": employer.name, "content": f"<p>{employer.about}</p>"})

    async def lever(request: web.Request) -> web.Response:
        return _json(lever_list(find("lever", request.match_info["token"])))

    async def lever_page(request: web.Request) -> web.Response:
        employer = find("lever", request.match_info["token"])
        page = f"<html><head><title>{html.escape(employer.name)}</title></head><body></body></html>"
        return web.Response(text=page, content_type="text/html")

    async def ashby(request: web.Request) -> web.Response:
        return _json(ashby_list(find("ashby", request.match_info["token"])))

    app.router.add_get("/v1/boards/{token}/jobs", greenhouse)
    app.router.add_get("/v1/boards/{token}", greenhouse_name)
    app.router.add_get("/v0/postings/{token}", lever)
    app.router.add_get("/posting-api/job-board/{token}", ashby)
    app.router.add_get("/{token}", lever_page)
    return app


def greenhouse_list(employer: Employer) -> dict[str, Any]:
    """As boards-api.greenhouse.io/v1/boards/{token}/jobs?content=true answers: content escaped once."""
    jobs = []
    for row in employer.open_rows():
        number = 4_000_000 + row["number"]
        opened = employer.opened_at(row)
        pay = row["pay"]
        jobs.append(
            {
                "id": number,
                "internal_job_id": 3_000_000 + row["number"],
                "requisition_id": f"R-{100 + row['number']}",
                "title": row["title"],
                "company_name": employer.name,
                "absolute_url": f"https://boards.greenhouse.io/{employer.token}/jobs/{number}",
                "location": {"name": "; ".join(row["places"])},
                "first_published": opened.isoformat(),
                "updated_at": (opened + timedelta(days=row["edits"])).isoformat(),
                "language": "en",
                "metadata": [
                    {"id": 1, "name": "Employment Type", "value": row["type"], "value_type": "single_select"},
                    {
                        "id": 2,
                        "name": "Workplace Type",
                        "value": row["model"] or None,
                        "value_type": "single_select",
                    },
                ],
                "departments": [{"id": 10, "name": row["team"], "child_ids": [], "parent_id": None}],
                "offices": [],
                "content": html.escape(employer.describe(row)),
                "pay_input_ranges": [
                    {
                        "min_cents": round(pay[0] * 100),
                        "max_cents": round(pay[1] * 100),
                        "currency_type": pay[2],
                        "title": "Hourly pay" if pay[3] == "hour" else "Annual base salary",
                        "blurb": "",
                    }
                ]
                if pay
                else [],
            }
        )
    return {"jobs": jobs, "meta": {"total": len(jobs)}}


def lever_list(employer: Employer) -> list[dict[str, Any]]:
    """As api.lever.co/v0/postings/{site}?mode=json answers."""
    found = []
    for row in employer.open_rows():
        key = str(uuid.uuid5(NAMESPACE, f"{employer.token}{row['number']}"))
        url = f"https://jobs.lever.co/{employer.token}/{key}"
        role, pay = row["role"], row["pay"]
        item = {
            "id": key,
            "text": row["title"],
            "categories": {
                "location": row["places"][0],
                "allLocations": row["places"],
                "commitment": row["type"],
                "team": row["team"],
            },
            "workplaceType": row["model"],
            "description": f"<p>{html.escape(employer.about)}</p>"
            f"<p>You will join the {html.escape(row['team'])} team.</p>",
            "lists": [
                {"text": "What you will do", "content": _items(role["does"])},
                {"text": "What you bring", "content": _items(role["needs"])},
                {"text": "Nice to have", "content": _items(role["nice"])},
                {"text": "Benefits", "content": _items(employer.benefits)},
            ],
            "additional": f"<p>{html.escape(employer.name)} is an equal opportunity employer.</p>",
            "createdAt": int(employer.opened_at(row).timestamp() * 1000),
            "hostedUrl": url,
            "applyUrl": f"{url}/apply",
        }
        if pay:
            low, high, currency, period = pay
            item["salaryRange"] = {
                "min": low,
                "max": high,
                "currency": currency,
                "interval": f"per-{period}-{'salary' if period == 'year' else 'wage'}",
            }
        found.append(item)
    return found


def ashby_list(employer: Employer) -> dict[str, Any]:
    """As api.ashbyhq.com/posting-api/job-board/{name}?includeCompensation=true answers."""
    jobs = []
    for row in employer.open_rows():
        key = str(uuid.uuid5(NAMESPACE, f"{employer.token}{row['number']}"))
        url = f"https://jobs.ashbyhq.com/{employer.token}/{key}"
        jobs.append(
            {
                "id": key,
                "title": row["title"],
                "department": row["team"],
                "team": row["team"],
                "employmentType": row["type"],
                "location": row["places"][0],
                "secondaryLocations": [{"location": place} for place in row["places"][1:]],
                "isRemote": row["model"] == "Remote",
                "workplaceType": row["model"],
                "isListed": True,
                "publishedAt": employer.opened_at(row).isoformat(timespec="milliseconds"),
                "jobUrl": url,
                "applyUrl": f"{url}/application",
                "descriptionHtml": employer.describe(row),
                "compensation": _ashby_pay(row["pay"]),
            }
        )
    return {"apiVersion": "1", "jobs": jobs}


def _ashby_pay(pay: list[Any] | None) -> dict[str, Any]:
    if not pay:
        return {"compensationTierSummary": None, "compensationTiers": [], "summaryComponents": []}
    low, high, currency, period = pay
    component = {
        "compensationType": "Salary",
        "interval": f"1 {period.upper()}",
        "currencyCode": currency,
        "minValue": low,
        "maxValue": high,
    }
    return {
        "compensationTierSummary": f"{currency} {low:,} - {high:,}",
        "compensationTiers": [{"title": "", "components": [component]}],
        "summaryComponents": [component],
    }


def _section(heading: str, items: list[str]) -> str:
    return f"<h3>{heading}</h3><ul>{_items(items)}</ul>"


def _items(items: list[str]) -> str:
    return "".join(f"<li>{html.escape(item)}</li>" for item in items)


def _json(value: Any) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")
