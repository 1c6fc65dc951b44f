"""Addresses: URLs as people paste them, taken apart as browsers do."""

from __future__ import annotations

import pytest

from jobwire.collect.address import Address, find_boards, find_slug, is_slug, read_address
from jobwire.model.board import Board


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://a.example/x/y", "a.example", ("x", "y")),
        ("A.EXAMPLE./x//y/", "a.example", ("x", "y")),
        ("//a.example:8080/x", "a.example", ("x",)),
        ("http:/a.example/x", "a.example", ("x",)),
        ("  <https://a.example/x>.", "a.example", ("x",)),
        ("https://a.ex\nample/x", "a.example", ("x",)),
        ("https://user:word@a.example/x", "a.example", ("x",)),
        ("https://evil.example\\@a.example/x", "evil.example", ("@a.example", "x")),
        ("https://a.example/x;jsessionid=1/y", "a.example", ("x", "y")),
        ("https://a.example/Acme%20Inc.", "a.example", ("Acme%20Inc.",)),
        ("https://a.example#/x", "a.example", ()),
        ("https://a.example?x=http://b.example\\y", "a.example", ()),
    ],
)
def test_parts(url: str, host: str, path: tuple[str, ...]) -> None:
    address = read_address(url)
    assert address is not None and (address.host, address.path) == (host, path)


@pytest.mark.parametrize(
    "url",
    ["", "https://", "word", "ftp://a.example", "mailto:x@a.example", "data:text/html,x", "https://a.example:x/"],
)
def test_no_address(url: str) -> None:
    assert read_address(url) is None


def test_the_first_value_of_a_repeated_name_counts() -> None:
    address = read_address("https://a.example/?for=x&amp;for=y&b=%20z")
    assert address is not None and address.query == {"for": "x", "b": " z"}


def test_labels_are_what_stands_before_the_domain() -> None:
    address = Address(host="acme.jobs.example")
    assert address.find_labels("jobs.example") == "acme"
    assert address.find_labels("obs.example") is None
    assert Address(host="jobs.example").find_labels("jobs.example") is None


@pytest.mark.parametrize(
    ("segment", "slug"),
    [
        ("acme", "acme"),
        ("acme%22%3E", "acme"),
        ("a.b-c_d", "a.b-c_d"),
        ("api", None),
        ("a b", None),
        (None, None),
    ],
)
def test_slugs(segment: str | None, slug: str | None) -> None:
    assert find_slug(segment, "api") == slug
    assert not is_slug("") and not is_slug("é") and not is_slug("a" * 101)


def test_a_page_of_many_links_costs_no_more_than_a_large_one() -> None:
    asked = []
    links = "".join(f'<a href="https://h{n % 500}.example/{n}">x</a>' for n in range(40_000))
    find_boards("https://a.example/", links, asked.append)
    assert len(asked) == 3_000
    asked.clear()
    find_boards("https://a.example/", "".join(f"https://a.example/{n} " for n in range(5_000)), asked.append)
    assert len(asked) == 60


def test_embedded_boards_come_first_then_the_most_mentioned() -> None:
    def find(url: str) -> Board | None:
        address = read_address(url)
        return Board(ats="x", token=address.path[0]) if address and address.host == "x.example" else None

    html = (
        '<a href="https://x.example/once">1</a><a href="https://x.example/twice">2</a>'
        '{"u":"https:\\/\\/x.example\\/twice"}<iframe src="//x.example/framed"></iframe>'
    )
    found = find_boards("https://a.example/", html, find)
    assert [board.token for board in found] == ["framed", "twice", "once"]
