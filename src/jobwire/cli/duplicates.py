"""`jobwire duplicates`: jobs of one employer on two boards that read alike."""

from __future__ import annotations

from contextlib import closing

import click
import msgspec

from jobwire.cli.opening import data_option, open_store
from jobwire.cli.output import err, json_option, out, write_json
from jobwire.collect.likeness import Likeness
from jobwire.settings import Settings
from jobwire.store.likes import Like

FILE = "likeness.db"
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
    with closing(open_store(settings)) as store, closing(Likeness(settings.data / FILE)) as index:
        looked = index.follow(store)
        pairs = list(index.pairs())
    if as_json:
        write_json([{"job_id": job_id, "likes": msgspec.to_builtins(likes)} for job_id, likes in pairs])
        return
    for job_id, likes in pairs:
        out.print(job_id, markup=False)
        for like in likes:
            out.print(f"  {_describe(like)}", markup=False)
    err.print(f"{len(pairs)} jobs are marked; {looked} positions of the log were new.", style="dim")


def _describe(like: Like) -> str:
    return f"{like.likeness:.0%} of the words alike: {like.title} ({like.board}, {like.job_id})"
