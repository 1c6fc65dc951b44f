"""`jobwire import` and `jobwire expire`: bring your own data, take jobs down."""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import click
import msgspec

from jobwire.cli.lines import read_lines
from jobwire.cli.opening import data_option, now, open_store
from jobwire.cli.output import err, json_option, progress, write_json
from jobwire.collect.importing import known_companies, read_company, read_job
from jobwire.enrich.sponsors import META, pack_employers, read_employers
from jobwire.errors import InvalidInput
from jobwire.model.change import Removal
from jobwire.model.company import Company
from jobwire.model.ids import parse_id
from jobwire.model.visit import RemovalReason
from jobwire.model.vocabulary import parse_source
from jobwire.settings import Settings
from jobwire.store.base import Store
from jobwire.store.records import JobEntry, Publication, Published

CHUNK = 500
SHOWN = 20
"""Bad lines that are printed in full; the rest is counted."""


@click.group("import")
def importing() -> None:
    """Bring your own data: one JSON object a line, in the shape of the feed.

    Bad lines are reported with their numbers and left out; good ones are kept. Exit code 1 says that
    something was left out. Importing the same file again changes nothing.
    """


class Receipt(msgspec.Struct, kw_only=True):
    """What an import did."""

    lines: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    reopened: int = 0
    expired: int = 0
    refused: int = 0
    held: int = 0
    errors: list[dict[str, Any]] = []

    def add(self, done: Published) -> None:
        self.new += len(done.new)
        self.changed += len(done.changed)
        self.unchanged += len(done.unchanged)
        self.reopened += len(done.reopened)
        self.expired += len(done.expired)

    def refuse(self, line: int, error: InvalidInput) -> None:
        self.refused += 1
        if len(self.errors) < 1_000:
            self.errors.append({"line": line, "field": error.field, "message": str(error)})
        if self.refused <= SHOWN:
            err.print(f"line {line}: {error}", markup=False)
        elif self.refused == SHOWN + 1:
            err.print("(further refused lines are counted, not printed)")

    def report(self, as_json: bool, what: str) -> None:
        if as_json:
            write_json(self)
            return
        text = (
            f"{what}: {self.lines} lines, {self.new} new, {self.changed} changed, {self.unchanged} unchanged, "
            f"{self.reopened} re-opened, {self.expired} expired, {self.refused} refused"
        )
        click.echo(text + (f", {self.held} held" if self.held else "") + ".")


file_argument = click.argument("file", type=click.File("rb"), metavar="FILE|-")


@importing.command("jobs")
@file_argument
@click.option("--snapshot", metavar="SOURCE", help="FILE is all there is of SOURCE: what it lacks expires.")
@click.option("--force", is_flag=True, help="With --snapshot: let it take down most of the source at once.")
@json_option
@data_option
def import_jobs(settings: Settings, file: IO[bytes], snapshot: str | None, force: bool, as_json: bool) -> None:
    """Import jobs. Each embeds its company; `id` is optional (else made from source and listing_url).

    created_at and date_posted are kept when given; updated_at is always the log's. The least that a line says
    (here cut in three; company.id is a UUID, the same for all of its jobs):

    \b
    {"source": "partner_x", "title": "Welder", "description": "You weld.",
     "listing_url": "https://example.com/jobs/1", "apply_url": "https://example.com/jobs/1",
     "company": {"id": "f0b3c7a2-9c3e-4d0e-8a51-2f6c1d7e9b10", "name": "Acme"}}

    \b
    jobwire import jobs jobs.ndjson
    zcat jobs.ndjson.gz | jobwire import jobs - --snapshot partner_x
    """
    source = parse_source(snapshot) if snapshot else None
    receipt, seen = Receipt(), set[str]()
    with closing(open_store(settings, must_exist=False)) as store, _lines(file, "Importing jobs") as lines:
        entries: list[JobEntry] = []
        companies: dict[str, Company] = {}
        for number, line in lines:
            receipt.lines += 1
            try:
                job, company = read_job(line, now(), _name_of(file))
                if source and job.source != source:
                    raise InvalidInput(
                        f"source is {job.source}, but the snapshot is of {source}.", field="source"
                    )
            except InvalidInput as error:
                receipt.refuse(number, error)
                continue
            if source:
                seen.add(job.id)
            entries.append(JobEntry(job=job))
            companies[company.id] = company
            if len(entries) >= CHUNK:
                _publish_jobs(store, entries, companies, receipt)
        _publish_jobs(store, entries, companies, receipt)
        if source:
            _expire_absent(store, source, seen, receipt, force)
    receipt.report(as_json, "Jobs")
    sys.exit(1 if receipt.refused or receipt.held else 0)


@importing.command("h1b")
@file_argument
@data_option
def import_h1b(settings: Settings, file: IO[bytes]) -> None:
    """Import a CSV of the USCIS H-1B Employer Data Hub; it replaces the one before.

    Jobs in the US of an employer with approved petitions are then marked as sponsored where the posting says
    nothing; what the posting says always counts. Stored jobs: `jobwire enrich --all --again`.
    """
    names = read_employers(io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline=""))
    with closing(open_store(settings, must_exist=False)) as store:
        store.put_meta(META, pack_employers(names))
    click.echo(f"{len(names)} employers with approved petitions.")


def _publish_jobs(store: Store, entries: list[JobEntry], companies: dict[str, Company], receipt: Receipt) -> None:
    """One id may come several times in a chunk: the last line counts."""
    if entries:
        latest = {entry.job.id: entry for entry in entries}
        receipt.add(
            store.publish(Publication(companies=tuple(companies.values()), entries=tuple(latest.values())))
        )
        entries.clear()
        companies.clear()


def _expire_absent(store: Store, source: str, seen: set[str], receipt: Receipt, force: bool) -> None:
    """A snapshot's absences, behind the same guards as a board's (invariant 4)."""
    if receipt.refused:
        err.print("Nothing expires: with refused lines the file does not say all there is.")
        return
    active = list(store.active_ids(source=source))
    absent = [job_id for job_id in active if job_id not in seen]
    if (
        not force
        and len(absent) > 5
        and len(absent) * 2 > len(active)
        and not _is_confirmed(store, source, absent)
    ):
        receipt.held = len(absent)
        err.print(
            f"{len(absent)} of {len(active)} jobs of {source} are absent at once: held until two further "
            "snapshots agree (or --force)."
        )
        return
    store.put_meta(f"snapshot:{source}", b"")
    for start in range(0, len(absent), CHUNK):
        removals = tuple(Removal(i, RemovalReason.SOURCE_REMOVED.value) for i in absent[start : start + CHUNK])
        receipt.add(store.publish(Publication(removals=removals)))


def _is_confirmed(store: Store, source: str, absent: list[str]) -> bool:
    """Whether two earlier snapshots in a row lacked the same jobs."""
    name = f"snapshot:{source}"
    digest = hashlib.sha256("\n".join(sorted(absent)).encode()).hexdigest()
    before, _, count = (store.get_meta(name) or b"").decode().partition(" ")
    times = int(count) + 1 if before == digest else 1
    store.put_meta(name, f"{digest} {times}".encode())
    return times > 2


@importing.command("companies")
@file_argument
@json_option
@data_option
def import_companies(settings: Settings, file: IO[bytes], as_json: bool) -> None:
    """Import companies: career-site rows or full profiles.

    A company without an `id` is the known one with its website or career site, if there is exactly one.
    A company with `ats` and `listing_url` appears in the career-sites feed. Fields beyond the feed's (funding,
    leadership, ratings, press, ...) are kept and shown in its profile. A field that is missing here never
    erases one that is known, and none takes the place of what the company's own site says; the console shows
    who said what.
    """
    receipt = Receipt()
    with closing(open_store(settings, must_exist=False)) as store, _lines(file, "Importing companies") as lines:
        chunk: list[Company] = []
        name, known = _name_of(file), known_companies(store)
        for number, line in lines:
            receipt.lines += 1
            try:
                chunk.append(read_company(line, now(), name, known))
            except InvalidInput as error:
                receipt.refuse(number, error)
                continue
            if len(chunk) >= CHUNK:
                _publish_companies(store, chunk, receipt)
        _publish_companies(store, chunk, receipt)
    receipt.report(as_json, "Companies")
    sys.exit(1 if receipt.refused else 0)


def _publish_companies(store: Store, chunk: list[Company], receipt: Receipt) -> None:
    if not chunk:
        return
    before = {company.id: store.get_company(company.id) for company in chunk}
    store.publish(Publication(companies=tuple(chunk)))
    for company_id, old in before.items():
        fresh = store.get_company(company_id)
        if old is None:
            receipt.new += 1
        elif fresh and fresh.updated_at != old.updated_at:
            receipt.changed += 1
        else:
            receipt.unchanged += 1
    chunk.clear()


def _name_of(file: IO[bytes]) -> str:
    """What the operator calls the file: the source of what it says of companies."""
    return Path(str(getattr(file, "name", "-"))).name


class _lines:  # noqa: N801 - reads as a verb where it is used
    """Numbered lines that are not blank, with progress; bounded memory whatever the file is."""

    def __init__(self, file: IO[bytes], what: str) -> None:
        self._file, self._what = file, what
        self._bar = progress()

    def __enter__(self) -> Iterator[tuple[int, bytes]]:
        self._bar.start()
        return self._read()

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _read(self) -> Iterator[tuple[int, bytes]]:
        task = self._bar.add_task(self._what, total=None, note="")
        for number, line in read_lines(self._file):
            if number % 100 == 0:
                self._bar.update(task, completed=number)
            yield number, line


@click.command("expire")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option(
    "--reason",
    type=click.Choice([r.value for r in RemovalReason if r is not RemovalReason.FILTER_EXIT]),
    default=RemovalReason.WITHDRAWN.value,
    show_default=True,
    help="What the change feed says.",
)
@json_option
@data_option
def expire(settings: Settings, ids: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Take jobs down. They leave the feed at once and appear among the expired ids."""
    wanted = [_parse_id(text) for text in ids]
    expired: set[str] = set()
    with closing(open_store(settings)) as store:
        for start in range(0, len(wanted), CHUNK):
            removals = tuple(Removal(i, reason) for i in dict.fromkeys(wanted[start : start + CHUNK]))
            expired.update(store.publish(Publication(removals=removals)).expired)
    left = [job_id for job_id in dict.fromkeys(wanted) if job_id not in expired]
    if as_json:
        write_json({"expired": sorted(expired), "not_active": left})
    else:
        for job_id in left:
            err.print(f"{job_id}: no active job has this id.")
        click.echo(f"{len(expired)} expired ({reason}).")
    sys.exit(1 if left else 0)


def _parse_id(text: str) -> str:
    try:
        return parse_id(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a UUID.", param_hint="ID") from None
