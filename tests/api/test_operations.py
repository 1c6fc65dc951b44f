"""The dashboard and the alert rules ask for metrics that the server has; the security page names tests that exist."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from jobwire.api.server import WAY_S
from jobwire.errors import Unavailable

ROOT = Path(__file__).parents[2]


def asked(text: str) -> set[str]:
    return set(re.findall(r"\bjobwire_[a-z_]+", text))


def test_dashboard_and_alerts_ask_for_metrics_that_exist(world: Any, client: Any) -> None:
    world.add_plan("metered", prices={"feed": 1})
    key = world.add_key("jw_live_metered00000000000", plan="metered", credits_=100)
    world.publish(1)
    client.post("/api/jobs/feed", X_Api_Key=key)
    client.post("/api/jobs/feed", X_Api_Key="wrong")
    client.wait_for(lambda: b"jobwire_credits_total{" in client.get("/metrics").data)
    offered = asked(client.get("/metrics").data.decode())
    panels = json.loads((ROOT / "docs/operations/dashboard.json").read_text())["panels"]
    rules = yaml.safe_load((ROOT / "docs/operations/alerts.yml").read_text())["groups"][0]["rules"]
    expressions = [target["expr"] for panel in panels for target in panel["targets"]]
    expressions += [rule["expr"] for rule in rules]
    assert len(panels) >= 10 and len(rules) >= 5
    for expression in expressions:
        assert asked(expression) <= offered, expression
    assert all(rule["annotations"]["summary"] for rule in rules)


def test_the_search_index_is_watched_apart_from_the_store(world: Any, serve: Any) -> None:
    world.publish(1, 2)
    client, without = serve(), serve(search_url="postgresql://nobody@127.0.0.1:9/nowhere?connect_timeout=1")
    client.wait_for(lambda: client.get("/health/ready").json()["search_index"] == "ready")
    client.wait_for(lambda: b"jobwire_search_lag 0.0" in client.get("/metrics").data)
    assert b"jobwire_search_ready 1.0" in client.get("/metrics").data
    without.wait_for(lambda: without.get("/health/ready").json()["search_index"] == "unavailable")
    assert without.get("/health/ready").status == 200 and len(without.scan()) == 2
    reply = without.get("/api/jobs")
    assert (reply.status, reply.headers["Retry-After"]) == (503, "5")
    assert b"jobwire_search_ready 0.0" in without.get("/metrics").data


def test_the_search_index_makes_way_for_requests(client: Any) -> None:
    server = client.server

    def waited_s(seq: int) -> float:
        began = time.monotonic()
        server._make_way(seq, 10_000)
        return time.monotonic() - began

    server._asked_at = 0.0
    assert waited_s(0) < WAY_S
    server._asked_at = time.monotonic() + 3600  # as if somebody asked again and again
    assert waited_s(0) >= WAY_S and waited_s(9_000) < WAY_S


@pytest.mark.parametrize("error", [Unavailable("The store is away."), IndexError("a mistake of ours")])
def test_upkeep_goes_on_after_an_error(
    world: Any, serve: Any, monkeypatch: Any, quiet_log: list[Any], error: Exception
) -> None:
    monkeypatch.setattr("jobwire.api.server.UPKEEP_S", 0.01)
    monkeypatch.setattr("jobwire.api.server.STALE_EVERY", 1)
    rounds: list[int] = []

    def fail(older_than: Any) -> int:
        rounds.append(1)
        raise error

    monkeypatch.setattr(world.accounts, "release_stale", fail)
    serve().wait_for(lambda: len(rounds) > 2)
    said = [line for line in quiet_log if line["event"] == "upkeep failed"]
    assert said and all(bool(line.get("exc_info")) == isinstance(error, IndexError) for line in said)


def test_the_security_page_names_tests_that_exist() -> None:
    text = (ROOT / "docs/security.md").read_text()
    found = re.findall(r"`(?:tests/api/)?(test_\w+\.py)?(?:::(test_\w+))?`", text)
    name = ""
    for file, test in found:
        name = file or name
        source = (ROOT / "tests/api" / name).read_text()
        assert not test or f"def {test}(" in source, (name, test)
    assert len(found) > 25
