"""What answers cost: each version once, nothing that did not arrive, never more than the wallet holds."""

from __future__ import annotations

import json
import socket
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from jobwire.api import metering
from jobwire.api.embedding import Companies
from jobwire.api.problems import unavailable
from jobwire.errors import Unavailable
from jobwire.model.account import CREDIT

BOTH = pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)

PAID = "jw_live_payg00000000000000"


@pytest.fixture
def payer(world: Any, client: Any) -> Any:
    """A client whose wallet holds 6 credits: 12 jobs at half a credit."""
    client.key = world.add_key(PAID, plan="payg", credits_=6 * CREDIT)
    return client


def balance(world: Any) -> float:
    return float(world.accounts.balance("account-payg") / CREDIT)


def charged_rows(world: Any) -> int:
    return sum(entry.rows for entry in world.accounts.ledger("account-payg", 10_000) if entry.kind == "charge")


def settled(world: Any, payer: Any, rows: int) -> None:
    payer.wait_for(lambda: charged_rows(world) == rows)


@BOTH
def test_a_page_costs_what_it_holds_and_a_repeat_costs_nothing(world: Any, payer: Any) -> None:
    world.publish(*range(6))
    first = payer.post("/api/jobs/feed", {"batch_size": 4})
    assert (first.headers["X-Credits-Deducted"], first.headers["X-Credits-Balance"]) == ("2", "4")
    settled(world, payer, 4)
    for body in ({"batch_size": 4}, {"batch_size": 2}, {"sources": ["lever"], "batch_size": 2}):
        again = payer.post("/api/jobs/feed", body)
        assert (again.headers["X-Credits-Deducted"], again.headers["X-Credits-Balance"]) == ("0", "4")
    rest = payer.post("/api/jobs/feed", {"cursor": first.json()["next_cursor"]})
    assert rest.headers["X-Credits-Balance"] == "3"
    world.publish(2, title="edited")
    changes = payer.get("/api/jobs/changes")
    assert changes.headers["X-Credits-Deducted"] == "0.5" and len(changes.json()["changes"]) == 6
    settled(world, payer, 7)
    assert balance(world) == 2.5


def test_a_wallet_that_cannot_pay_for_all_gets_what_it_can_pay_for(world: Any, payer: Any) -> None:
    world.publish(*range(20))
    page = payer.post("/api/jobs/feed", {})
    assert len(page.json()["jobs"]) == 12 and page.json()["has_more"] is True
    assert (page.headers["X-Credits-Balance"], page.headers["X-Has-More"]) == ("0", "true")
    broke = payer.post("/api/jobs/feed", {"cursor": page.json()["next_cursor"]})
    problem = broke.json()
    assert (broke.status, problem["code"]) == (402, "insufficient_credits")
    assert (problem["credits_required"], problem["credits_balance"]) == (0.5, 0)
    assert broke.headers["X-Credits-Required"] == "0.5" and broke.headers["X-Credits-Balance"] == "0"
    world.add_key(PAID, plan="payg", credits_=4 * CREDIT)
    rest = payer.post("/api/jobs/feed", {"cursor": page.json()["next_cursor"]}).json()
    assert [job["title"] for job in rest["jobs"]] == [f"Engineer {n}" for n in range(12, 20)]
    assert rest["has_more"] is False


def test_changes_stop_before_the_first_job_that_cannot_be_paid(world: Any, payer: Any) -> None:
    world.publish(*range(3))
    cursor = payer.get("/api/jobs/changes").json()["next_cursor"]
    world.expire(0)
    world.publish(*range(10, 30))
    world.expire(1)
    page = payer.get(f"/api/jobs/changes?cursor={cursor}").json()
    assert [c["op"] for c in page["changes"]] == ["remove"] + ["upsert"] * 9 and page["has_more"] is True
    assert payer.get(f"/api/jobs/changes?cursor={page['next_cursor']}").status == 402
    again = payer.get(f"/api/jobs/changes?cursor={cursor}&batch_size=5")
    assert len(again.json()["changes"]) == 5 and again.headers["X-Credits-Deducted"] == "0"
    broke = world.add_key("jw_live_broke0000000000000", plan="payg", account="broke")
    removals = payer.get(f"/api/jobs/changes?cursor={cursor}", X_Api_Key=broke)
    assert [c["op"] for c in removals.json()["changes"]] == ["remove"] and removals.json()["has_more"] is True


def test_a_head_request_shows_and_costs_nothing(world: Any, payer: Any) -> None:
    world.publish(*range(4))
    before = balance(world)
    reply = payer.send("HEAD", "/api/jobs/changes")
    assert (reply.status, reply.data, reply.headers["X-Credits-Deducted"]) == (200, b"", "0")
    assert float(reply.headers["X-Credits-Balance"]) == before
    payer.wait_for(lambda: balance(world) == before)
    assert charged_rows(world) == 0


def test_what_is_never_metered(world: Any, payer: Any) -> None:
    world.publish(*range(5))
    world.expire(1)
    job = world.job(0)
    for path in ("/api/jobs/expired", f"/api/jobs/{job.id}", f"/api/companies/{job.company.id}"):
        assert payer.get(path).status == 200
    assert payer.post("/api/jobs/feed", {"batch_size": 0}).status == 400
    assert payer.send("HEAD", "/api/jobs/changes").status == 200
    payer.wait_for(lambda: balance(world) == 6.0)
    assert charged_rows(world) == 0


def test_career_sites_have_their_own_price(world: Any, payer: Any) -> None:
    world.publish(*range(7))
    assert payer.post("/api/career-sites/feed").status == 402
    world.add_key(PAID, plan="payg", credits_=100 * CREDIT)
    page = payer.post("/api/career-sites/feed")
    assert len(page.json()["career_sites"]) == 2 and page.headers["X-Credits-Deducted"] == "100"


def test_an_included_family_writes_nothing(world: Any, client: Any) -> None:
    world.publish(*range(5))
    client.key = world.add_key("jw_live_feed00000000000000", plan="feed", credits_=CREDIT)
    page = client.post("/api/jobs/feed")
    assert len(page.json()["jobs"]) == 5
    assert (page.headers["X-Credits-Deducted"], page.headers["X-Credits-Balance"]) == ("0", "1")
    assert [entry.kind for entry in world.accounts.ledger("account-feed")] == ["topup"]


def test_a_plan_that_includes_everything_has_no_balance_to_run_dry(world: Any, client: Any) -> None:
    world.publish(1)
    headers = client.post("/api/jobs/feed").headers
    assert headers["X-Credits-Deducted"] == "0" and "X-Credits-Balance" not in headers


def test_lines_are_paid_as_they_are_taken(world: Any, payer: Any) -> None:
    world.publish(*range(20))
    reply = payer.get("/api/jobs/changes?batch_size=5", Accept="application/x-ndjson")
    lines = [json.loads(line) for line in reply.data.splitlines()]
    assert len([line for line in lines if line["op"] == "upsert"]) == 12
    settled(world, payer, 12)
    assert payer.get("/api/jobs/changes", Accept="application/x-ndjson").status == 200
    cursor = lines[-1]["cursor"]
    assert payer.get(f"/api/jobs/changes?cursor={cursor}", Accept="application/x-ndjson").status == 402
    world.add_key(PAID, plan="payg", credits_=CREDIT)
    assert len(payer.get(f"/api/jobs/changes?cursor={cursor}").json()["changes"]) == 2


@BOTH
def test_a_page_that_the_client_did_not_take_is_not_charged(world: Any, serve: Any) -> None:
    client = serve(send_timeout_s=20.0)
    client.key = world.add_key(PAID, plan="payg", credits_=1000 * CREDIT)
    world.publish(*range(300), description="x" * 60_000)  # larger than what a kernel keeps for a reader
    request = f"POST /api/jobs/feed HTTP/1.1\r\nHost: x\r\nX-Api-Key: {PAID}\r\nContent-Length: 0\r\n\r\n"
    with socket.create_connection(("127.0.0.1", client.port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(request.encode())
        connection.recv(100)
        assert balance(world) == 850.0
    client.wait_for(lambda: balance(world) == 1000.0)
    assert charged_rows(world) == 0
    assert len(client.post("/api/jobs/feed").json()["jobs"]) == 300
    settled(world, client, 300)


def test_credits_held_by_a_server_that_died_come_back(world: Any, serve: Any) -> None:
    world.publish(*range(4))
    world.add_key(PAID, plan="payg", credits_=6 * CREDIT)
    world.accounts.hold("account-payg", "key", "feed", "jobs", [1, 2], CREDIT)
    world.clock.now += timedelta(hours=1)
    world.accounts.hold("account-payg", "key", "feed", "jobs", [3], CREDIT)
    assert balance(world) == 3.0
    client = serve()
    client.wait_for(lambda: balance(world) == 5.0)


@BOTH
@pytest.mark.parametrize("servers", [1, 3])
def test_many_clients_on_one_wallet(world: Any, serve: Any, servers: int) -> None:
    """200 requests of 20 clients over 1,000 jobs; the wallet can pay for 37 % of what they ask for."""
    world.publish(*range(1000))
    clients = [serve() for _ in range(servers)]
    world.add_key(PAID, plan="payg-free-limits", account="shared", credits_=185 * CREDIT)
    world.add_plan("payg-free-limits", prices={"feed": CREDIT // 2})
    cursors = ["", *(p["next_cursor"] for p in clients[0].pages({"batch_size": 50}) if p["next_cursor"])]
    assert len(cursors) == 20
    arrived: set[str] = set()
    statuses: list[int] = []
    lock = threading.Lock()

    def ask(n: int) -> None:
        body = {"cursor": cursors[n % 20], "batch_size": 50} if n % 20 else {"batch_size": 50}
        reply = clients[n % servers].post("/api/jobs/feed", body, X_Api_Key=PAID)
        with lock:
            statuses.append(reply.status)
            if reply.status == 200:
                arrived.update(job["id"] for job in reply.json()["jobs"])

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(ask, range(200)))
    serve.stop()
    assert set(statuses) <= {200, 402} and len(statuses) == 200
    ledger = world.accounts.ledger("shared", 10_000)
    left = world.accounts.balance("shared")
    assert sum(entry.amount for entry in ledger) == left >= 0
    rows = sum(entry.rows for entry in ledger if entry.kind == "charge")
    assert rows == len(arrived) == 370 and left == 0


def test_pages_are_booked_when_a_batch_is_full_and_at_the_end(
    world: Any, payer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metering, "GATHER_S", 600.0)
    world.add_key(PAID, plan="payg", credits_=50 * CREDIT)
    books = metering.Metering(world.accounts, timedelta(minutes=5))
    pages = [
        world.accounts.hold("account-payg", "key", "feed", "jobs", [n], CREDIT) for n in range(metering.BATCH + 4)
    ]
    for hold in pages[: metering.BATCH]:
        books.book(hold)
    settled(world, payer, metering.BATCH)
    for hold in pages[metering.BATCH :]:
        books.book(hold)
    books.close()
    assert charged_rows(world) == metering.BATCH + 4


def test_the_recipe_with_its_overlap_bills_each_version_once(world: Any, serve: Any) -> None:
    """Every 15 minutes with 15 minutes of overlap, over a simulated week: a bill per delivered row would double."""
    client = serve()
    world.add_plan("metered", prices={"feed": CREDIT // 2})
    client.key = world.add_key(PAID, plan="metered", account="account-payg", credits_=10_000 * CREDIT)
    delivered = versions = 0
    for run in range(7 * 24 * 4):
        since = world.clock.now - timedelta(minutes=30)
        if run % 8 == 0:
            world.publish(run % 50, title=f"Engineer {run}")
            versions += 1
        world.clock.now += timedelta(minutes=1)
        if run % 4 < 2:  # the runs that could see it
            delivered += len(client.scan({"posted_after": since.isoformat()}))
        world.clock.now += timedelta(minutes=14)
    settled(world, client, versions)
    assert delivered >= 1.5 * versions > 0


def test_a_page_that_cannot_be_made_sets_nothing_aside(
    world: Any, payer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise Unavailable("The store went away behind the charge.")

    world.publish(*range(4))
    monkeypatch.setattr(Companies, "embed", fail)
    assert payer.post("/api/jobs/feed", {"batch_size": 4}).status == 503
    payer.wait_for(lambda: not world.accounts.funds("account-payg").set_aside)
    assert balance(world) == 6


@pytest.mark.parametrize(
    ("accept", "after"),
    [("application/json", "_read"), ("application/x-ndjson", "_read"), ("application/x-ndjson", "_admit_again")],
)
def test_a_batch_of_changes_that_is_refused_behind_its_hold_sets_nothing_aside(
    world: Any, payer: Any, monkeypatch: Any, accept: str, after: str
) -> None:
    """The queue fills up between a request's first steps and the last: 503, or a stream that ends early."""
    world.publish(*range(8))
    pool = payer.server.pool
    submit = pool.submit
    begun: list[str] = []

    def refuse(work: Any) -> Any:
        name = getattr(getattr(work, "func", None), "__name__", "")
        if name in ("_finish", "_render_lines") and after in begun:
            raise unavailable("The server is busy.")
        begun.append(name)
        return submit(work)

    monkeypatch.setattr(pool, "submit", refuse)
    reply = payer.get("/api/jobs/changes?batch_size=4", Accept=accept)
    refused = after == "_read"
    assert reply.status == (503 if refused else 200)
    taken = 0 if refused else 4
    settled(world, payer, taken)
    payer.wait_for(lambda: not world.accounts.funds("account-payg").set_aside)
    assert balance(world) == 6 - taken / 2


def test_changes_that_took_too_long_to_read_set_nothing_aside(world: Any, serve: Any, monkeypatch: Any) -> None:
    payer = serve(request_timeout_s=0.3)
    payer.key = world.add_key(PAID, plan="payg", credits_=6 * CREDIT)
    world.publish(*range(4))
    hold, go_on = world.accounts.hold, threading.Event()
    monkeypatch.setattr(world.accounts, "hold", lambda *names: (hold(*names), go_on.wait(20))[0])
    assert payer.get("/api/jobs/changes").status == 503
    assert world.accounts.funds("account-payg").set_aside
    go_on.set()
    payer.wait_for(lambda: not world.accounts.funds("account-payg").set_aside)
    assert balance(world) == 6 and charged_rows(world) == 0
