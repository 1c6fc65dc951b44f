"""The documentation as a server shows it: pages, Markdown, and the files for machines."""

from __future__ import annotations

import re

import pytest
from tests.api.conftest import Client

from jobwire.api.console.page import POLICY
from jobwire.api.docs_pages import docs_folder, read_docs, resolve_link


def test_every_page_is_served_as_html_and_as_it_is_written(client: Client) -> None:
    client.key = ""
    for name, doc in read_docs().items():
        page = client.get(f"/docs/{name}")
        assert page.status == 200
        assert page.headers["Content-Type"].startswith("text/html")
        assert page.headers["Content-Security-Policy"] == POLICY
        assert "<h1" in page.data.decode()
        assert " style=" not in page.data.decode(), "the policy allows no inline style"
        assert client.get(f"/docs/{name}.md").data.decode() == doc.source
    assert client.get("/docs").data == client.get("/docs/index").data


def test_links_between_pages_lead_to_pages(client: Client) -> None:
    links = {
        link.partition("#")[0]
        for name in read_docs()
        for link in re.findall(r'href="(/[^"]*)"', client.get(f"/docs/{name}").data.decode())
    }
    assert "/docs/protocol" in links
    assert {link: client.get(link).status for link in links if client.get(link).status not in (200, 303)} == {}


@pytest.mark.parametrize(
    ("target", "page", "address"),
    [
        ("protocol.md", "index", "/docs/protocol"),
        ("errors.md#not_found", "protocol", "/docs/errors#not_found"),
        ("../sync.md", "decisions/index", "/docs/sync"),
        ("0001-log.md", "decisions/index", "/docs/decisions/0001-log"),
        ("#here", "index", "#here"),
        ("https://example.com/a.md", "index", "https://example.com/a.md"),
        ("images/home.png", "index", "/docs/images/home.png"),
    ],
)
def test_links_of_files_become_links_of_pages(target: str, page: str, address: str) -> None:
    assert resolve_link(target, page) == address


def test_what_machines_read(client: Client) -> None:
    listed = client.get("/llms.txt")
    assert listed.headers["Content-Type"].startswith("text/plain")
    text = listed.data.decode()
    assert text.startswith("# jobwire\n\n> ") and "GET /api/jobs/changes" in text
    addresses = re.findall(r"\]\((http[^)]+\.md)\)", text)
    assert len(addresses) == len(read_docs())
    for address in addresses:
        assert client.get(address.removeprefix(client.base)).status == 200
    whole = client.get("/llms-full.txt").data.decode()
    assert all(doc.source in whole for doc in read_docs().values())


@pytest.mark.parametrize(
    "path",
    ["/docs/nothing", "/docs/nothing.md", "/docs/../pyproject", "/docs/images/..%2findex.md", "/docs/images/no.png",
     "/static/..%2fpage.py", "/static/.hidden", "/static/nothing.css"],
)  # fmt: skip
def test_nothing_else_is_served(client: Client, path: str) -> None:
    assert client.get(path).status == 404


def test_files_are_cached_by_their_content(client: Client) -> None:
    address = re.search(r"/static/style\.css\?v=\w+", client.get("/docs").data.decode())
    assert address
    answer = client.get(address[0])
    assert answer.status == 200
    assert "immutable" in answer.headers["Cache-Control"]


def test_the_documentation_is_found_in_the_repository() -> None:
    assert (docs_folder() / "protocol.md").is_file()
