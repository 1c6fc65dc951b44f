"""Settings: flag over environment over file over default; wrong ones are named."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from jobwire.errors import ConfigError
from jobwire.settings import SETTINGS, read_settings


def test_precedence(tmp_path: Path) -> None:
    (tmp_path / "jobwire.toml").write_text('port = 1\nhost = "file"\nparallel = 3\nallow_hosts = ["A", "b"]\n')
    env = {"JOBWIRE_DATA": str(tmp_path), "JOBWIRE_PORT": "2", "JOBWIRE_HOST": "env"}
    settings = read_settings({"port": 3, "host": None}, env)
    assert (settings.port, settings.host, settings.parallel) == (3, "env", 3)
    assert settings.allow_hosts == {"a", "b"}
    assert settings.store_url == f"sqlite:///{tmp_path / 'jobwire.db'}"


def test_defaults_are_valid_and_described() -> None:
    settings = read_settings({}, {})
    assert settings.absence_spacing == timedelta(minutes=10) and settings.robots
    assert all(setting.meaning.endswith(".") for setting in SETTINGS)


@pytest.mark.parametrize(
    "env",
    [
        {"JOBWIRE_PORT": "x"}, {"JOBWIRE_PORT": "70000"}, {"JOBWIRE_ROBOTS": "perhaps"}, {"JOBWIRE_PAUSE": "-1"},
        {"JOBWIRE_ROUTES": "a=ftp://b"}, {"JOBWIRE_REMOVALS_KEPT": "3"}, {"JOBWIRE_PAUSE": "nan"}, {"JOBWIRE_STORE": "garbage"},
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(env: dict[str, str]) -> None:
    name = next(iter(env)).removeprefix("JOBWIRE_").lower()
    with pytest.raises(ConfigError, match=name):
        read_settings({}, env)


def test_an_unknown_setting_in_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "jobwire.toml").write_text("prot = 1\n")
    with pytest.raises(ConfigError, match="prot"):
        read_settings({"data": str(tmp_path)}, {})
