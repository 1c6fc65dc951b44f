"""Acceptance: every real capture of the three first ATS and of schema.org pages, from career site to equal copy."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest
from tests.spine.sample_boards import SAMPLES, Played, load_boards, load_pages, make_app
from tests.spine.spine import Spine, running

from jobwire.cli.background import serve_sites
from jobwire.cli.boards import add_board
from jobwire.model.board import Board
from jobwire.model.job import Job
from jobwire.model.visit import Completeness, Outcome
from jobwire.sync import Sync

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples folder is not beside the project")


def read_feed(spine: Spine) -> dict[str, Job]:
    jobs: dict[str, Job] = {}
    cursor = None
    while True:
        page = spine.client.fetch_jobs(cursor=cursor, batch_size=100)
        for row in page.rows:
            job = msgspec.json.decode(bytes(row), type=Job)
            jobs[job.id] = job
        cursor = page.next_cursor
        if not page.has_more:
            return jobs


def check_job(job: Job, *, has_text: bool = True) -> None:
    assert job.id and job.title.strip() and bool(job.description.strip()) == has_text
    assert "<p>" not in job.description
    assert job.listing_url.startswith("http") and job.apply_url.startswith("http")
    assert job.company.name.strip() and job.company.details_url
    assert job.created_at.tzinfo and job.updated_at.tzinfo


def biggest(boards: list[Played]) -> Played:
    return max(boards, key=lambda board: len(board.rows))


def test_every_captured_job_comes_through_and_removals_are_exact(tmp_path: Path) -> None:
    boards, pages = load_boards(), load_pages()
    with serve_sites(make_app(boards, pages)) as sites, running(tmp_path, sites) as spine:
        spine.add(*(board.url for board in boards))
        visits = spine.visit()
        assert {v.outcome for v in visits} == {Outcome.CHANGED}
        assert {v.completeness for v in visits} == {Completeness.COMPLETE}
        expected = sum(len({row["id"] for row in board.rows}) for board in boards)
        jobs = read_feed(spine)
        assert len(jobs) == expected == sum(v.new for v in visits)
        for job in jobs.values():  # one capture was made without `content=true`
            check_job(job, has_text="/flex" not in job.listing_url and "flex" not in job.company.name.lower())
        dated = sum(job.date_posted is not None for job in jobs.values() if job.source != "lever")
        assert dated == sum(job.source != "lever" for job in jobs.values())

        head = spine.store.head()
        assert all(v.outcome is Outcome.UNCHANGED for v in spine.visit())
        assert spine.store.head() == head, "a second visit writes nothing"

        board = biggest(boards)
        gone = {str(row["id"]) for row in board.rows[:10]}
        board.rows = board.rows[10:]
        assert sum(v.expired for v in spine.visit()) == 0
        assert sum(v.expired for v in spine.visit()) == 10
        postings = spine.store.postings(board.board.key)
        assert {p.posting_id for p in postings.values() if not p.active} == gone

        copy = tmp_path / "copy.db"
        receipt = Sync(spine.client, f"sqlite:///{copy}").run()
        assert receipt.outcome == "complete"
        with sqlite3.connect(copy) as database:
            copied = {row[0] for row in database.execute("SELECT id FROM jobs WHERE expired_at IS NULL")}
        assert copied == set(read_feed(spine))


def test_schema_org_pages_come_through_a_sitemap(tmp_path: Path) -> None:
    pages = load_pages()
    with serve_sites(make_app([], pages)) as sites, running(tmp_path, sites) as spine:
        for url in pages:
            host = url.split("/")[2]
            add_board(spine.store, Board(ats="generic", token=host, host=host, url=f"https://{host}/"))
        visits = spine.visit()
        assert [(v.outcome, v.fetched) for v in visits] == [(Outcome.CHANGED, 1)] * len(pages), visits
        for job in read_feed(spine).values():
            check_job(job)
            assert job.date_posted is not None
        assert {v.outcome for v in spine.visit()} == {Outcome.UNCHANGED}
