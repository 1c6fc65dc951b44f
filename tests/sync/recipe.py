"""The recipe as the seeds print it, step by step, with its state kept where ours is: for comparison only."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import urllib3
from tests.sync.plain_server import KEY, Clock, text

OVERLAP = timedelta(minutes=15)


class Crash(Exception):
    """The process dies here."""


class Recipe:
    """`store` and `state` are the consumer's database and its state file; `clock` is the consumer's own."""

    def __init__(self, url: str, clock: Clock, batch_size: int = 3) -> None:
        self.url, self.clock, self.batch_size = url, clock, batch_size
        self.store: dict[str, dict[str, Any]] = {}
        self.state: dict[str, Any] = {"last_run_at": None, "cursor": None}
        self._pool = urllib3.PoolManager()

    def run(self, *, crash_after_page: int | None = None) -> None:
        this_run_at = text(self.clock())
        posted_after = None
        if self.state["last_run_at"]:
            posted_after = text(datetime.fromisoformat(self.state["last_run_at"]) - OVERLAP)
        self._page_feed(posted_after, crash_after_page)
        if self.state["last_run_at"]:
            self._sweep(self.state["last_run_at"])
        self.state = {"last_run_at": this_run_at, "cursor": None}

    def _page_feed(self, posted_after: str | None, crash_after_page: int | None) -> None:
        cursor, pages = self.state["cursor"], 0
        while True:
            body: dict[str, Any] = {"batch_size": self.batch_size}
            body |= {"posted_after": posted_after} if posted_after else {}
            body |= {"cursor": cursor} if cursor else {}
            data = self._ask("POST", "/api/jobs/feed", json.dumps(body).encode())
            self.store |= {job["id"]: job for job in data["jobs"]}
            cursor, pages = data["next_cursor"], pages + 1
            self.state = {**self.state, "cursor": cursor}
            if pages == crash_after_page:
                raise Crash
            if not data["has_more"]:
                return

    def _sweep(self, since: str) -> None:
        cursor = None
        while True:
            query = {"expired_since": since, "batch_size": "10000"} | ({"cursor": cursor} if cursor else {})
            data = self._ask("GET", f"/api/jobs/expired?{urlencode(query)}", None)
            for job_id in data["job_ids"]:
                self.store.pop(job_id, None)
            cursor = data["next_cursor"]
            if not data["has_more"]:
                return

    def _ask(self, method: str, path: str, body: bytes | None) -> dict[str, Any]:
        answer = self._pool.request(method, self.url + path, body=body, headers={"X-Api-Key": KEY})
        assert answer.status == 200, answer.data
        found: dict[str, Any] = json.loads(answer.data)
        return found

    def copy(self) -> dict[str, str]:
        return {id_: job["updated_at"] for id_, job in self.store.items()}
