"""`jobwire duplicates`: jobs of one employer on two boards that read alike."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

import click
import msgspec

from jobwire.cli.opening import data_option, open_store
from jobwire.cli.output import err, json_option, out, write_json
from jobwire.collect.near_duplicates import NearDuplicates
from jobwire.errors import ConfigError, JobwireError
from jobwire.settings import Settings
from jobwire.store.near_duplicates import NearDuplicate, put_apart

FILE = "near-duplicates.db"
"""In the data folder. It may be deleted: the next run makes it anew."""


@contextmanager
def marking(settings: Settings) -> Iterator[NearDuplicates | None]:
    """The index of near-duplicates, which the collectors of a data folder share. They do without as well."""
    index = None
    try:
        index = _open_index(settings.data / FILE)
    except (JobwireError, OSError) as error:
        err.print(f"Near-duplicates are not marked: {error}", markup=False)
    with closing(index) if index else nullcontext():
        yield index


def _open_index(path: Path) -> NearDuplicates:
    """A file that is damaged is thrown away: no collector waits for what can be made anew."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return NearDuplicates(path)
    except ConfigError:
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return NearDuplicates(path)


@click.command("duplicates")
@click.option("--apart", nargs=2, metavar="JOB JOB", help="These are not the same opening: mark them no more.")
@click.option("--alike", nargs=2, metavar="JOB JOB", help="Take that back.")
@click.option("--again", is_flag=True, help="Compare all jobs anew.")
@json_option
@data_option
def duplicates(
    settings: Settings, apart: tuple[str, str] | None, alike: tuple[str, str] | None, again: bool, as_json: bool
) -> None:
    """List jobs that the same employer lists on two boards in nearly the same words.

    Collectors mark them after each visit that published something. Nothing is merged and consumers see nothing of
    it: the marks are for people, here and at the console. What no collector has compared yet is compared now.
    """
    with closing(open_store(settings)) as store, closing(_open_index(settings.data / FILE)) as index:
        if again:
            index.start_over()
        told = [put_apart(store, *pair, apart=said) for pair, said in ((apart, True), (alike, False)) if pair]
        compared = index.follow(store, itertools.chain(*told))
        pairs = list(index.pairs())
    if as_json:
        write_json([{"job_id": job_id, "near_duplicates": msgspec.to_builtins(marks)} for job_id, marks in pairs])
        return
    for job_id, marks in pairs:
        out.print(job_id, markup=False)
        for mark in marks:
            out.print(f"  {_describe(mark)}", markup=False)
    err.print(f"{len(pairs)} jobs are marked; {compared} were compared now.", style="dim")


def _describe(mark: NearDuplicate) -> str:
    return f"{mark.similarity:.0%} of the words alike: {mark.title} ({mark.board}, {mark.job_id})"
