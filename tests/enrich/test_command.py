"""`jobwire enrich` with the optional model and the operator's H-1B list, from file to store."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from tests.cli.command import run
from tests.enrich.model_server import Server

from jobwire.cli.main import EXIT_STOPPED
from jobwire.collect.importing import MAX_LINE
from jobwire.enrich import ENRICH_VERSION, enrich
from jobwire.model.company import Company
from jobwire.model.ids import company_id, job_id
from jobwire.model.job import Job
from jobwire.model.raw import RawLocation, RawPosting
from jobwire.store.open import open_store
from jobwire.store.records import JobEntry, Publication

AT = datetime(2026, 1, 1, tzinfo=UTC)
RECORD = json.dumps({"title": "Cook", "location": "Austin, TX", "description": "Soup.", "company": "Acme"})
PROGRAM = [sys.executable, "-c", "from jobwire.cli.main import main; main()"]
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


def test_a_model_that_does_not_answer_is_said_so(server: Server, tmp_path: Path) -> None:
    server.status = 401
    named = {"JOBWIRE_LLM_URL": server.url, "JOBWIRE_LLM_MODEL": "small"}
    done = run("enrich", "-", "--llm", data=tmp_path, stdin=RECORD, **named)
    assert done.code == 0 and json.loads(done.out)["title"] == "Cook"
    assert "1 records: HTTP 401" in done.err


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


def test_lines_that_cannot_be_read_are_named_and_the_others_go_on(tmp_path: Path) -> None:
    lines = (
        b'{"title": "First", "what nobody knows": {"a": [1]}}',
        b"",
        b"not json",
        b'{"title": " "}',
        b"[1]",
        b'{"title": "\xff"}',
        b'{"title": "Long", "description": "' + b"x" * MAX_LINE + b'"}',
        b'{"title": "Last", "location": {"x": [1]}, "description": 7}',
    )
    (tmp_path / "rows.ndjson").write_bytes(b"\n".join(lines))
    done = run("enrich", tmp_path / "rows.ndjson", data=tmp_path)
    assert [json.loads(line)["title"] for line in done.out.splitlines()] == ["First", "Last"]
    assert [line.partition(":")[0] for line in done.err.splitlines()] == [f"line {n}" for n in (3, 4, 5, 6, 7)]
    assert done.code == 1 and "8 MiB" in done.err


def test_nothing_in_nothing_out(tmp_path: Path) -> None:
    assert run("enrich", "-", data=tmp_path) == (0, "", "")


def test_streams_that_are_closed_or_left_are_no_accident(tmp_path: Path) -> None:
    (tmp_path / "rows.ndjson").write_text(f"{RECORD}\n" * 3)

    def shell(rest: str) -> tuple[int, str, str]:
        env = {**os.environ, "JOBWIRE_DATA": str(tmp_path)}
        command = ["sh", "-c", f'"$@" {rest}', "sh", *PROGRAM, "enrich"]
        done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    assert shell("- <&-") == (0, "", "")
    assert shell("rows.ndjson >&-") == (0, "", "")
    code, out, err = shell("rows.ndjson | head -n 1")
    assert (code, json.loads(out)["title"], err) == (0, "Cook", "")


def test_a_stream_is_answered_line_by_line_and_stopped_by_ctrl_c(tmp_path: Path) -> None:
    env = {**os.environ, "JOBWIRE_DATA": str(tmp_path)}
    with subprocess.Popen(
        [*PROGRAM, "enrich", "-"],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdin and program.stdout and program.stderr
        program.stdin.write(f"{RECORD}\n")
        program.stdin.flush()
        assert json.loads(program.stdout.readline())["title"] == "Cook"
        program.send_signal(signal.SIGINT)
        assert program.wait(20) == EXIT_STOPPED
        assert program.stderr.read().strip() == "Stopped."


def test_an_explanation_is_a_table_of_eighty_columns_that_no_posting_can_paint(tmp_path: Path) -> None:
    record = {
        "title": "Cook \x1b[31m" + "long " * 30,
        "location": "Austin, TX; Paris",
        "description": "<p>You will cook. The pay is $20 - $24 per hour.</p><h3>Requirements</h3><li>SQL</li><li>BSc</li>",
    }
    (tmp_path / "one.json").write_text(json.dumps(record))
    done = run("explain", tmp_path / "one.json", data=tmp_path, COLUMNS="80")
    assert done.code == 0 and "\x1b" not in done.out
    lines = [line.rstrip() for line in done.out.splitlines()[1:]]
    assert max(map(len, lines)) <= 80
    shown = "\n".join(lines)
    assert "compensation           20 to 24 USD per hour" in shown
    assert "locations              Austin, Texas, US; Paris, " in shown
    assert "must have: " in shown and "SQL" in shown
