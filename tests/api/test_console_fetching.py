"""What the console fetches for an operator never comes from a private address."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from jobwire.asgi import BoardTools, board_tools
from jobwire.errors import JobwireError
from jobwire.model.board import Board
from jobwire.settings import read_settings


class Inside(BaseHTTPRequestHandler):
    """A service of the machine, which nobody outside may reach."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path.startswith("/away"):
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.2:{self.server.server_address[1]}/secret")
        else:
            self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.fixture
def inside() -> Iterator[tuple[int, list[str]]]:
    """The service's port, and what it was asked for."""
    asked: list[str] = []
    server = ThreadingHTTPServer(("0.0.0.0", 0), type("Here", (Inside,), {"asked": asked}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1], asked
    server.shutdown()
    thread.join()
    server.server_close()


def tools(folder: Path, **flags: str) -> BoardTools:
    return board_tools(read_settings({"data": str(folder), **flags}, env={}))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "169.254.169.254",
        "[fe80::1]",
        "10.0.0.1",
        "printer.local",
    ],
)
def test_an_address_inside_is_never_asked(tmp_path: Path, inside: tuple[int, list[str]], host: str) -> None:
    port, asked = inside
    url = f"http://{host}:{port}/careers"
    with pytest.raises(JobwireError):
        asyncio.run(tools(tmp_path).find_boards(url))
    tried = asyncio.run(tools(tmp_path).try_board(Board(ats="generic", token="x", url=url)))
    assert (tried.count, tried.outcome) == (0, "blocked")
    assert asked == []


def test_a_redirect_inside_is_not_followed(tmp_path: Path, inside: tuple[int, list[str]]) -> None:
    port, asked = inside
    outside = tools(tmp_path, routes=f"careers.example=http://127.0.0.1:{port}", robots="false")
    with contextlib.suppress(JobwireError):
        asyncio.run(outside.find_boards("http://careers.example/away"))
    assert "/away" in asked and "/secret" not in asked
