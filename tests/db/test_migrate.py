"""Which migrations a database lacks, and when it is refused."""

from __future__ import annotations

import pytest

from jobwire.db.migrate import Migration, find_pending, read_migrations
from jobwire.errors import StoreMismatch

MIGRATIONS = [Migration(1, "one", "SELECT 1;"), Migration(2, "two", "SELECT 2;")]


def test_files_are_read_by_number(tmp_path):
    for name in ("0002_b.sql", "0001_a.sql", "readme.md", "3_c.sql"):
        (tmp_path / name).write_text(f"-- {name}")
    assert [(m.number, m.name) for m in read_migrations(tmp_path)] == [(1, "a"), (2, "b")]


def test_a_gap_is_a_mistake(tmp_path):
    for name in ("0001_a.sql", "0003_c.sql"):
        (tmp_path / name).write_text("")
    with pytest.raises(ValueError, match="numbered"):
        read_migrations(tmp_path)


def test_pending():
    marks = [migration.mark for migration in MIGRATIONS]
    assert find_pending(MIGRATIONS, [], migrate=True) == MIGRATIONS
    assert find_pending(MIGRATIONS, marks[:1], migrate=True) == MIGRATIONS[1:]
    assert not find_pending(MIGRATIONS, marks, migrate=False)


def test_a_newer_database_is_refused():
    with pytest.raises(StoreMismatch, match="version 3"):
        find_pending(MIGRATIONS, [*(migration.mark for migration in MIGRATIONS), "three 0"], migrate=True)


def test_a_database_behind_is_refused_where_it_may_not_be_migrated():
    with pytest.raises(StoreMismatch, match="needs 2"):
        find_pending(MIGRATIONS, [MIGRATIONS[0].mark], migrate=False)


@pytest.mark.parametrize(
    "then", ["one", Migration(1, "one", "SELECT 0;").mark, Migration(1, "uno", "SELECT 1;").mark]
)
def test_a_database_made_by_other_statements_is_refused(then):
    with pytest.raises(StoreMismatch, match="step 1"):
        find_pending(MIGRATIONS, [then], migrate=True)


def test_words_around_the_statements_are_no_change():
    assert Migration(1, "one", "-- One.\nSELECT\n    1; -- of it\n").mark == MIGRATIONS[0].mark
