"""The client against servers as they are: slow, busy, broken, of another spelling."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.sync.plain_server import KEY, PlainServer

from jobwire.errors import (
    ConfigError,
    InvalidCursor,
    InvalidInput,
    NotEntitled,
    OutOfCredits,
    RateLimited,
    ResyncRequired,
    Unauthorized,
    Unavailable,
)
from jobwire.sync import FeedClient, NotOffered, Retries, Stopped
from jobwire.sync.answers import find_retry_after

EMPTY = {"jobs": [], "next_cursor": None, "has_more": False}


class Scripted:
    """A server that gives the next of `answers` to each request: (status, body, headers)."""

    def __init__(self):
        self.answers, self.asked = [], []
        outer = self

        class Endpoint(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.asked.append((self.path, dict(self.headers), body))
                status, answer, headers = outer.answers.pop(0)
                answer = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response_only(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def do_GET(self):
                self.do_POST()

            def log_message(self, *_):
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def say(self, body, status=200, **headers):
        self.answers.append((status, body, {name.replace("_", "-"): value for name, value in headers.items()}))

    def close(self):
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server():
    scripted = Scripted()
    yield scripted
    scripted.close()


@pytest.fixture
def waits():
    return []


@pytest.fixture
def client(server, waits):
    with FeedClient(server.url, KEY, sleep=waits.append, jitter=lambda: 0.0, retries=Retries(attempts=3)) as made:
        yield made


def test_a_page_is_typed_on_demand_and_raw_at_once(feed):
    feed.publish(1)
    with PlainServer(feed, price=0.5) as plain, FeedClient(plain.url, KEY) as client:
        page = client.fetch_jobs()
    assert json.loads(page.rows[0])["title"] == page.jobs[0].title == "Engineer 1"
    assert (page.has_more, page.next_cursor) == (False, None)
    assert (page.headers.credits_deducted, page.headers.credits_balance) == (0.5, 999_999.5)


def test_iterating_follows_the_cursor(feed):
    ids = [feed.publish(n) for n in range(5)]
    feed.expire(ids[0])
    with PlainServer(feed) as plain, FeedClient(plain.url, KEY) as client:
        assert [job.id for job in client.jobs(batch_size=2)] == ids[1:]
        assert list(client.expired_ids(feed.clock() - timedelta(days=1))) == ids[:1]


def test_times_are_the_servers(server, client):
    server.say(EMPTY, Date="Mon, 02 Mar 2026 10:00:00 GMT")
    at = client.fetch_jobs().headers.at
    assert timedelta(0) < datetime(2026, 3, 2, 10, tzinfo=UTC) - at < timedelta(seconds=30)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 408])
def test_what_passes_is_tried_again(server, client, waits, status):
    server.say({}, status, Retry_After="2")
    server.say(b"{]")
    server.say(EMPTY)
    assert client.fetch_jobs().rows == []
    assert waits == [2.0, 0.5]
    assert (client.requests, client.retried) == (3, 2)


def test_waits_are_told_with_their_reason(server):
    told = []
    server.say({"detail": "busy"}, 503, Retry_After="7")
    server.say({"jobs": [], "next_cursor": None, "has_more": False})
    with FeedClient(
        server.url, KEY, sleep=lambda _: None, jitter=lambda: 0.0, on_retry=lambda *call: told.append(call)
    ) as client:
        client.fetch_jobs()
    [(error, seconds)] = told
    assert isinstance(error, Unavailable) and "busy" in str(error) and seconds == 7.0


def test_patience_ends(server, client):
    for _ in range(3):
        server.say({"detail": "busy"}, 503, Retry_After="0")
    with pytest.raises(Unavailable, match="busy"):
        client.fetch_jobs()


def test_a_wait_that_is_too_long_is_an_error_that_names_it(server, client, waits):
    server.say({}, 429, Retry_After="3600")
    with pytest.raises(RateLimited) as caught:
        client.fetch_jobs()
    assert caught.value.retry_after_s == 3600
    assert waits == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5", 5.0),
        ("0.5", 0.5),
        ("Mon, 02 Mar 2026 10:00:30 GMT", 30.0),
        ("soon", None),
        (None, None),
        ("-4", 0.0),
    ],
)
def test_retry_after(text, seconds):
    assert find_retry_after(text, datetime(2026, 3, 2, 10, tzinfo=UTC)) == seconds


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"code": "invalid_request", "detail": "batch_size"}, InvalidInput),
        (401, {}, Unauthorized),
        (402, {"detail": "credits"}, OutOfCredits),
        (403, b"<html>", NotEntitled),
        (404, {}, NotOffered),
        (405, {}, NotOffered),
        (501, {}, NotOffered),
        (418, {}, ConfigError),
    ],
)
def test_what_stays_is_an_error_at_once(server, client, status, body, error):
    server.say(body, status)
    with pytest.raises(error):
        client.fetch_jobs()
    assert client.requests == 1


@pytest.mark.parametrize(
    "body", [{"title": "Invalid cursor"}, {"code": "invalid_cursor"}, {"message": "Bad cursor"}]
)
def test_a_refused_cursor(server, client, body):
    server.say(body, 400)
    with pytest.raises(InvalidCursor):
        client.fetch_jobs(cursor="c")


def test_resync_required_carries_the_fresh_cursor(server, client):
    server.say({"code": "resync_required", "next_cursor": "fresh"}, 409)
    with pytest.raises(ResyncRequired) as caught:
        client.fetch_changes(cursor="old")
    assert caught.value.cursor == "fresh"


def test_a_key_never_follows_a_redirect(server, client):
    server.say(b"", 302, Location="http://elsewhere.example/api/jobs/feed")
    with pytest.raises(ConfigError, match="redirects"):
        client.fetch_jobs()
    assert len(server.asked) == 1


def test_other_spellings(server, client):
    server.say({"Jobs": [{"id": "a"}], "NextCursor": "n", "hasMore": True, "estimatedTotal": "7", "extra": 1})
    page = client.fetch_jobs()
    assert (page.rows, page.next_cursor, page.has_more, page.estimated_total) == ([b'{"id": "a"}'], "n", True, 7)


def test_missing_keys(server, client):
    server.say({"jobs": []})
    assert client.fetch_jobs().has_more is False
    server.say({"jobs": [], "next_cursor": "n"})
    assert client.fetch_jobs().has_more is True


def test_more_without_a_cursor_never_loops(server, client):
    for _ in range(3):
        server.say({"jobs": [], "has_more": True, "next_cursor": None})
    with pytest.raises(Unavailable, match="next_cursor"):
        client.fetch_jobs()


def test_cut_and_truncated_answers_are_tried_again(feed):
    feed.publish(1)
    with PlainServer(feed) as plain:
        plain.faults.extend(["cut", "truncated", "malformed", "html", None])
        with FeedClient(plain.url, KEY, sleep=lambda _: None) as client:
            assert len(client.fetch_jobs().rows) == 1
            assert client.retried == 4


def test_gzip(server):
    import gzip

    server.say(gzip.compress(json.dumps(EMPTY).encode()), Content_Encoding="gzip")
    with FeedClient(server.url, KEY, compress=True) as client:
        assert client.fetch_jobs().rows == []
    assert "gzip" in server.asked[0][1]["Accept-Encoding"]


@pytest.mark.parametrize("body", [b"\x1f\x8b junk", json.dumps(EMPTY).encode()])
def test_what_is_not_gzip(server, body):
    for _ in range(2):
        server.say(body, Content_Encoding="gzip")
    client = FeedClient(server.url, KEY, compress=True, sleep=lambda _: None, retries=Retries(attempts=2))
    with client, pytest.raises(Unavailable, match="not compressed as it says"):
        client.fetch_jobs()


def test_an_answer_that_grows_without_end(server, monkeypatch):
    import gzip

    monkeypatch.setattr("jobwire.sync.client.MAX_BODY_BYTES", 1 << 20)
    server.say(gzip.compress(b"[" * (8 << 20)), Content_Encoding="gzip")
    with (
        FeedClient(server.url, KEY, compress=True) as client,
        pytest.raises(ConfigError, match="more than 1,048,576"),
    ):
        client.fetch_jobs()


@pytest.mark.parametrize("wait", ["99999999999999999999", "1e9", "inf", "Thu, 01 Jan 1970 00:00:00 GMT", "5, 5"])
def test_waits_that_make_no_sense_are_not_waited_for(server, client, waits, wait):
    server.say({}, 503, Retry_After=wait)
    server.say(EMPTY)
    assert client.fetch_jobs().rows == []
    assert sum(waits) < 1


def test_filters_of_the_change_log_are_query_parameters(server, client):
    server.say({"changes": [], "next_cursor": "n", "has_more": False})
    filters = {"sources": ["lever", "ashby"], "locations": [{"country": "DE"}], "is_remote": True}
    client.fetch_changes(filters=filters, wait_s=90)
    path = server.asked[0][0]
    assert "sources=lever&sources=ashby" in path
    assert "locations=%7B%22country%22%3A%22DE%22%7D" in path
    assert "is_remote=true" in path
    assert "wait=60" in path


def test_changes_keep_the_last_word_on_an_id(server, client):
    changes = [
        {"op": "upsert", "job": {"id": "a", "v": 1}},
        {"op": "remove", "id": "b", "reason": "deadline", "at": "2026-01-01T00:00:00Z"},
        {"op": "upsert", "job": {"id": "b"}},
        {"op": "remove", "id": "a", "reason": "withdrawn", "at": None},
    ]
    server.say({"changes": changes, "next_cursor": "n", "has_more": False})
    page = client.fetch_changes()
    assert [row.id for row in page.columns] == ["b"]
    assert [(removal.id, removal.reason) for removal in page.removals] == [("a", "withdrawn")]


def test_an_unknown_change_is_not_passed_over(server, client):
    for _ in range(3):
        server.say({"changes": [{"op": "rename", "id": "a"}], "next_cursor": "n", "has_more": False})
    with pytest.raises(Unavailable, match="rename"):
        client.fetch_changes()


def test_stop_ends_a_wait(server):
    stop = threading.Event()
    server.say({}, 503, Retry_After="60")
    with FeedClient(server.url, KEY, stop=stop) as client:
        threading.Timer(0.05, stop.set).start()
        with pytest.raises(Stopped):
            client.fetch_jobs()


@pytest.mark.parametrize("url", ["", "ftp://x", "feed.example.com", "http://"])
def test_addresses_that_are_none(url):
    with pytest.raises(ConfigError):
        FeedClient(url, KEY)


@pytest.mark.parametrize("key", ["", "a b\n", "schlüssel"])
def test_keys_that_no_header_carries(key):
    with pytest.raises(ConfigError):
        FeedClient("http://x", key)


def test_nobody_listens():
    client = FeedClient("http://127.0.0.1:9", KEY, retries=Retries(attempts=1))
    with pytest.raises(Unavailable, match="Is it running"):
        client.fetch_jobs()


def test_the_key_is_never_shown(client):
    assert KEY not in repr(client)


def test_a_profile_is_asked_for_once_more_only_if_it_changed(server, client):
    server.say({"id": "c", "name": "Firm"}, ETag='"1"')
    server.say(b"", 304)
    first = client.fetch_profile("c")
    assert first.etag == '"1"'
    assert client.fetch_profile("c", etag=first.etag).body is None
    assert server.asked[1][1]["If-None-Match"] == '"1"'


def test_single_objects(feed):
    feed.publish(1)
    with PlainServer(feed) as plain, FeedClient(plain.url, KEY) as client:
        assert client.get_company("c0000000-0000-4000-8000-000000000001").name == "Company 0001"
        with pytest.raises(NotOffered):
            client.get_job("x")
