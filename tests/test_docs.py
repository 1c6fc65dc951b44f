"""The documentation is true: every command, request, document and program in it is run or checked."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import click
import jsonschema_rs
import pytest
import urllib3
from tests.cli.command import run
from tests.spine.spine import KEY, Spine, running

from jobwire.api.app import ENDPOINTS
from jobwire.api.docs_pages import make_anchor, read_docs
from jobwire.api.openapi import describe
from jobwire.api.problems import TITLES
from jobwire.cli.background import serve_sites
from jobwire.cli.demo_sites import load_employers, make_app
from jobwire.cli.main import cli
from jobwire.model.change import Removal
from jobwire.model.company import Company
from jobwire.model.ids import job_id
from jobwire.model.job import Job
from jobwire.model.visit import RemovalReason
from jobwire.settings import SETTINGS, read_settings
from jobwire.store.records import JobEntry, Publication

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
OPENAPI = json.loads(describe(ENDPOINTS))
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ENDLESS = ("up", "serve", "demo", "collect")
"""Commands that stay; they are parsed, and run by tests of their own."""


class Block(NamedTuple):
    page: str
    language: str
    about: str
    text: str

    @property
    def label(self) -> str:
        return f"{self.page}: {self.text[:30]!r}"


def _find_blocks() -> list[Block]:
    found = []
    for path in [*sorted(DOCS.rglob("*.md")), ROOT / "README.md"]:
        for info, text in FENCE.findall(path.read_text()):
            language, _, about = info.partition(" ")
            found.append(Block(path.stem, language, about, text))
    return found


BLOCKS = _find_blocks()


def _lines(block: Block) -> list[list[str]]:
    """Words of each command, without comments and assignments before it."""
    found = []
    for line in block.text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words.pop(0)
        if words:
            found.append(words)
    return found


def test_generated_pages_are_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("write_docs", ROOT / "tools" / "write_docs.py")
    assert spec and spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.list_stale() == [], "run `python tools/write_docs.py`"


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda path: path.stem)
def test_links_lead_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text())
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.is_file(), f"{page.name}: {target}"
        assert file.is_relative_to(DOCS), f"{page.name}: {target} is not part of the documentation"
        if anchor:
            anchors = [
                make_anchor(line.lstrip("# ")) for line in file.read_text().splitlines() if line[:1] == "#"
            ]
            assert anchor in anchors, f"{page.name}: {target}"


# --- commands -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language in ("sh", "bash")], ids=lambda b: b.label)
def test_commands_exist_as_they_are_written(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "jobs.ndjson").touch()
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for words in _lines(block):
        for part in _split(words):
            if part[0] == "jobwire":
                _parse(part[1:], cli)
            elif part[:2] == ["pip", "install"]:
                named = re.search(r"\[(.*)\]", part[2])
                assert set(named[1].split(",") if named else ()) <= set(extras)
            elif part[0] == "make":
                assert f"\n{part[1]}:" in (ROOT / "Makefile").read_text()


def _split(words: list[str]) -> Iterator[list[str]]:
    """The parts of a pipe, without redirections."""
    part: list[str] = []
    for word in [*words, "|"]:
        if word in ("|", "&&", ";", ">"):
            if part:
                yield part
            part = []
        else:
            part.append(word)


def _parse(words: list[str], command: click.Command) -> None:
    """What click says to these words, without doing anything. Placeholders stand for real arguments."""
    try:
        context = command.make_context(command.name, list(words))
    except click.exceptions.Exit:  # --help
        return
    except click.exceptions.BadParameter as error:
        if "No such file" in error.message:
            return
        raise
    if isinstance(command, click.Group) and context._protected_args:
        rest = [*context._protected_args, *context.args]
        below = command.get_command(context, rest[0])
        assert below is not None, f"there is no command {' '.join(words)}"
        _parse(rest[1:], below)


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    with serve_sites(make_app(load_employers())) as sites, running(tmp_path, sites) as found:
        yield found


def test_the_quickstart_works_from_top_to_bottom(
    spine: Spine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "jobs.ndjson").write_text(json.dumps(OPENAPI["components"]["schemas"]["Job"]["examples"][0]))
    spine.add("https://boards.greenhouse.io/harborpine")
    spine.visit()
    copied: list[str] = []
    for block in [b for b in BLOCKS if b.page == "quickstart" and b.language == "sh"]:
        for words in _lines(block):
            if words[0] == "curl":
                assert _curl(words, spine.url)["jobs"]
            elif words[0] == "jobwire" and (words[1] not in ENDLESS or "--once" in words) and words[1] != "demo":
                given = [word.replace("http://127.0.0.1:8080", spine.url) for word in words[1:]]
                env = {"JOBWIRE_ROUTES": f"*={spine.sites}", "JOBWIRE_PAUSE": "0", "JOBWIRE_KEY": KEY}
                done = run(*given, data=tmp_path / "data", **env)
                assert done.code == 0, f"{words}: {done.err}"
                copied += words[1:2]
    assert {"boards", "collect", "sync", "import", "keys", "accounts"} <= set(copied)


def test_every_request_in_the_pages_is_answered(spine: Spine) -> None:
    asked = 0
    for block in [b for b in BLOCKS if b.language == "sh" and b.page in ("README", "quickstart", "protocol")]:
        for words in _lines(block):
            if words[0] == "curl":
                assert _curl(words, spine.url)
                asked += 1
    assert asked


def _curl(words: list[str], url: str) -> Any:
    """What a curl line in the documentation would print."""
    method, target, body, headers = "GET", "", None, {}
    rest = iter(words[1:])
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value.replace("$KEY", KEY)
        elif word == "-d":
            body = next(rest)
        elif not word.startswith("-"):
            target = word.replace("http://127.0.0.1:8080", url)
    answer = urllib3.PoolManager().request(method, target, body=body, headers=headers)
    assert answer.status == 200, answer.data
    return answer.json()


# --- documents ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language == "json"], ids=lambda b: b.label)
def test_documents_are_valid(block: Block) -> None:
    value = json.loads(block.text)
    if block.about:
        schema = {"$ref": f"#/components/schemas/{block.about}", "components": OPENAPI["components"]}
        jsonschema_rs.validate(schema, value)


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language == "toml"], ids=lambda b: b.label)
def test_settings_files_are_valid(block: Block, tmp_path: Path) -> None:
    if block.page == "settings":
        (tmp_path / "jobwire.toml").write_text(block.text)
        assert read_settings({"data": tmp_path}, {}).store
    else:
        assert tomllib.loads(block.text)


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language == "python"], ids=lambda b: b.label)
def test_programs_are_python(block: Block) -> None:
    compile(block.text.replace(", ...)", ")"), block.page, "exec")  # a sketch may leave out arguments


# --- the protocol page could replace its sources ----------------------------------------------------------


def test_the_protocol_page_names_everything() -> None:
    text = (DOCS / "protocol.md").read_text()
    others = text + "".join(doc.source for name, doc in read_docs().items() if name in ("search", "errors"))
    schemas = OPENAPI["components"]["schemas"]
    names = {name for schema in ("FeedRequest", "CareerSitesRequest", "ChangesPage", "FeedPage", "ExpiredPage")
             for name in schemas[schema]["properties"]}  # fmt: skip
    names |= {name for schema in ("Job", "CompanySummary", "Location", "Compensation", "Qualifications", "Skill",
                                  "QualificationBucket", "CareerSite") for name in schemas[schema]["properties"]}  # fmt: skip
    missing = [name for name in names if not re.search(rf"[`\"\[{{ ,]{name}[`\"\]}}:, =&]", text)]
    assert missing == []
    headers = set(OPENAPI["components"]["headers"]) - {"Allow"}
    assert [name for name in headers if f"`{name}`" not in text] == []
    assert [reason for reason in RemovalReason if f"`{reason}`" not in text] == []
    assert [code for code in TITLES if code not in others] == []
    paths = [e.path for e in ENDPOINTS if e.path.startswith("/api/") and not e.admin]
    assert [path for path in paths if path not in others] == []


def test_the_vocabulary_page_names_every_spelling() -> None:
    from jobwire.model import vocabulary

    text = (DOCS / "vocabulary.md").read_text()
    told = {vocabulary.fold(word) for word in re.findall(r"`([^`]+)`", text)}
    for values in vocabulary._VALUES.values():
        assert set(values) <= told
    for words in vocabulary._ALSO.values():
        left = {word for word in words if word not in told and word.replace("/", "_") not in told}
        assert not {
            w for w in left if w.replace("_", "") not in {t.replace("_", "").replace("/", "") for t in told}
        }


def test_every_setting_is_used() -> None:
    text = (DOCS / "settings.md").read_text()
    assert all(f"`{setting.name}`" in text for setting in SETTINGS)


def test_performance_names_scripts_that_exist() -> None:
    named = re.findall(r"`([a-z_]+\.py)`", (DOCS / "performance.md").read_text())
    assert named
    assert [name for name in named if not (ROOT / "benchmarks" / name).is_file()] == []


# --- the client of the protocol page ------------------------------------------------------------------------

COMPANY = Company(id="6e1c9a52-58cf-5d0a-9f0e-0d6a2f6f7c11", name="Acme")


def _put(spine: Spine, *numbers: int, title: str = "Cook") -> None:
    at = spine.clock()
    jobs = [
        Job(id=job_id("docs", str(n)), title=f"{title} {n}", company=COMPANY.summarize(), description="text",
            listing_url="https://acme.example/1", apply_url="https://acme.example/1", source="lever",
            created_at=at, updated_at=at)
        for n in numbers
    ]  # fmt: skip
    spine.store.publish(Publication(companies=(COMPANY,), entries=tuple(JobEntry(job=job) for job in jobs)))


def _remove(spine: Spine, *numbers: int) -> None:
    removals = tuple(Removal(job_id("docs", str(n)), "source_removed") for n in numbers)
    spine.store.publish(Publication(removals=removals))


def _active(spine: Spine) -> dict[str, str]:
    bodies = [json.loads(row.body + b"null}") for row in spine.store.page(0, 1_000).rows]
    return {body["id"]: body["title"] for body in bodies}


def test_the_complete_client_keeps_a_copy_equal(
    spine: Spine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = next(b.text for b in BLOCKS if b.page == "protocol" and b.language == "python")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JOBWIRE_URL", spine.url)
    monkeypatch.setenv("JOBWIRE_KEY", KEY)

    def follow() -> dict[str, str]:
        scope: dict[str, Any] = {"__name__": "__main__"}
        exec(compile(program, "client", "exec"), scope)
        scope["db"].close()
        with closing(sqlite3.connect("jobs.db")) as db:
            return {key: json.loads(job)["title"] for key, job in db.execute("SELECT id, job FROM jobs")}

    _put(spine, *range(8))
    assert follow() == _active(spine)
    _put(spine, 1, 2, title="Chef")
    _remove(spine, 3, 4)
    assert follow() == _active(spine)
    _put(spine, 3)
    _remove(spine, 5)
    spine.clock.pass_(timedelta(days=40))
    _put(spine, 9)
    assert spine.store.purge(timedelta(days=30)), "removals that the copy has not seen are gone"
    assert follow() == _active(spine)
    with closing(sqlite3.connect("jobs.db")) as db, db:
        db.execute("UPDATE place SET cursor = 'of another server'")
        db.execute("INSERT INTO jobs VALUES ('left over', 1, '{\"title\": \"old\"}')")
    assert follow() == _active(spine)
