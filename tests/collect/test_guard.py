"""No request leaves for a private address unless the operator allows it by name."""

from __future__ import annotations

import pytest

from jobwire.collect.guard import check_url, is_public
from jobwire.errors import BoardBlocked

PRIVATE = [
    "http://127.0.0.1/",
    "http://localhost/",
    "http://LOCALHOST./x",
    "http://10.1.2.3/",
    "http://192.168.0.1/",
    "http://172.16.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://0.0.0.0/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://printer.local/",
    "http://metadata.google.internal/",
    "http://100.64.0.1/",
    "http://224.0.0.1/",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_private_addresses_are_refused(url: str) -> None:
    with pytest.raises(BoardBlocked):
        check_url(url, frozenset())


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x.example/",
        "file:///etc/passwd",
        "gopher://x.example",
        "//x.example",
        "http://",
        "x",
        "http://[::1",
    ],
)
def test_only_http_urls_with_a_host_are_fetched(url: str) -> None:
    with pytest.raises(BoardBlocked):
        check_url(url, frozenset())


def test_credentials_in_a_url_are_refused() -> None:
    with pytest.raises(BoardBlocked):
        check_url("https://user:secret@boards.greenhouse.io/", frozenset())


def test_public_hosts_pass_and_allowed_ones_by_name_and_port() -> None:
    assert check_url("https://Boards.Greenhouse.io/acme", frozenset()) == "boards.greenhouse.io"
    assert check_url("http://127.0.0.1:9000/", frozenset({"127.0.0.1"})) == "127.0.0.1"
    assert check_url("http://127.0.0.1:9000/", frozenset({"127.0.0.1:9000"})) == "127.0.0.1"
    with pytest.raises(BoardBlocked):
        check_url("http://127.0.0.1:9001/", frozenset({"127.0.0.1:9000"}))


def test_public_addresses() -> None:
    assert is_public("1.1.1.1") and is_public("2606:4700:4700::1111")
    assert not is_public("not an address")
