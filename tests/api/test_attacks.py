"""What somebody with a key, or with none, might try; each found or feared once."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any

import msgspec
import pytest

from jobwire.api.addresses import IDLE_S, Addresses
from jobwire.model.ids import job_id


def jobs_in(data: bytes) -> int:
    return data.count(b'"op":"upsert"')


def test_a_stream_ends_soon_after_its_key_is_revoked(world: Any, client: Any) -> None:
    world.publish(*range(400), description="x" * 60_000)  # more than kernels keep for a slow reader
    key = next(key for key in world.accounts.keys() if key.account_id == "account-open")
    request = (
        f"GET /api/jobs/changes?batch_size=5 HTTP/1.1\r\nHost: x\r\nX-Api-Key: {client.key}\r\n"
        "Accept: application/x-ndjson\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as connection:
        connection.sendall(request.encode())
        received = [connection.recv(1_000)]
        world.accounts.put_key(msgspec.structs.replace(key, revoked_at=world.clock()))
        while part := connection.recv(1 << 20):
            received.append(part)
    assert 0 < jobs_in(b"".join(received)) < 400


def test_a_sandbox_key_learns_nothing_of_jobs_beyond_its_sample(world: Any, serve: Any) -> None:
    client = serve(sandbox_rows=2)
    world.publish(*range(4))
    world.expire(3)
    sandbox = world.add_key("jw_test_sandbox00000000000", sandbox=True)
    gone, hidden, shown = (job_id("greenhouse:acme", str(n)) for n in (3, 2, 0))
    assert client.get(f"/api/jobs/{gone}").json()["reason"] == "source_removed"
    answers = [client.get(f"/api/jobs/{one}", X_Api_Key=sandbox) for one in (gone, hidden, job_id("a:b", "none"))]
    assert [answer.status for answer in answers] == [404, 404, 404]
    assert len({answer.data for answer in answers}) == 1, "removed, hidden and unknown look the same"
    assert client.get(f"/api/jobs/{shown}", X_Api_Key=sandbox).status == 200


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
@pytest.mark.parametrize(
    "path",
    ["/api/jobs?q=engineer", "/api/jobs/changes", "/api/locations/geocode?location=Berlin", "/feeds/jobs.json"],
)
def test_asking_without_taking_costs_nothing(world: Any, client: Any, method: str, path: str) -> None:
    world.publish(*range(4))
    client.key = world.add_key("jw_live_payg00000000000000", plan="payg", credits_=100_000_000)
    client.wait_for(lambda: client.server.search.ready)
    for accept in ("application/json", "application/x-ndjson"):
        reply = client.send(method, path, Accept=accept)
        assert reply.status in (200, 204) and reply.data == b""
    client.server.metering.flush()
    assert world.accounts.balance("account-payg") == 100_000_000
    assert [entry.kind for entry in world.accounts.ledger("account-payg")] == ["topup"]


def test_a_wallet_may_grow_and_a_key_rotate_while_pages_are_on_their_way(world: Any, client: Any) -> None:
    """Clients scan with old and new keys while credits come in: the books agree at the end."""
    world.publish(*range(200))
    keys = [world.add_key(f"jw_live_payg0000000000000{n}", plan="scan", account="shared") for n in range(2)]
    world.add_plan("scan", prices={"feed": 500_000})
    world.add_key(keys[0], plan="scan", account="shared", credits_=20_000_000)
    arrived: set[str] = set()
    statuses: set[int] = set()

    def scan(key: str) -> None:
        cursor: str | None = None
        for _ in range(60):
            body = {"cursor": cursor} if cursor else {"batch_size": 10}
            reply = client.post("/api/jobs/feed", body, X_Api_Key=key)
            statuses.add(reply.status)
            if reply.status == 200:
                arrived.update(job["id"] for job in reply.json()["jobs"])
                cursor = reply.json()["next_cursor"]
                if cursor is None:
                    return
            else:
                world.add_key(key, plan="scan", account="shared", credits_=3_000_000)

    threads = [threading.Thread(target=scan, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.server.metering.flush()
    client.wait_for(
        lambda: world.accounts.balance("shared") == sum(e.amount for e in world.accounts.ledger("shared", 999))
    )
    charged = sum(entry.rows for entry in world.accounts.ledger("shared", 999) if entry.kind == "charge")
    assert charged == len(arrived) == 200 and statuses <= {200, 402}


def test_what_is_refused_unread_is_a_problem_with_the_callers_id(world: Any, serve: Any, quiet_log: Any) -> None:
    client = serve()
    client.server.pool.pending += 1_000
    refused = client.post("/api/jobs/feed", X_Request_Id="mine-12345678")
    problem = refused.json()
    assert (refused.status, problem["code"], problem["error"]) == (
        503,
        "temporarily_unavailable",
        problem["title"],
    )
    assert refused.headers["Retry-After"] == "5" and refused.headers["X-Request-Id"] == "mine-12345678"
    assert refused.headers["X-Content-Type-Options"] == "nosniff"
    assert client.post("/api/jobs/feed", X_Request_Id="a b=c").headers["X-Request-Id"] != "a b=c"
    assert client.get("/health/live").status == 200
    client.wait_for(lambda: any(line["event"] == "requests refused" for line in quiet_log))
    assert [line["count"] for line in quiet_log if line["event"] == "requests refused"] == [2]
    assert (
        b'jobwire_requests_total{method="POST",route="none",status="503"} 2.0' in client.server.metrics.render()
    )
    client.server.pool.pending -= 1_000
    assert client.post("/api/jobs/feed").status == 200


def test_behind_a_refusal_the_connection_goes_on_or_ends(world: Any, client: Any) -> None:
    """A body that is still to come is neither taken for a request nor waited for without end."""
    client.server.pool.pending += 1_000
    head = b"POST /api/jobs/feed HTTP/1.1\r\nHost: x\r\n"
    small = b'{"note": "GET /health/live HTTP/1.1"}'
    with socket.create_connection(("127.0.0.1", client.port), timeout=10) as connection:
        connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(small))
        assert connection.recv(65_536).startswith(b"HTTP/1.1 503")
        connection.sendall(small + b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b'{"status":"ok"}' in connection.recv(65_536)
    with socket.create_connection(("127.0.0.1", client.port), timeout=10) as connection:
        connection.sendall(head + b"Content-Length: 900000\r\n\r\n")
        received = b""
        while part := connection.recv(65_536):
            received += part
        assert received.startswith(b"HTTP/1.1 503") and b"connection: close" in received
        assert received.count(b"HTTP/1.1") == 1 and json.loads(received.split(b"\r\n\r\n")[1])["status"] == 503


@pytest.mark.parametrize("loop", ["", "asyncio"])
def test_refusals_in_a_row_come_in_order_and_nothing_follows_the_last(serve: Any, loop: str) -> None:
    client = serve(loop=loop)
    client.server.pool.pending += 1_000
    one = b"POST /api/jobs/feed HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nX-Request-Id: number-%d\r\n\r\n{}"
    last = b"HEAD /api/jobs HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: the-last-one\r\n\r\n"
    with socket.create_connection(("127.0.0.1", client.port), timeout=10) as connection:
        connection.sendall(one % 1 + one % 2 + last + one % 3)
        received = b""
        while part := connection.recv(65_536):
            received += part
    heads = [line for line in received.split(b"\r\n") if line.startswith(b"x-request-id")]
    assert heads == [b"x-request-id: number-1", b"x-request-id: number-2", b"x-request-id: the-last-one"]
    assert received.count(b'"code"') == 2 and received.endswith(b"connection: close\r\n\r\n")


def test_made_up_hosts_take_the_place_of_nothing(world: Any, client: Any) -> None:
    """Each is answered with its own links; what is ready for the usual ones stays."""
    world.publish(*range(60))
    for host in ("feed.example", "www.feed.example", *(f"h{n}.example" for n in range(12))):
        page = client.post("/api/jobs/feed", Host=host, Accept_Encoding="gzip")
        links = {job["company"]["details_url"] for job in page.json()["jobs"]}
        assert all(link.startswith(f"http://{host}/api/companies/") for link in links)
    assert [url for _, url in client.server.pieces._views] == ["http://feed.example", "http://www.feed.example"]


def test_a_host_that_nobody_asks_by_makes_way() -> None:
    now = [0.0]
    addresses = Addresses(lambda: now[0])
    assert addresses.keep("a") and addresses.keep("b") and not addresses.keep("c")
    now[0] = IDLE_S - 1
    assert addresses.keep("b") and not addresses.keep("c")
    now[0] = IDLE_S
    assert addresses.keep("c") and not addresses.keep("a")
