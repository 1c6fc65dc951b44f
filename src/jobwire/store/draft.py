"""What a publication changes, worked out from what is stored: the rules of the log, without a database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from jobwire.model.change import Removal
from jobwire.model.company import Company, CompanySummary
from jobwire.model.filters import job_terms
from jobwire.model.times import from_micros, to_micros
from jobwire.model.wire import company_digest, job_body, job_content, job_digest
from jobwire.store.records import JobEntry, Publication, Published
from jobwire.store.terms import NO_TERMS, merge_past, pack_terms


class Beside(msgspec.Struct, frozen=True, array_like=True):
    """What the collector keeps beside a job; the columns of these names."""

    board_key: str
    posting_id: str
    list_mark: str
    view_digest: bytes
    requisition_id: str | None
    enrich_version: int
    raw_digest: bytes | None
    misses: int
    missed_at: int | None


class Known(msgspec.Struct, frozen=True, array_like=True):
    """What is stored of a job, active or not."""

    id: str
    seq: int
    active: bool
    digest: bytes
    created_at: int
    terms: str
    past_terms: str
    source: str
    company_id: str
    beside: Beside


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A row that goes to the head of the log. `old_seq` None: a new job. `reason` set: a tombstone."""

    order: int
    """1 for the first move of a publication: how far it comes after the head of before."""
    old_seq: int | None
    id: str
    company_id: str
    reason: str | None = None
    date_posted: int | None = None
    terms: str
    past_terms: str
    source: str
    created_at: int
    digest: bytes
    beside: Beside
    content: bytes | None = None

    def body(self, at: int) -> bytes:
        assert self.content is not None
        return job_body(self.content, from_micros(at))

    def posted_ahead(self, at: int) -> int | None:
        return self.date_posted if self.date_posted is not None and self.date_posted > at else None


class Draft(msgspec.Struct, kw_only=True):
    """All changes of one publication to the log of jobs, in order; not yet placed in the log."""

    moves: list[Move] = []
    resets: list[tuple[str, Beside]] = []
    """(id, new) of unchanged jobs whose collector's columns differ."""
    raws: list[tuple[str, bytes]] = []
    new: list[str] = []
    changed: list[str] = []
    unchanged: list[str] = []
    reopened: list[str] = []
    expired: list[str] = []

    def published(self, head: int, at: int) -> Published:
        """What was done, now that it was placed after `head` at the time `at`."""
        return Published(
            seq=head + len(self.moves),
            at=from_micros(at),
            new=tuple(self.new),
            changed=tuple(self.changed),
            unchanged=tuple(self.unchanged),
            reopened=tuple(self.reopened),
            expired=tuple(self.expired),
        )


class Prepared(msgspec.Struct, frozen=True, array_like=True):
    """An entry with what can be computed before the write lock is taken."""

    entry: JobEntry
    digest: bytes
    raw_digest: bytes | None


def prepare_entries(entries: Iterable[JobEntry]) -> dict[str, Prepared]:
    """Entries by job id; of several with one id the last counts."""
    return {
        entry.job.id: Prepared(entry, job_digest(entry.job), None if entry.raw is None else raw_digest(entry.raw))
        for entry in entries
    }


def raw_digest(raw: bytes) -> bytes:
    """Enough to see that a raw posting is the one that is stored already."""
    return hashlib.sha256(raw).digest()[:8]


def draft_publication(
    prepared: Mapping[str, Prepared], removals: Iterable[Removal], known: Mapping[str, Known]
) -> Draft:
    """Removals first, then entries; a job that is both put and removed stays."""
    draft = Draft()
    for removal in removals:
        stored = known.get(removal.id)
        if stored and stored.active and removal.id not in prepared and removal.id not in draft.expired:
            _expire(draft, stored, removal.reason)
    for job_id, item in prepared.items():
        _put(draft, item, known.get(job_id))
    return draft


def _put(draft: Draft, item: Prepared, stored: Known | None) -> None:
    job_id = item.entry.job.id
    beside = _beside(item, stored.beside if stored else None)
    if item.entry.raw is not None and (not stored or stored.beside.raw_digest != item.raw_digest):
        draft.raws.append((job_id, item.entry.raw))
    if stored and stored.active and stored.digest == item.digest:
        draft.unchanged.append(job_id)
        if beside != stored.beside:
            draft.resets.append((job_id, beside))
        return
    if not stored:
        draft.new.append(job_id)
    else:
        (draft.changed if stored.active else draft.reopened).append(job_id)
    draft.moves.append(_upsert(len(draft.moves) + 1, item, stored, beside))


def _upsert(order: int, item: Prepared, stored: Known | None, beside: Beside) -> Move:
    job = item.entry.job
    created_at = stored.created_at if stored else to_micros(job.created_at)
    terms = pack_terms(job_terms(job))
    return Move(
        order=order,
        old_seq=stored.seq if stored else None,
        id=job.id,
        company_id=job.company.id,
        date_posted=to_micros(job.date_posted) if job.date_posted else None,
        terms=terms,
        past_terms=merge_past(stored.past_terms, stored.terms, terms) if stored else NO_TERMS,
        source=job.source,
        created_at=created_at,
        digest=item.digest,
        beside=beside,
        content=job_content(msgspec.structs.replace(job, created_at=from_micros(created_at))),
    )


def _expire(draft: Draft, stored: Known, reason: str) -> None:
    draft.expired.append(stored.id)
    draft.moves.append(
        Move(
            order=len(draft.moves) + 1,
            old_seq=stored.seq,
            id=stored.id,
            company_id=stored.company_id,
            reason=reason,
            terms=NO_TERMS,
            past_terms=merge_past(stored.past_terms, stored.terms, NO_TERMS),
            source=stored.source,
            created_at=stored.created_at,
            digest=stored.digest,
            beside=stored.beside,
        )
    )


def _beside(item: Prepared, stored: Beside | None) -> Beside:
    """An entry is a sighting, so misses are over; an import does not take a job from its board.

    A record that was enriched again keeps what the collector knows; an import forgets it, so that the next
    visit puts the board's own words back.
    """
    entry = item.entry
    if stored and not entry.board_key and entry.enrich_version:
        return msgspec.structs.replace(stored, enrich_version=entry.enrich_version)
    keep = stored is not None and not entry.board_key
    return Beside(
        stored.board_key if keep and stored else entry.board_key,
        stored.posting_id if keep and stored else entry.posting_id,
        entry.list_mark,
        entry.view_digest,
        entry.requisition_id,
        entry.enrich_version,
        stored.raw_digest if stored and item.raw_digest is None else item.raw_digest,
        0,
        None,
    )


def merge_company(known: Company | None, given: Company, now: datetime) -> Company:
    """`given` over `known`, but an imported field under what the site said; by keys of the profile.

    A null or empty field never erases a known one, `discovered_at` stays what it was first.
    """
    known = known or Company(id=given.id, name=given.name)
    facts = dict(known.facts())
    provenance = dict(known.provenance)
    for name, value in given.facts():
        before, fresh = known.provenance.get(name), given.provenance.get(name)
        if before and fresh and before.outweighs(fresh):
            continue
        if fresh and (before is None or fresh.outweighs(before) or facts[name] != value):
            provenance[name] = msgspec.structs.replace(fresh, at=now)
        elif fresh is None and facts.get(name) != value:
            provenance.pop(name, None)
        facts[name] = value
    return msgspec.structs.replace(
        known,
        profile={key: facts.pop(f"profile.{key}") for key in {**known.profile, **given.profile}},
        provenance=provenance,
        discovered_at=known.discovered_at or given.discovered_at or now,
        updated_at=None,
        **facts,
    )


class CompanyMove(msgspec.Struct, frozen=True, array_like=True):
    """A company that goes to the head of its log."""

    seq: int
    company: Company
    """With `updated_at`, the log's time."""
    digest: bytes
    known: bool
    was_site: bool

    @property
    def is_site(self) -> bool:
        return bool(self.company.ats and self.company.listing_url)


def named_companies(publication: Publication) -> dict[str, list[Company]]:
    """Every company id that a publication mentions, with what it says of it (nothing, for a job's company)."""
    named: dict[str, list[Company]] = {company.id: [] for company in publication.companies}
    for company in publication.companies:
        named[company.id].append(company)
    for entry in publication.entries:
        named.setdefault(entry.job.company.id, [])
    return named


def draft_companies(
    publication: Publication, known: Mapping[str, Company], *, head: int, at: int
) -> tuple[list[CompanyMove], list[Company]]:
    """Companies that are new or differ after merging, and those of which only the provenance differs.

    A job's company that nobody described is made from the summary in the job, so that no job is ever without
    one.
    """
    now = from_micros(at)
    summaries = {entry.job.company.id: entry.job.company for entry in publication.entries}
    moves: list[CompanyMove] = []
    confirmed: list[Company] = []
    for company_id, given in named_companies(publication).items():
        stored = known.get(company_id)
        if not given and stored:
            continue
        merged = stored
        for company in given or [_from_summary(summaries[company_id])]:
            merged = merge_company(merged, company, now)
        assert merged is not None
        digest = company_digest(merged)
        if stored and company_digest(stored) == digest:
            if merged.provenance != stored.provenance:
                confirmed.append(msgspec.structs.replace(stored, provenance=merged.provenance))
            continue
        head += 1
        merged = msgspec.structs.replace(merged, updated_at=now)
        was_site = bool(stored and stored.ats and stored.listing_url)
        moves.append(CompanyMove(head, merged, digest, stored is not None, was_site))
    return moves, confirmed


def _from_summary(summary: CompanySummary) -> Company:
    fields = msgspec.structs.asdict(summary)
    del fields["details_url"]
    return Company(**fields)
