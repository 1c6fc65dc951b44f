"""From a company's website, or its name, to its career site and its boards, with the evidence.

Redirects, embeds, links, scripts, parameters such as `gh_jid`, well-known paths and hosts, the sitemap: looked at
in the order in which they usually tell, a handful of pages for each company.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urljoin, urlsplit

import msgspec

from jobwire.collect.ats.generic import make_board
from jobwire.collect.detect import Evidence, detect_page, detect_url, is_guess
from jobwire.collect.fetch import Fetch
from jobwire.collect.islands import read_html
from jobwire.collect.profile import MAX_PAGE, Profile, merge_profiles, read_profile
from jobwire.collect.protocol import Request, Response
from jobwire.collect.sitemap import Sitemap, find_sitemaps, read_sitemap
from jobwire.errors import BoardBroken, BoardError
from jobwire.model.board import Board

CAREER_WORDS = re.compile(
    r"career|\bjobs?\b|join[ -_]?(?:us|our)|vacanc|openings?\b|work[ -_]with|we.?re[ -_]hiring|hiring"
    r"|karriere|stellen|offene|emploi|carri[eè]re|recrut|nous[ -_]rejoindre|vacature|werken[ -_]bij"
    r"|empleo|trabaj|lavora|vagas|carreira|praca|kariera|jobb",
    re.IGNORECASE,
)
ABOUT_WORDS = re.compile(
    r"about|company|our[ -_]team|über[ -_]?uns|ueber[ -_]uns|unternehmen|qui[ -_]sommes", re.I
)
WELL_KNOWN = (
    *("/careers", "/jobs", "/company/careers", "/about/careers", "/en/careers", "/join-us"),
    *("/company/jobs", "/about/jobs", "/karriere", "/work-with-us"),
)
CAREER_HOSTS = ("careers", "jobs", "career")
POSTING_PARAMETERS = re.compile(r"[?&](?:gh_jid|ashby_jid|lever-via|lever-source|jobId|gh_src)=", re.IGNORECASE)
_SECOND_LEVEL = ("co", "com", "org", "net", "ac", "gov")
_ABOUT = 3
"""Rank of links that lead to jobs only by way of another page."""
MAX_PAGES = 14
"""Pages looked at for one company, the first included."""
MAX_SCRIPTS = 4
_LABEL = 4
"""Letters that make a name."""
MAX_ABOUT = 2
MAX_SITEMAPS = 4
MAX_LINKED = 3
"""A page that only links to more boards than this lists other companies' (an investor, a directory)."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What one website led to."""

    evidence: list[Evidence] = []
    """Best first; empty where no board is recognised."""
    profile: Profile = Profile()
    note: str = ""
    """For a person, where there is no evidence: why not."""


async def locate(url: str, fetch: Fetch) -> list[Evidence]:
    """Boards that `url` leads to, best evidence first; empty where no ATS is recognised.

    Raises BoardError when the first page cannot be read.
    """
    board = detect_url(url)
    if board and not is_guess(board):
        return [Evidence(board, "the URL")]
    try:
        return (await explore(url, fetch)).evidence
    except BoardError:
        if board is None:
            raise
        return [Evidence(board, "the form of the URL; the page could not be read")]


async def explore(target: str, fetch: Fetch) -> Found:
    """Follow a website, or a company's name, to its boards. Raises BoardError when the first page fails."""
    if board := _detect_ats(target):
        return Found(evidence=[Evidence(board, "the URL")])
    if _is_name(target):
        return await _explore_name(target, fetch)
    return await _Search(fetch).run(await _open(target, fetch))


async def _explore_name(name: str, fetch: Fetch) -> Found:
    """The site at the obvious address, if it calls itself by this name: a guess that its own words confirm."""
    slug = re.sub(r"[^a-z0-9]", "", name.lower())
    try:
        first = await _open(f"https://www.{slug}.com/", fetch)
    except BoardError as error:
        return Found(note=f"{name} is no website, and at {slug}.com: {error}")
    called = read_profile(first).company.name or ""
    if _key(name) not in _key(called):
        return Found(note=f"{first.url} calls itself {called or 'nothing'}, not {name}")
    return await _Search(fetch).run(first)


async def _open(target: str, fetch: Fetch) -> Response:
    """The first page, with `www.` or by plain HTTP where it does not answer otherwise."""
    bare = "://" not in target
    url = f"https://{target}" if bare else target
    host = urlsplit(url).netloc
    others = [url.replace("://", "://www.", 1)] if not host.startswith("www.") and host.count(".") == 1 else []
    others += [f"http://{target}"] if bare else []
    try:
        return (await fetch(Request(url=url))).check()
    except BoardError as error:
        for other in others:
            try:
                return (await fetch(Request(url=other))).check()
            except BoardError:
                continue
        raise error


class _Search:
    """The pages of one company, looked at one after the other until one tells."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._profiles: list[Profile] = []
        self._states_postings: list[Evidence] = []
        self._seen: set[str] = set()
        self._note = ""

    async def run(self, first: Response) -> Found:
        self._site = find_site(first.url)
        self._seen.add(first.url)
        careers: list[Response] = []
        evidence = self._look(first)
        doubtful = evidence if evidence and self._is_of_others(evidence[0]) else []
        if not evidence or doubtful:
            evidence = []
            async for page in self._pages(first):
                evidence = self._look(page)
                if evidence:
                    break
                careers.append(page)
        evidence = evidence or doubtful or await self._look_into_scripts([*careers, first])
        evidence = evidence or self._states_postings
        return Found(
            evidence=evidence, profile=merge_profiles(self._profiles), note="" if evidence else self._note
        )

    def _is_of_others(self, evidence: Evidence) -> bool:
        """A home page may link to an investor's or partner's board; the page about jobs names its own."""
        return evidence.why.startswith("linked") and not _is_named(evidence.board, _key(self._site.split(".")[0]))

    def _look(self, response: Response) -> list[Evidence]:
        """What one page tells. A page that states postings itself is kept in case that no ATS is met."""
        if board := _detect_ats(response.url):
            return [Evidence(board, f"a redirect to {response.url}")]
        if find_site(response.url) == self._site:
            self._profiles.append(read_profile(response))
        found = detect_page(response.url, response.text)
        known = [evidence for evidence in found if evidence.board.ats != "generic"]
        if len(known) < len(found) and not self._states_postings and (board := make_board(_root(response.url))):
            self._states_postings = [Evidence(board, f"postings stated on {response.url}")]
        return self._choose(known, response.url)

    def _choose(self, found: list[Evidence], url: str) -> list[Evidence]:
        """Those named after the site first; a page that merely links to many boards is somebody's directory."""
        label = _key(self._site.split(".")[0])
        found = sorted(found, key=lambda item: not _is_named(item.board, label))
        linked = [item for item in found if item.why.startswith("linked")]
        if len(linked) == len(found) > MAX_LINKED and not _is_named(found[0].board, label):
            self._note = f"{url} links to {len(found)} boards of others"
            return []
        return [Evidence(item.board, f"{item.why}: {url}") for item in found]

    async def _pages(self, first: Response) -> AsyncIterator[Response]:
        """Pages on the way to the jobs, the most telling ones first, with links that they offer in their turn."""
        queue = list(_find_links(first, self._site))
        asked, extended = 1, False
        while asked < MAX_PAGES:
            if not queue and not extended:
                queue, extended = await self._find_more(first), True
            if not queue:
                return
            link = queue.pop(0)
            if link in self._seen:
                continue
            self._seen.add(link)
            asked += 1
            page = await self._ask(link)
            if page is None:
                continue
            yield page
            if not extended:
                queue[:0] = [found for found in _find_links(page, self._site) if found not in queue][:3]

    async def _find_more(self, first: Response) -> list[str]:
        """Where most people put their jobs, and what the sitemap says."""
        root = _root(first.url).rstrip("/")
        hosts = [f"https://{name}.{self._site}/" for name in CAREER_HOSTS]
        paths = [root + path for path in WELL_KNOWN]
        return [*paths[:2], *(await self._read_sitemap(root)), hosts[0], *paths[2:], *hosts[1:]]

    async def _read_sitemap(self, root: str) -> list[str]:
        """Two pages of the sitemap, or of the parts of its index, that look like careers or postings."""
        robots = await self._ask(f"{root}/robots.txt")
        named = find_sitemaps(robots.text, robots.url) if robots else []
        queue = (named or [f"{root}/sitemap.xml"])[:2]
        for _ in range(MAX_SITEMAPS):
            page = await self._ask(queue.pop(0)) if queue else None
            try:
                sitemap = read_sitemap(page) if page else Sitemap()
            except BoardBroken:
                continue
            found = [p.url for p in sitemap.pages if CAREER_WORDS.search(urlsplit(p.url).path)]
            if found:
                return sorted(found, key=len)[:1] + found[-1:]
            queue += sorted(sitemap.children, key=lambda part: not re.search(r"page|job|career", part))[:2]
        return []

    async def _look_into_scripts(self, pages: list[Response]) -> list[Evidence]:
        """Boards that a page's own scripts name: sites that draw their list in the browser."""
        asked = 0
        for page in pages:
            for link in _find_scripts(page, self._site):
                if link in self._seen or asked >= MAX_SCRIPTS:
                    continue
                self._seen.add(link)
                asked += 1
                script = await self._ask(link)
                found = detect_page(page.url, script.text) if script else []
                named = [
                    Evidence(e.board, f"named in the script {link}") for e in found if e.board.ats != "generic"
                ]
                if named:
                    return named[:MAX_LINKED]
        return []

    async def _ask(self, url: str) -> Response | None:
        """One page of several: where it cannot be read, the others may tell."""
        try:
            response = await self._fetch(Request(url=url))
        except BoardError:
            return None
        return response if response.status == 200 else None


def find_site(url: str) -> str:
    """The domain that a person would name: `acme.com` for careers.acme.com, `acme.co.uk` for its like."""
    labels = (urlsplit(url if "://" in url else f"https://{url}").hostname or "").lower().split(".")
    is_second = (
        len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in ("co", "com", "org", "net", "ac", "gov")
    )
    return ".".join(labels[-3:] if is_second else labels[-2:])


def _detect_ats(url: str) -> Board | None:
    """The board that the URL alone proves."""
    board = detect_url(url)
    return board if board and board.ats != "generic" and not is_guess(board) else None


def _find_links(response: Response, site: str) -> Iterator[str]:
    """Links on the way to the jobs: those that name a posting first, then those with a word for jobs."""
    try:
        tree = read_html(response.text[:MAX_PAGE])
    except BoardBroken:
        return
    ranked: dict[str, int] = {}
    for anchor in tree.css("a[href]")[:5_000]:
        href = anchor.attributes.get("href") or ""
        target = _join(response.url, href)
        rank = _rank(href, target, anchor.text()[:100], site) if target and target != response.url else None
        if target and rank is not None and (rank < _ABOUT or list(ranked.values()).count(_ABOUT) < MAX_ABOUT):
            ranked.setdefault(target, rank)
    refresh = tree.css_first('meta[http-equiv="refresh" i]')
    onward = (
        re.search(r"url\s*=\s*['\"]?([^'\"\s;]{1,2000})", refresh.attributes.get("content") or "", re.I)
        if refresh
        else None
    )
    if onward and (target := _join(response.url, onward[1])):
        ranked[target] = 0
    yield from sorted(ranked, key=lambda link: ranked[link])


def _rank(href: str, target: str, text: str, site: str) -> int | None:
    """How soon a link is followed, the best first; None: not at all."""
    if POSTING_PARAMETERS.search(href):
        return 0
    there = find_site(target)
    if there == site:
        said = f"{href} {text}"
        return 1 if CAREER_WORDS.search(said) else _ABOUT if ABOUT_WORDS.search(said) else None
    if CAREER_WORDS.search(urlsplit(target).hostname or ""):  # a career site on a domain of its own
        return 2
    same_name = there.split(".")[0] == site.split(".")[0]
    return 2 if same_name and CAREER_WORDS.search(text) else None


def _find_scripts(response: Response, site: str) -> Iterator[str]:
    """The site's own scripts, also those on a host that is named after it."""
    label = site.split(".")[0]
    try:
        nodes = read_html(response.text[:MAX_PAGE]).css("script[src]")[:200]
    except BoardBroken:
        return
    for node in nodes:
        target = _join(response.url, node.attributes.get("src") or "")
        host = urlsplit(target or "").hostname or ""
        if target and (find_site(target) == site or (len(label) >= _LABEL and label in host)):
            yield target


def _join(base: str, href: str) -> str | None:
    try:
        target = urljoin(base, href).split("#")[0]
    except ValueError:
        return None
    return target if target.startswith(("http://", "https://")) else None


def _root(url: str) -> str:
    """A page with one posting is no board; its site is."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _is_name(target: str) -> bool:
    return "." not in target and "/" not in target and ":" not in target


def _key(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _is_named(board: Board, label: str) -> bool:
    token = _key(board.token)
    return bool(token and label) and (token.startswith(label) or label.startswith(token))
