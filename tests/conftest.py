"""Plugins that every room's tests may use: fixtures from `tests/postgres.py` and `tests/browser.py`."""

import signal
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent.parent))  # so that test doubles import as `tests.<room>.<name>`

pytest_plugins = ["tests.postgres", "tests.browser"]


settings.register_profile(
    "jobwire",
    deadline=None,  # nothing here asserts times
    derandomize=True,  # a run needs no luck; `--hypothesis-profile default` explores afresh
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("jobwire")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Started in the background of a shell without job control: programs that are tested would inherit deafness.
    signal.signal(signal.SIGINT, signal.default_int_handler)
