"""The playground in a real browser: it sends what it shows, and keeps the key to itself."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest
from tests.api.conftest import KEY, Client, World
from tests.browser import Window

Open = Callable[..., Window]


@pytest.fixture
def playground(world: World, client: Client, window: Open) -> Window:
    world.publish(*range(1, 31))
    found = window(client.base)
    found.open("/docs/api")
    found.page.locator("#operation-title").wait_for()
    return found


def test_a_request_is_sent_and_its_answer_shown(playground: Window) -> None:
    page = playground.page
    page.get_by_label("API key").fill(KEY)
    page.locator("#request-body").fill('{"batch_size": 2}')
    page.get_by_role("button", name="Send").click()
    page.locator("#status", has_text="200").wait_for()
    answer = json.loads(page.locator("#body").inner_text())
    assert len(answer["jobs"]) == 2
    page.get_by_text("Headers", exact=True).click()
    assert "x-ratelimit-remaining" in page.locator("details pre").first.inner_text()
    page.get_by_role("button", name="Next page").click()
    page.wait_for_function(f"!document.getElementById('body')?.textContent.includes('{answer['jobs'][0]['id']}')")
    page.locator("#body").wait_for()
    following = json.loads(page.locator("#body").inner_text())
    assert {job["id"] for job in following["jobs"]}.isdisjoint(job["id"] for job in answer["jobs"])
    page.evaluate("document.getElementById('operation-title').scrollIntoView()")
    playground.keep_picture("playground")


def test_ignored_fields_are_named_with_what_was_meant(playground: Window) -> None:
    page = playground.page
    page.get_by_label("API key").fill(KEY)
    page.locator("#request-body").fill('{"batch_sise": 2, "nonsense_of_mine": 1}')
    page.get_by_role("button", name="Send").click()
    page.locator("#ignored").wait_for()
    text = page.locator("#ignored").inner_text()
    assert "batch_sise (did you mean batch_size?)" in text
    assert "nonsense_of_mine" in text


def test_failures_are_shown_as_they_are(playground: Window) -> None:
    page = playground.page
    page.get_by_role("button", name="Send").click()
    page.locator("#status", has_text="401").wait_for()
    assert json.loads(page.locator("#body").inner_text())["code"] == "invalid_api_key"
    expected = [text for text in playground.problems if "401" in text]
    playground.problems = [text for text in playground.problems if text not in expected]


def test_every_operation_of_the_document_is_there(playground: Window, client: Client) -> None:
    page = playground.page
    document = client.get("/openapi.json").json()
    operations = [
        o for path in document["paths"].values() for o in path.values() if "older path" not in o["summary"]
    ]
    links = page.locator("#operations a")
    assert links.count() == len(operations)
    for operation in operations:
        page.evaluate(f"location.hash = '{operation['operationId']}'")
        page.locator("#operation-title", has_text=operation["summary"]).wait_for()


def test_parameters_go_where_they_belong(playground: Window, world: World) -> None:
    page = playground.page
    page.get_by_label("API key").fill(KEY)
    page.evaluate("location.hash = 'get_api_jobs_id'")
    page.locator("[name='p:id']").fill(world.job(3).id)
    page.get_by_role("button", name="Send").click()
    page.locator("#status", has_text="200").wait_for()
    assert json.loads(page.locator("#body").inner_text())["title"] == "Engineer 3"


def test_the_key_stays_in_the_browser(playground: Window, client: Client) -> None:
    page = playground.page
    page.get_by_label("API key").fill(KEY)
    assert page.evaluate("localStorage.length") == 0
    page.get_by_label("Remember in this browser").check()
    assert page.evaluate("localStorage.getItem('jobwire-key')") == KEY
    assert page.context.cookies() == []
    assert KEY not in page.locator("body").inner_text(), "code shows a variable in its place"
    playground.open("/docs/api")
    assert page.get_by_label("API key").input_value() == KEY
    page.get_by_label("Remember in this browser").uncheck()
    assert page.evaluate("localStorage.length") == 0


def test_requests_as_code_do_the_same(playground: Window) -> None:
    page = playground.page
    page.locator("#request-body").fill('{"batch_size": 1, "sources": ["it\'s"]}')
    code = page.locator(".tabs + pre")
    assert "it'\\''s" in code.inner_text()
    page.get_by_role("button", name="Node").click()
    assert "process.env.JOBWIRE_KEY" in code.inner_text()
    page.locator("#request-body").fill('{"batch_size": 1}')
    page.get_by_role("button", name="Python").click()
    program = "import sys, types, urllib.request as u\n" + _REQUESTS + code.inner_text()
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env={"JOBWIRE_KEY": KEY}, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "'has_more': True" in done.stdout


_REQUESTS = """
class Answer:
    def __init__(self, answer): self.answer = answer
    def raise_for_status(self): assert self.answer.status == 200
    def json(self): return json.load(self.answer)
def request(method, url, headers, json=None):
    data = __import__("json").dumps(json).encode()
    return Answer(u.urlopen(u.Request(url, data, headers, method=method)))
sys.modules["requests"] = types.SimpleNamespace(request=request)
"""
"""As much of the package `requests` as the snippet uses: the project itself does not need it."""


def test_it_is_usable_by_everybody(playground: Window) -> None:
    playground.check_access()
    playground.check_phone()


def test_it_is_usable_in_the_dark(world: World, client: Client, window: Open) -> None:
    found = window(client.base, "dark")
    found.open("/docs/api").locator("#operation-title").wait_for()
    found.check_access()
