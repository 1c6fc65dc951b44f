"""What people see, in a real browser, over a whole jobwire: from an empty server to an expiry that arrives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import expect
from tests.browser import Window
from tests.spine.spine import KEY, Spine, running

from jobwire.asgi import BoardTools
from jobwire.cli.accounts import ensure_account, register_key
from jobwire.cli.background import serve_sites
from jobwire.cli.demo_sites import Employer, load_employers, make_app
from jobwire.collect.fetch import Fetcher, FetchOptions
from jobwire.model.company import Company
from jobwire.model.ids import company_id, job_id
from jobwire.model.job import Compensation, Job
from jobwire.store.records import JobEntry, Publication

ADMIN = "browser-admin-key-0123456789"
Open = Callable[..., Window]


class Stage(NamedTuple):
    """A jobwire without boards, and the employers that it could collect."""

    spine: Spine
    employers: list[Employer]

    def add(self, *urls: str) -> None:
        _aside(self.spine.add, *urls)

    def visit(self) -> None:
        _aside(self.spine.visit)


def _aside(work: Callable[..., object], *given: object) -> None:
    """In a thread of its own, because the browser's driver holds this one's event loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(work, *given).result()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    employers = load_employers()
    with serve_sites(make_app(employers)) as sites:
        tools = BoardTools(lambda: Fetcher(FetchOptions(routes={"*": sites}, pause_s=0.0, backoff_s=0.0)))
        with running(tmp_path, sites, tools) as spine:
            owner = ensure_account(spine.store.accounts, "operator")
            register_key(spine.store.accounts, owner, "console", ADMIN, admin=True)
            yield Stage(spine, employers)


@pytest.fixture
def busy(stage: Stage) -> Stage:
    """With all employers' boards read, some edits and a board that is gone."""
    stage.add(*(employer.career_site for employer in stage.employers))
    stage.add("https://jobs.lever.co/closed-company")
    stage.visit()
    stage.employers[0].edit(0, "Mentor two engineers")
    stage.employers[1].remove(2)
    for _ in range(3):
        stage.spine.clock.pass_(timedelta(hours=2))
        stage.visit()
    return stage


def test_from_an_empty_server_to_an_expiry_that_arrives(stage: Stage, window: Open) -> None:
    console = window(stage.spine.url)
    console.log_in(ADMIN)
    page = console.page
    employer = stage.employers[0]
    expect(page.locator("#start")).to_contain_text("Give it a career site")
    console.check_access()
    console.check_phone()

    page.get_by_role("link", name="Add a board").click()
    page.get_by_label("Address of a career site").fill(employer.career_site)
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_text(f"{len(employer.rows)} jobs")).to_be_visible()
    expect(page.get_by_role("cell", name="Senior Backend Engineer", exact=True)).to_be_visible()
    page.get_by_role("button", name="Add this board").click()
    expect(page.get_by_role("heading", name="greenhouse:harborpine")).to_be_visible()
    expect(page.locator("#facts")).to_contain_text("not visited")

    stage.visit()
    expect(page.locator("#jobs")).to_contain_text("Senior Backend Engineer")  # it arrives by itself

    page.get_by_role("link", name="Jobs", exact=True).click()
    page.get_by_role("searchbox").fill("backend engineer")
    _until_found(page, "Senior Backend Engineer")
    page.get_by_role("link", name="Senior Backend Engineer").click()
    expect(page.get_by_role("heading", name="Senior Backend Engineer")).to_be_visible()
    expect(page.locator("#history")).to_contain_text("first indexed")
    expect(page.get_by_text("Where each fact comes from")).to_be_visible()
    console.check_access()
    console.check_phone()

    console.open("/")
    page.evaluate("window.loadedOnce = true")
    expect(page.locator("#facts")).to_contain_text(str(len(employer.rows)))
    employer.remove(0)
    stage.visit()
    stage.visit()
    row = page.locator("#changes tr", has_text="expired")
    expect(row).to_contain_text("Senior Backend Engineer")
    expect(row).to_contain_text("source_removed")
    expect(page.locator("#reasons")).to_contain_text("source_removed")
    assert page.evaluate("window.loadedOnce"), "the page was not loaded again"

    page.get_by_role("link", name="API", exact=True).click()
    page.get_by_label("API key").fill(KEY)
    page.locator("#request-body").fill('{"batch_size": 100}')
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#status")).to_contain_text("200")
    expect(page.locator("#body")).to_contain_text("Backend Engineer II")
    assert "Senior Backend Engineer" not in page.locator("#body").inner_text()


def _until_found(page: object, title: str) -> None:
    """Search again until the index, which follows the log, knows the job."""
    from playwright.sync_api import Page

    assert isinstance(page, Page)
    for _ in range(100):
        page.get_by_role("button", name="Search").click()
        page.get_by_role("heading", name="Jobs", exact=True).wait_for()
        if page.get_by_role("link", name=title).count():
            return
        page.wait_for_timeout(100)
    pytest.fail(f"{title} was not found")


def test_every_page_is_usable_by_everybody(busy: Stage, window: Open) -> None:
    visitor = window(busy.spine.url)
    board = "/console/board?key=greenhouse%3Aharborpine"
    some = next(busy.spine.store.active_ids())
    job, posting = f"/console/jobs/{some}", f"/jobs/{some}"
    account = f"/console/accounts/{busy.spine.store.accounts.accounts()[0].id}"
    for path in ("/docs/quickstart", "/docs/protocol", "/docs/search", "/login", posting):
        _look(visitor, path, "")
    _look(visitor, "/", "home")
    visitor.log_in(ADMIN)
    for path, picture in (
        ("/", "dashboard"),
        (board, "board"),
        (job, "job"),
        (account, ""),
        ("/console/add", ""),
    ):
        _look(visitor, path, picture)


def _look(visitor: Window, path: str, picture: str) -> None:
    visitor.open(path)
    visitor.check_access()
    visitor.check_phone()
    if picture:
        visitor.keep_picture(picture)


def test_long_and_foreign_names_stay_in_their_page(busy: Stage, window: Open) -> None:
    titles = ("Averylongword" * 30, "Senior Principal Engineer (m/w/d) " * 8, "מהנדס תוכנה בכיר (ללא הגבלת מין)")
    at, store = busy.spine.clock(), busy.spine.store
    company = Company(id=company_id("long"), name="Donaudampfschifffahrtselektrizitätenhauptbetriebswerk " * 2)
    jobs = [
        Job(id=job_id("long", title), title=title, company=company.summarize(), description=title, source="lever",
            listing_url="https://a.example/1", apply_url="https://a.example/1", created_at=at, updated_at=at,
            compensation=Compensation(min=12_345_678_901, max=98_765_432_109_876, currency="IDR", period="month"))
        for title in titles
    ]  # fmt: skip
    store.publish(Publication(companies=(company,), entries=tuple(JobEntry(job=job) for job in jobs)))
    visitor = window(busy.spine.url)
    visitor.log_in(ADMIN)
    for path in (
        "/",
        "/console/jobs",
        *(f"{page}/{job.id}" for job in jobs for page in ("/jobs", "/console/jobs")),
    ):
        _look(visitor, path, "")
    visitor.open(f"/jobs/{jobs[2].id}")
    starts = visitor.page.evaluate("(r => { r.selectNodeContents(document.querySelector('h1')); return"
                                   " [r.getBoundingClientRect().right, document.querySelector('h1').getBoundingClientRect().right]"
                                   " })(document.createRange())")  # fmt: skip
    assert abs(starts[0] - starts[1]) < 2, "a title that is read from the right begins there"


def test_the_dark_pages_are_readable(busy: Stage, window: Open) -> None:
    visitor = window(busy.spine.url, "dark")
    visitor.open("/docs/errors")
    visitor.check_access()
    visitor.log_in(ADMIN)
    visitor.check_access()


def test_the_keyboard_is_enough(busy: Stage, window: Open) -> None:
    visitor = window(busy.spine.url)
    page = visitor.open("/login")
    expect(page.get_by_label("API key")).to_be_focused()
    page.keyboard.type(ADMIN)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Dashboard").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Add a board"
