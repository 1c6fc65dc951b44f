"""A process that publishes at random until it is told to stop (or killed), and says what was acknowledged.

    python -m tests.store.writer ADDRESS SEED SECONDS HOLD_MS

Every line on its output is one acknowledged publication: `{"after": seq, "moved": [id, ...]}`: these jobs went
to positions after that seq.
The hold is a sleep inside the transaction, after the place in the log is chosen and before it is visible.
"""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, datetime

import msgspec
from tests.store.samples import BOARD, make_entry

from jobwire.errors import Unavailable
from jobwire.model.change import Removal
from jobwire.model.ids import job_id
from jobwire.store.open import open_store
from jobwire.store.records import Publication

SHARED = 20
OWN = 40


def write(address: str, seed: int, seconds: float, hold_ms: float) -> None:
    draw = random.Random(seed)

    def slow_clock() -> datetime:
        time.sleep(draw.random() * hold_ms / 1000)
        return datetime.now(UTC)

    store = open_store(address, slow_clock)
    numbers = [*range(SHARED), *range(1000 * (seed + 1), 1000 * (seed + 1) + OWN)]
    end, version = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        version += 1
        chosen = draw.sample(numbers, draw.randrange(1, 12))
        removed = chosen[: draw.randrange(0, 3)]
        title = f"{seed}.{version}"
        try:
            done = store.publish(
                Publication(
                    entries=tuple(make_entry(n, title=title) for n in chosen[len(removed) :]),
                    removals=tuple(Removal(job_id(BOARD, str(n)), "withdrawn") for n in removed),
                )
            )
        except Unavailable:
            continue
        moved = [*done.new, *done.changed, *done.reopened, *done.expired]
        said = {"after": done.seq - len(moved), "moved": moved}
        sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
