"""`jobwire export`: all that is active, as NDJSON in the wire's shape."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from typing import IO

import click
import msgspec

from jobwire.cli.opening import data_option, open_store
from jobwire.cli.output import err, progress
from jobwire.model.wire import close_company, close_job, company_bytes
from jobwire.settings import Settings
from jobwire.store.base import Store


@click.command("export")
@click.option("--what", type=click.Choice(["jobs", "companies", "boards"]), default="jobs", show_default=True)
@click.option("--to", "file", type=click.File("wb"), default="-", metavar="FILE", help="[default: -]")
@data_option
def export(settings: Settings, what: str, file: IO[bytes]) -> None:
    """Write all active jobs (or companies, or boards), one JSON object a line, in the order of the log.

    `jobwire import jobs` reads it back.
    """
    with closing(open_store(settings)) as store, progress() as bar:
        counts = store.counts()
        total = {"jobs": counts.active, "companies": counts.companies, "boards": counts.boards}[what]
        task = bar.add_task(f"Exporting {what}", total=total, note="")
        write = {"jobs": _jobs, "companies": _companies, "boards": _boards}[what]
        for written, line in enumerate(write(store, settings.public_url), 1):
            file.write(line + b"\n")
            if written % 500 == 0:
                bar.update(task, completed=written)
        file.flush()
    if file is not sys.stdout.buffer:
        err.print(f"Exported {what} to {file.name}.")


def _jobs(store: Store, base_url: str) -> Iterator[bytes]:
    companies: dict[str, bytes] = {}
    after = 0
    while True:
        page = store.page(after, 1_000)
        for row in page.rows:
            if row.company_id not in companies:
                if len(companies) > 50_000:
                    companies.clear()
                company = store.get_company(row.company_id)
                assert company is not None, "a job's company is in its store"
                companies[row.company_id] = close_company(company_bytes(company), company.id, base_url)
            yield close_job(row.body, companies[row.company_id])
        after = page.seq
        if page.end:
            return


def _companies(store: Store, base_url: str) -> Iterator[bytes]:
    after = 0
    while batch := store.company_tail(after, 1_000):
        for seq, company in batch:
            after = seq
            fields = msgspec.to_builtins(company)
            del fields["provenance"]
            yield msgspec.json.encode({**fields.pop("profile"), **fields})


def _boards(store: Store, base_url: str) -> Iterator[bytes]:
    for state in store.boards():
        yield msgspec.json.encode(state)
