"""Old removals are dropped now and then, by whoever looks first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from jobwire.model.times import format_time
from jobwire.store.base import REMOVALS_KEPT
from jobwire.store.open import open_store
from jobwire.store.upkeep import PURGE_EVERY, purge_sometimes

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_it_is_done_once_in_six_hours(tmp_path):
    store = open_store(tmp_path / "jobwire.db", clock=lambda: NOW)
    purge_sometimes(store, NOW, REMOVALS_KEPT)
    first = store.get_meta("purged_at")
    purge_sometimes(store, NOW + PURGE_EVERY - timedelta(seconds=1), REMOVALS_KEPT)
    assert store.get_meta("purged_at") == first
    purge_sometimes(store, NOW + PURGE_EVERY, REMOVALS_KEPT)
    assert store.get_meta("purged_at") != first
    store.close()


def test_a_clock_that_was_a_year_ahead_stops_nobody(tmp_path):
    store = open_store(tmp_path / "jobwire.db", clock=lambda: NOW)
    purge_sometimes(store, NOW + timedelta(days=365), REMOVALS_KEPT)
    purge_sometimes(store, NOW, REMOVALS_KEPT)
    assert store.get_meta("purged_at") == format_time(NOW).encode()
    store.close()
