"""How fast do several writers publish to one log in PostgreSQL, and what does a reader who pages through it lose?

    python benchmarks/commit_order.py                 # 4 writers, 20 s each way
    python benchmarks/commit_order.py --smoke

Three ways to order the same small publications of 10 rows, each prepared for a moment inside its transaction:

  sequence   drawn at insert, paged by `seq > n`: what most feeds do
  lock       an advisory lock around the last, short step, in which positions are given: what jobwire does
  xid        ordered by (transaction id, sequence), read below the oldest running transaction

The last line is JSON: publications a second, and rows that two readers lost. See docs/decisions/commit-order.md.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import corpus
import peers
import psycopg

ROWS = 10
HOLD_S = 0.004
"""Longest time that a transaction prepares its rows."""
TABLE = """
    CREATE TABLE log (
        seq bigserial PRIMARY KEY, xid xid8 NOT NULL DEFAULT pg_current_xact_id(), body text NOT NULL
    );
    CREATE INDEX log_xid ON log (xid, seq);
    CREATE TABLE head (seq bigint NOT NULL);
    INSERT INTO head VALUES (0);
"""
INSERT = "INSERT INTO log (body) SELECT %s || n FROM generate_series(1, %s) n"
NUMBERED = "INSERT INTO log (seq, body) SELECT %s + n, %s || n FROM generate_series(1, %s) n"
BY_SEQ = "SELECT seq, '0'::xid8, body FROM log WHERE seq > %(seq)s ORDER BY seq LIMIT 500"
BY_XID = """
    SELECT seq, xid, body FROM log
    WHERE (xid, seq) > (%(xid)s::xid8, %(seq)s) AND xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xid, seq LIMIT 500
"""


def write(dsn: str, way: str, until: float, number: int, counts: Any) -> None:
    draw, done = random.Random(number), 0
    with psycopg.connect(dsn) as db:
        while time.time() < until:
            body = f"{number}-{done}-"
            with db.transaction():
                if way == "lock":
                    db.execute("SELECT pg_current_xact_id()")
                    time.sleep(draw.random() * HOLD_S)
                    db.execute("SELECT pg_advisory_xact_lock(1)")
                    (head,) = db.execute("UPDATE head SET seq = seq + %s RETURNING seq", (ROWS,)).fetchone() or (
                        0,
                    )
                    db.execute(NUMBERED, (head - ROWS, body, ROWS))
                else:
                    db.execute(INSERT, (body, ROWS))
                    time.sleep(draw.random() * HOLD_S)
            done += 1
    counts.put(done)


def read(dsn: str, way: str, stop: Any, found: Any) -> None:
    """Pages through the log while it grows, and on until nothing comes."""
    seen, place = 0, {"seq": 0, "xid": "0"}
    with psycopg.connect(dsn, autocommit=True) as db:
        while True:
            stopping = stop.is_set()
            rows = db.execute(BY_XID if way == "xid" else BY_SEQ, place).fetchall()
            if rows:
                seen += len(rows)
                place = {"seq": rows[-1][0], "xid": str(rows[-1][1])}
            elif stopping:
                break
            else:
                time.sleep(0.001)
    found.put(seen)


def measure(dsn: str, way: str, writers: int, seconds: float) -> dict[str, float]:
    with psycopg.connect(dsn) as db:
        db.execute(TABLE)
    stop, counts, found = multiprocessing.Event(), multiprocessing.Queue(), multiprocessing.Queue()
    readers = [multiprocessing.Process(target=read, args=(dsn, way, stop, found)) for _ in range(2)]
    until = time.time() + seconds
    workers = [multiprocessing.Process(target=write, args=(dsn, way, until, n, counts)) for n in range(writers)]
    for process in (*readers, *workers):
        process.start()
    done = sum(counts.get(timeout=seconds + 60) for _ in workers)
    stop.set()
    lost = [done * ROWS - found.get(timeout=60) for _ in readers]
    for process in (*readers, *workers):
        process.join()
    return {"publications_per_s": round(done / seconds, 1), "lost_rows": sum(lost), "of": 2 * done * ROWS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--smoke", action="store_true")
    options = parser.parse_args()
    seconds = 1.0 if options.smoke else options.seconds
    found = {}
    with tempfile.TemporaryDirectory() as folder, peers.postgres(Path(folder)) as dsn:
        for way in ("sequence", "lock", "xid"):
            found[way] = measure(peers.make_database(dsn), way, options.writers, seconds)
            print(f"{way:9}", found[way], flush=True)
    ratio = round(found["lock"]["publications_per_s"] / found["xid"]["publications_per_s"], 2)
    print(json.dumps({**corpus.about(), "writers": options.writers, "ways": found, "lock_to_xid": ratio}))


if __name__ == "__main__":
    main()
