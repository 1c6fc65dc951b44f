"""Make one clean record of a raw posting: an ordered list of pure functions, one version number."""

from __future__ import annotations

ENRICH_VERSION = 1
