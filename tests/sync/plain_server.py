"""A server that speaks the seeds' protocol and nothing more: /feed, /expired, /career-sites/feed.

Written from the seeds, apart from jobwire's own server. What they leave open is a switch:

* `posted_after` compares with the date that the employer posted (`posting_date`), with the first indexing
  (`created`), or with the last change (`updated`);
* `/expired` lists every expiry in the window, also of jobs that are active again (`only_expired=False`).

`log=True` adds the contract's `/api/jobs/changes`. `faults` are taken one a request; see `Fault`.
"""

from __future__ import annotations

import base64
import json
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

Fault = Literal[
    "503", "429", "500", "cut", "truncated", "malformed", "duplicate", "invalid_cursor", "html", "null_cursor"
]
WEEK = timedelta(days=7)
KEY = "test-key-of-twenty-chars"


class Clock:
    """A clock that is moved by hand."""

    def __init__(self, at: datetime | None = None) -> None:
        self.at = at or datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


class Feed:
    """The truth behind the server: jobs that are published, edited, expired and re-opened by tests."""

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        self.clock = clock or (lambda: datetime.now(UTC))
        self.lock = threading.RLock()
        self.jobs: dict[str, dict[str, Any]] = {}
        self.order: dict[str, int] = {}
        self.active: set[str] = set()
        self.expiries: list[tuple[datetime, str]] = []
        self.sites: dict[str, dict[str, Any]] = {}
        self.log: dict[str, tuple[int, str]] = {}
        self.seq = 0

    def publish(self, n: int, *, posted: datetime | None = None, **fields: Any) -> str:
        """A new job, first indexed now; `posted`: when its employer posted it."""
        with self.lock:
            job = make_job(n, self.clock(), posted, **fields)
            self.jobs[job["id"]] = job
            self.order[job["id"]] = len(self.order)
            self.active.add(job["id"])
            self._logged(job["id"], "upsert")
            return str(job["id"])

    def edit(self, job_id: str, **fields: Any) -> None:
        with self.lock:
            self.jobs[job_id] = {**self.jobs[job_id], **fields, "updated_at": text(self.clock())}
            self._logged(job_id, "upsert")

    def expire(self, job_id: str) -> None:
        with self.lock:
            self.active.discard(job_id)
            self.expiries.append((self.clock(), job_id))
            self._logged(job_id, "remove")

    def reopen(self, job_id: str) -> None:
        """Active again, as a new version."""
        with self.lock:
            self.active.add(job_id)
            self.edit(job_id)

    def truth(self) -> dict[str, str]:
        """Active ids with their `updated_at`."""
        with self.lock:
            return {id_: self.jobs[id_]["updated_at"] for id_ in self.active}

    def _logged(self, job_id: str, op: str) -> None:
        self.seq += 1
        self.log[job_id] = (self.seq, op)


class PlainServer:
    """The feed on a port of 127.0.0.1; use as a context manager."""

    def __init__(
        self,
        feed: Feed | None = None,
        *,
        posted_after: Literal["posting_date", "created", "updated"] = "updated",
        only_expired: bool = False,
        log: bool = False,
        price: float | None = None,
        skew: timedelta = timedelta(0),
        knows_updated_after: bool = False,
    ) -> None:
        self.feed = feed or Feed()
        self.posted_after, self.only_expired, self.log = posted_after, only_expired, log
        self.knows_updated_after = knows_updated_after
        self.price, self.balance, self.skew = price, 1_000_000.0, skew
        self.faults: deque[Fault | None] = deque()
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.before_answer: Callable[[str, int], None] = lambda path, n: None
        self.log_start = 0
        self.age = timedelta(0)
        """As a cache would give it: how old the answers are."""
        self.twist: Callable[[str, dict[str, Any], dict[str, Any]], dict[str, Any] | bytes] = lambda p, ask, a: a
        """Last word on a good answer: (path, request, answer) to the answer that is sent."""
        self.last_body: dict[str, bytes] = {}
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Endpoint,), {"server_side": self}))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def count(self, path: str) -> int:
        return sum(asked == path for asked, _ in self.requests)

    def __enter__(self) -> PlainServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def now(self) -> datetime:
        return self.feed.clock() + self.skew

    # Endpoints: (status, body)

    def answer_feed(self, ask: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        start, filters = _place(ask, ("posted_after", "updated_after", "sources"))
        with self.feed.lock:
            ids = sorted(self.feed.active, key=self.feed.order.__getitem__)
            found = [
                self.feed.jobs[i]
                for i in ids
                if self.feed.order[i] >= start and self._wanted(self.feed.jobs[i], filters)
            ]
            page = found[: int(ask.get("batch_size", 1000))]
            more = len(found) > len(page)
            last = self.feed.order[page[-1]["id"]] + 1 if page else start
        return 200, {"jobs": page, "next_cursor": _cursor(last, filters) if more else None, "has_more": more}

    def _wanted(self, job: dict[str, Any], filters: dict[str, Any]) -> bool:
        if filters.get("sources") and job["source"] not in filters["sources"]:
            return False
        updated_after = filters.get("updated_after") if self.knows_updated_after else None
        if updated_after and parse(job["updated_at"]) < parse(updated_after):
            return False
        if not filters.get("posted_after"):
            return True
        field = {"posting_date": "date_posted", "created": "created_at", "updated": "updated_at"}[
            self.posted_after
        ]
        return parse(job[field]) >= parse(filters["posted_after"])

    def answer_expired(self, ask: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        now = self.now()
        since = parse(ask["expired_since"]) if "expired_since" in ask else now - timedelta(days=1)
        if since < now - WEEK - timedelta(minutes=5):
            return 400, problem(400, "Bad request", "expired_since is more than 7 days ago: run a full re-sync.")
        start, _ = _place(ask, ())
        with self.feed.lock:
            ids = list(dict.fromkeys(i for at, i in self.feed.expiries if at + self.skew >= since))
            if self.only_expired:
                ids = [i for i in ids if i not in self.feed.active]
        size = int(ask.get("batch_size", 1000))
        more = len(ids) > start + size
        cursor = _cursor(start + size, {}) if more else None
        return 200, {"job_ids": ids[start : start + size], "next_cursor": cursor, "has_more": more}

    def answer_sites(self, ask: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        start, filters = _place(ask, ("updated_after",))
        after = parse(filters["updated_after"]) if filters.get("updated_after") else None
        with self.feed.lock:
            found = [s for s in self.feed.sites.values() if after is None or parse(s["updated_at"]) > after]
        size = min(50, int(ask.get("batch_size", 50)))
        more = len(found) > start + size
        cursor = _cursor(start + size, filters) if more else None
        return 200, {"career_sites": found[start : start + size], "next_cursor": cursor, "has_more": more}

    def answer_changes(self, ask: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if not self.log:
            return 404, problem(404, "Not found", "No such path.")
        seen, begun = _place(ask, ())
        begun = begun or {"head": self.feed.seq}  # a scan that began after the horizon may go on below it
        if ask.get("cursor") and max(seen, begun["head"]) < self.log_start:
            return 409, {
                **problem(409, "Resync required", "Away too long."),
                "code": "resync_required",
                "next_cursor": _cursor(self.feed.seq, {}),
            }
        with self.feed.lock:
            entries = sorted((seq, op, i) for i, (seq, op) in self.feed.log.items() if seq > seen)
            entries = [e for e in entries if e[1] == "upsert" or e[0] > begun["head"]]
            size = int(ask.get("batch_size", 1000))
            changes = [self._change(op, i) for _, op, i in entries[:size]]
            more = len(entries) > size
            end = entries[size - 1][0] if more else self.feed.seq
        return 200, {"changes": changes, "next_cursor": _cursor(end, begun), "has_more": more}

    def _change(self, op: str, job_id: str) -> dict[str, Any]:
        if op == "upsert":
            return {"op": op, "job": self.feed.jobs[job_id]}
        return {"op": op, "id": job_id, "reason": "source_removed", "at": text(self.now())}

    def answer_company(self, company_id: str) -> tuple[int, dict[str, Any]]:
        return 200, {"id": company_id, "name": f"Company {company_id[-4:]}", "profile": {"funding": 7}}


class _Endpoint(BaseHTTPRequestHandler):
    """One request: faults first, then the endpoint."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server_side: PlainServer

    def log_message(self, *_: object) -> None:
        return

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.server_side.now(), usegmt=True)

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(size) or b"{}")
        self._answer(urlsplit(self.path).path, body)

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        self._answer(address.path, {name: values[0] for name, values in parse_qs(address.query).items()})

    def _answer(self, path: str, ask: dict[str, Any]) -> None:
        side = self.server_side
        side.requests.append((path, ask))
        side.before_answer(path, len(side.requests))
        if self.headers.get("X-Api-Key") != KEY and not path.startswith("/api/companies/"):
            return self._send(401, problem(401, "Unauthorized", "The key is not known."))
        fault = side.faults.popleft() if side.faults else None
        if fault and self._spoil(fault, path, ask):
            return None
        endpoints = {
            ("POST", "/api/jobs/feed"): side.answer_feed,
            ("GET", "/api/jobs/expired"): side.answer_expired,
            ("POST", "/api/career-sites/feed"): side.answer_sites,
            ("GET", "/api/jobs/changes"): side.answer_changes,
        }
        endpoint = endpoints.get((self.command, path))
        if endpoint is None and path.startswith("/api/companies/"):
            return self._send(*side.answer_company(path.rpartition("/")[2]))
        if endpoint is None:
            return self._send(404, problem(404, "Not found", "No such path."))
        try:
            status, answer = endpoint(ask)
        except BadCursor:
            status, answer = 400, problem(400, "Invalid cursor", "Drop it and start again.")
        headers = self._charge(answer)
        return self._send(status, side.twist(path, ask, answer) if status == 200 else answer, headers, path=path)

    def _spoil(self, fault: Fault, path: str, ask: dict[str, Any]) -> bool:
        """True if the answer went out already."""
        if fault in ("503", "429", "500"):
            self._send(
                int(fault), problem(int(fault), "No", "Later."), {"Retry-After": "0"} if fault != "500" else {}
            )
        elif fault == "cut":
            self.close_connection = True
            self.connection.close()
        elif fault == "truncated":
            self._raw(b'{"jobs": [{"id": "x"', length=5000)
        elif fault in ("malformed", "html"):
            self._raw(b"{]" if fault == "malformed" else b"<html>busy</html>")
        elif fault == "null_cursor":
            self._raw(b'{"jobs": [], "job_ids": [], "changes": [], "has_more": true, "next_cursor": null}')
        elif fault == "invalid_cursor" and ask.get("cursor"):
            self._send(400, problem(400, "Invalid cursor", "Drop it and start again."))
        elif fault == "duplicate" and self._last_page(path).get("next_cursor") == ask.get("cursor", ""):
            self._raw(self.server_side.last_body[path])  # the page before once more
        else:
            return False
        return True

    def _last_page(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.server_side.last_body.get(path, b"{}"))
        return found

    def _charge(self, answer: dict[str, Any]) -> dict[str, str]:
        side = self.server_side
        rows = answer.get("jobs", answer.get("career_sites"))
        if side.price is None or rows is None:
            return {}
        cost = side.price * len(rows)
        side.balance -= cost
        return {"X-Credits-Deducted": f"{cost:g}", "X-Credits-Balance": f"{side.balance:.10g}"}

    def _send(
        self, status: int, answer: dict[str, Any] | bytes, headers: dict[str, str] | None = None, path: str = ""
    ) -> None:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        if status == 200:
            self.server_side.last_body[path] = body
        self._raw(body, status=status, headers=headers)

    def _raw(
        self, body: bytes, *, status: int = 200, headers: dict[str, str] | None = None, length: int | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if self.server_side.age:
            self.send_header("Age", f"{self.server_side.age.total_seconds():.0f}")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        if length is not None:
            self.close_connection = True


class BadCursor(ValueError):
    pass


def make_job(n: int, now: datetime, posted: datetime | None = None, **fields: Any) -> dict[str, Any]:
    """A job in the seeds' shape; `n` makes its id."""
    job = {
        "id": f"0000abcd-0000-4000-8000-{n:012d}",
        "title": f"Engineer {n}",
        "normalized_title": "engineer",
        "company": {"id": f"c0000000-0000-4000-8000-{n % 7:012d}", "name": f"Firm {n % 7}", "industries": []},
        "description": "We build things.\nYou too.",
        "summary": None,
        "listing_url": f"https://example.com/jobs/{n}",
        "apply_url": f"https://example.com/jobs/{n}/apply",
        "locations": [{"location": "Berlin", "city": "Berlin", "region": None, "country": "DE",
                       "latitude": 52.5, "longitude": 13.4}],
        "compensation": {"min": 50000, "max": 60000.5, "currency": "EUR", "period": "year"},
        "employment_type": "full_time",
        "workplace_type": "hybrid",
        "experience_level": None,
        "source": "greenhouse" if n % 2 else "lever",
        "created_at": text(now),
        "updated_at": text(now),
        "date_posted": text(posted or now),
        "valid_through": None,
        "qualifications": {},
        "responsibilities": [],
        "benefits": [],
        "is_work_auth_required": None,
        "is_h1b_sponsor": None,
        "is_clearance_required": None,
    }  # fmt: skip
    return {**job, **fields}


def make_site(n: int, now: datetime) -> dict[str, Any]:
    """A career site in the seeds' shape."""
    return {
        "id": f"c0000000-0000-4000-8000-{n:012d}",
        "name": f"Firm {n}",
        "website": None,
        "industries": [],
        "categories": [],
        "ats": "lever",
        "listing_url": f"https://example.com/{n}",
        "discovered_at": text(now),
        "updated_at": text(now),
        "details_url": None,
    }


def problem(status: int, title: str, detail: str) -> dict[str, Any]:
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "error": title}


def text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse(value: str) -> datetime:
    at = datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _cursor(start: int, filters: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([start, filters]).encode()).decode().rstrip("=")


def _place(ask: dict[str, Any], names: tuple[str, ...]) -> tuple[int, dict[str, Any]]:
    cursor = ask.get("cursor")
    if not cursor:
        return 0, {name: ask[name] for name in names if ask.get(name)}
    try:
        start, filters = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return int(start), dict(filters)
    except (ValueError, TypeError) as error:
        raise BadCursor from error
