"""`jobwire enrich` and `jobwire explain`: clean records of raw postings, and why they are as they are."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import IO, Any

import click
import msgspec
from rich.table import Table
from rich.text import Text

from jobwire.cli.lines import read_lines
from jobwire.cli.opening import data_option, fetch_options, fetcher, now, open_store
from jobwire.cli.output import err, json_option, out, printable, progress, write_json
from jobwire.collect.importing import MAX_LINE
from jobwire.enrich import ENRICH_VERSION, enrich, enrich_record, explain, may_sponsor
from jobwire.enrich.finding import Finding
from jobwire.enrich.record import find_country_hint, parse_record
from jobwire.enrich.sponsors import META, read_employers, unpack_employers
from jobwire.errors import ConfigError, InvalidInput
from jobwire.model.company import CompanySummary
from jobwire.model.ids import parse_id
from jobwire.model.job import Compensation, Job, Location, QualificationBucket, Qualifications
from jobwire.model.raw import RawPosting
from jobwire.model.times import format_time
from jobwire.settings import Settings
from jobwire.store.base import Store
from jobwire.store.changes import Change, describe_change, read_changes
from jobwire.store.records import JobEntry, Publication

CHUNK = 500
_NAME_CHARS = 22
ASKED_AT_ONCE = 4
"""Questions to the model side by side."""
Fill = Callable[[Job], Job]

h1b_option = click.option(
    "--h1b",
    metavar="CSV|store",
    help="Employers with H-1B petitions: a CSV of the USCIS Employer Data Hub, or the list in the store.",
)


@click.command("enrich")
@click.argument("file", type=click.File("rb"), required=False, metavar="[FILE|-]")
@click.option("--all", "everything", is_flag=True, help="Enrich the stored postings again (older versions only).")
@click.option("--again", is_flag=True, help="With --all: also what this version has enriched already.")
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="With --all.")
@click.option("--llm", "with_llm", is_flag=True, help="Let the model of llm_url fill what the rules leave open.")
@h1b_option
@data_option
def enriching(
    settings: Settings,
    file: IO[bytes] | None,
    everything: bool,
    again: bool,
    processes: int,
    with_llm: bool,
    h1b: str | None,
) -> None:
    """Print a clean record for each raw posting in FILE (one JSON object a line).

    Fields: title, location (or locations), description (HTML or text), and what else you have: country,
    company, url, employment_type, workplace_type, salary, date_posted, ... A line that cannot be read is
    reported with its number; the exit code is then 1.

    \b
    echo '{"title": "Nurse (RN)", "location": "Austin, TX", "description": "$40/hr"}' | jobwire enrich -
    """
    if everything == bool(file):
        raise click.UsageError("Name a FILE (or -), or --all.")
    if everything and h1b:
        raise click.UsageError("--all uses the list of the store.")
    with _open_llm(settings) if with_llm else nullcontext(_leave) as fill:
        if everything:
            _enrich_store(settings, processes, ENRICH_VERSION + 1 if again else ENRICH_VERSION, fill)
            return
        assert file is not None
        sys.exit(1 if _enrich_file(file, fill, _read_sponsors(h1b, settings)) else 0)


def _read_sponsors(h1b: str | None, settings: Settings) -> Collection[str]:
    """What `--h1b` names. Raises ClickException, ConfigError, InvalidInput."""
    if h1b is None:
        return frozenset()
    if h1b == "store":
        with closing(open_store(settings)) as store:
            return unpack_employers(store.get_meta(META))
    try:
        with Path(h1b).open(encoding="utf-8", errors="replace", newline="") as lines:
            return read_employers(lines)
    except OSError as error:
        raise click.BadParameter(f"{h1b}: {error.strerror}.", param_hint="--h1b") from error


def _enrich_file(file: IO[bytes], fill: Fill, sponsors: Collection[str]) -> int:
    """Print a record for each line; how many lines were refused."""
    refused = 0
    for number, line in read_lines(file):
        try:
            write_json(fill(enrich_record(_decode(line), at=now(), sponsors=sponsors)))
        except InvalidInput as error:
            refused += 1
            err.print(f"line {number}: {error}", markup=False)
    return refused


def _leave(job: Job) -> Job:
    return job


@contextmanager
def _open_llm(settings: Settings) -> Iterator[Fill]:
    """The optional model, its answers and its budget kept in the data folder. Raises ConfigError."""
    from jobwire.enrich.llm import Llm, LlmSettings
    from jobwire.enrich.llm_memory import LlmMemory

    if not (settings.llm_url and settings.llm_model):
        raise ConfigError("No model is set.", hint="Set llm_url and llm_model (docs/enriching.md).")
    known = LlmSettings(
        url=settings.llm_url,
        model=settings.llm_model,
        api_key=settings.llm_key,
        calls_per_day=settings.llm_calls_per_day,
    )
    with closing(LlmMemory(settings.data)) as memory:
        llm = Llm(known, cache=memory, today=lambda: now().date(), spend=memory.spend)
        try:
            yield llm.fill
        finally:
            for why, count in llm.unanswered.most_common():
                err.print(f"The model did not fill {count} records: {why}.", markup=False)


def _decode(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise InvalidInput(f"The line is longer than {MAX_LINE >> 20} MiB.")
    try:
        record = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(f"Not JSON: {error}.") from error
    if not isinstance(record, dict):
        raise InvalidInput("Expected an object.")
    return record


# --- all that is stored ---------------------------------------------------------------------------------


def _enrich_store(settings: Settings, processes: int, below_version: int, fill: Fill) -> None:
    """Resumable: each chunk that is published is done, and a next run begins after it."""
    changed = total = 0
    with closing(open_store(settings)) as store, progress() as bar, ProcessPoolExecutor(processes) as pool:
        task = bar.add_task("Enriching again", total=store.counts().active, note="")
        after = ""
        finish = partial(_finish, store, unpack_employers(store.get_meta(META)), fill)
        while rows := store.raw_postings(after, CHUNK, below_version=below_version):
            after = rows[-1][0]
            jobs = [row[0] for row in rows], [row[3] for row in rows]
            fresh = list(pool.map(_enrich_again, *jobs, chunksize=25))
            with ThreadPoolExecutor(ASKED_AT_ONCE) as threads:
                entries = tuple(filter(None, threads.map(finish, jobs[0], fresh)))
            done = store.publish(Publication(entries=entries))
            changed += len(done.changed)
            total += len(rows)
            bar.update(task, completed=total, note=f"{changed} changed")
    click.echo(f"{total} postings enriched again by version {ENRICH_VERSION}, {changed} really changed.")


def _enrich_again(job_id: str, raw: bytes) -> bytes:
    """In a worker process: the record as JSON, with a company and times that the store replaces."""
    posting = msgspec.json.decode(raw, type=RawPosting)
    at = now()
    job = enrich(
        posting, source="", company=CompanySummary(id="", name=""), job_id=job_id, created_at=at, updated_at=at
    )
    return msgspec.json.encode(job)


def _finish(store: Store, sponsors: frozenset[str], fill: Fill, job_id: str, fresh: bytes) -> JobEntry | None:
    """The entry to publish: the fresh record with what only the store and the operator know."""
    row = store.get_log_row(job_id)
    if row is None or row.body is None:
        return None  # gone meanwhile
    old = msgspec.json.decode(row.body + b'{"id":"","name":""}}', type=Job)
    company = store.get_company(row.company_id)
    assert company is not None, "a job's company is in its store"
    job = msgspec.structs.replace(
        msgspec.json.decode(fresh, type=Job),
        source=old.source,
        company=company.summarize(),
        created_at=old.created_at,
    )
    if job.is_h1b_sponsor is None and may_sponsor(job.locations, company.name, sponsors):
        job = msgspec.structs.replace(job, is_h1b_sponsor=True)
    return JobEntry(job=fill(job), enrich_version=ENRICH_VERSION)


# --- explain --------------------------------------------------------------------------------------------


@click.command("explain")
@click.argument("target", metavar="JOB_ID|FILE|URL")
@json_option
@h1b_option
@fetch_options
@data_option
def explaining(settings: Settings, target: str, as_json: bool, h1b: str | None) -> None:
    """Say for each field what its value is, which rule found it where, and what was rejected.

    TARGET is the id of a stored job, a FILE with one raw posting (JSON; - for standard input), or the URL of a
    posting or a board (its first posting).
    """
    posting, hints, changes = _find_posting(target, settings)
    if h1b:
        hints["sponsors"] = _read_sponsors(h1b, settings)
    hints.setdefault("employer", posting.company_name or "")
    findings = explain(posting, **hints)
    if as_json:
        write_json(findings)
        return
    out.print(printable(posting.title), style="bold", markup=False)
    for name, finding in findings.items():
        _show_finding(name, finding)
    for change in changes:
        out.print(f"{format_time(change.at):<22} {describe_change(change)}", style="dim", markup=False)


def _show_finding(name: str, finding: Finding[Any]) -> None:
    reason = f"{finding.rule} from {finding.origin}" if finding.origin else finding.rule
    words = f': "{finding.span[:100]}"' if finding.span else ""
    beside = [f"{reason}{words}"] if reason or words else []
    beside += [f"not {rejected.value[:80]!r}: {rejected.why}" for rejected in finding.rejected[:5]]
    table = Table.grid(padding=(0, 1))
    table.add_column(width=_NAME_CHARS, no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(name, Text(printable(_short(finding.value))))
    for text in beside:
        table.add_row("", Text(printable(text), style="dim"))
    out.print(table, soft_wrap=False)


def _find_posting(target: str, settings: Settings) -> tuple[RawPosting, dict[str, Any], Sequence[Change]]:
    """The raw posting, what else `explain` is told of it, and what changed in it."""
    if "://" in target:
        return asyncio.run(_fetch_posting(target, settings)), {}, ()
    if target == "-" or Path(target).is_file():
        data = sys.stdin.buffer.read() if target == "-" else Path(target).read_bytes()
        record = _decode(data)
        return parse_record(record), {"country": find_country_hint(record)}, ()
    try:
        job_id = parse_id(target)
    except ValueError:
        raise click.BadParameter(f"{target!r} is no job id, no file and no URL.", param_hint="TARGET") from None
    with closing(open_store(settings)) as store:
        raw, row = store.get_raw(job_id), store.get_log_row(job_id)
        company = store.get_company(row.company_id) if row else None
        sponsors = unpack_employers(store.get_meta(META))
    if raw is None:
        why = "it was imported, so its fields are as they came" if row else "the store does not know this id"
        raise click.ClickException(f"{job_id}: nothing to explain; {why}.")
    employer = company.name if company else ""
    hints = {"employer": employer, "sponsors": sponsors}
    return msgspec.json.decode(raw, type=RawPosting), hints, read_changes(raw)


async def _fetch_posting(url: str, settings: Settings) -> RawPosting:
    from jobwire.collect.discover import locate
    from jobwire.collect.trial import try_board

    async with fetcher(settings) as fetch:
        found = await locate(url, fetch)
        if not found:
            raise click.ClickException(f"No ATS was recognised at {url}.")
        trial = await try_board(found[0].board, fetch)
    if not trial.postings:
        raise click.ClickException(f"{trial.board.key}: {trial.outcome.value}. {trial.note}")
    wanted = [
        p for p in trial.postings if p.listing_url.split("?")[0] == url.split("?")[0] or p.posting_id in url
    ]
    return (wanted or trial.postings)[0]


def _short(value: Any) -> str:
    """One line for a person."""
    if value is None or value == () or value == "":
        return "-"
    if isinstance(value, str):
        text = value.replace("\n", " / ")
    elif isinstance(value, tuple):
        text = "; ".join(_name_place(item) if isinstance(item, Location) else str(item) for item in value)
    elif isinstance(value, Compensation):
        amounts = dict.fromkeys(f"{end:,}" if end is not None else "?" for end in (value.min, value.max))
        text = f"{' to '.join(amounts)} {value.currency} per {value.period}"
    elif isinstance(value, Qualifications):
        text = ". ".join(
            filter(None, map(_name_bucket, ("must have", "preferred"), (value.must_have, value.preferred)))
        )
    else:
        text = msgspec.json.encode(value).decode()
    return (text if len(text) <= 240 else f"{text[:237]}...") or "-"


def _name_place(place: Location) -> str:
    return ", ".join(filter(None, (place.city, place.region, place.country))) or str(place.location)


def _name_bucket(name: str, bucket: QualificationBucket) -> str:
    words = (*bucket.education, *bucket.certifications, *(skill.name for skill in bucket.skills))
    return f"{name}: {'; '.join(words)}" if words else ""
