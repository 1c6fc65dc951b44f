"""Does it pay to ask for the next page before this one is written? Over a line with latency, on and off in turn.

    python benchmarks/latency.py                         # 20,000 jobs, 40 ms each way, three times each
    python benchmarks/latency.py --ms 5 --jobs 10000
    python benchmarks/latency.py --smoke

The line is a TCP proxy on the loopback that hands on each piece of a stream after a delay; it does not limit how
much is under way. The server and the jobs are those of sync_backfill.py, the target is SQLite. The last line is
JSON.
"""

from __future__ import annotations

import argparse
import json
import queue
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import sync_backfill

PIECE_BYTES = 1 << 18


@contextmanager
def slow_line(url: str, delay_s: float) -> Iterator[str]:
    """The same server behind a line on which everything takes `delay_s`, each way."""
    parts = urlsplit(url)
    assert parts.hostname and parts.port
    to = (parts.hostname, parts.port)
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        threading.Thread(target=_accept, args=(listener, to, delay_s), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def _accept(listener: socket.socket, to: tuple[str, int], delay_s: float) -> None:
    while True:
        try:
            near, _ = listener.accept()
        except OSError:
            return  # closed
        far = socket.create_connection(to)
        for one, other in ((near, far), (far, near)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pieces: queue.Queue[tuple[float, bytes]] = queue.Queue()
            threading.Thread(target=_receive, args=(one, pieces, delay_s), daemon=True).start()
            threading.Thread(target=_send, args=(other, pieces), daemon=True).start()


def _receive(one: socket.socket, pieces: queue.Queue[tuple[float, bytes]], delay_s: float) -> None:
    piece = b"-"
    while piece:
        try:
            piece = one.recv(PIECE_BYTES)
        except OSError:
            piece = b""
        pieces.put((time.monotonic() + delay_s, piece))


def _send(other: socket.socket, pieces: queue.Queue[tuple[float, bytes]]) -> None:
    while True:
        due, piece = pieces.get()
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            if not piece:
                other.shutdown(socket.SHUT_WR)
                return
            other.sendall(piece)
        except OSError:
            return


def sync(url: str, target: str, *, ahead: bool) -> None:
    """A run with a limit of credits never asks for a page that it might not pay for, so not ahead either."""
    from jobwire.sync import Sync

    started = time.perf_counter()
    Sync(url, target, key="benchmark", max_credits=None if ahead else 1e12).run()
    print(time.perf_counter() - started)


def measure(url: str, target: Path, *, ahead: bool) -> float:
    command = [sys.executable, __file__, "--url", url, "--target", f"sqlite:///{target}"]
    done = subprocess.run(
        [*command, *(["--ahead"] if ahead else [])], check=True, stdout=subprocess.PIPE, text=True
    )
    return float(done.stdout)


def run(jobs: int, runs: int, ms: float) -> dict[str, object]:
    seconds: dict[str, list[float]] = {"ahead": [], "in turn": []}
    with (
        tempfile.TemporaryDirectory(prefix="jobwire-bench-") as folder,
        sync_backfill.child("--serve", str(jobs)) as url,
        slow_line(url, ms / 1000) as far,
    ):
        for n in range(runs):
            for name in seconds if n % 2 == 0 else reversed(list(seconds)):
                took = measure(far, Path(folder) / f"{n}{name[0]}.db", ahead=name == "ahead")
                seconds[name].append(took)
                print(f"{name:10} {jobs / took:8,.0f} rows/s", flush=True)
    median = {name: statistics.median(took) for name, took in seconds.items()}
    return {
        "jobs": jobs,
        "ms_each_way": ms,
        "rows_per_s": {name: round(jobs / s) for name, s in median.items()},
        "gain": round(median["in turn"] / median["ahead"], 2),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    options.add_argument("--jobs", type=int, default=20_000)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--ms", type=float, default=40.0, help="delay in each direction")
    options.add_argument("--smoke", action="store_true")
    options.add_argument("--url", help=argparse.SUPPRESS)
    options.add_argument("--target", help=argparse.SUPPRESS)
    options.add_argument("--ahead", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.url:
        sync(chosen.url, chosen.target, ahead=chosen.ahead)
    else:
        size = (2_000, 1) if chosen.smoke else (chosen.jobs, chosen.runs)
        print(json.dumps(run(*size, chosen.ms)))


if __name__ == "__main__":
    main()
