"""What a company says of itself on its own site: the beginning of its profile, never a guess."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urljoin, urlsplit

import msgspec
from selectolax.lexbor import LexborHTMLParser

from jobwire.collect.address import read_address
from jobwire.collect.islands import read_html
from jobwire.collect.jsonld import find_company
from jobwire.collect.protocol import Response
from jobwire.collect.scalars import find_url
from jobwire.enrich.company import find_categories, find_industries
from jobwire.errors import BoardBroken
from jobwire.model.company import Company, Provenance
from jobwire.model.raw import RawCompany

MAX_PAGE = 3_000_000
"""Characters of a page that are looked at."""
_SUMMARY = 1_000
_SOCIAL = {
    "linkedin_url": re.compile(r"(?:\w+\.)?linkedin\.com/(?:company|school|showcase)/[^/?#]+", re.IGNORECASE),
    "crunchbase_url": re.compile(r"(?:www\.)?crunchbase\.com/organization/[^/?#]+", re.IGNORECASE),
    "twitter_url": re.compile(r"(?:www\.)?(?:twitter|x)\.com/(?!intent|share|home|hashtag|i/)\w+", re.IGNORECASE),
    "github_url": re.compile(r"(?:www\.)?github\.com/[\w-]+/?$", re.IGNORECASE),
    "facebook_url": re.compile(
        r"(?:www\.)?facebook\.com/(?!sharer|share|dialog|tr\b|plugins)[^/?#]+", re.IGNORECASE
    ),
    "instagram_url": re.compile(r"(?:www\.)?instagram\.com/(?!p/|explore|share)[^/?#]+", re.IGNORECASE),
    "youtube_url": re.compile(r"(?:www\.)?youtube\.com/(?:@|c/|channel/|user/)[^/?#]+", re.IGNORECASE),
}
_IN_COMPANY = ("linkedin_url", "crunchbase_url")


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What one site states. `links` are its accounts elsewhere that have no field of their own."""

    company: RawCompany = RawCompany()
    links: dict[str, str] = {}


def read_profile(response: Response) -> Profile:
    """What the page states of its company; empty where it states nothing or cannot be read."""
    html = response.text[:MAX_PAGE]
    try:
        tree = read_html(html)
    except BoardBroken:
        return Profile()
    stated = find_company(html, response.url) or RawCompany()
    links = _find_accounts(tree, response.url)
    company = RawCompany(
        name=stated.name or _find_meta(tree, "og:site_name", "application-name"),
        website=stated.website or _find_home(response.url),
        logo_url=stated.logo_url or _find_logo(tree, response.url),
        description=stated.description or _find_meta(tree, "description", "og:description"),
        linkedin_url=stated.linkedin_url or links.get("linkedin_url"),
        crunchbase_url=stated.crunchbase_url or links.get("crunchbase_url"),
        industries=stated.industries,
    )
    return Profile(company=company, links={k: v for k, v in links.items() if k not in _IN_COMPANY})


def merge_profiles(profiles: Iterable[Profile]) -> Profile:
    """The first page that states a thing counts."""
    company = RawCompany()
    links: dict[str, str] = {}
    for profile in profiles:
        news = {
            name: value
            for name in company.__struct_fields__
            if not getattr(company, name) and (value := getattr(profile.company, name))
        }
        company = msgspec.structs.replace(company, **news)
        links = {**profile.links, **links}
    return Profile(company=company, links=links)


def make_company(
    stated: RawCompany,
    *,
    company_id: str,
    name: str,
    ats: str,
    listing_url: str,
    discovered_at: datetime,
    country_codes: Iterable[str] = (),
    links: dict[str, str] | None = None,
) -> Company:
    """The row of a company that `stated` says this of itself; `name` is used where it says none.

    Industries and categories are those that its own words name.
    """
    text = stated.description or ""
    company = Company(
        id=company_id,
        name=stated.name or name,
        website=stated.website,
        logo_url=stated.logo_url,
        summary=text[:_SUMMARY] or None,
        industries=stated.industries[:3] or find_industries(text).value,
        categories=find_categories(text).value,
        linkedin_url=stated.linkedin_url,
        crunchbase_url=stated.crunchbase_url,
        ats=ats,
        listing_url=listing_url,
        discovered_at=discovered_at,
        country_codes=tuple(sorted(country_codes)),
        profile={"social": links} if links else {},
    ).said(Provenance("site", listing_url))
    if not stated.name:
        company.provenance["name"] = Provenance("board", listing_url)
    return company


def _find_meta(tree: LexborHTMLParser, *names: str) -> str | None:
    for name in names:
        node = tree.css_first(f'meta[property="{name}"], meta[name="{name}"]')
        text = " ".join((node.attributes.get("content") or "").split()) if node else ""
        if text:
            return text[:5_000]
    return None


def _find_home(url: str) -> str | None:
    """The site's root; a page of an ATS is nobody's website."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/" if parts.netloc else None


def _find_logo(tree: LexborHTMLParser, url: str) -> str | None:
    for rule, attribute in (
        ('meta[property="og:logo"]', "content"),
        ('header img[src*="logo" i], nav img[src*="logo" i], a img[src*="logo" i]', "src"),
        ('header img[data-src*="logo" i]', "data-src"),
        ('header img[class*="logo" i], header img[alt*="logo" i], header [class*="logo" i] img', "src"),
        ('img[class*="logo" i], img[alt*="logo" i], [class*="logo" i] > img, [class*="logo" i] > a > img', "src"),
        ('link[rel="apple-touch-icon"]', "href"),
    ):
        node = tree.css_first(rule)
        link = find_url(node.attributes.get(attribute), url) if node else None
        if link:
            return link
    return None


def _find_accounts(tree: LexborHTMLParser, url: str) -> dict[str, str]:
    """name -> URL of the accounts elsewhere that the page links to; the first of each kind."""
    found: dict[str, str] = {}
    for anchor in tree.css("a[href]")[:5_000]:
        href = anchor.attributes.get("href") or ""
        address = read_address(href) if "://" in href or href.startswith("//") else None
        if address is None:
            continue
        plain = "/".join((address.host, *address.path))
        for name, rule in _SOCIAL.items():
            if name not in found and (match := rule.match(plain)):
                found[name] = urljoin(url, f"https://{match[0].rstrip('/')}")
    return found
