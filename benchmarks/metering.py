"""What do metering and rate limits cost, against the same pages unmetered, in the same run?

    python benchmarks/metering.py            # 50,000 jobs, whole scans in turns
    python benchmarks/metering.py --smoke

One server; its CPU per page is compared between an open key, a key that is only limited, and a key that pays for
every row (a new account each scan, so each row is charged). The goal: under 10 %. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path

import corpus
import feed_http

from jobwire.model.account import CREDIT, Account, Key, LedgerEntry, Plan, digest_secret
from jobwire.store.open import open_store

WINDOWS = {"feed": ((1_000_000, 60), (10_000_000, 3_600), (100_000_000, 86_400))}
PLANS = {
    "open": Plan(name="bench-open", included=("feed",)),
    "limited": Plan(name="bench-limited", included=("feed",), limits=WINDOWS),
    "metered": Plan(name="bench-metered", prices={"feed": CREDIT // 2}, limits=WINDOWS),
}


def add_keys(path: Path, rounds: int) -> None:
    """A key of an account of its own for each plan and round."""
    with closing(open_store(path, feed_http.now)) as store:
        for kind, plan in PLANS.items():
            store.accounts.put_plan(plan)
            for n in range(rounds):
                name = f"{kind}-{n}"
                account = Account(id=name, name=name, plan=plan.name, created_at=corpus.START)
                store.accounts.put_account(account)
                top_up = LedgerEntry(account_id=name, at=corpus.START, amount=10**6 * CREDIT, kind="topup")
                store.accounts.add_entry(top_up)
                digest = digest_secret(secret(name))
                key = Key(
                    id=name,
                    account_id=name,
                    name=name,
                    prefix="jw",
                    digest=digest,
                    created_at=corpus.START,
                )
                store.accounts.put_key(key)


def secret(name: str) -> str:
    return f"jw_live_{name}x".ljust(32, "0")


def cpu_ms(pid: int) -> float:
    """Processor time of a process so far. By the nanosecond: a tick of the clock is a tenth of a short scan."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e6


def compare(values: list[float], of: list[float]) -> float:
    """What is added, as a part: the median of what each round says, so that a slow minute hits both."""
    return round(statistics.median(value / other for value, other in zip(values, of, strict=True)) - 1, 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--smoke", action="store_true")
    options = parser.parse_args()
    jobs, rounds = (2_000, 2) if options.smoke else (options.jobs, options.rounds)
    cpu: dict[str, list[float]] = {kind: [] for kind in PLANS}
    with tempfile.TemporaryDirectory() as folder:
        path = corpus.corpus(jobs, Path(folder))
        add_keys(path, rounds)
        with feed_http.serving("jobwire", str(path)) as (port, pid):
            for n in range(rounds):
                for kind in (*[*PLANS][n % 3 :], *[*PLANS][: n % 3]):  # nobody is always first
                    reader = feed_http.Reader("jobwire", port, jobs, "", secret(f"{kind}-{n}"))
                    before = cpu_ms(pid)
                    pages, _ = reader.scan()
                    time.sleep(0.3)  # what is booked after the last page belongs to it
                    cpu[kind].append((cpu_ms(pid) - before) / pages)
    found = {kind: round(statistics.median(values), 2) for kind, values in cpu.items()}
    for kind, value in found.items():
        print(f"{kind:8} {value:7.2f} ms of server CPU a page")
    extra = {kind: compare(cpu[kind], cpu["open"]) for kind in ("limited", "metered")}
    print(json.dumps({"jobs": jobs, "server_cpu_ms_per_page": found, "extra": extra}))


if __name__ == "__main__":
    main()
