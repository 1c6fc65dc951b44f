"""The contract of `sinks.base.Sink`, run against every sink."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from tests.sync.plain_server import make_job, make_site
from tests.sync.sinks import parquet_rows

from jobwire.errors import ConfigError, Locked, StoreMismatch
from jobwire.sync import Removal, open_sink
from jobwire.sync.checkpoint import Checkpoint, Scan
from jobwire.sync.rows import find_job, find_site
from jobwire.sync.sinks.base import CompanyRow, Counts

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DONE = Checkpoint(stream="jobs", source="http://feed", cursor="c1", watermark=NOW)
SITES = Checkpoint(stream="career_sites", source="http://feed")


def rows(*numbers, at=NOW, **fields):
    return [find_job(json.dumps(make_job(n, at, **fields)).encode()) for n in numbers]


def ids(*numbers):
    return [make_job(n, NOW)["id"] for n in numbers]


def test_rows_and_checkpoint_come_back(target):
    with target.open() as sink:
        assert sink.load("jobs") is None
        assert sink.write_jobs(rows(1, 2, 3), [], DONE) == Counts(new=3)
    with target.open() as sink:
        assert sink.load("jobs") == DONE
        assert dict(sink.versions()) == dict.fromkeys(ids(1, 2, 3), NOW)
    assert {job["id"]: job for job in target.bodies()}[ids(2)[0]] == make_job(2, NOW)


def test_only_what_differs_is_written(target):
    with target.open() as sink:
        sink.write_jobs(rows(1, 2, 3), [], DONE)
        edited = rows(2, at=NOW + timedelta(microseconds=1), title="Edited")
        assert sink.write_jobs([*rows(1), *edited, *rows(4)], [], DONE) == Counts(new=1, changed=1, unchanged=1)
    assert sorted(job["title"] for job in target.bodies()) == ["Edited", "Engineer 1", "Engineer 3", "Engineer 4"]


def test_removals_expire_with_their_reason_and_come_back_when_reopened(target):
    with target.open() as sink:
        sink.write_jobs(rows(1, 2), [], DONE)
        gone = [Removal(ids(1)[0], "deadline", NOW), Removal(ids(9)[0], "withdrawn", NOW)]
        assert sink.write_jobs([], gone, DONE) == Counts(expired=1)
        assert sink.write_jobs([], gone, DONE) == Counts()
        found = sink._run("SELECT id, expired_reason FROM jobs WHERE expired_at IS NOT NULL")
        assert [tuple(row) for row in found] == [(ids(1)[0], "deadline")]
        assert dict(sink.versions()).keys() == set(ids(2))
        assert sink.write_jobs(rows(1), [], DONE) == Counts(reopened=1)
    assert target.active().keys() == set(ids(1, 2))


def test_suspects_expire_unless_they_are_written(target):
    with target.open() as sink:
        sink.write_jobs(rows(1, 2, 3, 4), [Removal(ids(4)[0], "deadline", NOW)], DONE)
        sink.suspect(None, afresh=True)
        assert sink.tally() == (3, 3)
        sink.suspect(ids(1, 2, 7), afresh=True)
        assert sink.tally()[0] == 2
        assert sink.write_jobs(rows(1), [], DONE) == Counts(unchanged=1)
    with target.open() as sink:  # suspicion outlives the process
        assert sink.settle(DONE, "expired", NOW) == 1
        assert sink.settle(DONE, "expired", NOW) == 0
        assert sink.tally()[0] == 0
    assert target.active().keys() == set(ids(1, 3))


def test_a_full_scan_leaves_what_no_page_brought(target):
    with target.open() as sink:
        sink.suspect(None, afresh=True)
        sink.write_jobs(rows(1, 2, 3, 4, 5, 6), [], DONE)
        assert sink.tally()[0] == 0  # nobody was there to be suspected
        sink.suspect(None, afresh=True)
        sink.write_jobs(rows(1, 9), [Removal(ids(5)[0], "deadline", NOW)], DONE)
    with target.open() as sink:  # the second page comes after a crash
        sink.write_jobs(rows(2, 3, at=NOW + timedelta(hours=1)), [], DONE)
        assert sink.tally() == (2, 6)
        assert sink.tally(ids(4, 5, 1)) == (1, 0)
        sink.write_jobs(rows(6), [], DONE)  # a second look
        assert sink.settle(DONE, "absent", NOW) == 1
        sink.suspect(None, afresh=True, besides=ids(1, 2, 3, 6))
        sink.write_jobs(rows(1, 2, 3, 6), [], None)
        assert sink.settle(DONE, "absent", NOW) == 1
    assert target.active().keys() == set(ids(1, 2, 3, 6))


def test_delete_mode_leaves_no_trace(target):
    with target.open(delete=True) as sink:
        sink.write_jobs(rows(1, 2), [], DONE)
        assert sink.write_jobs([], [Removal(ids(1)[0], "deadline", NOW)], DONE) == Counts(expired=1)
        assert sink._run("SELECT count(*) FROM job_locations")[0][0] == 1
        assert sink._run("SELECT count(*) FROM jobs")[0][0] == 1


def test_a_failing_page_leaves_nothing_behind(target):
    with target.open() as sink:
        sink.write_jobs(rows(1), [], DONE)
        bad = msgspec.structs.replace(rows(2)[0], body=object())
        with pytest.raises(Exception, match=r".+"):
            sink.write_jobs([*rows(3), bad], [], Checkpoint(stream="jobs", source="http://feed", cursor="c2"))
        assert sink.load("jobs") == DONE
        assert dict(sink.versions()).keys() == set(ids(1))
        assert sink.write_jobs(rows(2, 3), [], DONE) == Counts(new=2)


def test_one_run_at_a_time(target, monkeypatch):
    monkeypatch.setattr("jobwire.sync.sinks.postgres.LOCK_TRIES_S", ())
    with target.open(), pytest.raises(Locked):
        target.open().open()
    with target.open() as sink:
        assert sink.load("jobs") is None


def test_typed_columns(target):
    with target.open() as sink:
        sink.write_jobs(rows(5), [], DONE)
        names = "title, company_id, country, city, pay_min, pay_max, pay_currency, employment_type, source"
        assert [tuple(row) for row in sink._run(f"SELECT {names} FROM jobs")] == [
            ("Engineer 5", "c0000000-0000-4000-8000-000000000005", "DE", "Berlin", 50000.0, 60000.5, "EUR",
             "full_time", "greenhouse"),
        ]  # fmt: skip
        assert sink._run("SELECT position, city, latitude FROM job_locations")[0][1:] == ("Berlin", 52.5)


def test_hostile_objects_are_kept_or_left_out_but_never_stop_a_page(target):
    raw = [
        b'{"id":"a","title":"tab\\t nul\\u0000 slash\\\\ line\\n","updated_at":"2026-01-01T00:00:00Z"}',
        b'{"id":"b","title":"lone \\ud800 surrogate","updated_at":"not a date","locations":[null,7,{"city":5}]}',
        b'{"id":"c","title":null,"x":1e99999,"company":"text","compensation":{"min":"7","max":1e400}}',
        b'{"Id":"d","Title":"Case","companyName":"x","UpdatedAt":"2026-01-01 00:00:00"}',
        b'{"id":"e","description":"bad utf-8 \xff\xfe"}',
        b'{"title":"no id"}',
        b'{"id":null}',
        b"7",
        b'{"id":"f","title":"\\\\N","pretty":\n\t1}',
    ]
    found = [row for row in map(find_job, raw) if row is not None]
    assert [row.id for row in found] == ["a", "b", "c", "d", "e", "f"]
    with target.open() as sink:
        assert sink.write_jobs(found, [], DONE) == Counts(new=6)
        titles = dict(tuple(row) for row in sink._run("SELECT id, title FROM jobs"))
    assert titles["a"].replace("\0", "") == "tab\t nul slash\\ line\n"
    assert titles["d"] == "Case"
    assert titles["f"] == "\\N"


def test_career_sites_and_companies(target):
    sites = [find_site(json.dumps(make_site(n, NOW)).encode()) for n in (1, 2)]
    with target.open() as sink:
        assert sink.write_sites(sites, SITES) == Counts(new=2)
        assert sink.write_sites(sites, SITES) == Counts(unchanged=2)
        wanted = [site.id for site in sites]
        assert sink.companies_to_fetch(10) == [(id_, None) for id_ in wanted]
        profiles = [CompanyRow(id=id_, body=b'{"name":"x"}', etag="e", fetched_at=NOW) for id_ in wanted]
        assert sink.write_companies(profiles) == Counts(new=2)
        assert sink.companies_to_fetch(10) == []
        later = [find_site(json.dumps(make_site(1, NOW + timedelta(hours=1))).encode())]
        assert sink.write_sites(later, SITES) == Counts(changed=1)
        assert sink.companies_to_fetch(10) == [(wanted[0], "e")]
        same = CompanyRow(id=wanted[0], body=None, etag="e", fetched_at=NOW + timedelta(hours=2))
        assert sink.write_companies([same]) == Counts(unchanged=1)
        assert sink.companies_to_fetch(10) == []


def test_receipts_are_kept_newest_first(target):
    with target.open() as sink:
        for hour in (1, 3, 2):
            sink.record({"id": f"r{hour}", "started_at": f"2026-03-01T0{hour}:00:00Z", "n": "\0"})
        assert [run["id"] for run in sink.runs(2)] == ["r3", "r2"]


def test_clear_empties_everything(target):
    with target.open() as sink:
        sink.write_jobs(rows(1), [], DONE)
        sink.clear()
        assert sink.load("jobs") is None
        assert list(sink.versions()) == []
        assert sink.write_jobs(rows(1), [], DONE) == Counts(new=1)


def test_indexes_and_a_second_opening(target):
    with target.open() as sink:
        sink.index()
    with target.open() as sink:
        sink.index()


def test_reading_needs_no_lock_and_no_right_to_write(target):
    with target.open() as sink:
        sink.write_jobs(rows(1), [], DONE)
        sink.record({"id": "r", "started_at": "2026-03-01T00:00:00Z"})
        if target.kind != "duckdb":  # DuckDB lets one process in at a time
            reader = target.open()
            reader.open(read_only=True)
            assert [run["id"] for run in reader.runs()] == ["r"]
            reader.close()
    reader = target.open()
    reader.open(read_only=True)
    assert reader.load("jobs") == DONE
    reader.close()


def test_nothing_there_yet(target):
    sink = target.open()
    with pytest.raises(ConfigError):
        sink.open(read_only=True)
    sink.close()


def test_tables_of_a_newer_jobwire_are_left_alone(target):
    with target.open() as sink:
        sink._put_state("tables", '{"version": 99}')
    with pytest.raises(StoreMismatch):
        target.open().open()


def test_prefixes_keep_two_feeds_apart(target):
    with target.open(prefix="one_") as sink:
        sink.write_jobs(rows(1), [], DONE)
    with target.open(prefix="two_") as sink:
        assert sink.load("jobs") is None
        assert sink.write_jobs(rows(2), [], DONE) == Counts(new=1)


@pytest.mark.parametrize("kind", ["postgres", "duckdb"])
def test_schemas(kind, tmp_path, request):
    from tests.sync.sinks import make_target

    dsn = request.getfixturevalue("postgres_dsn") if kind == "postgres" else None
    place = make_target(kind, tmp_path, dsn)
    with place.open(schema="feed") as sink:
        sink.write_jobs(rows(1), [], DONE)
        sink.index()
    with place.open(schema="feed") as sink:
        assert sink.load("jobs") == DONE
    assert place.read("SELECT count(*) FROM feed.jobs") == [(1,)]


def test_parquet_readers_see_all_of_a_round_or_nothing(tmp_path):
    url = f"parquet:{tmp_path}/copy"
    scanning = Checkpoint(stream="jobs", source="http://feed", scan=Scan(full=True, cursor="c"))
    with open_sink(url) as sink:
        sink.write_jobs(rows(1, 2), [], scanning)
        assert parquet_rows(url) == []
        sink.settle(DONE, "absent", NOW)
        assert {row["id"] for row in parquet_rows(url)} == set(ids(1, 2))
        before = (tmp_path / "copy/manifest.json").stat().st_mtime_ns
        sink.write_jobs(rows(1), [], DONE)
        assert (tmp_path / "copy/manifest.json").stat().st_mtime_ns == before
        sink.write_jobs([], [Removal(ids(1)[0], "deadline", NOW)], DONE)
    found = {row["id"]: row["expired_reason"] for row in parquet_rows(url)}
    assert found == {ids(1)[0]: "deadline", ids(2)[0]: None}
    assert len(list((tmp_path / "copy/jobs").glob("*/*.parquet"))) == 1


def test_urls(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert str(open_sink("sqlite:///copy.db").path) == "copy.db"
    assert str(open_sink("sqlite:////var/copy.db").path) == "/var/copy.db"
    assert str(open_sink("copy.sqlite3").path) == "copy.sqlite3"
    assert open_sink("sqlite:///copy.db?prefix=a_").prefix == "a_"
    assert str(open_sink("parquet:jobs.ndjson").folder) == "jobs.ndjson"
    assert str(open_sink("parquet:///out").folder) == "out"
    assert open_sink("postgresql://u:secret@h/db?schema=x").schema == "x"
    assert "secret" not in open_sink("postgresql://u:secret@h/db").url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "copy",
        "mysql://x",
        "sqlite:///",
        "sqlite:///a.db?prefix=a;b",
        "sqlite:///a.db?x=1",
        "sqlite:///a.db?schema=s",
    ],
)
def test_urls_that_mean_nothing(url):
    with pytest.raises(ConfigError):
        open_sink(url)


def test_rights_are_checked_before_anything_is_written(tmp_path, postgres_dsn):
    with pytest.raises(ConfigError, match="no folder"):
        open_sink(f"sqlite:///{tmp_path}/none/copy.db").check()
    (tmp_path / "text.db").write_text("not a database, but long enough to look at its header " * 20)
    with pytest.raises(ConfigError, match="not a database"):
        open_sink(f"sqlite:///{tmp_path}/text.db").open()


def test_postgres_says_which_right_is_missing(postgres_dsn):
    import psycopg

    with psycopg.connect(postgres_dsn, autocommit=True) as admin:
        role = f"reader_{admin.info.backend_pid}"
        admin.execute(f"CREATE ROLE {role} LOGIN")
        reader = psycopg.conninfo.make_conninfo(postgres_dsn, user=role)
        try:
            with pytest.raises(ConfigError, match="No right to make tables in schema public"):
                open_sink_dsn(reader).check()
            with open_sink_dsn(postgres_dsn) as sink:
                sink.write_jobs(rows(1), [], DONE)
            with pytest.raises(ConfigError, match="No right to write the table jobs"):
                open_sink_dsn(reader).open()
        finally:
            admin.execute(f"DROP ROLE {role}")


def open_sink_dsn(dsn):
    from jobwire.sync.sinks.postgres import PostgresSink

    return PostgresSink(dsn)


SCANNING = Checkpoint(stream="jobs", source="http://feed", scan=Scan(full=True, cursor="c"))


def test_pages_under_way_at_once_are_committed_in_their_order(target):
    """One page after the other, some with the same jobs, some with bodies that jsonb refuses."""
    with target.open() as sink:
        for n in range(12):
            page = [*rows(n, n + 1), *rows(100 + n, description="nul\0 \ud800")]
            sink.write_jobs(page, [], msgspec.structs.replace(SCANNING, cursor=f"c{n}"))
        assert sink.load("jobs").cursor == "c11"
        assert len(dict(sink.versions())) == 13 + 12


def test_a_page_under_way_that_fails_stops_those_behind_it(postgres_dsn, monkeypatch):
    monkeypatch.setattr("jobwire.sync.sinks.postgres_pair.WORTH_ROWS", 1)
    from jobwire.sync.sinks.postgres_pair import PostgresPair

    with PostgresPair(postgres_dsn) as sink:
        sink.write_jobs(rows(1), [], msgspec.structs.replace(SCANNING, cursor="c1"))
        sink.load("jobs")
        sink._run("ALTER TABLE jobs ADD CHECK (title <> 'Forbidden')")
        sink.write_jobs(rows(2, title="Forbidden"), [], msgspec.structs.replace(SCANNING, cursor="c2"))
        sink.write_jobs(rows(3), [], msgspec.structs.replace(SCANNING, cursor="c3"))
        with pytest.raises(ConfigError, match="check constraint"):
            sink.load("jobs")
    with PostgresPair(postgres_dsn) as sink:
        assert sink.load("jobs").cursor == "c1"
        assert dict(sink.versions()).keys() == set(ids(1))


def test_a_body_of_another_type_is_refused(postgres_dsn):
    from jobwire.sync.sinks.postgres_pair import PostgresPair

    with PostgresPair(postgres_dsn) as sink:
        sink.write_jobs(rows(1), [], DONE)
        sink._run("ALTER TABLE jobs ALTER body TYPE text")
    with pytest.raises(StoreMismatch, match="no longer jsonb"):
        PostgresPair(postgres_dsn).open()
