"""The door: methods, paths, sizes, headers, keys; what is refused and how."""

from __future__ import annotations

import gzip
import json
import socket
from datetime import timedelta
from typing import Any

import pytest

from jobwire.api import protocol
from jobwire.api.compression import choose_encoding


def raw(client: Any, data: bytes) -> bytes:
    """What a socket gets back for these bytes."""
    with socket.create_connection(("127.0.0.1", client.port), timeout=10) as connection:
        connection.sendall(data)
        received = b""
        while part := connection.recv(65_536):
            received += part
        return received


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/api/companies", 404, "not_found"),
        ("GET", "/api/jobs/feed", 405, "method_not_allowed"),
        ("POST", "/api/jobs/expired", 405, "method_not_allowed"),
        ("DELETE", "/health/live", 405, "method_not_allowed"),
        ("BREW", "/api/jobs/feed", 400, "invalid_request"),
    ],
)
def test_wrong_paths_and_methods_are_problems(idle: Any, method: str, path: str, status: int, code: str) -> None:
    reply = idle.send(method, path)
    assert (reply.status, reply.json()["code"]) == (status, code)
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert (status == 405) == ("Allow" in reply.headers)


def test_options_and_head(world: Any, client: Any) -> None:
    world.publish(1)
    assert client.send("OPTIONS", "/api/jobs/feed").headers["Allow"] == "POST, OPTIONS"
    whole, head = client.get("/api/jobs/expired"), client.send("HEAD", "/api/jobs/expired")
    assert head.status == 200 and head.data == b""
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]


def test_every_answer_has_a_request_id_and_security_headers(client: Any) -> None:
    for path in ("/health/live", "/api/nothing", "/api/jobs/expired"):
        reply = client.get(path)
        assert len(reply.headers["X-Request-Id"]) >= 8
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/health/live", X_Request_Id="abc-12345").headers["X-Request-Id"] == "abc-12345"
    assert client.get("/health/live", X_Request_Id="<script>").headers["X-Request-Id"] != "<script>"


def test_large_and_compressed_bodies_are_refused(client: Any) -> None:
    big = b'{"sources": ["' + b"x" * (1 << 20) + b'"]}'
    assert client.send("POST", "/api/jobs/feed", big).json()["code"] == "request_too_large"
    lines = (
        b"POST /api/jobs/feed HTTP/1.1",
        b"Host: x",
        b"X-Api-Key: k",
        b"Transfer-Encoding: chunked",
        b"",
        b"",
    )
    chunked = b"\r\n".join(lines) + (b"10000\r\n" + b" " * 0x10000 + b"\r\n") * 20 + b"0\r\n\r\n"
    answer = raw(client, chunked)
    assert answer.startswith(b"HTTP/1.1 413 ") and b"request_too_large" in answer
    reply = client.send("POST", "/api/jobs/feed", gzip.compress(b"{}"), Content_Encoding="gzip")
    assert (reply.status, reply.json()["code"]) == (415, "unsupported_encoding")


@pytest.mark.parametrize(
    ("status", "head"),
    [
        (431, b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n"),
        (414, b"GET /?" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n"),
        (431, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n"),
        (400, b"\x16\x03\x01\x02\x00"),
        (400, b"GET\r\n\r\n"),
        (400, b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n"),
        (400, b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n"),
        (400, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n"),
        (400, b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ],
)
def test_heads_that_cannot_be_read_are_problems_too(idle: Any, status: int, head: bytes) -> None:
    head, _, body = raw(idle, head).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"x-request-id: " in head and b"connection: close" in head
    assert b"content-type: application/problem+json" in head and json.loads(body)["status"] == status


def test_a_head_that_cannot_be_read_is_in_the_log_by_its_request_id(client: Any, quiet_log: list[Any]) -> None:
    head = raw(client, b"GET / HTTP/9.9\r\n\r\n").partition(b"\r\n\r\n")[0].decode()
    request_id = head.partition("x-request-id: ")[2].partition("\r\n")[0]
    client.wait_for(lambda: bool(quiet_log))
    line = {"event": "request", "log_level": "info", "status": 400, "code": "invalid_request"}
    assert quiet_log[-1] == line | {"request_id": request_id, "client": "127.0.0.1"}


FRAMES = [
    (400, b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
    (400, b"Content-Length: 2, 2\r\n\r\n{}"),
    (400, b"Content-Length: -2\r\n\r\n{}"),
    (400, b"Content-Length: +2\r\n\r\n{}"),
    (400, b"Content-Length: 99999999999999999999999\r\n\r\n{}"),
    (413, b"Content-Length: 9000000000000000000\r\n\r\n{}"),
    (413, b"Content-Length: 2000000\r\nExpect: 100-continue\r\n\r\n"),
    (400, b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    (400, b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    (400, b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
    (415, b"Transfer-Encoding: gzip, chunked\r\nConnection: close\r\n\r\n0\r\n\r\n"),
    (400, b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
    (400, b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}abc\r\n0\r\n\r\n"),
    (400, b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
    (431, b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * 200 + b"\r\n"),
    (400, b"X-A: b\r\n c\r\nConnection: close\r\n\r\n"),
    (400, b"X-A : b\r\nConnection: close\r\n\r\n"),
    (400, b"X-A: a\0b\r\nConnection: close\r\n\r\n"),
    (400, b"X-A: a\rb\r\nConnection: close\r\n\r\n"),
    (401, b"X-Api-Key: another\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"),
    (200, b"Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\n{}"),
    (200, b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n2;x=y\r\n{}\r\n0\r\nX: y\r\n\r\n"),
]


@pytest.mark.parametrize(("status", "rest"), FRAMES)
def test_a_body_of_doubtful_length_is_refused_and_nothing_behind_it_answered(
    idle: Any, status: int, rest: bytes
) -> None:
    head = b"POST /api/jobs/feed HTTP/1.1\r\nHost: x\r\nX-Api-Key: " + idle.key.encode() + b"\r\n"
    answer = raw(idle, head + rest + b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert answer.count(b"HTTP/1.1 ") == 1 and answer.count(b"x-request-id: ") == 1
    assert (b"application/problem+json" in answer) == (status != 200)


def test_after_an_error_the_connection_goes_on_at_the_next_request(idle: Any) -> None:
    """Bodies of refused requests are read to their end: they are never taken for a request."""
    smuggled = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    requests = b""
    for method, path in ((b"POST", b"/nothing"), (b"PUT", b"/api/jobs/feed"), (b"OPTIONS", b"/api/jobs/feed")):
        length = b"Content-Length: %d\r\n\r\n" % len(smuggled)
        requests += method + b" " + path + b" HTTP/1.1\r\nHost: x\r\n" + length + smuggled
    answer = raw(idle, requests + b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]] == [b"404", b"405", b"204", b"404"]


@pytest.mark.parametrize("path", [b"/health/live", b"/api/jobs/expired"])
@pytest.mark.parametrize("full", [False, True])
def test_a_request_on_one_connection_too_many_is_503(
    client: Any, monkeypatch: Any, path: bytes, full: bool
) -> None:
    """And the connection ends, even where a server that is full would keep it."""
    monkeypatch.setattr(protocol, "MAX_CONNECTIONS", 0)
    if full:
        monkeypatch.setattr(client.server.pool, "_most", 0)
    head, _, body = raw(client, b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % path).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ") and b"retry-after: 5" in head and b"x-request-id: " in head
    assert b"connection: close" in head
    assert json.loads(body)["code"] == "temporarily_unavailable"


def test_a_key_that_is_far_too_long_is_called_so(idle: Any) -> None:
    reply = idle.get("/api/jobs/expired", X_Api_Key="k" * 60_000)
    assert (reply.status, reply.json()["code"]) == (401, "invalid_api_key")
    assert "too long" in reply.json()["detail"]


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("gzip;q=0.001, identity;q=1", ""),
        ("gzip, identity;q=0.5", "gzip"),
        ("gzip, identity", "gzip"),
        ("gzip;q=0.5", "gzip"),
        ("identity", ""),
        ("gzip;q=0, identity;q=0", ""),
        ("gzip;q=0", ""),
        ("*;q=0", ""),
        ("*;q=0, gzip", "gzip"),
        ("br", ""),
        ("*", "zstd"),
        ("GZIP;Q=0.5", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=abc", ""),
        ("deflate, gzip, *;q=0.5", "gzip"),
    ],
)
def test_the_encoding_is_the_one_the_client_likes_most(accepted: str, chosen: str) -> None:
    assert choose_encoding(accepted) == chosen


@pytest.mark.parametrize(
    "host",
    ['evil"><script>', "a b", "x/../y", "h\\u0000", "user@host", "héllo", ""],
)
def test_a_strange_host_header_never_reaches_a_body(world: Any, client: Any, host: str) -> None:
    world.publish(1)
    reply = client.send("POST", "/api/jobs/feed", Host=host or " ")
    assert reply.json()["jobs"][0]["company"]["details_url"].startswith(client.base)
    good = client.send("POST", "/api/jobs/feed", Host="feed.example:8443")
    url = good.json()["jobs"][0]["company"]["details_url"]
    assert url.startswith("http://feed.example:8443/api/companies/")


def test_the_public_url_wins(world: Any, serve: Any) -> None:
    world.publish(1)
    client = serve(public_url="https://feed.example")
    url = client.post("/api/jobs/feed").json()["jobs"][0]["company"]["details_url"]
    assert url.startswith("https://feed.example/api/companies/")


def test_keys(world: Any, client: Any) -> None:
    client.key = ""
    refused = [
        client.get("/api/jobs/expired"),
        client.get("/api/jobs/expired", X_Api_Key="jw_live_unknown0000000000"),
        client.get("/api/jobs/expired", X_Api_Key="k" * 5_000),
        client.get("/api/jobs/expired", X_Api_Key="ключ".encode().decode("latin-1")),
        client.get("/api/jobs/expired", Authorization="Basic abc"),
    ]
    for reply in refused:
        assert (reply.status, reply.json()["code"]) == (401, "invalid_api_key")
        assert "X-Api-Key" in reply.json()["detail"]
    key = world.add_key("jw_live_9999999999999999")
    assert client.get("/api/jobs/expired", Authorization=f"Bearer {key}").status == 200
    old = world.add_key("jw_live_8888888888888888", revoked_at=world.clock.now + timedelta(hours=1))
    assert client.get("/api/jobs/expired", X_Api_Key=old).status == 200
    world.clock.now += timedelta(hours=1)
    assert "revoked" in client.get("/api/jobs/expired", X_Api_Key=old).json()["detail"]
    late = world.add_key("jw_live_7777777777777777", expires_at=world.clock.now)
    assert "expired" in client.get("/api/jobs/expired", X_Api_Key=late).json()["detail"]


def test_scopes_and_plans(world: Any, client: Any) -> None:
    search = world.add_key("jw_live_6666666666666666", scopes=("search",))
    assert client.post("/api/jobs/feed", X_Api_Key=search).json()["code"] == "not_entitled"
    world.add_plan("sites", families=("career_sites",), included=("career_sites",))
    sites = world.add_key("jw_live_5555555555555555", plan="sites")
    assert client.post("/api/jobs/feed", X_Api_Key=sites).status == 403
    assert client.post("/api/career-sites/feed", X_Api_Key=sites).status == 200


def test_a_sandbox_key_sees_the_first_rows_only(world: Any, serve: Any) -> None:
    client = serve(sandbox_rows=5)
    world.publish(*range(20))
    world.expire(0)
    client.key = world.add_key("jw_test_4444444444444444", sandbox=True)
    assert client.scan({"batch_size": 2}) == [f"Engineer {n}" for n in range(1, 6)]
    assert client.scan({"sources": ["lever"]}) == ["Engineer 2", "Engineer 4"]
    assert client.get("/api/jobs/expired").json()["job_ids"] == []
    shown, hidden = (world.job(n).id for n in (5, 6))
    assert client.get(f"/api/jobs/{shown}").status == 200
    assert client.get(f"/api/jobs/{hidden}").status == 404


def test_an_expired_job_says_so(world: Any, client: Any) -> None:
    world.publish(1)
    world.expire(1, reason="deadline")
    problem = client.get(f"/api/jobs/{world.job(1).id}").json()
    assert (problem["code"], problem["reason"]) == ("not_found", "deadline")


def test_last_use_of_a_key_is_written_down_at_the_latest_when_the_server_stops(world: Any, serve: Any) -> None:
    client = serve()
    client.get("/api/jobs/expired")
    serve.stop()
    assert world.accounts.keys()[0].last_used_at == world.clock.now


def test_the_log_line_has_the_request_but_never_the_key(world: Any, client: Any, quiet_log: list[Any]) -> None:
    client.get("/api/jobs/expired?expired_sinc=%0Aforged")
    client.wait_for(lambda: any(line["event"] == "request" for line in quiet_log))
    lines = [line for line in quiet_log if line["event"] == "request"]
    assert lines[-1]["ignored"] == "expired_sinc" and "expired_sinc -> " in lines[-1]["did_you_mean"]
    assert lines[-1]["status"] == 200 and lines[-1]["key"].startswith("key-")
    assert client.key not in repr(lines)


def test_health_and_metrics(world: Any, client: Any) -> None:
    world.publish(1, 2)
    client.post("/api/jobs/feed")
    assert client.get("/health/live").json() == {"status": "ok"}
    assert client.get("/health/ready").json()["store"] == "ok"
    client.wait_for(lambda: b'jobwire_rows_total{route="/api/jobs/feed"} 2.0' in client.get("/metrics").data)
    text = client.get("/metrics").data.decode()
    assert "jobwire_active_jobs 2.0" in text and "jobwire_breaker_open 0.0" in text
