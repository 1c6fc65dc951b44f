"""The command line as people and scripts meet it."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from tests.cli.command import run

from jobwire.cli.background import serve_sites
from jobwire.cli.demo_sites import load_employers, make_app
from jobwire.cli.main import COMMANDS

ACME = {"id": "6e1c9a52-58cf-5d0a-9f0e-0d6a2f6f7c11", "name": "Acme"}


def line(number: int, **more: object) -> str:
    job = {
        "title": f"Engineer {number}",
        "company": ACME,
        "description": "We build.",
        "listing_url": f"https://acme.example/{number}",
        "apply_url": f"https://acme.example/{number}/apply",
        "source": "partner",
        **more,
    }
    return json.dumps(job) + "\n"


def test_every_command_teaches() -> None:
    done = run("--help")
    assert done.code == 0
    assert all(name in done.out and text in done.out for name, (_, text) in COMMANDS.items())


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of(name: str) -> None:
    done = run(name, "--help")
    assert done.code == 0 and len(done.out) > 150


@pytest.mark.parametrize("name", [name for name, (_, text) in COMMANDS.items() if ": " in text and name != "up"])
def test_the_overview_promises_only_subcommands_that_exist(name: str) -> None:
    promised = COMMANDS[name][1].partition(": ")[2].rstrip(".").replace("top up", "topup").split(", ")
    offered = run(name, "--help").out
    assert [each for each in promised if f"\n  {each} " not in offered] == []


def test_the_start_is_not_slowed_by_the_server_half() -> None:
    code = "import sys, jobwire.cli.main, jobwire.sync; print([m for m in sys.modules if m.split('.')[0] in ('starlette', 'uvicorn', 'aiohttp', 'pyroaring', 'selectolax', 'structlog', 'psycopg', 'duckdb', 'pyarrow', 'dlt')])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_start_is_not_slowed_by_the_rules_of_enrich() -> None:
    code = "import sys, click.testing, jobwire.cli.main as m; click.testing.CliRunner().invoke(m.cli, ['--help']); print([n for n in sys.modules if n.startswith(('jobwire.enrich', 'ahocorasick', 'resiliparse'))])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_import_keeps_the_good_and_names_the_bad(tmp_path: Path) -> None:
    text = line(1) + "\n" + "nonsense\n" + line(2, title=None) + line(3)
    done = run("import", "jobs", "-", "--json", data=tmp_path, stdin=text)
    receipt = json.loads(done.out)
    assert done.code == 1
    assert (receipt["new"], receipt["refused"]) == (2, 2)
    assert [(e["line"], e["field"]) for e in receipt["errors"]] == [(3, ""), (4, "title")]
    again = json.loads(run("import", "jobs", "-", "--json", data=tmp_path, stdin=text).out)
    assert (again["new"], again["unchanged"]) == (0, 2)


def test_the_least_line_that_help_shows_is_taken(tmp_path: Path) -> None:
    shown = run("import", "jobs", "--help").out
    line = shown[shown.index("{") : shown.index("}}") + 2]
    done = run("import", "jobs", "-", data=tmp_path, stdin=" ".join(line.split()) + "\n")
    assert (done.code, "1 new" in done.out) == (0, True), done
    [job] = [json.loads(text) for text in run("export", data=tmp_path).out.splitlines()]
    explained = run("explain", job["id"], data=tmp_path)
    assert explained.code == 1 and "imported" in explained.err
    other = run("explain", str(uuid.uuid4()), data=tmp_path)
    assert other.code == 1 and "does not know" in other.err
    refused = run("import", "jobs", "-", data=tmp_path, stdin=line.replace("f0b3c7a2-", "").replace("\n", " "))
    assert refused.code == 1 and "the same for all jobs of the company" in refused.err


def test_a_folder_that_cannot_be_made_is_no_stack_trace(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for command in (("keys", "list"), ("import", "jobs", "-"), ("up",)):
        done = run(*command, data=tmp_path / "file" / "data")
        assert done.code in (3, 75) and str(tmp_path) in done.err and "Traceback" not in done.err, done


def test_export_reads_back_as_the_same_jobs(tmp_path: Path) -> None:
    run("import", "jobs", "-", data=tmp_path / "a", stdin=line(1, created_at="2020-01-01T00:00:00Z") + line(2))
    exported = run("export", data=tmp_path / "a").out
    assert run("import", "jobs", "-", data=tmp_path / "b", stdin=exported).code == 0
    first, second = (
        {job["id"]: {**job, "updated_at": ""} for job in map(json.loads, text.splitlines())}
        for text in (exported, run("export", data=tmp_path / "b").out)
    )
    assert first == second and len(first) == 2


def test_a_snapshot_expires_what_it_lacks_behind_the_guard(tmp_path: Path) -> None:
    def snapshot(numbers: range, *flags: str) -> dict[str, int]:
        text = "".join(line(n) for n in numbers)
        done = run("import", "jobs", "-", "--snapshot", "partner", "--json", *flags, data=tmp_path, stdin=text)
        found: dict[str, int] = json.loads(done.out)
        return found

    assert snapshot(range(20))["new"] == 20
    assert snapshot(range(18))["expired"] == 2
    held = snapshot(range(4))
    assert (held["expired"], held["held"]) == (0, 14)
    assert snapshot(range(4))["held"] == 14
    assert snapshot(range(4))["expired"] == 14, "two further snapshots agree"
    assert snapshot(range(20))["reopened"] == 16
    assert snapshot(range(2), "--force")["expired"] == 18


def test_a_snapshot_with_a_bad_line_expires_nothing(tmp_path: Path) -> None:
    run("import", "jobs", "-", data=tmp_path, stdin=line(1) + line(2) + line(3))
    done = run("import", "jobs", "-", "--snapshot", "partner", data=tmp_path, stdin=line(1) + "{\n")
    assert done.code == 1 and " 0 expired" in done.out and "Nothing expires" in done.err
    other = run("import", "jobs", "-", "--snapshot", "partner", data=tmp_path, stdin=line(9, source="other"))
    assert other.code == 1 and "snapshot is of partner" in other.err


def test_expire_takes_down_and_says_what_it_did_not_find(tmp_path: Path) -> None:
    run("import", "jobs", "-", data=tmp_path, stdin=line(1))
    job = json.loads(run("export", data=tmp_path).out)
    unknown = "00000000-0000-0000-0000-000000000000"
    done = run("expire", job["id"], unknown, "--json", data=tmp_path)
    assert done.code == 1
    assert json.loads(done.out) == {"expired": [job["id"]], "not_active": [unknown]}
    assert run("export", data=tmp_path).out == ""
    assert run("expire", "nonsense", data=tmp_path).code == 2


def test_companies_are_imported_merged_and_listed(tmp_path: Path) -> None:
    row = {**ACME, "ats": "lever", "listing_url": "https://jobs.lever.co/acme", "funding": {"total_usd": 5}}
    first = run("import", "companies", "-", "--json", data=tmp_path, stdin=json.dumps(row) + "\n")
    assert json.loads(first.out)["new"] == 1
    more = {**ACME, "website": "acme.example", "leadership": ["Jo"]}
    assert (
        json.loads(run("import", "companies", "-", "--json", data=tmp_path, stdin=json.dumps(more)).out)[
            "changed"
        ]
        == 1
    )
    found = json.loads(run("export", "--what", "companies", data=tmp_path).out)
    assert found["funding"] == {"total_usd": 5} and found["leadership"] == ["Jo"]
    assert found["website"] == "https://acme.example" and found["ats"] == "lever"
    assert "provenance" not in found


def test_keys_are_shown_once_and_can_be_brought_along(tmp_path: Path) -> None:
    made = run("keys", "add", "one", data=tmp_path)
    assert made.code == 0 and made.out.startswith("jw_live_")
    mine = "my-own-key-0123456789abc"
    brought = run("keys", "add", "two", "--key", mine, "--plan", "payg", data=tmp_path)
    assert brought.code == 0 and mine not in brought.out + brought.err
    listed = [json.loads(text) for text in run("keys", "list", "--json", data=tmp_path).out.splitlines()]
    assert [key["name"] for key in listed] == ["one", "two"]
    assert made.out.strip() not in json.dumps(listed) and "digest" not in listed[0]
    assert run("keys", "add", "three", "--key", mine, data=tmp_path).code != 0, "one key, one owner"
    assert run("keys", "add", "short", "--key", "short", data=tmp_path).code == 2
    assert run("keys", "revoke", mine, data=tmp_path).code == 0
    assert "revoked" in run("keys", "list", data=tmp_path).out
    rotated = run("keys", "rotate", "one", data=tmp_path)
    assert rotated.code == 0 and rotated.out.startswith("jw_live_") and rotated.out != made.out


def test_wallets(tmp_path: Path) -> None:
    assert run("accounts", "add", "acme", "--plan", "payg", "--credits", "10", data=tmp_path).code == 0
    assert "12.50" in run("accounts", "topup", "acme", "2.5", data=tmp_path).out
    (account,) = (json.loads(text) for text in run("accounts", "list", "--json", data=tmp_path).out.splitlines())
    assert account["credits"] == account["spendable"] == 12.5 and account["plan"] == "payg"
    assert run("accounts", "topup", "nobody", "1", data=tmp_path).code == 1
    assert run("accounts", "add", "x", "--plan", "none", data=tmp_path).code == 1
    plans = run("plans", "set", "p", "--price", "feed=0.25", "--limit", "feed=10/60", data=tmp_path)
    assert plans.code == 0
    for wrong in ("feed=nan", "feed=inf", "feed=-1", "feed=1e300", "food=1", "feed"):
        assert run("plans", "set", "p", "--price", wrong, data=tmp_path).code == 2, wrong
    for wrong in ("feed=10", "feed=0/60", "feed=10/0", "feed=\u0661/60", "feed=10/60/60", f"feed={'9' * 30}/60"):
        assert run("plans", "set", "p", "--limit", wrong, data=tmp_path).code == 2, wrong
    for wrong in ("nan", "inf", "1e300"):
        assert run("accounts", "topup", "acme", wrong, data=tmp_path).code == 2, wrong
    kinds = [
        json.loads(t)["kind"] for t in run("accounts", "ledger", "acme", "--json", data=tmp_path).out.splitlines()
    ]
    assert kinds == ["topup", "grant"]


def test_what_is_missing_is_said_with_what_to_do(tmp_path: Path) -> None:
    done = run("export", data=tmp_path / "none")
    assert done.code == 3 and "jobwire up" in done.err
    done = run("sync", "--to", "sqlite:///x.db")
    assert done.code == 3 and "--from" in done.err
    done = run("serve", "--port", "x", data=tmp_path)
    assert done.code == 2


def test_detect_says_one_line_each() -> None:
    urls = "https://boards.greenhouse.io/acme\nhttps://jobs.eu.lever.co/acme/123\nhttps://www.wikipedia.org/\n"
    done = run("boards", "detect", "-", stdin=urls)
    assert [text.split("\t")[:2] for text in done.out.splitlines()] == [
        ["greenhouse", "acme"], ["lever", "acme"], ["none", "https://www.wikipedia.org/"],
    ]  # fmt: skip
    rows = [json.loads(t) for t in run("boards", "detect", "--json", "-", stdin=urls).out.splitlines()]
    assert [row["ats"] for row in rows] == ["greenhouse", "lever", None]


def test_boards_from_adding_to_collecting_to_forgetting(tmp_path: Path) -> None:
    employers = load_employers()
    with serve_sites(make_app(employers)) as sites:
        env = {"JOBWIRE_ROUTES": f"*={sites}", "JOBWIRE_PAUSE": "0"}
        url = employers[2].career_site
        tried = json.loads(run("boards", "try", url, "--json", data=tmp_path, **env).out)
        assert tried["outcome"] == "changed" and tried["completeness"] == "complete"
        assert len(tried["jobs"]) == tried["count"] == len(employers[2].rows)
        assert not (tmp_path / "jobwire.db").exists(), "a trial stores nothing"

        recording = tmp_path / "recording.ndjson"
        run("boards", "try", url, "--record", recording, data=tmp_path, **env)
        replayed = json.loads(run("boards", "try", url, "--replay", recording, "--json", data=tmp_path).out)
        assert replayed["jobs"][0]["id"] == tried["jobs"][0]["id"]

        added = run("boards", "add", url, employers[0].career_site, data=tmp_path, **env)
        assert added.out.count("added") == 2
        assert "known" in run("boards", "add", url, data=tmp_path, **env).out
        done = run("collect", "--once", "--json", data=tmp_path, **env)
        totals = json.loads(done.out.splitlines()[-1])
        assert done.code == 0 and totals["new"] == len(employers[0].rows) + len(employers[2].rows)

        gone = run("boards", "add", "https://boards.greenhouse.io/nobody", data=tmp_path, **env)
        assert gone.code == 0
        troubled = run("collect", "--once", data=tmp_path, **env)
        assert troubled.code == 1 and "gone" in troubled.err
        assert "404" in run("boards", "status", data=tmp_path).out

        removed = run("boards", "remove", url, "--yes", data=tmp_path)
        assert f"({len(employers[2].rows)} jobs expired)" in removed.out
        assert run("boards", "status", "nonsense", data=tmp_path).code == 1


def test_enrich_and_explain_take_peoples_own_data(tmp_path: Path) -> None:
    record = {
        "title": "Senior Nurse (RN)",
        "location": "Austin, TX",
        "description": "<p>Full-time. $40-$45/hr</p>",
    }
    done = run("enrich", "-", stdin=json.dumps(record) + "\n[]\n")
    job = json.loads(done.out)
    assert done.code == 1 and "line 2" in done.err
    assert job["experience_level"] == "senior" and job["employment_type"] == "full_time"
    assert job["locations"][0]["country"] == "US" and job["compensation"]["period"] == "hour"
    found = json.loads(run("explain", "-", "--json", stdin=json.dumps(record)).out)
    assert found["employment_type"]["span"] and found["employment_type"]["rule"]


def test_doctor_says_what_to_do(tmp_path: Path) -> None:
    assert run("doctor", data=tmp_path / "none").code == 1
    run("import", "jobs", "-", data=tmp_path, stdin=line(1))
    assert "keys add" in run("doctor", data=tmp_path).out
    run("keys", "add", "one", data=tmp_path)
    checks = json.loads(run("doctor", "--json", data=tmp_path).out)
    assert all(check["ok"] for check in checks), checks
