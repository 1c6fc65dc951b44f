"""What does starting cost: the command line against the library it is made with, and the rules of enrich?

usage: start.py [ROUNDS | --smoke]

CPU time of a fresh interpreter each, in turns, so that all meet the same machine; the median of the rounds. The
command line must load no rule and no table of enrich: the modules it loads are counted, not timed.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys

import corpus

ROUNDS = 15
HELP = "import sys; sys.argv[1:] = ['--help']; from jobwire.cli.main import main; main()"
STARTS = {
    "python": "pass",
    "click": "import click",
    "jobwire --help": HELP,
    "import jobwire.enrich": "import jobwire.enrich",
}
COUNT = (
    "import sys, click.testing, jobwire.cli.main as m; click.testing.CliRunner().invoke(m.cli, ['--help']); "
    "print(sum(name.startswith('jobwire.enrich') for name in sys.modules))"
)


def start(code: str) -> float:
    """CPU seconds of an interpreter that runs `code`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    rounds = 2 if "--smoke" in sys.argv else int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    costs: dict[str, list[float]] = {name: [] for name in STARTS}
    for _ in range(rounds):
        for name, code in STARTS.items():
            costs[name].append(start(code))
    median = {name: statistics.median(found) for name, found in costs.items()}
    for name, cost_s in median.items():
        print(f"{name:22} {cost_s * 1e3:6.0f} ms")
    own = median["jobwire --help"] - median["click"]
    print(f"the command line adds {own * 1e3:.0f} ms to the library it is made with")
    counted = subprocess.run([sys.executable, "-c", COUNT], check=True, capture_output=True, text=True)
    result = {f"{name}_ms": round(cost_s * 1e3) for name, cost_s in median.items()}
    print(json.dumps({**corpus.about(), **result, "enrich_modules_at_help": int(counted.stdout)}))


if __name__ == "__main__":
    main()
