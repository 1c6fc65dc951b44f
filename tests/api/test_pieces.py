"""Compressed pages: negotiated, decodable by real clients, and made of pieces that are never out of date."""

from __future__ import annotations

import gzip
import json
import os
import random
import socket
import subprocess
import zlib
from typing import Any, cast

import aiohttp
import pytest
import urllib3
from msgspec.structs import replace

from jobwire.api.compression import choose_encoding, zstd
from jobwire.api.page_file import PageFile
from jobwire.api.pieces import RUN
from jobwire.api.stitching import COMMA, join_fragments, make_fragment, stitch
from jobwire.store.records import Publication

BOTH = pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)

KINDS = ("gzip", "zstd")


def unpack(data: bytes, encoding: str | None) -> bytes:
    if encoding == "gzip":
        return gzip.decompress(data)
    return zstd.decompress(data) if encoding == "zstd" else data


def scan(client: Any, encoding: str, batch_size: int = 500) -> list[Any]:
    """All jobs, read under one content encoding."""
    pool = urllib3.PoolManager(retries=False)
    jobs: list[Any] = []
    body: dict[str, Any] = {"batch_size": batch_size}
    while True:
        headers = {"X-Api-Key": client.key, "Accept-Encoding": encoding or "identity"}
        reply = pool.request(
            "POST", f"{client.base}/api/jobs/feed", body=json.dumps(body), headers=headers, decode_content=False
        )
        assert reply.status == 200, reply.data
        assert int(reply.headers["Content-Length"]) == len(reply.data)
        page = json.loads(unpack(reply.data, reply.headers.get("Content-Encoding")))
        jobs += page["jobs"]
        if not page["has_more"]:
            assert page["next_cursor"] is None
            return jobs
        assert len(page["jobs"]) == batch_size  # never fewer than asked for, except at the end
        body = {"cursor": page["next_cursor"]}


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0.5, gzip", "gzip"),
        ("ZSTD;q=0, gzip;q=0", ""),
        ("*", "zstd"),
        ("*;q=0.1, zstd;q=0", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=nonsense", ""),
        (";;,q=,=,", ""),
    ],
)
def test_negotiation(accepted: str, chosen: str) -> None:
    assert choose_encoding(accepted) == chosen


@pytest.mark.parametrize("encoding", KINDS)
def test_fragments_make_one_body(encoding: str) -> None:
    pick = random.Random(1)
    for count in (0, 1, 2, 9):
        parts = [bytes(pick.choices(b"abcd", k=pick.choice((0, 1, 70_000)))) for _ in range(count)]
        body = b"".join(stitch(encoding, [make_fragment(encoding, part) for part in parts] + [COMMA[encoding]]))
        assert unpack(body, encoding) == b"".join(parts) + b","
        if encoding == "gzip":  # a single member: nothing is left behind it
            member = zlib.decompressobj(31)
            assert member.decompress(body) == b"".join(parts) + b"," and member.eof and not member.unused_data


@pytest.mark.parametrize("encoding", KINDS)
def test_neighbours_in_a_file_are_one_fragment(encoding: str, tmp_path: Any) -> None:
    texts = [bytes(random.Random(n).choices(b"abcd", k=n * 999)) for n in range(7)]
    loose = [make_fragment(encoding, text) for text in texts]
    file = PageFile(tmp_path, 1 << 20)
    spans = [span for part in loose for span in file.append([cast(bytes, part.data)]) or ()]
    near = [replace(part, data=span) for part, span in zip(loose, spans, strict=True)]
    (one,) = join_fragments(near)
    assert len(join_fragments([near[0], *near[2:]])) == 2 and join_fragments(loose) == loose
    for fragments in ([one], [loose[0], one, loose[1]], [one, one]):
        parts = stitch(encoding, fragments)
        body = b"".join(part if isinstance(part, bytes) else b"".join(part.read()) for part in parts)
        names = {id(one): b"".join(texts), id(loose[0]): texts[0], id(loose[1]): texts[1]}
        assert unpack(body, encoding) == b"".join(names[id(fragment)] for fragment in fragments)


@pytest.mark.parametrize("encoding", ["", *KINDS])
def test_every_encoding_says_the_same(world: Any, client: Any, encoding: str) -> None:
    world.publish(*range(1234))
    world.publish(*range(0, 600, 7), title="moved")
    world.expire(*range(800, 920))
    plain = scan(client, "")
    for _ in range(3):  # made, then found, then known
        assert scan(client, encoding) == plain
    assert scan(client, encoding, 1000) == plain and len(plain) == 1234 - 120
    assert scan(client, encoding, 509) == plain


@BOTH
@pytest.mark.parametrize("encoding", ["", *KINDS])
def test_pieces_are_never_out_of_date(world: Any, serve: Any, encoding: str) -> None:
    client, bare = (serve(page_file_bytes=n, public_url="http://feed.example") for n in (1 << 30, 0))
    pick = random.Random(7)
    world.publish(*range(600))
    for _ in range(8):
        truth = scan(bare, "")
        for _ in range(pick.randrange(1, 4)):
            assert scan(client, encoding) == truth
        match pick.randrange(5):
            case 0:
                world.publish(*pick.sample(range(600), 3), title=f"edited {pick.random()}")
            case 1:
                world.expire(*pick.sample(range(600), 5))
            case 2:
                company = world.company(pick.randrange(7), summary=f"new {pick.random()}")
                world.store.publish(Publication(companies=(company,)))
            case 3:
                world.publish(*range(5_000 + pick.randrange(1000), 6_000, 9))
            case 4:
                world.publish(*range(0, 600, 2), title=f"many {pick.random()}")


@pytest.mark.parametrize("largest", [0, 60_000, 400_000])
def test_a_small_file_or_none_still_answers(world: Any, serve: Any, largest: int) -> None:
    world.publish(*range(900))
    small, large = (serve(page_file_bytes=n, public_url="http://feed.example") for n in (largest, 1 << 30))
    for n in range(4):
        for encoding in ("", *KINDS):
            assert scan(small, encoding) == scan(large, encoding) == scan(large, "")
        world.publish(*range(0, 900, 40), title=f"edited {n}")


def test_a_file_full_of_what_is_gone_starts_anew(world: Any, serve: Any) -> None:
    world.publish(*range(600))
    client = serve(page_file_bytes=1_000_000)
    pieces = client.server.pieces
    first = pieces._file
    for n in range(9):
        assert scan(client, "zstd" if n % 2 else "") and scan(client, "")
        world.publish(*range(600), title=f"edited {n}")
    assert pieces._file is not first
    assert scan(client, "") == scan(client, "zstd")


def test_a_folder_that_takes_no_file_costs_speed_only(world: Any, serve: Any, quiet_log: list[Any]) -> None:
    world.publish(*range(600))
    client = serve(page_file_dir="/does/not/exist")
    assert len(scan(client, "gzip")) == 600
    assert any("no file for ready pages" in line["event"] for line in quiet_log)


def test_a_page_without_compression_is_kept_once_it_is_asked_for_again(world: Any, client: Any) -> None:
    world.publish(*range(1000))
    file = client.server.pieces._file
    kept = []
    for _ in range(3):
        assert len(scan(client, "")) == 1000
        kept.append(file._end)
    assert kept[0] == 0 < kept[1] == kept[2]


@pytest.mark.parametrize("encoding", ["", *KINDS])
def test_a_job_that_moves_meanwhile_comes_once_in_a_page(world: Any, client: Any, encoding: str) -> None:
    world.publish(*range(620))
    page, store = client.server.store.page, client.server.store
    edits = iter(range(1, 10_000))

    def page_while_others_write(after: int, limit: int) -> Any:
        found = page(after, limit)
        world.publish(3, 590, title=f"edited {next(edits)}")
        return found

    for _ in range(3):
        store.page = page_while_others_write
        jobs = client.post("/api/jobs/feed", Accept_Encoding=encoding or "identity").json()["jobs"]
        del store.page
        ids = [job["id"] for job in jobs]
        assert len(set(ids)) == len(ids) >= 617
        assert len(scan(client, encoding)) == 620


@pytest.mark.parametrize("encoding", ["", *KINDS])
def test_a_job_that_moves_while_runs_are_counted_is_not_lost(world: Any, client: Any, encoding: str) -> None:
    world.publish(*range(600))  # the log ends where a run does
    scan(client, encoding, 600)
    store = client.server.store
    count = store.count_runs

    def count_after_a_write(*asked: int) -> Any:
        del store.count_runs
        world.publish(590, title="edited")
        return count(*asked)

    client.server.pieces._stretches = (None, {})
    store.count_runs = count_after_a_write
    first = client.post("/api/jobs/feed", {"batch_size": 600}, Accept_Encoding=encoding or "identity").json()
    assert first["has_more"]
    rest = client.post("/api/jobs/feed", {"cursor": first["next_cursor"]}).json()
    assert len({job["id"] for job in first["jobs"] + rest["jobs"]}) == 600


def test_the_end_of_a_full_page_is_told_at_once(world: Any, client: Any) -> None:
    world.publish(*range(1000))
    for _ in range(3):
        page = client.post("/api/jobs/feed", {"batch_size": 1000}).json()
        assert len(page["jobs"]) == 1000 and not page["has_more"]


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_what_the_system_forgot_is_read_again(world: Any, serve: Any, loop: str) -> None:
    world.publish(*range(600))
    client = serve(loop=loop)
    plain = [scan(client, "") for _ in range(2)][1]
    file = client.server.pieces._file.fileno()
    os.fsync(file)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    assert scan(client, "") == plain


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_pages_leave_from_the_file_whole_whoever_reads(world: Any, serve: Any, loop: str) -> None:
    world.publish(*range(1000), description="x" * 20_000)
    client = serve(loop=loop)
    scan(client, "", 1000)
    head = f"POST /api/jobs/feed HTTP/1.1\r\nHost: x\r\nX-Api-Key: {client.key}\r\nContent-Length: 0\r\n\r\n"
    with socket.create_connection(("127.0.0.1", client.port)) as connection:
        connection.sendall(head.encode() * 3)  # three requests at once, and a reader who takes small sips
        with connection.makefile("rb") as stream:
            for _ in range(3):
                assert stream.readline().startswith(b"HTTP/1.1 200")
                headers = dict(line.split(b": ") for line in iter(stream.readline, b"\r\n"))
                page = json.loads(stream.read(int(headers[b"content-length"])))
                assert len(page["jobs"]) == 1000


def test_stitched_pages_are_paid_like_others(world: Any, client: Any) -> None:
    world.add_plan("metered", prices={"feed": 1_000_000})
    world.publish(*range(600))
    world.expire(3)
    client.key = world.add_key("jw_live_metered00000000000", plan="metered", credits_=520_000_000)
    jobs: list[Any] = []
    body: dict[str, Any] = {"batch_size": 500}
    while (reply := client.post("/api/jobs/feed", body, Accept_Encoding="gzip")).status == 200:
        jobs += reply.json()["jobs"]
        body = {"cursor": reply.json()["next_cursor"]}
    assert reply.status == 402 and len(jobs) == 520 == len({job["id"] for job in jobs})
    client.wait_for(
        lambda: sum(e.rows for e in world.accounts.ledger("account-metered") if e.kind == "charge") == 520
    )


def test_an_incremental_scan_joins_the_pieces_behind_its_mark(world: Any, client: Any) -> None:
    from datetime import timedelta

    world.publish(*range(130))
    world.clock.now += timedelta(hours=1)
    mark = world.clock.now.isoformat()
    for n in range(1_000, 3_000, 500):
        world.publish(*range(n, n + 500))
    for encoding in ("", *KINDS):
        pages = []
        body: dict[str, Any] = {"posted_after": mark}
        while True:
            page = client.post("/api/jobs/feed", body, Accept_Encoding=encoding or "identity").json()
            pages.append(page)
            if not page["has_more"]:
                break
            body = {"cursor": page["next_cursor"]}
        titles = [job["title"] for page in pages for job in page["jobs"]]
        assert titles == [f"Engineer {n}" for n in range(1_000, 3_000)]
    assert RUN == 50


def test_real_clients_decode(world: Any, client: Any, tmp_path: Any) -> None:
    """urllib3 (and so requests) and curl here; aiohttp below."""
    world.publish(*range(700))
    for encoding in KINDS:
        reply = client.post("/api/jobs/feed", {"batch_size": 500}, Accept_Encoding=encoding)
        assert reply.headers["Content-Encoding"] == encoding and len(reply.json()["jobs"]) == 500
        assert reply.headers["Vary"] == "Accept-Encoding"
    command = ["curl", "-sS", "--compressed", "-X", "POST", f"{client.base}/api/jobs/feed", "-H"]
    try:
        out = subprocess.run([*command, f"X-Api-Key: {client.key}"], capture_output=True, check=True, timeout=30)
    except FileNotFoundError:
        pytest.skip("there is no curl")
    assert len(json.loads(out.stdout)["jobs"]) == 700


@pytest.mark.parametrize("encoding", KINDS)
def test_aiohttp_decodes(world: Any, client: Any, encoding: str) -> None:
    import asyncio

    world.publish(*range(700))

    async def ask() -> Any:
        headers = {"X-Api-Key": client.key, "Accept-Encoding": encoding}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{client.base}/api/jobs/feed", json={"batch_size": 500}, headers=headers) as reply,
        ):
            assert reply.headers["Content-Encoding"] == encoding
            return await reply.json()

    assert len(asyncio.run(ask())["jobs"]) == 500
