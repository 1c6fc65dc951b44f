"""COPY's binary format, read back by PostgreSQL itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import psycopg

from jobwire.sync.sinks.copy_format import pack_rows

TIMES = [
    datetime(2026, 3, 1, 12, 0, 0, 123456, UTC),
    datetime(1999, 12, 31, 23, 59, 59, 999999, UTC),
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, tzinfo=UTC),
    datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=-5, minutes=-30))),
    None,
]
TEXTS = ["", "plain", "tab\t, line\n, back\\slash, \\N and \\.", "Zürich 東京 🦀", "x" * 100_000, None]


def test_postgres_reads_what_was_packed(postgres_dsn):
    bodies = [json.dumps({"text": text}, ensure_ascii=False).encode() for text in TEXTS]
    numbers = [0.0, -1.5, 1e300, 7, 5e-324, None]
    rows = list(zip(TEXTS, numbers, range(6), TIMES, bodies, strict=True))
    with psycopg.connect(postgres_dsn) as db, db.cursor() as cursor:
        db.execute("SET TIME ZONE 'UTC'")
        db.execute("CREATE TEMPORARY TABLE t (a text, b double precision, c integer, d timestamptz, e jsonb)")
        with cursor.copy("COPY t FROM STDIN (FORMAT binary)") as copy:
            copy.write(pack_rows(["text", "number", "count", "time", "json"], rows))
        found = cursor.execute("SELECT a, b, c, d, e FROM t ORDER BY c").fetchall()
    assert found == [(*row[:4], json.loads(row[4])) for row in rows]


def test_a_missing_count_is_null(postgres_dsn):
    with psycopg.connect(postgres_dsn) as db, db.cursor() as cursor:
        db.execute("CREATE TEMPORARY TABLE t (a integer)")
        with cursor.copy("COPY t FROM STDIN (FORMAT binary)") as copy:
            copy.write(pack_rows(["count"], [(None,), (-3,)]))
        assert cursor.execute("SELECT a FROM t").fetchall() == [(None,), (-3,)]
