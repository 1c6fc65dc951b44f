"""Database rows to nouns and back: the columns are the same in both stores."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from pyroaring import BitMap64

from jobwire.model.account import Account, Hold, Key, LedgerEntry, Plan
from jobwire.model.board import Board
from jobwire.model.change import LogRow
from jobwire.model.company import Company
from jobwire.model.filters import site_terms
from jobwire.model.times import from_micros, to_micros
from jobwire.model.visit import Visit
from jobwire.model.wire import site_bytes
from jobwire.store.draft import Beside, CompanyMove, Known, Move
from jobwire.store.records import BoardState, Posting, TermRow
from jobwire.store.terms import pack_terms, past_terms, unpack_terms
from jobwire.store.wallet import OpenHold

to_json = msgspec.json.Encoder().encode
to_company = msgspec.json.Decoder(Company).decode
to_visit = msgspec.json.Decoder(Visit).decode
to_plan = msgspec.json.Decoder(Plan).decode
to_account = msgspec.json.Decoder(Account).decode
_to_key = msgspec.json.Decoder(Key).decode
_to_board = msgspec.json.Decoder(Board).decode
_to_memory = msgspec.json.Decoder(dict[str, Any]).decode
_NOTHING = BitMap64().serialize()


def text_of(noun: Any) -> str:
    """A noun as JSON text, for a column of text."""
    return to_json(noun).decode()


def micros(at: datetime | None) -> int | None:
    return None if at is None else to_micros(at)


def time(at: int | None) -> datetime | None:
    return None if at is None else from_micros(at)


def known_job(row: tuple[Any, ...]) -> Known:
    """From id, seq, active, digest, created_at, terms, past_terms, source, company_id and those of Beside."""
    job_id, seq, active, digest, created_at, terms, past, source, company_id, *beside = row
    return Known(job_id, seq, bool(active), digest, created_at, terms, past, source, company_id, Beside(*beside))


def log_row(
    seq: int, job_id: str, company_id: str, at: int, reason: str | None, terms: str, past: str, body: bytes | None
) -> LogRow:
    return LogRow(
        seq=seq,
        id=job_id,
        company_id=company_id,
        at=from_micros(at),
        body=body,
        reason=reason,
        terms=unpack_terms(terms),
        past_terms=past_terms(past, terms),
    )


def term_row(seq: int, reason: str | None, terms: str, past: str) -> TermRow:
    return TermRow(seq, reason is not None, terms, past_terms(past, terms))


def whole_runs(found: list[tuple[int, int]], limit: int) -> list[tuple[int, int]]:
    """(run, count) of the first `limit` jobs, without the last run if it may have been cut."""
    return found[:-1] if sum(count for _, count in found) >= limit else found


def insert_values(move: Move, head: int, at: int) -> tuple[Any, ...]:
    """All columns of `jobs` but none of the misses' defaults, in the order of the table."""
    return (
        head + move.order,
        move.id,
        move.company_id,
        at,
        move.reason,
        move.posted_ahead(at),
        move.terms,
        move.past_terms,
        move.source,
        move.created_at,
        move.digest,
        *msgspec.structs.astuple(move.beside),
    )


def move_values(move: Move, head: int, at: int) -> tuple[Any, ...]:
    """As `insert_values` without id and created_at, which stay, and with the old seq at the end."""
    seq, _, *columns = insert_values(move, head, at)
    del columns[7]
    return (seq, *columns, move.old_seq)


def company_values(move: CompanyMove) -> tuple[Any, ...]:
    """The columns of `companies`, in the order of the table."""
    company = move.company
    assert company.updated_at is not None
    return (
        move.seq,
        company.id,
        to_micros(company.updated_at),
        move.digest,
        pack_terms(site_terms(company)),
        micros(company.discovered_at),
        company.founded_year,
        site_bytes(company, company.updated_at) if move.is_site else None,
        to_json(company),
    )


def board_values(state: BoardState) -> tuple[Any, ...]:
    """key, company_id, added_at, paused, next_visit_at, last_success_at, board, memory."""
    return (
        state.board.key,
        state.company_id,
        to_micros(state.added_at),
        state.paused,
        micros(state.next_visit_at),
        micros(state.last_success_at),
        text_of(state.board),
        text_of(state.memory),
    )


def board_state(row: tuple[Any, ...]) -> BoardState:
    """From the columns of `board_values`, and begun."""
    _, company_id, added_at, paused, next_visit_at, last_success_at, board, memory, begun = row
    return BoardState(
        board=_to_board(board),
        company_id=company_id,
        added_at=from_micros(added_at),
        paused=bool(paused),
        next_visit_at=time(next_visit_at),
        last_success_at=time(last_success_at),
        memory=_to_memory(memory),
        lost_visits=begun,
    )


def posting(row: tuple[Any, ...]) -> Posting:
    posting_id, job_id, active, list_mark, view_digest, requisition_id, misses, missed_at = row
    return Posting(
        posting_id=posting_id,
        job_id=job_id,
        active=bool(active),
        list_mark=list_mark,
        view_digest=view_digest,
        requisition_id=requisition_id,
        misses=misses,
        missed_at=time(missed_at),
    )


def read_key(text: str, last_used_at: int | None) -> Key:
    return msgspec.structs.replace(_to_key(text), last_used_at=time(last_used_at))


def entry_values(entry: LedgerEntry) -> tuple[Any, ...]:
    """account_id, at, amount, kind, family, key_id, rows, note."""
    return (
        entry.account_id,
        to_micros(entry.at),
        entry.amount,
        entry.kind,
        entry.family,
        entry.key_id,
        entry.rows,
        entry.note,
    )


def ledger_entry(row: tuple[Any, ...]) -> LedgerEntry:
    """From the columns of `entry_values`."""
    account_id, at, amount, kind, family, key_id, rows, note = row
    return LedgerEntry(
        account_id=account_id,
        at=from_micros(at),
        amount=amount,
        kind=kind,
        family=family,
        key_id=key_id,
        rows=rows,
        note=note,
    )


def usage_values(entry: LedgerEntry) -> tuple[Any, ...]:
    """account_id, day, key_id, family, rows, amount."""
    day = entry.at.date().isoformat()
    return (entry.account_id, day, entry.key_id or "", entry.family or "", entry.rows, -entry.amount)


def open_hold(row: tuple[Any, ...]) -> OpenHold:
    """From id, account_id, key_id, family, stream, price, seqs, rides, owed."""
    hold_id, account_id, key_id, family, stream, price, seqs, rides, owed = row
    return OpenHold(
        id=hold_id,
        account_id=account_id,
        key_id=key_id,
        family=family,
        stream=stream,
        price=price,
        seqs=BitMap64.deserialize(seqs),
        rides=BitMap64.deserialize(rides),
        owed=BitMap64.deserialize(owed),
    )


def free_hold(account_id: str, granted: int, balance: int) -> Hold:
    """Nothing to set aside: no row is written, and settling or releasing it (id 0) does nothing."""
    return Hold(id=0, account_id=account_id, amount=0, balance=balance, seqs=_NOTHING, granted=granted)
