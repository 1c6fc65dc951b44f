"""`jobwire sync` as people type it: where settings come from, and the repair of a copy."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner
from tests.sync.plain_server import KEY, PlainServer

from jobwire.cli.sync import sync
from jobwire.cli.sync_target import read_target
from jobwire.errors import ConfigError

FLAGS = {"source": "http://feed", "sink": "sqlite:///x.db"}


def read(monkeypatch, tmp_path, *, toml="", env=(), **flags):
    path = tmp_path / "sync.toml"
    path.write_text(toml)
    for name, value in dict(env).items():
        monkeypatch.setenv(name, value)
    return read_target({"source": None, "sink": None, **FLAGS, "config": path, **flags}).options()


def test_flags_over_environment_over_file(monkeypatch, tmp_path):
    toml = 'overlap = "1h"\nreconcile_every = "12h"\nrescan = "never"\n'
    options = read(monkeypatch, tmp_path, toml=toml, env={"JOBWIRE_SYNC_OVERLAP": "2h"}, rescan="always")
    assert options.overlap == timedelta(hours=2)
    assert options.reconcile_every == timedelta(hours=12)
    assert options.rescan == "always"


def test_defaults_are_those_of_the_library(monkeypatch, tmp_path):
    from jobwire.sync import Options

    assert read(monkeypatch, tmp_path) == Options()
    assert read(monkeypatch, tmp_path, reconcile_every="never").reconcile_every is None


@pytest.mark.parametrize("flags", [{"overlap": "a while"}, {"reconcile_every": "daily"}, {"rescan": "sometimes"}])
def test_what_cannot_be_understood_is_named(monkeypatch, tmp_path, flags):
    with pytest.raises(ConfigError, match=next(iter(flags.values()))):
        read(monkeypatch, tmp_path, **flags)


def test_a_repair_keeps_the_filters_of_the_copy(feed, sqlite):
    ids = [feed.publish(n) for n in range(8)]
    with PlainServer(feed) as server:

        def run(*args):
            where = ("--from", server.url, "--to", sqlite.url)
            return CliRunner().invoke(sync, [*where, *args], env={"JOBWIRE_KEY": KEY})

        assert run("--filter", "sources=lever", "--overlap", "20m", "--rescan", "auto").exit_code == 0
        with sqlite.open() as sink, sink._transaction():
            sink._change("UPDATE jobs SET title = 'Tampered' WHERE id = ?", (ids[0],))
        assert run("verify").exit_code == 6
        mended = run("verify", "--repair")
        assert (mended.exit_code, "1 changed" in mended.output) == (0, True)
        assert run("verify").exit_code == 0
        assert len(sqlite.active()) == 4
