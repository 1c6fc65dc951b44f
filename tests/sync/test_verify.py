"""What `verify` compares: each kind of damage to a copy is named by id, and a repair mends it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from tests.sync.plain_server import KEY, PlainServer, make_site

from jobwire.cli.sync import sync as command
from jobwire.sync import FeedClient, Sync, verify

PLACE = {
    "location": "Lyon",
    "city": "Lyon",
    "region": None,
    "country": "FR",
    "latitude": 45.76,
    "longitude": 4.84,
}


def sync(server, target, *, full=False):
    streams = ("jobs", "career_sites")
    return Sync(server.url, target.url, key=KEY, streams=streams, batch_size=3).run(full=full)


@pytest.fixture
def server(feed, clock):
    for n in range(8):
        feed.publish(n, locations=[PLACE, {**PLACE, "city": "Caen", "latitude": None}])
    feed.sites = {str(n): make_site(n, clock()) for n in range(60)}
    with PlainServer(feed, knows_updated_after=True) as running:
        yield running


def damage(target, *statements):
    with target.open() as sink, sink._transaction():
        for statement in statements:
            sink._change(statement)


def compare(server, target, **chosen):
    return verify(FeedClient(server.url, KEY), target.open(), **chosen)


@pytest.mark.parametrize(
    "statements",
    [
        ["UPDATE job_locations SET city = 'Nowhere' WHERE job_id = '{id}' AND position = 1"],
        ["UPDATE job_locations SET latitude = 1.5 WHERE job_id = '{id}' AND position = 1"],
        ["DELETE FROM job_locations WHERE job_id = '{id}'"],
        ["DELETE FROM job_locations WHERE job_id = '{id}' AND position = 0"],
        ["INSERT INTO job_locations SELECT * FROM job_locations WHERE job_id = '{id}'"],
        ["UPDATE job_locations SET position = 1 - position WHERE job_id = '{id}'"],
        ["UPDATE jobs SET city = NULL WHERE id = '{id}'"],
    ],
)
def test_locations_of_a_job(server, target, feed, statements):
    sync(server, target)
    assert compare(server, target).count == 0
    job_id = sorted(feed.jobs)[3]
    damage(target, *(text.format(id=job_id) for text in statements))
    drift = compare(server, target)
    assert (drift.count, drift.altered, drift.companies) == (1, [job_id], 0)
    assert sync(server, target, full=True).jobs.changed == 1
    assert compare(server, target).count == 0


def test_a_job_that_was_deleted_comes_back_with_its_locations_once(server, target, feed):
    sync(server, target)
    job_id = sorted(feed.jobs)[0]
    damage(target, f"DELETE FROM jobs WHERE id = '{job_id}'")
    assert compare(server, target).missing == [job_id]
    assert sync(server, target, full=True).jobs.new == 1
    assert compare(server, target).count == 0


def test_career_sites(server, target, feed):
    sync(server, target)
    ids = [site["id"] for site in feed.sites.values()]
    damage(
        target,
        f"UPDATE career_sites SET name = 'Tampered' WHERE id = '{ids[1]}'",
        f"UPDATE career_sites SET body = '{{}}' WHERE id = '{ids[2]}'",
        f"UPDATE career_sites SET updated_at = NULL WHERE id = '{ids[3]}'",
        f"DELETE FROM career_sites WHERE id = '{ids[4]}'",
        f"UPDATE career_sites SET id = 'another' WHERE id = '{ids[5]}'",
    )
    drift = compare(server, target)
    sites = drift.sites
    assert (drift.count, sites.count, sites.feed, sites.copied) == (5, 5, 60, 59)
    assert (sites.altered, sites.different) == (ids[1:3], [ids[3]])
    assert (sites.missing, sites.extra) == (ids[4:6], ["another"])
    assert f"altered career site: {ids[1]}" in drift.lines()
    receipt = sync(server, target, full=True)
    assert (receipt.career_sites.changed, receipt.career_sites.new) == (3, 2)
    drift = compare(server, target)
    assert (drift.count, drift.sites.extra) == (0, ["another"])


def test_sites_without_times_follow_their_content(server, sqlite, feed):
    for site in feed.sites.values():
        site["updated_at"] = None
    server.answer_sites = lambda ask: (
        200,
        {"career_sites": list(feed.sites.values())[:50], "next_cursor": None, "has_more": False},
    )
    assert sync(server, sqlite).career_sites.new == 50
    feed.sites["3"]["name"] = "Renamed"
    receipt = sync(server, sqlite)
    assert (receipt.career_sites.changed, receipt.career_sites.unchanged) == (1, 49)


def test_only_what_was_copied_is_compared(server, sqlite):
    Sync(server.url, sqlite.url, key=KEY).run()
    assert compare(server, sqlite).sites is None
    assert server.count("/api/career-sites/feed") == 0
    sync(server, sqlite)
    read = server.count("/api/career-sites/feed")
    assert compare(server, sqlite, streams=["jobs"]).sites is None
    assert server.count("/api/career-sites/feed") == read
    assert compare(server, sqlite, streams=["career_sites"]).sites.feed == 60


def test_the_command_mends_sites_and_reads_no_job_for_them(server, sqlite, feed):
    sync(server, sqlite)
    site_id = feed.sites["7"]["id"]
    damage(sqlite, f"UPDATE career_sites SET name = 'Tampered' WHERE id = '{site_id}'")

    def run(*args):
        where = ("--from", server.url, "--to", sqlite.url)
        return CliRunner().invoke(command, ["verify", *where, *args], env={"JOBWIRE_KEY": KEY})

    assert run("--stream", "jobs").exit_code == 0
    found = run()
    assert (found.exit_code, f"altered career site: {site_id}" in found.output) == (6, True)
    read = server.count("/api/jobs/feed")
    assert run("--repair").exit_code == 0
    assert server.count("/api/jobs/feed") - read == 1  # the comparison's page, no more
    assert run().exit_code == 0
