"""How many postings a second does the whole chain make into records, against only parsing their HTML?

usage: enrich.py [POSTINGS | --smoke]

The postings are made up here, in the lengths of real ones (about 5 kB of HTML), every one different, so that no
step can answer from a cache. One core, CPU time, the best of three rounds of other postings: what the machine
does besides makes each of them slower. The bar: 400 postings a second.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from collections.abc import Callable

import corpus

from jobwire.enrich import explain
from jobwire.enrich.html import to_text
from jobwire.model.raw import RawLocation, RawPosting

ROUNDS = 3
TITLES = (
    "Senior Backend Engineer, Payments",
    "Registered Nurse - ICU",
    "Sales Manager (m/w/d)",
    "Data Analyst II",
)
PLACES = ("Berlin, Germany", "New York, NY; Remote - US", "Lyon, France", "São Paulo", "London / Hybrid")
DUTIES = (
    "Design and run services that",
    "Coordinate with partners who",
    "Write the plans by which",
    "Review the work that",
)
SKILLS = ("Python", "PostgreSQL", "Excel", "patient care", "negotiation", "Kubernetes", "German", "Salesforce")
LINES = (
    "This is a hybrid role, three days a week in our office.",
    "Applicants must be authorized to work in the country without sponsorship.",
    "The base salary is $120,000 - $150,000 per year plus bonus.",
    "We are an equal opportunity employer and value diversity.",
    "This is a full-time position.",
)
WORDS = "team customers product quality growth systems care process reports market safety design support"


def make_posting(number: int) -> RawPosting:
    pick = random.Random(number)

    def words(count: int) -> str:
        return " ".join(pick.choice(WORDS.split()) for _ in range(count))

    def listing(heading: str, start: tuple[str, ...]) -> str:
        items = "".join(f"<li>{pick.choice(start)} {words(9)} {number}</li>" for _ in range(8))
        return f"<h3>{heading}</h3><ul>{items}</ul>"

    parts = [
        f"<p>Acme {number} is a company for {words(30)}. You will work with {words(25)}.</p>",
        f"<p><strong>{words(6)}</strong> {words(60)}.</p>",
        listing("What you'll do", DUTIES),
        listing("Requirements", tuple(f"{n}+ years of {skill} and" for n, skill in enumerate(SKILLS, 1))),
        listing("Benefits", ("Health insurance and", "25 days of paid time off,", "A budget for")),
        *(f"<p>{line} {words(12)}.</p>" for line in pick.sample(LINES, 4)),
    ]
    return RawPosting(
        posting_id=str(number),
        title=f"{pick.choice(TITLES)} {number}",
        listing_url="",
        description_html="\n".join(parts),
        locations=(RawLocation(text=pick.choice(PLACES)),),
        employment_type="FullTime",
    )


def _cost(make: Callable[[RawPosting], object], rounds: list[list[RawPosting]]) -> float:
    """CPU seconds of the fastest round."""
    costs: list[float] = []
    for postings in rounds:
        started = time.process_time()
        for posting in postings:
            make(posting)
        costs.append(time.process_time() - started)
    return min(costs)


def main() -> None:
    count = 50 if "--smoke" in sys.argv else int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    rounds = [[make_posting(r * count + number) for number in range(count)] for r in range(ROUNDS)]
    explain(rounds[0][0])  # loads the tables
    size = sum(len(to_text(posting)) for posting in rounds[0])
    html_s, whole_s = _cost(to_text, rounds), _cost(explain, rounds)
    print(f"{count} postings of {size // count} characters")
    print(f"only HTML to text  {html_s / count * 1e3:6.2f} ms each")
    print(f"whole chain        {whole_s / count * 1e3:6.2f} ms each, {count / whole_s:.0f} a second and core")
    print(f"ratio              {whole_s / html_s:6.1f}")
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory        {peak_mb:6.0f} MB")
    result = {"postings_per_s": round(count / whole_s), "times_html": round(whole_s / html_s, 1)}
    print(json.dumps({**corpus.about(), **result, "peak_mb": round(peak_mb)}))


if __name__ == "__main__":
    main()
