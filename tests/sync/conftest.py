"""Fixtures of the sync tests: a feed, its plain server, and every kind of sink."""

from __future__ import annotations

import pytest
from tests.sync.plain_server import Clock, Feed
from tests.sync.sinks import KINDS, Target, make_target


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def feed(clock):
    return Feed(clock)


@pytest.fixture(params=KINDS)
def target(request, tmp_path, monkeypatch) -> Target:
    monkeypatch.setattr("jobwire.sync.sinks.postgres_pair.WORTH_ROWS", 1)
    dsn = request.getfixturevalue("postgres_dsn") if request.param == "postgres" else None
    return make_target(request.param, tmp_path, dsn)


@pytest.fixture
def sqlite(tmp_path) -> Target:
    return make_target("sqlite", tmp_path)
