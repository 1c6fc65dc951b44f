"""What the console sees of career sites: the collector's own client, detection and enrichment."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import urllib3
from tests.spine.spine import Spine, running

from jobwire.asgi import BoardTools
from jobwire.cli.accounts import ensure_account, register_key
from jobwire.cli.background import serve_sites
from jobwire.cli.demo_sites import load_employers, make_app
from jobwire.collect.fetch import Fetcher, FetchOptions
from jobwire.errors import BoardError

ADMIN = "tools-admin-key-0123456789"


@pytest.fixture(scope="module")
def sites() -> Iterator[str]:
    with serve_sites(make_app(load_employers())) as url:
        yield url


@pytest.fixture(scope="module")
def tools(sites: str) -> BoardTools:
    return BoardTools(lambda: Fetcher(FetchOptions(routes={"*": sites}, pause_s=0.0, backoff_s=0.0)))


def test_a_board_is_found_and_tried(tools: BoardTools) -> None:
    found = asyncio.run(tools.find_boards("https://boards.greenhouse.io/harborpine/jobs/4000001"))
    assert [one.board.key for one in found] == ["greenhouse:harborpine"]
    assert found[0].board.url.startswith("https://")
    tried = asyncio.run(tools.try_board(found[0].board))
    assert (tried.outcome, tried.completeness, tried.count) == ("changed", "complete", len(tried.jobs))
    assert tried.jobs[0].compensation


def test_a_board_that_is_gone_is_an_outcome_and_a_page_without_one_is_nothing(tools: BoardTools) -> None:
    found = asyncio.run(tools.find_boards("https://jobs.lever.co/nobody"))
    assert asyncio.run(tools.try_board(found[0].board)).outcome == "gone"
    assert asyncio.run(tools.find_boards("https://www.example.com/brightwell")) == []


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/jobs", "http://169.254.169.254/latest", "http://[::1]/", "file:///etc/passwd"]
)
def test_private_addresses_are_refused(url: str) -> None:
    tools = BoardTools(lambda: Fetcher(FetchOptions(pause_s=0.0, backoff_s=0.0)))
    with pytest.raises(BoardError):
        asyncio.run(tools.find_boards(url))


class Operator:
    """Fills the form by hand."""

    def __init__(self, spine: Spine) -> None:
        self.url = spine.url
        self.http = urllib3.PoolManager()
        self.headers = {"Content-Type": "application/x-www-form-urlencoded"}
        login = self.send("/login", key=ADMIN)
        self.headers["Cookie"] = login.headers["Set-Cookie"].partition(";")[0]
        page = self.http.request("GET", f"{self.url}/console/add", headers=self.headers).data.decode()
        token = re.search(r'name="csrf" value="(\w+)"', page)
        assert token
        self.csrf = token[1]

    def send(self, path: str, **fields: str) -> urllib3.BaseHTTPResponse:
        body = urlencode(fields).encode()
        return self.http.request("POST", self.url + path, body=body, headers=self.headers, redirect=False)

    def add(self, **fields: str) -> urllib3.BaseHTTPResponse:
        return self.send("/console/add", csrf=self.csrf, **fields)


def test_the_form_tries_and_adds(tmp_path: Path, sites: str, tools: BoardTools) -> None:
    with running(tmp_path, sites, tools) as spine:
        register_key(spine.store.accounts, ensure_account(spine.store.accounts, "o"), "o", ADMIN, admin=True)
        operator = Operator(spine)
        url = "https://jobs.lever.co/cedarclinic"
        tried = operator.add(url=url, action="try").data.decode()
        assert "Nothing was stored" in tried
        assert "Nurse" in tried
        assert spine.store.counts().boards == 0
        added = operator.add(url=url, action="add", key="lever:cedarclinic")
        assert added.headers["Location"] == "/console/board?key=lever%3Acedarclinic"
        assert operator.add(url=url, action="add").status == 303, "twice is once"
        assert spine.store.counts().boards == 1
        assert {visit.new > 0 for visit in spine.visit()} == {True}
        for wrong in ("", "https://www.example.com/brightwell", "http://10.0.0.1/", "not a url at all"):
            answer = operator.add(url=wrong, action="add")
            assert answer.status == 200
            assert 'role="alert"' in answer.data.decode()
        assert spine.store.counts().boards == 1
