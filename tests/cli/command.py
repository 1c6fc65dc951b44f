"""Runs commands as a shell would, with exit code and output: in this process, which saves a start for each."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from jobwire.cli.main import main


class Done(NamedTuple):
    code: int
    out: str
    err: str


def run(*args: str | Path, data: Path | None = None, stdin: str = "", **env: str) -> Done:
    """`jobwire ARGS`; `data` is the data folder, upper-case keywords are environment variables."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("JOBWIRE_")} | env
    if data is not None:
        clean["JOBWIRE_DATA"] = str(data)
    out, err = _stream(), _stream()
    code = 0
    with (
        mock.patch.dict(os.environ, clean, clear=True),
        mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()))),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main([str(arg) for arg in args])
        except SystemExit as end:
            code = int(end.code or 0)
    return Done(code, _text(out), _text(err))


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()
