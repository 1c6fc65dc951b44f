"""`jobwire duplicates`: jobs of one employer on two boards that read alike."""

from __future__ import annotations

from contextlib import closing

import click
import msgspec

from jobwire.cli.opening import data_option, open_store
from jobwire.cli.output import err, json_option, out, write_json
from jobwire.collect.near_duplicates import NearDuplicates
from jobwire.settings import Settings
from jobwire.store.near_duplicates import NearDuplicate

FILE = "near-duplicates.db"
"""In the data folder. It may be deleted: the next run makes it anew."""


@click.command("duplicates")
@json_option
@data_option
def duplicates(settings: Settings, as_json: bool) -> None:
    """Mark jobs that the same employer lists on two boards in nearly the same words, and list them.

    Nothing is merged and consumers see nothing of it: the marks are for people, here and at the console. Each run
    takes in what the log holds beyond the last one.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with closing(open_store(settings)) as store, closing(NearDuplicates(settings.data / FILE)) as index:
        looked = index.follow(store)
        pairs = list(index.pairs())
    if as_json:
        write_json([{"job_id": job_id, "near_duplicates": msgspec.to_builtins(marks)} for job_id, marks in pairs])
        return
    for job_id, marks in pairs:
        out.print(job_id, markup=False)
        for mark in marks:
            out.print(f"  {_describe(mark)}", markup=False)
    err.print(f"{len(pairs)} jobs are marked; {looked} positions of the log were new.", style="dim")


def _describe(mark: NearDuplicate) -> str:
    return f"{mark.similarity:.0%} of the words alike: {mark.title} ({mark.board}, {mark.job_id})"
