"""Plugins that every room's tests may use: fixtures from `tests/postgres.py`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))  # so that test doubles import as `tests.<room>.<name>`

pytest_plugins = ["tests.postgres"]
