"""The feed as somebody careful would write it: finished JSON in a narrow PostgreSQL table, a page by one COPY."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import msgspec
import psycopg
from psycopg_pool import ConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PAGE = 1_000
to_json = msgspec.json.Encoder().encode
_TABLE = """
    CREATE TABLE feed (n bigint PRIMARY KEY, job bytea NOT NULL) WITH (toast_tuple_target = 8160);
    ALTER TABLE feed ALTER job SET STORAGE EXTERNAL
"""
_COPY = "COPY (SELECT job FROM feed WHERE n > {} ORDER BY n LIMIT {}) TO STDOUT (FORMAT binary)"


def fill(url: str, pages: Iterator[list[dict[str, Any]]]) -> None:
    """Put jobs, as the feed shows them, into a new table."""
    with psycopg.connect(url) as db:
        db.execute(_TABLE)
        with db.cursor().copy("COPY feed FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int8", "bytea"])
            for n, job in enumerate(chain.from_iterable(pages), 1):
                copy.write_row((n, to_json(job)))
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("VACUUM ANALYZE feed")


def make_app(url: str) -> Starlette:
    """`GET /?after=n`: a page of 1,000 jobs behind the n-th."""
    pool = ConnectionPool(url, min_size=1, max_size=4, open=True, kwargs={"autocommit": True})

    def feed(request: Request) -> Response:
        after = int(request.query_params.get("after", 0))
        with pool.connection() as db, db.cursor().copy(_COPY.format(after, PAGE + 1)) as copy:
            copy.set_types(["bytea"])
            jobs = [job for (job,) in copy.rows()]
        place = b'"%d","has_more":true' % (after + PAGE) if len(jobs) > PAGE else b'null,"has_more":false'
        body = b'{"jobs":[%b],"next_cursor":%b}' % (b",".join(jobs[:PAGE]), place)
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/", feed)])
