"""Keep jobs.db equal to a feed by its two older endpoints: written from docs/protocol.md alone.

usage: JOBWIRE_URL=http://127.0.0.1:8080 JOBWIRE_KEY=... python watermark.py

Needs only Python. Run it every 15 to 60 minutes; a run that was killed is continued by the next one.
"""

import datetime as dt
import json
import os
import sqlite3
import time
import urllib.error
import urllib.parse
import urllib.request

URL, KEY = os.environ["JOBWIRE_URL"], os.environ["JOBWIRE_KEY"]
OVERLAP, WALL = dt.timedelta(minutes=15), dt.timedelta(days=7)
START_OVER = ("invalid_cursor", "lookback_exceeded")


def ask(path, body=None):
    headers = {"X-Api-Key": KEY, "Content-Type": "application/json"}
    request = urllib.request.Request(URL + path, body and json.dumps(body).encode(), headers)  # noqa: S310
    while True:
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code in (429, 503):
                time.sleep(int(error.headers["Retry-After"]))
                continue
            problem = json.load(error)
            if problem["code"] in START_OVER:  # the next run reads everything
                db.execute("UPDATE run SET start = NULL, last = NULL, cursor = NULL")
            raise SystemExit(f"{problem['title']}: {problem['detail']}") from None


db = sqlite3.connect("jobs.db", isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS jobs (id TEXT PRIMARY KEY, updated_at TEXT, run INTEGER, job TEXT)")
db.execute(
    "CREATE TABLE IF NOT EXISTS run (one INTEGER PRIMARY KEY, n INTEGER, start TEXT, last TEXT, cursor TEXT)"
)
db.execute("INSERT OR IGNORE INTO run VALUES (1, 0, NULL, NULL, NULL)")

n, start, last, cursor = db.execute("SELECT n, start, last, cursor FROM run").fetchone()
if not start:  # else a run that was killed goes on, as of when it began
    n, start = n + 1, dt.datetime.now(dt.UTC).isoformat()
    db.execute("UPDATE run SET n = ?, start = ?", (n, start))
if last and dt.datetime.fromisoformat(start) - dt.datetime.fromisoformat(last) > WALL:
    last = None  # away for too long: read everything

more = True
while more:  # each page is stored together with the place behind it
    body = {"cursor": cursor} if cursor else {"batch_size": int(os.environ.get("BATCH", 1000))}
    if last and not cursor:
        body["posted_after"] = (dt.datetime.fromisoformat(last) - OVERLAP).isoformat()
    page = ask("/api/jobs/feed", body)
    cursor, more = page["next_cursor"], page["has_more"]
    db.execute("BEGIN")
    for job in page["jobs"]:
        row = job["id"], job["updated_at"], n, json.dumps(job)
        db.execute("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?)", row)
    db.execute("UPDATE run SET cursor = ?", (cursor,))
    db.execute("COMMIT")

if last is None:  # what a full read did not deliver is gone
    db.execute("DELETE FROM jobs WHERE run < ?", (n,))
query, more = {"expired_since": last or start, "batch_size": 10_000}, True
while more:  # after the upserts of the same run
    page = ask("/api/jobs/expired?" + urllib.parse.urlencode(query))
    db.executemany("DELETE FROM jobs WHERE id = ?", [(job_id,) for job_id in page["job_ids"]])
    query, more = {"cursor": page["next_cursor"]}, page["has_more"]
db.execute("UPDATE run SET start = NULL, last = ?, cursor = NULL", (start,))
