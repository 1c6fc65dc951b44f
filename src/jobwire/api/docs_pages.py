"""`/docs`: the Markdown files of docs/ as pages, raw, and together for machines (`/llms.txt`)."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token

import jobwire
from jobwire.api.answer import Answer
from jobwire.api.call import Call
from jobwire.api.console.page import TYPES, readable, show
from jobwire.api.problems import Problem
from jobwire.api.server import Server

ORDER = (
    ("Start", ("index", "quickstart")),
    ("Use the feed", ("protocol", "search", "sync", "errors", "vocabulary")),
    ("Run it", ("operating", "collecting", "enriching", "settings", "commands", "security", "performance")),
    ("Build on it", ("add-an-ats", "decisions/index")),
)
"""Side navigation; pages that it does not name follow in a section of their own."""
PLAYGROUND = "/docs/api"
TEXT = "text/plain; charset=utf-8"
MARKDOWN = "text/markdown; charset=utf-8"
_CACHED = {"Cache-Control": "public, max-age=60"}
_SLUG = re.compile(r"[^\w\- ]")


class Doc(msgspec.Struct, frozen=True, kw_only=True):
    """One page of documentation."""

    name: str
    """Path without `.md`: `protocol`, `decisions/0001-log`."""
    title: str
    about: str
    """Its first paragraph, as plain text."""
    source: str
    html: str
    headings: tuple[tuple[str, str], ...]
    """(id, text) of its sections."""


@cache
def docs_folder() -> Traversable:
    """Where docs/ is: inside an installed package, or beside the source."""
    packaged = files("jobwire") / "docs"
    return packaged if packaged.is_dir() else Path(jobwire.__file__).parents[2] / "docs"


@cache
def read_docs() -> dict[str, Doc]:
    """All pages by name, in the order of the navigation."""
    found = {name: _read(name, path) for name, path in _list_files(docs_folder(), "")}
    named = [name for _, names in ORDER for name in names if name in found]
    return {name: found[name] for name in [*named, *sorted(found.keys() - set(named))]}


def list_sections() -> list[tuple[str, list[Doc]]]:
    """The navigation: (section, pages)."""
    docs = read_docs()
    sections = [(title, [docs[name] for name in names if name in docs]) for title, names in ORDER]
    named = {name for _, names in ORDER for name in names}
    decisions = [doc for name, doc in docs.items() if name.startswith("decisions/") and name not in named]
    others = [doc for name, doc in docs.items() if name not in named and not name.startswith("decisions/")]
    sections[-1][1].extend(decisions)
    return [*sections, *([("More", others)] if others else [])]


@readable
def get_doc(server: Server, call: Call) -> Answer:
    """`/docs`, `/docs/{page}` as HTML, `/docs/{page}.md` as it is written, `/docs/images/...`."""
    name = call.params.get("page", "").strip("/") or "index"
    if name.endswith(".png"):
        return _get_image(name)
    doc = _find(name.removesuffix(".md"))
    if name.endswith(".md"):
        return Answer(body=doc.source.encode(), content_type=MARKDOWN, headers=dict(_CACHED))
    return show("doc.html", doc=doc, sections=list_sections(), headers=dict(_CACHED))


@readable
def get_playground(server: Server, call: Call) -> Answer:
    """`/docs/api`: the reference, with requests that can be sent."""
    return show("playground.html", sections=list_sections(), headers=dict(_CACHED))


_TO_FOLLOW = (
    "To keep a copy of all jobs: `GET /api/jobs/changes` with the header `X-Api-Key`, then again with `?cursor=` "
    "and the `next_cursor` of each answer while `has_more` is true; upsert or remove by `id`, and store the "
    "cursor in the same transaction as the rows. The feed protocol has every field, error and promise, and a "
    "complete client."
)


def get_llms(server: Server, call: Call) -> Answer:
    """`/llms.txt`: every page with its address and one sentence (llmstxt.org)."""
    lines = ["# jobwire", "", f"> {read_docs()['index'].about}", ""]
    lines += [f"This server: {call.base_url} (OpenAPI: {call.base_url}/openapi.json)", "", _TO_FOLLOW, ""]
    for section, docs in list_sections():
        lines += [f"## {section}", ""]
        lines += [f"- [{doc.title}]({call.base_url}/docs/{doc.name}.md): {doc.about}" for doc in docs]
        lines.append("")
    return Answer(body="\n".join(lines).encode(), content_type=TEXT, headers=dict(_CACHED))


def get_llms_full(server: Server, call: Call) -> Answer:
    """`/llms-full.txt`: all pages in one file."""
    pages = [f"<!-- {call.base_url}/docs/{doc.name}.md -->\n\n{doc.source}" for doc in read_docs().values()]
    return Answer(body="\n\n".join(pages).encode(), content_type=TEXT, headers=dict(_CACHED))


def _find(name: str) -> Doc:
    docs = read_docs()
    doc = docs.get(name) or docs.get(f"{name}/index")
    if doc is None:
        raise Problem("not_found", "There is no such page. The documentation begins at /docs.")
    return doc


def _get_image(name: str) -> Answer:
    folder, _, file = name.rpartition("/")
    path = docs_folder() / "images" / file
    if folder != "images" or file.startswith(".") or not path.is_file():
        raise Problem("not_found", "There is no such image.")
    return Answer(body=path.read_bytes(), content_type=TYPES["png"], headers=dict(_CACHED))


def _list_files(folder: Traversable, above: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for path in folder.iterdir():
        if path.is_dir():
            found += _list_files(path, f"{above}{path.name}/")
        elif path.name.endswith(".md"):
            found.append((above + path.name.removesuffix(".md"), path))
    return found


# --- Markdown -------------------------------------------------------------------------------------------


def _read(name: str, path: Traversable) -> Doc:
    source = path.read_text(encoding="utf-8")
    tokens = _parser().parse(source)
    headings = [_name_heading(tokens, i) for i, token in enumerate(tokens) if token.type == "heading_open"]
    for token in tokens:
        _adapt(token, name)
    paragraph = next((i for i, token in enumerate(tokens) if token.type == "paragraph_open"), None)
    return Doc(
        name=name,
        title=next((text for level, _, text in headings if level == "h1"), name),
        about="" if paragraph is None else _plain(tokens[paragraph + 1]),
        source=source,
        html=_parser().renderer.render(tokens, _parser().options, {}),
        headings=tuple((anchor, text) for level, anchor, text in headings if level == "h2"),
    )


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _name_heading(tokens: list[Token], position: int) -> tuple[str, str, str]:
    """Give a heading its anchor; (tag, anchor, text)."""
    text = _plain(tokens[position + 1])
    anchor = make_anchor(text)
    tokens[position].attrSet("id", anchor)
    return tokens[position].tag, anchor, text


def make_anchor(heading: str) -> str:
    """As GitHub names it."""
    return _SLUG.sub("", heading.lower()).replace(" ", "-")


def _plain(inline: Token) -> str:
    parts = (" " if part.type == "softbreak" else part.content for part in inline.children or ())
    return "".join(parts)


def _adapt(token: Token, page: str) -> None:
    """Links between files become links between pages; tables and code can be scrolled with the keyboard."""
    for part in token.children or ():
        _adapt(part, page)
    if token.type in ("th_open", "td_open"):
        token.attrs.pop("style", None)  # the page's policy allows no inline styles
    attribute: Any = {"link_open": "href", "image": "src"}.get(token.type)
    if attribute and (target := token.attrGet(attribute)):
        token.attrSet(attribute, resolve_link(str(target), page))


def resolve_link(target: str, page: str) -> str:
    """The address under which the server answers a link as it stands in the file of `page`."""
    if "://" in target or target.startswith(("#", "/", "mailto:")):
        return target
    path, sign, anchor = target.partition("#")
    parts = page.split("/")[:-1]
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return f"/docs/{'/'.join(parts).removesuffix('.md')}{sign}{anchor}"
