"""Ranking is judged: hand-written queries over a corpus with graded answers, as nDCG of the first ten."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pytest
from tests.store.relevance import JUDGED, grade, make_corpus
from tests.store.samples import FakeClock

from jobwire.model.job import Job
from jobwire.store.open import open_store
from jobwire.store.records import JobEntry, Publication
from jobwire.store.search.base import Engine, SearchQuery
from jobwire.store.search.follow import SearchIndex
from jobwire.store.search.words import parse_words

MEAN_AT_LEAST = 0.93
EACH_AT_LEAST = 0.65
DEPTH = 10
Ask = Callable[[str], list[Job]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory, make_engine: Callable[..., Engine]) -> Iterator[Ask]:
    """The first ten jobs for a query."""
    store = open_store(tmp_path_factory.mktemp("relevance") / "jobwire.db", FakeClock())
    jobs = list(make_corpus())
    store.publish(Publication(entries=tuple(JobEntry(job=job) for job in jobs)))
    index = SearchIndex(store, make_engine())
    index.follow()
    at = {row.seq: job for row, job in zip(store.page(0, len(jobs)).rows, jobs, strict=True)}
    yield lambda text: [
        at[seq] for seq in index.search(SearchQuery(any_of=(parse_words(text),), limit=DEPTH)).seqs
    ]
    index.close()
    store.close()


def gain(grades: list[int]) -> float:
    """Discounted cumulative gain: a good answer is worth less further down."""
    return sum((2**worth - 1) / math.log2(place + 2) for place, worth in enumerate(grades[:DEPTH]))


def score(query: str, found: list[Job]) -> float:
    """1: as good as the best order that there is."""
    ideal = sorted((grade(query, job) for job in make_corpus()), reverse=True)
    return gain([grade(query, job) for job in found]) / gain(ideal)


def test_a_person_agrees_with_the_order(ask: Ask) -> None:
    scores = {query: score(query, ask(query)) for query in JUDGED}
    assert len(scores) >= 30
    poor = {
        query: (round(worth, 2), _titles(ask(query))) for query, worth in scores.items() if worth < EACH_AT_LEAST
    }
    assert not poor
    assert sum(scores.values()) / len(scores) >= MEAN_AT_LEAST, dict(
        sorted(scores.items(), key=lambda item: item[1])
    )


def test_the_judge_tells_good_from_bad() -> None:
    """A random or turned order fails, so the floor means something."""
    jobs = list(make_corpus())
    for query in JUDGED:
        turned = sorted(jobs, key=lambda job: grade(query, job))
        assert score(query, turned) < EACH_AT_LEAST
        assert score(query, turned[::-1]) == pytest.approx(1)


def test_a_posting_that_only_mentions_a_role_comes_after_those_that_are_it(ask: Ask) -> None:
    assert not any("Recruiter" in job.title for job in ask("software engineer"))


def _titles(jobs: list[Job]) -> list[str]:
    return [f"{job.title} | {job.company.name} | {job.locations[0].city} | {job.workplace_type}" for job in jobs]
