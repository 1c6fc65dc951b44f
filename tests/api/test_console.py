"""The console: who gets in, what it shows, what its forms do."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import pytest
from tests.api.conftest import Client, Reply, Servers, World

from jobwire.api.console.page import POLICY
from jobwire.api.console.pulse import Pulse
from jobwire.api.console.session import LASTS_S
from jobwire.model.board import Board
from jobwire.model.company import Company, CompanySummary, Provenance
from jobwire.model.ids import company_id, job_id
from jobwire.model.raw import RawPosting
from jobwire.model.visit import Completeness, Outcome, Visit
from jobwire.store.near_duplicates import NearDuplicate, put_near_duplicates
from jobwire.store.records import BoardState, JobEntry, Publication

ADMIN = "jw_live_admin_0123456789abcdef"
PAGES = ("/console/boards", "/console/add", "/console/jobs", "/console/accounts")
LARGEST_PAGE = 150_000


class Browser:
    """Pages and forms, with a cookie, without a screen."""

    def __init__(self, client: Client) -> None:
        self.client = client
        client.key = ""
        self.cookie = ""

    def open(self, path: str) -> Reply:
        return self.client.get(path, Cookie=self.cookie)

    def text(self, path: str) -> str:
        reply = self.open(path)
        assert reply.status == 200, reply.data
        return reply.data.decode()

    def send(self, path: str, csrf: str | None = None, **fields: str) -> Reply:
        body = urlencode({**fields, "csrf": self.csrf() if csrf is None else csrf}).encode()
        return self.client.send(
            "POST", path, body, Cookie=self.cookie, Content_Type="application/x-www-form-urlencoded"
        )

    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="(\w+)"', self.text("/"))
        return found[1] if found else ""

    def log_in(self, key: str = ADMIN) -> Reply:
        reply = self.send("/login", csrf="", key=key)
        self.cookie = reply.headers.get("Set-Cookie", "").partition(";")[0]
        return reply


@pytest.fixture
def visitor(client: Client) -> Browser:
    return Browser(client)


@pytest.fixture
def operator(world: World, client: Client) -> Browser:
    world.add_key(ADMIN, admin=True)
    browser = Browser(client)
    assert browser.log_in().status == 303
    return browser


def add_board(world: World, key: str = "acme", **memory: object) -> BoardState:
    board = Board(ats="lever", token=key, url=f"https://jobs.lever.co/{key}")
    state = BoardState(board=board, company_id=company_id(board.key), added_at=world.clock(), memory=dict(memory))
    world.store.put_board(state)
    return state


# --- who gets in ----------------------------------------------------------------------------------------


def test_a_visitor_sees_what_the_server_offers(world: World, visitor: Browser) -> None:
    world.publish(1, 2, 3)
    text = visitor.text("/")
    assert re.search(r'id="active">3<', text)
    assert "curl" in text
    assert "/docs/protocol" in text
    assert "csrf" not in text


@pytest.mark.parametrize(
    "path", [*PAGES, "/console/board?key=lever:acme", "/console/jobs/x", "/console/accounts/x"]
)
def test_the_console_is_for_operators(visitor: Browser, path: str) -> None:
    reply = visitor.open(path)
    assert reply.status == 303
    assert reply.headers["Location"] == "/login"


def test_an_administrators_key_opens_a_session(operator: Browser, client: Client) -> None:
    text = operator.text("/")
    assert "Dashboard" in text
    assert ADMIN not in operator.cookie
    assert ADMIN not in text


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(world: World, visitor: Browser) -> None:
    world.add_key(ADMIN, admin=True)
    attributes = visitor.log_in().headers["Set-Cookie"].split("; ")[1:]
    assert {"HttpOnly", "SameSite=Strict", "Path=/", f"Max-Age={LASTS_S}"} <= set(attributes)


def test_behind_tls_the_cookie_stays_there(world: World, serve: Servers) -> None:
    world.add_key(ADMIN, admin=True)
    browser = Browser(serve(public_url="https://feed.example"))
    assert "Secure" in browser.log_in().headers["Set-Cookie"]


@pytest.mark.parametrize("key", ["jw_live_0123456789abcdefghij", "jw_live_of_nobody_0123456789", "", "x" * 5_000])
def test_other_keys_do_not(visitor: Browser, key: str) -> None:
    reply = visitor.log_in(key)
    assert reply.status == 401
    assert "Set-Cookie" not in reply.headers


def test_guessing_keys_is_limited(serve: Servers) -> None:
    browser = Browser(serve(bad_keys_per_minute=3))
    assert [browser.log_in("wrong-key-0123456789").status for _ in range(4)] == [401, 401, 401, 429]


def test_a_login_from_another_site_is_refused(world: World, client: Client) -> None:
    world.add_key(ADMIN, admin=True)
    body = urlencode({"key": ADMIN}).encode()
    reply = client.send("POST", "/login", body, Sec_Fetch_Site="cross-site")
    assert reply.status == 403
    assert "Set-Cookie" not in reply.headers


def test_altered_cookies_are_none(operator: Browser) -> None:
    whole = operator.cookie
    for position in range(len("jobwire_console="), len(whole), 7):
        letter = "0" if whole[position] != "0" else "1"
        operator.cookie = whole[:position] + letter + whole[position + 1 :]
        assert operator.open("/console/boards").status == 303


def test_a_session_ends(world: World, operator: Browser) -> None:
    world.clock.now += timedelta(seconds=LASTS_S + 1)
    assert operator.open("/console/boards").status == 303


def test_a_session_ends_with_its_key(world: World, operator: Browser) -> None:
    key = next(key for key in world.accounts.keys() if key.admin)
    world.accounts.put_key(msgspec.structs.replace(key, revoked_at=world.clock()))
    assert operator.open("/console/boards").status == 303


def test_logging_out_forgets_the_cookie(operator: Browser) -> None:
    reply = operator.send("/logout")
    assert reply.status == 303
    assert "Max-Age=0" in reply.headers["Set-Cookie"]


@pytest.mark.parametrize("path", ["/logout", "/console/board", "/console/add", "/console/accounts"])
def test_forms_need_the_token_of_the_session(world: World, operator: Browser, path: str) -> None:
    add_board(world)
    for csrf in ("", "0" * 40):
        assert operator.send(path, csrf=csrf, key="lever:acme", action="pause", name="x").status == 403
    state = world.store.get_board("lever:acme")
    assert state and not state.paused
    operator.cookie = ""
    assert operator.send(path, csrf="0" * 40).status == 401


# --- what it shows ----------------------------------------------------------------------------------------


def test_every_page_has_the_policy_and_is_small(world: World, operator: Browser) -> None:
    world.publish(*range(200))
    add_board(world)
    paths = ("/", *PAGES, "/console/board?key=lever:acme", "/docs/api", "/docs/protocol")
    parts = re.findall(r'(?:src|href)="(/static/[^"]+)"', "".join(map(operator.text, paths)))
    sizes = {path: len(operator.open(path).data) for path in {*paths, *parts}}
    for path in paths:
        reply = operator.open(path)
        assert reply.headers["Content-Security-Policy"] == POLICY
        assert not re.search(r"<script(?! src)|<style|\son\w+=|\sstyle=", reply.data.decode())
        assert sizes[path] + sum(sizes[part] for part in set(parts)) < LARGEST_PAGE


def test_the_dashboard_shows_boards_in_trouble_and_why(world: World, operator: Browser) -> None:
    add_board(world, "fine", last_outcome="changed", active=3)
    add_board(world, "shut", last_outcome="blocked", last_detail="answered 403", failures=4)
    add_board(world, "odd", last_outcome="unchanged", held=9)
    text = operator.text("/")
    troubles = text[text.index("Boards in trouble") : text.index("Recent visits")]
    assert "answered 403" in troubles
    assert "9 held" in troubles
    assert "lever:fine" not in troubles


def test_hostile_words_stay_words(world: World, operator: Browser) -> None:
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    world.publish(1, title=evil)
    add_board(world, "acme", last_outcome="broken", last_detail=evil)
    for path in (
        "/",
        "/console/boards",
        "/console/boards?q=%3Cscript%3Ealert(1)",
        f"/console/jobs/{world.job(1).id}",
    ):
        text = operator.text(path)
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_a_job_says_where_its_facts_come_from(world: World, operator: Browser) -> None:
    raw = RawPosting(
        posting_id="1",
        title="Nurse",
        listing_url="https://a.example/1",
        description_text="Pay: $40 - $45 per hour.",
    )
    job = world.job(1, title="Nurse")
    entry = JobEntry(job=job, board_key="lever:acme", posting_id="1", raw=msgspec.json.encode(raw))
    world.store.publish(Publication(entries=(entry,)))
    text = operator.text(f"/console/jobs/{job.id}")
    assert "Where each fact comes from" in text
    assert "per hour" in text
    world.expire(1)
    gone = operator.text(f"/console/jobs/{job_id('greenhouse:acme', '1')}")
    assert "expired: source_removed" in gone
    assert "Nurse" in gone


def test_a_job_has_a_history(world: World, operator: Browser) -> None:
    def history() -> str:
        text = (
            operator.text(f"/console/jobs/{world.job(1).id}")
            .partition('id="history"')[2]
            .partition("</section>")[0]
        )
        return " ".join(re.sub(r"<[^>]+>", " ", text).split())

    began = world.clock()
    world.publish(1, created_at=began, date_posted=began - timedelta(days=2), workplace_type="remote")
    assert "posted by the employer" in history()
    assert "this version" not in history()
    world.clock.now += timedelta(hours=1)
    world.publish(1, created_at=began, workplace_type="onsite")
    assert history().endswith("no more: remote") and "first indexed" in history() and "this version" in history()
    world.expire(1)
    assert history().endswith("expired: source_removed")


def test_a_job_shows_what_changed_and_what_is_like_it(world: World, operator: Browser) -> None:
    at = world.clock()
    raw = {"posting_id": "1", "title": "Nurse", "listing_url": "https://a.example/1"}
    raw["changes"] = [{"at": at, "fields": ["title", "compensation"]}, {"at": at, "fields": ["re-opened"]}]
    job = world.job(1, title="Nurse")
    entry = JobEntry(job=job, board_key="lever:acme", posting_id="1", raw=msgspec.json.encode(raw))
    world.store.publish(Publication(entries=(entry,)))
    other = world.job(2)
    put_near_duplicates(world.store, job.id, [NearDuplicate(other.id, "ashby:<acme>", "Nurse <II>", 0.87)])
    text = operator.text(f"/console/jobs/{job.id}")
    assert "changed: title, compensation" in text and "re-opened" in text
    assert f"/console/jobs/{other.id}" in text and "Nurse &lt;II&gt;" in text and "87 % of the words" in text
    put_near_duplicates(world.store, job.id, [])
    assert 'id="near-duplicates"' not in operator.text(f"/console/jobs/{job.id}")


def test_consumers_show_how_far_they_are_behind(world: World, operator: Browser, client: Client) -> None:
    world.publish(*range(5))
    world.add_key("jw_live_reader_0123456789abcdef", plan="open", account="reader")
    client.post("/api/jobs/feed", {"batch_size": 2}, X_Api_Key="jw_live_reader_0123456789abcdef")
    rows = re.findall(r"<tr>.*?</tr>", operator.text("/console/accounts"), re.DOTALL)
    (row,) = (row for row in rows if "reader" in row)
    assert re.search(r"since this process started\">3</span>", row)
    assert "/console/accounts" in operator.text("/")


def test_one_of_several_processes_does_not_guess_how_far_they_are(
    world: World, serve: Servers, tmp_path: Path
) -> None:
    world.publish(1)
    world.add_key(ADMIN, admin=True)
    browser = Browser(serve(metrics_dir=str(tmp_path)))
    browser.log_in(ADMIN)
    for path in ("/", "/console/accounts"):
        assert "Credits left" in browser.text(path) and "Behind" not in browser.text(path)


@pytest.mark.parametrize(
    "path",
    ["/console/jobs/nothing", f"/console/jobs/{job_id('x', 'y')}", "/console/companies/nothing",
     "/console/board?key=no", "/console/accounts/nobody", "/console/jobs?page=0", "/console/jobs?page=x"],
)  # fmt: skip
def test_what_is_not_there_is_a_page_too(operator: Browser, path: str) -> None:
    reply = operator.open(path)
    assert reply.status in (400, 404)
    assert reply.headers["Content-Type"].startswith("text/html")


def test_company_pages(world: World, operator: Browser) -> None:
    world.publish(1)
    found = operator.text(f"/console/companies/{company_id('c1')}")
    assert "Company 1" in found
    assert CompanySummary.__name__ not in found


def test_a_company_page_says_who_said_what(world: World, operator: Browser, client: Client) -> None:
    company = Company(id=company_id("c9"), name="Nine", founded_year=1999, profile={"funding": [5]})
    world.store.publish(Publication(companies=(company.said(Provenance("import", "crunch.ndjson")),)))
    found = operator.text(f"/console/companies/{company.id}")
    assert "profile.funding" in found
    assert found.count("import crunch.ndjson") == 3
    reply = client.get(f"/api/companies/{company.id}")
    assert reply.json()["founded_year"] == 1999 and "provenance" not in reply.json()


# --- the pulse --------------------------------------------------------------------------------------------


def visit(world: World, key: str = "lever:acme", **counts: int) -> None:
    made = Visit(
        board_key=key,
        started_at=world.clock(),
        ended_at=world.clock(),
        outcome=Outcome.CHANGED,
        completeness=Completeness.COMPLETE,
        **counts,
    )
    world.store.publish(Publication(board_key=key, visit=made))
    world.clock.now += timedelta(microseconds=1)


def test_the_pulse_counts_hours_once(world: World) -> None:
    pulse = Pulse(world.store, world.clock)
    world.publish(1, 2, 3)
    visit(world, new=3)
    pulse.look()
    world.clock.now += timedelta(hours=1)
    world.publish(1, title="edited")
    world.expire(2)
    visit(world, changed=1, reopened=1)
    for _ in range(3):
        pulse.look()
    before, now = pulse.hours()[-2:]
    assert (before.new, before.moved, before.expired) == (3, 3, 0)
    assert (now.changed, now.moved, now.expired) == (2, 2, 1)
    assert pulse.reasons() == [("source_removed", 1)]
    world.clock.now += timedelta(hours=26)
    pulse.look()
    assert pulse.reasons() == []
    assert not any(hour.moved for hour in pulse.hours())


def test_the_pulse_of_a_new_process_counts_the_day_before_it(world: World) -> None:
    world.publish(1, 2)
    world.expire(1)
    visit(world, new=2, expired=1)
    pulse = Pulse(world.store, world.clock)
    pulse.look()
    assert (pulse.hours()[-1].new, pulse.hours()[-1].expired) == (2, 1)
    assert pulse.complete


def test_the_pulse_catches_up_with_many_visits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobwire.api.console.pulse.VISITS_READ", 3)
    pulse = Pulse(world.store, world.clock)
    pulse.look()
    for n in range(20):
        visit(world, f"lever:b{n}", new=1)
    pulse.look()
    pulse.look()
    assert pulse.hours()[-1].new == 20


# --- what its forms do --------------------------------------------------------------------------------------


def test_boards_are_paused_resumed_and_visited(world: World, operator: Browser) -> None:
    add_board(world)
    assert operator.send("/console/board", key="lever:acme", action="pause").status == 303
    state = world.store.get_board("lever:acme")
    assert state and state.paused
    operator.send("/console/board", key="lever:acme", action="resume")
    operator.send("/console/board", key="lever:acme", action="visit")
    state = world.store.get_board("lever:acme")
    assert state and not state.paused
    assert state.next_visit_at == world.clock()
    assert operator.send("/console/board", key="lever:acme", action="explode").status == 400
    assert operator.send("/console/board", key="lever:none", action="pause").status == 404


def test_boards_are_found_by_words(world: World, operator: Browser) -> None:
    add_board(world, "acme")
    add_board(world, "shut", last_outcome="gone")
    assert "lever:shut" not in operator.text("/console/boards?q=ACME")
    only = operator.text("/console/boards?show=trouble")
    assert "lever:shut" in only
    assert "lever:acme" not in only


def test_without_tools_nothing_is_fetched(operator: Browser) -> None:
    assert "jobwire boards add" in operator.text("/console/add")
    assert operator.send("/console/add", url="https://jobs.lever.co/acme", action="add").status == 503


def test_an_account_its_keys_and_its_wallet(world: World, operator: Browser) -> None:
    made = operator.send("/console/accounts", name="Partner & Söhne", plan="payg")
    assert made.status == 303
    path = made.headers["Location"]
    account = next(a for a in world.accounts.accounts() if a.name == "Partner & Söhne")
    assert operator.send("/console/accounts", name="Partner & Söhne", plan="payg").status == 409
    shown = operator.send(path, action="add_key", name="first").data.decode()
    secret = re.search(r'id="secret">(jw_live_\w+)<', shown)
    assert secret
    assert secret[1] not in operator.text(path), "a key is shown once"
    operator.client.key = secret[1]
    assert operator.client.get(f"/api/jobs/{job_id('x', 'y')}").status == 404
    assert operator.send(path, action="topup", credits="12.5", note="invoice 7").status == 303
    assert world.accounts.balance(account.id) == 12_500_000
    assert "invoice 7" in operator.text(path)
    assert operator.send(path, action="plan", plan="open").status == 303
    key = next(key for key in world.accounts.keys() if key.account_id == account.id)
    assert operator.send(path, action="revoke", key=key.id).status == 303
    assert operator.client.get(f"/api/jobs/{job_id('x', 'y')}").status == 401


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "topup", "credits": "-1"},
        {"action": "topup", "credits": "nan"},
        {"action": "topup", "credits": "1e99"},
        {"action": "topup", "credits": "ten"},
        {"action": "add_key", "name": ""},
        {"action": "plan", "plan": "none"},
        {"action": "revoke", "key": "none"},
        {"action": "", "name": "x"},
    ],
    ids=lambda fields: str(fields)[:40],
)
def test_wrong_forms_are_explained(world: World, operator: Browser, fields: dict[str, str]) -> None:
    account = world.accounts.accounts()[0]
    reply = operator.send(f"/console/accounts/{account.id}", **fields)
    assert reply.status in (400, 404)
    assert reply.headers["Content-Type"].startswith("text/html")
    assert world.accounts.balance(account.id) == 0


def test_what_no_visit_brought_was_imported(world: World) -> None:
    pulse = Pulse(world.store, world.clock)
    world.publish(1, 2, 3)
    visit(world, new=3)
    world.publish(7, 8)
    world.expire(7)
    pulse.look()
    assert (pulse.hours()[-1].new, pulse.hours()[-1].imported, pulse.hours()[-1].expired) == (3, 1, 1)
