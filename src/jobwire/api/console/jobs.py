"""Jobs and companies at the console: search, the record, where each fact of it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from jobwire.api.answer import Answer
from jobwire.api.call import Call
from jobwire.api.console.headlines import Headline, read_headlines
from jobwire.api.console.page import format_pay, format_place, show
from jobwire.api.console.session import Operator, operated
from jobwire.api.problems import Problem
from jobwire.api.server import Server
from jobwire.enrich import explain
from jobwire.errors import JobwireError
from jobwire.model.change import LogRow
from jobwire.model.ids import parse_id
from jobwire.model.job import Compensation, Location
from jobwire.model.raw import RawPosting
from jobwire.model.times import parse_time
from jobwire.store.changes import Change, describe_change, read_changes
from jobwire.store.near_duplicates import read_near_duplicates
from jobwire.store.search.base import SearchQuery
from jobwire.store.search.document import company_term
from jobwire.store.search.words import parse_words

PER_PAGE = 25
MOST_PAGES = 400
_KINDS = {"w": "workplace", "t": "employment type", "e": "level", "l": "place", "s": "source"}
_ONE_VISIT = timedelta(minutes=1)
"""A new job is published a little after it is first seen."""
LONGEST_SHOWN = 20_000
"""Characters of a description or a raw posting on a page."""


@operated
def get_jobs(server: Server, call: Call, operator: Operator) -> Answer:
    """Search; without words, the newest."""
    fields = call.query_fields(("q", "page"))
    words, page = fields.text("q") or "", fields.integer("page", 1, MOST_PAGES) or 1
    jobs, total, wrong = _search(server, words, page)
    pages = min(-(-total // PER_PAGE), MOST_PAGES)
    return show(
        "jobs.html",
        operator=operator,
        words=words,
        page=page,
        pages=pages,
        jobs=jobs,
        total=total,
        wrong=wrong,
    )


@operated
def get_job(server: Server, call: Call, operator: Operator) -> Answer:
    """One job: the record, the raw posting, and why each field is as it is."""
    row = server.store.get_log_row(_read_id(call))
    if row is None:
        raise Problem("not_found", "There is no job with this id.")
    raw = server.store.get_raw(row.id)
    posting = msgspec.json.decode(raw, type=RawPosting) if raw else None
    record = msgspec.json.decode(row.body + b"null}") if row.body else {}
    return show(
        "job.html",
        operator=operator,
        row=row,
        record=record,
        title=record.get("title") or (posting.title if posting else "A job that is gone"),
        company=server.store.get_company(row.company_id),
        marks=read_near_duplicates(server.store, row.id),
        history=_list_history(row, record, read_changes(raw)),
        facts=_describe_record(record),
        raw=_print(raw),
        findings=_describe_findings(posting) if posting else [],
        longest=LONGEST_SHOWN,
    )


@operated
def get_company(server: Server, call: Call, operator: Operator) -> Answer:
    """One company: its profile, its jobs."""
    company = server.store.get_company(_read_id(call))
    if company is None:
        raise Problem("not_found", "There is no company with this id.")
    jobs, total, _ = _search(server, "", 1, company.id)
    facts = [(name, _short(value), company.provenance.get(name)) for name, value in company.facts()]
    return show("company.html", operator=operator, company=company, facts=facts, jobs=jobs, total=total)


def _search(server: Server, words: str, page: int, company: str = "") -> tuple[list[Headline], int, str]:
    """(jobs, how many in all, what is wrong)."""
    if not server.search.ready:
        return [], 0, "The search index is being built."
    query = SearchQuery(
        any_of=(parse_words(words),) if words.strip() else (),
        groups=((company_term(company),),) if company else (),
        sort="relevance" if words.strip() else "date",
        offset=(page - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    try:
        found = server.search.search(query)
    except JobwireError as error:
        return [], 0, str(error)
    jobs = read_headlines(server, server.store.rows(found.seqs))
    return [jobs[seq] for seq in found.seqs if seq in jobs], found.total, ""


def _describe_record(record: dict[str, Any]) -> list[tuple[str, str]]:
    """Everything but the long text, one line a field."""
    shown = {name: value for name, value in record.items() if name not in ("description", "company")}
    places = msgspec.convert(shown.get("locations") or (), tuple[Location, ...])
    pay = msgspec.convert(shown.get("compensation"), Compensation | None)
    told = {"locations": " · ".join(map(format_place, places)), "compensation": pay and format_pay(pay)}
    return [(name, _short(told.get(name, value))) for name, value in shown.items()]


def _list_history(row: LogRow, record: dict[str, Any], changes: Sequence[Change]) -> list[tuple[datetime, str]]:
    """What is known of a job, oldest first: the log keeps the newest version, the raw posting what changed."""
    found = [
        (parse_time(record[name]), what)
        for name, what in (("date_posted", "posted by the employer"), ("created_at", "first indexed"))
        if record.get(name)
    ]
    found += [(change.at, describe_change(change)) for change in changes]
    if row.reason:
        found.append((row.at, f"expired: {row.reason}"))
    elif not changes and row.at - parse_time(record["created_at"]) > _ONE_VISIT:
        found.append((row.at, "changed or re-opened: this version"))
    if row.past_terms and not row.reason:
        found.append((row.at, f"no more: {', '.join(_read_terms(row.past_terms))}"))
    return sorted(found, key=lambda entry: entry[0])


def _read_terms(terms: Iterable[str]) -> list[str]:
    """Terms of the log as a person reads them."""
    found = (term.partition(":") for term in sorted(terms))
    return [value.replace("|", " ").strip() or f"unknown {_KINDS.get(kind, kind)}" for kind, _, value in found]


def _describe_findings(posting: RawPosting) -> list[dict[str, Any]]:
    return [
        {
            "field": name,
            "value": _short(msgspec.to_builtins(finding.value)),
            "rule": finding.rule,
            "origin": finding.origin,
            "span": finding.span[:200],
            "rejected": finding.rejected[:5],
        }
        for name, finding in explain(posting).items()
    ]


def _short(value: Any) -> str:
    """One line for a person; unknown is a dash."""
    if value in (None, "", [], {}, ()):
        return "–"
    text = _spell(value).replace("\n", " / ")
    return text if len(text) <= 300 else f"{text[:297]}..."


def _spell(value: Any) -> str:
    """Lists and records as words; what is unknown in them is left out."""
    if isinstance(value, dict):
        known = {name: text for name, inner in value.items() if (text := _spell(inner))}
        return known.get("name") or ", ".join(f"{name}: {text}" for name, text in known.items())
    if isinstance(value, list):
        return " · ".join(filter(None, map(_spell, value)))
    return value if isinstance(value, str) else "" if value is None else msgspec.json.encode(value).decode()


def _print(raw: bytes | None) -> str:
    return msgspec.json.format(raw, indent=2).decode("utf-8", "replace")[:LONGEST_SHOWN] if raw else ""


def _read_id(call: Call) -> str:
    try:
        return parse_id(call.params["id"])
    except ValueError:
        raise Problem("not_found", "Ids are UUIDs; this is not one.") from None
