"""Near-duplicates across boards are marked: the same employer, like titles, nearly the same words, another board."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from tests.collect.openings import Employer, Opening
from tests.collect.world import world

from jobwire.cli.duplicates import marking
from jobwire.cli.main import cli
from jobwire.collect.near_duplicates import COMPARED_AT_ONCE, MOST_COMPARED, NearDuplicates
from jobwire.collect.worker import WorkerOptions, collect_due
from jobwire.errors import InvalidInput
from jobwire.model.change import Removal
from jobwire.model.company import CompanySummary
from jobwire.model.ids import company_id, job_id
from jobwire.model.job import Job
from jobwire.model.visit import Visit
from jobwire.settings import read_settings
from jobwire.store.base import Store
from jobwire.store.near_duplicates import put_apart, read_apart, read_near_duplicates
from jobwire.store.open import open_store
from jobwire.store.records import JobEntry, Publication, Row

AT = datetime(2026, 6, 1, tzinfo=UTC)
TEXT = " ".join(f"You plan step {n} of the work and tell colleague {n * 7} how it went." for n in range(30))
OTHER = " ".join(f"Numbers of month {n} are yours, their reasons {n * 3} as well." for n in range(30))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(tmp_path / "jobwire.db", clock=lambda: AT)) as opened:
        yield opened


@pytest.fixture
def index(tmp_path: Path) -> Iterator[NearDuplicates]:
    with closing(NearDuplicates(tmp_path / "near-duplicates.db")) as opened:
        yield opened


def put(store: Store, board: str, number: str, title: str, text: str, employer: str = "Acme GmbH") -> str:
    job = Job(
        id=job_id(board, number),
        title=title,
        company=CompanySummary(id=company_id(board), name=employer),
        description=text,
        listing_url="https://acme.example/1",
        apply_url="https://acme.example/1",
        source=board.partition(":")[0],
        created_at=AT,
        updated_at=AT,
    )
    store.publish(Publication(entries=(JobEntry(job=job, board_key=board, posting_id=number),)))
    return job.id


def marks(store: Store, marked: str) -> list[str]:
    return [mark.job_id for mark in read_near_duplicates(store, marked)]


def test_one_opening_on_two_boards_is_marked_on_both_sides(store: Store, index: NearDuplicates) -> None:
    first = put(store, "lever:acme", "1", "Senior Cook (m/f/d)", TEXT)
    second = put(store, "greenhouse:acme", "7", "Senior Cook", TEXT.replace("step 3 ", "stage 3 "), "ACME")
    assert index.follow(store) == 2, "both were compared"
    (mark,) = read_near_duplicates(store, first)
    assert (mark.job_id, mark.board, mark.title) == (second, "greenhouse:acme", "Senior Cook")
    assert 0.8 <= mark.similarity < 1
    assert marks(store, second) == [first]
    assert dict(index.pairs())[first] == [mark]
    assert store.counts().active == 2, "both stay"
    assert index.follow(store) == 0, "nothing is looked at twice"


@pytest.mark.parametrize(
    ("board", "title", "text", "employer"),
    [
        ("lever:acme", "Senior Cook", TEXT, "Acme GmbH"),  # its own board
        ("ashby:acme", "Head of Kitchen", TEXT, "Acme GmbH"),
        ("ashby:acme", "Senior Cook", OTHER, "Acme GmbH"),
        ("ashby:acme", "Senior Cook", TEXT, "Tern Ltd"),
        ("ashby:acme", "Senior Cook", "", "Acme GmbH"),
    ],
)
def test_what_differs_more_is_not(
    store: Store, index: NearDuplicates, board: str, title: str, text: str, employer: str
) -> None:
    first = put(store, "lever:acme", "1", "Senior Cook", TEXT)
    second = put(store, board, "2", title, text, employer)
    index.follow(store)
    assert marks(store, first) == marks(store, second) == [] and not list(index.pairs())


def test_a_mark_goes_with_its_reason(store: Store, index: NearDuplicates) -> None:
    first, second = (put(store, board, "1", "Cook", TEXT) for board in ("lever:acme", "ashby:acme"))
    third = put(store, "gem:acme", "1", "Cook", TEXT)
    index.follow(store)
    assert set(marks(store, first)) == {second, third}
    put(store, "gem:acme", "1", "Cook", OTHER)
    store.publish(Publication(removals=(Removal(second, "source_removed"),)))
    index.follow(store)
    assert marks(store, first) == marks(store, second) == marks(store, third) == []
    assert store.get_meta(f"near_duplicates:{first}") is None, "nothing is left of it"
    put(store, "ashby:acme", "1", "Cook", TEXT)
    index.follow(store)
    assert marks(store, first) == [second], "re-opened"


def test_only_employers_of_several_boards_cost_a_comparison(store: Store, index: NearDuplicates) -> None:
    """Each job of theirs is compared once: when there is a second board, or when it is new or edited."""
    for number in range(4):
        put(store, "lever:acme", str(number), "Cook", TEXT)
        put(store, "lever:tern", str(number), "Cook", TEXT, "Tern")
    assert index.follow(store) == 0
    put(store, "ashby:acme", "1", "Cook", TEXT)
    assert index.follow(store) == 5
    put(store, "lever:acme", "9", "Cook", TEXT)
    put(store, "lever:tern", "9", "Cook", TEXT, "Tern")
    assert index.follow(store) == 1


def test_a_board_that_learns_its_employer_s_name_is_compared_by_it(store: Store, index: NearDuplicates) -> None:
    """Many boards say the name at the end of their first visit only."""
    first = put(store, "lever:acme", "1", "Cook", TEXT)
    second = put(store, "ashby:a17", "1", "Cook", TEXT, "A17")
    third = put(store, "gem:a17", "1", "Cook", TEXT, "A17")
    index.follow(store)
    assert (marks(store, first), marks(store, second)) == ([], [third])
    company = store.get_company(company_id("ashby:a17"))
    assert company
    store.publish(Publication(companies=(msgspec.structs.replace(company, name="Acme"),)))
    index.follow(store)
    assert (marks(store, first), marks(store, second), marks(store, third)) == ([second], [first], [])


def test_what_a_person_told_apart_stays_unmarked(store: Store, index: NearDuplicates, tmp_path: Path) -> None:
    first, second = (put(store, board, "1", "Cook", TEXT) for board in ("lever:acme", "ashby:acme"))
    index.follow(store)

    def say(*arguments: str) -> None:
        done = CliRunner().invoke(cli, ["duplicates", *arguments, "--data", str(tmp_path)])
        assert done.exit_code == 0, done.output

    say("--apart", first, second)
    assert marks(store, first) == marks(store, second) == []
    say("--again")
    put(store, "lever:acme", "1", "Cook", TEXT + " Today.")
    index.follow(store)
    assert marks(store, first) == marks(store, second) == []
    say("--alike", second.upper(), first)
    assert (marks(store, first), marks(store, second)) == ([second], [first])


def test_only_two_jobs_of_the_store_are_told_apart(store: Store) -> None:
    first, second = (put(store, board, "1", "Cook", TEXT) for board in ("lever:acme", "ashby:acme"))
    unknown = job_id("lever:acme", "unknown")
    for a, b, apart, reason in (
        (first, first.upper(), True, "are one job"),
        (first, unknown, True, f"no job {unknown}"),
        ("\udcff", second, True, "is not the id of a job"),
        (first[:-1], second, True, "is not the id of a job"),
        (first, second, False, "are not told apart"),
    ):
        with pytest.raises(InvalidInput, match=reason):
            put_apart(store, a, b, apart=apart)
    assert read_apart(store) == frozenset()
    put_apart(store, first.upper(), second, apart=True)
    assert read_apart(store) == {(min(first, second), max(first, second))}


def test_a_visit_marks_what_it_published(tmp_path: Path) -> None:
    """Two boards of one employer: the collector marks, and takes the mark away when a job has ended."""

    def employ(ats: str, first: int) -> Employer:
        cook = Opening(number=first, name="Cook", text=TEXT)
        clerk = Opening(number=first + 1, name="Clerk", text=OTHER)
        return Employer(ats=ats, token=f"employer{first}", name="Acme", openings={first: cook, first + 1: clerk})

    employers = [employ("greenhouse", 1), employ("lever", 3)]

    async def run() -> None:
        async with world(tmp_path, employers) as made:
            with closing(NearDuplicates(tmp_path / "near-duplicates.db")) as made.index:
                await made.visit()
                marked = [job for job in made.store.active_ids() if marks(made.store, job)]
                assert len(marked) == 4
                next(iter(employers[0].openings.values())).is_open = False
                for _ in range(3):
                    await made.visit()
                assert len([job for job in made.store.active_ids() if marks(made.store, job)]) == 2

    asyncio.run(run())


def test_an_index_that_is_lost_is_made_anew_with_the_same_marks(store: Store, tmp_path: Path) -> None:
    first, second = (put(store, board, "1", "Cook", TEXT) for board in ("lever:acme", "ashby:acme"))
    for name in ("a.db", "b.db"):
        with closing(NearDuplicates(tmp_path / name)) as index:
            assert index.follow(store) == 2
        assert (marks(store, first), marks(store, second)) == ([second], [first])


@pytest.mark.parametrize("how", ["deleted", "again"])
def test_marks_do_not_outlive_the_index_that_made_them(store: Store, tmp_path: Path, how: str) -> None:
    first, second = (put(store, board, "1", "Cook", TEXT) for board in ("lever:acme", "ashby:acme"))
    path = tmp_path / "near-duplicates.db"
    with closing(NearDuplicates(path)) as index:
        index.follow(store)
        store.publish(Publication(removals=(Removal(second, "source_removed"),)))
        if how == "again":
            index.start_over()
    if how == "deleted":
        path.unlink()
    with closing(NearDuplicates(path)) as index:
        index.follow(store)
    assert marks(store, first) == marks(store, second) == []


def test_an_index_of_another_store_or_of_a_later_moment_begins_anew(
    store: Store, index: NearDuplicates, tmp_path: Path
) -> None:
    put(store, "lever:acme", "1", "Cook", TEXT)
    now, backup = (sqlite3.connect(tmp_path / name) for name in ("jobwire.db", "backup.db"))
    with closing(now), closing(backup):
        now.backup(backup)
    for number in range(3):
        put(store, "gem:tern", str(number), "Clerk", OTHER, "Tern")
    for name, ahead in (("backup.db", 0), ("other.db", 9)):
        index.follow(store)
        with closing(open_store(tmp_path / name, clock=lambda: AT)) as opened:
            for number in range(ahead):
                put(opened, "gem:tern", str(number), "Clerk", OTHER, "Tern")
            first, second = (put(opened, board, "1", "Cook", TEXT) for board in ("lever:acme", "ashby:acme"))
            assert index.follow(opened) == 2
            assert (marks(opened, first), marks(opened, second)) == ([second], [first])


def test_an_index_that_another_process_writes_can_be_opened(
    store: Store, index: NearDuplicates, tmp_path: Path
) -> None:
    index.follow(store)
    with closing(sqlite3.connect(tmp_path / "near-duplicates.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        NearDuplicates(tmp_path / "near-duplicates.db").close()


def test_a_collector_starts_where_there_can_be_no_index(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "near-duplicates.db").mkdir()
    with marking(read_settings({"data": str(tmp_path)}, {})) as index:
        assert index is None
    assert "Near-duplicates are not marked" in capsys.readouterr().err


def test_following_ends_with_its_portion_when_the_index_is_closed(
    store: Store, index: NearDuplicates, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2 * COMPARED_AT_ONCE):
        put(store, ("lever:acme", "ashby:acme")[number % 2], str(number), "Cook", TEXT)
    read = store.get_job
    begun = threading.Event()

    def read_slowly(job: str) -> Row | None:
        begun.set()
        assert index._closed.wait(20)
        return read(job)

    monkeypatch.setattr(store, "get_job", read_slowly)
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(index.follow, store)
        assert begun.wait(20)
        index.close()
        assert following.result() == COMPARED_AT_ONCE
    assert index.follow(store) == 0


class _Endless(NearDuplicates):
    """As an index that has a large store before it."""

    def follow(self, store: Store, again: Iterable[str] = ()) -> int:
        self._closed.wait(20)
        return 0


def test_neither_visits_nor_the_end_wait_for_marks(tmp_path: Path) -> None:
    cook = Opening(number=1, name="Cook", text=TEXT)
    employers = [Employer(ats="lever", token=f"employer{n}", name="Acme", openings={1: cook}) for n in range(3)]
    visited = []

    async def run() -> None:
        stop = asyncio.Event()

        def on_visit(visit: Visit) -> None:
            visited.append(visit.board_key)
            if len(visited) == len(employers):
                stop.set()

        async with world(tmp_path, employers) as made:
            with closing(_Endless(tmp_path / "near-duplicates.db")) as index:
                options = WorkerOptions(parallel=1)
                work = collect_due(
                    made.store, made.fetch, made.clock, options=options, index=index, stop=stop, on_visit=on_visit
                )
                await asyncio.wait_for(work, 10)

    asyncio.run(run())
    assert len(visited) == len(employers)


def test_a_posting_costs_the_same_among_many(store: Store, index: NearDuplicates) -> None:
    """A chain that lists one text a thousand times on its board is looked at MOST_COMPARED times a band."""
    for number in range(3 * MOST_COMPARED):
        put(store, "lever:acme", str(number), "Cook", TEXT)
    late = put(store, "ashby:acme", "1", "Cook", TEXT)
    index.follow(store)
    assert 0 < len(marks(store, late)) <= 5
    pairs = dict(index.pairs())
    assert len(pairs) <= 2 * 16 * MOST_COMPARED + 1


def test_the_command_lists_them_whatever_became_of_its_file(store: Store, tmp_path: Path) -> None:
    first, second = (put(store, board, "1", "Cook", TEXT) for board in ("lever:acme", "ashby:acme"))
    (tmp_path / "near-duplicates.db").write_bytes(b"not a database, or not any more" * 1_000)
    shown = CliRunner().invoke(cli, ["duplicates", "--data", str(tmp_path), "--json"])
    assert shown.exit_code == 0, shown.output
    found = {row["job_id"]: row["near_duplicates"][0]["job_id"] for row in msgspec.json.decode(shown.output)}
    assert found == {first: second, second: first}
