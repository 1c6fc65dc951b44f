"""What changed is recorded: which fields of a job each new version shows differently."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from tests.collect.openings import make_employers
from tests.collect.world import World, world

from jobwire.store.changes import KEPT, Change, describe_change, list_changed, read_changes


def fields_of(found: World, job_id: str) -> list[tuple[str, ...]]:
    return [change.fields for change in read_changes(found.store.get_raw(job_id))]


def test_each_version_of_a_job_tells_what_a_person_sees_differently(tmp_path: Path) -> None:
    employers = make_employers(["lever"], 1, 12)
    openings = list(employers[0].openings.values())

    async def run() -> None:
        async with world(tmp_path, employers) as found:
            await found.visit()
            ids = {opening.number: found.active()[opening.title].id for opening in openings}
            job_id, other = ids[openings[0].number], ids[openings[1].number]
            assert fields_of(found, job_id) == []
            openings[0].name = "Head Welder of the North"
            await found.visit()
            (renamed,) = fields_of(found, job_id)
            assert "title" in renamed and "locations" not in renamed and "updated_at" not in renamed
            openings[0].place = "Austin, TX, United States"
            await found.visit()
            assert "locations" in fields_of(found, job_id)[1] and "title" not in fields_of(found, job_id)[1]
            openings[0].is_open = False
            for _ in range(3):
                await found.visit(timedelta(hours=8))
            openings[0].is_open = True
            await found.visit()
            assert fields_of(found, job_id)[2:] == [("re-opened",)]
            employers[0].footer = "Write to us, we answer every letter that we get."
            await found.visit()
            assert len(fields_of(found, job_id)) == 3, "an edit of boilerplate is no change, and forgets none"
            assert fields_of(found, other) == []
            times = [change.at for change in read_changes(found.store.get_raw(job_id))]
            assert times == sorted(times) and all(at.tzinfo for at in times)

    asyncio.run(run())


def test_a_long_life_is_cut(tmp_path: Path) -> None:
    employers = make_employers(["ashby"], 1, 12)
    opening = next(iter(employers[0].openings.values()))

    async def run() -> None:
        async with world(tmp_path, employers) as found:
            await found.visit()
            job_id = found.active()[opening.title].id
            for edition in range(1, KEPT + 3):
                opening.edition = edition
                await found.visit()
            assert len(fields_of(found, job_id)) == KEPT

    asyncio.run(run())


def test_bookkeeping_is_no_change() -> None:
    before = {"id": "1", "title": "Cook", "updated_at": "a", "company": None, "compensation": None}
    after = {"id": "2", "title": "Chef", "updated_at": "b", "company": {}, "compensation": {"min": 1}}
    assert list_changed(before, after) == ("title", "compensation")
    assert list_changed(before, before) == ()


def test_a_change_is_told_in_words() -> None:
    (change,) = read_changes(
        b'{"posting_id": "1", "changes": [{"at": "2026-06-01T00:00:00Z", "fields": ["title"]}]}'
    )
    assert describe_change(change) == "changed: title"
    assert describe_change(Change(change.at, ("re-opened",))) == "re-opened"
    assert read_changes(None) == read_changes(b'{"posting_id": "1"}') == ()


def test_explain_tells_what_changed(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from jobwire.cli.main import cli

    employers = make_employers(["lever"], 1, 12)
    opening = next(iter(employers[0].openings.values()))

    async def run() -> str:
        async with world(tmp_path, employers) as found:
            await found.visit()
            job_id = found.active()[opening.title].id
            opening.name = "Head Welder of the North"
            await found.visit()
            return job_id

    job_id = asyncio.run(run())
    shown = CliRunner().invoke(cli, ["explain", job_id, "--data", str(tmp_path)])
    assert shown.exit_code == 0, shown.output
    assert "changed: title" in shown.output
