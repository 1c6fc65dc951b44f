"""schema.org in pages: JobPosting to raw postings, Organization to companies, as tolerant as real pages need."""

from __future__ import annotations

import html as entities
import json
import re
from collections.abc import Iterator
from typing import Any

from jobwire.collect.islands import read_html
from jobwire.collect.microdata import find_items
from jobwire.collect.posting_node import read_posting
from jobwire.collect.scalars import dig, find_url
from jobwire.errors import BoardBroken
from jobwire.model.raw import RawCompany, RawPosting

MAX_PAGE = 5_000_000
"""Characters of a page that are looked at."""
_MAX_NODES = 20_000

_COMPANY_TYPES = {
    "Organization",
    "Corporation",
    "LocalBusiness",
    "EmploymentAgency",
    "NGO",
    "EducationalOrganization",
    "CollegeOrUniversity",
    "GovernmentOrganization",
    "OnlineBusiness",
    "NewsMediaOrganization",
    "MedicalOrganization",
    "Hospital",
}
_NOT_WEBSITES = (
    *("linkedin.", "facebook.", "twitter.", "//x.com", "instagram.", "youtube.", "tiktok.", "xing.", "github."),
    *("crunchbase.", "wikipedia.", "wikidata.", "glassdoor.", "kununu."),
)
_OPENINGS = ("//<![CDATA[", "// <![CDATA[", "/*<![CDATA[*/", "<![CDATA[", "<!--")
_CLOSINGS = ("//]]>", "// ]]>", "/*]]>*/", "]]>", "//-->", "-->")
_BAD_ESCAPE = re.compile(r"\\(?![\"\\/bfnrtu])|\\u(?![0-9a-fA-F]{4})")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_COMMENT = re.compile(r"\A\s*/\*.{0,2000}?\*/", re.DOTALL)
_LINE_COMMENT = re.compile(r"^[ \t]*//.*$", re.MULTILINE)
_DECODER = json.JSONDecoder(strict=False)

_JOB_WORDS = (
    r"(?:jobs?|careers?|career site|careers? page|job board|job openings|open positions|vacancies|"
    r"stellenangebote|karriere)"
)
_NO_NAME = rf"(?:{_JOB_WORDS}|home(?:page)?|welcome|start(?:seite)?|accueil|inicio|official (?:web)?site)?"
_VENDOR = re.compile(
    r"poweredby.*|ashby|bamboohr|breezy(?:hr)?|comeet|eightfold|gem|greenhouse|icims|jazzhr|jobvite|join|lever|paylocity"
    r"|personio|phenom|pinpoint|recruitee|rippling|smartrecruiters|successfactors|teamtailor|workable|workday"
)
"""Stands in titles of career sites that a vendor hosts."""
_BETWEEN_PARTS = re.compile(r"\s+[|–—·•-]\s+|:\s+")
_AROUND_NAME = re.compile(
    rf"^welcome to\s+|^(?:{_JOB_WORDS}|current openings|work)\s+(?:at|bei|chez|@)\s+|^{_JOB_WORDS}\s*[-–—|:]\s*|"
    rf"(?:\s*[-–—|:]\s*|'s?\s+|\s+){_JOB_WORDS}$",
    re.IGNORECASE,
)


def find_postings(html: str, url: str) -> list[RawPosting]:
    """The JobPostings that the page at `url` states, each once; a node without a title is none.

    Where no script states one, those that the page's own elements state count.
    """
    nodes = list(find_nodes(html))
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 2}
    jobs = [node for node in nodes if has_type(node, "JobPosting")] or find_items(html[:MAX_PAGE])
    unnamed = sum(1 for node in jobs if not find_url(node.get("url"), url))
    found: dict[str, RawPosting] = {}
    for node in jobs:
        alone = unnamed < 2 or find_url(node.get("url"), url) is not None
        posting = read_posting(node, by_id, url, alone=alone)
        if posting is not None:
            found.setdefault(posting.posting_id, posting)
    return list(found.values())


def find_company(html: str, url: str) -> RawCompany | None:
    """The company of a career page: its Organization node, else the name in `og:site_name` or the title."""
    nodes = list(find_nodes(html))
    stated = [node for node in nodes if any(has_type(node, name) for name in _COMPANY_TYPES)]
    stated += [org for node in nodes if isinstance(org := node.get("hiringOrganization"), dict)]
    companies = [company for node in stated if (company := read_company(node, url))]
    if companies:
        return max(companies, key=_count_fields)
    name = _find_page_name(html, url)
    return RawCompany(name=name) if name else None


def read_company(node: Any, url: str = "") -> RawCompany | None:
    """An Organization node; None where it has no name."""
    name = _text(dig(node, "name")) or _text(dig(node, "legalName"))
    if not name:
        return None
    links = [link for value in _as_list(dig(node, "sameAs")) if (link := find_url(value))]
    website = find_url(dig(node, "url"), url) or next((link for link in links if not _is_social(link)), None)
    logo = next(iter(_as_list(dig(node, "logo"))), None)
    industries = [text for value in _as_list(dig(node, "industry")) if (text := _text(value))]
    return RawCompany(
        name=name,
        website=website,
        logo_url=find_url(dig(logo, "url") or dig(logo, "contentUrl") or logo, url),
        description=_text(dig(node, "description")),
        linkedin_url=next((link for link in links if "linkedin.com/" in link), None),
        crunchbase_url=next((link for link in links if "crunchbase.com/" in link), None),
        industries=tuple(industries),
    )


def find_nodes(html: str) -> Iterator[dict[str, Any]]:
    """Every typed node of every JSON-LD script, nested ones too; at most 20,000."""
    stack: list[Any] = [load_script(text) for text in reversed(_find_scripts(html))]
    budget = _MAX_NODES
    while stack and budget > 0:
        value = stack.pop()
        budget -= 1
        if isinstance(value, list):
            stack.extend(reversed(value[:budget]))
        elif isinstance(value, dict):
            yield value
            if not has_type(value, "JobPosting"):  # what stands inside one is about it, not beside it
                stack.extend(part for part in reversed(value.values()) if isinstance(part, dict | list))


def has_type(node: Any, name: str) -> bool:
    """Whether the node is a `name`: alone or in a list, with or without the schema.org prefix."""
    types = _as_list(dig(node, "@type"))
    return any(isinstance(kind, str) and re.split(r"[/:#]", kind)[-1] == name for kind in types)


def load_script(text: str) -> Any:
    """The content of a JSON-LD script, repaired where it is not JSON; None where nothing helps."""
    plain = _unwrap(text)
    for repair in (str, _repair, lambda broken: _repair(entities.unescape(broken))):
        try:
            return _decode_all(repair(plain))
        except (ValueError, RecursionError):
            continue
    return None


def _unwrap(text: str) -> str:
    """Without comment marks and CDATA around it, also one in the other."""
    for _ in range(3):
        text = text.strip().removeprefix("\ufeff").rstrip("; \t\r\n")
        for opening in _OPENINGS:
            text = text.removeprefix(opening)
        for closing in _CLOSINGS:
            text = text.removesuffix(closing)
    return text.strip()


def _decode_all(text: str) -> Any:
    """All JSON values in a row (some pages print several); garbage after the first is ignored."""
    values: list[Any] = []
    at = 0
    while at < len(text):
        if values and text[at] not in "{[,; \t\r\n":
            break
        if text[at] in ",; \t\r\n":
            at += 1
            continue
        try:
            value, at = _DECODER.raw_decode(text, at)
        except ValueError:
            if not values:
                raise
            break
        values.append(value)
    return values


def _repair(text: str) -> str:
    plain = _LINE_COMMENT.sub("", _COMMENT.sub("", text, count=1))
    return _TRAILING_COMMA.sub(r"\1", _BAD_ESCAPE.sub(r"\\\\", plain))


def _find_scripts(html: str) -> list[str]:
    if "ld+json" not in html and "LD+JSON" not in html:
        return []
    try:
        scripts = read_html(html[:MAX_PAGE]).css("script[type]")
    except BoardBroken:
        return []
    return [node.text() for node in scripts if "ld+json" in (node.attributes.get("type") or "").lower()]


def _find_page_name(html: str, url: str) -> str | None:
    try:
        tree = read_html(html[:MAX_PAGE])
    except BoardBroken:
        return None
    site = tree.css_first('meta[property="og:site_name"]')
    title = tree.css_first("title")
    for text in (site.attributes.get("content") if site else None, title.text() if title else None):
        if name := _choose_name(" ".join((text or "")[:200].split()), url):
            return name
    return None


def _choose_name(title: str, url: str) -> str | None:
    """Of the parts of a title the one that the address names too, else the first one that is a name at all."""
    parts = [part for text in _BETWEEN_PARTS.split(title) if (part := _strip_words(text))]
    address = re.sub(r"[^a-z0-9]", "", url.lower())
    keys = {part: re.sub(r"[\W_]", "", part.lower()) for part in parts}
    ours = [part for part in parts if not _VENDOR.fullmatch(keys[part])]
    named = [part for part in ours if len(keys[part]) > 2 and keys[part] in address]
    return next(iter([*named, *ours, *parts]), None)


def _strip_words(name: str) -> str:
    """Without the words around a name; empty where nothing else is left."""
    while name != (shorter := _AROUND_NAME.sub("", name).strip()):
        name = shorter
    return "" if re.fullmatch(_NO_NAME, name, re.IGNORECASE) else name


def _is_social(link: str) -> bool:
    return any(name in link for name in _NOT_WEBSITES)


def _count_fields(company: RawCompany) -> int:
    return sum(1 for name in company.__struct_fields__ if getattr(company, name))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str | None:
    return " ".join(entities.unescape(value).split()) or None if isinstance(value, str) else None
