"""The dlt source, loaded into DuckDB: state, merges and deletes as dlt keeps them."""

from __future__ import annotations

import warnings

import pytest
from tests.sync.plain_server import KEY, PlainServer, make_site

warnings.simplefilter("ignore")
dlt = pytest.importorskip("dlt")

from jobwire.sync.dlt import jobwire_source  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def pipeline(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    return dlt.pipeline(
        "sync_test",
        destination=dlt.destinations.duckdb(str(tmp_path / "warehouse.duckdb")),
        dataset_name="feed",
        pipelines_dir=str(tmp_path / "pipelines"),
    )


def load(pipeline, server, **chosen):
    pipeline.run(jobwire_source(server.url, KEY, **chosen))
    with pipeline.sql_client() as client:
        found = client.execute_sql("SELECT id, updated_at FROM jobs")
    return {id_: at.isoformat().replace("+00:00", "Z") for id_, at in found}


@pytest.mark.parametrize("semantics", [{"log": True}, {"knows_updated_after": True}], ids=["log", "plain"])
def test_loads_equal_the_feed(pipeline, feed, clock, semantics):
    ids = [feed.publish(n) for n in range(1100)]
    feed.sites = {"s": make_site(1, clock())}
    clock.move(hours=1)
    with PlainServer(feed, **semantics) as server:
        assert load(pipeline, server) == feed.truth()
        clock.move(hours=1)
        feed.edit(ids[3], title="Edited")
        feed.expire(ids[4])
        feed.expire(ids[5])
        clock.move(minutes=1)
        feed.reopen(ids[5])
        feed.publish(5000)
        clock.move(minutes=5)
        asked = len(server.requests)
        assert load(pipeline, server) == feed.truth()
        assert len(server.requests) - asked <= 3, server.requests[asked:]
    with pipeline.sql_client() as client:
        assert client.execute_sql("SELECT title FROM jobs WHERE id = %s", ids[3]) == [("Edited",)]
        assert client.execute_sql("SELECT count(*) FROM jobs__locations") == [(len(feed.active),)]
        assert client.execute_sql("SELECT count(*) FROM career_sites") == [(1,)]
