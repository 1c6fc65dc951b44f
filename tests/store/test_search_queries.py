"""What searches find: words, phrases, exclusions, filters, counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.samples import BERLIN, PARIS, T0, FakeClock, put, titles

from jobwire.model.company import CompanySummary
from jobwire.model.ids import company_id
from jobwire.model.job import Compensation, QualificationBucket, Qualifications, Skill
from jobwire.store.base import Store
from jobwire.store.open import open_store
from jobwire.store.search.base import FACETS, Engine, SearchQuery
from jobwire.store.search.document import company_term, industry_term, name_term, skill_term
from jobwire.store.search.follow import SearchIndex
from jobwire.store.search.words import parse_words, relax


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    opened = open_store(tmp_path / "jobwire.db", clock)
    yield opened
    opened.close()


@pytest.fixture
def index(store: Store, engine: Engine) -> SearchIndex:
    return SearchIndex(store, engine)


def find(index: SearchIndex, store: Store, text: str = "", **fields: Any) -> list[str]:
    """Titles of the first page, best first."""
    query = SearchQuery(any_of=(parse_words(text),) if text else (), **fields)
    seqs = index.search(query).seqs
    rows = {row.seq: row for row in store.rows(seqs)}
    return titles([rows[seq] for seq in seqs if seq in rows])


def skilled(*names: str) -> Qualifications:
    skills = tuple(Skill(name=name, type="hard") for name in names)
    return Qualifications(must_have=QualificationBucket(skills=skills))


class TestWords:
    """What a query finds."""

    @pytest.fixture
    def ask(self, store: Store, index: SearchIndex) -> Callable[..., list[str]]:
        put(store, 1, title="Senior Software Engineer", description="Python and Kubernetes. Report to a manager.")
        put(store, 2, title="Software Engineering Manager", description="Lead people who write Python.")
        put(store, 3, title="Registered Nurse (m/f/d)", description="Care for patients.", locations=(PARIS,))
        put(store, 4, title="Développeur C++", description="Écrire du code. node.js aussi.")
        put(store, 5, title="C# Developer", description="Write code.")
        put(store, 6, title="経理スタッフ", description="東京で働く。")
        index.follow()
        return lambda text, **fields: find(index, store, text, **fields)

    @pytest.mark.parametrize(
        ("text", "first", "count"),
        [
            ("software engineer", "Senior Software Engineer", 2),
            ('"software engineer"', "Senior Software Engineer", 1),
            ("software -manager", "", 0),
            ('software -"engineering manager"', "Senior Software Engineer", 1),
            ("engineers", None, 2),
            ("NURSE", "Registered Nurse (m/f/d)", 1),
            ("rn", "Registered Nurse (m/f/d)", 1),
            ("swe", "Senior Software Engineer", 1),
            ("registred nurse", "Registered Nurse (m/f/d)", 1),
            ("developpeur", "Développeur C++", 1),
            ("c++", "Développeur C++", 1),
            ("c#", "C# Developer", 1),
            ("node.js", "Développeur C++", 1),
            ("経理", "経理スタッフ", 1),
            ("東京", "経理スタッフ", 1),
            ("nurse paris", "Registered Nurse (m/f/d)", 1),
            ("jobs for a nurse in Paris", "Registered Nurse (m/f/d)", 1),
            ("kubernetes", "Senior Software Engineer", 1),
            ("acme", None, 6),
            ('"', None, 6),
            ('- -- "" ...', None, 6),
            ("-nurse", None, 5),
            ("senior nurse plumber", "Registered Nurse (m/f/d)", 1),
            ("plumber xylophone", "", 0),
            ("nurse -paris -patients", "", 0),
            ('"nurse plumber"', "", 0),
            ('plumber "registered nurse"', "", 0),
        ],
    )
    def test_query(self, ask: Callable[..., list[str]], text: str, first: str | None, count: int) -> None:
        found = ask(text)
        assert len(found) == count
        assert first is None or [first] == (found[:1] or [""])

    def test_fewer_words_are_asked_for_only_if_no_job_has_all(self, ask: Any, index: SearchIndex) -> None:
        ask("")
        exact, fewer = (
            index.search(SearchQuery(any_of=(parse_words(text),)))
            for text in ("senior software", "senior software -xyz klingon")
        )
        assert (exact.total, exact.relaxed) == (1, False)
        assert (fewer.total, fewer.relaxed) == (1, True)

    def test_descriptions_can_be_left_out(self, ask: Callable[..., list[str]]) -> None:
        assert ask("kubernetes", descriptions=False) == []
        assert ask("software -manager", descriptions=False) == ["Senior Software Engineer"]

    def test_any_of_several_queries(
        self, store: Store, index: SearchIndex, ask: Callable[..., list[str]]
    ) -> None:
        both = SearchQuery(any_of=(parse_words("nurse"), parse_words("c#")))
        assert index.search(both).total == 2

    @given(text=st.text(max_size=60))
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def test_no_text_is_wrong(self, index: SearchIndex, text: str) -> None:
        index.search(SearchQuery(any_of=(parse_words(text),), facets=FACETS))

    def test_the_longest_query_is_answered(self, index: SearchIndex, ask: Callable[..., list[str]]) -> None:
        assert ask("a " * 250) == ["Senior Software Engineer"]
        assert ask(" ".join(f"zyxwv{n}" for n in range(60))) == []


def asked(text: str) -> list[list[str]]:
    return [
        [" ".join(word for piece in words.wanted for word in piece.words) for words in step]
        for step in relax(parse_words(text))
    ]


def test_what_is_given_up_first() -> None:
    assert asked("senior remote nurse") == [["remote nurse", "senior nurse"], ["nurse"]]
    assert asked("pilot baker cook") == [["baker cook", "pilot cook", "pilot baker"], ["pilot", "baker", "cook"]]
    assert asked("one two three four")[1:] == [
        ["one two", "two three", "three four"],
        ["one", "two", "three", "four"],
    ]
    assert asked("senior") == asked("nurse") == asked("") == asked('"two words"') == asked("full time") == []
    assert relax(parse_words('senior nurse "night shift" -icu')) == [(parse_words('nurse "night shift" -icu'),)]


class TestFilters:
    @pytest.fixture(autouse=True)
    def jobs(self, store: Store, index: SearchIndex) -> None:
        beta = CompanySummary(id=company_id("x"), name="Beta GmbH", industries=("Biotech",))
        dollars = Compensation(min=100_000, max=150_000, currency="USD", period="year")
        hourly = Compensation(min=20, max=20, currency="EUR", period="hour")
        put(store, 1, title="One", compensation=dollars, qualifications=skilled("Python", "SQL"))
        put(store, 2, title="Two", compensation=hourly, workplace_type="remote", qualifications=skilled("Python"))
        put(store, 3, title="Three", company=beta, locations=(PARIS, BERLIN), date_posted=T0 - timedelta(days=30))
        put(store, 4, title="Four", company=beta, date_posted=None, source="lever")
        index.follow()

    @pytest.mark.parametrize(
        ("fields", "found"),
        [
            ({"groups": (("w:remote",),)}, {"Two"}),
            ({"groups": (("s:lever", "s:ashby"), ("w:onsite",))}, {"Four"}),
            ({"groups": (("l:fr||",),)}, {"Three"}),
            ({"groups": ((skill_term("python"),),)}, {"One", "Two"}),
            ({"groups": ((company_term(company_id("x")),),)}, {"Three", "Four"}),
            ({"groups": ((name_term("beta gmbh"),),)}, {"Three", "Four"}),
            ({"without": (industry_term("BIOTECH"), skill_term("sql"))}, {"Two"}),
            ({"min_usd": 120_000}, {"One"}),
            ({"max_usd": 90_000}, {"Two"}),
            ({"posted_from": T0 - timedelta(days=5)}, {"One", "Two", "Four"}),
            ({"posted_to": T0 - timedelta(days=5)}, {"Three"}),
            ({"created_from": T0 + timedelta(seconds=1)}, set()),
            ({"first_seq": 3}, {"Three", "Four"}),
            ({"last_seq": 1}, {"One"}),
        ],
    )
    def test_filter(self, store: Store, index: SearchIndex, fields: dict[str, Any], found: set[str]) -> None:
        assert set(find(index, store, **fields)) == found

    def test_sorts(self, store: Store, index: SearchIndex) -> None:
        assert find(index, store, sort="salary")[:2] == ["One", "Two"]
        assert find(index, store, sort="date")[-1] == "Three"

    def test_pages_do_not_overlap(self, store: Store, index: SearchIndex) -> None:
        pages = [find(index, store, offset=n, limit=2) for n in (0, 2, 4)]
        assert sorted(pages[0] + pages[1]) == ["Four", "One", "Three", "Two"] and pages[2] == []

    def test_facets_count_all_that_matches(self, index: SearchIndex) -> None:
        found = index.search(SearchQuery(limit=1, facets=FACETS))
        assert found.facets["skills"] == [("Python", 2), ("SQL", 1)]
        assert found.facets["industries"] == [("Biotech", 2)]
        assert dict(found.facets["countries"]) == {"DE": 4, "FR": 1}
        assert found.facets["sources"] == [("greenhouse", 3), ("lever", 1)]
        nothing = index.search(SearchQuery(any_of=(parse_words("xylophone"),), facets=("skills",)))
        assert nothing.facets == {"skills": []}
