"""From a company's website or any page of it to its boards: redirects, embeds, links, well-known paths."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from jobwire.collect.detect import Evidence, detect_page, detect_url
from jobwire.collect.fetch import Fetch
from jobwire.collect.islands import read_html
from jobwire.collect.protocol import Request, Response
from jobwire.errors import BoardError

CAREER_WORDS = re.compile(
    r"career|\bjobs?\b|join[ -_]?(?:us|our)|vacanc|openings?\b|work[ -_]with|we.?re[ -_]hiring|hiring"
    r"|karriere|stellen|offene|emploi|carri[eè]re|recrut|nous[ -_]rejoindre|vacature|werken[ -_]bij"
    r"|empleo|trabaj|lavora|vagas|carreira|praca|kariera|jobb",
    re.IGNORECASE,
)
WELL_KNOWN = ("/careers", "/jobs", "/careers/", "/company/careers", "/about/careers", "/en/careers")
MAX_PAGES = 8
"""Pages looked at for one company, the first included."""


async def locate(url: str, fetch: Fetch) -> list[Evidence]:
    """Boards that `url` leads to, best evidence first; empty where no ATS is recognised.

    The URL itself may tell; else its page does, or a page that it names as its careers page.
    Raises BoardError when the first page cannot be read.
    """
    if "://" not in url:
        url = f"https://{url}"
    if board := detect_url(url):
        return [Evidence(board, "the URL")]
    response = (await fetch(Request(url=url))).check()
    if found := _look(response):
        return found
    for link in _candidates(response)[: MAX_PAGES - 1]:
        if board := detect_url(link):
            return [Evidence(board, f"a link on {response.url}")]
        try:
            page = await fetch(Request(url=link))
        except BoardError:
            continue  # one page of several; the others may tell
        if page.status == 200 and (found := _look(page)):
            return found
    return []


def _look(response: Response) -> list[Evidence]:
    if board := detect_url(response.url):
        return [Evidence(board, f"a redirect to {response.url}")]
    return detect_page(response.url, response.text)


def _candidates(response: Response) -> list[str]:
    """Links that look like the way to the jobs, then the paths where most people put them."""
    own = _site(response.url)
    links: dict[str, None] = {}
    for anchor in read_html(response.text[:3_000_000]).css("a[href]"):
        href = anchor.attributes.get("href") or ""
        words = f"{href} {anchor.text()[:100]}"
        if not href or not CAREER_WORDS.search(words):
            continue
        target = urljoin(response.url, href).split("#")[0]
        if target.startswith(("http://", "https://")) and _site(target) == own and target != response.url:
            links.setdefault(target)
    root = "{0.scheme}://{0.netloc}".format(urlsplit(response.url))
    for path in WELL_KNOWN:
        links.setdefault(root + path)
    return list(links)


def _site(url: str) -> str:
    """The last two labels of the host: `careers.acme.com` and `www.acme.com` are one site."""
    host = (urlsplit(url).hostname or "").lower()
    return ".".join(host.split(".")[-2:])
