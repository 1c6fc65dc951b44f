"""Score responsibilities, benefits, skills, education, certifications and summary on labelled postings.

The postings (`postings_*.txt`) were written for jobwire, the later files after the first rules, those from the
third on to be hard. Rules and tables have been corrected on all of them since: these are regression scores, not
held-out ones (docs/enriching.md has those of first sight).

Labels stand in the text itself: a line that begins with `R:` is a responsibility, `B:` a benefit, `S:` may be
in the summary; `[[h|words]]` is a hard skill, `s` a soft one, `e` education, `c` a certification, `r` and `b` a
duty or a benefit within running text; a capital letter says "only preferred"; `[[h|words=Name]]` gives a name
that is right besides the words themselves.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

from jobwire.enrich.duties import find_benefits, find_responsibilities
from jobwire.enrich.finding import Source
from jobwire.enrich.html import extract_text
from jobwire.enrich.language import find_language
from jobwire.enrich.lines import split_sentences
from jobwire.enrich.qualifications import find_qualifications
from jobwire.enrich.sections import find_sections
from jobwire.enrich.summary import find_summary
from jobwire.model.job import QualificationBucket
from jobwire.model.raw import RawPosting

FOLDER = Path(__file__).parent
FILES = tuple(f"postings_{number}.txt" for number in range(1, 8))
SAME_LINE = 0.8
"""Two lines of this similarity are the same item."""
SAME_NAME = 0.75

_SPAN = re.compile(r"\[\[([a-zA-Z])\|([^\[\]=]*?)(?:=([^\[\]|]*))?(?:\|([a-z]))?\]\]")
_GENERAL_END = re.compile(r" (?:certification|certificate|card|required|preferred)$")


class Labelled(NamedTuple):
    name: str
    title: str
    text: str
    labels: dict[str, list[tuple[str, ...]]]
    """Field -> expected values, each with the spellings that are right."""
    sentences: list[str]
    """Those that may be in the summary."""


class Tally(NamedTuple):
    right: int = 0
    found: int = 0
    expected: int = 0

    def __add__(self, other: object) -> Tally:
        assert isinstance(other, Tally)
        return Tally(self.right + other.right, self.found + other.found, self.expected + other.expected)

    def rates(self) -> dict[str, float]:
        precision = self.right / self.found if self.found else 1.0
        recall = self.right / self.expected if self.expected else 1.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return {"precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3)}


def read_postings(path: Path) -> list[Labelled]:
    postings = []
    for part in path.read_text(encoding="utf-8").split("=== ")[1:]:
        head, _, body = part.partition("\n")
        name, _, title = head.split(" ", 2)
        postings.append(_read_posting(name, title, body))
    return postings


_FIELDS = {
    "h": "skills",
    "s": "skills",
    "e": "education",
    "c": "certifications",
    "r": "responsibilities",
    "b": "benefits",
}


def _read_posting(name: str, title: str, body: str) -> Labelled:
    labels: dict[str, list[tuple[str, ...]]] = {field: [] for field in _FIELDS.values()}
    sentences: list[str] = []
    lines: list[str] = []
    for line in body.splitlines():
        mark, line = (line[0], line[3:]) if line[:3] in ("R: ", "B: ", "S: ") else ("", line)
        for kind, words, other, _ in _SPAN.findall(line):
            labels[_FIELDS[kind.lower()]].append((words, other) if other else (words,))
        plain = _SPAN.sub(lambda found: found[2], line)
        item = re.sub(r"^(?:[-*•]|\d\.) ", "", plain)
        if mark == "S":
            sentences += [sentence.replace("**", "") for sentence in split_sentences(plain)]
        elif mark:
            labels[_FIELDS[mark.lower()]].append((item,))
        lines.append(plain)
    return Labelled(name, title, extract_text("\n".join(lines)), labels, sentences)


def score(files: Iterable[str] = FILES, *, show: bool = False) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 of each field over all labelled postings."""
    totals: dict[str, Tally] = {}
    for posting in (posting for file in files for posting in read_postings(FOLDER / file)):
        for field, tally in score_posting(posting, show=show).items():
            totals[field] = totals.get(field, Tally()) + tally
    return {field: tally.rates() for field, tally in totals.items()}


def score_posting(posting: Labelled, *, show: bool = False) -> dict[str, Tally]:
    raw = RawPosting(posting_id=posting.name, title=posting.title, listing_url="https://example.com/1")
    source = Source(posting=raw, text=posting.text, language=find_language(raw, posting.text).value)
    sections = find_sections(source)
    qualifications = find_qualifications(source, sections).value
    buckets = (qualifications.must_have, qualifications.preferred)
    found = {
        "responsibilities": list(find_responsibilities(source, sections).value),
        "benefits": list(find_benefits(source, sections).value),
        "skills": [skill.name for bucket in buckets for skill in bucket.skills],
        "education": _values(buckets, "education"),
        "certifications": _values(buckets, "certifications"),
    }
    tallies = {
        field: _match(posting, field, values, SAME_NAME if field == "skills" else SAME_LINE, show)
        for field, values in found.items()
    }
    tallies["summary"] = _score_summary(posting, find_summary(source, sections).value, show)
    return tallies


def _values(buckets: tuple[QualificationBucket, ...], field: str) -> list[str]:
    return [value for bucket in buckets for value in getattr(bucket, field)]


def _match(posting: Labelled, field: str, found: list[str], least: float, show: bool) -> Tally:
    """Pair each expected value with the most similar found one that is still free."""
    expected = posting.labels[field]
    free = list(found)
    missed: list[str] = []
    for spellings in expected:
        best = max(free, key=lambda value: _similarity(value, spellings), default=None)
        if best is not None and _similarity(best, spellings) >= least:
            free.remove(best)
        else:
            missed.append(spellings[0])
    if show and (missed or free):
        print(f"{posting.name} {field}: missed {missed}, wrong {free}")
    return Tally(len(found) - len(free), len(found), len(expected))


def _similarity(value: str, spellings: tuple[str, ...]) -> float:
    """`PMP` and `PMP certification` are the same."""
    value = _GENERAL_END.sub("", value.lower())
    return max(SequenceMatcher(None, value, _GENERAL_END.sub("", each.lower())).ratio() for each in spellings)


def _score_summary(posting: Labelled, summary: str | None, show: bool) -> Tally:
    """Right when every sentence of it is one that may be there, or a duty where the posting only lists these."""
    duties = [] if posting.sentences else [each for (each, *_) in posting.labels["responsibilities"]]
    right = summary is not None and all(
        any(_similarity(sentence, (each,)) > SAME_LINE for each in posting.sentences or duties)
        for sentence in split_sentences(summary)
    )
    if show and not right and (summary or posting.sentences):
        print(f"{posting.name} summary: {summary}")
    return Tally(int(right), int(summary is not None), int(bool(posting.sentences or right)))


if __name__ == "__main__":
    chosen = [name for name in sys.argv[1:] if name.endswith(".txt")] or FILES
    for name, rates in score(chosen, show="-v" in sys.argv).items():
        print(f"{name:20} {rates}")
