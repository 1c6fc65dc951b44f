"""Jobs, companies and a clock for the tests of the store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from jobwire.model.board import Board
from jobwire.model.change import Removal
from jobwire.model.company import Company, CompanySummary
from jobwire.model.ids import company_id, job_id
from jobwire.model.job import Job, Location
from jobwire.model.visit import Completeness, Outcome, Visit
from jobwire.model.wire import close_company, close_job
from jobwire.store.base import Store
from jobwire.store.records import BoardState, JobEntry, Publication, Row

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)
BOARD = "greenhouse:acme"
ACME = company_id(BOARD)
BERLIN = Location(location="Berlin, DE", city="Berlin", region="Berlin", country="DE")
PARIS = Location(location="Paris", city="Paris", region="Île-de-France", country="FR")


class FakeClock:
    """Time passes only when a test says so."""

    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **by: float) -> None:
        self.now += timedelta(**by)


def make_job(n: int, **fields: Any) -> Job:
    """Job `n` of the board acme; the same call makes the same job."""
    values: dict[str, Any] = {
        "id": job_id(BOARD, str(n)),
        "title": f"Engineer {n}",
        "company": CompanySummary(id=ACME, name="Acme"),
        "description": f"Build thing {n}.\nWell.",
        "listing_url": f"https://jobs.example/acme/{n}",
        "apply_url": f"https://jobs.example/acme/{n}/apply",
        "locations": (BERLIN,),
        "workplace_type": "onsite",
        "source": "greenhouse",
        "created_at": T0,
        "updated_at": T0,
        "date_posted": T0 - timedelta(days=3),
    }
    return Job(**{**values, **fields})


def make_entry(n: int, *, board_key: str = BOARD, **fields: Any) -> JobEntry:
    return JobEntry(
        job=make_job(n, **fields),
        board_key=board_key,
        posting_id=str(n) if board_key else "",
        raw=b'{"n":%d}' % n,
    )


def make_company(name: str = "Acme", **fields: Any) -> Company:
    values: dict[str, Any] = {
        "id": company_id(f"greenhouse:{name.lower()}"),
        "name": name,
        "ats": "greenhouse",
        "listing_url": f"https://jobs.example/{name.lower()}",
    }
    return Company(**{**values, **fields})


def make_board(name: str = "acme", **fields: Any) -> BoardState:
    board = Board(ats="greenhouse", token=name, url=f"https://jobs.example/{name}")
    values: dict[str, Any] = {"company_id": company_id(board.key), "added_at": T0, "memory": {"held": 3}}
    return BoardState(board=board, **{**values, **fields})


def make_visit(n: int = 0, board_key: str = BOARD) -> Visit:
    return Visit(
        board_key=board_key,
        started_at=T0 + timedelta(minutes=n),
        ended_at=T0 + timedelta(minutes=n, seconds=5),
        outcome=Outcome.CHANGED,
        completeness=Completeness.COMPLETE,
        fetched=n,
    )


def put(store: Store, *numbers: int, **fields: Any) -> Any:
    """Publish jobs of these numbers."""
    return store.publish(Publication(entries=tuple(make_entry(n, **fields) for n in numbers), board_key=BOARD))


def take(store: Store, *numbers: int, reason: str = "source_removed") -> Any:
    """Expire jobs of these numbers."""
    return store.publish(Publication(removals=tuple(Removal(job_id(BOARD, str(n)), reason) for n in numbers)))


def ids(*numbers: int) -> tuple[str, ...]:
    return tuple(job_id(BOARD, str(n)) for n in numbers)


def read_row(row: Row, name: str = "Acme") -> dict[str, Any]:
    """A row as a consumer sees it."""
    company = close_company(b'{"id":"%b","name":"%b","details_url":' % (row.company_id.encode(), name.encode()),
                            row.company_id, "http://x")  # fmt: skip
    found: dict[str, Any] = msgspec.json.decode(close_job(row.body, company))
    return found


def titles(rows: Iterable[Row]) -> list[str]:
    return [read_row(row)["title"] for row in rows]
