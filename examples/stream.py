"""Keep jobs.db equal to a feed by its stream of changes: written from docs/protocol.md alone.

usage: JOBWIRE_URL=http://127.0.0.1:8080 JOBWIRE_KEY=... python stream.py [filter=value ...]

Needs only Python. Run it as often as you like, or for ever (`wait=60` beside the filters); kill it whenever you
like.
"""

import http.client
import json
import os
import sqlite3
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

URL, KEY = os.environ["JOBWIRE_URL"], os.environ["JOBWIRE_KEY"]
ASKED = dict(word.split("=", 1) for word in sys.argv[1:])


def read_lines(cursor):
    """The changes behind `cursor`; none at the end of the log."""
    query = {"wait": ASKED.get("wait", 0), "cursor": cursor} if cursor else ASKED
    headers = {"X-Api-Key": KEY, "Accept": "application/x-ndjson"}
    request = urllib.request.Request(f"{URL}/api/jobs/changes?{urllib.parse.urlencode(query)}", headers=headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=90) as answer:  # noqa: S310
        rest = b""
        while part := answer.read1(1 << 16):  # unlike a loop over lines it notices a connection that broke
            *lines, rest = (rest + part).split(b"\n")
            yield from map(json.loads, lines)


def follow(cursor, round_):
    """Write what comes, with the cursor behind it; whether anything came."""
    came = False
    for change in read_lines(cursor):
        came = True
        if not db.in_transaction:
            db.execute("BEGIN")
        if change["op"] == "upsert":
            job = change["job"]
            db.execute("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?)", (job["id"], round_, json.dumps(job)))
        else:
            db.execute("DELETE FROM jobs WHERE id = ?", (change["id"],))
        if "cursor" in change:  # a batch is whole
            db.execute("UPDATE place SET cursor = ?", (change["cursor"],))
            db.execute("COMMIT")
    return came


db = sqlite3.connect("jobs.db", isolation_level=None)
db.execute("CREATE TABLE IF NOT EXISTS jobs (id TEXT PRIMARY KEY, round INTEGER, job TEXT)")
db.execute("CREATE TABLE IF NOT EXISTS place (one INTEGER PRIMARY KEY, cursor TEXT, round INTEGER)")
db.execute("INSERT OR IGNORE INTO place VALUES (1, NULL, 1)")

while True:
    cursor, round_ = db.execute("SELECT cursor, round FROM place").fetchone()
    try:
        if follow(cursor, round_):
            continue
    except urllib.error.HTTPError as error:
        if error.code in (429, 503):
            time.sleep(int(error.headers["Retry-After"]))
            continue
        problem = json.load(error)
        if problem["code"] not in ("resync_required", "invalid_cursor"):
            raise SystemExit(f"{problem['title']}: {problem['detail']}") from None
        db.execute("UPDATE place SET cursor = ?, round = round + 1", (problem.get("cursor"),))
        continue
    except (OSError, http.client.HTTPException):  # the connection broke: what has no cursor behind it comes again
        if db.in_transaction:
            db.execute("ROLLBACK")
        time.sleep(1)
        continue
    db.execute("DELETE FROM jobs WHERE round < ?", (round_,))  # all was read: the rest is left from before
    if "wait" not in ASKED:
        break
