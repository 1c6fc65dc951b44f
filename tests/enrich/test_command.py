"""`jobwire enrich` with the optional model and the operator's H-1B list, from file to store."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from tests.cli.command import run
from tests.enrich.model_server import Server

from jobwire.enrich import ENRICH_VERSION, enrich
from jobwire.model.company import Company
from jobwire.model.ids import company_id, job_id
from jobwire.model.job import Job
from jobwire.model.raw import RawLocation, RawPosting
from jobwire.store.base import JobEntry, Publication
from jobwire.store.open import open_store

AT = datetime(2026, 1, 1, tzinfo=UTC)
RECORD = json.dumps({"title": "Cook", "location": "Austin, TX", "description": "Soup.", "company": "Acme"})
CSV = "Fiscal Year,Employer,Initial Approval\n2024,ACME INC,3\n"


def test_the_model_fills_a_file(server: Server, tmp_path: Path) -> None:
    named = {"JOBWIRE_LLM_URL": server.url, "JOBWIRE_LLM_MODEL": "small", "JOBWIRE_LLM_KEY": "secret"}
    done = run("enrich", "-", "--llm", data=tmp_path, stdin=RECORD, **named)
    assert (done.code, json.loads(done.out)["employment_type"]) == (0, "full_time")
    assert server.headers[0]["Authorization"] == "Bearer secret"
    again = run("enrich", "-", "--llm", data=tmp_path, stdin=RECORD, **named)
    assert json.loads(again.out)["employment_type"] == "full_time" and len(server.asked) == 1


def test_the_model_is_off_unless_it_is_named(server: Server, tmp_path: Path) -> None:
    assert json.loads(run("enrich", "-", data=tmp_path, stdin=RECORD).out)["employment_type"] is None
    done = run("enrich", "-", "--llm", data=tmp_path, stdin=RECORD)
    assert done.code and "llm_url" in done.err and not server.asked


def _store_job(data: Path) -> str:
    """One stored posting, enriched by this version; its id."""
    posting = RawPosting(
        posting_id="1",
        title="Cook",
        listing_url="https://acme.example/1",
        description_text="Soup.",
        locations=(RawLocation(text="Austin, TX"),),
    )
    company = Company(id=company_id("lever:acme"), name="Acme, Inc.")
    id_ = job_id("lever:acme", "1")
    job = enrich(posting, source="lever", company=company.summarize(), job_id=id_, created_at=AT, updated_at=AT)
    entry = JobEntry(
        job=job,
        board_key="lever:acme",
        posting_id="1",
        raw=msgspec.json.encode(posting),
        enrich_version=ENRICH_VERSION,
    )
    with closing(open_store(f"sqlite:///{data / 'jobwire.db'}", clock=lambda: AT)) as store:
        store.publish(Publication(companies=(company,), entries=(entry,)))
    return id_


def _read_job(data: Path, id_: str) -> Job:
    with closing(open_store(f"sqlite:///{data / 'jobwire.db'}", clock=lambda: AT)) as store:
        row = store.get_log_row(id_)
    assert row and row.body
    return msgspec.json.decode(row.body + b'{"id":"","name":""}}', type=Job)


def test_what_the_operator_brings_reaches_the_store(server: Server, tmp_path: Path) -> None:
    id_ = _store_job(tmp_path)
    assert _read_job(tmp_path, id_).is_h1b_sponsor is None
    (tmp_path / "hub.csv").write_text(CSV)
    assert "1 employers" in run("import", "h1b", tmp_path / "hub.csv", data=tmp_path).out
    assert "0 postings" in run("enrich", "--all", data=tmp_path).out
    named = {"JOBWIRE_LLM_URL": server.url, "JOBWIRE_LLM_MODEL": "small"}
    done = run("enrich", "--all", "--again", "--llm", data=tmp_path, **named)
    assert "1 postings enriched again" in done.out and "1 really changed" in done.out
    job = _read_job(tmp_path, id_)
    assert (job.is_h1b_sponsor, job.employment_type, job.title) == (True, "full_time", "Cook")
    assert "0 really changed" in run("enrich", "--all", "--again", "--llm", data=tmp_path, **named).out
    assert len(server.asked) == 1


def test_a_list_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hub.csv").write_text("a,b\n1,2\n")
    done = run("import", "h1b", tmp_path / "hub.csv", data=tmp_path)
    assert (done.code and "Employer" in done.err) or "employers" in done.err


def test_a_file_is_enriched_with_the_list_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "hub.csv").write_text(CSV)
    assert json.loads(run("enrich", "-", data=tmp_path, stdin=RECORD).out)["is_h1b_sponsor"] is None
    done = run("enrich", "-", "--h1b", tmp_path / "hub.csv", data=tmp_path, stdin=RECORD)
    assert json.loads(done.out)["is_h1b_sponsor"] is True
    assert run("import", "h1b", tmp_path / "hub.csv", data=tmp_path).code == 0
    (tmp_path / "one.json").write_text(RECORD)
    why = run("explain", tmp_path / "one.json", "--h1b", "store", "--json", data=tmp_path)
    assert json.loads(why.out)["is_h1b_sponsor"]["origin"] == "operator:h1b"
    missing = run("enrich", "-", "--h1b", tmp_path / "none.csv", data=tmp_path, stdin=RECORD)
    assert missing.code == 2 and "none.csv" in missing.err
