"""A browser for tests: the system's Chromium, watched for what no page may do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:  # imported where it is used: most tests need no browser
    from playwright.sync_api import Browser, Page

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PHONE: Any = {"width": 375, "height": 740}
PICTURE: Any = {"width": 1060, "height": 660}
DESK: Any = {"width": 1200, "height": 800}
IMAGES = Path(__file__).parents[1] / "docs" / "images"
LARGEST_IMAGE = 120_000


class Window:
    """One page on one server. `problems`: console errors, exceptions, requests to anywhere else."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.problems: list[str] = []
        page.on("console", lambda m: self.problems.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", lambda request: self._check(request.url))

    def _check(self, address: str) -> None:
        if urlsplit(address).netloc != urlsplit(self.url).netloc and not address.startswith("data:"):
            self.problems.append(f"request to {address}")

    def open(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page

    def log_in(self, key: str) -> None:
        page = self.open("/login")
        page.get_by_label("API key").fill(key)
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("heading", name="Dashboard").wait_for()

    def check_access(self) -> None:
        """No serious finding of axe."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page)
        serious = [v for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
        assert not serious, [(v["id"], [node["html"][:200] for node in v["nodes"][:3]]) for v in serious]

    def check_phone(self) -> None:
        """Nothing is wider than a phone."""
        self.page.set_viewport_size(PHONE)
        widths = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        self.page.set_viewport_size(DESK)
        assert widths[0] <= widths[1]

    def keep_picture(self, name: str) -> None:
        """For docs/images, when JOBWIRE_PICTURES is set."""
        if os.environ.get("JOBWIRE_PICTURES"):
            IMAGES.mkdir(exist_ok=True)
            path = IMAGES / f"{name}.png"
            self.page.set_viewport_size(PICTURE)
            self.page.screenshot(path=path)
            self.page.set_viewport_size(DESK)
            assert path.stat().st_size < LARGEST_IMAGE, f"{name}: {path.stat().st_size} bytes"


def find_chromium() -> str | None:
    """CHROMIUM, or the system's."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Fails in CI where there is none; elsewhere its tests are skipped.

    Its driver holds an event loop in this thread while it is open, so no module but the one that asks is run with it.
    """
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("There is no Chromium. Install the package chromium, or name one in CHROMIUM.")
        pytest.skip("There is no Chromium.")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    """For tests of how a page looks."""
    return str(request.param)


@pytest.fixture
def window(browser: Browser) -> Iterator[Callable[..., Window]]:
    """Opens windows: `window(url)`. At the end none of them may have had a problem."""
    opened: list[Window] = []
    context = browser.new_context(viewport=DESK)
    context.set_default_timeout(20_000)

    def open_(url: str, scheme: Literal["light", "dark"] = "light") -> Window:
        page = context.new_page()
        page.emulate_media(color_scheme=scheme)
        opened.append(Window(page, url))
        return opened[-1]

    yield open_
    context.close()
    assert [problem for one in opened for problem in one.problems] == []
